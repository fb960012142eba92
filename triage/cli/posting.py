"""Putting cards where people work, and taking them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from triage.cli.wiring import Store
from triage.domain import Card, CardState, Mode, Policy, Publication
from triage.errors import OdooError, TriageError

if TYPE_CHECKING:
    from triage.odoo.publish import Publisher

_SAID = {
    "posted": "posted",
    "updated": "brought up to date",
    "kept": "left alone, because people have taken it up",
    "absent": "not there",
    "withdrawn": "taken back",
}
_CALLED = {"note": "note", "activity": "review activity", "ticket": "draft ticket"}


@dataclass(frozen=True)
class Post:
    """What came of publishing one card."""

    card: Card
    publication: Publication | None = None
    error: TriageError | None = None

    @property
    def line(self) -> str:
        """For a reader."""
        head = f"Card {self.card.number} · {self.card.proposal.record.name}: "
        if self.error is not None:
            return f"{head}not posted. {self.error}"
        assert self.publication is not None
        return head + (said(self.publication) or f"nothing posted: {self.publication.why}")

    def as_json(self) -> dict[str, object]:
        """For programs."""
        published = self.publication.model_dump(mode="json") if self.publication else None
        return {"card": self.card.number, "publication": published, "error": str(self.error) if self.error else None}


def said(publication: Publication) -> str:
    """What was done, in words: `note posted (mail.message 1103), draft ticket posted (helpdesk.ticket 9)`."""
    return ", ".join(
        f"{_CALLED[each.verb]} {_SAID[each.status]}" + (f" ({each.ref.name})" if each.ref else "")
        for each in publication.advisories
    )


def may_post(card: Card, policy: Policy) -> bool:
    """Whether a person may post this card: it suggests something, it is open, and the policy does not switch it off."""
    category = card.proposal.suggestion.category
    is_open = card.state in (CardState.OPEN, CardState.AWAITING_SECOND)
    return is_open and card.proposal.suggestion.abstained is None and policy.mode(category) is not Mode.OFF


def post_cards(cards: Sequence[Card], policy: Policy, publisher: Publisher, store: Store) -> list[Post]:
    """Post those of the cards that may be posted, each on its own: one that Odoo refuses does not stop the others."""
    return [post_card(card, publisher, store) for card in cards if may_post(card, policy)]


def post_card(card: Card, publisher: Publisher, store: Store) -> Post:
    """Post one card, or, where it was accepted, make its ticket."""
    from triage.pipeline import publish

    accepted = card.state in (CardState.ACCEPTED, CardState.EDITED)
    try:
        done = publish(card, publisher.ticket if accepted else publisher.publish, store.cards, store.journal)
    except OdooError as error:
        return Post(card, error=error)
    return Post(card, done)

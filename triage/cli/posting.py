"""Putting cards where people work, and taking them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from triage.cli.wiring import Store
from triage.domain import Card, CardState, Mode, Policy, Publication
from triage.domain.policies import PolicyBook
from triage.errors import StoreError, TriageError, UsageError

if TYPE_CHECKING:
    from triage.odoo.publish import Publisher

_SAID = {
    "posted": "posted",
    "updated": "brought up to date",
    "kept": "left alone (taken up by people, or not ours to delete)",
    "absent": "not there",
    "withdrawn": "taken back",
}
_CALLED = {
    "note": "note",
    "activity": "review activity",
    "ticket": "draft ticket",
    "task": "draft task",
    "card": "row in the list of cards",
}


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


def why_not(card: Card, policy: Policy) -> str | None:
    """Why this card may not be posted; none where it may: it suggests something, waits or was accepted, and the policy
    does not switch its category off."""
    suggestion = card.proposal.suggestion
    if card.state not in _POSTED_STATES:
        return f"it is {card.state.value}"
    if suggestion.abstained is not None and card.state is not CardState.EDITED:
        return "it suggests nothing; it asks"
    if policy.mode(suggestion.category) is Mode.OFF:
        return f"the policy switches {suggestion.category.value} off"
    return None


_POSTED_STATES = (CardState.OPEN, CardState.AWAITING_SECOND, CardState.ACCEPTED, CardState.EDITED)


def post_cards(cards: Sequence[Card], policies: PolicyBook, publisher: Publisher, store: Store) -> list[Post]:
    """Post those of the cards that may be posted, each on its own: one that Odoo refuses does not stop the others."""
    policy_of = {card.id: policies.of(card.key.company) for card in cards}
    wanted = [card for card in cards if why_not(card, policy_of[card.id]) is None]
    return [post_card(card, policy_of[card.id], publisher, store) for card in wanted]


def post_card(card: Card, policy: Policy, publisher: Publisher, store: Store) -> Post:
    """Post one card as it stands, or say why it may not be posted. Raises `StoreError` where it cannot be recorded."""
    from triage.pipeline import publish

    if refused := why_not(card, policy):
        return Post(card, error=UsageError(f"This card is not posted: {refused}."))
    try:
        return Post(card, publish(card, publisher.publish, store.cards, store.journal))
    except StoreError:
        raise
    except TriageError as error:
        return Post(card, error=error)


def say_ended(since: datetime, publisher: Publisher, store: Store) -> list[Post]:
    """Say on the notes of cards that ended by themselves since then that they have, where there is a note."""
    from triage.cards.published import is_untold
    from triage.pipeline import publish

    posts: list[Post] = []
    for card in store.cards.ended_since(since):
        if not is_untold(card, store.journal):
            continue
        try:
            posts.append(Post(card, publish(card, publisher.publish, store.cards, store.journal)))
        except StoreError:
            raise
        except TriageError as error:
            posts.append(Post(card, error=error))
    return posts

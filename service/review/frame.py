"""What every page's code works with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from service.about import about
from service.installation import Installation, Opened
from service.readers import told
from service.review.guard import Guard
from service.review.rendering import HEADERS, Words, Writing, page
from service.review.seeing import Sight
from triage.cards.blind import is_chosen
from triage.cards.handling import Handler
from triage.cli.wiring import now
from triage.domain import Card, Duty
from triage.errors import KeyMissing, UsageError
from triage.storage.outcomes import blind_of
from triage.storage.people import Session

_NUMBER = re.compile(r"[1-9][0-9]{0,9}")


class Missing(Exception):
    """There is no such page, or not for this person: nobody learns which."""


@dataclass(frozen=True)
class Frame:
    """The installation with what guards its pages."""

    installation: Installation
    guard: Guard
    sight: Sight

    def opened(self) -> Opened:
        """The open store."""
        return self.installation.opened()

    def handler(self) -> Handler:
        """Claims, puts aside, takes back."""
        store = self.opened().store
        return Handler(store.cards, store.journal, now)

    def card(self, session: Session, number: str) -> Card:
        """A card that the person may see. Raises `Missing`."""
        if not _NUMBER.fullmatch(number):
            raise Missing
        try:
            card = self.opened().store.cards.get(number)
        except (UsageError, KeyMissing) as error:
            raise Missing from error
        if not self.sight.may_see(session.person, card):
            raise Missing
        about(card=str(card.id))
        return card

    def unseen(self, session: Session, cards: Sequence[Card]) -> set[int]:
        """Numbers of those cards of which this person is asked for their own view before they see the suggestion."""
        if not session.person.has(Duty.REVIEWER, Duty.LEAD) or session.person.has(Duty.AUDITOR):
            return set()
        store, policies = self.opened().store, self.installation.policies()
        asked = [card for card in cards if is_chosen(card, policies.of(card.key.company).blind_share, store.keys)]
        told = blind_of(store.database, [str(card.id) for card in asked])
        return {card.number for card in asked if str(card.id) not in told}

    def told(self, session: Session, cards: Sequence[Card], *parts: str) -> list[Card]:
        """The cards as their texts may be told to this person: without what tells of a fact that is hidden from them.

        `parts`: the only parts of their proposals that the page reads, where it reads few of many cards.
        """
        instead = Words(session.person.language)("withheld")
        hidden = self.sight.hidden(session.person, cards)
        return [told(card, facts, instead, parts=parts) for card, facts in zip(cards, hidden, strict=True)]

    def odoo(self) -> str | None:
        """Address of the connected Odoo, for links."""
        connection = self.installation.connection()
        return None if connection is None else connection.url

    def page(self, template: str, session: Session, status: int = 200, **values: Any) -> HTMLResponse:
        """A page for somebody who is signed in."""
        person = session.person
        return page(
            template,
            status,
            t=Words(person.language),
            w=values.pop("w", Writing(person.language)),
            person=person,
            form_token=session.form_token,
            is_lead=person.has(Duty.LEAD, Duty.AUDITOR),
            may_act=person.has(Duty.REVIEWER, Duty.LEAD),
            **values,
        )


def to(address: str, headers: Mapping[str, str] | None = None) -> Response:
    """Go to another of our pages after a form."""
    return RedirectResponse(address, 303, headers={**HEADERS, **(headers or {})})

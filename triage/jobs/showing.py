"""Puts a card's row into Odoo, as the card stands and as much of it as may be seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from triage.audit.journal import Journal
from triage.cards.blind import is_unseen
from triage.cards.store import CardStore
from triage.domain import Card, Mode
from triage.domain.policies import PolicyBook
from triage.jobs.switching import Switch
from triage.odoo.card_rows import KIND, Answer, CardHand, CardRow
from triage.odoo.card_text import row_of


@dataclass(frozen=True)
class Rows:
    """The rows of one Odoo over one store. `address` is that of the review pages, which rows link to."""

    hand: CardHand
    cards: CardStore
    journal: Journal
    policies: PolicyBook
    switch: Switch
    address: str | None = None

    def is_wanted(self, card: Card) -> bool:
        """Whether the policy of the card's company advises in Odoo on this category."""
        return self.policies.of(card.key.company).mode(card.key.category) is Mode.ADVISE

    def is_unseen(self, card: Card) -> bool:
        """Whether somebody is asked for their own view of the card, and nobody has given it."""
        return is_unseen(card, self.policies.of(card.key.company).blind_share, self.journal)

    def row(self, card: Card, answer: Answer | None = None, instead_of: str = "") -> CardRow:
        """What the card's row should say."""
        made = row_of(
            card,
            address=self.address,
            is_unseen=self.is_unseen(card),
            shows_evidence=self.hand.shows_evidence,
            answer=answer,
        )
        return made.with_(instead_of=instead_of) if instead_of else made

    def put(
        self, card: Card, answer: Answer | None = None, instead_of: str = ""
    ) -> tuple[CardRow, Literal["posted", "updated", "kept", "absent", "withdrawn"]]:
        """Put the row, with the answer to a request. `instead_of`: as `CardRow.instead_of`.

        Raises `SwitchedOff`, and `OdooError` where Odoo does not take it.
        """
        self.switch.check(card.key.company)
        row = self.row(card, answer, instead_of)
        return row, self.hand.put_card(row)

    def remove(self, card: str) -> None:
        """Take the row of a card away, by the card's id. Raises as `put` does."""
        self.switch.check()
        self.hand.remove_card(f"card-{card}.{KIND}")


__all__ = ["Rows"]

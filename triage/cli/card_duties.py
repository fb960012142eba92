"""Cards as rows in Odoo, for an installation's workers: kept in step, and what people ask for there answered."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from triage.cli.wiring import Store, now
from triage.errors import OdooUnavailable

if TYPE_CHECKING:
    from triage.cli.connected import Connected
    from triage.cli.office import InstalledOffice
    from triage.jobs.asked import Asked
    from triage.jobs.mirror import Mirror
    from triage.jobs.schedules import Task
    from triage.jobs.showing import Rows
    from triage.jobs.switching import Switch
    from triage.odoo.card_rows import CardHand

log = structlog.get_logger("triage.jobs")

_MIRROR_EVERY = 5.0
_LOOK_AGAIN = 60.0
"""Seconds after which an Odoo without the model of cards is asked whether it has one now."""


@dataclass(frozen=True)
class _Found:
    """Who writes rows in one Odoo, and what tells them from who did before."""

    at: Connected
    looked: float
    hand: CardHand | None = None
    gate: int | None = None
    """Number of the gate; none: rows are links."""
    model: int | None = None
    """Number of the model of cards: one that was taken away and made anew holds no row."""

    def is_as(self, other: _Found) -> bool:
        """Whether what one has shown still stands for the other."""
        mine, theirs = (type(self.hand), self.gate, self.model), (type(other.hand), other.gate, other.model)
        return self.at is other.at and mine == theirs


class CardDuties:
    """What one worker does about cards in Odoo. Nothing, where no Odoo is named or it has no model of cards."""

    def __init__(self, office: InstalledOffice, store: Store, switch: Switch, holder: str) -> None:
        self._office = office
        self._store = store
        self._switch = switch
        self._holder = holder
        self._hand: _Found | None = None
        self._mirror: tuple[CardHand, Mirror] | None = None

    def tasks(self) -> list[Task]:
        """What is done by the clock."""
        from triage.jobs.schedules import Task

        return [
            Task("cards in Odoo", lambda: _MIRROR_EVERY, self.mirror),
            Task("asked in Odoo", self._asked_every, self.answer),
        ]

    def mirror(self) -> bool:
        """Bring rows in step with the store; whether there is more to do at once."""
        from triage.jobs.mirror import Mirror
        from triage.storage.leases import Leases

        hand = self._found()
        if hand is None:
            return False
        at = self._office.odoo()
        if self._mirror is None or self._mirror[0] is not hand:
            leases = Leases(self._store.database, now)
            made = Mirror(self._rows, leases, now, at.place, self._holder, at.connection.cards.keep_days)
            self._mirror = (hand, made)
        found = self._mirror[1].once()
        if found.written or found.removed or found.refused:
            log.info("cards in Odoo", written=found.written, removed=found.removed, refused=found.refused)
        return found.is_behind

    def answer(self) -> bool:
        """Answer what people have asked for; false: nothing of it is left to do at once."""
        asked = self._asked()
        if asked is not None:
            found = asked.once()
            if found.done or found.refused or found.put_off:
                log.info("asked in Odoo", done=found.done, refused=found.refused, put_off=found.put_off)
        return False

    def _asked(self) -> Asked | None:
        from triage.jobs.asked import Asked
        from triage.storage.people import People

        if self._found() is None:
            return None
        rules = self._office.odoo().connection.people
        return Asked(self._rows(), People(self._store.database, now), rules, now)

    def _asked_every(self) -> float:
        return self._office.odoo().connection.cards.every_seconds if self._office.has_odoo() else _LOOK_AGAIN

    def _rows(self) -> Rows:
        from triage.jobs.showing import Rows

        hand = self._found()
        if hand is None:
            raise OdooUnavailable("the model of cards in Odoo is gone.")
        store = self._store
        return Rows(hand, store.cards, store.journal, self._office.policies(), self._switch, self._office.address())

    def _found(self) -> CardHand | None:
        """Who writes rows here. Asked again now and then: a set-up makes the model, and takes it away."""
        if not self._office.has_odoo():
            return None
        at, known = self._office.odoo(), self._hand
        if known is None or known.at is not at or time.monotonic() - known.looked > _LOOK_AGAIN:
            found = self._look(at)
            if known is not None and found.is_as(known):  # who mirrors knows what it has shown with it
                found = replace(found, hand=known.hand)
            self._hand = known = found
        return known.hand

    @staticmethod
    def _look(at: Connected) -> _Found:
        from triage.odoo.card_links import CardLinks
        from triage.odoo.card_rows import MODEL
        from triage.odoo.gate.client import Gate

        found = _Found(at, time.monotonic())
        if not at.connection.cards.rows:
            return found
        at.odoo.forget(MODEL)  # set-up may have made it anew
        # before the gate: where rows were set up as links, everybody reads them, whether or not there is one
        links = CardLinks.find(at.odoo)
        gate = Gate.find(at.odoo) if links is None else None
        if links is None and (gate is None or not gate.has_cards):
            return found
        rows = at.odoo.search("ir.model", [("model", "=", MODEL)], ["model"])
        return replace(
            found, hand=links or gate, gate=gate.number if gate else None, model=rows[0].id if rows else None
        )


__all__ = ["CardDuties"]

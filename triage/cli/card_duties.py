"""Cards as rows in Odoo, for an installation's workers: kept in step, and what people ask for there answered."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog

from triage.cli.wiring import Store, now
from triage.errors import OdooUnavailable

if TYPE_CHECKING:
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


class CardDuties:
    """What one worker does about cards in Odoo. Nothing, where no Odoo is named or it has no model of cards."""

    def __init__(self, office: InstalledOffice, store: Store, switch: Switch, holder: str) -> None:
        self._office = office
        self._store = store
        self._switch = switch
        self._holder = holder
        self._hand: tuple[float, int, CardHand | None] | None = None
        self._mirror: tuple[int, Mirror] | None = None

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
        if self._mirror is None or self._mirror[0] != id(hand):
            leases = Leases(self._store.database, now)
            made = Mirror(self._rows, leases, now, at.place, self._holder, at.connection.cards.keep_days)
            self._mirror = (id(hand), made)
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
        if known is None or known[1] != id(at) or time.monotonic() - known[0] > _LOOK_AGAIN:
            self._hand = known = (time.monotonic(), id(at), self._look())
        return known[2]

    def _look(self) -> CardHand | None:
        from triage.odoo.card_links import CardLinks
        from triage.odoo.card_rows import MODEL
        from triage.odoo.gate.client import Gate

        at, known = self._office.odoo(), self._hand
        if not at.connection.cards.rows:
            return None
        at.odoo.forget(MODEL)  # set-up may have made it anew
        # before the gate: where rows were set up as links, everybody reads them, whether or not there is one
        hand: CardHand | None = CardLinks.find(at.odoo)
        if hand is None:
            gate = Gate.find(at.odoo)
            hand = gate if gate is not None and gate.has_cards else None
        same = known is not None and known[1] == id(at) and type(known[2]) is type(hand)
        return known[2] if same and known is not None else hand  # who mirrors knows what it has shown with it


__all__ = ["CardDuties"]

"""What an installation's workers do by the clock, put together from its Odoo, its store and its policies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from triage.cli.wiring import Store, now
from triage.errors import OdooUnavailable, StoreError, SwitchedOff, TriageError

if TYPE_CHECKING:
    from triage.cli.card_duties import CardDuties
    from triage.cli.connected import Connected
    from triage.cli.office import InstalledOffice
    from triage.domain.policies import PolicyBook
    from triage.jobs.inbox import Inbox
    from triage.jobs.listeners import OpenListener
    from triage.jobs.schedules import Schedule, Task
    from triage.jobs.sweeps import Sweeper
    from triage.jobs.switching import Switch
    from triage.pipeline import Publish

log = structlog.get_logger("triage.jobs")

_UNNAMED = 300.0
"""Seconds after which it is looked again whether an Odoo was named meanwhile."""
_CARDS_EVERY = 300.0
_WATCH_EVERY = 600.0
_EFFECTS_EVERY = 2.0
_NOTICES_EVERY = 5.0
_NOTICES_LEASE = 600.0
_WATCH_LEASE = 900.0
_MOST_CALLS = 1_000_000
"""The watchdog's calls grow with the open cards: five for each kind of record among two hundred of them."""


def sweeper_of(at: Connected, store: Store, inbox: Inbox, policies: PolicyBook, holder: str) -> Sweeper:
    """Sweeps the connected Odoo into the inbox."""
    from triage.jobs.sweeps import Place, Sweeper
    from triage.storage.leases import Leases
    from triage.storage.watermarks import Watermarks

    place = Place(at.odoo, at.place, at.company(), at.capture.company, at.connection.sweep)
    leases = Leases(store.database, now)
    return Sweeper(place, inbox, Watermarks(store.database), leases, policies, now, holder)


def schedule_of(
    office: InstalledOffice,
    store: Store,
    inbox: Inbox,
    switch: Switch,
    holder: str,
    listeners: Sequence[OpenListener] = (),
    keep_days: float = 30.0,
) -> Schedule:
    """The schedule of one worker. `listeners` are told when something waits for a person; the inbox knows what is done
    for `keep_days`.
    """
    from triage.cli.card_duties import CardDuties
    from triage.cli.setup_duties import SetupDuties
    from triage.jobs.schedules import Schedule, Task

    cards = CardDuties(office, store, switch, holder)
    kept = _Kept(office, store, inbox, switch, holder, cards)
    told = [_telling(kept, each) for each in listeners]
    return Schedule(
        [
            *told,
            Task("sweep", kept.sweep_every, kept.sweep),
            Task("open cards", lambda: _CARDS_EVERY, kept.resolve),
            Task("watchdog", lambda: _WATCH_EVERY, kept.watch),
            Task("effects", lambda: _EFFECTS_EVERY, kept.effects),
            *cards.tasks(),
            *SetupDuties(office, inbox, keep_days).tasks(),
        ]
    )


def _telling(kept: _Kept, listener: OpenListener) -> Task:
    """A task of its own, so that a listener that is down keeps no other one waiting."""
    from triage.jobs.schedules import Task

    return Task(f"notices {listener.listener.name}", lambda: _NOTICES_EVERY, lambda: kept.tell(listener))


class _Kept:
    """The tasks of one worker. Without a named Odoo they do nothing; while the switch is off only sweeps go on."""

    def __init__(
        self,
        office: InstalledOffice,
        store: Store,
        inbox: Inbox,
        switch: Switch,
        holder: str,
        cards: CardDuties,
    ) -> None:
        self._office = office
        self._store = store
        self._inbox = inbox
        self._switch = switch
        self._holder = holder
        self._cards = cards
        self._sweeper: tuple[tuple[int, str], Sweeper] | None = None

    def sweep_every(self) -> float:
        at = self._odoo()
        return at.connection.sweep.every_seconds if at else _UNNAMED

    def sweep(self) -> bool:
        at = self._odoo()
        if at is None:
            return False
        policies = self._office.policies()
        if self._sweeper is None or self._sweeper[0] != (id(at), policies.fingerprint()):
            made = sweeper_of(at, self._store, self._inbox, policies, self._holder)
            self._sweeper = ((id(at), policies.fingerprint()), made)
        swept = self._sweeper[1].once()
        if swept.new or swept.hidden:
            log.info("swept", new=swept.new, records=swept.records, calls=swept.calls, hidden=list(swept.hidden))
        return swept.is_behind and not swept.is_elsewhere

    def resolve(self) -> bool:
        from triage.jobs.resolution import Resolution
        from triage.storage.watermarks import Watermarks

        at = self._odoo()
        if self._is_off():
            return False
        found = Resolution(
            self._store.cards,
            self._store.journal,
            self._inbox,
            Watermarks(self._store.database),
            self._office.policies(),
            at.place if at else "",
            now,
            self._publish(),
        ).once()
        if found.expired or found.told or found.rechecked:
            log.info("open cards", rechecked=found.rechecked, expired=found.expired, told=found.told)
        return found.is_behind

    def effects(self) -> bool:
        from triage.jobs.effects import Effects

        if self._is_off():
            return False
        cards, journal, policies = self._store.cards, self._store.journal, self._office.policies()
        found = Effects(cards, journal, policies, now, self._switch, self._publish(), self._hear).once()
        if found.done or found.failed:
            log.info("effects", done=found.done, failed=found.failed, put_off=found.put_off)
        if found.is_down:
            raise OdooUnavailable("Odoo gave no answer to what decisions set going.")  # so that pauses grow
        return found.is_behind

    def _hear(self) -> None:
        """Answer what people have asked for in Odoo. Where that is not to be had, what is due is done all the same."""
        try:
            self._cards.answer()
        except (OdooUnavailable, StoreError):
            raise
        except TriageError as error:
            log.warning("asked in Odoo", error=type(error).__name__)

    def tell(self, listener: OpenListener) -> bool:
        from triage.jobs.notices import Notices
        from triage.storage.leases import Leases
        from triage.storage.watermarks import Watermarks

        leases, name = Leases(self._store.database, now), f"notices {listener.listener.name}"
        if self._is_off() or not leases.take(name, self._holder, _NOTICES_LEASE):
            return False
        try:
            told = Notices(
                [listener],
                self._store.cards,
                self._inbox,
                Watermarks(self._store.database),
                self._office.policies(),
                now,
                self._office.address(),
                self._is_off,
            ).once()
        finally:
            leases.give_back(name, self._holder)
        if told:
            log.info("notices", to=listener.listener.name, told=told)
        return False

    def watch(self) -> bool:
        from triage.jobs.watchdog import Watchdog
        from triage.odoo.load import Load
        from triage.storage.leases import Leases

        at = self._odoo()
        if at is None or self._is_off():
            return False
        leases, name = Leases(self._store.database, now), f"watchdog {at.place}"
        if not leases.take(name, self._holder, _WATCH_LEASE):
            return False
        load = Load(at.odoo, _MOST_CALLS, at.connection.sweep.pause_seconds)
        cards, journal, policies = self._store.cards, self._store.journal, self._office.policies()
        try:
            found = Watchdog(cards, journal, load, policies, now, self._publish()).once()
        finally:
            leases.give_back(name, self._holder)
        if found.stalled or found.lifted:
            log.info("watchdog", seen=found.seen, stalled=found.stalled, lifted=found.lifted)
        return False

    def _odoo(self) -> Connected | None:
        return self._office.odoo() if self._office.has_odoo() else None

    def _publish(self) -> Publish | None:
        """Also where nothing is advised any more: what stands in Odoo must not go on asking for what is over."""
        from triage.cli.office import Writing
        from triage.jobs.switching import Obedient

        return Obedient(Writing(self._office).publish, self._switch) if self._office.has_odoo() else None

    def _is_off(self, company: str | None = None) -> bool:
        try:
            self._switch.check(company)
        except SwitchedOff:
            return True
        return False


__all__ = ["schedule_of", "sweeper_of"]

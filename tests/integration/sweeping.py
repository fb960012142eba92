"""A sandbox with the sample day, swept into a real inbox under a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.unit.opened_store import Opened
from triage.cli.connected import Connected, using
from triage.domain import Arrival, Policy
from triage.domain.policies import PolicyBook
from triage.jobs.inbox import Inbox
from triage.jobs.sweeps import Place, Sweeper, Swept
from triage.odoo.connection import Sweeping
from triage.odoo.sandbox.demo import SampleDay
from triage.storage import inbox as rows
from triage.storage.leases import Leases
from triage.storage.watermarks import Watermarks

NOON = datetime(2099, 3, 10, 12, tzinfo=UTC)
"""Later than everything that the sandbox writes by itself: only what a test stamps is new."""
FORM = "%Y-%m-%d %H:%M:%S"


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def after(self, **more: float) -> datetime:
        """Move on; the new time."""
        self.now += timedelta(**more)
        return self.now


@dataclass
class Desk:
    """Odoo, store and sweeper of one test."""

    day: SampleDay
    at: Connected
    opened: Opened
    policies: PolicyBook = field(default_factory=lambda: PolicyBook(Policy()))
    clock: Clock = field(default_factory=Clock)
    sweeping: Sweeping = field(default_factory=lambda: Sweeping(pause_seconds=0, most_calls=1000, most_records=100_000))

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.opened.journal, self.clock)
        self.watermarks = Watermarks(self.opened.database)
        self.leases = Leases(self.opened.database, self.clock)

    def sweeper(self, holder: str = "one", **changed: Any) -> Sweeper:
        """A worker's sweeper."""
        place = Place(self.at.odoo, self.at.place, self.at.company(), self.at.capture.company, self.sweeping)
        parts = {"inbox": self.inbox, "watermarks": self.watermarks, "leases": self.leases} | changed
        return Sweeper(place, policies=self.policies, clock=self.clock, holder=holder, sleep=lambda _: None, **parts)

    def sweep(self) -> Swept:
        """One round."""
        return self.sweeper().once()

    def sweep_all(self) -> list[Swept]:
        """Rounds of one sweeper until nothing is left."""
        sweeper = self.sweeper()
        found = [sweeper.once()]
        while found[-1].is_behind:
            found.append(sweeper.once())
        return found

    def stamp(self, model: str, numbers: Iterable[int], moment: datetime, name: str = "write_date") -> None:
        """What somebody in Odoo wrote at that time."""

        def work(env: Any) -> None:
            for number in numbers:
                env.db.tables.update(model, number, {name: moment.strftime(FORM)})

        self.day.box.edit(work)

    def edit(self, model: str, number: int, moment: datetime | None = None, **values: Any) -> None:
        """Somebody changes a record, now by the test's clock unless told otherwise."""
        if values:
            self.day.box.edit(lambda env: env[model].browse(number).write(values))
        self.stamp(model, [number], moment or self.clock.now)

    def create(self, model: str, **values: Any) -> int:
        """Somebody makes a record, now by the test's clock."""
        number = self.day.box.edit(lambda env: env[model].create(values).id)
        self.stamp(model, [number], self.clock.now)
        self.stamp(model, [number], self.clock.now, "create_date")
        return int(number)

    def arrivals(self) -> list[Arrival]:
        """All that stands in the inbox, by when it came in."""
        return [self.inbox.load(row) for row in rows.every(self.opened.database)]

    def swept(self) -> list[str]:
        """The records in the inbox, each once."""
        return sorted({arrival.ref.key for arrival in self.arrivals()})


@contextmanager
def desk_at(day: SampleDay, opened: Opened) -> Iterator[Desk]:
    """A desk over a sandbox that is put back afterwards; the first round, which begins from now, is done."""
    before = day.box.snapshot()
    try:
        with using(day.connection, environment={"TRIAGE_ODOO_KEY": day.key}) as at:
            desk = Desk(day, at, opened)
            desk.sweep()
            desk.clock.after(minutes=10)
            yield desk
    finally:
        day.box.restore(before)

"""The relay and the reaper, with a queue that is a dict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.test_jobs_inbox import NOON, Clock, arrival, order
from triage.audit.journal import Journal
from triage.domain import Case, Company, Door, Gone, utc
from triage.errors import StoreError, SwitchedOff
from triage.jobs.configuration import JobsConfiguration, Share
from triage.jobs.engine import Run
from triage.jobs.inbox import Inbox
from triage.jobs.reaper import FORGOTTEN, KILLED, Reaper
from triage.jobs.relay import Relay
from triage.jobs.review import Outages
from triage.storage import workers
from triage.storage.database import Database
from triage.storage.inbox import InboxRow
from triage.storage.keys import KeyFile


class Queue:
    """A queue in memory."""

    def __init__(self) -> None:
        self.runs: dict[Run, str] = {}
        self.resumed: list[str] = []
        self.deleted_before: datetime | None = None
        self.is_broken = False

    def enqueue(self, runs: Sequence[Run]) -> None:
        if self.is_broken:
            raise StoreError("the queue is broken")
        for run in runs:
            self.runs.setdefault(run, "ENQUEUED")

    def resume(self, worker: str) -> int:
        if self.is_broken:
            raise StoreError("the queue is broken")
        self.resumed.append(worker)
        return 1

    def ended(self, runs: Iterable[Run]) -> dict[Run, str]:
        alive = {"ENQUEUED", "PENDING"}
        return {run: self.runs.get(run, "") for run in runs if self.runs.get(run, "") not in alive}

    def delete_ended(self, before: datetime) -> int:
        self.deleted_before = before
        return 0


class Switch:
    def __init__(self) -> None:
        self.off: set[str] = set()

    def check(self, company: str | None = None) -> None:
        if company in self.off:
            raise SwitchedOff("off")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(home: Path, database: Database, clock: Clock) -> Iterator[Inbox]:
    with KeyFile(home / "keys.db") as keys:
        yield Inbox(Journal(database, keys, clock), clock)


@pytest.fixture
def queue() -> Queue:
    return Queue()


def relay(inbox: Inbox, queue: Queue, clock: Clock, worker: str = "w1", **more: object) -> Relay:
    switch, outages = more.pop("switch", None), more.pop("outages", None)
    configuration = JobsConfiguration(concurrency=2, ahead=2).with_(**more)
    return Relay(inbox, queue, configuration, worker, clock, switch=switch, outages=outages)  # type: ignore[arg-type]


def accept(inbox: Inbox, *numbers: int, company: str = "Northwind", **more: object) -> list[str]:
    return [inbox.accept(arrival(f"{company}{n}{more}", n, company=company, **more)).id for n in numbers]


def state(inbox: Inbox, job: str) -> str:
    row = inbox.get(job)
    assert row is not None
    return row.state


def test_what_is_due_goes_to_the_queue_up_to_what_the_workers_can_take(
    inbox: Inbox, queue: Queue, clock: Clock
) -> None:
    jobs = accept(inbox, 1, 2, 3, 4, 5, 6)
    later = inbox.accept(arrival("later", 9, after=60)).id
    at = relay(inbox, queue, clock)
    assert at.turn() == 4
    assert at.turn() == 0
    assert {job for job, _ in queue.runs} < set(jobs)
    assert inbox.counts()["queued"] == 4
    workers.register(inbox.database, "w1", "a", utc(clock.now))
    workers.register(inbox.database, "w2", "b", utc(clock.now))
    assert at.turn() == 2
    assert state(inbox, later) == "waiting"


def test_each_company_has_its_turn(inbox: Inbox, queue: Queue, clock: Clock) -> None:
    accept(inbox, *range(1, 50))
    small = accept(inbox, 100, 101, company="Southwind")
    assert relay(inbox, queue, clock).turn() == 4
    assert {(job, 1) for job in small} <= set(queue.runs)


def test_a_company_has_its_share_of_jobs_at_once_and_of_jobs_a_minute(inbox: Inbox, queue: Queue, clock: Clock) -> None:
    accept(inbox, 1, 2, 3)
    accept(inbox, 11, 12, 13, company="Southwind")
    shares = {"Northwind": Share(concurrency=1), "Southwind": Share(per_minute=2)}
    at = relay(inbox, queue, clock, concurrency=16, companies=shares)
    assert at.turn() == 3
    for job, run in list(queue.runs):
        inbox.start(job, run, "w1")
        inbox.finish(job, Gone())
    assert at.turn() == 1
    clock.forward(seconds=61)
    for job, run in list(queue.runs):
        if inbox.start(job, run, "w1"):
            inbox.finish(job, Gone())
    assert at.turn() == 2
    assert inbox.counts()["waiting"] == 0


def test_of_one_record_the_newest_goes_and_none_while_one_is_in_hand(inbox: Inbox, queue: Queue, clock: Clock) -> None:
    old = inbox.accept(arrival("old", 1)).id
    clock.forward(seconds=10)
    new = inbox.accept(arrival("new", 1, after=5)).id
    at = relay(inbox, queue, clock)
    assert at.turn() == 1
    assert list(queue.runs) == [(new, 1)]
    assert at.turn() == 0
    assert state(inbox, old) == "waiting"


def test_while_odoo_is_down_only_what_needs_no_odoo_goes(inbox: Inbox, queue: Queue, clock: Clock) -> None:
    accept(inbox, 1)
    case = Case(record=order(2), company=Company(name="Northwind"), captured_at=NOON)
    (brought,) = accept(inbox, 2, case=case, door=Door.API)
    outages = Outages()
    outages.odoo_down(1000)
    at = relay(inbox, queue, clock, outages=outages)
    assert at.turn() == 1
    assert list(queue.runs) == [(brought, 1)]
    outages.odoo_up()
    assert at.turn() == 1


def test_while_a_company_is_switched_off_the_others_go_on(inbox: Inbox, queue: Queue, clock: Clock) -> None:
    accept(inbox, 1)
    (other,) = accept(inbox, 2, company="Southwind")
    switch = Switch()
    switch.off.add("Northwind")
    at = relay(inbox, queue, clock, switch=switch)
    assert at.turn() == 1
    assert list(queue.runs) == [(other, 1)]
    switch.off.clear()
    assert at.turn() == 1


def test_what_could_not_be_sent_is_sent_the_next_time(inbox: Inbox, queue: Queue, clock: Clock) -> None:
    (job,) = accept(inbox, 1)
    at = relay(inbox, queue, clock)
    queue.is_broken = True
    with pytest.raises(StoreError):
        at.turn()
    assert state(inbox, job) == "queued"
    queue.is_broken = False
    assert at.turn() == 1
    assert list(queue.runs) == [(job, 1)]


def test_what_a_relay_marked_before_it_died_is_sent_by_another(inbox: Inbox, queue: Queue, clock: Clock) -> None:
    (job,) = accept(inbox, 1)
    dead = relay(inbox, queue, clock, "dead")
    queue.is_broken = True
    with pytest.raises(StoreError):
        dead.turn()
    queue.is_broken = False
    at = relay(inbox, queue, clock, "w1")
    assert at.turn() == 0
    assert at.again("dead") == 1
    assert list(queue.runs) == [(job, 1)]


class Failed(list[tuple[str, str]]):
    def __call__(self, row: InboxRow, error: str) -> None:
        self.append((row.id, error))


def reaper(inbox: Inbox, queue: Queue, clock: Clock, failed: Failed) -> Reaper:
    at = relay(inbox, queue, clock, "w1")
    return Reaper(inbox, queue, at, JobsConfiguration(), clock, failed)


def test_one_of_the_living_hands_on_what_a_dead_worker_held(inbox: Inbox, queue: Queue, clock: Clock) -> None:
    workers.register(inbox.database, "dead", "x", utc(clock.now))
    workers.register(inbox.database, "stopped", "y", utc(clock.now))
    workers.stop(inbox.database, "stopped", "y", utc(clock.now))
    first, second = reaper(inbox, queue, clock, Failed()), reaper(inbox, queue, clock, Failed())
    assert first.bury("w1") == 0
    clock.forward(seconds=31)
    workers.register(inbox.database, "w1", "z", utc(clock.now))
    assert (first.bury("w1"), second.bury("w2")) == (1, 0)
    assert queue.resumed == ["dead"]


def test_a_dead_worker_is_tried_again_where_handing_on_failed(inbox: Inbox, queue: Queue, clock: Clock) -> None:
    workers.register(inbox.database, "dead", "x", utc(clock.now))
    clock.forward(seconds=31)
    at = reaper(inbox, queue, clock, Failed())
    queue.is_broken = True
    with pytest.raises(StoreError):
        at.bury("w1")
    queue.is_broken = False
    assert at.bury("w1") == 1


def test_a_worker_that_is_heard_again_is_alive(inbox: Inbox, queue: Queue, clock: Clock) -> None:
    workers.register(inbox.database, "slow", "x", utc(clock.now))
    clock.forward(seconds=31)
    assert reaper(inbox, queue, clock, Failed()).bury("w1") == 1
    assert workers.beat(inbox.database, "slow", "x", utc(clock.now), 1)
    assert [row.id for row in workers.alive(inbox.database, utc(NOON))] == ["slow"]
    workers.register(inbox.database, "slow", "other process", utc(clock.now))
    assert not workers.beat(inbox.database, "slow", "x", utc(clock.now), 1)


def test_what_the_queue_has_done_with_or_forgotten_is_not_lost(inbox: Inbox, queue: Queue, clock: Clock) -> None:
    forgotten, unknown, killed, beside, alive = accept(inbox, 1, 2, 3, 4, 5)
    relay(inbox, queue, clock, concurrency=3).turn()
    inbox.start(killed, 1, "w1")
    queue.runs[forgotten, 1] = "SUCCESS"
    queue.runs[killed, 1] = queue.runs[beside, 1] = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"
    del queue.runs[unknown, 1]
    failed = Failed()
    at = reaper(inbox, queue, clock, failed)
    assert at.search() == 0
    clock.forward(seconds=61)
    assert at.search() == 4
    assert failed == [(killed, KILLED)]
    assert [state(inbox, job) for job in (unknown, forgotten, beside)] == ["waiting"] * 3
    assert state(inbox, alive) == "queued"


def test_what_ends_without_an_outcome_again_and_again_counts_as_failed(
    inbox: Inbox, queue: Queue, clock: Clock
) -> None:
    (job,) = accept(inbox, 1)
    failed = Failed()
    at, sender = reaper(inbox, queue, clock, failed), relay(inbox, queue, clock)
    for _ in range(11):
        sender.turn()
        queue.runs = dict.fromkeys(queue.runs, "ERROR")
        clock.forward(seconds=61)
        assert at.search() == 1
    assert failed == [(job, FORGOTTEN)]


def test_what_is_old_is_deleted(inbox: Inbox, queue: Queue, clock: Clock) -> None:
    (job,) = accept(inbox, 1)
    inbox.start(job, 1, "w1")
    inbox.finish(job, Gone())
    clock.forward(days=31)
    reaper(inbox, queue, clock, Failed()).clean()
    assert inbox.get(job) is None
    assert queue.deleted_before == clock.now - timedelta(hours=24)

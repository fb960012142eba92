from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from triage.audit.journal import Journal
from triage.audit.verify import verify
from triage.domain import Arrival, Case, Coalesced, Company, DeadLetter, Door, Event, Gone, NoException, RecordRef
from triage.errors import ChainBroken, Conflict, KeyMissing, StoreError, UsageError
from triage.jobs.inbox import Inbox, backoff
from triage.storage.database import Database
from triage.storage.inbox import InboxRow
from triage.storage.keys import KeyFile

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(home: Path, database: Database, clock: Clock) -> Iterator[Inbox]:
    with KeyFile(home / "keys.db") as keys:
        yield Inbox(Journal(database, keys, clock), clock)


def order(number: int) -> RecordRef:
    return RecordRef(model="sale.order", id=number, name=f"S{number:05}")


def arrival(key: str = "a", number: int = 1, after: float = 0.0, **other: object) -> Arrival:
    came = NOON + timedelta(seconds=after)
    values = {"source": "odoo", "door": Door.HOOK, "company": "Northwind", "received_at": came, "due_at": came}
    return Arrival.model_validate({"key": key, "ref": order(number), **values, **other})


def event(number: int = 1, company: str = "Southwind") -> Event:
    return Event(key=f"odoo:{number}", source="odoo.hook", company=company, ref=order(number), received_at=NOON)


def started(inbox: Inbox, number: int = 1, key: str = "a") -> str:
    found = inbox.accept(arrival(key, number)).id
    assert inbox.start(found, 1, "w") is not None
    return found


def begun(inbox: Inbox, job: str, run: int, worker: str = "w") -> InboxRow:
    found = inbox.start(job, run, worker)
    assert found is not None
    return found


def test_what_is_accepted_says_what_came_in(inbox: Inbox) -> None:
    came = arrival()
    accepted = inbox.accept(came)
    row = inbox.get(accepted.id)
    assert accepted.new
    assert row is not None
    assert (row.state, row.attempts, row.company) == ("waiting", 0, "Northwind")
    assert inbox.load(row) == came
    assert accepted.id == inbox.id_of("odoo", "a")


def test_the_same_source_and_key_is_one_arrival(inbox: Inbox) -> None:
    first, again = inbox.accept(arrival()), inbox.accept(arrival(number=2))
    other = inbox.accept(arrival(source="n8n"))
    assert (first.id, first.new, again.new, other.new) == (again.id, True, False, True)
    row = inbox.get(first.id)
    assert row is not None
    assert inbox.load(row).ref == order(1)


def test_several_are_kept_in_one_go(inbox: Inbox) -> None:
    inbox.accept(arrival("b"))
    assert [one.new for one in inbox.accept_many([arrival(), arrival("b"), arrival("c"), arrival("c")])] == [
        True,
        False,
        True,
        False,
    ]
    assert inbox.counts() == {"waiting": 3, "queued": 0, "working": 0, "done": 0, "dead": 0}


def test_nothing_that_came_in_stands_in_clear(inbox: Inbox) -> None:
    case = Case(
        record=RecordRef(model="file", id=None, name="anna.tester@example.org"),
        company=Company(id=1, name="Northwind", currency="EUR", timezone="Europe/Berlin"),
        captured_at=NOON,
    )
    inbox.accept(arrival("anna.tester:1", ref=case.record, case=case, door=Door.API))
    (row,) = inbox.database.query("SELECT * FROM inbox")
    assert not [value for value in row if "anna.tester" in str(value)]


def test_a_case_goes_with_its_key(inbox: Inbox) -> None:
    case = Case(
        record=RecordRef(model="file", id=None, name="x.eml"),
        company=Company(id=1, name="Northwind", currency="EUR", timezone="Europe/Berlin"),
        captured_at=NOON,
    )
    row = inbox.get(inbox.accept(arrival("k", ref=case.record, case=case, door=Door.API)).id)
    assert row is not None
    inbox.journal.keys.delete(inbox.journal.keys.case_id("Northwind", case.record.key))
    with pytest.raises(KeyMissing):
        inbox.load(row)
    assert inbox.finish(row.id, DeadLetter(why="its content was erased"))


def test_a_changed_row_is_noticed(inbox: Inbox) -> None:
    found = inbox.accept(arrival()).id
    inbox.database.execute("UPDATE inbox SET company = 'Other' WHERE id = ?", (found,))
    row = inbox.get(found)
    assert row is not None
    with pytest.raises(ChainBroken):
        inbox.load(row)


def test_an_arrival_ends_once_and_its_outcome_is_recorded(inbox: Inbox) -> None:
    found = started(inbox)
    assert not inbox.knows(event())
    with inbox.database.transaction():
        inbox.journal.of(event())
        inbox.remember(begun(inbox, found, 1), event())
    assert inbox.knows(event())
    assert inbox.finish(found, NoException(why="on time"))
    assert not inbox.finish(found, Gone())
    row = inbox.get(found)
    assert row is not None
    assert (row.state, row.outcome, row.stream) == ("done", "no_exception", "Southwind")
    assert inbox.outcome(row) == NoException(why="on time")
    assert inbox.event(row) == event()
    kinds = [one["kind"] for one in inbox.database.query("SELECT kind FROM journal ORDER BY stream, seq")]
    assert kinds == ["event", "arrival"]
    assert verify(inbox.database, inbox.journal.keys).first_bad is None


def test_without_an_event_it_is_recorded_with_the_company_of_its_source(inbox: Inbox) -> None:
    found = started(inbox)
    inbox.finish(found, Gone())
    row = inbox.get(found)
    assert row is not None
    assert (row.stream, inbox.outcome(row)) == ("Northwind", Gone())


def test_an_outcome_that_cannot_be_recorded_closes_nothing(inbox: Inbox) -> None:
    found = started(inbox)
    inbox.database.execute("DROP TABLE payloads")
    with pytest.raises(StoreError):
        inbox.finish(found, Gone())
    row = inbox.get(found)
    assert row is not None
    assert (row.state, row.outcome) == ("working", None)


def test_one_review_of_a_record_at_a_time(inbox: Inbox) -> None:
    first, second = started(inbox), inbox.accept(arrival("b")).id
    with pytest.raises(Conflict):
        inbox.start(second, 1, "w2")
    other = inbox.accept(arrival("c", number=2)).id
    assert inbox.start(other, 1, "w2") is not None
    inbox.finish(first, Gone())
    assert inbox.start(second, 1, "w2") is not None


def test_a_run_is_begun_again_by_another_worker_and_an_old_run_is_not(inbox: Inbox) -> None:
    found = started(inbox)
    again = inbox.start(found, 1, "other")
    assert again is not None
    assert again.worker == "other"
    assert inbox.wait(again, NOON + timedelta(minutes=1))
    assert inbox.start(found, 1, "w") is None
    assert inbox.start(found, 2, "w") is not None


def test_a_worker_that_lost_its_run_changes_nothing(inbox: Inbox) -> None:
    found = started(inbox)
    stale = begun(inbox, found, 1, "stale")
    begun(inbox, found, 1, "other")
    assert not inbox.wait(stale, NOON)
    assert not inbox.fail(stale, "late", NOON, most=1)
    row = inbox.get(found)
    assert row is not None
    assert (row.state, row.worker, row.attempts) == ("working", "other", 0)


def test_waiting_burns_no_attempt_and_failing_does(inbox: Inbox) -> None:
    found = started(inbox)
    for run in range(1, 6):
        assert inbox.wait(begun(inbox, found, run), NOON, "Odoo is down", down=True)
    row = inbox.get(found)
    assert row is not None
    assert (row.state, row.attempts, row.waits, row.error) == ("waiting", 0, 5, "Odoo is down")
    old = begun(inbox, found, 6)
    assert inbox.fail(old, "poison", NOON, most=3)
    assert not inbox.fail(old, "an old run", NOON, most=3)
    assert inbox.fail(begun(inbox, found, 7), "poison", NOON, most=3)
    assert list(inbox.dead()) == []
    assert inbox.fail(begun(inbox, found, 8), "poison", NOON, most=3)
    assert [one.id for one in inbox.dead()] == [found]


def dead(inbox: Inbox) -> str:
    found = started(inbox)
    inbox.fail(begun(inbox, found, 1), "poison", NOON, most=1)
    return found


def test_a_dead_letter_is_tried_again_on_a_persons_word(inbox: Inbox) -> None:
    found = dead(inbox)
    inbox.retry(found, "anna", "the disk was full")
    row = inbox.get(found)
    assert row is not None
    assert (row.state, row.attempts, row.run) == ("waiting", 0, 2)
    with pytest.raises(UsageError, match="not dead"):
        inbox.retry(found, "anna", "again")
    kinds = [one["kind"] for one in inbox.database.query("SELECT kind FROM journal")]
    assert kinds == ["arrival"]


def test_a_dead_letter_is_discarded_with_person_and_reason(inbox: Inbox) -> None:
    found = dead(inbox)
    with pytest.raises(UsageError, match="who decides"):
        inbox.discard(found, "anna", " ")
    inbox.discard(found, "anna", "a test order")
    row = inbox.get(found)
    assert row is not None
    assert inbox.outcome(row) == DeadLetter(why="poison")
    assert list(inbox.dead()) == []


def test_a_job_is_found_by_the_beginning_of_its_id(inbox: Inbox) -> None:
    found = inbox.accept(arrival()).id
    assert inbox.find(found[:10].upper()).id == found
    with pytest.raises(UsageError, match="at least 8"):
        inbox.find(found[:4])
    with pytest.raises(UsageError, match="no job"):
        inbox.find("0" * 64)


def test_old_payloads_go_first_and_rows_later(inbox: Inbox, clock: Clock) -> None:
    found = started(inbox)
    waiting = inbox.accept(arrival("b", number=2)).id
    inbox.finish(found, Coalesced(into="x"))
    clock.forward(days=10)
    assert inbox.purge(clock.now - timedelta(days=7), clock.now - timedelta(days=30)) == (1, 0)
    row = inbox.get(found)
    assert row is not None
    with pytest.raises(KeyMissing):
        inbox.load(row)
    assert inbox.outcome(row) == Coalesced(into="x")
    assert not inbox.accept(arrival()).new
    clock.forward(days=30)
    assert inbox.purge(clock.now - timedelta(days=7), clock.now - timedelta(days=30)) == (0, 1)
    assert inbox.accept(arrival()).new
    kept = inbox.get(waiting)
    assert kept is not None
    assert inbox.load(kept).key == "b"


def test_a_days_key_goes_when_nothing_is_sealed_with_it_any_more(inbox: Inbox, clock: Clock) -> None:
    first, second = started(inbox), inbox.accept(arrival("b", number=2)).id
    row = inbox.get(first)
    assert row is not None
    inbox.finish(first, Gone())
    clock.forward(days=10)
    inbox.purge(clock.now, clock.now - timedelta(days=30))
    assert inbox.journal.keys.key(row.key_case)
    inbox.start(second, 1, "w")
    inbox.finish(second, Gone())
    clock.forward(days=10)
    inbox.purge(clock.now, clock.now - timedelta(days=30))
    with pytest.raises(KeyMissing):
        inbox.journal.keys.key(row.key_case)


def test_backoff_doubles_up_to_a_bound() -> None:
    assert [backoff(times, 2, 60).total_seconds() for times in (0, 1, 2, 9, 900)] == [2, 4, 8, 60, 60]

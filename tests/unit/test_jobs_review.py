"""One job over a real store, with an Odoo that is a dict."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.opened_store import COMPANY, NOW, case
from triage.audit.journal import Journal
from triage.cards.store import CardStore
from triage.domain import (
    Advised,
    Arrival,
    ArrivalRecord,
    Case,
    Category,
    Classification,
    Coalesced,
    Door,
    Event,
    Method,
    Mode,
    Outcome,
    Policy,
    Producer,
    RecordRef,
    Suggestion,
    Summary,
)
from triage.domain.policies import PolicyBook
from triage.errors import (
    AccessDenied,
    ModelInvalid,
    ModelUnavailable,
    NewerRecord,
    NotStorable,
    OdooUnavailable,
    RecordMissing,
    StoreError,
    SwitchedOff,
)
from triage.jobs.bounds import Gate
from triage.jobs.configuration import JobsConfiguration, Share
from triage.jobs.inbox import Inbox
from triage.jobs.review import Reviewer, safe
from triage.models.turns import turn
from triage.pipeline import Desk, one_policy
from triage.storage import inbox as inbox_rows
from triage.storage import records
from triage.storage.database import Database
from triage.storage.inbox import InboxRow
from triage.storage.keys import KeyFile

BY = Producer(method=Method.EMBEDDED, model="test", version="0")
ORDER = case().record


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Odoo:
    """Records by key, read anew by each source; what goes wrong can be planned."""

    def __init__(self) -> None:
        self.records: dict[str, Case] = {ORDER.key: case()}
        self.error: Exception | None = None
        self.reads = 0

    def event(self, ref: RecordRef) -> Event:
        self.reads += 1
        if self.error:
            raise self.error
        found = self.records.get(ref.key)
        if found is None:
            raise RecordMissing("not there")
        key = f"odoo:{found.fingerprint()}"
        return Event(key=key, source="command", company=COMPANY, ref=ref, received_at=NOW)

    def capture(self, ref: RecordRef) -> Case | None:
        return self.records.get(ref.key)


class Task:
    """Answers, or does what was planned; counts."""

    acting = {"model": "0"}

    def __init__(self, key: str, answer: Any) -> None:
        self.key, self.answer, self.times = key, answer, 0
        self.before: Callable[[], None] = lambda: None

    def invoke(self, view: object) -> Any:
        self.times += 1
        self.before()
        return self.answer


class Office:
    def __init__(self, home: Path, clock: Clock) -> None:
        self.database = Database.open(home / "audit.db")
        self.keys = KeyFile(home / "keys.db")
        self.journal = Journal(self.database, self.keys, clock)
        self.cards = CardStore(self.database, self.keys, clock)
        self.odoo = Odoo()
        suggested = Suggestion(category=Category.STOCK)
        self.classify = Task("classify", Classification(by=BY, suggestions=(suggested,), language="en"))
        self.summarise = Task("summarise", Summary(by=BY, text="They ask for bolts."))
        self.now = Policy(default_mode=Mode.SHADOW, min_confidence=0)
        self.answers: list[Outcome] = []

    def source(self) -> Odoo:
        return self.odoo

    def desk(self, source: Any) -> Desk:
        return Desk(
            journal=self.journal,
            source=source,
            policies=one_policy(self.now),
            extract=self.classify,  # type: ignore[arg-type]
            tasks=[self.classify, self.summarise],
            cards=self.cards,
        )

    def policies(self) -> PolicyBook:
        return PolicyBook(base=self.now)

    def acting(self) -> dict[str, str]:
        return {"policy": self.now.fingerprint()}

    def answer(self, arrival: Arrival, outcome: Outcome) -> None:
        self.answers.append(outcome)


class Switch:
    is_off = False

    def check(self, company: str | None = None) -> None:
        if self.is_off:
            raise SwitchedOff("off")


class Bench:
    def __init__(self, home: Path) -> None:
        self.clock = Clock()
        self.office = Office(home, self.clock)
        self.inbox = Inbox(self.office.journal, self.clock)
        self.switch = Switch()
        self.presses = 0
        self.reviewer = self.made()

    def asked(self) -> None:
        """What is done when somebody has pressed a button of a card in Odoo."""
        if self.office.odoo.error is not None:
            raise self.office.odoo.error
        self.presses += 1

    def made(self, worker: str = "w1", gate: Gate | None = None, **more: object) -> Reviewer:
        configuration = JobsConfiguration().with_(**more)
        return Reviewer(
            self.inbox,
            self.office,
            configuration,
            worker,
            self.clock,
            switch=self.switch,
            answering=self.office,
            gate=gate,
            asked=self.asked,
        )

    def accept(self, key: str = "a", ref: RecordRef = ORDER, after: float = 0, **more: object) -> str:
        values = {"source": "odoo", "door": Door.HOOK, "company": "Northwind", "received_at": self.clock.now}
        due = self.clock.now + timedelta(seconds=after)
        return self.inbox.accept(Arrival.model_validate({"key": key, "ref": ref, "due_at": due, **values, **more})).id

    def row(self, job: str) -> InboxRow:
        found = self.inbox.get(job)
        assert found is not None
        return found

    def review(self, job: str, reviewer: Reviewer | None = None) -> InboxRow:
        (reviewer or self.reviewer).review(job, self.row(job).run)
        return self.row(job)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.office.database.close()
    made.office.keys.close()


def test_an_arrival_becomes_a_card_and_its_event_carries_the_door(bench: Bench) -> None:
    job = bench.accept()
    row = bench.review(job)
    outcome, event = bench.inbox.outcome(row), bench.inbox.event(row)
    assert isinstance(outcome, Advised)
    assert event is not None
    assert (event.source, row.stream, len(outcome.cards)) == ("odoo.hook", COMPANY, 1)


def test_the_same_record_unchanged_is_the_event_that_it_was(bench: Bench) -> None:
    first, second = bench.accept("a"), bench.accept("b", after=0)
    bench.review(first)
    assert bench.row(second).outcome == "coalesced"
    third = bench.review(bench.accept("c"))
    event = bench.inbox.event(bench.row(first))
    assert event is not None
    assert bench.inbox.outcome(third).model_dump() == {"kind": "coalesced", "into": event.key}  # type: ignore[union-attr]
    assert bench.office.classify.times == 1


def test_a_snapshot_that_was_overtaken_does_not_undo_the_newer_one(bench: Bench) -> None:
    def fail() -> None:
        raise ModelInvalid("does not fit")

    first = bench.accept("a")
    bench.office.summarise.before = fail
    assert bench.review(first).state == "waiting"
    bench.office.summarise.before = lambda: None
    bench.clock.forward(5)
    newer = case().with_(captured_at=bench.clock.now)
    bench.office.odoo.records[ORDER.key] = newer
    second = bench.review(bench.accept("b"))
    bench.clock.forward(20)
    told = bench.inbox.outcome(bench.review(first))
    event = bench.inbox.event(second)
    assert event is not None
    assert told == Coalesced(into=event.key)
    [card] = bench.office.cards.all()
    assert card.proposal.case == newer.fingerprint()


def test_a_record_that_is_as_it_was_before_the_last_change_is_reviewed_again_once(bench: Bench) -> None:
    before, after = case(), case().with_(missing=("the books",))
    found = []
    for number, state in enumerate((before, after, before, before, after, after)):
        bench.clock.forward(60)
        bench.office.odoo.records[ORDER.key] = state
        found.append(bench.review(bench.accept(str(number))).outcome)
        [card] = bench.office.cards.all()
        assert card.proposal.case == state.fingerprint()
    assert found == ["advised", "advised", "advised", "coalesced", "advised", "coalesced"]


def test_a_run_that_was_killed_is_resumed_from_what_was_captured(bench: Bench) -> None:
    job = bench.accept()
    killed = RuntimeError("as kill -9 would")

    def die() -> None:
        raise killed

    bench.office.summarise.before = die
    bench.reviewer._fail = lambda row, error: None  # type: ignore[method-assign]
    assert bench.review(job).state == "working"
    bench.office.summarise.before = lambda: None
    bench.office.odoo.records[ORDER.key] = case().with_(captured_at=NOW + timedelta(hours=1))
    row = bench.review(job, bench.made("w2"))
    assert row.outcome == "advised"
    assert (bench.office.odoo.reads, bench.office.classify.times) == (1, 1)
    assert len(bench.office.journal.database.query("SELECT 1 FROM journal WHERE kind = 'event'")) == 1


def test_an_outage_is_waited_for_longer_and_longer_and_burns_no_attempt(bench: Bench) -> None:
    job = bench.accept()
    bench.office.odoo.error = OdooUnavailable("down")
    for seconds in (5, 10, 20):
        row = bench.review(job)
        assert (row.state, row.attempts) == ("waiting", 0)
        assert datetime.fromisoformat(row.due_at) == bench.clock.now + timedelta(seconds=seconds)
    assert bench.reviewer.outages.is_odoo_down
    bench.office.odoo.error = None
    assert bench.review(job).outcome == "advised"
    assert not bench.reviewer.outages.is_odoo_down


@pytest.mark.parametrize("error", [ModelUnavailable("busy", retry_after=77), AccessDenied("the key is expired")])
def test_what_may_work_later_is_waited_for(bench: Bench, error: Exception) -> None:
    job = bench.accept()

    def fail() -> None:
        raise error

    bench.office.classify.before = fail
    row = bench.review(job)
    assert (row.state, row.attempts, row.waits) == ("waiting", 0, 1)
    wait = datetime.fromisoformat(row.due_at) - bench.clock.now
    assert wait.total_seconds() == (getattr(error, "retry_after", None) or 5)


def test_what_only_a_newer_version_understands_is_left_to_it(bench: Bench) -> None:
    job = bench.accept()

    def meet() -> None:
        raise NewerRecord("a Case was written by version 999.1.2", 999_001_002)

    bench.office.classify.before = meet
    row = bench.review(job)
    assert (row.state, row.attempts, row.waits, row.version) == ("waiting", 0, 0, 999_001_002)
    database, later = bench.office.journal.database, "9999"
    assert inbox_rows.due(database, row.company, later, 9, version=999_001_001) == []
    assert [each.id for each in inbox_rows.due(database, row.company, later, 9, version=999_001_002)] == [row.id]


def test_what_fails_by_itself_is_given_up_after_three_attempts(bench: Bench) -> None:
    job = bench.accept()

    def fail() -> None:
        raise ModelInvalid("Jane Doe's letter does not fit")

    bench.office.classify.before = fail
    for attempt, state in ((1, "waiting"), (2, "waiting"), (3, "dead")):
        row = bench.review(job)
        assert (row.attempts, row.state) == (attempt, state)
        assert row.error is not None
        assert row.error.startswith("ModelInvalid at tests/unit/test_jobs_review.py:")
        assert "Jane" not in row.error


def test_what_the_store_cannot_hold_is_no_outage(bench: Bench) -> None:
    job = bench.accept()

    def fail() -> None:
        raise NotStorable("a text holds NUL")

    bench.office.classify.before = fail
    assert [bench.review(job).state for _ in range(3)] == ["waiting", "waiting", "dead"]


def test_a_store_that_cannot_record_leaves_the_job_to_be_found(bench: Bench) -> None:
    job = bench.accept()

    def fail() -> None:
        bench.office.database.execute("DROP TABLE payloads")

    bench.office.classify.before = fail
    row = bench.review(job)
    assert row.outcome is None
    assert row.error is not None
    assert row.error.startswith("StoreError")


def test_a_record_that_is_gone_and_one_that_was_erased_are_gone(bench: Bench) -> None:
    gone = bench.accept("gone", RecordRef(model="sale.order", id=7, name="S7"))
    assert bench.review(gone).outcome == "gone"
    erased = bench.accept("erased")
    bench.office.database.execute("UPDATE inbox SET sealed = NULL WHERE id = ?", (erased,))
    assert bench.review(erased).outcome == "gone"


def test_who_asked_about_what_was_erased_meanwhile_is_told_nothing_and_the_job_ends(bench: Bench) -> None:
    asked = bench.accept(answer_to="/ai/response/1/abc", door=Door.BRIDGE)
    bench.office.keys.delete(bench.row(asked).key_case)
    row = bench.review(asked)
    assert (row.state, row.outcome, row.attempts) == ("done", "gone", 0)
    assert bench.office.answers == []


@pytest.mark.parametrize("times", [1, 3])
def test_a_case_that_was_erased_between_two_attempts_is_gone_or_can_be_discarded(bench: Bench, times: int) -> None:
    job = bench.accept()

    def fail() -> None:
        raise ModelInvalid("does not fit")

    bench.office.summarise.before = fail
    for _ in range(times):
        bench.review(job)
    event = bench.inbox.event(bench.row(job))
    assert event is not None
    bench.office.keys.delete(bench.office.journal.case_key(event))
    if times == 3:
        bench.inbox.discard(job, "mila", "erased")
    else:
        bench.review(job)
    row = bench.row(job)
    assert (row.state, row.outcome, row.stream) == ("done", "dead_letter" if times == 3 else "gone", COMPANY)
    record = records.at(bench.office.database, COMPANY, row.outcome_seq or 0)
    assert record is not None
    told = bench.office.journal.opened(record)
    assert isinstance(told, ArrivalRecord)
    assert told.ref is None


def test_a_later_arrival_that_is_not_due_takes_the_place_until_the_burst_has_lasted_long_enough(bench: Bench) -> None:
    first = bench.accept("1")
    bench.clock.forward(10)
    second = bench.accept("2", after=50)
    assert bench.review(first).outcome == "superseded"
    assert bench.row(first).carried_by == second
    bench.clock.forward(50)
    third = bench.accept("3", after=50)
    row = bench.review(second)
    assert row.outcome == "advised"
    assert bench.row(third).state == "waiting"


def test_another_review_of_the_record_is_waited_for(bench: Bench) -> None:
    first, second = bench.accept("1"), bench.accept("2", answer_to="/ai/response/1/abc")
    bench.office.database.execute("UPDATE inbox SET state = 'queued', worker = 'w1'")
    bench.inbox.start(first, 1, "other")
    row = bench.review(second)
    assert (row.state, row.attempts, row.run) == ("waiting", 0, 2)


def test_who_asked_for_an_answer_gets_one_of_his_own(bench: Bench) -> None:
    plain, asked = bench.accept("1"), bench.accept("2", answer_to="/ai/response/1/abc", door=Door.BRIDGE)
    bench.review(plain)
    assert bench.row(asked).state == "waiting"
    assert bench.review(asked).outcome == "coalesced"
    assert [one.kind for one in bench.office.answers] == ["coalesced"]


def test_the_switch_stops_a_job_between_its_steps_and_it_goes_on_where_it_was(bench: Bench) -> None:
    job = bench.accept()

    def off() -> None:
        bench.switch.is_off = True

    bench.office.classify.before = off
    row = bench.review(job)
    assert (row.state, row.attempts, row.error) == ("waiting", 0, "the kill switch is off")
    assert bench.office.summarise.times == 0
    bench.switch.is_off = False
    bench.office.classify.before = lambda: None
    assert bench.review(job).outcome == "advised"
    assert bench.office.classify.times == 1


def test_a_policy_that_is_off_reads_nothing(bench: Bench) -> None:
    bench.office.now = Policy(default_mode=Mode.OFF)
    assert bench.review(bench.accept()).outcome == "no_exception"
    assert bench.office.odoo.reads == 0


def test_a_case_of_its_own_is_reviewed_without_odoo(bench: Bench) -> None:
    bench.office.odoo.error = OdooUnavailable("down")
    job = bench.accept("k", case=case(), door=Door.API)
    assert bench.review(job).outcome == "advised"
    later = case().with_(captured_at=NOW + timedelta(minutes=5))
    assert bench.review(bench.accept("k2", case=later, door=Door.API)).outcome == "coalesced"


def test_a_job_that_takes_too_long_is_stopped_at_its_next_step(bench: Bench) -> None:
    reviewer, job = bench.made(job_seconds=0.05), bench.accept()
    bench.office.classify.before = lambda: threading.Event().wait(0.1) and None
    row = bench.review(job, reviewer)
    assert (row.state, row.attempts) == ("waiting", 1)
    assert row.error is not None
    assert row.error.startswith("TooLong")
    assert bench.office.summarise.times == 0


def test_a_job_in_one_step_for_too_long_is_told(bench: Bench) -> None:
    reviewer, job = bench.made(stuck_seconds=0.01), bench.accept()
    told: list[str] = []

    def look() -> None:
        threading.Event().wait(0.05)
        told.extend(row.id for row in reviewer.stuck())

    bench.office.classify.before = look
    bench.review(job, reviewer)
    assert told == [job]
    assert reviewer.stuck() == []


def test_after_stop_what_was_taken_goes_back(bench: Bench) -> None:
    job = bench.accept()
    bench.reviewer.stop()
    row = bench.review(job)
    assert (row.state, row.attempts, row.run) == ("waiting", 0, 2)


def test_an_endpoint_has_so_many_questions_at_once(bench: Bench) -> None:
    gate, most, now = Gate(Share(concurrency=2)), [0], [0]
    lock = threading.Lock()

    def count() -> None:
        with turn():  # as every exchange with a model server does
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            threading.Event().wait(0.05)
            with lock:
                now[0] -= 1

    bench.office.classify.before = count
    reviewer = bench.made(gate=gate)
    jobs = []
    for number in range(6):
        ref = RecordRef(model="sale.order", id=number, name=f"S{number}")
        bench.office.odoo.records[ref.key] = case().with_(record=ref)
        jobs.append(bench.accept(str(number), ref))
    threads = [threading.Thread(target=reviewer.review, args=(job, 1)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [bench.row(job).outcome for job in jobs] == ["advised"] * 6
    assert most == [2]


def test_an_endpoint_has_so_many_questions_a_minute() -> None:
    gate, asked = Gate(Share(per_minute=2)), []

    class Enough(Exception):
        pass

    def check() -> None:
        raise Enough

    for _ in range(2):
        with gate.turn(check):
            asked.append(1)
    with pytest.raises(Enough), gate.turn(check):
        asked.append(1)
    assert asked == [1, 1]


def test_an_error_is_told_without_its_words() -> None:
    with pytest.raises(StoreError) as caught:
        raise StoreError("Jane Doe, jane@doe-fixings.example")
    said = safe(caught.value)
    assert said.startswith("StoreError at tests/unit/test_jobs_review.py:")
    assert "Jane" not in said


def test_a_hint_about_a_cards_row_has_requests_answered_and_is_no_case(bench: Bench) -> None:
    row_in_odoo = RecordRef(model="x_triage_card", id=5, name="x_triage_card:5")
    job = bench.accept(ref=row_in_odoo)
    bench.office.odoo.error = OdooUnavailable("down")
    assert (bench.review(job).state, bench.presses) == ("waiting", 0)
    bench.office.odoo.error = None
    assert (bench.review(job).outcome, bench.presses) == ("no_exception", 1)
    assert bench.office.cards.all() == []

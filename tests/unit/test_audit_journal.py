"""A step is recorded once and never done again; what cannot be recorded does not happen."""

from __future__ import annotations

import json
import random
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.opened_store import COMPANY, NOW, ORDER, Opened, case, event, ref
from triage.audit.journal import Journal
from triage.audit.subjects import subjects_of
from triage.audit.verify import verify
from triage.domain import Case, Document, Fact, Gone, NoException, RecordRef, Removal, Usage
from triage.errors import Conflict, KeyMissing, StoreError, UsageError


@pytest.fixture
def opened(home: Path):
    with Opened(home) as store:
        yield store


@pytest.fixture
def in_file(tmp_path: Path):
    """A store in a file, for what only files have."""
    with Opened(tmp_path) as store:
        yield store


class Counting:
    """Gives a new value at each call, and counts."""

    def __init__(self, acting: dict[str, str] | None = None) -> None:
        self.times = 0
        if acting is not None:
            self.acting = acting

    def __call__(self, given: object) -> RecordRef:
        self.times += 1
        return ref(self.times)

    def method(self, given: object) -> RecordRef:
        return self(given)


def bodies(opened: Opened) -> list[dict]:
    return [json.loads(row["body"]) for row in opened.database.query("SELECT body FROM journal ORDER BY seq")]


def test_a_step_is_done_once(opened: Opened) -> None:
    produce = Counting()
    log = opened.journal.of(event())
    first = log.once("capture", ORDER, produce)
    assert log.once("capture", ORDER, produce) == first
    assert opened.journal.of(event()).once("capture", ORDER, produce) == first
    assert produce.times == 1


def test_nothing_is_a_result_too(opened: Opened) -> None:
    log = opened.journal.of(event())
    assert log.once("capture", ORDER, lambda _: None) is None
    assert log.once("capture", ORDER, lambda _: pytest.fail("asked again")) is None


def test_what_makes_a_step_another_one(opened: Opened) -> None:
    log = opened.journal.of(event())
    other = opened.journal.of(event("file:2"))
    elsewhere = opened.journal.of(event(company="Elsewhere B.V."))
    results = [
        log.once("a", ORDER, Counting()),
        log.once("b", ORDER, Counting()),
        log.once("a", ref(7), Counting()),
        log.once("a", "S00042", Counting()),
        log.once("a", None, Counting()),
        log.once("a", ORDER, Counting({"model": "1"})),
        log.once("a", ORDER, Counting({"model": "2"}).method),
        other.once("a", ORDER, Counting()),
        elsewhere.once("a", ORDER, Counting()),
    ]
    assert len(results) == len({row["once"] for row in opened.database.query("SELECT once FROM journal")}) - 3


def test_what_acted_stands_in_the_envelope(opened: Opened) -> None:
    log = opened.journal.of(event())
    log.once("classify", ORDER, Counting({"model": "m1", "prompt": "p1"}).method)
    assert bodies(opened)[-1]["acting"] == {"model": "m1", "prompt": "p1"}
    again = Counting({"prompt": "p1", "model": "m1"})
    log.once("classify", ORDER, again.method)
    assert again.times == 0


def test_a_document_comes_back_byte_for_byte(opened: Opened) -> None:
    document = Document(name="a.pdf", media_type="application/pdf", content=bytes(range(256)) * 500)
    whole = case().with_(documents=(document,))
    log = opened.journal.of(event())
    assert log.once("capture", ORDER, lambda _: whole) == whole
    assert log.once("capture", ORDER, lambda _: pytest.fail("asked again")) == whole


def test_a_failed_step_is_tried_again(opened: Opened) -> None:
    log = opened.journal.of(event())
    with pytest.raises(ZeroDivisionError):
        log.once("capture", ORDER, lambda _: 1 / 0)
    assert log.once("capture", ORDER, Counting()) == ref(1)


def test_a_step_works_outside_any_transaction(opened: Opened) -> None:
    log = opened.journal.of(event())
    inside: list[bool] = []

    def produce(_: object) -> None:
        inside.append(opened.database.in_transaction)

    log.once("capture", ORDER, produce)
    log.atomic("card", ORDER, produce)
    assert inside == [False, True]
    with pytest.raises(UsageError, match="inside a transaction"), opened.database.transaction():
        log.once("later", ORDER, Counting())


def test_a_change_and_its_record_happen_together(opened: Opened) -> None:
    log = opened.journal.of(event())

    def change(_: object) -> Usage:
        opened.database.execute("INSERT INTO settings VALUES ('a', 'b')")
        return Usage()  # cannot be recorded

    with pytest.raises(UsageError, match="TYPES"):
        log.atomic("card", ORDER, change)  # type: ignore[type-var]
    assert opened.database.query("SELECT * FROM settings WHERE name = 'a'") == []
    assert log.atomic("card", ORDER, Counting()) == ref(1)
    assert log.atomic("card", ORDER, Counting()) == ref(1)


def test_an_input_without_a_fingerprint_is_refused(opened: Opened) -> None:
    with pytest.raises(UsageError, match="fingerprint"):
        opened.journal.of(event()).once("capture", 42, Counting())


def test_an_event_ends_once(opened: Opened) -> None:
    log = opened.journal.of(event())
    assert log.outcome() is None
    assert log.close(NoException(why="thanks")) == NoException(why="thanks")
    log.close(NoException(why="thanks"))
    with pytest.raises(Conflict, match="no_exception"):
        log.close(Gone())
    assert opened.journal.of(event()).outcome() == NoException(why="thanks")
    assert [body["kind"] for body in bodies(opened)] == ["event", "outcome"]


def test_records_count_up_in_each_stream(opened: Opened) -> None:
    key = opened.journal.case_key(event())
    given = {"kind": "effect", "case": key, "event": None, "value": ORDER}
    sequences = [opened.journal.record(stream=stream, **given) for stream in ("a", "b", "a")]
    assert sequences == [1, 1, 2]


def test_a_record_joins_the_transaction(opened: Opened) -> None:
    key = opened.journal.case_key(event())
    with pytest.raises(ZeroDivisionError), opened.database.transaction():
        opened.journal.record(stream="a", kind="effect", case=key, event=None, value=ORDER)
        raise ZeroDivisionError
    assert bodies(opened) == []


def test_a_case_is_named_by_its_id_only(opened: Opened) -> None:
    with pytest.raises(UsageError, match="case_key"):
        opened.journal.record(stream="a", kind="effect", case="file:jane-doe.eml", event=None, value=ORDER)


def test_nothing_personal_is_readable_in_the_file(in_file: Opened, tmp_path: Path) -> None:
    mail = event(record=RecordRef(model="file", id=None, name="complaint-jane-doe.eml"))
    log = in_file.journal.of(mail)
    log.once("capture", mail.ref, lambda _: case())
    in_file.journal.record(
        stream=COMPANY, kind="note", case=log.case, event=mail.key, value=None, subjects=["Jane Doe"]
    )
    in_file.database.close()
    for file in tmp_path.iterdir():
        content = file.read_bytes().lower()
        assert b"jane-doe" not in content, file.name
        assert b"jane doe" not in content, file.name
        assert b"doe-fixings" not in content, file.name


def test_the_people_of_a_case_are_named_by_keyed_hashes(opened: Opened) -> None:
    opened.journal.of(event()).once("capture", ORDER, lambda _: case())
    wanted = {opened.keys.subject_hash(name) for name in ("Jane Doe", "jane@doe-fixings.example", "Jane Doe Fixings")}
    assert set(bodies(opened)[-1]["subjects"]) == wanted
    assert bodies(opened)[0]["subjects"] == []


def test_only_cases_name_people() -> None:
    assert subjects_of(Fact(name="a", value="Jane Doe")) == frozenset()
    assert subjects_of(None) == frozenset()
    assert subjects_of(Case(record=ORDER, company=case().company, captured_at=NOW)) == frozenset()


def test_events_on_one_record_are_erased_together(opened: Opened) -> None:
    logs = [opened.journal.of(event(key)) for key in ("file:1", "file:2")]
    other = opened.journal.of(event("file:3", ref(7)))
    for log in (*logs, other):
        log.once("capture", ORDER, lambda _: case())
    opened.keys.delete(logs[0].case)
    for log in logs:
        with pytest.raises(KeyMissing, match="erased"):
            log.once("capture", ORDER, lambda _: case())
    assert other.once("capture", ORDER, lambda _: None) == case()
    checked = verify(opened.database, opened.keys)
    assert (checked.first_bad, checked.erased, checked.opened) == (None, 4, 2)


def test_after_an_erasure_new_events_on_the_record_are_recorded(opened: Opened) -> None:
    opened.keys.delete(opened.journal.of(event("file:1")).case)
    log = opened.journal.of(event("file:2"))
    assert log.once("capture", ORDER, Counting()) == log.once("capture", ORDER, Counting())


def test_the_journal_cannot_be_edited_through_the_store(opened: Opened) -> None:
    opened.journal.of(event())
    same = "stream, seq" if opened.database.engine == "sqlite" else "stream, seq, month"
    for sql in (
        "UPDATE journal SET kind = 'x'",
        "DELETE FROM journal",
        "UPDATE payloads SET seq = seq",
        "DELETE FROM payloads",
        f"INSERT INTO payloads SELECT * FROM payloads WHERE 1 = 1 ON CONFLICT ({same}) DO UPDATE"
        " SET sealed = excluded.sealed",
        "INSERT INTO removals SELECT stream, seq, stream, seq FROM journal",
    ):
        with pytest.raises(StoreError, match=r"append-only|removal"):
            opened.database.execute(sql)
    assert verify(opened.database, opened.keys).first_bad is None


def test_a_payload_may_go_where_a_record_allows_it(opened: Opened) -> None:
    log = opened.journal.of(event())
    leave = Removal(kinds=("event",), before=NOW, count=1, sequences=(1,), by="timer", at=NOW)
    seq = opened.journal.record(stream=COMPANY, kind="retention", case=log.case, event=None, value=leave)
    opened.database.execute("INSERT INTO removals VALUES (?, 1, ?, ?)", (COMPANY, COMPANY, seq))
    opened.database.execute("DELETE FROM payloads WHERE seq = 1")
    checked = verify(opened.database, opened.keys)
    assert (checked.first_bad, checked.erased, checked.payloads) == (None, 1, 1)


def test_a_full_disk_leaves_nothing_behind(in_file: Opened) -> None:
    log = in_file.journal.of(event())
    pages = in_file.database.query("PRAGMA page_count")[0][0]
    in_file.database.query(f"PRAGMA max_page_count={pages}")
    big = Document(name="a", media_type="b", content=random.Random(1).randbytes(90_000))
    with pytest.raises(StoreError, match="disk is full"):
        log.once("capture", ORDER, lambda _: case().with_(documents=(big,)))
    in_file.database.query("PRAGMA max_page_count=1000000")
    assert len(bodies(in_file)) == 1
    assert log.once("capture", ORDER, Counting()) == ref(1)
    assert verify(in_file.database, in_file.keys).first_bad is None


def test_threads_doing_one_step_agree(opened: Opened) -> None:
    log = opened.journal.of(event())
    together = threading.Barrier(4)
    results: list[RecordRef] = []

    def work(number: int) -> None:
        def produce(_: object) -> RecordRef:
            together.wait(timeout=20)
            return ref(number)

        results.append(log.once("capture", ORDER, produce))

    workers = [threading.Thread(target=work, args=(n,)) for n in range(1, 5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(results) == 4
    assert set(results) == {log.once("capture", ORDER, Counting())}
    assert [body["step"] for body in bodies(opened)] == [None, "capture"]


def test_threads_that_record_at_once_make_one_chain_a_company(opened: Opened, tmp_path: Path) -> None:
    """Also where they bring the same step twice, and where another process appends in between."""
    companies = [COMPANY, "Elsewhere B.V."]
    together = threading.Barrier(8)

    def work(journal: Journal, number: int) -> None:
        together.wait(timeout=20)
        for each in range(12):
            log = journal.of(event(f"file:{number // 2}:{each}", company=companies[number % 4 // 2]))
            log.once("capture", ORDER, lambda _: ref(1))
            log.note("note", ref(number + 1))

    with Opened(opened.home) as other:
        workers = [
            threading.Thread(target=work, args=((opened, other)[number == 7].journal, number)) for number in range(8)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    checked = verify(opened.database, opened.keys)
    assert (checked.first_bad, checked.records, checked.streams) == (None, 4 * 12 * 2 + 8 * 12, 2)


class Crash(BaseException):
    """The process dies here."""


steps = st.lists(
    st.tuples(
        st.sampled_from(["file:1", "file:2"]),
        st.sampled_from(["capture", "classify"]),
        st.sampled_from(["a", "b"]),
        st.sampled_from([{}, {"model": "1"}]),
        st.booleans(),
        st.sampled_from(["runs", "dies before", "dies between"]),
    ),
    max_size=14,
)


@settings(max_examples=30, deadline=None)
@given(steps)
def test_whatever_dies_nothing_recorded_is_done_again(sequence: list) -> None:
    with tempfile.TemporaryDirectory() as home, Opened(Path(home)) as opened:
        recorded: dict[tuple, RecordRef] = {}
        made = 0
        for key, step, given_, acting, atomic, fate in sequence:
            identity = (key, step, given_, *acting)

            def produce(_: str, identity: tuple = identity, fate: str = fate) -> RecordRef:
                nonlocal made
                assert identity not in recorded, "done again"
                if fate == "dies before":
                    raise Crash
                made += 1
                return ref(made)

            produce.acting = acting  # type: ignore[attr-defined]
            log = opened.journal.of(event(key))
            run: Callable = log.atomic if atomic else log.once
            with pytest.MonkeyPatch.context() as patched:
                if fate == "dies between":
                    patched.setattr(opened.journal, "_append", _die)
                try:
                    result = run(step, given_, produce)
                except Crash:
                    assert identity not in recorded
                    continue
            assert recorded.setdefault(identity, result) == result
        checked = verify(opened.database, opened.keys)
        assert checked.first_bad is None
        assert checked.records == len(recorded) + len({key for key, *_ in sequence})


def _die(*_: object) -> None:
    raise Crash

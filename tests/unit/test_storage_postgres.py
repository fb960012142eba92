"""A store on a server: broken connections, two that wait for each other, roles, and words for what is wrong."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.databases import PostgresServer, damage, place_in
from tests.unit.opened_store import COMPANY, NOW, ORDER, Opened, case, event, proposal, ref
from triage.audit.verify import verify
from triage.domain import NoException, Removal
from triage.errors import ConfigurationError, Conflict, NotStorable, StoreError
from triage.storage import connections, records
from triage.storage import database as database_module
from triage.storage.connections import shown
from triage.storage.database import Database
from triage.storage.postgres import PostgresDatabase
from triage.storage.postgres_failures import lost


@pytest.fixture
def store(postgres_url: str):
    with PostgresDatabase.open_url(postgres_url) as opened:
        opened.execute("CREATE TABLE jottings (text TEXT UNIQUE)")
        yield opened


@pytest.fixture
def opened(tmp_path: Path, postgres_url: str):
    place_in(tmp_path, postgres_url)
    with Opened(tmp_path) as everything:
        yield everything


def note(store: Database, text: str) -> None:
    store.execute("INSERT INTO jottings VALUES (?)", (text,))


def texts(store: Database) -> list[str]:
    return [row["text"] for row in store.query("SELECT text FROM jottings ORDER BY text")]


def test_after_a_restart_of_the_server_it_goes_on(store: Database, postgres: PostgresServer) -> None:
    note(store, "a")
    postgres.break_connections()
    assert texts(store) == ["a"]
    postgres.break_connections()
    note(store, "b")
    postgres.break_connections()
    with store.transaction():
        note(store, "c")
    postgres.break_connections()
    assert store.grouped(lambda: texts(store)) == ["a", "b", "c"]


def test_a_connection_that_breaks_inside_a_transaction_undoes_it(store: Database, postgres: PostgresServer) -> None:
    with pytest.raises(StoreError, match="nothing of this was recorded") as told, store.transaction():
        note(store, "a")
        postgres.break_connections()
        note(store, "b")
    assert told.value.again
    assert texts(store) == []


def test_work_of_a_group_is_run_again_when_the_connection_broke(store: Database, postgres: PostgresServer) -> None:
    runs: list[int] = []

    def work() -> None:
        runs.append(1)
        note(store, "a")
        if len(runs) == 1:
            postgres.break_connections()
        note(store, "b")

    store.grouped(work)
    assert (len(runs), texts(store)) == (2, ["a", "b"])


def test_a_connection_that_breaks_at_the_commit_is_not_called_undone(store: Database, postgres: PostgresServer) -> None:
    with pytest.raises(StoreError, match="while it was being recorded") as told, store.transaction():
        note(store, "a")
        postgres.break_connections()
    assert not told.value.again
    assert texts(store) == []


def test_two_that_wait_for_each_other_are_told_apart_and_run_again(store: Database) -> None:
    together = threading.Barrier(2)
    tries: list[str] = []

    url = store._connections._url

    def process(first: str, second: str) -> None:
        with PostgresDatabase.open_url(url) as mine:

            def run() -> None:
                tries.append(first)
                mine.lock(first)
                if len(tries) <= 2:
                    together.wait(20)
                mine.lock(second)
                note(mine, f"{first} then {second}")

            mine.grouped(run)

    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(process, "a", "b"), pool.submit(process, "b", "a")]:
            each.result(30)
    assert texts(store) == ["a then b", "b then a"]
    assert len(tries) == 3


def test_a_transaction_that_hangs_does_not_hold_the_others_for_ever(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "WAIT_SECONDS", 0.05)
    with (
        Database.open(postgres_url) as one,
        Database.open(postgres_url) as other,
        one.locked(("cards",)),
        pytest.raises(StoreError, match="another process"),
        other.locked(("cards",)),
    ):
        pytest.fail("got the lock while it was held")


def test_a_lock_that_was_not_had_leaves_no_broken_transaction_behind(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "WAIT_SECONDS", 0.05)
    with Database.open(postgres_url) as one, Database.open(postgres_url) as other:
        with one.locked(("cards",)):
            for _ in range(2):
                with pytest.raises(StoreError, match="another process"), other.locked(("cards",)):
                    pytest.fail("got the lock while it was held")
            assert other.query("SELECT 1")[0][0] == 1
        with other.locked(("cards",)):
            assert other.query("SELECT 2")[0][0] == 2


def test_no_more_connections_than_allowed(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(connections, "LARGEST", 2)
    with PostgresDatabase.open_url(postgres_url) as store:
        held, go_on = threading.Semaphore(0), threading.Event()

        def hold() -> None:
            with store.transaction():
                held.release()
                go_on.wait(20)

        with ThreadPoolExecutor(2) as pool:
            for _ in range(2):
                pool.submit(hold)
            held.acquire(timeout=20)
            held.acquire(timeout=20)
            with pytest.raises(StoreError, match="all 2 connections are in use"):
                store.query("SELECT 1")
            go_on.set()
        assert store.query("SELECT 1")[0][0] == 1


def test_many_threads_share_few_connections(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LARGEST", 3)
    with PostgresDatabase.open_url(postgres_url) as store, ThreadPoolExecutor(12) as pool:
        seen = list(pool.map(lambda n: store.query("SELECT ? + 1", (n,))[0][0], range(200)))
        assert seen == [n + 1 for n in range(200)]
        assert len(store._connections._all) <= 3


def test_a_text_that_it_cannot_hold_is_the_texts_fault(store: Database) -> None:
    with pytest.raises(NotStorable, match="cannot be kept"):
        note(store, "a\x00b")
    with pytest.raises(NotStorable):
        store.query("SELECT 1 FROM jottings WHERE text = ?", ("a\x00b",))
    note(store, "c")
    assert texts(store) == ["c"]


def test_passwords_are_not_shown(postgres: PostgresServer) -> None:
    assert shown("postgresql://me:s3cret@db.example:5433/triage?sslmode=require") == (
        "postgresql://me@db.example:5433/triage"
    )
    assert "s3cret" not in shown("postgresql://db.example/triage?user=me&password=s3cret")
    with pytest.raises(StoreError, match=r"cannot be reached") as told:
        Database.open("postgresql://me:s3cret@127.0.0.1:9/triage")
    assert "s3cret" not in str(told.value)
    with pytest.raises(ConfigurationError, match="cannot be read") as told:
        Database.open("postgresql://me:s3cret@db.example:port/triage?nonsense=1")
    assert "s3cret" not in str(told.value)


def test_what_is_missing_on_the_server_is_said(postgres: PostgresServer) -> None:
    with pytest.raises(StoreError, match="no such database"):
        Database.open(postgres.url("nowhere"))
    with pytest.raises(StoreError, match="no such schema"):
        Database.open(postgres.url(schema="nowhere"))
    with pytest.raises(StoreError, match="does not let this role in"):
        Database.open(postgres.url(user="nobody"))


def test_another_ones_schema_is_left_alone(postgres: PostgresServer) -> None:
    for table in ("CREATE TABLE theirs (a TEXT)", "CREATE TABLE migrations (id TEXT)"):
        url = postgres.schema()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(table)
        with pytest.raises(StoreError, match="not ours"):
            Database.open(url)


def test_statements_after_a_swallowed_error_are_not_taken_for_recorded(store: Database) -> None:
    note(store, "a")
    with pytest.raises(StoreError, match="earlier statement"), store.transaction():
        note(store, "b")
        with pytest.raises(Conflict):
            note(store, "a")
    assert texts(store) == ["a"]


def test_processes_racing_for_one_exception_make_one_card(opened: Opened) -> None:
    others = [Opened(opened.home) for _ in range(3)]
    together = threading.Barrier(4)

    def put(each: Opened) -> list[int]:
        numbers = []
        for number in range(1, 9):
            together.wait(20)
            log = each.journal.of(event(f"file:{number}", ref(number % 4), company=f"Company {number % 2}"))
            asked = proposal(record=ref(number % 4), company=f"Company {number % 2}")
            card = log.atomic("card", asked, lambda it, number=number: each.cards.put(it, f"file:{number}"))
            log.close(NoException(why="thanks"))
            numbers.append(card.number)
        return numbers

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(put, [opened, *others]))
    for other in others:
        other.__exit__()
    assert all(result == results[0] for result in results)
    found = verify(opened.database, opened.keys)
    assert (found.first_bad, found.cards, found.records, found.streams) == (None, 4, 24, 2)
    assert sorted(card.number for card in opened.cards.all()) == [1, 2, 3, 4]


def test_different_companies_number_their_cards_without_clashing(opened: Opened) -> None:
    others = [Opened(opened.home) for _ in range(4)]

    def put(each: Opened) -> None:
        company = f"Company {others.index(each)}"
        for number in range(1, 9):
            each.cards.put(proposal(record=ref(number), company=company), f"file:{number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, others))
    for other in others:
        other.__exit__()
    assert [card.number for card in opened.cards.all()] == list(range(1, 33))


DAMAGES = {
    "changed": ("UPDATE journal SET body = body || ?::bytea WHERE seq = 2", b" "),
    "removed": ("DELETE FROM journal WHERE seq = 2",),
    "payload lost": ("DELETE FROM payloads WHERE seq = 2",),
    "payload changed": ("UPDATE payloads SET sealed = set_byte(sealed, 30, get_byte(sealed, 30) # 1) WHERE seq = 2",),
    "column": ("UPDATE journal SET kind = ? WHERE seq = 2", "decision"),
    "card": ("UPDATE cards SET team = ?", "x"),
    "swapped": ("UPDATE journal SET seq = CASE seq WHEN 2 THEN 103 ELSE 102 END WHERE seq IN (2, 3)",),
}


@pytest.mark.parametrize("damaging", DAMAGES)
def test_damage_is_found(opened: Opened, damaging: str) -> None:
    log = opened.journal.of(event())
    log.once("capture", ORDER, lambda _: case())
    log.atomic("card", None, lambda _: opened.cards.put(proposal(), event().key))
    assert verify(opened.database, opened.keys).first_bad is None
    damage((opened.home / "database.url").read_text(), *DAMAGES[damaging])
    assert verify(opened.database, opened.keys).first_bad


@pytest.fixture
def service(opened: Opened, postgres: PostgresServer):
    """The store as a service's own role sees it."""
    schema = opened.database._schema
    role = f"{schema}_service"
    postgres.run(f"CREATE ROLE {role} LOGIN")
    opened.database.query("SELECT triage_grant(?)", (role,))
    (opened.home / "service").mkdir()
    place_in(opened.home / "service", postgres.url(schema=schema, user=role))
    (opened.home / "keys.db").rename(opened.home / "service" / "keys.db")
    opened.keys.close()
    with Opened(opened.home / "service") as everything:
        yield everything


def test_the_services_role_can_work(service: Opened) -> None:
    log = service.journal.of(event())
    log.once("capture", ORDER, lambda _: case())
    log.atomic("card", None, lambda _: service.cards.put(proposal(), event().key))
    service.journal.of(event("file:2")).atomic(
        "card", None, lambda _: service.cards.put(proposal(summary="Another word."), "file:2")
    )
    log.close(NoException(why="thanks"))
    assert verify(service.database, service.keys).first_bad is None


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal SET kind = 'x'",
        "DELETE FROM journal",
        "TRUNCATE journal CASCADE",
        "UPDATE payloads SET seq = 9",
        "UPDATE removals SET seq = 9",
        "DELETE FROM removals",
        "DELETE FROM cards",
        "DELETE FROM promises",
        "DELETE FROM migrations",
        "ALTER TABLE journal DISABLE TRIGGER ALL",
        "DROP TRIGGER journal_no_update ON journal",
        "SET session_replication_role = replica",
        "CREATE TABLE more (a TEXT)",
    ],
)
def test_the_services_role_cannot_change_the_past(service: Opened, sql: str) -> None:
    service.journal.of(event())
    with pytest.raises(StoreError, match="lacks a right"):
        service.database.execute(sql)


def test_a_payload_goes_only_with_leave_whatever_the_role(service: Opened) -> None:
    log = service.journal.of(event())
    with pytest.raises(StoreError, match="after a recorded removal"):
        service.database.execute("DELETE FROM payloads")
    leave = Removal(kinds=("event",), before=NOW, count=1, sequences=(1,), by="timer", at=NOW)
    seq = service.journal.record(stream=COMPANY, kind="retention", case=log.case, event=None, value=leave)
    service.database.execute("INSERT INTO removals VALUES (?, 1, ?, ?)", (COMPANY, COMPANY, seq))
    assert service.database.execute("DELETE FROM payloads WHERE seq = 1") == 1
    assert verify(service.database, service.keys).first_bad is None


def test_an_append_with_one_statement_waits_for_who_holds_the_stream(opened: Opened) -> None:
    log = opened.journal.of(event())
    with Opened(opened.home) as other, ThreadPoolExecutor(1) as pool:
        their = other.journal.of(event("file:2", ref(2)))
        with other.database.locked((records.stream_lock(COMPANY),)):
            mine = pool.submit(log.note, "event", ref(1))
            with pytest.raises(TimeoutError):
                mine.result(0.2)
            their.note("event", ref(2))
        mine.result(20)
    found = verify(opened.database, opened.keys)
    assert (found.first_bad, found.records) == (None, 4)


def test_an_append_goes_on_after_a_restart_of_the_server(opened: Opened, postgres: PostgresServer) -> None:
    log = opened.journal.of(event())
    for number in range(3):
        postgres.break_connections()
        log.note("event", ref(number))
    log.once("capture", ORDER, lambda _: case())
    assert log.once("capture", ORDER, lambda _: pytest.fail("was recorded")) == case()
    assert verify(opened.database, opened.keys).records == 5


@pytest.mark.parametrize("written", [True, False])
def test_an_append_whose_answer_never_came_stands_there_once(
    opened: Opened, monkeypatch: pytest.MonkeyPatch, written: bool
) -> None:
    log = opened.journal.of(event())
    real = PostgresDatabase.at_once

    def cut(self: PostgresDatabase, sql: str, parameters: Sequence[object]) -> int:
        if written:
            real(self, sql, parameters)
        raise lost(self.name)

    with monkeypatch.context() as patch:
        patch.setattr(PostgresDatabase, "at_once", cut)
        log.note("event", ref(1))
        assert log.once("capture", ORDER, lambda _: case()) == case()
    log.note("event", ref(2))
    found = verify(opened.database, opened.keys)
    assert (found.first_bad, found.records) == (None, 4)


def test_of_records_that_come_at_once_all_are_written_or_none(opened: Opened) -> None:
    log = opened.journal.of(event())
    log.once("capture", ORDER, lambda _: case())
    last = opened.database.query("SELECT * FROM journal ORDER BY seq DESC LIMIT 1")[0]
    common = {"stream": COMPANY, "kind": "event", "step": None, "at": last["at"], "event": None, "case_id": "c" * 64}
    one = records.Record(seq=3, prev_hash=last["hash"], hash="a" * 64, once=None, body=b"{}", sealed=b"x", **common)
    two = records.Record(seq=4, prev_hash="a" * 64, hash="b" * 64, once=last["once"], body=b"{}", sealed=b"x", **common)
    new = [one, two]
    with pytest.raises(Conflict):
        records.append_at_once(opened.database, new)
    assert not records.append_at_once(opened.database, [new[1]])
    assert opened.database.query("SELECT count(*) FROM journal")[0][0] == 2
    assert records.append_at_once(opened.database, [new[0]])
    assert opened.database.query("SELECT count(*) FROM payloads")[0][0] == 3

"""The store keeps all or nothing, on both engines alike."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.databases import target_in
from triage.errors import Conflict, StoreError, UsageError
from triage.storage import migrations
from triage.storage.database import Database


@pytest.fixture
def store(database: Database):
    database.execute("CREATE TABLE jottings (text TEXT UNIQUE)")
    return database


def texts(store: Database) -> list[str]:
    return [row["text"] for row in store.query("SELECT text FROM jottings ORDER BY text")]


def note(store: Database, text: str) -> None:
    store.execute("INSERT INTO jottings VALUES (?)", (text,))


def test_opening_again_keeps_what_is_there(home: Path) -> None:
    for _ in range(2):
        with Database.open(target_in(home)) as store, store.transaction():
            store.execute("INSERT INTO settings VALUES ('a', 'b') ON CONFLICT DO NOTHING")
    with Database.open(target_in(home)) as store:
        assert len(store.query("SELECT * FROM settings")) == 1
        assert len(store.query("SELECT * FROM migrations")) == len(migrations.known(store.engine))


def test_what_a_newer_version_added_is_let_be(home: Path) -> None:
    for _ in range(2):
        with Database.open(target_in(home)) as store:
            store.execute(
                "INSERT INTO migrations (number, name, sha256) VALUES (9998, 'later', '') ON CONFLICT DO NOTHING"
            )


def test_a_store_that_a_newer_version_changed_is_refused(home: Path) -> None:
    with Database.open(target_in(home)) as store:
        store.execute("INSERT INTO migrations (number, name, sha256) VALUES (9999, 'later_breaks_older', '')")
    with pytest.raises(StoreError, match="newer version"):
        Database.open(target_in(home))


def test_a_migration_with_another_text_is_refused(home: Path) -> None:
    with Database.open(target_in(home)) as store:
        store.execute("UPDATE migrations SET sha256 = 'x' WHERE number = 1")
    with pytest.raises(StoreError, match="another text"):
        Database.open(target_in(home))


def test_a_migration_is_applied_whole_or_not(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = migrations.Migration(9000, "broken", "CREATE TABLE half (a TEXT);\nCREATE TABLE half (a TEXT);\n")
    known = migrations.known
    monkeypatch.setattr(migrations, "known", lambda engine: (*known(engine), broken))
    with pytest.raises(StoreError, match="exists"):
        Database.open(target_in(home))
    monkeypatch.setattr(migrations, "known", known)
    with Database.open(target_in(home)) as store:
        assert not store.has_table("half")


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_each_migration_has_a_number_of_its_own(engine: str) -> None:
    numbers = [migration.number for migration in migrations.known(engine)]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 1


def test_an_error_undoes_the_block(store: Database) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        note(store, "a")
        raise ZeroDivisionError
    assert texts(store) == []
    assert not store.in_transaction


def test_an_inner_error_undoes_the_inner_block_only(store: Database) -> None:
    with store.transaction():
        note(store, "outer")
        with pytest.raises(ZeroDivisionError), store.transaction():
            note(store, "inner")
            raise ZeroDivisionError
        with store.transaction():
            note(store, "second")
    assert texts(store) == ["outer", "second"]


def test_an_outer_error_undoes_the_inner_block_too(store: Database) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        with store.transaction():
            note(store, "inner")
        raise ZeroDivisionError
    assert texts(store) == []


def test_other_threads_see_nothing_unfinished(store: Database) -> None:
    seen: list[list[str]] = []

    def look() -> None:
        seen.append(texts(store))

    with store.transaction():
        note(store, "a")
        reader = threading.Thread(target=look)
        reader.start()
        reader.join()
    assert seen == [[]]
    assert texts(store) == ["a"]


def test_a_snapshot_stays_as_it_is(store: Database) -> None:
    writer = threading.Thread(target=note, args=(store, "late"))
    with store.snapshot():
        assert texts(store) == []
        writer.start()
        writer.join()
        assert texts(store) == []
    assert texts(store) == ["late"]


def test_the_same_thing_twice_is_a_conflict(store: Database) -> None:
    note(store, "a")
    with pytest.raises(Conflict, match="first"):
        note(store, "a")


def test_a_closed_store_says_so(home: Path) -> None:
    store = Database.open(target_in(home))
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.query("SELECT 1")


def test_an_error_that_was_swallowed_does_not_undo_the_rest(store: Database) -> None:
    note(store, "a")
    with store.transaction():
        note(store, "b")
        with pytest.raises(Conflict), store.transaction():
            note(store, "a")
        note(store, "c")
    assert texts(store) == ["a", "b", "c"]


def test_values_are_given_by_place_or_by_name(store: Database) -> None:
    note(store, "a ? :b 'c'")
    [row] = store.query("SELECT text, 'it''s ? :x' AS quoted FROM jottings WHERE text = ?", ("a ? :b 'c'",))
    assert (row["text"], row[1], list(row), len(row)) == ("a ? :b 'c'", "it's ? :x", ["a ? :b 'c'", "it's ? :x"], 2)
    named = {"text": row[0], "unused": "x"}
    assert len(store.query("SELECT 1 FROM jottings WHERE text = :text OR text = :text", named)) == 1


def test_bytes_and_numbers_come_back_as_they_went_in(store: Database) -> None:
    store.execute("INSERT INTO payloads (stream, seq, sealed) SELECT ?, ?, ? WHERE 1 = 0", ("s", 2**40, b"\x00\xff"))
    kinds = {"sqlite": "BLOB", "postgresql": "BYTEA"}
    store.execute(f"CREATE TABLE things (a {kinds[store.engine]}, b BIGINT, c TEXT)")
    store.execute("INSERT INTO things VALUES (?, ?, ?)", (b"\x00\xff", 2**40, None))
    assert tuple(store.query("SELECT * FROM things")[0]) == (b"\x00\xff", 2**40, None)


def test_long_results_are_read_as_they_are_used(store: Database) -> None:
    with store.transaction():
        for number in range(1201):
            note(store, f"{number:05}")
    with store.snapshot():
        rows = store.scan("SELECT text FROM jottings ORDER BY text")
        assert next(rows)["text"] == "00000"
        assert len(store.query("SELECT 1 FROM jottings")) == 1201
        assert [row["text"] for row in store.scan("SELECT text FROM jottings WHERE text < ?", ("00002",))] == [
            "00000",
            "00001",
        ]
        assert len(list(rows)) == 1200
    assert len(list(store.scan("SELECT text FROM jottings"))) == 1201


def test_a_result_that_is_not_read_to_its_end_holds_nothing_up(store: Database) -> None:
    with store.transaction():
        for number in range(1201):
            note(store, f"{number:05}")
        rows = store.scan("SELECT text FROM jottings")
        next(rows)
        del rows
        note(store, "more")
    assert len(texts(store)) == 1202


def test_locks_are_for_transactions(store: Database) -> None:
    with pytest.raises(UsageError, match="only inside a transaction"):
        store.lock("cards")
    with store.transaction():
        store.lock("cards")
        store.lock("cards")
    with store.locked(("stream b", "stream a")), store.locked(("stream a",)):
        note(store, "a")
    assert texts(store) == ["a"]


def test_whoever_holds_a_lock_works_alone(store: Database) -> None:
    def count() -> None:
        for _ in range(15):
            with store.locked(("count",)):
                note(store, f"{len(texts(store)):03}")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts(store) == [f"{number:03}" for number in range(60)]

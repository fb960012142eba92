"""The store opens what is ours, refuses what is not, and keeps all or nothing."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from triage.errors import Conflict, StoreError
from triage.storage import database as database_module
from triage.storage import migrations
from triage.storage.database import Database


@pytest.fixture
def store(tmp_path: Path):
    with Database.open(tmp_path / "audit.db") as opened:
        opened.execute("CREATE TABLE notes (text TEXT UNIQUE)")
        yield opened


def texts(store: Database) -> list[str]:
    return [row["text"] for row in store.query("SELECT text FROM notes ORDER BY text")]


def note(store: Database, text: str) -> None:
    store.execute("INSERT INTO notes VALUES (?)", (text,))


def pragma(store: Database, name: str) -> object:
    return store.query(f"PRAGMA {name}")[0][0]


def test_a_new_store_is_durable_and_migrated(tmp_path: Path) -> None:
    with Database.open(tmp_path / "new" / "audit.db") as store:
        assert pragma(store, "journal_mode") == "wal"
        assert pragma(store, "synchronous") == 2
        assert pragma(store, "foreign_keys") == 1
        assert {"journal", "payloads", "cards", "migrations"} <= set(store.tables.table_names())
        assert (tmp_path / "new" / "audit.db").stat().st_mode & 0o077 == 0


def test_opening_again_keeps_what_is_there(tmp_path: Path) -> None:
    for _ in range(2):
        with Database.open(tmp_path / "audit.db") as store, store.transaction():
            store.execute("INSERT INTO settings VALUES ('a', 'b') ON CONFLICT DO NOTHING")
    with Database.open(tmp_path / "audit.db") as store:
        assert len(store.query("SELECT * FROM settings")) == 1
        assert len(store.query("SELECT * FROM migrations")) == len(migrations.known())


def test_another_ones_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (a)")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not one of ours"):
        Database.open(path)
    assert path.read_bytes() == before


def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear order desk, " * 500)
    with pytest.raises(StoreError, match="not a database"):
        Database.open(path)


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be opened"):
        Database.open(tmp_path / "file" / "audit.db")
    with pytest.raises(StoreError, match="cannot be opened"):
        Database.open(tmp_path)


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    with Database.open(tmp_path / "audit.db") as store:
        store.execute("INSERT INTO migrations (number, name, sha256) VALUES (9999, 'later', '')")
    with pytest.raises(StoreError, match="newer version"):
        Database.open(tmp_path / "audit.db")


def test_a_migration_with_another_text_is_refused(tmp_path: Path) -> None:
    with Database.open(tmp_path / "audit.db") as store:
        store.execute("UPDATE migrations SET sha256 = 'x' WHERE number = 1")
    with pytest.raises(StoreError, match="another text"):
        Database.open(tmp_path / "audit.db")


def test_a_migration_is_applied_whole_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = migrations.Migration(9000, "broken", "CREATE TABLE half (a);\nCREATE TABLE half (a);\n")
    known = migrations.known()
    monkeypatch.setattr(migrations, "known", lambda _: (*known, broken))
    with pytest.raises(StoreError, match="already exists"):
        Database.open(tmp_path / "audit.db")
    monkeypatch.setattr(migrations, "known", lambda _: known)
    with Database.open(tmp_path / "audit.db") as store:
        assert "half" not in store.tables.table_names()


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


def test_threads_take_turns(store: Database) -> None:
    def write(name: str) -> None:
        for n in range(10):
            with store.transaction():
                have = len(texts(store))
                note(store, f"{have:03} {name}{n}")

    writers = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [text[:3] for text in texts(store)] == [f"{n:03}" for n in range(40)]
    store.execute("DELETE FROM notes")


def test_connections_of_ended_threads_are_closed(store: Database) -> None:
    for _ in range(5):
        reader = threading.Thread(target=texts, args=(store,))
        reader.start()
        reader.join()
    assert len(store._sessions) <= 2


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


def test_a_full_disk_stops_everything(store: Database) -> None:
    pages = pragma(store, "page_count")
    store.query(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreError, match="disk is full"), store.transaction():
        for n in range(1000):
            note(store, f"{n}" * 200)
    assert texts(store) == []
    store.query("PRAGMA max_page_count=1000000")
    note(store, "again")
    assert texts(store) == ["again"]


def test_a_store_held_by_another_process_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Database.open(tmp_path / "audit.db"):
        monkeypatch.setattr(database_module, "WAIT_SECONDS", 0.05)
        holder = sqlite3.connect(tmp_path / "audit.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with (
            Database.open(tmp_path / "audit.db") as second,
            pytest.raises(StoreError, match="another process"),
            second.transaction(),
        ):
            pytest.fail("got the store while it was held")
        holder.close()


def test_a_read_only_store_is_said(store: Database) -> None:
    store.query("SELECT 1")
    store.tables.conn.execute("PRAGMA query_only=ON")
    with pytest.raises(StoreError, match="only be read"):
        note(store, "a")


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Database.open(tmp_path / "audit.db")
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.query("SELECT 1")

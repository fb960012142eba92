"""A store in a file: opens what is ours, refuses what is not, and says what is wrong with disk and file."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from triage.errors import StoreError
from triage.storage import database as database_module
from triage.storage.database import Database
from triage.storage.sqlite import SqliteDatabase


@pytest.fixture
def store(tmp_path: Path):
    with SqliteDatabase.open_file(tmp_path / "audit.db") as opened:
        opened.execute("CREATE TABLE jottings (text TEXT UNIQUE)")
        yield opened


def texts(store: Database) -> list[str]:
    return [row["text"] for row in store.query("SELECT text FROM jottings ORDER BY text")]


def note(store: Database, text: str) -> None:
    store.execute("INSERT INTO jottings VALUES (?)", (text,))


def pragma(store: Database, name: str) -> object:
    return store.query(f"PRAGMA {name}")[0][0]


def test_a_new_store_is_durable_and_migrated(tmp_path: Path) -> None:
    with Database.open(tmp_path / "new" / "audit.db") as store:
        assert pragma(store, "journal_mode") == "wal"
        assert pragma(store, "synchronous") == 2
        assert pragma(store, "foreign_keys") == 1
        assert {"journal", "payloads", "cards", "migrations"} <= set(store.tables.table_names())
        assert (tmp_path / "new" / "audit.db").stat().st_mode & 0o077 == 0


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


def test_connections_of_ended_threads_are_closed(store: Database) -> None:
    for _ in range(5):
        reader = threading.Thread(target=texts, args=(store,))
        reader.start()
        reader.join()
    assert len(store._sessions) <= 2


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
    store.execute("DELETE FROM jottings")

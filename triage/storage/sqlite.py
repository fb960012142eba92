"""The store in one SQLite file: one machine, one writer at a time."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import sqlite_utils
from typing_extensions import override

from triage.errors import StoreError, UsageError
from triage.storage import database, migrations
from triage.storage.database import Database, Parameters, Row
from triage.storage.failures import explain

APPLICATION_ID = 0x54524941
"""Stands in the file's header and tells our stores from other SQLite files (`TRIA`)."""

_PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA fullfsync=ON",  # where fsync alone does not reach the disk (macOS)
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
)


@dataclass
class _Session:
    """One thread's connection and how deep it is inside transactions."""

    tables: sqlite_utils.Database
    depth: int = 0
    thread: threading.Thread = field(default_factory=threading.current_thread)


class SqliteDatabase(Database):
    """A store in a file. Each thread has a connection of its own; writers of one process take turns."""

    engine = "sqlite"

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path
        self._local = threading.local()
        self._sessions: list[_Session] = []
        self._opening = threading.Lock()
        self._writing = threading.RLock()
        self._closed = False

    @classmethod
    def open_file(cls, path: Path) -> Self:
        """See `Database.open`."""
        opened = cls(path)
        try:
            _create(path)
            opened._prepare()
        except OSError as error:
            raise StoreError(f"{path}: cannot be opened ({error.strerror}). Name another folder.") from error
        except BaseException:
            opened.close()
            raise
        return opened

    @override
    def close(self) -> None:
        with self._opening:
            self._closed = True
            for session in self._sessions:
                session.tables.close()
            self._sessions.clear()

    @property
    def tables(self) -> sqlite_utils.Database:
        """This thread's connection, with the conveniences of sqlite-utils."""
        return self._session.tables

    @property
    @override
    def in_transaction(self) -> bool:
        return self._session.depth > 0

    @contextmanager
    @override
    def locked(self, names: Sequence[str]) -> Iterator[None]:
        session = self._session
        if session.depth:
            with self._nested(session, f"SAVEPOINT level{session.depth}"):
                yield
            return
        with self._writing, self._nested(session, "BEGIN IMMEDIATE"):
            yield

    @contextmanager
    @override
    def snapshot(self) -> Iterator[None]:
        session = self._session
        if session.depth:
            yield
            return
        with self._nested(session, "BEGIN"):
            yield

    @contextmanager
    @override
    def wiping(self) -> Iterator[None]:
        self._run("PRAGMA secure_delete=ON", ())
        try:
            yield
        finally:
            self._run("PRAGMA secure_delete=OFF", ())
            # What is overwritten stands in the log at first. Somebody who reads just now keeps it there a while longer.
            self._run("PRAGMA wal_checkpoint(TRUNCATE)", ())

    @override
    def lock(self, name: str) -> None:
        if not self.in_transaction:
            raise UsageError(f"lock {name!r}: only inside a transaction.")

    @override
    def has_table(self, name: str) -> bool:
        return bool(self.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)))

    @override
    def run_script(self, script: str) -> None:
        for statement in _statements(script):
            self._run(statement, ())

    @override
    def execute(self, sql: str, parameters: Parameters = ()) -> int:
        return self._run(sql, parameters).rowcount

    @override
    def query(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        try:
            return self._run(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    @override
    def scan(self, sql: str, parameters: Parameters = ()) -> Iterator[Row]:
        cursor = self._run(sql, parameters)
        try:
            yield from cursor
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    def _run(self, sql: str, parameters: Parameters) -> sqlite3.Cursor:
        cursor = self.tables.conn.cursor()
        cursor.row_factory = sqlite3.Row
        try:
            return cursor.execute(sql, parameters)
        except sqlite3.Error as error:
            raise explain(error, self.path) from error

    @contextmanager
    def _nested(self, session: _Session, begin: str) -> Iterator[None]:
        savepoint = begin.removeprefix("SAVEPOINT ") if begin.startswith("SAVEPOINT") else None
        self._run(begin, ())
        session.depth += 1
        try:
            yield
            self._run(f"RELEASE {savepoint}" if savepoint else "COMMIT", ())
        except BaseException:
            self._undo(session.tables.conn, savepoint)
            raise
        finally:
            session.depth -= 1

    def _undo(self, connection: sqlite3.Connection, savepoint: str | None) -> None:
        # SQLite itself rolls back on a full disk and the like; then there is nothing left to undo.
        if not connection.in_transaction:
            return
        for sql in (f"ROLLBACK TO {savepoint}", f"RELEASE {savepoint}") if savepoint else ("ROLLBACK",):
            self._run(sql, ())

    @property
    def _session(self) -> _Session:
        session: _Session | None = getattr(self._local, "session", None)
        if self._closed:
            raise StoreError(f"{self.path}: the store is closed.")
        if session is None:
            session = self._local.session = self._connect()
        return session

    def _connect(self) -> _Session:
        try:
            connection = sqlite3.connect(
                self.path, timeout=database.WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            for pragma in _PRAGMAS:
                connection.execute(pragma)
        except sqlite3.Error as error:
            raise explain(error, self.path) from error
        session = _Session(sqlite_utils.Database(connection))
        with self._opening:
            self._drop_dead_threads()
            self._sessions.append(session)
        return session

    def _drop_dead_threads(self) -> None:
        for session in [s for s in self._sessions if not s.thread.is_alive()]:
            session.tables.close()
            self._sessions.remove(session)

    def _prepare(self) -> None:
        if self._run("PRAGMA application_id", ()).fetchone()[0] != APPLICATION_ID:
            self._claim()
        self._use_wal()
        migrations.apply(self)

    def _claim(self) -> None:
        with self.transaction():
            found = self._run("PRAGMA application_id", ()).fetchone()[0]
            tables = self._run("SELECT count(*) FROM sqlite_master", ()).fetchone()[0]
            if found == APPLICATION_ID:
                return
            if found or tables:
                raise StoreError(f"{self.path}: a database, but not one of ours. Name another file or folder.")
            self._run(f"PRAGMA application_id={APPLICATION_ID}", ())

    def _use_wal(self) -> None:
        # Switching to WAL needs the file for itself and does not wait by itself.
        until = time.monotonic() + database.WAIT_SECONDS
        while True:
            try:
                mode = self._run("PRAGMA journal_mode=WAL", ()).fetchone()[0]
            except StoreError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
                continue
            if mode != "wal":
                raise StoreError(
                    f"{self.path}: this file system cannot hold a store (no shared memory). Use a local disk."
                )
            return


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _statements(script: str) -> Iterator[str]:
    """The statements one by one; a trigger's body stays whole."""
    pending = ""
    for line in script.splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""

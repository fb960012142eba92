"""Keys in a file apart from the store."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from typing_extensions import override

from triage.domain import utc
from triage.errors import StoreError
from triage.locking import hold
from triage.storage.failures import explain
from triage.storage.keepers import Keeper
from triage.storage.keyring import CaseKey, Deleted, Kept, Keys, Tables, Together
from triage.storage.wrapping import Wrapping

__all__ = ["CaseKey", "Deleted", "Kept", "KeyFile", "Keys", "Together"]

APPLICATION_ID = 0x5452494B
"""Stands in the file's header (`TRIK`)."""

_TABLES = """
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS keys (
    id BLOB PRIMARY KEY,
    case_id TEXT NOT NULL,
    secret BLOB,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    deleted_at TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS keys_live ON keys (case_id) WHERE secret IS NOT NULL;
CREATE TABLE IF NOT EXISTS wrapping (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    under TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
"""


class KeyFile(Keys):
    """Keys in a file apart from the store."""

    _tables = Tables("keys", "secrets", "wrapping")

    def __init__(self, path: Path, create: bool = True, keeper: Keeper | None = None) -> None:
        """Open the file; a new one is made with rights for its owner only, and only with `create`.

        Raises as `Keys.open` does.
        """
        self.path = path
        self.name = str(path)
        self._wrapping = Wrapping(keeper, self.name, self._wrapping_row)
        self._lock = threading.RLock()
        try:
            _create(path, create)
        except OSError as error:
            raise StoreError(f"{path}: the key file cannot be opened ({error.strerror}).") from error
        try:
            self._connection = sqlite3.connect(path, timeout=30.0, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise explain(error, path) from error
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @override
    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @override
    def _live_among(self, key_ids: Sequence[bytes]) -> list[bytes]:
        sql = f"SELECT id FROM keys WHERE id IN ({', '.join('?' * len(key_ids))}) AND secret IS NOT NULL"  # noqa: S608
        return [bytes(row[0]) for row in self._run(sql, tuple(key_ids))]

    @override
    def _forgotten(self, times: Mapping[bytes, datetime | None]) -> int:
        with self._whole():
            return sum(
                len(
                    self._run(
                        "UPDATE keys SET secret = NULL, wrapped_by = NULL,"
                        " deleted_at = coalesce(?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"
                        " WHERE id = ? AND secret IS NOT NULL RETURNING 1",
                        (None if at is None else utc(at), key_id),
                    )
                )
                for key_id, at in times.items()
            )

    def _prepare(self) -> None:
        # A rollback journal, not WAL: after a deletion no second file holds the key, and deleted bytes are zeroed.
        for pragma in ("journal_mode=DELETE", "synchronous=EXTRA", "fullfsync=ON", "secure_delete=ON"):
            self._run(f"PRAGMA {pragma}")
        first = None if self._is_begun() else self._first()
        with self._whole():
            found = self._run("PRAGMA application_id")[0][0]
            if not found and not self._run("SELECT 1 FROM sqlite_master LIMIT 1"):
                self._run(f"PRAGMA application_id={APPLICATION_ID}")
            elif found != APPLICATION_ID:
                raise StoreError(f"{self.path}: a file, but not a key file of ours. Name another one.")
            for statement in _TABLES.split(";\n"):
                self._run(statement)
            for table in ("keys", "secrets"):
                if not any(row[1] == "wrapped_by" for row in self._run(f"PRAGMA table_info({table})")):
                    self._run(f"ALTER TABLE {table} ADD COLUMN wrapped_by TEXT")
            if not self._is_begun():
                self._begin(first)
        self._take_hash_key()

    def _is_begun(self) -> bool:
        """Whether a key of the keyed hashes is there."""
        table = self._run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'secrets'")
        return bool(table and self._run("SELECT 1 FROM secrets WHERE name = 'hash'"))

    @override
    def _look(self, sql: str, parameters: Sequence[Any] = ()) -> Sequence[Any]:
        return self._run(sql, tuple(parameters))

    @override
    def _change(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        self._run(sql, tuple(parameters))

    @override
    @contextmanager
    def _alone(self) -> Iterator[bool]:
        beside = self.path.with_name(f"{self.path.name}.rotating")  # SQLite's own locks are on the file itself
        try:
            held = hold(beside)
        except OSError as error:
            raise StoreError(f"{beside}: cannot be opened ({error.strerror}).") from error
        try:
            yield held is not None
        finally:
            if held is not None:
                held.close()

    def _made(self, case: str) -> CaseKey:
        self._made_ready()
        with self._whole():
            if found := self._live(case):
                return found
            made, stored, by = self._fresh(case, self._newest())
            sql = "INSERT INTO keys (id, case_id, secret, wrapped_by) VALUES (?, ?, ?, ?)"
            self._run(sql, (made.id, case, stored, by))
        return made

    def _kept_of(self, key_ids: Sequence[bytes]) -> dict[bytes, Kept]:
        sql = f"SELECT id, case_id, secret, wrapped_by, deleted_at FROM keys WHERE id IN ({', '.join('?' * len(key_ids))})"  # noqa: S608, E501
        return {bytes(row[0]): self._kept_row(*row) for row in self._run(sql, tuple(key_ids))}

    def _live(self, case: str) -> CaseKey | None:
        sql = "SELECT id, secret, wrapped_by FROM keys WHERE case_id = ? AND secret IS NOT NULL"
        return self._live_key(case, self._run(sql, (case,)))

    @override
    @contextmanager
    def _whole(self) -> Iterator[None]:
        with self._lock:
            self._run("BEGIN IMMEDIATE")
            try:
                yield
                self._run("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._run("ROLLBACK")
                raise

    def _run(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connection.execute(sql, parameters).fetchall()
            except sqlite3.Error as error:
                raise explain(error, self.path) from error


def _create(path: Path, create: bool) -> None:
    if not create and not path.exists():
        raise StoreError(f"{path} is missing: restore it from your backup; without it nobody can read the journal.")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise StoreError(f"{path}: others may read the key file. Run `chmod 600 {path}` first.")

"""Keys in a file apart from the store."""

from __future__ import annotations

import os
import secrets
import sqlite3
import stat
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from typing_extensions import override

from triage.domain import utc
from triage.errors import StoreError
from triage.storage.failures import explain
from triage.storage.keepers import Keeper
from triage.storage.keyring import AT_ONCE, HASH, CaseKey, Deleted, Kept, Keys, Together, place_of
from triage.storage.wrapping import Share, Wrapping, WrappingRow, shares_of

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
    def forget(self, *key_ids: bytes, at: datetime | None = None) -> int:
        there = "SELECT 1 FROM keys WHERE id = ? AND secret IS NOT NULL"
        if not any(self._run(there, (key_id,)) for key_id in key_ids):
            return 0
        with self._transaction():
            return sum(
                len(
                    self._run(
                        "UPDATE keys SET secret = NULL, wrapped_by = NULL,"
                        " deleted_at = coalesce(?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"
                        " WHERE id = ? AND secret IS NOT NULL RETURNING 1",
                        (None if at is None else utc(at), key_id),
                    )
                )
                for key_id in key_ids
            )

    def _prepare(self) -> None:
        # A rollback journal, not WAL: after a deletion no second file holds the key, and deleted bytes are zeroed.
        for pragma in ("journal_mode=DELETE", "synchronous=EXTRA", "fullfsync=ON", "secure_delete=ON"):
            self._run(f"PRAGMA {pragma}")
        with self._transaction():
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
            new = not self._run("SELECT 1 FROM secrets")
            self._run("INSERT OR IGNORE INTO secrets (name, value) VALUES ('hash', ?)", (secrets.token_bytes(32),))
        [(value, by)] = self._run("SELECT value, wrapped_by FROM secrets WHERE name = 'hash'")
        self._hash_key = self._wrapping.unwrap(value, by, HASH)
        if new and self._wrapping.keeper is not None:
            for _ in self.rotate():
                pass

    @override
    def shares(self) -> list[Share]:
        counted = dict(self._run("SELECT wrapped_by, count(*) FROM keys WHERE secret IS NOT NULL GROUP BY wrapped_by"))
        [(by,)] = self._run("SELECT wrapped_by FROM secrets WHERE name = 'hash'")
        rows = [WrappingRow(*row) for row in self._run("SELECT id, under, wrapped FROM wrapping ORDER BY number")]
        return shares_of(rows, counted, by)

    @override
    def _newest(self) -> WrappingRow | None:
        rows = self._run("SELECT id, under, wrapped FROM wrapping ORDER BY number DESC LIMIT 1")
        return WrappingRow(*rows[0]) if rows else None

    def _wrapping_row(self, name: str) -> WrappingRow | None:
        rows = self._run("SELECT id, under, wrapped FROM wrapping WHERE id = ?", (name,))
        return WrappingRow(*rows[0]) if rows else None

    @override
    def _add(self, row: WrappingRow) -> None:
        self._run("INSERT INTO wrapping (id, under, wrapped) VALUES (?, ?, ?)", row)

    @override
    def _wrap_some(self, row: WrappingRow, after: bytes) -> tuple[int, bytes | None]:
        sql = "SELECT id, case_id, secret, wrapped_by FROM keys WHERE secret IS NOT NULL AND id > ? ORDER BY id LIMIT ?"
        wrapping = self._wrapping
        with self._transaction():
            found = self._run(sql, (after, AT_ONCE))
            stale = [each for each in found if each[3] != row.id]
            for key_id, case, secret, by in stale:
                place = place_of(key_id, case)
                wrapped = wrapping.wrap(row, wrapping.unwrap(secret, by, place), place)
                self._run("UPDATE keys SET secret = ?, wrapped_by = ? WHERE id = ?", (wrapped, row.id, key_id))
            wrapped = wrapping.wrap(row, self._hash_key, HASH)
            self._run(
                "UPDATE secrets SET value = ?, wrapped_by = ? WHERE name = 'hash' AND wrapped_by IS NOT ?",
                (wrapped, row.id, row.id),
            )
        return len(stale), found[-1][0] if len(found) == AT_ONCE else None

    @override
    def _drop_unused(self, row: WrappingRow) -> None:
        self._run(
            "DELETE FROM wrapping WHERE id <> ? AND id NOT IN"
            " (SELECT wrapped_by FROM keys WHERE wrapped_by IS NOT NULL UNION"
            " SELECT wrapped_by FROM secrets WHERE wrapped_by IS NOT NULL)",
            (row.id,),
        )

    def _made(self, case: str) -> CaseKey:
        self._made_ready()
        with self._transaction():
            if found := self._live(case):
                return found
            made, stored, by = self._fresh(case)
            sql = "INSERT INTO keys (id, case_id, secret, wrapped_by) VALUES (?, ?, ?, ?)"
            self._run(sql, (made.id, case, stored, by))
        return made

    def _kept_of(self, key_ids: Sequence[bytes]) -> dict[bytes, Kept]:
        sql = f"SELECT id, case_id, secret, wrapped_by, deleted_at FROM keys WHERE id IN ({', '.join('?' * len(key_ids))})"  # noqa: S608, E501
        return {bytes(row[0]): self._kept_row(*row) for row in self._run(sql, tuple(key_ids))}

    def _live(self, case: str) -> CaseKey | None:
        sql = "SELECT id, secret, wrapped_by FROM keys WHERE case_id = ? AND secret IS NOT NULL"
        return self._live_key(case, self._run(sql, (case,)))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
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

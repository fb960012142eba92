"""Keys: one AES-256 key per case and the key of the keyed hashes, apart from the store they protect.

Deleting a case's key erases what it sealed, in the store and in every copy of the store. A backup of the key file
must therefore not outlive an erasure. Nothing is cached: a key that another process deleted is gone here as well.
"""

from __future__ import annotations

import hmac
import os
import secrets
import sqlite3
import stat
import threading
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Self

from typing_extensions import override

from triage.domain import utc
from triage.errors import KeyMissing, StoreError
from triage.storage.database import Database, is_url
from triage.storage.failures import explain

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
"""


Kept = tuple[str, bytes | None, str | None]
"""Case, secret and time of deletion under a key's id."""
_AT_ONCE = 500


class CaseKey(NamedTuple):
    """A key and the 8 random bytes by which sealed data names it."""

    id: bytes
    secret: bytes
    """32 bytes: AES-256."""


class Deleted(NamedTuple):
    """What is left of a key that was deleted."""

    case: str
    at: str
    """UTC, ISO 8601 with `Z`."""


class Keys(ABC):
    """The keys of one store. Each case has at most one live key; a deleted one leaves a note that it was deleted.

    A case id is what `case_id()` gives: a keyed hash, so that even the names of cases tell nothing. Nothing is cached:
    a key that another process deleted is gone here as well.
    """

    name: str
    """What messages call it: the file, or the address without password."""
    _hash_key: bytes

    @staticmethod
    def open(target: Path | str, create: bool = True) -> Keys:
        """The keys in this file or under this `postgresql://` address; new ones only with `create`.

        Raises `StoreError` where they are missing, are not ours, cannot be written, or may be read by others.
        """
        if is_url(target):
            from triage.storage.keydatabase import KeyDatabase

            return KeyDatabase(str(target), create)
        return KeyFile(Path(target), create)

    @abstractmethod
    def close(self) -> None:
        """Close the file or the connections."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def key_for(self, case: str) -> CaseKey:
        """The live key of this case, made where there is none. A new key is on the disk before it is returned."""
        return self._live(case) or self._made(case)

    def key(self, case: str) -> CaseKey:
        """The live key of this case. Raises `KeyMissing` where it was deleted or never made."""
        found = self._live(case)
        if found is None:
            raise KeyMissing(f"{self.name}: no key for case {case[:12]}: it was erased, or these are other keys.")
        return found

    def opening(self, case: str, key_id: bytes) -> bytes:
        """The secret under this id, for what was sealed with it.

        Raises `KeyMissing`; its text says whether the key was deleted or is unknown here.
        """
        return self._secret(case, key_id, self._kept(key_id))

    def together(self, key_ids: Iterable[bytes]) -> Together:
        """Keys that are needed at once, with one look for all of them. For what is read now, never to be kept."""
        wanted = list(dict.fromkeys(key_ids))
        return Together(self, {each: row for part in _parts(wanted) for each, row in self._kept_of(part).items()})

    def _secret(self, case: str, key_id: bytes, found: Kept | None) -> bytes:
        if found is None or found[0] != case:
            raise KeyMissing(f"{self.name}: key {key_id.hex()} is not in this key file.")
        _, secret, deleted_at = found
        if secret is None:
            raise KeyMissing(f"{self.name}: key {key_id.hex()} was deleted at {deleted_at}: its content is erased.")
        return secret

    def has(self, key_id: bytes) -> bool:
        """Whether the secret under this id is here."""
        found = self._kept(key_id)
        return found is not None and found[1] is not None

    def deleted(self, key_id: bytes) -> Deleted | None:
        """Whose key this was and when it was deleted on purpose; none where it is here, or never was.

        The id alone proves nothing: it stands in clear in all that the key sealed.
        """
        found = self._kept(key_id)
        return Deleted(found[0], found[2]) if found is not None and found[1] is None and found[2] else None

    def delete(self, *cases: str, at: datetime | None = None) -> None:
        """Delete the live keys of these cases: what they sealed can never be read again. Deleting twice is harmless."""
        self.forget(*(key.id for key in map(self._live, cases) if key is not None), at=at)

    @abstractmethod
    def forget(self, *key_ids: bytes, at: datetime | None = None) -> int:
        """Delete the keys with these ids; returns how many were still there.

        `at` is the time of the deletion by the clock of whoever asks for it; left out, the clock of the key store.
        """

    @abstractmethod
    def _live(self, case: str) -> CaseKey | None: ...

    @abstractmethod
    def _made(self, case: str) -> CaseKey:
        """A new key, or the one that somebody else made meanwhile."""

    def _kept(self, key_id: bytes) -> Kept | None:
        """What stands under this id."""
        return self._kept_of([key_id]).get(key_id)

    @abstractmethod
    def _kept_of(self, key_ids: Sequence[bytes]) -> dict[bytes, Kept]:
        """What stands under each of these ids; a few hundred at the most."""

    def keyed_hash(self, purpose: str, *parts: str) -> str:
        """Keyed SHA-256 (hex) of some texts for one purpose: equal texts, equal hashes, and nobody without this file
        can try out guesses.
        """
        text = "".join(f"{len(part)}:{part}" for part in (purpose, *parts))
        return hmac.digest(self._hash_key, text.encode("utf-8", "surrogatepass"), "sha256").hex()

    def subject_hash(self, value: str) -> str:
        """Keyed hash of a person's name or address, however it is spaced and capitalised."""
        return self.keyed_hash("subject", " ".join(unicodedata.normalize("NFKC", value).casefold().split()))

    def case_id(self, company: str, record: str) -> str:
        """Id of the case of a record (`RecordRef.key`) in a company: everything about it shares one key."""
        return self.keyed_hash("case", company, record)

    def event_id(self, key: str) -> str:
        """Id of an event by its key, which may hold a file's name or a Message-ID.

        Only unique within a company: whoever looks by it names the company (the stream) as well.
        """
        return self.keyed_hash("event", key)

    def belong_to(self, database: Database) -> None:
        """Tie this key file to a store at first use.

        Raises `StoreError` where the store belongs to another key file: with the wrong one every event would look new.
        """
        mark = self.keyed_hash("store")
        sql = "SELECT value FROM settings WHERE name = 'key_file'"
        rows = database.query(sql)
        if not rows:
            with database.transaction():
                database.execute("INSERT INTO settings VALUES ('key_file', ?) ON CONFLICT DO NOTHING", (mark,))
                rows = database.query(sql)
        if rows[0]["value"] != mark:
            raise StoreError(
                f"{self.name} is not the key file of {database.name}. Put the right key file in its place; "
                "without it the store cannot be read or continued."
            )


@dataclass(frozen=True)
class Together:
    """Keys as they were found at one look. Raises as `Keys.opening`."""

    _keys: Keys
    _found: Mapping[bytes, Kept]

    def opening(self, case: str, key_id: bytes) -> bytes:
        """The secret under this id."""
        return self._keys._secret(case, key_id, self._found.get(key_id))


def _parts(key_ids: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(key_ids), _AT_ONCE):
        yield key_ids[start : start + _AT_ONCE]


class KeyFile(Keys):
    """Keys in a file apart from the store."""

    def __init__(self, path: Path, create: bool = True) -> None:
        """Open the file; a new one is made with rights for its owner only, and only with `create`.

        Raises `StoreError` where the file is missing, is not ours, cannot be written, or may be read by others.
        """
        self.path = path
        self.name = str(path)
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
                        "UPDATE keys SET secret = NULL,"
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
            self._run("INSERT OR IGNORE INTO secrets VALUES ('hash', ?)", (secrets.token_bytes(32),))
            self._hash_key = bytes(self._run("SELECT value FROM secrets WHERE name = 'hash'")[0][0])

    def _made(self, case: str) -> CaseKey:
        with self._transaction():
            if found := self._live(case):
                return found
            made = CaseKey(secrets.token_bytes(8), secrets.token_bytes(32))
            self._run("INSERT INTO keys (id, case_id, secret) VALUES (?, ?, ?)", (made.id, case, made.secret))
        return made

    def _kept_of(self, key_ids: Sequence[bytes]) -> dict[bytes, Kept]:
        sql = f"SELECT id, case_id, secret, deleted_at FROM keys WHERE id IN ({', '.join('?' * len(key_ids))})"  # noqa: S608
        return {bytes(row[0]): (row[1], row[2], row[3]) for row in self._run(sql, tuple(key_ids))}

    def _live(self, case: str) -> CaseKey | None:
        rows = self._run("SELECT id, secret FROM keys WHERE case_id = ? AND secret IS NOT NULL", (case,))
        return CaseKey(bytes(rows[0][0]), bytes(rows[0][1])) if rows else None

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

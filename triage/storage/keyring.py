"""What a key store gives: one AES-256 key per case, and the key of the keyed hashes, apart from the store they protect.

Deleting a case's key erases what it sealed, in the store and in every copy of the store. A backup of the keys must
therefore not outlive an erasure. Nothing of a case is cached: a key that another process deleted is gone here as well.
"""

from __future__ import annotations

import hmac
import secrets
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

from triage.errors import KeyMissing, StoreError
from triage.storage.database import Database, is_url
from triage.storage.keepers import Keeper
from triage.storage.wrapping import Share, Wrapping, WrappingRow, shares_of

HASH = b"hash"
"""What the key of the keyed hashes is bound to where it is wrapped."""


Kept = tuple[str, bytes | None, str | None]
"""Case, secret and time of deletion under a key's id."""


def place_of(key_id: bytes, case: str) -> bytes:
    """What the key of a case is bound to where it is wrapped."""
    return key_id + case.encode()


AT_ONCE = 500
"""Keys that one query asks for, or one step of a rotation wraps."""


class Tables(NamedTuple):
    """What the tables of a key store are called. Their columns are the same everywhere."""

    keys: str
    secrets: str
    wrapping: str


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
    _tables: ClassVar[Tables]
    _hash_key: bytes
    _wrapping: Wrapping

    @staticmethod
    def open(target: Path | str, create: bool = True, keeper: Keeper | None = None) -> Keys:
        """The keys in this file or under this `postgresql://` address; new ones only with `create`.

        With a keeper, keys that are made from now on are wrapped; `rotate` wraps those that are there.

        Raises `StoreError` where they are missing, are not ours, cannot be written, or may be read by others;
        `ConfigurationError` where they are wrapped, and the keeper does not unwrap them.
        """
        if is_url(target):
            from triage.storage.keydatabase import KeyDatabase

            return KeyDatabase(str(target), create, keeper)
        from triage.storage.keys import KeyFile

        return KeyFile(Path(target), create, keeper)

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

    def forget(self, *key_ids: bytes, at: datetime | None = None) -> int:
        """Delete the keys with these ids; returns how many were still there.

        `at` is the time of the deletion by the clock of whoever asks for it; left out, the clock of the key store.
        """
        return self.forget_each(dict.fromkeys(key_ids, at))

    def forget_each(self, times: Mapping[bytes, datetime | None]) -> int:
        """As `forget`, each key at its own time, and all of them at once. Asking where none is there is cheap."""
        live = [key for part in _parts(list(times)) for key in self._live_among(part)]
        return self._forgotten({key: times[key] for key in live}) if live else 0

    @abstractmethod
    def _live_among(self, key_ids: Sequence[bytes]) -> list[bytes]:
        """Those of these ids, a few hundred at the most, whose secrets are here."""

    @abstractmethod
    def _forgotten(self, times: Mapping[bytes, datetime | None]) -> int:
        """Delete these keys in one transaction; how many were still there."""

    def rotate(self, fresh: bool = False) -> Iterator[int]:
        """Wrap every key anew under the keeper's newest key-encryption key; gives how many, step by step.

        A wrapping key that the newest key-encryption key wraps already is kept, and only what is not under it is
        wrapped anew: who was interrupted asks again. `fresh` makes a new one in any case. What no key is under any
        more is thrown away. Raises `ConfigurationError` where there is no keeper, or it lacks a key that is needed;
        `StoreError` where another process rotates just now.
        """
        with self._alone() as alone:
            if not alone:
                raise StoreError(f"{self.name}: is being rotated by another process. Wait until that has ended.")
            row = self._newest()
            if row is None or fresh or not self._wrapping.is_current(row):
                row = self._wrapping.make()
                self._add(row)
            for share in self.shares():
                if share.row is not None:
                    self._wrapping.ready(share.row)
            after: bytes | None = b""
            done = 0
            while after is not None:
                count, after = self._wrap_some(row, after)
                done += count
                yield done
            self._drop_unused(row)

    def shares(self) -> list[Share]:
        """Under which wrapping keys the keys are, the newest last; what lies unwrapped comes first."""
        keys, others, wrapping = self._tables
        counted = self._look(f"SELECT wrapped_by, count(*) FROM {keys} WHERE secret IS NOT NULL GROUP BY wrapped_by")  # noqa: S608
        [(by,)] = self._look(f"SELECT wrapped_by FROM {others} WHERE name = 'hash'")  # noqa: S608
        rows = self._look(f"SELECT id, under, wrapped FROM {wrapping} ORDER BY number")  # noqa: S608
        return shares_of([WrappingRow(*row) for row in rows], {row[0]: int(row[1]) for row in counted}, by)

    def be_ready(self) -> None:
        """Have the wrapping key for new keys unwrapped now: where a transaction follows that others wait for.

        Its keeper may be slow. Raises `ConfigurationError` where the keeper cannot be asked, or refuses.
        """
        if self._wrapping.keeper is not None and (row := self._newest()) is not None:
            self._wrapping.ready(row)

    @abstractmethod
    def _look(self, sql: str, parameters: Sequence[Any] = ()) -> Sequence[Any]:
        """The rows of a query."""

    @abstractmethod
    def _change(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement that changes something."""

    @abstractmethod
    def _whole(self) -> AbstractContextManager[None]:
        """A transaction beside which there is no other one of this method."""

    @abstractmethod
    def _alone(self) -> AbstractContextManager[bool]:
        """A rotation; whether it is the only one."""

    def _newest(self) -> WrappingRow | None:
        """The wrapping key for new keys; none where they are not wrapped."""
        sql = f"SELECT id, under, wrapped FROM {self._tables.wrapping} ORDER BY number DESC LIMIT 1"  # noqa: S608
        rows = self._look(sql)
        return WrappingRow(*rows[0]) if rows else None

    def _wrapping_row(self, name: str) -> WrappingRow | None:
        rows = self._look(f"SELECT id, under, wrapped FROM {self._tables.wrapping} WHERE id = ?", (name,))  # noqa: S608
        return WrappingRow(*rows[0]) if rows else None

    def _add(self, row: WrappingRow) -> None:
        """Make this the wrapping key for new keys."""
        self._change(f"INSERT INTO {self._tables.wrapping} (id, under, wrapped) VALUES (?, ?, ?)", row)  # noqa: S608

    def _wrap_some(self, row: WrappingRow, after: bytes) -> tuple[int, bytes | None]:
        """Wrap some of the keys with ids after this one anew, in one transaction; how many, and the last one's id.

        Raises `StoreError` where the wrapping key does not stand any more: then nothing is wrapped with it.
        """
        wrapping = self._wrapping
        keys, others, _ = self._tables
        with self._whole():
            if self._wrapping_row(row.id) is None:
                raise StoreError(f"{self.name}: wrapping key {row.id} was thrown away meanwhile. Rotate again.")
            found = self._look(
                f"SELECT id, case_id, secret, wrapped_by FROM {keys} WHERE secret IS NOT NULL AND id > ?"  # noqa: S608
                " ORDER BY id LIMIT ?",
                (after, AT_ONCE),
            )
            stale = [each for each in found if each[3] != row.id]
            for key_id, case, secret, by in stale:
                place = place_of(bytes(key_id), case)
                wrapped = wrapping.wrap(row, wrapping.unwrap(secret, by, place), place)
                self._change(f"UPDATE {keys} SET secret = ?, wrapped_by = ? WHERE id = ?", (wrapped, row.id, key_id))  # noqa: S608
            self._change(
                f"UPDATE {others} SET value = ?, wrapped_by = ?"  # noqa: S608
                " WHERE name = 'hash' AND coalesce(wrapped_by, '') <> ?",
                (wrapping.wrap(row, self._hash_key, HASH), row.id, row.id),
            )
        return len(stale), bytes(found[-1][0]) if len(found) == AT_ONCE else None

    def _drop_unused(self, row: WrappingRow) -> None:
        """Throw away wrapping keys, other than this one, that wrap nothing any more."""
        keys, others, wrapping = self._tables
        self._change(
            f"DELETE FROM {wrapping} WHERE id <> ?"  # noqa: S608
            f" AND NOT EXISTS (SELECT 1 FROM {keys} WHERE wrapped_by = {wrapping}.id)"
            f" AND NOT EXISTS (SELECT 1 FROM {others} WHERE wrapped_by = {wrapping}.id)",
            (row.id,),
        )

    def _first(self) -> WrappingRow | None:
        """The wrapping key that a new key store begins with, where a keeper is there: before the transaction."""
        return None if self._wrapping.keeper is None else self._wrapping.make()

    def _begin(self, row: WrappingRow | None) -> None:
        """Make the key of the keyed hashes, wrapped from the first moment. Only inside the transaction that begins."""
        made = secrets.token_bytes(32)
        stored, by = made, None
        if row is not None:
            self._add(row)
            stored, by = self._wrapping.wrap(row, made, HASH), row.id
        sql = f"INSERT INTO {self._tables.secrets} (name, value, wrapped_by) VALUES ('hash', ?, ?)"  # noqa: S608
        self._change(sql, (stored, by))

    def _take_hash_key(self) -> None:
        sql = f"SELECT value, wrapped_by FROM {self._tables.secrets} WHERE name = 'hash'"  # noqa: S608
        [(value, by)] = self._look(sql)
        self._hash_key = self._wrapping.unwrap(value, by, HASH)

    def _made_ready(self) -> WrappingRow | None:
        """The wrapping key for new keys, unwrapped, and made where a keeper is there: before the transaction."""
        if self._newest() is None and self._wrapping.keeper is not None:
            made = self._wrapping.make()
            with self._whole():
                if self._newest() is None:  # a rotation may have made one meanwhile
                    self._add(made)
        found = self._newest()
        if found is not None:
            self._wrapping.ready(found)
        return found

    def _fresh(self, case: str, row: WrappingRow | None) -> tuple[CaseKey, bytes, str | None]:
        """A new key, and how it is stored. Only inside the transaction that looked for the wrapping key."""
        made = CaseKey(secrets.token_bytes(8), secrets.token_bytes(32))
        if row is None:
            return made, made.secret, None
        return made, self._wrapping.wrap(row, made.secret, place_of(made.id, case)), row.id

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

    def _kept_row(self, key_id: bytes, case: str, secret: bytes | None, by: str | None, deleted_at: str | None) -> Kept:
        opened = None if secret is None else self._wrapping.unwrap(secret, by, place_of(bytes(key_id), case))
        return case, opened, deleted_at

    def _live_key(self, case: str, rows: Sequence[Any]) -> CaseKey | None:
        if not rows:
            return None
        key_id, secret, by = rows[0]
        return CaseKey(bytes(key_id), self._wrapping.unwrap(secret, by, place_of(bytes(key_id), case)))

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
    for start in range(0, len(key_ids), AT_ONCE):
        yield key_ids[start : start + AT_ONCE]

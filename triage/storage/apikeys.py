"""Keys of programs that use the API: made, checked, rotated, revoked. A key is shown once and kept as a keyed hash.

A key looks like `tk_<id>_<secret>`. The id is no secret: people and requests name the key by it.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any

from triage.domain import utc
from triage.errors import UsageError
from triage.storage.database import Database
from triage.storage.keys import Keys

SCOPES = {
    "arrivals:write": "submit cases and records",
    "arrivals:read": "ask what became of an arrival",
    "cards:read": "list and read cards, without confidential facts",
    "cards:confidential": "with cards:read: confidential facts (exposure, margin) as well",
    "cards:decide": "decide cards as the key's own person",
    "cards:decide-for-others": "with cards:decide: name the person who decided",
    "tasks:run": "classify, summarize and extract at once",
    "documents:compare": "read a document and compare it with its purchase order in Odoo",
    "evals:run": "start the measurements that gate a change, and read their results",
    "jobs:admin": "see dead letters, retry and discard them, have a ticket drafted for one",
}
"""What a key may be allowed."""

PREFIX = "tk"
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_NOTE_USE_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept. Times are UTC as `triage.domain.utc` writes them."""

    id: str
    name: str
    """Of the program that uses it; stays the same when the key is rotated."""
    hash: str = field(repr=False)
    person: str | None
    """Who decides with it, where the program is somebody's."""
    scopes: tuple[str, ...]
    companies: tuple[str, ...] | None
    """The only companies it may see and send for; none: all."""
    rate: str | None
    """The most requests, `300/minute`; none: the service's own limit."""
    created_at: str
    created_by: str
    expires_at: str
    revoked_at: str | None
    replaced_by: str | None
    last_used_at: str | None

    def allows(self, scope: str) -> bool:
        """Whether it has this scope."""
        return scope in self.scopes

    def sees(self, company: str) -> bool:
        """Whether it may know of this company."""
        return self.companies is None or company in self.companies

    def state(self, now: str) -> str:
        """`active`, `expired`, `revoked`, or `replaced` while it still works beside its successor."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= now:
            return "expired"
        return "replaced" if self.replaced_by else "active"


_NAMES = ", ".join(each.name for each in fields(ApiKey))
_SELECT = f"SELECT {_NAMES} FROM api_keys"  # noqa: S608
_INSERT = f"INSERT INTO api_keys ({_NAMES}) VALUES ({', '.join('?' * len(fields(ApiKey)))})"  # noqa: S608
_LIST = "\n"


class ApiKeys:
    """The keys of one store. Every method raises `StoreError` where the store cannot be used."""

    def __init__(self, database: Database, keys: Keys, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    def create(
        self,
        name: str,
        scopes: Sequence[str],
        *,
        by: str,
        days: float,
        person: str | None = None,
        companies: Sequence[str] | None = None,
        rate: str | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key and its text, which is nowhere else. Raises `UsageError` for an unknown scope or a name in use."""
        _check(name, scopes, days, companies)
        with self._database.transaction():
            now = utc(self._clock())
            if any(key.state(now) in {"active", "replaced"} for key in self._named(name)):
                raise UsageError(f"there is a working key {name!r} already: rotate or revoke it, or use another name.")
            return self._insert(
                name=name,
                person=person,
                scopes=tuple(dict.fromkeys(scopes)),
                companies=None if companies is None else tuple(dict.fromkeys(companies)),
                rate=rate,
                created_by=by,
                days=days,
            )

    def rotate(self, handle: str, *, by: str, days: float, overlap: timedelta) -> tuple[ApiKey, str]:
        """A successor with the same rights; the old key works on for `overlap`, no longer.

        Raises `UsageError` where the key no longer works or has a successor already.
        """
        if overlap < timedelta(0):
            raise UsageError("the overlap cannot be negative.")
        with self._database.transaction():
            old, now = self.find(handle), self._clock()
            if (state := old.state(utc(now))) != "active":
                raise UsageError(f"key {old.id} ({old.name}) is {state}: only an active key is rotated.")
            _check(old.name, old.scopes, days, old.companies)
            made, text = self._insert(
                name=old.name,
                person=old.person,
                scopes=old.scopes,
                companies=old.companies,
                rate=old.rate,
                created_by=by,
                days=days,
            )
            ends = min(old.expires_at, utc(now + overlap))
            sql = "UPDATE api_keys SET replaced_by = ?, expires_at = ? WHERE id = ?"
            self._database.execute(sql, (made.id, ends, old.id))
            return made, text

    def revoke(self, handle: str) -> list[ApiKey]:
        """End a key at once; by its name, every working key of that name. Revoking an id twice is harmless.

        Raises `UsageError` where there is none.
        """
        with self._database.transaction():
            now = utc(self._clock())
            found = self._many("WHERE id = ?", handle) or [
                key for key in self._named(handle) if key.state(now) in {"active", "replaced"}
            ]
            if not found:
                raise UsageError(f"there is no working key {handle!r}; `triage keys list` shows all.")
            for key in found:
                sql = "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL"
                self._database.execute(sql, (now, key.id))
            return [self.find(key.id) for key in found]

    def find(self, handle: str) -> ApiKey:
        """The key with this id, or the one working key of this name. Raises `UsageError` where there is none."""
        if found := self._many("WHERE id = ?", handle):
            return found[0]
        now = utc(self._clock())
        named = [key for key in self._named(handle) if key.state(now) == "active"]
        if not named:
            raise UsageError(f"there is no working key {handle!r}; `triage keys list` shows all.")
        return named[0]

    def all(self) -> list[ApiKey]:
        """Every key ever made, oldest first."""
        return self._many("ORDER BY created_at, id")

    def verify(self, text: str) -> ApiKey | None:
        """The working key of this text; none where it is unknown, wrong, expired or revoked."""
        prefix, _, rest = text.partition("_")
        identity, _, secret = rest.partition("_")
        found = self._many("WHERE id = ?", identity) if prefix == PREFIX and secret and identity else []
        # The same work for an unknown key as for a wrong one.
        given = self._hash(identity, secret)
        if not hmac.compare_digest(given, found[0].hash if found else "0" * len(given)):
            return None
        now = self._clock()
        if found[0].state(utc(now)) not in {"active", "replaced"}:
            return None
        self._note_use(found[0], now)
        return found[0]

    def _note_use(self, key: ApiKey, now: datetime) -> None:
        before = utc(now - _NOTE_USE_EVERY)
        if key.last_used_at is None or key.last_used_at < before:
            sql = "UPDATE api_keys SET last_used_at = ? WHERE id = ? AND (last_used_at IS NULL OR last_used_at < ?)"
            with self._database.transaction():
                self._database.execute(sql, (utc(now), key.id, before))

    def _insert(self, *, days: float, **columns: Any) -> tuple[ApiKey, str]:
        now = self._clock()
        identity = "".join(secrets.choice(_ALPHABET) for _ in range(10))
        secret = secrets.token_urlsafe(32)
        key = ApiKey(
            id=identity,
            hash=self._hash(identity, secret),
            created_at=utc(now),
            expires_at=utc(now + timedelta(days=days)),
            revoked_at=None,
            replaced_by=None,
            last_used_at=None,
            **columns,
        )
        row = [_LIST.join(value) if isinstance(value, tuple) else value for value in astuple(key)]
        self._database.execute(_INSERT, row)
        return key, f"{PREFIX}_{identity}_{secret}"

    def _hash(self, identity: str, secret: str) -> str:
        return self._keys.keyed_hash("api-key", identity, secret)

    def _named(self, name: str) -> list[ApiKey]:
        return self._many("WHERE name = ? ORDER BY created_at, id", name)

    def _many(self, rest: str, *parameters: str) -> list[ApiKey]:
        return [_key(dict(zip(row.keys(), row, strict=True))) for row in self._query(rest, parameters)]

    def _query(self, rest: str, parameters: tuple[str, ...]) -> list[Any]:
        return list(self._database.query(f"{_SELECT} {rest}", parameters))


def _key(row: dict[str, Any]) -> ApiKey:
    companies = row["companies"]
    listed = {"scopes": _listed(row["scopes"]), "companies": None if companies is None else _listed(companies)}
    return ApiKey(**(row | listed))


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(_LIST) if part)


def _check(name: str, scopes: Sequence[str], days: float, companies: Sequence[str] | None) -> None:
    if not name.strip() or len(name) > 80 or not name.isprintable():
        raise UsageError("a key needs a name of at most 80 letters: which program will use it?")
    if unknown := [scope for scope in scopes if scope not in SCOPES]:
        raise UsageError(f"{unknown[0]!r} is no scope. Scopes are: {', '.join(SCOPES)}.")
    if not scopes:
        raise UsageError(f"a key needs at least one scope: {', '.join(SCOPES)}.")
    if companies is not None and (not companies or not all(each.strip() and _LIST not in each for each in companies)):
        raise UsageError("a company needs a name on one line.")
    if not 0 < days <= 3660:
        raise UsageError("a key must expire: name between 1 and 3660 days.")


__all__ = ["SCOPES", "ApiKey", "ApiKeys"]

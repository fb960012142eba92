"""People who sign in, and their sessions. Passwords are kept as Argon2 hashes, session tokens as SHA-256."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from triage.domain import Duty, Person, utc
from triage.errors import UsageError
from triage.storage.database import Database

SHORTEST = 12
"""Characters of a password (NIST SP 800-63B asks for eight at least, more where nothing else stands beside it)."""
IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
"""A session ends after so long without a request, and after so long in any case."""
_NOTE_SEEN = timedelta(minutes=1)

_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_hex(16))
"""Compared with where there is no such person, so that both cases take equally long."""


@dataclass(frozen=True)
class Account:
    """Somebody who may sign in."""

    person: Person
    subject: str | None
    """Their name at the OpenID provider."""
    has_password: bool
    created_at: str
    disabled_at: str | None


@dataclass(frozen=True)
class Session:
    """Somebody is signed in."""

    id: str
    person: Person
    how: str
    form_token: str
    """Stands in every form of this session: another site does not know it."""
    expires_at: str


class People:
    """The accounts of one store. Every method raises `StoreError` where the store cannot be used."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def add(
        self,
        name: str,
        duties: Iterable[Duty],
        *,
        password: str | None = None,
        subject: str | None = None,
        companies: Collection[str] | None = None,
        language: str = "en",
        odoo_user: int | None = None,
    ) -> Person:
        """A new account. Raises `UsageError` where the name is taken or empty, or the password too short."""
        name = " ".join(name.split())
        if not name:
            raise UsageError("an account needs a name.")
        hashed = None if password is None else _hashed(password)
        with self._database.transaction():
            if self._row(name) is not None:
                raise UsageError(f"{name}: there is an account with this name already.")
            self._is_free(name, subject, odoo_user)
            self._database.execute(
                "INSERT INTO people (name, password, subject, odoo_user, duties, companies, language, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    name,
                    hashed,
                    subject,
                    odoo_user,
                    json.dumps(sorted(duty.value for duty in duties)),
                    None if companies is None else json.dumps(sorted(companies)),
                    language,
                    utc(self._clock()),
                ),
            )
        return self.get(name).person

    def get(self, name: str) -> Account:
        """The account with this name. Raises `UsageError` where there is none."""
        row = self._row(name)
        if row is None:
            raise UsageError(f"{name}: there is no such account. `triage people list` shows them.").coded(
                "no_account", name=name[:60]
            )
        return _account(row)

    def all(self) -> list[Account]:
        """All accounts, by name."""
        return [_account(row) for row in self._database.query("SELECT * FROM people ORDER BY name")]

    def of_subject(self, subject: str) -> Account | None:
        """The account of somebody at the OpenID provider."""
        rows = self._database.query("SELECT * FROM people WHERE subject = ? AND disabled_at IS NULL", (subject,))
        return _account(rows[0]) if rows else None

    def with_subject(self, subject: str) -> Account | None:
        """The account of somebody at the OpenID provider, a disabled one too."""
        rows = self._database.query("SELECT * FROM people WHERE subject = ?", (subject,))
        return _account(rows[0]) if rows else None

    def of_odoo(self, user: int) -> Account | None:
        """The account of a user of Odoo."""
        rows = self._database.query("SELECT * FROM people WHERE odoo_user = ? AND disabled_at IS NULL", (user,))
        return _account(rows[0]) if rows else None

    def with_odoo(self, user: int) -> Account | None:
        """The account of a user of Odoo, a disabled one too."""
        rows = self._database.query("SELECT * FROM people WHERE odoo_user = ?", (user,))
        return _account(rows[0]) if rows else None

    def check(self, name: str, password: str) -> Person | None:
        """The person with this name and password; none where either is wrong or the account is disabled."""
        row = self._row(" ".join(name.split()))
        known = row is not None and row["password"] is not None and row["disabled_at"] is None
        try:
            _HASHER.verify(row["password"] if row is not None and known else _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return None
        return _account(row).person if known and row is not None else None

    def set_password(self, name: str, password: str) -> None:
        """Another password; every session of the person ends. Raises `UsageError` as `get` and `add` do."""
        hashed = _hashed(password)
        with self._database.transaction():
            self.get(name)
            self._database.execute("UPDATE people SET password = ? WHERE name = ?", (hashed, name))
            self._database.execute("DELETE FROM sessions WHERE person = ?", (name,))

    def change(
        self,
        name: str,
        *,
        duties: Iterable[Duty] | None = None,
        companies: Collection[str] | None = None,
        all_companies: bool = False,
        language: str | None = None,
        subject: str | None = None,
        odoo_user: int | None = None,
    ) -> Person:
        """Other duties, companies, language, subject or user in Odoo; what is none stays. Raises as `get` and `add`."""
        with self._database.transaction():
            account = self.get(name)
            person = account.person
            self._is_free(name, subject, odoo_user)
            seen = None if all_companies else person.companies if companies is None else frozenset(companies)
            self._database.execute(
                "UPDATE people SET duties = ?, companies = ?, language = ?, subject = ?, odoo_user = ? WHERE name = ?",
                (
                    json.dumps(sorted(duty.value for duty in (person.duties if duties is None else duties))),
                    None if seen is None else json.dumps(sorted(seen)),
                    language or person.language,
                    account.subject if subject is None else subject,
                    person.odoo_user if odoo_user is None else odoo_user,
                    name,
                ),
            )
        return self.get(name).person

    def disable(self, name: str) -> None:
        """End an account and all its sessions at once. Its decisions stay."""
        with self._database.transaction():
            self.get(name)
            self._database.execute("UPDATE people SET disabled_at = ? WHERE name = ?", (utc(self._clock()), name))
            self._database.execute("DELETE FROM sessions WHERE person = ?", (name,))

    def begin(self, name: str, how: str) -> str:
        """Sign somebody in; returns the token for their cookie. `how`: `password`, `oidc` or `odoo`."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._database.transaction():
            self._database.execute("DELETE FROM sessions WHERE expires_at < ?", (utc(now),))
            self._database.execute(
                "INSERT INTO sessions (id, person, how, form_token, created_at, seen_at, expires_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (_id(token), name, how, secrets.token_urlsafe(24), utc(now), utc(now), utc(now + LONGEST)),
            )
        return token

    def session(self, token: str, *, is_used: bool = True) -> Session | None:
        """The session of a cookie's token; none where it is unknown, over, or too long without a request.

        `is_used`: whether somebody asked. What a page does by itself keeps no session alive.
        """
        now = self._clock()
        rows = self._database.query(
            "SELECT s.id, s.how, s.form_token, s.seen_at, s.expires_at, p.* FROM sessions s"
            " JOIN people p ON p.name = s.person"
            " WHERE s.id = ? AND s.expires_at > ? AND s.seen_at > ? AND p.disabled_at IS NULL",
            (_id(token), utc(now), utc(now - IDLE)),
        )
        if not rows:
            return None
        row = rows[0]
        if is_used and row["seen_at"] < utc(now - _NOTE_SEEN):
            with self._database.transaction():
                self._database.execute("UPDATE sessions SET seen_at = ? WHERE id = ?", (utc(now), row["id"]))
        return Session(row["id"], _account(row).person, row["how"], row["form_token"], row["expires_at"])

    def end(self, token: str) -> None:
        """Sign out. Ending twice is harmless."""
        with self._database.transaction():
            self._database.execute("DELETE FROM sessions WHERE id = ?", (_id(token),))

    def _is_free(self, name: str, subject: str | None, odoo_user: int | None) -> None:
        """Raises `UsageError` where another account stands for the same person elsewhere."""
        sql = "SELECT name, subject FROM people WHERE name <> ? AND (subject = ? OR odoo_user = ?)"
        taken = self._database.query(sql, (name, subject, odoo_user)) if subject or odoo_user else []
        if taken:
            what = "subject" if subject and taken[0]["subject"] == subject else "user in Odoo"
            raise UsageError(f"{name}: the account of {taken[0]['name']} has this {what} already.")

    def _row(self, name: str) -> Any:
        rows = self._database.query("SELECT * FROM people WHERE name = ?", (name,))
        return rows[0] if rows else None


def is_disabled(database: Database, name: str) -> bool:
    """Whether the account of this name is disabled. Who has no account, and never had one, is not."""
    wanted = _plain(name)
    rows = database.query("SELECT name, disabled_at FROM people")
    found = {str(row["name"]): row["disabled_at"] is not None for row in rows if _plain(row["name"]) == wanted}
    return found.get(name, any(found.values()))


def duties_of(database: Database, name: str) -> frozenset[Duty]:
    """The duties of the enabled account of this name; none where there is no such account."""
    rows = database.query("SELECT * FROM people WHERE name = ? AND disabled_at IS NULL", (name,))
    return _account(rows[0]).person.duties if rows else frozenset()


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def odoo_users(database: Database) -> list[tuple[str, int]]:
    """Names of the accounts that belong to a user of Odoo, disabled ones too, each with that user's id."""
    rows = database.query("SELECT name, odoo_user FROM people WHERE odoo_user IS NOT NULL")
    return [(str(row["name"]), int(row["odoo_user"])) for row in rows]


def _account(row: Any) -> Account:
    companies = row["companies"]
    return Account(
        person=Person(
            name=row["name"],
            duties=frozenset(map(Duty, json.loads(row["duties"]))),
            companies=None if companies is None else frozenset(json.loads(companies)),
            language=row["language"],
            odoo_user=row["odoo_user"],
        ),
        subject=row["subject"],
        has_password=row["password"] is not None,
        created_at=row["created_at"],
        disabled_at=row["disabled_at"],
    )


def _hashed(password: str) -> str:
    if len(password) < SHORTEST:
        raise UsageError(f"the password is too short: at least {SHORTEST} characters.")
    return _HASHER.hash(password)


def _id(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

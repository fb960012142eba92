"""Sign-ins under way: what was sent to an OpenID provider and must come back, and nonces that were used."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.domain import utc
from triage.storage.database import Database

WAITS = timedelta(minutes=10)
"""How long somebody may take at the provider."""
_NONCES_KEPT = timedelta(hours=1)
"""Longer than any nonce is good for."""


@dataclass(frozen=True)
class Begun:
    """A sign-in that has begun."""

    state: str
    """Goes to the provider and comes back; also stands in a cookie of the browser that began."""
    nonce: str
    """Must stand in the identity token."""
    verifier: str
    """Proves that whoever redeems the code is who asked for it (PKCE)."""
    back: str
    """The page to show afterwards."""


class Signing:
    """The sign-ins of one store. Every method raises `StoreError` where the store cannot be used."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def begin(self, back: str) -> Begun:
        """Remember a new sign-in; forgets those that came to nothing."""
        begun = Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), back)
        now = self._clock()
        with self._database.transaction():
            self._database.execute("DELETE FROM sign_ins WHERE expires_at < ?", (utc(now),))
            self._database.execute(
                "INSERT INTO sign_ins (id, nonce, verifier, back, expires_at) VALUES (?, ?, ?, ?, ?)",
                (_id(begun.state), begun.nonce, begun.verifier, back, utc(now + WAITS)),
            )
        return begun

    def take(self, state: str) -> Begun | None:
        """The sign-in with this state, once; none where it is unknown, over or was taken."""
        with self._database.transaction():
            rows = self._database.query(
                "SELECT * FROM sign_ins WHERE id = ? AND expires_at > ?", (_id(state), utc(self._clock()))
            )
            taken = self._database.execute("DELETE FROM sign_ins WHERE id = ?", (_id(state),))
        if not rows or taken != 1:
            return None
        return Begun(state, rows[0]["nonce"], rows[0]["verifier"], rows[0]["back"])

    def use(self, nonce: str) -> bool:
        """Note that a nonce was used; says whether this was the first time."""
        now = self._clock()
        with self._database.transaction():
            self._database.execute("DELETE FROM used_nonces WHERE expires_at < ?", (utc(now),))
            sql = "INSERT INTO used_nonces (id, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING"
            return self._database.execute(sql, (_id(nonce), utc(now + _NONCES_KEPT))) == 1

    def was_used(self, nonce: str) -> bool:
        """Whether a nonce was used already; using it settles it."""
        return bool(self._database.query("SELECT 1 FROM used_nonces WHERE id = ?", (_id(nonce),)))


def _id(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

"""What only one worker may do at a time: it holds a lease, renews it while it works, and loses it when it dies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from triage.domain import utc
from triage.storage.database import Database

_TAKE = (
    "INSERT INTO leases (name, holder, until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
    " SET holder = excluded.holder, until = excluded.until WHERE leases.holder = excluded.holder OR leases.until <= ?"
)


class Leases:
    """The leases of one store. `clock` gives the time; workers' clocks should agree to a few seconds."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def take(self, name: str, holder: str, seconds: float) -> bool:
        """Take or renew a lease for so long; false while somebody else holds it."""
        now = self._clock()
        until = utc(now + timedelta(seconds=seconds))
        with self._database.transaction():
            return self._database.execute(_TAKE, (name, holder, until, utc(now))) == 1

    def give_back(self, name: str, holder: str) -> None:
        """Let others have it at once; nothing where it is not held any more."""
        with self._database.transaction():
            self._database.execute("DELETE FROM leases WHERE name = ? AND holder = ?", (name, holder))

    def holder(self, name: str) -> str | None:
        """Who holds a lease now, or none."""
        sql = "SELECT holder FROM leases WHERE name = ? AND until > ?"
        rows = self._database.query(sql, (name, utc(self._clock())))
        return str(rows[0]["holder"]) if rows else None

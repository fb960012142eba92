"""What went wrong at Odoo, as one of our four errors.

Odoo's class names decide, never its codes (they differ between versions) or texts (they are translated). Its `debug`
holds server paths and stays out of every message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.errors import AccessDenied, OdooError, OdooRejected, OdooUnavailable, RecordMissing
from triage.odoo.transport.calls import Call

_MISSING = frozenset({"odoo.exceptions.MissingError"})
_DENIED = frozenset(
    {
        "odoo.exceptions.AccessError",
        "odoo.exceptions.AccessDenied",
        "odoo.http.SessionExpiredException",
        "werkzeug.exceptions.Unauthorized",
        "werkzeug.exceptions.Forbidden",
    }
)
_LATER = frozenset(
    {
        "psycopg2.OperationalError",
        "psycopg2.errors.SerializationFailure",
        "psycopg2.errors.LockNotAvailable",
        "psycopg2.errors.DeadlockDetected",
        "psycopg2.errors.QueryCanceled",
        "psycopg2.InterfaceError",
        "odoo.sql_db.PoolError",
        "psycopg2.pool.PoolError",
        "odoo.exceptions.ConcurrencyError",
        "builtins.MemoryError",
    }
)
_MOST_CHARACTERS = 300
_NO_DATABASE = ("database", "does not exist")

KEY_HELP = "Check login and key; an ordinary user's API key expires after at most 90 days."


def from_odoo(data: Mapping[str, Any], call: Call, server: str) -> OdooError:
    """Our error for what Odoo itself reported: `data` has its exception's `name` and `message`."""
    name, said = str(data.get("name") or ""), _line(data.get("message"))
    what = call.describe()
    if name in _MISSING:
        return RecordMissing(f"{what}: the record is not there (any more). {said}".rstrip())
    if name in _DENIED:
        return AccessDenied(
            f"{what}: Odoo refuses it to the service user. {said} `triage odoo check` lists its rights."
        )
    if name in _LATER and not all(word in said for word in _NO_DATABASE):
        return OdooUnavailable(f"{server}: the database behind it is busy or away ({what}). Try again later.")
    kind = name.rpartition(".")[2]
    return OdooRejected(f"{what}: Odoo refuses the call ({kind or 'error'}): {said}", kind)


def bad_login(server: str, database: str, login: str) -> AccessDenied:
    """The server knows neither this login nor this key, or the key has expired."""
    return AccessDenied(f"{server}, database {database}: login {login!r} is refused. {KEY_HELP}")


def bad_key(server: str, database: str) -> AccessDenied:
    """The key is unknown or has expired."""
    return AccessDenied(f"{server}, database {database}: the API key is refused. {KEY_HELP}")


def unreachable(server: str, why: str) -> OdooUnavailable:
    """Nothing usable came back."""
    return OdooUnavailable(f"{server}: {why} Is Odoo up, and is the address right? The call may be tried again.")


def _line(said: object) -> str:
    text = " ".join(str(said or "").split())
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"

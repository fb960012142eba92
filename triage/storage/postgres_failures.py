"""Says in plain words why PostgreSQL could not do something."""

from __future__ import annotations

import re

import psycopg
from psycopg import errors

from triage.errors import Conflict, NotStorable, StoreError

_WORDS: dict[str, str] = {
    "53100": "the server's disk is full. Free some space and run it again; nothing was recorded by halves.",
    "53200": "the server is out of memory. Run it again; if it stays so, give it more.",
    "53300": "too many connections. Raise `max_connections`, or run fewer workers.",
    "42501": "this role lacks a right ({detail}). Migrations need the role that owns the tables; "
    "`SELECT triage_grant('ROLE')`, run by the owner, gives a service's role what it needs.",
    "25006": "it may only be read: is this a standby? Name the primary server.",
    "3D000": "there is no such database. Make it with `createdb`, or name another.",
    "3F000": "there is no such schema. Make it with `CREATE SCHEMA`, or name another.",
    "28P01": "the server refuses this password. Check the address, PGPASSWORD or the password file.",
    "28000": "the server does not let this role in. Check the address and the server's `pg_hba.conf`.",
    "55P03": "another process has been writing to it for too long. Wait for it or stop it, then run again.",
    "57014": "the server stopped the statement. Run it again.",
    "25P03": "this process kept a transaction open for too long, so the server undid it. Run it again.",
    "25P02": "an earlier statement of this transaction failed; nothing of it was recorded.",
    "42P07": "a table of that name exists ({detail}). Name another database or schema.",
    "54000": "a value is too big for one record.",
}
"""By SQLSTATE (PostgreSQL manual, appendix A)."""

_SIGNS = (
    ("database .* does not exist", "3D000"),
    ("role .* does not exist|no pg_hba.conf entry", "28000"),
    ("password", "28P01"),
    ("too many clients|remaining connection slots", "53300"),
)
"""By the words of a server that refuses a connection: there is no SQLSTATE then."""

_PASSES = {"40001", "40P01"}
"""Two transactions stood in each other's way and the server undid this one."""


def explain(error: psycopg.Error, name: str) -> StoreError:
    """The error of this software for one of PostgreSQL's.

    A broken constraint is a `Conflict`: somebody else wrote first. A value that does not fit is `NotStorable`.
    Everything else is a `StoreError`.
    """
    detail = " ".join((error.diag.message_primary or str(error)).split())
    if isinstance(error, errors.IntegrityError):
        return Conflict(f"{name}: somebody else wrote the same thing first ({detail}). Look again.")
    if isinstance(error, errors.DataError):
        return NotStorable(f"{name}: a value cannot be kept ({detail}). Nothing of it was recorded.")
    state = error.sqlstate or ""
    if state in _PASSES:
        found = StoreError(f"{name}: two processes waited for each other, and this one gave way. Run it again.")
        found.again = True
        return found
    words = _WORDS.get(state) or _WORDS.get(state[:2] + "000")
    return StoreError(f"{name}: {words.format(detail=detail) if words else detail}")


def is_lost(error: psycopg.Error, connection: psycopg.Connection[object]) -> bool:
    """Whether the connection is gone: server stopped or restarted, network cut."""
    return connection.closed or (error.sqlstate or "").startswith("57P")


def lost(name: str, *, committing: bool = False) -> StoreError:
    """The error for a connection that broke."""
    if committing:
        return StoreError(
            f"{name}: the connection broke while it was being recorded. Run it again: what was recorded is not done "
            "twice."
        )
    found = StoreError(f"{name}: the connection broke; nothing of this was recorded. Run it again.")
    found.again = True
    return found


def unreachable(error: psycopg.Error, name: str) -> StoreError:
    """The error for a connection that could not be made."""
    if error.sqlstate:
        return explain(error, name)
    reason = " ".join(str(error).split())
    for sign, state in _SIGNS:
        if re.search(sign, reason):
            return StoreError(f"{name}: {_WORDS[state]}")
    return StoreError(f"{name}: the server cannot be reached ({reason}). Check the address and whether it runs.")

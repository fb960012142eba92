"""Which payloads are too old, which cases are on hold, and taking payloads away: the SQL of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from triage.domain import KEPT
from triage.storage import months
from triage.storage.database import Database

_NAMED = "coalesce(CASE WHEN j.step IN ({steps}) THEN j.step END, j.kind)"
"""By what policy calls a record: its step where policy names that, else its kind."""

_LEAVE = "SELECT 1 FROM removals r WHERE r.stream = j.stream AND r.seq = j.seq"
_HELD = "SELECT 1 FROM holds h WHERE h.case_id = j.case_id"
_ALLOWED = (
    "FROM payloads p JOIN journal j ON j.stream = p.stream AND j.seq = p.seq"
    f" WHERE p.month = ? AND EXISTS ({_LEAVE}) AND NOT EXISTS ({_HELD})"
)
_TAKE_AWAY = (
    "DELETE FROM payloads WHERE stream = ? AND seq IN ({marks}) AND EXISTS"  # noqa: S608
    " (SELECT 1 FROM journal j WHERE j.stream = payloads.stream AND j.seq = payloads.seq"
    f" AND NOT EXISTS ({_HELD}))"
)
"""Looked at again in the moment of taking away: a hold stops what was given leave before."""


def count(
    database: Database,
    company: str,
    name: str,
    before: str,
    names: Sequence[str],
    *,
    held: bool,
    month: str | None = None,
) -> int:
    """How many payloads of a company's records called `name` are older than `before`; with `held`, those on hold.

    With `month` (PostgreSQL only), those that lie in the place of this month.
    """
    sql, values = _where(database, company, name, before, names, held)
    if month is not None:
        sql, values = f"{sql} AND p.month = ?", [*values, month]
    return int(database.query(f"SELECT count(*) {sql}", values)[0][0])


def expired(database: Database, company: str, name: str, before: str, names: Sequence[str], *, limit: int) -> list[int]:
    """Sequences of such records that are not on hold, the oldest first."""
    sql, values = _where(database, company, name, before, names, held=False)
    return [row[0] for row in database.query(f"SELECT j.seq {sql} ORDER BY j.seq LIMIT {limit}", values)]


def remove(database: Database, company: str, sequences: Sequence[int], by: int, *, but: Collection[str] = ()) -> None:
    """Take payloads away, by leave of the record `by` of the same stream. Only inside a transaction.

    In the months `but` they only get that leave: those go as a whole (`months.drop`). What is on hold by now stays, and
    gets no leave.
    """
    marks = ", ".join("?" * len(sequences))
    database.execute(
        "INSERT INTO removals (stream, seq, by_stream, by_seq) SELECT j.stream, j.seq, j.stream, CAST(? AS BIGINT)"  # noqa: S608
        f" FROM journal j WHERE j.stream = ? AND j.seq IN ({marks}) AND NOT EXISTS ({_HELD}) ON CONFLICT DO NOTHING",
        (by, company, *sequences),
    )
    without = f" AND month NOT IN ({', '.join('?' * len(but))})" if but else ""
    database.execute(f"{_TAKE_AWAY.format(marks=marks)}{without}", (company, *sequences, *but))


def allowed(database: Database, month: str) -> list[tuple[str, int]]:
    """Stream and sequence of the payloads of a month that have leave to go, lie there still, and are not on hold."""
    return [(row[0], row[1]) for row in database.query(f"SELECT p.stream, p.seq {_ALLOWED}", (month,))]


def remove_allowed(database: Database, company: str, sequences: Sequence[int]) -> int:
    """Take away payloads that have leave to go, but for those that are on hold by now; returns how many went."""
    marks = ", ".join("?" * len(sequences))
    return database.execute(_TAKE_AWAY.format(marks=marks), (company, *sequences))


def lying_in(database: Database, month: str) -> int:
    """How many payloads lie in the place of this month (PostgreSQL)."""
    return int(database.query("SELECT count(*) FROM payloads WHERE month = ?", (month,))[0][0])


def place_hold(database: Database, case: str, company: str, at: str) -> bool:
    """Put a case on hold; false where it was already."""
    sql = "INSERT INTO holds (case_id, company, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
    return database.execute(sql, (case, company, at)) == 1


def lift_hold(database: Database, case: str) -> bool:
    """End a hold; false where there was none."""
    return database.execute("DELETE FROM holds WHERE case_id = ?", (case,)) == 1


def held(database: Database) -> set[str]:
    """Ids of all cases on hold."""
    return {row[0] for row in database.query("SELECT case_id FROM holds")}


def _where(
    database: Database, company: str, name: str, before: str, names: Sequence[str], held: bool
) -> tuple[str, list[str]]:
    marks = ", ".join("?" * len(names))
    kept = ", ".join("?" * len(KEPT))
    parts = (
        f"FROM journal j JOIN payloads p ON {months.OF[database.engine]}",
        f"WHERE j.stream = ? AND j.at < ? AND j.kind NOT IN ({kept}) AND {_NAMED.format(steps=marks)} = ?",
        f"AND NOT EXISTS ({_LEAVE}) AND {'' if held else 'NOT '}EXISTS ({_HELD})",
    )
    return " ".join(parts), [company, before, *KEPT, *names, name]

"""Which payloads are too old, which cases are on hold, and taking payloads away: the SQL of it."""

from __future__ import annotations

from collections.abc import Sequence

from triage.storage.database import Database

_NAMED = "coalesce(CASE WHEN j.step IN ({steps}) THEN j.step END, j.kind)"
"""By what policy calls a record: its step where policy names that, else its kind."""

_KEPT = ("retention", "erasure", "checkpoint", "hold", "reading", "activation")
"""Kinds of records that are the proof of what was done with the store; their payloads never go."""


def count(database: Database, company: str, name: str, before: str, names: Sequence[str], *, held: bool) -> int:
    """How many payloads of a company's records called `name` are older than `before`; with `held`, those on hold."""
    sql, values = _where(company, name, before, names, held)
    return int(database.query(f"SELECT count(*) {sql}", values)[0][0])


def expired(database: Database, company: str, name: str, before: str, names: Sequence[str], *, limit: int) -> list[int]:
    """Sequences of such records that are not on hold, the oldest first."""
    sql, values = _where(company, name, before, names, held=False)
    return [row[0] for row in database.query(f"SELECT j.seq {sql} ORDER BY j.seq LIMIT {limit}", values)]


def remove(database: Database, company: str, sequences: Sequence[int], by: int) -> None:
    """Take payloads away, by leave of the record `by` of the same stream. Only inside a transaction."""
    for seq in sequences:
        database.execute(
            "INSERT INTO removals (stream, seq, by_stream, by_seq) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (company, seq, company, by),
        )
        database.execute("DELETE FROM payloads WHERE stream = ? AND seq = ?", (company, seq))


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


def _where(company: str, name: str, before: str, names: Sequence[str], held: bool) -> tuple[str, list[str]]:
    marks = ", ".join("?" * len(names))
    kept = ", ".join("?" * len(_KEPT))
    parts = (
        "FROM journal j JOIN payloads p ON p.stream = j.stream AND p.seq = j.seq",
        f"WHERE j.stream = ? AND j.at < ? AND j.kind NOT IN ({kept}) AND {_NAMED.format(steps=marks)} = ?",
        f"AND {'' if held else 'NOT '}EXISTS (SELECT 1 FROM holds h WHERE h.case_id = j.case_id)",  # noqa: S608
    )
    return " ".join(parts), [company, before, *_KEPT, *names, name]

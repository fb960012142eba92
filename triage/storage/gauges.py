"""How an installation stands, counted by the database: cheap, bounded, and without a word of what anything is about.

Each question goes through an index or looks at a bounded number of rows. Nothing is decrypted, and no id leaves here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from triage.storage.database import Database
from triage.storage.watermarks import WHOLE

MOST_RECENT = 20_000
"""So many of the arrivals that were finished lately are looked at, the newest."""


@dataclass(frozen=True, slots=True)
class Held:
    """Arrivals of one company in one state that are not finished."""

    company: str
    state: str
    number: int
    due_since: str
    """When the one that is due longest was due."""
    received: str
    """When the oldest came in."""
    retried: int
    """How many of them have failed at least once."""


def held(database: Database) -> list[Held]:
    """What is not finished, and what was given up, by company and state."""
    sql = (
        "SELECT company, state, count(*), min(due_at), min(received_at),"
        " sum(CASE WHEN attempts > 0 THEN 1 ELSE 0 END) FROM inbox"
        " WHERE state IN ('waiting', 'queued', 'working', 'dead') GROUP BY company, state"
    )
    return [Held(str(a), str(b), int(n), str(d), str(r), int(t)) for a, b, n, d, r, t in database.query(sql)]


def recent_outcomes(database: Database, since: str) -> list[tuple[str, str, int]]:
    """Company, kind of outcome, and how many of the newest arrivals that were finished since then."""
    sql = (
        "SELECT company, outcome, count(*) FROM (SELECT coalesce(stream, company) AS company, outcome FROM inbox"
        " WHERE finished_at >= ? ORDER BY finished_at DESC LIMIT ?) AS done GROUP BY company, outcome"
    )
    return [(str(a), str(b or "none"), int(n)) for a, b, n in database.query(sql, (since, MOST_RECENT))]


@dataclass(frozen=True, slots=True)
class Open:
    """Cards of one company and category that wait for a decision."""

    company: str
    category: str
    number: int
    oldest: str
    """When the oldest was made."""
    older: tuple[int, ...]
    """How many were made before each of the moments that were asked for."""


def open_cards(database: Database, before: Sequence[str]) -> list[Open]:
    """What waits for a decision, and how much of it was made before each of these moments."""
    counted = ", ".join(["sum(CASE WHEN created_at < ? THEN 1 ELSE 0 END)"] * len(before))
    sql = (
        f"SELECT company, category, count(*), min(created_at), {counted} FROM queue"  # noqa: S608
        " WHERE state IN ('open', 'awaiting_second') GROUP BY company, category"
    )
    return [
        Open(str(company), str(category), int(number), str(oldest), tuple(map(int, older)))
        for company, category, number, oldest, *older in database.query(sql, list(before))
    ]


@dataclass(frozen=True, slots=True)
class Taken:
    """What models took of one company, ever."""

    company: str
    endpoint: str
    calls: int
    input_tokens: int
    output_tokens: int
    money: int
    """Millionths of the budget's currency."""
    first: str
    """The first day."""


def taken(database: Database) -> list[Taken]:
    """What models took, by company and endpoint. The table has a row for each company, model and day."""
    sql = (
        "SELECT company, endpoint, sum(calls), sum(input_tokens), sum(output_tokens), sum(money), min(day)"
        " FROM spending GROUP BY company, endpoint"
    )
    return [
        Taken(str(company), str(endpoint), int(calls), int(read), int(made), int(money), str(first))
        for company, endpoint, calls, read, made, money, first in database.query(sql)
    ]


def effects(database: Database) -> dict[str, int]:
    """Effects of decisions that wait, and that were given up."""
    sql = "SELECT state, count(*) FROM effects WHERE state IN ('waiting', 'failed') GROUP BY state"
    found = {str(state): int(number) for state, number in database.query(sql)}
    return {state: found.get(state, 0) for state in ("waiting", "failed")}


def swept_at(database: Database, place: str) -> str | None:
    """When a sweep was last through all of this Odoo, or began for the first time; none where none ever did.

    A model that may not be read, or is not looked through any more, is no part of it.
    """
    rows = database.query("SELECT looked_at FROM watermarks WHERE place = ? AND part = ?", (place, WHOLE))
    return str(rows[0][0]) if rows else None


def last_checkpoint(database: Database) -> str | None:
    """When the journal's last checkpoint was made; where there is none, when the journal began; else none."""
    rows = database.query("SELECT at FROM checkpoints ORDER BY number DESC LIMIT 1")
    if not rows:
        rows = database.query(
            "SELECT at FROM journal WHERE stream = (SELECT stream FROM journal ORDER BY stream LIMIT 1) AND seq = 1"
        )
    return str(rows[0][0]) if rows else None


def has_other_call(database: Database, record: str, since: str) -> bool:
    """Whether somebody has told of this record (keyed hash) since then by a call, whatever became of that."""
    sql = (
        "SELECT 1 FROM inbox WHERE record = ? AND received_at >= ? AND door IN ('hook', 'bridge', 'signed', 'api')"
        " LIMIT 1"
    )
    return bool(database.query(sql, (record, since)))

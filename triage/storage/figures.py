"""Counts for figures, by the database itself: nothing is decrypted. Who decided comes as a hash, to count people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from triage.storage.database import Database

COLUMNS = ("category", "company", "site", "segment", "channel", "team", "language")
"""What cards can be counted by."""
_MOST_ROWS = 5000
"""Of what is looked at one by one: the newest."""
_MOST_CLASSIFIED = 500
"""The same, of a week's decided cards whose model is looked up."""


@dataclass(frozen=True)
class Span:
    """Whose cards, and from when to when (UTC texts)."""

    companies: Sequence[str] | None
    since: str
    until: str

    def of(self, column: str, company: str = "q.company") -> tuple[str, list[Any]]:
        """The condition on a column of times, with its values."""
        where, values = f"{column} >= ? AND {column} < ?", [self.since, self.until]
        if self.companies is not None:
            there = f"{company} IN ({', '.join('?' * len(self.companies))})"
            where += f" AND {there}" if self.companies else " AND 1 = 0"
            values += self.companies
        return where, values


def volumes(database: Database, column: str, span: Span) -> list[tuple[str, int, int]]:
    """Cards by a column: how many there are, and how many of them wait. The most first."""
    if column not in COLUMNS:
        raise ValueError(f"cards are not counted by {column}")
    where, values = span.of("q.created_at")
    sql = (
        f"SELECT q.{column}, count(*), sum(CASE WHEN q.state IN ('open', 'awaiting_second') THEN 1 ELSE 0 END)"  # noqa: S608
        f" FROM queue q WHERE {where} GROUP BY q.{column} ORDER BY count(*) DESC, q.{column}"
    )
    return [(str(name), int(number), int(waiting)) for name, number, waiting in database.query(sql, values)]


def ageing(database: Database, companies: Sequence[str] | None, ages: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Waiting cards by severity, for each of the spans of time that these moments (newest first) part."""
    counted = [f"sum(CASE WHEN q.created_at >= '{_moment(at)}' THEN 1 ELSE 0 END)" for at in ages]
    mine, values = ("", []) if companies is None else _in(companies)
    sql = (
        f"SELECT q.severity, count(*), {', '.join(counted)} FROM queue q"  # noqa: S608
        f" WHERE q.state IN ('open', 'awaiting_second'){mine} GROUP BY q.severity"
    )
    found = []
    for severity, total, *younger in database.query(sql, values):
        edges = [0, *map(int, younger), int(total)]
        found.append((str(severity), [after - before for before, after in pairwise(edges)]))
    return found


def decisions(database: Database, span: Span) -> list[tuple[str, str, str, int]]:
    """Decided cards: category, state, who (hash), how many."""
    where, values = span.of("o.decided_at")
    sql = (
        "SELECT q.category, q.state, o.decided_by, count(*) FROM outcomes o JOIN queue q ON q.card = o.card"  # noqa: S608
        f" WHERE {where} GROUP BY q.category, q.state, o.decided_by"
    )
    return [(str(a), str(b), str(c), int(n)) for a, b, c, n in database.query(sql, values)]


def shown_confidence(database: Database, span: Span, steps: Sequence[int]) -> list[tuple[int, str, int, int, int]]:
    """Decided cards with a measured confidence: step, who (hash), cards, sum of confidences, how often it stood.

    `steps` are the lower ends in thousandths, rising.
    """
    where, values = span.of("o.decided_at")
    step = "CASE " + " ".join(f"WHEN q.confidence >= {int(at)} THEN {int(at)}" for at in reversed(steps)) + " END"
    sql = (
        f"SELECT {step}, o.decided_by, count(*), sum(q.confidence), sum(o.stood)"  # noqa: S608
        " FROM outcomes o JOIN queue q ON q.card = o.card"
        f" WHERE {where} AND q.confidence IS NOT NULL AND o.stood IS NOT NULL GROUP BY 1, 2"
    )
    return [(int(at), str(by), int(n), int(told), int(right)) for at, by, n, told, right in database.query(sql, values)]


def unseen_choices(database: Database, span: Span) -> list[tuple[str, str, str, int]]:
    """Choices made before the suggestion was seen: suggested category, chosen one, who (hash), how many."""
    where, values = span.of("o.blind_at")
    sql = (
        "SELECT q.category, o.blind, o.blind_by, count(*) FROM outcomes o JOIN queue q ON q.card = o.card"  # noqa: S608
        f" WHERE {where} GROUP BY q.category, o.blind, o.blind_by"
    )
    return [(str(a), str(b), str(c), int(n)) for a, b, c, n in database.query(sql, values)]


def classified(database: Database, span: Span) -> list[tuple[str, str, str, str, int, bytes]]:
    """A week's newest decided cards with their classification's record: card, state, who (hash), stream, seq, body."""
    where, values = span.of("o.decided_at")
    sql = (
        "SELECT q.card, q.state, o.decided_by, j.stream, j.seq, j.body"  # noqa: S608
        " FROM (SELECT o.card, o.decided_by FROM outcomes o JOIN queue q ON q.card = o.card"
        f" WHERE {where} ORDER BY o.decided_at DESC LIMIT ?) o"
        " JOIN queue q ON q.card = o.card JOIN card_events e ON e.card = q.card"
        " JOIN journal j ON j.event = e.event AND j.stream || '' = q.company AND j.step = 'classify' ORDER BY j.seq"
    )
    return [tuple(row) for row in database.query(sql, (*values, _MOST_CLASSIFIED))]


def spent(database: Database, span: Span) -> list[tuple[str, str, int, int, int]]:
    """What models took: endpoint, model, calls, tokens, millionths of money."""
    where, values = Span(span.companies, span.since[:10], span.until[:10] + "~").of("s.day", "s.company")
    sql = (
        "SELECT s.endpoint, s.model, sum(s.calls), sum(s.input_tokens + s.output_tokens), sum(s.money)"  # noqa: S608
        f" FROM spending s WHERE {where} GROUP BY s.endpoint, s.model ORDER BY 5 DESC, 1, 2"
    )
    return [(str(a), str(b), int(c), int(d), int(e)) for a, b, c, d, e in database.query(sql, values)]


def waits(database: Database, span: Span) -> list[tuple[str, str, str]]:
    """The newest arrivals that are done: source, when they came in, when they were finished."""
    where, values = span.of("i.finished_at", "i.company")
    sql = (
        f"SELECT i.source, i.received_at, i.finished_at FROM inbox i WHERE i.state = 'done' AND {where}"  # noqa: S608
        " ORDER BY i.finished_at DESC LIMIT ?"
    )
    return [(str(a), str(b), str(c)) for a, b, c in database.query(sql, (*values, _MOST_ROWS))]


def failures(database: Database, span: Span) -> list[tuple[str, str, str, int]]:
    """What was given up: `arrival` or `effect`, its source, the error, how many."""
    dead, of_dead = span.of("i.received_at", "i.company")
    failed, of_failed = span.of("e.finished_at")
    sql = (
        "SELECT 'arrival', i.source, i.error, count(*) FROM inbox i"  # noqa: S608
        f" WHERE i.state = 'dead' AND {dead} GROUP BY i.source, i.error"
        " UNION ALL SELECT 'effect', 'odoo', e.error, count(*) FROM effects e JOIN queue q ON q.card = e.card"
        f" WHERE e.state = 'failed' AND {failed} GROUP BY e.error"
    )
    rows = database.query(sql, (*of_dead, *of_failed))
    return sorted(((str(a), str(b), str(c or ""), int(n)) for a, b, c, n in rows), key=lambda row: -row[3])


def _in(companies: Sequence[str]) -> tuple[str, list[Any]]:
    if not companies:
        return " AND 1 = 0", []
    return f" AND q.company IN ({', '.join('?' * len(companies))})", list(companies)


def _moment(text: str) -> str:
    if not text.replace("-", "").replace(":", "").replace(".", "").replace("T", "").replace("Z", "").isdigit():
        raise ValueError(f"{text!r} is no moment")
    return text

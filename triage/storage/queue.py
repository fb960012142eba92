"""The queue's rows: what cards are filtered and sorted by, who has claimed them, and what waits to be done of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from triage.domain import Card, utc
from triage.storage.database import Database
from triage.storage.keys import Keys

_WAITING = "state IN ('open', 'awaiting_second')"
_CLAIM = ("claimed_by", "claimed_at")
_TELLING = dict.fromkeys(_CLAIM, "NULL") | dict.fromkeys(("site", "segment", "channel"), "''")
_TELLS = " OR ".join(f"coalesce({name}, '') <> ''" for name in _TELLING)
"""Whether a row still tells any of it; a row that does not is not written anew."""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One card in the queue."""

    card: str
    number: int
    company: str
    category: str
    severity: str
    team: str
    state: str
    language: str
    named: str
    """Keyed hash of what people call the record."""
    confidence: int | None
    """In thousandths; none where nothing was measured."""
    priority: int
    """In hundredths."""
    created_at: str
    claimed_by: str | None
    claimed_at: str | None
    snoozed_until: str | None


_NAMES = ", ".join(field.name for field in fields(QueueRow))


def put(database: Database, card: Card, named: str) -> None:
    """Bring a card's row up to date; a claim and a snooze stay, but no claim outlives the closing of its card. Only
    inside the transaction that writes the card.

    `named` is the keyed hash (`hash_of_name`) of what people call its record.
    """
    proposal = card.proposal
    confidence = proposal.suggestion.confidence
    values = (
        card.number,
        card.key.company,
        proposal.suggestion.category.value,
        card.severity.value,
        proposal.team,
        card.state.value,
        proposal.language,
        named,
        None if confidence is None else round(confidence.value * 1000),
        0 if proposal.priority is None else round(float(proposal.priority.score) * 100),
        utc(card.created_at),
    )
    names = (
        "number", "company", "category", "severity", "team", "state", "language", "named", "confidence", "priority",
        "created_at",
    )  # fmt: skip
    updates = ", ".join(f"{name} = excluded.{name}" for name in names)
    kept = ", ".join(f"{name} = CASE WHEN excluded.{_WAITING} THEN queue.{name} END" for name in _CLAIM)
    database.execute(
        f"INSERT INTO queue (card, {', '.join(names)}) VALUES (?, {', '.join('?' * len(names))})"  # noqa: S608
        f" ON CONFLICT (card) DO UPDATE SET {updates}, {kept}",
        (str(card.id), *values),
    )


def situate(database: Database, card: str, site: str, segment: str, channel: str) -> None:
    """Say where a card's case stands, for figures. The channel is the one by which its first event came."""
    database.execute(
        "UPDATE queue SET site = ?, segment = ?, channel = CASE WHEN channel = '' THEN ? ELSE channel END"
        " WHERE card = ?",
        (site, segment, channel, card),
    )


def hash_of_name(keys: Keys, name: str) -> str:
    """By what the queue finds a record that somebody names: `S00042`, however it is spaced and capitalised."""
    return keys.keyed_hash("name", " ".join(name.casefold().split()))


def close(database: Database, card: str) -> None:
    """Note that a card whose content cannot be read is closed."""
    database.execute("UPDATE queue SET state = 'expired' WHERE card = ?", (card,))
    forget(database, card)


def forget(database: Database, *cards: str) -> int:
    """Empty what of cards' rows may tell of people: who had them and when, and where their cases stood; how many rows
    told anything. A few hundred cards at the most.
    """
    if not cards:
        return 0
    nothing = ", ".join(f"{name} = {empty}" for name, empty in _TELLING.items())
    sql = f"UPDATE queue SET {nothing} WHERE card IN ({', '.join('?' * len(cards))}) AND ({_TELLS})"  # noqa: S608
    return database.execute(sql, cards)


def telling(database: Database, company: str) -> set[str]:
    """A company's cards that cannot be decided any more, and of which the queue tells something of people."""
    sql = f"SELECT card FROM queue WHERE company = ? AND NOT {_WAITING} AND ({_TELLS})"  # noqa: S608
    return {str(row[0]) for row in database.query(sql, (company,))}


def end_claims(database: Database, company: str) -> int:
    """End the claims that outlived the closing of their cards, as they did in earlier versions; returns how many."""
    nothing = ", ".join(f"{name} = NULL" for name in _CLAIM)
    sql = f"UPDATE queue SET {nothing} WHERE company = ? AND NOT {_WAITING} AND claimed_at IS NOT NULL"  # noqa: S608
    return database.execute(sql, (company,))


def disagreeing(database: Database) -> list[int]:
    """Numbers of cards that the queue does not show as they are, at most ten."""
    rows = database.query(
        "SELECT c.number FROM cards c LEFT JOIN queue q ON q.card = c.id WHERE q.card IS NULL OR q.number <> c.number"
        " OR q.company <> c.company OR q.state <> c.state OR q.severity <> c.severity OR q.team <> c.team"
        " ORDER BY c.number LIMIT 10"
    )
    return [row[0] for row in rows]


def of_card(database: Database, card: str) -> QueueRow | None:
    """The row of a card."""
    return next(iter(_rows(database, "WHERE card = ?", (card,))), None)


def handle(
    database: Database, card: str, *, claimed_by: str | None, claimed_at: str | None, snoozed_until: str | None
) -> None:
    """Say who has claimed a card and until when it sleeps."""
    database.execute(
        "UPDATE queue SET claimed_by = ?, claimed_at = ?, snoozed_until = ? WHERE card = ?",
        (claimed_by, claimed_at, snoozed_until, card),
    )


@dataclass(frozen=True)
class Chosen:
    """Which cards somebody wants to see. Each condition that is set must hold."""

    companies: Sequence[str] | None = None
    """Only these; none: all."""
    waiting: bool = True
    """Only those that can still be decided."""
    states: Sequence[str] = ()
    categories: Sequence[str] = ()
    severities: Sequence[str] = ()
    teams: Sequence[str] = ()
    languages: Sequence[str] = ()
    claimed_by: str | None = None
    unclaimed: bool = False
    named: str | None = None
    least_confidence: int | None = None
    most_confidence: int | None = None
    created_after: str | None = None
    created_before: str | None = None
    awake_at: str | None = None
    """Only those that do not sleep at this time."""

    def where(self) -> tuple[str, list[Any]]:
        """As SQL, with its values."""
        parts: list[str] = [_WAITING] if self.waiting else []
        values: list[Any] = []
        for name, wanted in (
            ("company", self.companies),
            ("state", self.states or None),
            ("category", self.categories or None),
            ("severity", self.severities or None),
            ("team", self.teams or None),
            ("language", self.languages or None),
        ):
            if wanted is not None:
                parts.append(f"{name} IN ({', '.join('?' * len(wanted))})" if wanted else "1 = 0")
                values += wanted
        for condition, value in (
            ("claimed_by = ?", self.claimed_by),
            ("named = ?", self.named),
            ("confidence >= ?", self.least_confidence),
            ("confidence < ?", self.most_confidence),
            ("created_at >= ?", self.created_after),
            ("created_at < ?", self.created_before),
            ("(snoozed_until IS NULL OR snoozed_until <= ?)", self.awake_at),
        ):
            if value is not None:
                parts.append(condition)
                values.append(value)
        if self.unclaimed:
            # not `IS NULL`: an index would find all of those, and every page would be sorted anew
            parts.append("coalesce(claimed_by, '') = ''")
        return (" AND ".join(parts) or "1 = 1"), values


def page(database: Database, chosen: Chosen, limit: int, after: tuple[int, int] | None = None) -> list[QueueRow]:
    """The most urgent first; `after` is priority and number of the last one of the page before."""
    where, values = chosen.where()
    if after is not None:
        where += " AND priority <= ? AND (priority < ? OR number > ?)"
        values += [after[0], after[0], after[1]]
    return _rows(database, f"WHERE {where} ORDER BY priority DESC, number LIMIT ?", (*values, limit))


def count(database: Database, chosen: Chosen, most: int) -> int:
    """How many there are, but no more than `most` are counted."""
    where, values = chosen.where()
    sql = f"SELECT count(*) FROM (SELECT 1 FROM queue WHERE {where} LIMIT ?) AS found"  # noqa: S608
    return int(database.query(sql, (*values, most))[0][0])


def _rows(database: Database, rest: str, values: Sequence[Any]) -> list[QueueRow]:
    return [QueueRow(*row) for row in database.query(f"SELECT {_NAMES} FROM queue {rest}", values)]  # noqa: S608


def values(database: Database, column: str) -> list[str]:
    """What stands in a column of the queue (`company`, `team`, `language`), sorted."""
    if column not in {"company", "team", "language"}:
        raise ValueError(f"the queue has no choices of {column}")
    return [row[0] for row in database.query(f"SELECT DISTINCT {column} FROM queue ORDER BY {column}")]  # noqa: S608

"""What waits to be done of a decision: the rows of it."""

from __future__ import annotations

from dataclasses import dataclass

from triage.storage.database import Database

WAITING, DONE, CANCELLED, FAILED = "waiting", "done", "cancelled", "failed"


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect. `revision` is the card's, as the decision left it: the effect is of that state and no other."""

    id: str
    card: str
    revision: int
    due_at: str
    state: str
    attempts: int
    error: str | None
    finished_at: str | None


_NAMES = "id, card, revision, due_at, state, attempts, error, finished_at"


def add(database: Database, card: str, revision: int, due_at: str) -> None:
    """Set an effect going. Adding the same one twice is harmless."""
    database.execute(
        "INSERT INTO effects (id, card, revision, due_at, state, attempts) VALUES (?, ?, ?, ?, 'waiting', 0)"
        " ON CONFLICT DO NOTHING",
        (f"{card}:{revision}", card, revision, due_at),
    )


def cancel(database: Database, card: str, revision: int, at: str) -> bool:
    """Take an effect back while it waits and no worker has taken it up; false where it is too late. Only inside a
    transaction."""
    return (
        database.execute(
            "UPDATE effects SET state = 'cancelled', finished_at = ?"
            " WHERE id = ? AND state = 'waiting' AND attempts = 0",
            (at, f"{card}:{revision}"),
        )
        == 1
    )


def due(database: Database, now: str, limit: int) -> list[Effect]:
    """Effects whose time has come, the oldest first."""
    sql = f"SELECT {_NAMES} FROM effects WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at LIMIT ?"  # noqa: S608
    return [Effect(*row) for row in database.query(sql, (now, limit))]


def take(database: Database, effect: Effect, now: str, until: str) -> bool:
    """Take an effect for oneself until a time, after which others may; false where somebody else has it."""
    return (
        database.execute(
            "UPDATE effects SET due_at = ?, attempts = attempts + 1"
            " WHERE id = ? AND state = 'waiting' AND due_at = ? AND due_at <= ?",
            (until, effect.id, effect.due_at, now),
        )
        == 1
    )


def of_card(database: Database, card: str) -> list[Effect]:
    """All effects of a card, the oldest first."""
    sql = f"SELECT {_NAMES} FROM effects WHERE card = ? ORDER BY revision"  # noqa: S608
    return [Effect(*row) for row in database.query(sql, (card,))]


def troubled(database: Database, limit: int) -> list[Effect]:
    """Effects that failed, or wait after a failure, of cards that have not changed since; the oldest first."""
    names = ", ".join(f"e.{name}" for name in _NAMES.split(", "))
    sql = (
        f"SELECT {names} FROM effects e JOIN cards c ON c.id = e.card AND c.revision = e.revision"  # noqa: S608
        " WHERE e.state = 'failed' OR (e.state = 'waiting' AND e.error IS NOT NULL) ORDER BY e.due_at, e.id LIMIT ?"
    )
    return [Effect(*row) for row in database.query(sql, (limit,))]


def again(database: Database, effect: Effect, now: str) -> bool:
    """Have an effect that failed, or waits after a failure, tried at once, from its first attempt; false where it has
    moved meanwhile."""
    return (
        database.execute(
            "UPDATE effects SET state = 'waiting', due_at = ?, attempts = 0, finished_at = NULL"
            " WHERE id = ? AND state = ? AND due_at = ?",
            (now, effect.id, effect.state, effect.due_at),
        )
        == 1
    )


def finish(database: Database, effect: Effect, at: str) -> None:
    """Note that it is done."""
    database.execute("UPDATE effects SET state = 'done', finished_at = ?, error = NULL WHERE id = ?", (at, effect.id))


def put_off(database: Database, effect: Effect, error: str, due_at: str | None, at: str, attempts: int) -> None:
    """Note that it did not work: again at `due_at`, or never where that is none; `attempts` were its own failures."""
    database.execute(
        "UPDATE effects SET state = ?, error = ?, due_at = coalesce(?, due_at), finished_at = ?, attempts = ?"
        " WHERE id = ?",
        (WAITING if due_at else FAILED, error, due_at, None if due_at else at, attempts, effect.id),
    )

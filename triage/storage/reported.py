"""Records of the journal that reports are made from: what people did with cards. All SQL about that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from triage.storage import months
from triage.storage.database import Database
from triage.storage.records import Record

_AT_ONCE = 500
_NAMES = ("stream", "seq", "prev_hash", "hash", "kind", "step", "at", "event", "case_id", "once", "body")
_WHOLE = f"SELECT {', '.join(f'j.{name}' for name in _NAMES)}, p.sealed FROM"


def handlings(database: Database, cards: Sequence[str]) -> Iterator[list[Record]]:
    """Records of what people did with these cards (ids) without deciding them, some at a time, in no order."""
    for start in range(0, len(cards), _AT_ONCE):
        some = cards[start : start + _AT_ONCE]
        sql = (
            f"{_WHOLE} (SELECT DISTINCT event FROM card_events WHERE card IN ({', '.join('?' * len(some))})) e"  # noqa: S608
            f" JOIN journal j ON j.event = e.event AND j.kind = 'handling' {months.BESIDE[database.engine]}"
        )
        yield [Record(*row) for row in database.query(sql, some)]


__all__ = ["handlings"]

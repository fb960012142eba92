"""Up to where each sweep has seen an Odoo: kept apart for each group, and moved by compare-and-set."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime

from triage.domain import utc
from triage.errors import Conflict
from triage.storage.database import Database, Row

WHOLE = "whole pass"
"""The part that stands for all of an Odoo together: its `looked_at` is when a pass last came to its end, over all that
was wanted then and that the service user may read."""


@dataclass(frozen=True)
class Position:
    """Where the sweep of one group stands. Moments with `Odoo's` are by the clock of Odoo, others by ours."""

    place: str
    """Which Odoo: `https://odoo.example production`."""
    part: str
    """A model, or a kind of date."""
    moment: datetime
    """Odoo's: where the next look begins, before its overlap."""
    floor: datetime
    """Odoo's: what was changed earlier is left alone."""
    looked_at: datetime
    """When a look last ended."""
    deep_at: datetime
    """When a look with the long overlap last ended."""
    is_proven: bool = False
    """Whether `moment` is a time that Odoo's clock has told, rather than ours at the first look."""
    cursor_moment: datetime | None = None
    """Odoo's: where a look that is under way goes on; none where none is."""
    cursor_id: int = 0
    """Within `cursor_moment`, the last id that was seen."""
    began: datetime | None = None
    """When the look that is under way began."""
    newest: datetime | None = None
    """Odoo's: the newest change that it has seen."""
    revision: int = 0

    def with_(self, **changes: object) -> Position:
        """A copy with some fields replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]


_NAMES = tuple(field.name for field in fields(Position))
_TIMES = frozenset({"moment", "floor", "looked_at", "deep_at", "cursor_moment", "began", "newest"})
_SELECT = f"SELECT {', '.join(_NAMES)} FROM watermarks"  # noqa: S608
_INSERT = (
    f"INSERT INTO watermarks ({', '.join(_NAMES)}) VALUES ({', '.join('?' * len(_NAMES))})"  # noqa: S608
    " ON CONFLICT (place, part) DO NOTHING"
)
_SET = ", ".join(f"{name} = ?" for name in _NAMES)
_UPDATE = f"UPDATE watermarks SET {_SET} WHERE place = ? AND part = ? AND revision = ?"  # noqa: S608


class Watermarks:
    """The positions of one store. Every method raises `StoreError` where the store cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, place: str) -> dict[str, Position]:
        """The positions of all groups of one Odoo, by group."""
        found = map(_position, self._database.query(f"{_SELECT} WHERE place = ?", (place,)))
        return {each.part: each for each in found}

    def begin(self, position: Position) -> Position:
        """Keep a first position, unless there is one already; the one that is kept."""
        with self._database.transaction():
            self._database.execute(_INSERT, _values(position))
        return self.of(position.place)[position.part]

    def move(self, seen: Position, to: Position) -> Position:
        """Replace the position that was seen. Raises `Conflict` where another sweeper has moved it since."""
        moved = to.with_(revision=seen.revision + 1)
        with self._database.transaction():
            touched = self._database.execute(_UPDATE, (*_values(moved), seen.place, seen.part, seen.revision))
        if touched != 1:
            raise Conflict(f"the sweep of {seen.part} at {seen.place} was moved by another worker; it goes on there.")
        return moved


def _values(position: Position) -> tuple[object, ...]:
    found = [getattr(position, name) for name in _NAMES]
    return tuple(
        utc(each) if isinstance(each, datetime) else int(each) if isinstance(each, bool) else each for each in found
    )


def _position(row: Row) -> Position:
    values = {name: row[name] for name in _NAMES}
    times = {name: datetime.fromisoformat(values[name]) for name in _TIMES if values[name] is not None}
    return Position(**{**values, **times, "is_proven": bool(values["is_proven"])})

"""The database of the look-alike: rows, transactions with roll-back, unique constraints, snapshots."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from triage.odoo.sandbox.errors import InFailedSqlTransaction

Row = dict[str, Any]
"""A row by field. Rows are never changed in place: an update replaces them, so a snapshot may share them."""


@dataclass(frozen=True)
class Snapshot:
    """The database at one moment: what `restore` goes back to."""

    rows: Mapping[str, Mapping[int, Row]]
    sequences: Mapping[str, int]


@dataclass
class Tables:
    """Rows by model and id. Ids are never reused, not even after a roll-back, as with PostgreSQL's sequences."""

    rows: dict[str, dict[int, Row]] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    aborted: bool = False
    hidden: set[tuple[str, int]] = field(default_factory=set)
    """Rows that another transaction committed after this one began: not seen, but they collide."""
    _undo: list[tuple[str, int, Row | None]] = field(default_factory=list)
    _index: dict[tuple[str, str], tuple[int, dict[Any, list[int]]]] = field(default_factory=dict)
    _versions: dict[str, int] = field(default_factory=dict)

    def begin(self) -> None:
        """Start a transaction. The caller holds the lock until `commit` or `rollback`."""
        self._undo.clear()
        self.aborted = False

    def commit(self) -> None:
        """Keep what was done since `begin`."""
        self._undo.clear()
        self.aborted = False

    def rollback(self) -> None:
        """Undo what was done since `begin`."""
        for model, id_, row in reversed(self._undo):
            table = self.rows.setdefault(model, {})
            if row is None:
                table.pop(id_, None)
            else:
                table[id_] = row
            self._touch(model)
        self._undo.clear()
        self.aborted = False

    def mark(self) -> int:
        """A place in the transaction to go back to: PostgreSQL's savepoint."""
        return len(self._undo)

    def back_to(self, mark: int) -> None:
        """Undo what was done since the mark."""
        later = self._undo[mark:]
        kept = self._undo[:mark]
        self._undo[:] = later
        self.rollback()
        self._undo[:] = kept

    def ids(self, model: str) -> list[int]:
        """Ids of a model's rows that this transaction sees, ascending."""
        self._check()
        return sorted(id_ for id_ in self.rows.get(model, ()) if (model, id_) not in self.hidden)

    def get(self, model: str, id_: int) -> Row | None:
        """The row, or none."""
        self._check()
        return None if (model, id_) in self.hidden else self.rows.get(model, {}).get(id_)

    def next_id(self, model: str) -> int:
        """A new id."""
        self.sequences[model] = self.sequences.get(model, 0) + 1
        return self.sequences[model]

    def insert(self, model: str, row: Row, id_: int | None = None) -> int:
        """Add a row; its id is the next of the sequence unless given."""
        self._check()
        new = self.next_id(model) if id_ is None else id_
        self.sequences[model] = max(self.sequences.get(model, 0), new)
        self._put(model, new, row)
        return new

    def update(self, model: str, id_: int, values: Row) -> None:
        """Change some fields of a row that is there."""
        self._check()
        self._put(model, id_, self.rows[model][id_] | values)

    def delete(self, model: str, id_: int) -> None:
        """Remove a row."""
        self._check()
        self._undo.append((model, id_, self.rows[model].pop(id_)))
        self._touch(model)

    def by_value(self, model: str, name: str, value: Any) -> list[int]:
        """Ids of the rows that hold this value in this field, ascending."""
        self._check()
        version = self._versions.get(model, 0)
        known = self._index.get((model, name))
        if known is None or known[0] != version:
            index: dict[Any, list[int]] = {}
            for id_, row in self.rows.get(model, {}).items():
                for key in _keys(row.get(name)):
                    index.setdefault(key, []).append(id_)
            known = self._index[model, name] = (version, index)
        return sorted(id_ for id_ in known[1].get(value, ()) if (model, id_) not in self.hidden)

    def colliding(self, model: str, names: Iterable[str], values: Row, id_: int | None) -> bool:
        """Whether another row, hidden ones too, holds the same values in these fields."""
        wanted = {name: values.get(name) for name in names}
        return any(
            other != id_ and all(row.get(name) == value for name, value in wanted.items())
            for other, row in self.rows.get(model, {}).items()
        )

    def snapshot(self) -> Snapshot:
        """The database as it is now."""
        return Snapshot({model: dict(table) for model, table in self.rows.items()}, dict(self.sequences))

    def restore(self, snapshot: Snapshot) -> None:
        """Back to the snapshot, sequences too."""
        self.rows = {model: dict(table) for model, table in snapshot.rows.items()}
        self.sequences = dict(snapshot.sequences)
        self._undo.clear()
        self._index.clear()

    def _put(self, model: str, id_: int, row: Row) -> None:
        table = self.rows.setdefault(model, {})
        self._undo.append((model, id_, table.get(id_)))
        table[id_] = row
        self._touch(model)

    def _touch(self, model: str) -> None:
        self._versions[model] = self._versions.get(model, 0) + 1

    def _check(self) -> None:
        if self.aborted:
            raise InFailedSqlTransaction


def _keys(value: Any) -> Iterable[Any]:
    return value if isinstance(value, tuple) else (value,)

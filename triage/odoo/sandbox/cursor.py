"""`env.cr` of a server action, as far as it goes here: statements that ask no table, such as for a random value."""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Sequence
from typing import Any

_CAST = re.compile(r"::\w+")


class Cursor:
    """Runs PostgreSQL's expressions in an empty database; casts to text fall away."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []

    def execute(self, query: str, params: Sequence[Any] | None = None) -> None:
        """Run one statement. Raises `sqlite3.Error` for one that needs a table."""
        with sqlite3.connect(":memory:") as empty:
            empty.create_function("gen_random_uuid", 0, lambda: str(uuid.uuid4()))
            found = empty.execute(_CAST.sub("", query).replace("%s", "?"), tuple(params or ()))
            self._rows = list(found.fetchall())
        empty.close()

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row."""
        return self._rows.pop(0) if self._rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows that are left."""
        rows, self._rows = self._rows, []
        return rows

"""Numbered changes of the store's tables: `0001_name.sql` and on. A released one is never edited.

Each is applied once, in its own transaction, and noted in the table `migrations` with the digest of its text.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from triage.errors import StoreError

if TYPE_CHECKING:
    from triage.storage.database import Database

_TABLE = """
CREATE TABLE IF NOT EXISTS migrations (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
)
"""


@dataclass(frozen=True)
class Migration:
    """One numbered step and its SQL."""

    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Of the SQL text (hex)."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    def statements(self) -> Iterator[str]:
        """The statements one by one; a trigger's body stays whole."""
        pending = ""
        for line in self.sql.splitlines():
            pending += line + "\n"
            if sqlite3.complete_statement(pending):
                yield pending
                pending = ""


@cache
def known() -> tuple[Migration, ...]:
    """All migrations of this version, by number."""
    found = []
    for file in resources.files(__package__).iterdir():
        if file.name.endswith(".sql"):
            number, name = file.name.removesuffix(".sql").split("_", 1)
            found.append(Migration(int(number), name, file.read_text("utf-8").replace("\r\n", "\n")))
    return tuple(sorted(found, key=lambda migration: migration.number))


def apply(database: Database) -> None:
    """Bring the tables to this version.

    Raises `StoreError` where a newer version has been here, or where an applied migration is not the one we know.
    """
    if _pending(database):
        with database.transaction():
            database.execute(_TABLE)
        for migration in known():
            _apply_one(database, migration)


def _apply_one(database: Database, migration: Migration) -> None:
    with database.transaction():
        # Asked again inside: another process may have done it meanwhile.
        if migration in _pending(database):
            for statement in migration.statements():
                database.execute(statement)
            database.execute(
                "INSERT INTO migrations (number, name, sha256) VALUES (?, ?, ?)",
                (migration.number, migration.name, migration.sha256),
            )


def _pending(database: Database) -> tuple[Migration, ...]:
    if not database.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'"):
        return known()
    applied = {row["number"]: row["sha256"] for row in database.query("SELECT number, sha256 FROM migrations")}
    ours = {migration.number: migration for migration in known()}
    for number, sha256 in sorted(applied.items()):
        if number not in ours:
            raise StoreError(
                f"{database.path}: written by a newer version (migration {number:04}; this one knows {max(ours):04}). "
                "Install that version, or a later one."
            )
        if ours[number].sha256 != sha256:
            raise StoreError(
                f"{database.path}: migration {number:04} was applied with another text than this version's. "
                "Open the store with the version that made it."
            )
    return tuple(migration for migration in known() if migration.number not in applied)

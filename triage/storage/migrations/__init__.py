"""Numbered changes of the store's tables, for both engines. A released one is never edited.

How to write one: `NNNN_name.sql`, in SQLite's words, with nothing but `TEXT`, `INTEGER` and `BLOB` columns, keys,
checks, indexes (also partial ones) and triggers of this form, which refuse without a condition:

    CREATE TRIGGER notes_no_update BEFORE UPDATE ON notes BEGIN
        SELECT RAISE(ABORT, 'a note stays as it is');
    END;

That much is translated for PostgreSQL: `TEXT COLLATE "C"`, so that texts sort and compare alike on both, `BIGINT`,
`BYTEA`, and triggers that call `refuse`; a table that refuses deletion refuses being emptied, too. `triage_grant` takes
the rights to update and delete from the service's role where a trigger's name ends in `_no_update` or `_no_delete`.
What needs other words has a twin `NNNN_name.postgresql.sql` with the same tables, columns and indexes
(`tests/unit/test_storage_migrations.py` compares them); a twin alone is for PostgreSQL only.

Each is applied once, in its own transaction, and noted in the table `migrations` with the digest of its text.

A migration only adds: tables, indexes, columns with a default or that may be none. Then versions that do not know it go
on with the store, and can be started again: an upgrade has both at work, and may have to go back. One that cannot do
without changing or taking away what is there says so in its name, `NNNN_name_breaks_older.sql`: older versions then
refuse the store, and the changelog says that all have to be stopped for it.
"""

from __future__ import annotations

import hashlib
import re
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
    applied_at TEXT NOT NULL DEFAULT ({now})
)
"""
_NOW = {
    "sqlite": "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
    "postgresql": """to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')""",
}
_LOCK = "migrations"
BREAKS = "_breaks_older"
"""Ends the name of a migration after which a version that does not know it must not use the store."""


@dataclass(frozen=True)
class Migration:
    """One numbered step and its SQL."""

    number: int
    name: str
    sql: str
    """As it stands in the file."""
    translated: bool = False
    """Whether the file is in SQLite's words and for PostgreSQL."""

    @property
    def sha256(self) -> str:
        """Of the SQL text (hex)."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def script(self) -> str:
        """What is run."""
        return _for_postgresql(self.sql) if self.translated else self.sql


@cache
def known(engine: str = "sqlite") -> tuple[Migration, ...]:
    """All migrations of this version for an engine, by number."""
    files = {file.name: file for file in resources.files(__package__).iterdir() if file.name.endswith(".sql")}
    found = []
    for name, file in files.items():
        base, ending = name.split(".", 1)
        twin = f"{base}.{engine}.sql"
        if name != twin and (ending != "sql" or twin in files):
            continue
        number, title = base.split("_", 1)
        sql = file.read_text("utf-8").replace("\r\n", "\n")
        found.append(Migration(int(number), title, sql, translated=name != twin and engine != "sqlite"))
    return tuple(sorted(found, key=lambda migration: migration.number))


def apply(database: Database) -> None:
    """Bring the tables to this version.

    What a newer version has added is let be. Raises `StoreError` where a newer version has changed what this one relies
    on, or where an applied migration is not the one we know.
    """
    if _pending(database):
        with database.locked((_LOCK,)):
            database.execute(_TABLE.format(now=_NOW[database.engine]))
        for migration in known(database.engine):
            _apply_one(database, migration)


def pending(database: Database) -> tuple[Migration, ...]:
    """What `apply` would do. Raises as it does."""
    return _pending(database)


def _apply_one(database: Database, migration: Migration) -> None:
    with database.locked((_LOCK,)):
        # Asked again inside: another process may have done it meanwhile.
        if migration in _pending(database):
            database.run_script(migration.script)
            database.execute(
                "INSERT INTO migrations (number, name, sha256) VALUES (?, ?, ?)",
                (migration.number, migration.name, migration.sha256),
            )


def _pending(database: Database) -> tuple[Migration, ...]:
    ours = {migration.number: migration for migration in known(database.engine)}
    if not database.has_table("migrations"):
        return tuple(ours.values())
    applied = {row["number"]: row for row in database.query("SELECT number, name, sha256 FROM migrations")}
    for number, row in sorted(applied.items()):
        if number not in ours:
            if not row["name"].endswith(BREAKS):
                continue
            raise StoreError(
                f"{database.name}: changed by a newer version (migration {number:04}; this one knows {max(ours):04}). "
                "Install that version, or a later one."
            )
        if ours[number].sha256 != row["sha256"]:
            raise StoreError(
                f"{database.name}: migration {number:04} was applied with another text than this version's. "
                "Open the store with the version that made it."
            )
    return tuple(migration for number, migration in ours.items() if number not in applied)


_WORDS = {"TEXT": 'TEXT COLLATE "C"', "INTEGER": "BIGINT", "BLOB": "BYTEA"}
_WORD = re.compile(r"\b(?:TEXT|INTEGER|BLOB)\b")
_REFUSAL = re.compile(
    r"CREATE TRIGGER (\w+) BEFORE (UPDATE|DELETE) ON (\w+)\s+BEGIN\s+"
    r"SELECT RAISE\(ABORT, ('(?:[^']|'')*')\);\s+END;"
)


def _for_postgresql(sql: str) -> str:
    return _REFUSAL.sub(_refusal, _WORD.sub(lambda word: _WORDS[word[0]], sql))


def _refusal(found: re.Match[str]) -> str:
    name, what, table, message = found.groups()
    trigger = f"CREATE TRIGGER {name} BEFORE {what} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse({message});"
    if what == "DELETE":
        trigger += (
            f"\nCREATE TRIGGER {name.removesuffix('_no_delete')}_no_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION refuse({message});"
        )
    return trigger

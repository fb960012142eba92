"""Both engines get the same tables, from one text or from twins, and refuse the same things."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest

from tests.databases import PostgresServer
from triage.errors import StoreError
from triage.storage import migrations
from triage.storage.database import Database

ONLY_POSTGRESQL = {4, 16}
"""Numbers of migrations that SQLite has no use for."""
BY_MONTH = ("month", "TEXT", False)
"""What only PostgreSQL has: a payload's month, by which payloads lie apart there."""


def columns(database: Database) -> dict[str, list[tuple[str, str, bool]]]:
    """Name, type in SQLite's words, and whether it may be none, of each column of each table."""
    if database.engine == "sqlite":
        return {
            table["name"]: [
                (row["name"], row["type"], not row["notnull"] and not row["pk"])
                for row in database.query(f"PRAGMA table_info({table['name']})")
            ]
            for table in database.query(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            )
        }
    words = {"text": "TEXT", "bigint": "INTEGER", "bytea": "BLOB"}
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for row in database.query(
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND NOT (SELECT relispartition FROM pg_class"
        " WHERE oid = to_regclass(quote_ident(table_name))) ORDER BY table_name, ordinal_position"
    ):
        each = (row["column_name"], words.get(row["data_type"], row["data_type"]), row["is_nullable"] == "YES")
        found.setdefault(row["table_name"], []).append(each)
    return found


def names(database: Database, kind: str) -> set[str]:
    """Names that our migrations gave to indexes or triggers; triggers against emptying exist on one engine only."""
    if database.engine == "sqlite":
        rows = database.query("SELECT name FROM sqlite_master WHERE type = ? AND sql IS NOT NULL", (kind,))
    elif kind == "index":
        rows = database.query(
            "SELECT indexname::text FROM pg_indexes WHERE schemaname = current_schema()"
            " AND indexname !~ '(_pkey[0-9]*|_key[0-9]*)$'"
        )
    else:
        rows = database.query(
            "SELECT DISTINCT trigger_name::text FROM information_schema.triggers"
            " WHERE trigger_schema = current_schema()"
        )
    return {row[0] for row in rows}


@pytest.fixture
def both(tmp_path: Path, postgres_url: str):
    with Database.open(tmp_path / "audit.db") as file, Database.open(postgres_url) as server:
        yield file, server


def test_both_have_the_same_tables(both: tuple[Database, Database]) -> None:
    file, server = map(columns, both)
    for found in (file, server):
        del found["migrations"]
    assert server["payloads"].pop() == BY_MONTH
    assert file == server


def test_both_have_the_same_indexes_and_refusals(both: tuple[Database, Database]) -> None:
    file, server = both
    assert names(file, "index") == names(server, "index")
    renamed = {"payloads_no_delete": "payloads_only_after_removal"}
    assert {renamed.get(name, name) for name in names(file, "trigger")} == names(server, "trigger")


def test_both_have_the_same_numbers() -> None:
    file, server = ({(m.number, m.name) for m in migrations.known(engine)} for engine in ("sqlite", "postgresql"))
    assert file <= server
    assert {number for number, _ in server - file} <= ONLY_POSTGRESQL


def test_texts_sort_alike(both: tuple[Database, Database]) -> None:
    told = ["Zebra", "apple", "Äpfel", "a-b", "ab", "10", "9", "_", "é"]
    orders = []
    for store in both:
        for text in told:
            store.execute("INSERT INTO settings VALUES (?, '')", (text,))
        orders.append([row[0] for row in store.query("SELECT name FROM settings ORDER BY name")])
    assert orders[0] == orders[1] == sorted(told)


@pytest.mark.parametrize("migration", migrations.known("postgresql"), ids=lambda each: f"{each.number:04}")
def test_what_is_translated_is_what_can_be(migration: migrations.Migration) -> None:
    left = re.findall(r"\b(?:RAISE\(|AUTOINCREMENT|BLOB|strftime|rowid|PRAGMA|INSERT OR)", migration.script)
    assert not migration.translated or left == []


ADDS = re.compile(
    r"CREATE TABLE \w+ \(.*?\)|CREATE (UNIQUE )?INDEX .*?|CREATE TRIGGER .*?END"
    r"|ALTER TABLE \w+ ADD COLUMN \w+ (TEXT|INTEGER|BLOB)( NOT NULL DEFAULT .*?| DEFAULT .*?)?",
    re.DOTALL,
)
RULED_SINCE = 17
"""Migrations before it were never beside an older version."""


def only_adds(sql: str) -> bool:
    """Whether versions that do not know this migration can go on after it."""
    text = re.sub(r"--.*", "", sql)
    found = re.split(r";\s*(?=CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|\Z)", text.strip())
    new = set(re.findall(r"CREATE TABLE (\w+)", text))
    bound = set(re.findall(r"CREATE (?:UNIQUE INDEX|TRIGGER)[^;]*? ON (\w+)", text))
    return bound <= new and all(ADDS.fullmatch(each.strip()) for each in found if each.strip())


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_version_that_does_not_know_a_migration_can_go_on_after_it(engine: str) -> None:
    found = [each for each in migrations.known(engine) if each.number >= RULED_SINCE]
    assert [each.name for each in found if not each.name.endswith(migrations.BREAKS) and not only_adds(each.sql)] == []


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE cards;",
        "ALTER TABLE cards RENAME COLUMN state TO stage;",
        "ALTER TABLE cards ADD COLUMN must TEXT NOT NULL;",
        "CREATE TABLE more (a TEXT);\nALTER TABLE cards DROP COLUMN state;",
        "UPDATE cards SET state = 'open';",
        "CREATE UNIQUE INDEX cards_team ON cards (team);",
    ],
)
def test_what_takes_away_or_demands_is_no_addition(sql: str) -> None:
    assert not only_adds(sql)


def test_a_store_is_made_once_by_many(postgres: PostgresServer) -> None:
    url, failed = postgres.schema(), []

    def make() -> None:
        try:
            Database.open(url).close()
        except StoreError as error:
            failed.append(error)

    makers = [threading.Thread(target=make) for _ in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert failed == []
    with Database.open(url) as store:
        assert len(store.query("SELECT 1 FROM migrations")) == len(migrations.known("postgresql"))

"""What Datasette shows of a store: every table is described, and the prepared queries run."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.unit.opened_store import Opened, event, proposal
from triage.domain import NoException

DESCRIBED = yaml.safe_load((Path(__file__).parents[2] / "docs" / "datasette.yaml").read_text("utf-8"))["databases"][
    "audit"
]


@pytest.fixture
def opened(tmp_path: Path):
    with Opened(tmp_path) as found:
        log = found.journal.of(event("mail:1"))
        log.atomic("card", proposal(), lambda it: found.cards.put(it, "mail:1"), {"policy": "p", "software": "s"})
        log.close(NoException(why="thanks"))
        yield found


def test_every_table_is_described_and_no_other(opened: Opened) -> None:
    rows = opened.database.query("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    assert {row[0] for row in rows} == set(DESCRIBED["tables"])


def test_described_columns_are_there(opened: Opened) -> None:
    for table, told in DESCRIBED["tables"].items():
        columns = {row["name"] for row in opened.database.query(f"PRAGMA table_info({table})")}
        assert set(told.get("columns", {})) <= columns, table


@pytest.mark.parametrize("name", DESCRIBED["queries"])
def test_prepared_queries_run(opened: Opened, name: str) -> None:
    rows = opened.database.query(DESCRIBED["queries"][name]["sql"], {"card": 1})
    assert rows or name in {"dead_letters", "outcomes_by_day"}

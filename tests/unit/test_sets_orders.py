"""The shipped orders: facts computed by hand against the code, and labels that fit together."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from pydantic import TypeAdapter

from evals.reading import read_set, shipped
from triage.domain import SUBTYPES, Case, Category, Fact, Policy
from triage.domain.base import Scalar
from triage.facts import establish_facts

CAUSES = {
    "supplier_late", "allocation", "credit", "picking_backlog", "carrier", "address", "quality_block",
    "equipment_down", "staff", "master_data", "customer_change", "none",
}  # fmt: skip
Row = dict[str, Any]
SCALAR: TypeAdapter[Any] = TypeAdapter(Scalar)
ROWS: list[Row] = [json.loads(line) for line in (shipped() / "orders/orders.jsonl").read_text().splitlines()]


def established(row: Row) -> dict[str, Fact]:
    return {fact.id: fact for fact in establish_facts(Case.model_validate(row["case"]), [], Policy())}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_facts_are_as_computed_by_hand(row: Row) -> None:
    found = established(row)
    wanted = {id_: SCALAR.validate_python(value) for id_, value in row["facts"].items()}
    assert {id_: found[id_].value if id_ in found else None for id_ in wanted} == wanted
    assert [id_ for id_, fact in found.items() if id_ in row["absent"] or fact.name in row["absent"]] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_labels_fit_together(row: Row) -> None:
    assert row["cause"] in CAUSES
    assert row["rank"] + row["grade"] == 4
    assert row["card"] == (row["category"] is not None) == (row["rank"] < 4)
    if row["category"]:
        assert row["subtype"] in SUBTYPES[Category(row["category"])]
        assert row["category"] not in row["secondary"]
    assert row["why"]


def test_every_cause_and_every_rank_is_there() -> None:
    assert {row["cause"] for row in ROWS} == CAUSES
    assert set(Counter(row["rank"] for row in ROWS)) == {1, 2, 3, 4}
    assert len(ROWS) >= 40


def test_the_harness_reads_the_set() -> None:
    found = read_set(shipped() / "orders.yaml")
    assert len(found.measured) == len(ROWS)
    assert sum(row["card"] is False for row in ROWS) >= 10

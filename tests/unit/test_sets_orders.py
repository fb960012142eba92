"""The shipped orders (`orders`, `orders-dev`): facts computed by hand against the code; labels that fit together."""

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


def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (shipped() / f"{name}/orders.jsonl").read_text().splitlines()]


MEASURED, DEV = rows("orders"), rows("orders-dev")
ROWS = [*MEASURED, *DEV]


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


@pytest.mark.parametrize("part", [MEASURED, DEV], ids=["orders", "orders-dev"])
def test_every_rank_is_there_and_no_exception_too(part: list[Row]) -> None:
    assert set(Counter(row["rank"] for row in part)) == {1, 2, 3, 4}
    assert sum(row["card"] is False for row in part) >= 10


def test_every_cause_is_there() -> None:
    assert {row["cause"] for row in MEASURED} == CAUSES
    assert len(MEASURED) >= 40
    assert {row["cause"] for row in DEV} == CAUSES
    assert len(DEV) == 60
    assert len({row["industry"] for row in DEV}) == 5


def test_the_two_sets_share_no_order() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert not {row["case"]["record"]["name"] for row in MEASURED} & {row["case"]["record"]["name"] for row in DEV}


@pytest.mark.parametrize(("name", "part"), [("orders", MEASURED), ("orders-dev", DEV)])
def test_the_harness_reads_the_set(name: str, part: list[Row]) -> None:
    assert len(read_set(shipped() / f"{name}.yaml").measured) == len(part)

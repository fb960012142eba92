"""The shipped sets of root causes and of a morning's queue: labels that fit together, and cases that are read."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from evals.cases import CauseTarget, PriorityTarget
from evals.reading import read_set, shipped
from triage.domain import Case, CauseKind, Policy
from triage.facts import establish_facts


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (shipped() / f"{name}/orders.jsonl").read_text("utf-8").splitlines()]


MIXED = {name: rows(name) for name in ("causes", "causes-dev")}
QUEUE = rows("order-queue")


@pytest.mark.parametrize("name", MIXED)
def test_each_mixes_two_causes(name: str) -> None:
    assert len(MIXED[name]) == {"causes": 40, "causes-dev": 20}[name]
    for row in MIXED[name]:
        assert {row["cause"], row["second"]} <= {kind.value for kind in CauseKind}
        assert row["cause"] != row["second"]
        assert row["why"]
    assert len({row["cause"] for row in MIXED[name]}) >= 8


def test_the_halves_share_no_order() -> None:
    one, two = ({row["case"]["record"]["name"] for row in part} for part in MIXED.values())
    assert not one & two


@pytest.mark.parametrize("row", [*MIXED["causes"], *MIXED["causes-dev"]], ids=lambda row: row["id"])
def test_every_mixed_case_is_late_or_at_risk(row: dict[str, Any]) -> None:
    found = {fact.name for fact in establish_facts(Case.model_validate(row["case"]), [], Policy())}
    assert "promise.original" in found
    assert found - {"promise.original", "promise.current", "order.amount"}


def test_the_queue_has_every_grade_and_enough_orders() -> None:
    grades = Counter(row["grade"] for row in QUEUE)
    assert len(QUEUE) >= 60
    assert set(grades) == {0, 1, 2, 3, 4}
    assert min(grades.values()) >= 8
    assert all(row["why"] for row in QUEUE)


@pytest.mark.parametrize("name", ["causes", "causes-dev", "order-causes", "order-causes-dev"])
def test_the_harness_reads_causes(name: str) -> None:
    measured = read_set(shipped() / f"{name}.yaml").measured
    assert all(isinstance(case.target, CauseTarget) for case in measured)
    assert len(measured) in {20, 40, 49, 60}


def test_the_harness_reads_the_queue() -> None:
    measured = read_set(shipped() / "order-queue.yaml").measured
    assert len(measured) == len(QUEUE)
    assert all(isinstance(case.target, PriorityTarget) for case in measured)

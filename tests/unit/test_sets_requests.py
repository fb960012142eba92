"""The shipped set of approvals, leads and evidence beside orders: it is read, and each leaves the right task."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from evals.reading import read_set, shipped
from triage.cards.follow_up import follow_up
from triage.domain import Case, Category, Policy, Suggestion, View
from triage.domain.follow_up import FollowUpKind
from triage.facts import establish_facts

ROWS: list[dict[str, Any]] = [
    json.loads(line) for line in (shipped() / "requests/requests.jsonl").read_text("utf-8").splitlines()
]


def test_it_holds_each_kind_in_every_language() -> None:
    assert Counter(row["about"] for row in ROWS).keys() == {"approval", "lead", "quality", "maintenance", "review"}
    assert {row["language"] for row in ROWS} == {"en", "de", "fr", "es", "nl"}
    assert len(read_set(shipped() / "requests.yaml").measured) == len(ROWS) >= 28


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_task_that_is_left_for_later_is_the_labelled_one(row: dict[str, Any]) -> None:
    """Under the right category; one that is no exception makes no card and leaves nothing."""
    case, category = Case.model_validate(row["case"]), Category(row["label"])
    view = View(case=case, papers=(), facts=establish_facts(case, (), Policy()))
    found = None if category is Category.OTHER else follow_up(view, Suggestion(category=category))
    assert (found.kind if found else None) == (FollowUpKind(row["follow_up"]) if row["follow_up"] else None)

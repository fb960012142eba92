"""The shipped threads are what their README says: whole cases, figures that stand in them, no near-duplicates."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from rapidfuzz import fuzz

from evals.reading import read_set, shipped
from triage.domain import Case, MessageKind

LANGUAGES = {"en", "de", "fr", "es", "nl"}
NEAR = 75

Row = dict[str, Any]


def rows() -> list[Row]:
    folder = shipped() / "threads"
    return [
        json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().split("\n") if line
    ]


ROWS = rows()


def written(case: Case) -> str:
    return "\n".join(f"{m.subject}\n{m.body}\n{m.quoted}\n{m.signature}" for m in case.messages)


def figures(text: str) -> list[str]:
    return [word.strip(".,;:()'\"¿?«»") for word in re.findall(r"\S*\d\S*", text)]


def stands(figure: str, source: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(figure)}(?!\w)", source) is not None


def test_the_set_reads_and_half_of_it_is_measured() -> None:
    found = read_set(shipped() / "threads.yaml")
    assert (len(found.cases), len(found.measured)) == (60, 30)


def test_twelve_threads_a_language_of_twelve_trades_half_of_them_test() -> None:
    assert Counter(row["language"] for row in ROWS) == dict.fromkeys(LANGUAGES, 12)
    assert Counter((row["language"], row["split"]) for row in ROWS) == {
        (language, split): 6 for language in LANGUAGES for split in ("dev", "test")
    }
    assert all(len({row["industry"] for row in ROWS if row["language"] == one}) == 12 for one in LANGUAGES)


def test_no_manner_is_in_both_halves() -> None:
    halves = {split: {row["style"] for row in ROWS if row["split"] == split} for split in ("dev", "test")}
    assert not halves["dev"] & halves["test"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_thread_is_a_case_in_order_of_time(row: Row) -> None:
    case = Case.model_validate(row["case"])
    times = [message.sent_at for message in case.messages if message.sent_at]
    assert 1 <= len(case.messages) <= 6
    assert len(times) == len(case.messages)
    assert times == sorted(times)
    assert times[-1] <= case.captured_at
    assert all(message.email and message.email.endswith(".example") for message in case.messages)
    assert case.messages[0].kind is MessageKind.MESSAGE


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_figures_and_references_of_the_target_stand_in_the_thread(row: Row) -> None:
    source = written(Case.model_validate(row["case"]))
    said = [*row["key_points"], *row["asks"], *(promise["value"] for promise in row["promised"])]
    assert [figure for text in said for figure in figures(text) if not stands(figure, source)] == []
    assert [reference for reference in row["references"] if not stands(reference, source)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_target_says_enough_and_no_more(row: Row) -> None:
    assert 2 <= len(row["key_points"]) <= 5
    assert row["asks"]
    assert all(promise["by"] in {"us", "customer", "supplier"} for promise in row["promised"])


def test_no_two_threads_of_a_language_are_nearly_alike() -> None:
    bodies = [(row["id"], row["language"], " ".join(m["body"] for m in row["case"]["messages"])) for row in ROWS]
    alike = [
        (one[0], two[0])
        for one, two in combinations(bodies, 2)
        if one[1] == two[1] and fuzz.token_set_ratio(one[2], two[2]) >= NEAR
    ]
    assert alike == []

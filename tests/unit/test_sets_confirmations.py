"""The shipped confirmations: thirty that agree and thirty that differ, read by the harness, scored as it says."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from evals.cases import ComparisonTarget, EvalCase, Given
from evals.inputs import case_of, papers_of
from evals.reading import read_set, shipped
from evals.scoring.comparison import failed, line_of, score
from triage.domain import Policy, Thresholds
from triage.errors import InputError

SET = read_set(shipped() / "confirmations.yaml")
CASES = {case.id: case for case in SET.cases}


def line(case: EvalCase) -> dict[str, Any]:
    made = case_of(case, SET.folder, SET.head.now, Policy())
    return line_of(case.id, made, papers_of(case), Thresholds())


def test_half_agree_and_half_differ_in_each_split() -> None:
    agree = Counter(case.split for case in CASES.values() if case.id.startswith("agree-"))
    differ = Counter(case.split for case in CASES.values() if not case.id.startswith("agree-"))
    assert agree == differ == {"dev": 15, "test": 15}
    assert all(not target_of(case).differences for case in CASES.values() if case.id.startswith("agree-"))
    assert all(target_of(case).differences for case in CASES.values() if not case.id.startswith("agree-"))
    assert len({case.language for case in CASES.values()}) == 7


def target_of(case: EvalCase) -> ComparisonTarget:
    assert isinstance(case.target, ComparisonTarget)
    return case.target


@pytest.mark.parametrize("id_", sorted(id_ for id_ in CASES if id_.startswith("agree-")))
def test_what_agrees_is_shown_without_a_difference(id_: str) -> None:
    assert line(CASES[id_])["differences"] == []


def test_amounts_of_the_papers_add_up() -> None:
    """A slip of the author would look like a difference."""
    for case in CASES.values():
        for paper in papers_of(case):
            net = paper.fields.get("net_total")
            amounts = [found.value for one in paper.lines if (found := one.fields.get("net_amount"))]
            if net is not None:
                assert sum(amounts, Decimal(0)) == net.value, case.id


def found(**more: Any) -> dict[str, Any]:
    one = {
        "kind": "price_difference",
        "about": "BM-100",
        "value": "0.50",
        "unit": "EUR",
        "amount": "6.00",
        "days": None,
    }
    return one | more


def scored(wanted: list[dict[str, Any]], *differences: dict[str, Any]) -> dict[str, Any]:
    target = ComparisonTarget.model_validate({"differences": wanted})
    return score(target, {"compared": 1, "differences": list(differences)})


@pytest.mark.parametrize(
    ("wanted", "right"),
    [
        ({"kind": "price_difference", "about": "BM-100"}, 1),
        ({"kind": "price_difference", "about": "BM-100", "value": "0.5", "amount": "6"}, 1),
        ({"kind": "price_difference", "about": "BM-100", "value": "0.51"}, 0),
        ({"kind": "price_difference", "about": "BM-100", "amount": "6.01"}, 0),
        ({"kind": "price_difference", "about": "BM-100", "days": 3}, 0),
        ({"kind": "quantity_difference", "about": "BM-100"}, 0),
        ({"kind": "price_difference", "about": "BM-200"}, 0),
    ],
)
def test_a_difference_is_right_by_all_that_its_target_names(wanted: dict[str, Any], right: int) -> None:
    values = scored([wanted], found())
    assert (values["right"], values["all"]) == (right, right)


def test_one_found_twice_counts_once() -> None:
    values = scored([{"kind": "price_difference", "about": "BM-100"}], found(), found())
    assert (values["right"], values["found"], values["all"]) == (1, 2, 0)


def test_agreement_is_judged_where_there_is_one() -> None:
    assert (scored([])["agreed"], scored([])["false_figure"]) == (1, 0)
    assert (scored([], found())["agreed"], scored([], found())["false_figure"]) == (0, 1)
    assert scored([], found(kind="extra_line"))["false_figure"] == 0
    assert scored([{"kind": "split"}])["agreed"] is None


def test_no_answer_is_neither_an_agreement_nor_a_find() -> None:
    values = failed(ComparisonTarget())
    assert (values["answered"], values["agreed"], values["all"]) == (0, 0, 0)


def test_a_paper_that_is_none_is_named() -> None:
    given = Given(case={}, papers=({"document": "a.pdf", "fields": {"net_total": "much"}, "lines": []},))
    case = EvalCase(id="x", input=given, target=ComparisonTarget())
    with pytest.raises(InputError, match="paper 1"):
        papers_of(case)
    with pytest.raises(ValueError, match="beside a case"):
        Given(text="x", papers=({},))

"""Thresholds by category: counted on messages nobody learnt from, drawn towards all; policy overrules them."""

from __future__ import annotations

import numpy as np
import pytest

from evals.classify_measure import CODES
from evals.classify_reliability import PULL, TARGET, Counted, counted, of_scores, values_of
from tests.unit.classify_views import FakeReader, fact, layer, view
from triage.cards.proposals import judge
from triage.domain import Category, Confidence, Policy, Suggestion
from triage.tasks.classify.embedded import EmbeddedClassifier
from triage.tasks.classify.layer import Layer, shipped_layer
from triage.tasks.classify.reliability import OWN, reliability_of

VALUES = [0.3, 0.6, 0.9]


def told(category: str, confidence: float, right: int, n: int) -> list[Counted]:
    return [Counted(category, confidence, k < right, "author") for k in range(n)]


def measured(value: float) -> Confidence:
    return Confidence(value=value, population="test", n=100, low=0, high=1)


def test_a_category_that_is_wrong_more_often_needs_more() -> None:
    found = [*told("delay", 0.6, 20, 80), *told("delay", 0.9, 78, 80), *told("credit", 0.6, 75, 80)]
    curves = counted(found, VALUES)
    assert curves["delay"]["threshold"] == 0.9
    assert (curves["delay"]["right"], curves["delay"]["n"]) == (78, 80)
    assert curves["credit"]["threshold"] == 0.6


def test_few_counts_are_drawn_towards_all_of_them() -> None:
    many = told("credit", 0.6, 95, 100)
    assert counted([*many, *told("stock", 0.6, 0, 1)], VALUES)["stock"]["threshold"] == 0.6
    assert counted([*many, *told("stock", 0.6, 0, PULL)], VALUES)["stock"]["threshold"] == 0.9


def test_what_was_never_counted_says_so() -> None:
    curve = counted(told("credit", 0.9, 9, 10), VALUES)["pricing"]
    assert (curve["n"], curve["low"], curve["high"]) == (0, 0.0, 1.0)
    assert curve["threshold"] == 0.6
    assert [step["value"] for step in curve["steps"]] == VALUES


def test_scores_become_the_confidences_of_the_table() -> None:
    scores = np.full((4, len(CODES)), 0.01, dtype=np.float32)
    scores[:, CODES.index("returns")] = [0.4, 0.7, 0.7, 0.95]
    table = [[0.5, 0.3, 50, 0.2, 0.4], [0.9, 0.6, 50, 0.5, 0.7], [1.01, 0.9, 50, 0.8, 1.0]]
    answers = np.array([CODES.index(code) for code in ("returns", "returns", "delay", "returns")])
    steps = of_scores(scores, answers, table)["returns"]["steps"]
    assert [(step["right"], step["n"]) for step in steps] == [(1, 1), (1, 2), (1, 1)]


def test_the_shipped_counts_are_of_the_shipped_layer_and_reach_what_was_aimed_at() -> None:
    found = reliability_of(shipped_layer())
    assert set(found.curves) == set(Category)
    assert found.target == TARGET
    values = {round(value, 4) for value in values_of(shipped_layer().meta)}
    for curve in found.curves.values():
        assert curve.threshold in values
        assert curve.low <= curve.right / curve.n <= curve.high
        assert sum(step.n for step in curve.steps if step.least >= curve.threshold) == curve.n


def test_another_layer_has_its_own_counts_or_none() -> None:
    shipped = shipped_layer()
    other = Layer(shipped.arrays, shipped.meta, "0" * 64)
    assert reliability_of(other).threshold(Category.DELAY) is None
    curves = counted(told("delay", 0.9, 40, 40), VALUES)
    meta = {**shipped.meta, OWN: {"population": "ours", "target": TARGET, "pull": PULL, "categories": curves}}
    assert reliability_of(Layer(shipped.arrays, meta, "0" * 64)).threshold(Category.DELAY) == 0.6


@pytest.mark.parametrize(
    ("policy", "needed"),
    [
        (Policy(), 0.7),
        (Policy(min_confidence=0.9), 0.9),
        (Policy(min_confidence_by_category={Category.DELAY: 0.4}), 0.4),
        (Policy(min_confidence=0.9, min_confidence_by_category={Category.DELAY: 0.2}), 0.2),
        (Policy(min_confidence_by_category={Category.CREDIT: 0.1}), 0.7),
    ],
)
def test_policy_overrules_what_was_measured(policy: Policy, needed: float) -> None:
    assert policy.threshold(Category.DELAY, 0.7) == needed
    for value, asked in ((needed - 0.01, True), (needed, False)):
        suggestion = Suggestion(category=Category.DELAY, confidence=measured(value), threshold=0.7)
        assert (judge(suggestion, policy).abstained is not None) is asked


def test_a_threshold_goes_with_what_a_text_says_not_with_what_facts_prove() -> None:
    table = [[1.01, 0.8, 50, 0.7, 0.9]]
    curves = counted(told("delay", 0.9, 40, 40), VALUES)
    cued = layer(where=Category.DELAY)
    meta = {**cued.meta, "calibration": {"all": table}, "population": "test"}
    meta[OWN] = {"population": "test", "target": TARGET, "pull": PULL, "categories": curves}
    classifier = EmbeddedClassifier(FakeReader(), Layer(cued.arrays, meta, "1" * 64))
    text = classifier.invoke(view("Where is it?")).suggestions[0]
    assert (text.category, text.threshold) == (Category.DELAY, 0.6)
    proven = classifier.invoke(view("Where is it?", fact("credit.on_hold"))).suggestions[0]
    assert (proven.category, proven.threshold) == (Category.CREDIT, None)

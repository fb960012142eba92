"""The classification scorer: against hand counts and, for macro-F1, against scikit-learn."""

from __future__ import annotations

import random
from functools import partial

import numpy as np
import pytest
from sklearn.metrics import f1_score

from evals.cases import ClassificationTarget
from evals.intervals import once
from evals.measures import Scored, Table, figures
from evals.scoring.classification import (
    CODES,
    MEASURES,
    accuracy_at,
    calibration_error,
    coverage_at,
    macro_f1,
    score,
)
from triage.domain import Category, Severity


def line(category: str, confidence: float | None = 0.8, **more: object) -> dict[str, object]:
    return {
        "category": category,
        "severity": "normal",
        "confidence": confidence,
        "abstained": False,
        "secondary": [],
    } | more


def table(rows: list[tuple[str, str, float | None]]) -> Table:
    """Rows of right category, guess and confidence."""
    return Table(
        [
            Scored(
                id=f"c{n:04}",
                cluster=f"c{n}",
                groups={},
                values=score(ClassificationTarget(category=Category(right)), line(guess, confidence)),
            )
            for n, (right, guess, confidence) in enumerate(rows)
        ]
    )


def value(compute: object, of: Table) -> float:
    return float(compute(of, once(len(of)))[0])  # type: ignore[operator]


def test_macro_f1_agrees_with_scikit_learn() -> None:
    draw = random.Random(3)
    rows = [(draw.choice(CODES[:7]), draw.choice(CODES), 0.5) for _ in range(400)]
    rights, guesses = [right for right, _, _ in rows], [guess for _, guess, _ in rows]
    wanted = f1_score(rights, guesses, labels=sorted(set(rights)), average="macro", zero_division=0)
    assert value(macro_f1, table(rows)) == pytest.approx(wanted, abs=1e-12)


def test_calibration_error_is_the_weighted_gap_of_the_bins() -> None:
    sure = [("delay", "delay", 0.95)] * 8 + [("delay", "stock", 0.95)] * 2
    unsure = [("delay", "delay", 0.35)] * 1 + [("delay", "stock", 0.35)] * 9
    unknown = [("delay", "stock", None)] * 5
    gap = (10 * abs(0.8 - 0.95) + 10 * abs(0.1 - 0.35)) / 20
    assert value(calibration_error, table(sure + unsure + unknown)) == pytest.approx(gap)


def test_accuracy_at_a_coverage_takes_the_surest() -> None:
    rows = [("delay", "delay", 0.9)] * 6 + [("delay", "stock", 0.8)] * 2 + [("delay", "stock", 0.1)] * 2
    assert value(partial(accuracy_at, 0.8), table(rows)) == 0.75
    assert value(partial(accuracy_at, 0.6), table(rows)) == 1.0


def test_cases_without_confidence_are_answered_last() -> None:
    rows = [("delay", "stock", None)] * 2 + [("delay", "delay", 0.3)] * 8
    assert value(partial(accuracy_at, 0.8), table(rows)) == 1.0


def test_coverage_at_an_accuracy() -> None:
    rows = [("delay", "delay", 0.9)] * 9 + [("delay", "stock", 0.8)] + [("delay", "stock", 0.1)] * 10
    assert value(partial(coverage_at, 0.9), table(rows)) == 0.5
    assert value(partial(coverage_at, 0.9), table([("delay", "stock", 0.9)] * 20)) == 0.0


def test_one_lucky_case_is_no_coverage() -> None:
    rows = [("delay", "delay", 0.99)] + [("delay", "stock", 0.5)] * 99
    assert value(partial(coverage_at, 0.9), table(rows)) == 0.0


def test_another_accepted_category_is_right_and_counts_as_the_target() -> None:
    target = ClassificationTarget(category=Category.RETURNS, accepts=(Category.ORDER_CHANGE,))
    made = score(target, line("order_change"))
    assert (made["right"], made["target"]) == (1.0, "order_change")
    assert score(target, line("delay"))["target"] == "returns"


@pytest.mark.parametrize(
    ("right", "guess", "abstained", "false_alarm", "overlooked"),
    [
        ("other", "delay", False, 1.0, None),
        ("other", "delay", True, 0.0, None),
        ("other", "other", False, 0.0, None),
        ("delay", "other", False, None, 1.0),
        ("delay", "other", True, None, 0.0),
        ("delay", "stock", False, None, 0.0),
    ],
)
def test_false_alarms_and_overlooked(
    right: str, guess: str, abstained: bool, false_alarm: float | None, overlooked: float | None
) -> None:
    made = score(ClassificationTarget(category=Category(right)), line(guess, abstained=abstained))
    assert (made["false_alarm"], made["overlooked"]) == (false_alarm, overlooked)
    assert made["shown_right"] == (None if abstained else float(right == guess))


def test_no_answer_is_wrong_but_no_alarm() -> None:
    made = score(ClassificationTarget(category=Category.OTHER, severity=Severity.LOW), {"error": "down"})
    assert (made["answered"], made["right"], made["false_alarm"], made["severity"]) == (0.0, 0.0, 0.0, 0.0)


def test_secondary_categories_and_severity() -> None:
    target = ClassificationTarget(
        category=Category.DELAY, secondary=(Category.INVOICE, Category.DATA), severity=Severity.URGENT
    )
    made = score(target, line("delay", secondary=["invoice", "stock"], severity="normal"))
    assert (made["secondary_wanted"], made["secondary_found"], made["secondary_right"]) == (2.0, 2.0, 1.0)
    assert (made["severity"], made["severity_steps"]) == (0.0, 2.0)


def test_what_nobody_labelled_is_not_scored() -> None:
    made = score(ClassificationTarget(category=Category.DELAY), line("delay", secondary=["stock"]))
    assert made["secondary_wanted"] is made["severity"] is made["subtype"] is None


def test_every_measure_has_an_interval_that_holds_its_value() -> None:
    draw = random.Random(5)
    rows = [(draw.choice(CODES), draw.choice(CODES[:6]), round(draw.random(), 3)) for _ in range(300)]
    made = [one for one in figures(table(rows).rows, MEASURES, []) if one.value is not None and one.low is not None]
    assert len(made) > 20
    outside = [one.measure for one in made if not one.low - 1e-9 <= one.value <= (one.high or 0) + 1e-9]
    # A bootstrap of a maximum or of a sum of gaps leans to one side: its interval may miss the value.
    assert set(outside) <= {"calibration error", "coverage at 90 % accuracy", "macro-F1"}


def test_categories_that_nobody_labelled_have_no_figure() -> None:
    found = figures(table([("delay", "delay", 0.9)] * 30).rows, MEASURES, [])
    recall = {one.measure: one for one in found}["recall stock"]
    assert recall.refused == "too few: 0 of at least 10"
    assert np.isclose({one.measure: one for one in found}["recall delay"].value, 1.0)

"""Classification: right category, calibration, what coverage costs, secondary categories, severity, false alarms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.cases import ClassificationTarget
from evals.intervals import Weights, ratio
from evals.measures import Compute, Measure, Table, known, mean_of, share_of, sum_ratio, total
from triage.domain import Category, Severity

CODES = tuple(category.value for category in Category)
BINS = 10
_FEWEST_FOR_CURVES = 50
_FEWEST_OF_A_CATEGORY = 10

Values = dict[str, float | str | None]


def score(target: ClassificationTarget, line: Mapping[str, Any]) -> Values:
    """Score one line of `triage classify --jsonl`; a line with an `error` counts as wrong, not as absent."""
    answered = "error" not in line
    guess = str(line.get("category") or "") if answered else ""
    right = guess == target.category.value or guess in {other.value for other in target.accepts}
    shown = answered and not line.get("abstained")
    negative = target.category is Category.OTHER
    secondary = set(line.get("secondary") or ()) if answered else set()
    wanted = None if target.secondary is None else {other.value for other in target.secondary}
    return {
        "answered": float(answered),
        "right": float(right),
        "target": guess if right else target.category.value,
        "guess": guess,
        "confidence": line.get("confidence"),
        "abstained": float(bool(line.get("abstained"))),
        "shown_right": float(right) if shown else None,
        "false_alarm": float(shown and guess != "other") if negative else None,
        "overlooked": None if negative else float(shown and guess == "other"),
        "subtype": None if target.subtype is None or not right else float(line.get("subtype") == target.subtype),
        **_secondary(wanted, secondary),
        **_severity(target.severity, line.get("severity") if answered else None),
    }


def _secondary(wanted: set[str] | None, found: set[str]) -> Values:
    if wanted is None:
        return {"secondary_wanted": None, "secondary_found": None, "secondary_right": None}
    return {
        "secondary_wanted": float(len(wanted)),
        "secondary_found": float(len(found)),
        "secondary_right": float(len(wanted & found)),
    }


def _severity(wanted: Severity | None, found: str | None) -> Values:
    if wanted is None:
        return {"severity": None, "severity_steps": None}
    order = [severity.value for severity in Severity]
    if found not in order:
        return {"severity": 0.0, "severity_steps": None}
    steps = abs(order.index(wanted.value) - order.index(found))
    return {"severity": float(steps == 0), "severity_steps": float(steps)}


def macro_f1(table: Table, weights: Weights) -> NDArray[np.float64]:
    """The unweighted mean of F1 over the categories that occur as a target."""
    targets, guesses = table.text("target"), table.text("guess")
    scores = np.array([_f1(targets, guesses, weights, code) for code in CODES if (targets == code).any()])
    if not scores.size:
        return np.full(len(weights), np.nan)
    return ratio(np.nansum(scores, axis=0), np.isfinite(scores).sum(axis=0))


def _f1(targets: NDArray[np.str_], guesses: NDArray[np.str_], weights: Weights, code: str) -> NDArray[np.float64]:
    is_target, is_guess = targets == code, guesses == code
    both = weights @ (is_target & is_guess)
    # A category that a resample did not draw has no F1 there, rather than one of 0.
    drawn = np.where(weights @ is_target > 0, 1.0, np.nan)
    return ratio(2 * both, weights @ is_target + weights @ is_guess) * drawn


def _category(code: str, what: str) -> Compute:
    def compute(table: Table, weights: Weights) -> NDArray[np.float64]:
        targets, guesses = table.text("target"), table.text("guess")
        if what == "f1":
            return _f1(targets, guesses, weights, code)
        below = targets == code if what == "recall" else guesses == code
        return ratio(weights @ ((targets == code) & (guesses == code)), weights @ below)

    return compute


def bins(table: Table) -> NDArray[np.intp]:
    """The tenth of the confidence scale into which each case falls; -1 without a measured confidence."""
    confidence = table.number("confidence")
    place = np.minimum((np.nan_to_num(confidence) * BINS).astype(int), BINS - 1)
    return np.where(np.isfinite(confidence), place, -1)


def calibration_error(table: Table, weights: Weights) -> NDArray[np.float64]:
    """Expected calibration error (Naeini et al. 2015): over ten equal bins, how far confidence is from accuracy."""
    place, right = bins(table), table.number("right")
    confidence = np.nan_to_num(table.number("confidence"))
    gaps = [np.abs(weights[:, place == b] @ (right - confidence)[place == b]) for b in range(BINS)]
    return ratio(np.sum(gaps, axis=0), weights[:, place >= 0].sum(axis=1))


def ranked(table: Table) -> NDArray[np.intp]:
    """Places of the cases from the surest to the least sure; without a measured confidence last, ties by id."""
    confidence = np.nan_to_num(table.number("confidence"), nan=-1.0)
    return np.array(sorted(range(len(table)), key=lambda n: (-confidence[n], table.rows[n].id)), dtype=np.intp)


def _kept(table: Table, weights: Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coverage and accuracy after each case in the order of confidence, a row a replicate."""
    order = ranked(table)
    counted = weights[:, order].cumsum(axis=1)
    right = (weights * table.number("right"))[:, order].cumsum(axis=1)
    return ratio(counted, counted[:, -1:]), ratio(right, counted)


def accuracy_at(coverage: float, table: Table, weights: Weights) -> NDArray[np.float64]:
    """Accuracy where only the surest share of cases is answered."""
    covered, accuracy = _kept(table, weights)
    place = np.argmax(covered >= coverage - 1e-9, axis=1)
    return np.asarray(accuracy[np.arange(len(weights)), place])


def coverage_at(accuracy: float, table: Table, weights: Weights) -> NDArray[np.float64]:
    """The largest share of cases that can be answered with this accuracy, surest first.

    Cuts that would answer fewer than a twentieth of the cases are not looked at: they are luck.
    """
    covered, reached = _kept(table, weights)
    good = (reached >= accuracy - 1e-9) & (covered >= 0.05)
    return np.asarray(np.where(good, covered, 0.0).max(axis=1))


def _of_category(code: str) -> list[Measure]:
    fewest = _FEWEST_OF_A_CATEGORY
    as_target = partial(_count, "target", code)
    as_guess = partial(_count, "guess", code)
    return [
        Measure(f"recall {code}", _category(code, "recall"), fewest=fewest, count=as_target, detail=True),
        Measure(f"precision {code}", _category(code, "precision"), fewest=fewest, count=as_guess, detail=True),
        Measure(f"F1 {code}", _category(code, "f1"), fewest=fewest, count=as_target, detail=True),
    ]


def _count(column: str, code: str, table: Table) -> int:
    return int((table.text(column) == code).sum())


MEASURES: tuple[Measure, ...] = (
    share_of("accuracy", "right", by_group=True, about="the best guess is the right category"),
    Measure("macro-F1", macro_f1, fewest=60, by_group=True, about="mean of F1 over categories"),
    Measure(
        "calibration error",
        calibration_error,
        "lower",
        fewest=_FEWEST_FOR_CURVES,
        count=known("confidence"),
        by_group=True,
        about="how far the stated confidence is from the accuracy, ten bins",
    ),
    Measure(
        "accuracy at 80 % coverage",
        partial(accuracy_at, 0.8),
        fewest=_FEWEST_FOR_CURVES,
        count=known("confidence"),
        by_group=True,
        about="accuracy over the surest four fifths",
    ),
    Measure(
        "coverage at 90 % accuracy",
        partial(coverage_at, 0.9),
        fewest=_FEWEST_FOR_CURVES,
        count=known("confidence"),
        about="share that can be answered so that nine in ten are right",
    ),
    share_of("abstained", "abstained", "neither", about="asks instead of suggesting"),
    share_of(
        "accuracy of what is shown",
        "shown_right",
        about="accuracy where a suggestion is made",
    ),
    share_of(
        "false alarms",
        "false_alarm",
        "lower",
        about="share of messages without an exception that are shown as one",
    ),
    share_of(
        "overlooked",
        "overlooked",
        "lower",
        about="share of exceptions that are passed as none",
    ),
    share_of(
        "subtype",
        "subtype",
        about="right subtype where the category is right",
    ),
    Measure(
        "secondary recall",
        sum_ratio("secondary_right", "secondary_wanted"),
        fewest=10,
        count=total("secondary_wanted"),
        about="labelled secondary categories that are found",
    ),
    Measure(
        "secondary precision",
        sum_ratio("secondary_right", "secondary_found"),
        fewest=10,
        count=total("secondary_found"),
        about="found secondary categories that are labelled",
    ),
    share_of(
        "severity",
        "severity",
        by_group=True,
        about="the right severity",
    ),
    Measure(
        "severity steps",
        mean_of("severity_steps"),
        "lower",
        count=known("severity_steps"),
        unit="steps",
        about="mean distance to the right severity, in steps",
    ),
    share_of("answered", "answered", about="cases that got an answer at all"),
    *(measure for code in CODES for measure in _of_category(code)),
)

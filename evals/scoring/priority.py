"""Prioritisation: does the suggested order agree with the right one?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.cases import PriorityTarget
from evals.measures import Measure, Table, mean_of, repeated, share_of

Values = dict[str, float | str | None]
_FEWEST = 15
_TOP = 20


def score(target: PriorityTarget, line: Mapping[str, Any]) -> Values:
    """Score one case: its `priority` orders it among the others of its set."""
    answered = "error" not in line
    severity = line.get("severity") if answered else None
    return {
        "answered": float(answered),
        "grade": target.grade,
        "priority": float(line["priority"]) if answered and "priority" in line else -1.0,
        "category": None if target.category is None else float(line.get("category") == target.category.value),
        "severity": None if target.severity is None else float(severity == target.severity.value),
    }


def ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks from 1, tied values sharing the mean of their places."""
    unique, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray(((ends - counts + 1 + ends) / 2)[inverse.reshape(-1)][: len(values)]) if len(unique) else values


def spearman(table: Table, places: NDArray[np.intp]) -> float:
    """Spearman's rank correlation, ties by mean ranks."""
    first, second = ranks(table.number("grade")[places]), ranks(table.number("priority")[places])
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def kendall(table: Table, places: NDArray[np.intp]) -> float:
    """Kendall's tau-b, which allows for ties."""
    grade, priority = table.number("grade")[places], table.number("priority")[places]
    one = np.sign(grade[:, None] - grade[None, :])
    two = np.sign(priority[:, None] - priority[None, :])
    below = math.sqrt(float((one != 0).sum()) * float((two != 0).sum()))
    return float((one * two).sum()) / below if below else float("nan")


def ndcg(table: Table, places: NDArray[np.intp]) -> float:
    """Normalised discounted cumulative gain (gain: the grade). Tied priorities share the mean gain of their group."""
    grade, priority = table.number("grade")[places], table.number("priority")[places]
    best = _discounted(np.sort(grade)[::-1])
    if best == 0:
        return float("nan")
    groups = {value: grade[priority == value].mean() for value in np.unique(priority)}
    gained = np.array([groups[value] for value in np.sort(priority)[::-1]])
    return _discounted(gained) / best


def ndcg_top(table: Table, places: NDArray[np.intp]) -> float:
    """The same over the first twenty: what somebody works off before noon."""
    grade, priority = table.number("grade")[places], table.number("priority")[places]
    best = _discounted(np.sort(grade)[::-1][:_TOP])
    if best == 0:
        return float("nan")
    groups = {value: grade[priority == value].mean() for value in np.unique(priority)}
    gained = np.array([groups[value] for value in np.sort(priority)[::-1]])
    return _discounted(gained[:_TOP]) / best


def _discounted(gains: NDArray[np.float64]) -> float:
    return float((gains / np.log2(np.arange(2, len(gains) + 2))).sum())


MEASURES: tuple[Measure, ...] = (
    Measure("NDCG", repeated(ndcg), fewest=_FEWEST, by_group=True, about="are the urgent ones on top?"),
    Measure("NDCG@20", repeated(ndcg_top), fewest=_TOP, about="are the first twenty the right ones?"),
    Measure("Spearman", repeated(spearman), fewest=_FEWEST, about="rank correlation with the right order"),
    Measure("Kendall tau-b", repeated(kendall), fewest=_FEWEST, about="pairs in the right order, ties allowed for"),
    share_of(
        "category",
        "category",
        fewest=_FEWEST,
        about="right category",
    ),
    share_of(
        "severity",
        "severity",
        fewest=_FEWEST,
        about="right severity",
    ),
    Measure("answered", mean_of("answered"), fewest=_FEWEST, share="answered", about="cases that got an answer"),
)

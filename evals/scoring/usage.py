"""What answers took: tokens, money and time. For every kind of set."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from evals.measures import Measure, Table, known, mean_of, repeated


def _percentile(share: float, table: Table, places: NDArray[np.intp]) -> float:
    seconds = table.number("seconds")[places]
    return float(np.nanpercentile(seconds, share)) if np.isfinite(seconds).any() else float("nan")


def _mean(name: str, column: str) -> Measure:
    return Measure(name, mean_of(column), "lower", fewest=5, count=known(column), unit="a case", cost=True)


MEASURES: tuple[Measure, ...] = (
    _mean("input tokens", "input_tokens"),
    _mean("output tokens", "output_tokens"),
    _mean("cost", "cost"),
    Measure(
        "seconds, median",
        repeated(partial(_percentile, 50)),
        "lower",
        fewest=5,
        count=known("seconds"),
        timing=True,
        cost=True,
        unit="s",
    ),
    Measure(
        "seconds, 95th percentile",
        repeated(partial(_percentile, 95)),
        "lower",
        count=known("seconds"),
        timing=True,
        cost=True,
        unit="s",
    ),
)

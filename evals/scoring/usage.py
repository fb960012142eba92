"""What answers took: tokens, money and time. For every kind of set."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from evals.measures import Measure, Table, known, mean_of, repeated


def _percentile(share: float, table: Table, places: NDArray[np.intp]) -> float:
    seconds = table.number("seconds")[places]
    return float(np.nanpercentile(seconds, share)) if np.isfinite(seconds).any() else float("nan")


MEASURES: tuple[Measure, ...] = (
    Measure("input tokens", mean_of("input_tokens"), "lower", fewest=5, count=known("input_tokens"), unit="a case"),
    Measure("output tokens", mean_of("output_tokens"), "lower", fewest=5, count=known("output_tokens"), unit="a case"),
    Measure("cost", mean_of("cost"), "lower", fewest=5, count=known("cost"), unit="a case"),
    Measure(
        "seconds, median",
        repeated(partial(_percentile, 50)),
        "lower",
        fewest=5,
        count=known("seconds"),
        timing=True,
        unit="s",
    ),
    Measure(
        "seconds, 95th percentile",
        repeated(partial(_percentile, 95)),
        "lower",
        count=known("seconds"),
        timing=True,
        unit="s",
    ),
)

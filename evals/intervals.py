"""Uncertainty: Wilson intervals, a bootstrap over clusters, exact tests on pairs. Everything seeded, nothing random.

A replicate of the bootstrap is a vector of weights: how often each case was drawn. A measure is a function of such
weights, so the same function gives the figure (all weights 1), its interval and a paired difference.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]
"""Replicates × cases: how often each case counts."""

REPLICATES = 2000
SEED = 20260302
FEWEST_CLUSTERS = 8
"""With fewer independent sources a bootstrap says nothing of unseen ones."""


def once(n: int) -> Weights:
    """One replicate in which each of `n` cases counts once."""
    return np.ones((1, n))


def resampled(clusters: Sequence[str], replicates: int = REPLICATES, seed: int = SEED) -> Weights:
    """Weights of a bootstrap that draws whole clusters with replacement: (replicates, cases).

    The draw depends on the clusters' names and the seed only, not on the order of the cases.
    """
    names = sorted(set(clusters))
    place = {name: n for n, name in enumerate(names)}
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=replicates)
    return drawn[:, [place[name] for name in clusters]].astype(np.float64)


def spread(values: NDArray[np.float64], level: float = 0.95) -> tuple[float, float] | None:
    """The percentile interval of a bootstrap's values; none where too few of them are defined."""
    defined = values[np.isfinite(values)]
    if len(defined) < 0.9 * len(values) or len(defined) == 0:
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def mcnemar(only_first: int, only_second: int) -> float:
    """Two-sided exact p (McNemar 1947, binomial form) that two paired shares are the same.

    `only_first` counts the pairs in which only the first was right, `only_second` those with only the second.
    """
    n, k = only_first + only_second, min(only_first, only_second)
    if n == 0:
        return 1.0
    below = sum(math.comb(n, i) for i in range(k + 1))
    return min(1.0, float(2 * below / 2**n))


def holm(p_values: Sequence[float]) -> list[float]:
    """The same p values, adjusted for being several (Holm 1979), in their order."""
    order = sorted(range(len(p_values)), key=lambda n: p_values[n])
    adjusted = [0.0] * len(p_values)
    so_far = 0.0
    for rank, n in enumerate(order):
        so_far = max(so_far, min(1.0, (len(p_values) - rank) * p_values[n]))
        adjusted[n] = so_far
    return adjusted


def ratio(above: NDArray[Any], below: NDArray[Any]) -> NDArray[np.float64]:
    """`above / below`, not a number where there is nothing below."""
    out = np.full(np.broadcast(above, below).shape, np.nan)
    np.divide(above, below, out=out, where=np.asarray(below) > 0)
    return out

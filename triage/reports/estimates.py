"""Medians, shares and differences with their 95 % intervals.

Shares: Wilson; differences of shares: Newcombe's method 10. Medians: percentile bootstrap, 2,000 draws. Times to an
event that has not happened to everybody: Kaplan and Meier's estimate, so that what still waits counts as waiting; where
draws have no half-time so often that an end of the interval is unknown, there is no interval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from triage.domain.shares import wilson

DRAWS = 2000
FEWEST = 30
"""Below this many on one side an interval of a difference is given, but nothing is concluded from it."""
_SEED = 20_260_901
_TAIL = 0.025

Sample = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval and what it was counted from; none where there was too little."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    @property
    def is_clear(self) -> bool:
        """Of a difference: whether its interval leaves out zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Waits:
    """Times to an event; `seen` is false where it had not happened when looking ended."""

    hours: tuple[float, ...] = ()
    seen: tuple[bool, ...] = ()
    people: int | None = None
    """How many different people brought the event about; none where that is nobody's work."""


def median(values: Sequence[float]) -> Estimate:
    """The median of at least two values."""
    if len(values) < 2:
        return Estimate(float(values[0]) if values else None, None, None, len(values))
    sample = _array(values)
    return _bootstrapped(lambda draw: _middle(_drawn(sample, draw)), _middle(sample), len(values))


def median_difference(before: Sequence[float], after: Sequence[float]) -> Estimate:
    """Median after less median before."""
    n = min(len(before), len(after))
    if n < 2:
        return Estimate(None, None, None, n)
    old, new = _array(before), _array(after)
    value = _middle(new) - _middle(old)
    return _bootstrapped(lambda draw: _middle(_drawn(new, draw)) - _middle(_drawn(old, draw)), value, n)


def double_difference(groups: Sequence[Sequence[float]]) -> Estimate:
    """(after less before) in the scope, less the same outside of it; medians of scope before, scope after, others
    before, others after."""
    n = min(map(len, groups))
    if n < 2:
        return Estimate(None, None, None, n)

    def of(samples: Sequence[Sample]) -> float:
        before, after, other_before, other_after = map(_middle, samples)
        return (after - before) - (other_after - other_before)

    samples = [_array(group) for group in groups]
    return _bootstrapped(lambda draw: of([_drawn(sample, draw) for sample in samples]), of(samples), n)


def share(part: int, of: int) -> Estimate:
    """A share with Wilson's interval."""
    if of == 0:
        return Estimate(None, None, None, 0)
    low, high = wilson(part, of)
    return Estimate(part / of, low, high, of)


def share_difference(before: tuple[int, int], after: tuple[int, int]) -> Estimate:
    """Share after less share before; each is (part, of)."""
    n = min(before[1], after[1])
    if n == 0:
        return Estimate(None, None, None, 0)
    b, a = before[0] / before[1], after[0] / after[1]
    (b_low, b_high), (a_low, a_high) = wilson(*before), wilson(*after)
    gap = a - b
    below, above = sqrt((a - a_low) ** 2 + (b_high - b) ** 2), sqrt((a_high - a) ** 2 + (b - b_low) ** 2)
    return Estimate(gap, gap - below, gap + above, n)


def waiting(waits: Waits) -> Estimate:
    """The time after which half have had the event; none where fewer than half ever had it."""
    n = len(waits.hours)
    value = _half_of(waits)
    if n < 2 or value is None:
        return Estimate(value, None, None, n)
    return _bootstrapped(_half_drawing(waits), value, n)


def waiting_difference(before: Waits, after: Waits) -> Estimate:
    """Half-time after less half-time before."""
    n = min(len(before.hours), len(after.hours))
    old, new = _half_of(before), _half_of(after)
    if n < 2 or old is None or new is None:
        return Estimate(None, None, None, n)
    of_old, of_new = _half_drawing(before), _half_drawing(after)
    return _bootstrapped(lambda draw: of_new(draw) - of_old(draw), new - old, n)


def _bootstrapped(draw: Callable[[np.random.Generator], float], value: float, n: int) -> Estimate:
    """The same seed every time: a report made twice is the same report."""
    generator = np.random.default_rng(_SEED)
    drawn = np.asarray([draw(generator) for _ in range(DRAWS)])
    if np.isnan(drawn).mean() > _TAIL:  # what has no half-time lies beyond all others: that end is not known
        return Estimate(value, None, None, n)
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Estimate(value, float(low), float(high), n)


def _array(values: Sequence[float]) -> Sample:
    return np.asarray(values, dtype=np.float64)


def _middle(values: Sample) -> float:
    return float(np.median(values))


def _drawn(values: Sample, generator: np.random.Generator) -> Sample:
    return generator.choice(values, size=len(values), replace=True)


def _half_of(waits: Waits) -> float | None:
    hours, seen = _in_order(waits)
    return _half_time(hours, seen, np.ones(len(hours), dtype=np.intp))


def _half_drawing(waits: Waits) -> Callable[[np.random.Generator], float]:
    """Draws half-times. Sorted once: a draw only counts how often each came, which does not sort thousands anew."""
    hours, seen = _in_order(waits)
    place = np.empty(len(hours), dtype=np.intp)
    place[_order(waits)] = np.arange(len(hours))

    def draw(generator: np.random.Generator) -> float:
        chosen = generator.integers(0, len(hours), size=len(hours))
        found = _half_time(hours, seen, np.bincount(place[chosen], minlength=len(hours)))
        return float("nan") if found is None else found

    return draw


def _order(waits: Waits) -> NDArray[np.intp]:
    """At one time, events come before those whose watch ended."""
    return np.lexsort((~np.asarray(waits.seen, dtype=bool), _array(waits.hours)))


def _in_order(waits: Waits) -> tuple[Sample, NDArray[np.bool_]]:
    order = _order(waits)
    return _array(waits.hours)[order], np.asarray(waits.seen, dtype=bool)[order]


def _half_time(hours: Sample, seen: NDArray[np.bool_], times: NDArray[np.intp]) -> float | None:
    """Kaplan-Meier: the first time at which the estimated share still waiting is a half or less. Each in order, and so
    many `times`."""
    at_risk = np.cumsum(times[::-1])[::-1]
    ended = np.where(seen, times, 0)
    left = np.cumprod(1 - ended / np.maximum(at_risk, 1))
    there = np.flatnonzero((left <= 0.5 + 1e-12) & (ended > 0))
    return float(hours[there[0]]) if there.size else None

"""Intervals: known values, and what must hold whatever the data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.intervals import holm, mcnemar, once, ratio, resampled, spread
from triage.domain.shares import wilson


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (90, 100, 0.8256, 0.9448)],
)
def test_wilson_gives_the_published_values(right: int, n: int, low: float, high: float) -> None:
    assert wilson(right, n) == pytest.approx((low, high), abs=2e-4)


def test_wilson_of_nothing_says_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(0, 500), st.integers(1, 500))
def test_wilson_holds_its_share_and_stays_within_bounds(right: int, n: int) -> None:
    right = min(right, n)
    low, high = wilson(right, n)
    assert 0 <= low <= right / n <= high <= 1


@pytest.mark.parametrize(
    ("b", "c", "p"), [(0, 0, 1.0), (0, 5, 0.0625), (1, 9, 0.021484), (5, 5, 1.0), (0, 12, 0.000488)]
)
def test_mcnemar_is_the_exact_binomial(b: int, c: int, p: float) -> None:
    assert mcnemar(b, c) == pytest.approx(p, abs=1e-6)
    assert mcnemar(c, b) == mcnemar(b, c)


def test_holm_adjusts_in_order_and_never_beyond_one() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_never_makes_a_p_smaller(values: list[float]) -> None:
    assert all(adjusted >= p or adjusted == 1.0 for adjusted, p in zip(holm(values), values, strict=True))


def test_a_cluster_is_drawn_as_a_whole() -> None:
    weights = resampled(["a", "b", "a", "c"], replicates=200)
    assert weights.shape == (200, 4)
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, 0] + weights[:, 1] + weights[:, 3] == 3).all()


@given(st.permutations(["a", "a", "b", "c", "d", "d", "e"]))
def test_the_draw_does_not_depend_on_the_order_of_the_cases(names: list[str]) -> None:
    ordered = resampled(sorted(names), replicates=30)
    shuffled = resampled(names, replicates=30)
    place = {name: n for n, name in enumerate(sorted(names))}
    assert all((shuffled[:, n] == ordered[:, place[name]]).all() for n, name in enumerate(names))


def test_an_interval_gets_wider_where_cases_depend_on_each_other() -> None:
    values = np.repeat([1.0, 0.0], 20)
    alone = spread(resampled([str(n) for n in range(40)]) @ values / 40)
    clustered = resampled([str(n // 5) for n in range(40)])
    together = spread(ratio(clustered @ values, clustered.sum(axis=1)))
    assert alone is not None
    assert together is not None
    assert together[1] - together[0] > 1.5 * (alone[1] - alone[0])


def test_no_interval_where_a_value_is_seldom_defined() -> None:
    assert spread(np.array([np.nan] * 50 + [1.0] * 50)) is None


def test_ratio_of_nothing_is_no_number() -> None:
    assert np.isnan(ratio(once(1)[0] * 0, once(1)[0] * 0)).all()

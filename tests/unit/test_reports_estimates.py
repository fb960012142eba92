"""Intervals: against published figures, and against simulations whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from triage.reports import estimates
from triage.reports.estimates import Waits


def test_differences_of_shares_are_newcombes() -> None:
    # Newcombe (1998), method 10, his first and fourth examples.
    found = estimates.share_difference((48, 80), (56, 70))
    assert (round(found.low or 0, 4), round(found.high or 0, 4)) == (0.0524, 0.3339)
    small = estimates.share_difference((0, 10), (10, 10))
    assert (round(small.low or 0, 4), round(small.high or 0, 4)) == (0.6075, 1.0)
    assert found.is_clear


def test_a_share_of_none_is_no_figure() -> None:
    assert estimates.share(0, 0).value is None
    assert estimates.share_difference((0, 0), (1, 2)).value is None
    assert estimates.median(()).value is None
    assert estimates.waiting(Waits()).value is None


def test_half_time_counts_those_who_still_wait() -> None:
    # 6, 6, 6, 6+, 7, 9+, 10, ...: the treated arm of Freireich's remission data; its median is 23 weeks.
    weeks = (6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35)
    seen = (1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0)
    found = estimates.waiting(Waits(tuple(map(float, weeks)), tuple(map(bool, seen))))
    assert found.value == 23
    assert np.median([week for week, was in zip(weeks, seen, strict=True) if was]) == 10  # what leaving them out tells


def test_a_draw_that_only_counts_is_the_sample_written_out() -> None:
    made = np.random.default_rng(5)
    for size in range(2, 40):
        waits = Waits(tuple(made.integers(1, 9, size).astype(float)), tuple(map(bool, made.integers(0, 3, size))))
        hours, seen = estimates._in_order(waits)
        times = made.integers(0, 4, size)
        out = Waits(tuple(np.repeat(hours, times)), tuple(map(bool, np.repeat(seen, times))))
        assert estimates._half_time(hours, seen, times) == _by_definition(out)


def _by_definition(waits: Waits) -> float | None:
    """Kaplan and Meier's product, a time after the other."""
    left = 1.0
    for hour in sorted(set(waits.hours)):
        had = sum(at == hour and was for at, was in zip(waits.hours, waits.seen, strict=True))
        left *= 1 - had / sum(at >= hour for at in waits.hours)
        if had and left <= 0.5 + 1e-12:
            return hour
    return None


def test_fewer_than_half_have_no_half_time() -> None:
    assert estimates.waiting(Waits((1.0, 5.0, 5.0, 5.0), (True, False, False, False))).value is None


def test_an_end_that_most_draws_do_not_reach_is_not_made_up() -> None:
    # 52 of 100 had it, within six hours; half of the draws never come to a half.
    hours, seen = tuple(1 + number / 10 for number in range(52)) + (100.0,) * 48, (True,) * 52 + (False,) * 48
    found = estimates.waiting(Waits(hours, seen))
    assert (found.value, found.low, found.high) == (5.9, None, None)
    slow = Waits(tuple(10 + number / 10 for number in range(100)), (True,) * 100)
    gap = estimates.waiting_difference(slow, Waits(hours, seen))
    assert gap.value == pytest.approx(-9.0)
    assert not gap.is_clear
    assert estimates.waiting(slow).high is not None


@pytest.mark.parametrize("shift", [0.0, 6.0])
def test_intervals_of_a_difference_hold_the_truth_about_as_often_as_they_say(
    shift: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimates, "DRAWS", 300)
    made = np.random.default_rng(7)
    held = 0
    for _ in range(100):
        before, after = made.exponential(24, 60), made.exponential(24, 60) + shift
        found = estimates.median_difference(before.tolist(), after.tolist())
        held += (found.low or 0) <= shift <= (found.high or 0)
    assert 88 <= held <= 100


def test_the_same_report_twice_is_the_same() -> None:
    values = [float(number) for number in range(50)]
    assert estimates.median(values) == estimates.median(values)


def test_what_changed_everywhere_is_not_the_pilots() -> None:
    made = np.random.default_rng(3)
    groups = [made.normal(mean, 2, 80).tolist() for mean in (50, 40, 60, 50)]
    found = estimates.double_difference(groups)
    assert abs(found.value or 9) < 1.5
    assert not found.is_clear

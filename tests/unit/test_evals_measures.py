"""Figures: groups, means of groups, refusals, intervals by cluster, repeatable to the last digit."""

from __future__ import annotations

import random

import pytest

from evals.measures import Figure, Measure, Scored, figures, mean_of, share_of, sum_ratio

RIGHT = share_of("right", "right", fewest=5, by_group=True)


def row(n: int, right: float | None, language: str = "en", cluster: str | None = None, **more: object) -> Scored:
    return Scored(
        id=f"c{n:03}",
        cluster=cluster or f"own {n}",
        groups={"language": (language,)},
        values={"right": right, "n": 2.0},
        **more,
    )


def of(found: list[Figure], measure: str = "right", group: str = "") -> Figure:
    return next(one for one in found if (one.measure, one.group) == (measure, group))


def test_independent_cases_get_a_wilson_interval() -> None:
    made = of(figures([row(n, float(n < 15)) for n in range(20)], [RIGHT], []))
    assert (made.value, made.n, made.clusters, made.interval) == (0.75, 20, 20, "wilson")
    assert (made.low, made.high) == pytest.approx((0.5313, 0.8881), abs=1e-3)


def test_dependent_cases_get_a_bootstrap_over_their_sources() -> None:
    rows = [row(n, float(n % 20 < 15), cluster=f"thread {n // 5}") for n in range(60)]
    made = of(figures(rows, [RIGHT], []))
    assert made.interval == "bootstrap"
    assert made.clusters == 12
    assert made.low is not None
    assert made.low < 0.75 < (made.high or 0)


def test_all_right_is_not_certain() -> None:
    rows = [row(n, 1.0, cluster=f"thread {n // 5}") for n in range(50)]
    made = of(figures(rows, [RIGHT], []))
    assert made.interval == "wilson over sources"
    assert made.low == pytest.approx(0.7225, abs=1e-3)


def test_few_sources_give_a_figure_without_an_interval() -> None:
    rows = [row(n, 1.0, cluster=f"issuer {n % 3}") for n in range(30)]
    made = of(figures(rows, [RIGHT], []))
    assert (made.value, made.low, made.note) == (1.0, None, "no interval: 3 independent sources")


def test_too_few_cases_give_no_figure() -> None:
    made = of(figures([row(n, 1.0) for n in range(4)], [RIGHT], []))
    assert (made.value, made.refused) == (None, "too few: 4 of at least 5")
    assert of(figures([], [RIGHT], [])).refused == "too few: 0 of at least 5"


def test_cases_without_a_value_do_not_count() -> None:
    rows = [row(n, None if n % 2 else 1.0) for n in range(20)]
    assert of(figures(rows, [RIGHT], [])).n == 10


def test_the_mean_of_groups_does_not_weigh_by_size() -> None:
    rows = [row(n, 1.0, "en") for n in range(90)] + [row(100 + n, 0.0, "nl") for n in range(10)]
    found = figures(rows, [RIGHT], ["language"])
    assert of(found).value == 0.9
    assert of(found, group="language=nl").value == 0.0
    mean = of(found, group="mean of language")
    assert (mean.value, mean.note) == (0.5, "2 groups")


def test_a_group_that_is_too_small_is_left_out_of_the_mean_and_said() -> None:
    rows = [row(n, 1.0, ("en", "nl")[n % 2]) for n in range(40)] + [row(99, 0.0, "fr")]
    found = figures(rows, [RIGHT], ["language"])
    assert of(found, group="language=fr").value is None
    assert of(found, group="mean of language").note == "2 groups; 1 too small a group left out"


def test_cases_set_aside_have_their_own_figure() -> None:
    rows = [row(n, 1.0) for n in range(20)] + [row(50 + n, 0.0, aside=True) for n in range(10)]
    found = figures(rows, [RIGHT], [])
    assert (of(found).value, of(found).n) == (1.0, 20)
    assert (of(found, group="set aside").value, of(found, group="set aside").n) == (0.0, 10)


def test_sums_and_means() -> None:
    rows = [row(n, float(n % 2)) for n in range(20)]
    found = figures(rows, [Measure("both", sum_ratio("right", "n")), Measure("mean", mean_of("right"))], [])
    assert (of(found, "both").value, of(found, "mean").value) == (0.25, 0.5)


def test_a_measure_that_is_not_defined_says_so() -> None:
    found = figures([row(n, 1.0) for n in range(20)], [Measure("none", sum_ratio("right", "absent"))], [])
    assert of(found, "none").refused == "not defined on these cases"


def test_figures_repeat_to_the_last_digit_in_any_order() -> None:
    rows = [row(n, float(n % 3 == 0), ("en", "nl", "fr")[n % 3], f"t{n // 4}") for n in range(120)]
    shuffled = rows[:]
    random.Random(7).shuffle(shuffled)
    assert figures(rows, [RIGHT], ["language"]) == figures(rows, [RIGHT], ["language"])
    one, other = figures(rows, [RIGHT], ["language"]), figures(shuffled, [RIGHT], ["language"])
    assert [figure.value for figure in one] == pytest.approx([figure.value for figure in other], abs=1e-12)
    assert [figure.low for figure in one] == pytest.approx([figure.low for figure in other], abs=1e-12)

"""A pilot beside its baseline: no verdict on what allows none, and the reason that is true."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from triage.reports.estimates import FEWEST, Waits
from triage.reports.observed import Observed
from triage.reports.periods import Period, Scope
from triage.reports.pilot import Assumptions, Comparison, compare

UTC = ZoneInfo("UTC")
BEFORE = Observed(Period(date(2026, 9, 1), date(2026, 9, 30), UTC), Scope(), has_odoo=True)
AFTER = replace(BEFORE, period=Period(date(2026, 10, 1), date(2026, 10, 30), UTC))


def _row(code: str, before: Observed, after: Observed) -> Comparison:
    return next(each for each in compare(before, after, Assumptions()).comparisons if each.kpi.code == code)


def test_twice_as_many_aged_backorders_are_not_called_better_because_others_came_too() -> None:
    old = replace(BEFORE, backorders=(9.0,) * 10 + (1.0,) * 30)
    new = replace(AFTER, backorders=(9.0,) * 20 + (1.0,) * 100)
    found = _row("aged_backorders", old, new)
    assert (found.before.value, found.before.n, found.after.value, found.after.n) == (10, 40, 20, 120)
    assert (found.difference, found.verdict) == (None, "cannot be said")
    assert found.why.startswith("a count, not a rate")


@pytest.mark.parametrize(
    ("code", "many", "few"),
    [
        ("cycle_time", {"cycle_hours": (5.0,) * 40, "cycle_hit": (False,) * 40},
         {"cycle_hours": (4.0,), "cycle_hit": (False,)}),
        ("first_action", {"first_actions": Waits((5.0,) * 40, (True,) * 40, 7)},
         {"first_actions": Waits((4.0,), (True,))}),
    ],
)  # fmt: skip
def test_one_order_or_card_on_a_side_is_too_few_and_no_count(
    code: str, many: dict[str, Any], few: dict[str, Any]
) -> None:
    found = _row(code, replace(BEFORE, **many), replace(AFTER, **few))
    assert (found.difference, found.verdict) == (None, "cannot be said")
    assert found.why == f"1 on the smaller side; {FEWEST} are the fewest to conclude from"


def test_what_is_missing_on_one_side_is_said_of_that_side() -> None:
    found = _row("second_person", replace(BEFORE, second_looks=Waits((5.0,) * 40, (True,) * 40, 7)), AFTER)
    assert found.why == "pilot: no card asked for a second person"


@pytest.mark.parametrize(
    ("code", "why"),
    [("cycle_time", "no order was finished"), ("line_fill_rate", "no line was promised for a day of the period")],
)
def test_what_did_not_happen_at_all_is_no_count_either(code: str, why: str) -> None:
    assert _row(code, BEFORE, AFTER).why == why

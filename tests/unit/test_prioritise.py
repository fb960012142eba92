"""Priority: more of what makes an order urgent never makes it less so; every point is shown and has its source."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.fact_cases import SALE, at, line, number, order
from tests.unit.test_cause import PROMISED, transfer
from triage.domain import (
    Case,
    Category,
    Classification,
    Company,
    Factor,
    Message,
    Method,
    Partner,
    Policy,
    Priority,
    PriorityWeights,
    Producer,
    Role,
    Severity,
    Suggestion,
    Thresholds,
    View,
)
from triage.facts import establish_facts
from triage.tasks.prioritise.embedded import Prioritiser
from triage.tasks.prioritise.levels import Measured, levels

BY = Producer(method=Method.EMBEDDED, model="test", version="0")
LIMITS = Thresholds()
_MONEY = st.none() | st.decimals(0, 10**7, places=2)
MEASURED = st.builds(
    Measured,
    days_to_promise=st.none() | st.integers(-400, 400),
    hours_to_cut_off=st.none() | st.floats(0, 48, allow_nan=False),
    severity=st.none() | st.sampled_from(Severity),
    is_safety=st.booleans(),
    amount=_MONEY,
    margin=_MONEY,
    is_important=st.booleans(),
    penalty_per_day=_MONEY,
    age_days=st.none() | st.integers(0, 2000),
    repeats=st.integers(0, 50),
)
WEIGHTS = st.builds(
    PriorityWeights, **{factor.value: st.floats(0, 1000, allow_nan=False, width=32) for factor in Factor}
)


def points(measured: Measured, weights: PriorityWeights) -> float:
    return sum(level * weights.of(factor) for factor, level in levels(measured, LIMITS).items())


def worse(measured: Measured, name: str, draw: Any) -> Measured:
    """The same with more of one factor; what was unknown becomes known."""
    value = getattr(measured, name)
    more: Any
    if name in {"is_safety", "is_important"}:
        more = True
    elif name == "severity":
        steps = list(Severity)
        more = draw(st.sampled_from(steps[0 if value is None else steps.index(value) :]))
    elif name == "days_to_promise":
        more = draw(st.integers(-500, 400 if value is None else value))
    elif name == "hours_to_cut_off":
        more = draw(st.floats(0, 48 if value is None else value, allow_nan=False))
    elif name in {"amount", "margin", "penalty_per_day"}:
        more = draw(st.decimals(Decimal(0) if value is None else value, 10**8, places=2))
    else:
        more = draw(st.integers(0 if value is None else value, 3000))
    return replace(measured, **{name: more})


@settings(max_examples=300, deadline=None)
@given(MEASURED, WEIGHTS, st.sampled_from(sorted(Measured.__dataclass_fields__)), st.data())
def test_more_of_any_factor_is_never_less_urgent(
    measured: Measured, weights: PriorityWeights, name: str, data: st.DataObject
) -> None:
    more = worse(measured, name, data.draw)
    assert points(more, weights) >= points(measured, weights) - 1e-9


@given(MEASURED)
def test_levels_stay_between_nought_and_one(measured: Measured) -> None:
    found = levels(measured, LIMITS)
    assert set(found) == set(Factor)
    assert all(0 <= level <= 1 for level in found.values())


@given(MEASURED, st.sampled_from(Factor))
def test_a_weight_of_nought_takes_a_factor_out(measured: Measured, factor: Factor) -> None:
    none = PriorityWeights().with_(**{factor.value: 0.0})
    level = levels(measured, LIMITS)[factor]
    assert points(measured, none) == pytest.approx(
        points(measured, PriorityWeights()) - level * PriorityWeights().of(factor)
    )


def judged(policy: Policy | None = None, category: Category = Category.DELAY, **fields: Any) -> tuple[View, Priority]:
    why = fields.pop("why", "")
    severity = fields.pop("severity", Severity.HIGH)
    policy = policy or Policy()
    values = {
        "record": SALE,
        "company": Company(name="Brandt & Mercer Supply B.V.", currency="EUR", timezone="Europe/Amsterdam"),
        "captured_at": at("2026-11-15T10:00"),
        "order": order(amount_total=Decimal("6200.00")),
        "lines": (line(reserved=number(100)),),
        "promises": (PROMISED,),
    } | fields
    case = Case.model_validate(values)
    suggestion = Suggestion(category=category, severity=severity, severity_why=why)
    view = View(case, (), establish_facts(case, (), policy), policy=policy)
    view = view.plus(Classification(by=BY, suggestions=(suggestion,)))
    return view, Prioritiser().invoke(view)


def test_the_score_is_the_sum_of_what_is_shown() -> None:
    _, found = judged()
    assert found.score == pytest.approx(sum(one.points for one in found.contributions))
    assert found.contributions == tuple(sorted(found.contributions, key=lambda one: -one.points))
    assert all(one.why for one in found.contributions)


def test_every_contribution_rests_on_facts_that_are_there() -> None:
    view, found = judged(
        partner=Partner(name="Veldkamp", role=Role.CUSTOMER, customer_class="A"),
        order=order(amount_total=Decimal("6200.00"), penalty_per_day=Decimal(250), date_order=at("2026-10-01")),
        promises=(PROMISED, PROMISED.with_(promised_for=date(2026, 11, 14), made_at=at("2026-11-12"))),
    )
    known = {fact.id for fact in view.facts}
    assert {name for one in found.contributions for name in one.facts} <= known
    assert {one.factor for one in found.contributions} == {
        Factor.PROMISE, Factor.SEVERITY, Factor.AMOUNT, Factor.CUSTOMER, Factor.PENALTY, Factor.AGE, Factor.REPEATS,
    }  # fmt: skip
    assert {one.factor for one in found.contributions if one.confidential} == {Factor.PENALTY}


def test_a_margin_counts_and_is_confidential() -> None:
    sold = line(reserved=number(100), unit_price=Decimal(60), cost=Decimal(45))
    _, found = judged(lines=(sold,))
    (margin,) = [one for one in found.contributions if one.factor is Factor.MARGIN]
    assert margin.confidential
    assert margin.level == pytest.approx(0.5)


def test_what_is_no_exception_has_no_priority() -> None:
    _, found = judged(category=Category.OTHER)
    assert (found.score, found.contributions, found.act_by) == (0.0, (), None)


def test_the_gravest_of_several_exceptions_counts() -> None:
    view, alone = judged()
    other = Suggestion(category=Category.OTHER, severity=Severity.LOW)
    urgent = Suggestion(category=Category.CREDIT, severity=Severity.URGENT)
    both = view.plus(Classification(by=BY, suggestions=(other, urgent)))
    assert Prioritiser().invoke(both).score > alone.score


def test_harm_to_people_is_taken_from_what_the_classification_found() -> None:
    _, found = judged(why="people or animals may come to harm (“leaking”)")
    assert Factor.SAFETY in {one.factor for one in found.contributions}
    _, claimed = judged(messages=(Message(id="1", body="Safety risk! Top priority!", role=Role.CUSTOMER),))
    assert Factor.SAFETY not in {one.factor for one in claimed.contributions}


def test_the_carriers_hour_is_what_to_act_by_where_it_comes_first() -> None:
    policy = Policy(cut_offs={"transvracht": time(14, 30), "default": time(16)})
    shipment = transfer(scheduled=at("2026-11-14T10:00"), carrier="Transvracht")
    view, found = judged(policy, shipments=(shipment,))
    fact = view.fact("shipment.cut_off")
    assert fact is not None
    assert fact.value == Decimal("3.5")
    assert found.act_by is not None
    assert found.act_by.at == at("2026-11-15T13:30")
    assert "Transvracht collects at 14:30" in found.act_by.source


@pytest.mark.parametrize("cut_offs", [{}, {"default": time(10)}])
def test_without_an_hour_or_after_it_there_is_no_cut_off(cut_offs: dict[str, time]) -> None:
    shipment = transfer(scheduled=at("2026-11-14T10:00"), carrier="Transvracht")
    view, _ = judged(Policy(cut_offs=cut_offs), shipments=(shipment,))
    assert view.fact("shipment.cut_off") is None


def test_weights_come_from_the_policy_of_the_view() -> None:
    _, plain = judged()
    _, doubled = judged(Policy(priority=PriorityWeights(severity=120)))
    assert doubled.score - plain.score == pytest.approx(60 * 2 / 3, abs=1e-3)


def test_reminders_are_counted_since_our_last_word() -> None:
    def wrote(number: int, role: Role) -> Message:
        return Message(id=str(number), body="Where is it?", role=role, sent_at=at(f"2026-11-0{number}"))

    asked = (wrote(1, Role.CUSTOMER), wrote(2, Role.COLLEAGUE), wrote(3, Role.CUSTOMER), wrote(4, Role.CUSTOMER))
    view, _ = judged(messages=asked)
    fact = view.fact("owner.reminders")
    assert fact is not None
    assert fact.value == 1

"""Lateness against the first promise, slack, and being on time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.fact_cases import PURCHASE, SALE, at, case, facts, line, number, order, purchase, shipment, values
from triage.domain import Case, Company, Promise
from triage.errors import InputError


def promised(day: date, made: str = "2026-11-01", source: str = "sale.order:42.commitment_date") -> Promise:
    return Promise(promised_for=day, made_at=at(made), source=source)


def owed(day: date, **fields: Any) -> Case:
    return case(**({"promises": (promised(day),), "lines": (line(quantity=10),)} | fields))


@pytest.mark.parametrize(
    ("day", "late", "on_time"),
    [
        (date(2026, 11, 16), None, True),
        (date(2026, 11, 15), None, True),
        (date(2026, 11, 14), 1, None),
        (date(2026, 11, 1), 14, None),
    ],
)
def test_late(day: date, late: int | None, on_time: bool | None) -> None:
    found = values(owed(day))
    assert found.get("promise.days_late") == late
    assert found.get("promise.on_time") is on_time


@pytest.mark.parametrize(("day", "late"), [(date(2026, 11, 13), None), (date(2026, 11, 12), 3)])
def test_late_from_policys_threshold(day: date, late: int | None) -> None:
    assert values(owed(day), days_late=3).get("promise.days_late") == late


def test_the_first_promise_counts_not_the_drifted_one() -> None:
    subject = case(
        order=order(commitment_date=at("2026-11-30T12:00")),
        promises=(promised(date(2026, 11, 30), "2026-11-10"), promised(date(2026, 11, 13), "2026-11-01")),
        lines=(line(),),
    )
    found = values(subject)
    assert found["promise.original"] == date(2026, 11, 13)
    assert found["promise.current"] == date(2026, 11, 30)
    assert found["promise.days_late"] == 2


def test_a_suppliers_promise_is_not_ours() -> None:
    subject = owed(
        date(2026, 11, 13), promises=(promised(date(2026, 11, 10), source="purchase.order:31.date_planned"),)
    )
    assert values(subject) == {}


@pytest.mark.parametrize(("state", "known"), [("sale", True), ("draft", False), ("sent", False), ("cancel", False)])
def test_a_commitment_date_promises_only_on_an_order(state: str, known: bool) -> None:
    subject = case(order=order(state=state, commitment_date=at("2026-11-20T12:00")), lines=(line(),))
    assert ("promise.original" in values(subject)) is known


@pytest.mark.parametrize(("arrived", "late"), [("2026-11-13T22:30", None), ("2026-11-13T23:30", 1)])
def test_arrival_counts_in_the_companys_days(arrived: str, late: int | None) -> None:
    """23:30 in London is the next day in Amsterdam."""
    subject = owed(
        date(2026, 11, 13),
        lines=(line(quantity=10, delivered=number(10)),),
        shipments=(shipment(delivered_at=at(arrived), carrier_status="delivered"),),
    )
    found = values(subject)
    assert found.get("promise.days_late") == late
    assert found.get("promise.on_time") is (None if late else True)


def test_shipped_is_not_arrived_while_the_carrier_has_it() -> None:
    subject = owed(
        date(2026, 11, 13),
        lines=(line(quantity=10, delivered=number(10)),),
        shipments=(shipment(date_done=at("2026-11-12"), carrier_status="in_transit"),),
    )
    assert values(subject)["promise.days_late"] == 2


@pytest.mark.parametrize(
    ("receipt", "slack", "on_time"),
    [(date(2026, 11, 19), 1, True), (date(2026, 11, 20), 0, True), (date(2026, 11, 21), -1, None)],
)
def test_slack_against_the_receipt(receipt: date, slack: int, on_time: bool | None) -> None:
    subject = owed(
        date(2026, 11, 20),
        lines=(line(quantity=10, reserved=number(4)),),
        purchases=(purchase(line(id=9, quantity=50, date_planned=receipt)),),
    )
    found = values(subject)
    assert found["promise.slack_days"] == slack
    assert found.get("promise.on_time") is on_time


@pytest.mark.parametrize(
    "fields",
    [
        {"lines": (line(quantity=10, reserved=number(4)),)},
        {"shipments": (shipment(carrier_status="exception"),)},
        {
            "lines": (line(quantity=10, reserved=number(4)),),
            "purchases": (purchase(line(id=9, date_planned=date(2026, 11, 14))),),
        },
    ],
    ids=["nothing comes", "carrier exception", "receipt overdue"],
)
def test_trouble_is_not_on_time(fields: dict[str, Any]) -> None:
    assert "promise.on_time" not in values(owed(date(2026, 11, 20), **fields))


def test_an_unknown_time_zone_is_an_error_that_says_what_to_do() -> None:
    company = Company(name="Brandt & Mercer Supply B.V.", timezone="Rotterdam")
    with pytest.raises(InputError, match=r"Rotterdam.*IANA"):
        facts(owed(date(2026, 11, 13), company=company))


@given(
    st.sampled_from(["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Amsterdam", "Asia/Kolkata"]),
    st.integers(0, 60 * 48),
)
def test_days_late_follow_the_companys_calendar(zone: str, minutes: int) -> None:
    from zoneinfo import ZoneInfo

    now = datetime(2026, 11, 14, tzinfo=UTC) + timedelta(minutes=minutes)
    subject = owed(date(2026, 11, 13), captured_at=now, company=Company(name="B", timezone=zone))
    expected = (now.astimezone(ZoneInfo(zone)).date() - date(2026, 11, 13)).days
    assert values(subject).get("promise.days_late") == (expected if expected >= 1 else None)


@pytest.mark.parametrize(("now", "moved"), [("2026-11-13", None), ("2026-11-20", 7), ("2026-11-12", -1)])
def test_how_far_a_promise_was_moved(now: str, moved: int | None) -> None:
    subject = owed(date(2026, 11, 13), order=order(commitment_date=at(now)))
    assert values(subject).get("promise.moved_days") == moved


def test_the_day_of_arrival() -> None:
    parcel = shipment(date_done=at("2026-11-12"), delivered_at=at("2026-11-14T23:30"))
    subject = owed(date(2026, 11, 13), lines=(line(quantity=10, delivered=10),), shipments=(parcel,))
    assert values(subject)["promise.arrived"] == date(2026, 11, 15)


@pytest.mark.parametrize(
    ("day", "received", "state", "late"),
    [
        (15, 0, "purchase", None),
        (14, 0, "purchase", 1),
        (14, 99, "purchase", 1),
        (14, 100, "purchase", None),
        (14, 0, "draft", None),
        (14, 0, "cancel", None),
    ],
)
def test_a_supplier_who_is_late(day: int, received: int, state: str, late: int | None) -> None:
    bought = purchase(line(delivered=number(received), date_planned=date(2026, 11, day)), state=state)
    assert values(case(record=PURCHASE, order=None, purchases=(bought,))).get("purchase.days_late") == late


def test_a_late_supplier_is_told_only_of_the_purchase_order_itself() -> None:
    bought = purchase(line(date_planned=date(2026, 11, 1)))
    assert "purchase.days_late" not in values(case(record=SALE, purchases=(bought,)))
    found = facts(case(record=PURCHASE, order=None, purchases=(bought,)))["purchase.days_late"]
    assert found.how == "100 Units of BM-100 were due on 2026-11-01: 14 days late"

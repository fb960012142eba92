"""What policy makes of facts: the boundary of each threshold on both sides, and currencies kept apart."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.fact_cases import SALE, at, case, facts, line, message, number, order, purchase, shipment, values
from triage.domain import Company, Fact, MessageKind, Partner, Promise, Role

PROMISE = "sale.order:42.commitment_date"


def promised(day: str) -> tuple[Promise, ...]:
    return (Promise(promised_for=date.fromisoformat(day), made_at=at("2026-10-01"), source=PROMISE),)


@pytest.mark.parametrize(
    ("total", "currency", "least", "worth"),
    [
        ("4999.99", "EUR", None, None),
        ("5000.00", "EUR", None, "5000.00"),
        ("5000.00", "USD", None, None),
        ("900", "EUR", "900.01", None),
        ("900", "EUR", "900", "900"),
    ],
)
def test_an_order_of_high_value(total: str, currency: str, least: str | None, worth: str | None) -> None:
    limits = {} if least is None else {"high_amount": number(least)}
    found = values(case(order=order(amount_total=number(total), currency=currency)), **limits)
    assert found.get("order.high_value") == (None if worth is None else number(worth))


def test_a_purchase_order_of_high_value_and_a_cancelled_one() -> None:
    bought = purchase(line(), amount_total=number(6000))
    assert values(case(record=bought.ref, order=None, purchases=(bought,)))["order.high_value"] == 6000
    assert "order.high_value" not in values(case(order=order(amount_total=number(6000), state="cancel")))


def test_a_company_without_a_currency_has_no_high_value() -> None:
    subject = case(order=order(amount_total=number(9000)), company=Company(name="x"))
    assert "order.high_value" not in values(subject)


@settings(deadline=None)
@given(st.sampled_from(["USD", "CHF", "GBP", "JPY"]), st.decimals(0, 10**9, places=2))
def test_no_amount_of_another_currency_is_measured_against_the_companys(currency: str, total: Decimal) -> None:
    assert "order.high_value" not in values(case(order=order(amount_total=total, currency=currency)))


@pytest.mark.parametrize(
    ("own", "classes", "important"),
    [
        ("A", None, "A"),
        ("vip ", None, "vip"),
        ("B", None, None),
        ("", None, None),
        ("B", {"b"}, "B"),
        ("A", set(), None),
    ],
)
def test_an_important_customer(own: str, classes: set[str] | None, important: str | None) -> None:
    limits: dict[str, Any] = {} if classes is None else {"important_classes": classes}
    subject = case(partner=Partner(name="Havenwerk", customer_class=own))
    assert values(subject, **limits).get("customer.important") == important


def test_a_supplier_is_no_important_customer() -> None:
    subject = case(partner=Partner(name="Nord", role=Role.SUPPLIER, customer_class="A"))
    assert "customer.important" not in values(subject)


@pytest.mark.parametrize(
    ("day", "grade"),
    [("2026-11-11", None), ("2026-11-10", "serious"), ("2026-11-02", "serious"), ("2026-11-01", "grave")],
)
def test_lateness(day: str, grade: str | None) -> None:
    assert values(case(promises=promised(day), lines=(line(),))).get("promise.lateness") == grade


def test_lateness_by_policy() -> None:
    subject = case(promises=promised("2026-11-13"), lines=(line(),))
    assert values(subject, late_serious_days=2)["promise.lateness"] == "serious"
    assert "promise.lateness" not in values(subject, late_serious_days=3)
    assert values(subject, late_serious_days=3, late_grave_days=2)["promise.lateness"] == "grave"


def test_goods_that_came_late_are_late_no_longer() -> None:
    parcel = shipment(date_done=at("2026-11-14"), delivered_at=at("2026-11-14"))
    subject = case(promises=promised("2026-11-01"), lines=(line(delivered=number(100)),), shipments=(parcel,))
    found = values(subject)
    assert found["promise.days_late"] == 13
    assert "promise.lateness" not in found


@pytest.mark.parametrize(("said", "grade"), [("4 days", None), ("5 days", "serious"), (Decimal(14), "grave")])
def test_reported_lateness_is_weighed_alike(said: str | Decimal, grade: str | None) -> None:
    subject = case(reported=(Fact(name="Days late", value=said),))
    found = facts(subject)
    assert (found["promise.lateness"].value if "promise.lateness" in found else None) == grade
    assert grade is None or found["promise.lateness"].sources == ("reported",)


@pytest.mark.parametrize(
    ("day", "near"),
    [("2026-11-14", None), ("2026-11-15", 0), ("2026-11-17", 2), ("2026-11-18", None)],
)
def test_a_promise_that_is_near(day: str, near: int | None) -> None:
    assert values(case(promises=promised(day), lines=(line(),))).get("promise.near") == near


@pytest.mark.parametrize(("delivered", "pressing"), [("2026-11-11", None), ("2026-11-10", 2), ("2026-11-08", 0)])
def test_a_claim_that_presses(delivered: str, pressing: int | None) -> None:
    parcel = shipment(delivered_at=at(delivered), signed_by="M. Jansen", carrier_status="delivered")
    assert values(case(shipments=(parcel,))).get("shipment.claim_pressing[WH/OUT/00012]") == pressing


@pytest.mark.parametrize(
    ("ours", "days"),
    [("2026-11-13", None), ("2026-11-12", 3), (None, 5)],
)
def test_nobody_of_ours_wrote_while_a_customer_waits(ours: str | None, days: int | None) -> None:
    asked = message("Any news?", sent_at=at("2026-11-10"))
    note = message(
        "Called the carrier.", id="m0", role=Role.COLLEAGUE, kind=MessageKind.NOTE, sent_at=at(ours or "2026-11-09")
    )
    messages = (asked,) if ours is None else (note, asked)
    assert values(case(messages=messages)).get("owner.idle_days") == days


def test_a_quiet_thread_of_an_order_that_nobody_waits_for_is_no_matter() -> None:
    answered = (
        message("Thanks", sent_at=at("2026-11-01")),
        message("Done", id="m2", role=Role.COLLEAGUE, sent_at=at("2026-11-02")),
    )
    assert "owner.idle_days" not in values(case(messages=answered))
    late = case(messages=answered, promises=promised("2026-11-10"), lines=(line(),))
    assert values(late)["owner.idle_days"] == 13


def test_each_names_what_it_was_read_from() -> None:
    subject = case(
        order=order(amount_total=number(6000)),
        partner=Partner(name="Havenwerk", customer_class="A"),
        promises=promised("2026-11-01"),
        lines=(line(),),
    )
    found = facts(subject)
    assert found["order.high_value"].sources == (f"{SALE.key}.amount_total",)
    assert found["promise.lateness"].sources[0] == PROMISE

"""Shortage, receipts, backorders and substitutes: each rule on both sides of its boundary."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.fact_cases import at, case, facts, line, move, number, order, purchase, shipment, values
from triage.domain import RecordRef, ShipmentKind


@pytest.mark.parametrize(
    ("fields", "short"),
    [
        ({"reserved": number(60)}, 40),
        ({"reserved": number(99)}, 1),
        ({"reserved": number(100)}, None),
        ({"reserved": number(120)}, None),
        ({"forecast": number(60)}, 40),
        ({"forecast": number(100)}, None),
        ({"forecast": number(-5)}, 100),
        ({"reserved": number(20), "forecast": number(60)}, 40),
        ({"reserved": number(0), "delivered": number(100)}, None),
        ({"reserved": number(30), "delivered": number(60)}, 10),
        ({}, None),
    ],
)
def test_shortage(fields: dict[str, Any], short: int | None) -> None:
    found = values(case(lines=(line(**fields),)))
    assert found.get("stock.shortage[BM-100]") == short


@pytest.mark.parametrize("state", ["draft", "sent", "sale", "cancel"])
def test_a_cancelled_order_is_short_of_nothing(state: str) -> None:
    found = values(case(order=order(state=state), lines=(line(reserved=number(0)),)))
    assert ("stock.shortage[BM-100]" in found) is (state != "cancel")


def test_lines_of_one_product_are_one_need() -> None:
    lines = (line(id=1, quantity=10, reserved=number(10)), line(id=2, quantity=30, reserved=number(5)))
    found = facts(case(lines=lines))
    assert found["stock.shortage[BM-100]"].value == 25
    assert "sale.order.line:2.product_uom_qty" in found["stock.shortage[BM-100]"].sources


def test_units_of_measure_are_never_added() -> None:
    lines = (line(id=1, quantity=10, reserved=number(0)), line(id=2, quantity=3, uom="Box", reserved=number(1)))
    found = facts(case(lines=lines))
    assert found["stock.shortage[BM-100 (Units)]"].value == 10
    assert (found["stock.shortage[BM-100 (Box)]"].value, found["stock.shortage[BM-100 (Box)]"].unit) == (2, "Box")


def test_moves_tell_where_lines_do_not() -> None:
    waiting = shipment(state="confirmed")
    subject = case(
        lines=(line(),), shipments=(waiting,), moves=(move("BM-100", "WH/OUT/00012", 100, reserved=number(70)),)
    )
    assert values(subject)["stock.shortage[BM-100]"] == 30


def test_the_forecast_date_is_the_receipt() -> None:
    subject = case(
        lines=(line(reserved=number(60), forecast_date=date(2026, 11, 24)),),
        purchases=(purchase(line(id=9, date_planned=date(2026, 11, 20))),),
    )
    assert values(subject)["stock.incoming[BM-100]"] == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("fields", "state", "expected"),
    [
        ({"date_planned": date(2026, 11, 20)}, "purchase", date(2026, 11, 20)),
        ({"date_planned": date(2026, 11, 20), "delivered": number(99)}, "purchase", date(2026, 11, 20)),
        ({"date_planned": date(2026, 11, 20), "delivered": number(100)}, "purchase", None),
        ({"date_planned": date(2026, 11, 20)}, "draft", None),
        ({"date_planned": date(2026, 11, 20)}, "cancel", None),
    ],
)
def test_an_open_purchase_line_is_a_receipt(fields: dict[str, Any], state: str, expected: date | None) -> None:
    found = values(case(lines=(line(reserved=number(60)),), purchases=(purchase(line(id=9, **fields), state=state),)))
    assert found.get("stock.incoming[BM-100]") == expected
    assert found.get("stock.no_receipt_planned[BM-100]") is (None if expected else True)


def test_a_planned_receipt_counts_in_the_companys_days() -> None:
    receipt = shipment("WH/IN/00003", kind=ShipmentKind.INCOMING, state="assigned")
    subject = case(
        lines=(line(reserved=number(60)),),
        shipments=(receipt,),
        moves=(move("BM-100", "WH/IN/00003", 50, date=at("2026-11-19T23:30")),),
    )
    assert values(subject)["stock.incoming[BM-100]"] == date(2026, 11, 20)


def test_no_receipt_is_not_claimed_where_purchases_could_not_be_read() -> None:
    subject = case(lines=(line(reserved=number(60)),), missing=("purchases: no rights",))
    assert "stock.no_receipt_planned[BM-100]" not in values(subject)


@pytest.mark.parametrize(("left", "age"), [("2026-11-08", None), ("2026-11-07", 8)])
def test_backorder_age(left: str, age: int | None) -> None:
    first = shipment("WH/OUT/00012", date_done=at(left))
    rest = shipment("WH/OUT/00013", state="confirmed", backorder_of="WH/OUT/00012")
    assert values(case(shipments=(first, rest))).get("stock.backorder_age[WH/OUT/00013]") == age


def test_substitute() -> None:
    subject = case(
        lines=(line("BM-100", 10), line("BM-200", 5, id=8, delivered=number(5))),
        shipments=(shipment(),),
        moves=(move("BM-101", "WH/OUT/00012", 10, done=number(10), state="done"),),
    )
    assert values(subject)["stock.substituted[BM-100]"] == "BM-101"


def test_a_substitute_for_one_of_two_is_not_guessed() -> None:
    subject = case(
        lines=(line("BM-100", 10), line("BM-200", 10, id=8)),
        shipments=(shipment(),),
        moves=(move("BM-101", "WH/OUT/00012", 10, done=number(10), state="done"),),
    )
    assert not [key for key in values(subject) if key.startswith("stock.substituted")]


def test_purchase_lines_are_not_sold_goods() -> None:
    subject = case(
        record=RecordRef(model="purchase.order", id=31, name="P00031"), order=None, lines=(line(reserved=number(0)),)
    )
    assert values(subject) == {}


quantities = st.decimals(min_value=0, max_value=10_000, places=2)


@given(quantities, quantities, quantities)
def test_short_plus_covered_is_never_more_than_owed(ordered: Decimal, delivered: Decimal, reserved: Decimal) -> None:
    found = facts(case(lines=(line(quantity=ordered, delivered=delivered, reserved=reserved),)))
    short = found.get("stock.shortage[BM-100]")
    owed = max(Decimal(0), ordered - delivered)
    if short is None:
        assert owed <= reserved
    else:
        assert short.value == owed - min(reserved, owed)


@pytest.mark.parametrize(("coming", "uncovered"), [(100, None), (99, 1), (40, 60)])
def test_what_planned_receipts_do_not_cover(coming: int, uncovered: int | None) -> None:
    subject = case(
        lines=(line(reserved=number(0)),),
        purchases=(purchase(line(quantity=coming, date_planned=date(2026, 11, 24))),),
    )
    assert values(subject).get("stock.uncovered[BM-100]") == uncovered

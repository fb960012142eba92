"""What a document states is not made more of: whose order it names, what its units cost, which day it leaves open."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.fact_cases import PURCHASE, case, facts, line, number, paper, purchase
from triage.domain import Case, RecordRef, Waiting
from triage.facts.stated import names_order


@pytest.mark.parametrize(
    ("text", "number_", "is_named"),
    [
        ("P00031", "P00031", True),
        ("your PO P00031 of 3 May", "P00031", True),
        ("p-00031", "P00031", True),
        ("P00031 2", "P00031", True),
        ("00031", "0031", True),
        ("No. 0004711/3", "4711", True),
        ("P000312", "P00031", False),
        ("SP00031", "P00031", False),
        ("14711", "4711", False),
        ("", "P00031", False),
        ("P00031", "", False),
        (None, "P00031", False),
    ],
)
def test_an_order_is_named_by_its_whole_number(text: str | None, number_: str, is_named: bool) -> None:
    assert names_order(text, number_) is is_named


def bought(*waiting: Waiting) -> Case:
    ours = line(unit_price=number("0.125"), date_planned=date(2026, 11, 24))
    return case(record=PURCHASE, order=None, purchases=(purchase(ours, waiting=waiting),))


def waits(quantity: int) -> Waiting:
    order = RecordRef(model="sale.order", id=51, name="S00051")
    return Waiting(
        order=order, customer="C", product="BM-100", quantity=Decimal(quantity), promised=date(2026, 12, 1)
    )  # fmt: skip


def stated(quantity: int, unit: str = "Stk", amount: str = "6.25", **more: Any) -> dict[str, Any]:
    return {
        "buyer_item_id": "BM-100",
        "quantity": Decimal(quantity),
        "unit": unit,
        "net_amount": Decimal(amount),
    } | more


def test_a_longer_number_opens_no_order() -> None:
    one = paper("order_confirmation", stated(50), purchase_order_reference="P000312")
    assert not any(name.startswith("confirmation.") for name in facts(bought(), [one]))


def test_a_price_is_averaged_over_what_the_packings_hold() -> None:
    one = paper("order_confirmation", stated(1, "box of 50", "5.00"), stated(50))
    found = facts(bought(), [one])["confirmation.price_difference[BM-100]"]
    assert (found.value, found.unit) == (Decimal("-0.0125"), "EUR")


def test_without_a_day_only_what_is_too_little_hits_a_customer() -> None:
    one = paper("order_confirmation", stated(50))
    assert not any("S00051" in name for name in facts(bought(waits(30)), [one]))
    found = facts(bought(waits(60)), [one])["confirmation.affects[S00051 BM-100]"]
    assert "60 Units" in (found.how or "")
    assert (found.how or "").endswith("not covered by what is confirmed")


def test_what_comes_on_a_day_covers_before_what_comes_on_none() -> None:
    one = paper(
        "order_confirmation", stated(20, amount="2.50", delivery_date=date(2026, 12, 10)), stated(30, amount="3.75")
    )
    early = facts(bought(waits(20)), [one])["confirmation.affects[S00051 BM-100]"]
    assert early.value == -9
    assert not any("S00051" in name for name in facts(bought(waits(50)), [one]))

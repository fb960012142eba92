"""Facts to categories."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.classify_views import fact
from triage.domain import SUBTYPES, Category
from triage.facts.reported import canonical
from triage.tasks.classify.signals import _RULES, on_time, signals


@pytest.mark.parametrize(
    ("name", "value", "category", "subtype"),
    [
        ("credit.on_hold", True, Category.CREDIT, "hold"),
        ("credit.over_limit_with_order", 1, Category.CREDIT, "over_limit"),
        ("stock.shortage", 3, Category.STOCK, "shortage"),
        ("stock.no_receipt_planned", True, Category.STOCK, "no_receipt_planned"),
        ("promise.days_late", 1, Category.DELAY, "late"),
        ("shipment.no_scan_days", 3, Category.DELAY, "stuck"),
        ("shipment.lost", True, Category.DAMAGE_LOSS, "lost"),
        ("shipment.returned", True, Category.RETURNS, "unannounced"),
        ("shipment.status", "lost", Category.DAMAGE_LOSS, "lost"),
        ("confirmation.date_difference", 14, Category.SUPPLIER_CHANGE, "date"),
        ("confirmation.price_difference", -2, Category.SUPPLIER_CHANGE, "price"),
        ("invoice.not_received", 4, Category.INVOICE, "amount"),
        ("delivery.quantity_difference", -2, Category.WRONG_MISSING, "missing_item"),
        ("delivery.quantity_difference", 2, Category.WRONG_MISSING, "surplus"),
        ("price.below_floor", True, Category.PRICING, "below_floor"),
        ("data.duplicate_reference", "PO 17", Category.DATA, "duplicate"),
    ],
)
def test_what_a_fact_says(name: str, value: Any, category: Category, subtype: str) -> None:
    (said,) = signals([fact(name, value)])
    assert (said.category, said.subtype) == (category, subtype)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("promise.days_late", 0),
        ("promise.days_late", -2),
        ("credit.over_limit", 0),
        ("credit.on_hold", False),
        ("invoice.amount_difference", 0),
        ("promise.slack_days", 4),
        ("shipment.status", "in_transit"),
        ("credit.exposure", 900),
        ("weather", "rain"),
    ],
)
def test_facts_that_say_nothing(name: str, value: Any) -> None:
    assert signals([fact(name, value)]) == ()


@pytest.mark.parametrize(
    ("reported", "value", "category"),
    [
        ("days_late", 3, Category.DELAY),
        ("Days late", "3 days", Category.DELAY),
        ("on_hold", "yes", Category.CREDIT),
        ("shipment status", "lost", Category.DAMAGE_LOSS),
    ],
)
def test_names_that_callers_use(reported: str, value: Any, category: Category) -> None:
    assert [said.category for said in signals([fact(reported, value)])] == [category]


def test_reported_zero_in_words_is_no_signal() -> None:
    assert signals([fact("days_late", "0 days"), fact("on_hold", "no")]) == ()


def test_the_strongest_fact_comes_first() -> None:
    said = signals([fact("shipment.partial"), fact("credit.overdue_days", 9), fact("shipment.lost")])
    assert [one.fact.name for one in said] == ["shipment.lost", "credit.overdue_days", "shipment.partial"]


def test_on_time_only_where_it_is_true() -> None:
    assert on_time([fact("promise.on_time", False)]) is None
    assert on_time([fact("on_time")]) is not None


def test_every_rule_names_a_subtype_of_its_category() -> None:
    for name, rule in _RULES.items():
        assert rule.subtype is None or rule.subtype in SUBTYPES[rule.category], name
        assert canonical(name) == name


def strongest(*facts: Any) -> tuple[Category, str | None, float]:
    first = signals(facts)[0]
    return first.category, first.subtype, first.strength


def test_a_shortage_that_is_filled_in_time_is_no_proof() -> None:
    short = fact("stock.shortage", 40)
    assert strongest(short)[2] == 0.85
    weak = signals([short, fact("promise.on_time")])[0]
    assert weak.strength < 0.5
    assert not weak.blocks


def test_late_with_goods_on_their_way_is_a_delay_first() -> None:
    late, short, coming = fact("promise.days_late", 6), fact("stock.shortage", 40), fact("stock.incoming", 1)
    assert strongest(late, short, coming)[0] is Category.DELAY
    assert strongest(late, short, coming, fact("stock.uncovered", 1))[0] is Category.STOCK
    assert strongest(late, short, fact("stock.no_receipt_planned"))[0] is Category.STOCK
    assert strongest(short, coming)[0] is Category.STOCK


def test_a_hold_for_a_dispute() -> None:
    hold, disputed = fact("credit.on_hold"), fact("credit.disputed_amount", 500)
    assert strongest(hold, disputed)[1] == "disputed_invoice"
    assert strongest(hold, disputed, fact("credit.overdue_amount", 20))[1] == "hold"
    assert strongest(fact("credit.over_limit", 9), fact("credit.over_limit_by_dispute"))[1] == "disputed_invoice"


def test_what_came_back_for_want_of_an_address_is_a_matter_of_data() -> None:
    back, gap = fact("shipment.returned"), fact("data.missing_address")
    assert strongest(back)[0] is Category.RETURNS
    assert strongest(back, gap, fact("promise.days_late", 3))[0] is Category.DATA


def test_another_item_that_went_out_explains_the_shortage() -> None:
    found = strongest(fact("stock.substituted", "BM-2"), fact("stock.shortage", 4), fact("stock.no_receipt_planned"))
    assert found[:2] == (Category.STOCK, "substituted")


@pytest.mark.parametrize("name", ["price.below_margin", "price.discount_exceeded"])
def test_what_policy_does_not_allow(name: str) -> None:
    assert strongest(fact(name))[:2] == (Category.PRICING, "below_floor")

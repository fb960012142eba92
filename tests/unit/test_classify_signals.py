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

"""What a text reads as, called by how far its order is."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from tests.unit.classify_views import fact, view
from triage.domain import Category, Line, Order, RecordRef, Shipment, ShipmentKind, View
from triage.tasks.classify.layer import CATEGORIES, SUBTYPE_NAMES, Weighed
from triage.tasks.classify.stage import renamed


def read_as(first: Category, subtype: str, second: Category, rest: float = 0.2) -> Weighed:
    scores = np.zeros(12, dtype=np.float32)
    scores[CATEGORIES.index(first)], scores[CATEGORIES.index(second)] = 1 - rest, rest
    finer = np.array([float((c, s) == (first, subtype)) for c, s in SUBTYPE_NAMES], dtype=np.float32)
    one = np.ones((1, 12), dtype=np.float32)
    return Weighed(scores, np.ones(1, dtype=np.float32), one, one, finer, 0.9, np.zeros(12, dtype=np.float32), 0.5)


def order(delivered: int, state: str, *facts: str) -> View:
    lines = (Line(id=1, product="A", name="A", quantity=Decimal(10), delivered=Decimal(delivered)),)
    ref = RecordRef(model="stock.picking", id=9, name="WH/OUT/9")
    return view(
        "Please cancel it.",
        *(fact(name, about="INV/1") for name in facts),
        order=Order(ref=RecordRef(model="sale.order", id=42, name="S00042"), state="sale", currency="EUR"),
        lines=lines,
        shipments=(Shipment(ref=ref, kind=ShipmentKind.OUTGOING, state=state),),
    )


@pytest.mark.parametrize(("delivered", "expected"), [(10, (Category.RETURNS, "return")), (9, None), (0, None)])
def test_to_cancel_what_was_delivered_is_a_return(delivered: int, expected: object) -> None:
    text = read_as(Category.ORDER_CHANGE, "cancel", Category.RETURNS)
    assert renamed(order(delivered, "done"), text) == expected


def test_another_change_of_a_delivered_order_stays_one() -> None:
    assert renamed(order(10, "done"), read_as(Category.ORDER_CHANGE, "quantity", Category.RETURNS)) is None


@pytest.mark.parametrize(
    ("delivered", "state", "rest", "category"),
    [
        (0, "assigned", 0.2, Category.ORDER_CHANGE),
        (0, "assigned", 0.01, None),
        (0, "done", 0.2, None),
        (1, "assigned", 0.2, None),
    ],
)
def test_what_has_not_left_cannot_come_back(delivered: int, state: str, rest: float, category: Category | None) -> None:
    found = renamed(order(delivered, state), read_as(Category.RETURNS, "return", Category.ORDER_CHANGE, rest))
    assert (found[0] if found else None) is category


@pytest.mark.parametrize(
    ("subtype", "second", "facts", "expected"),
    [
        ("amount", Category.PRICING, ("invoice.as_ordered",), (Category.PRICING, "contract")),
        ("amount", Category.WRONG_MISSING, ("invoice.as_ordered",), None),
        ("tax", Category.PRICING, ("invoice.as_ordered",), None),
        ("amount", Category.PRICING, (), None),
    ],
)
def test_an_invoice_that_bills_what_was_ordered_puts_the_price_in_question(
    subtype: str, second: Category, facts: tuple[str, ...], expected: object
) -> None:
    assert renamed(order(10, "done", *facts), read_as(Category.INVOICE, subtype, second)) == expected


def test_without_an_order_a_text_is_what_it_reads_as() -> None:
    for first in (Category.ORDER_CHANGE, Category.RETURNS, Category.INVOICE):
        assert renamed(view("Please."), read_as(first, "cancel", Category.PRICING)) is None

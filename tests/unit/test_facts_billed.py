"""Our own invoices against the order: what was billed beyond it, at another price, or just as ordered."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.fact_cases import case, facts, line, paper, values
from triage.domain import Case, Invoice, InvoiceKind, Line, RecordRef

NAMES = ("invoice.price_difference[BM-100]", "invoice.quantity_difference[BM-100]", "invoice.as_ordered[INV/26/0007]")


def invoice(*lines: Line, **fields: Any) -> Invoice:
    given = {
        "ref": RecordRef(model="account.move", id=7, name="INV/26/0007"),
        "kind": InvoiceKind.CUSTOMER_INVOICE,
        "currency": "EUR",
        "amount_total": Decimal(1),
        "lines": lines,
    } | fields
    return Invoice.model_validate(given)


def billed(quantity: str = "100", price: str = "2.00", /, **fields: Any) -> Case:
    ordered = line(delivered=Decimal(100), unit_price=Decimal("2.00"), invoiced=Decimal(quantity))
    asked = line(quantity=quantity, unit_price=Decimal(price))
    return case(lines=(ordered,), invoices=(invoice(asked, **fields),))


def found(subject: Case, **thresholds: Any) -> dict[str, object]:
    return {name: value for name, value in values(subject, **thresholds).items() if name in NAMES}


@pytest.mark.parametrize(
    ("quantity", "price", "expected"),
    [
        ("100", "2.00", {"invoice.as_ordered[INV/26/0007]": True}),
        ("100", "2.01", {"invoice.as_ordered[INV/26/0007]": True}),
        ("100", "2.02", {"invoice.price_difference[BM-100]": Decimal("0.02")}),
        ("100", "1.98", {"invoice.price_difference[BM-100]": Decimal("-0.02")}),
        ("101", "2.00", {"invoice.quantity_difference[BM-100]": Decimal(1)}),
        ("99", "2.00", {"invoice.as_ordered[INV/26/0007]": True}),
    ],
)
def test_both_sides_of_each_boundary(quantity: str, price: str, expected: dict[str, object]) -> None:
    assert found(billed(quantity, price)) == expected


def test_tolerances_are_policy() -> None:
    assert found(billed("105", "2.00"), quantity_tolerance=Decimal("0.05")) == {NAMES[2]: True}
    assert NAMES[0] in found(billed("100", "2.01"), price_tolerance=Decimal(0))


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": InvoiceKind.CUSTOMER_CREDIT_NOTE},
        {"kind": InvoiceKind.SUPPLIER_BILL},
        {"state": "draft"},
        {"currency": "USD"},
        {"payment_state": "reversed"},
    ],
)
def test_other_papers_of_the_books_are_passed_over(fields: dict[str, Any]) -> None:
    assert found(billed("480", "3.00", **fields)) == {}


def test_another_orders_invoice_is_passed_over() -> None:
    ordered = line(delivered=Decimal(100), unit_price=Decimal(2), invoiced=Decimal(100))
    for asked in (line(quantity=40, unit_price=Decimal(3)), line("WX-1", unit_price=Decimal(3))):
        assert found(case(lines=(ordered,), invoices=(invoice(asked),))) == {}


def test_an_invoice_that_was_read_speaks_for_itself() -> None:
    subject = billed("480", "2.00")
    assert NAMES[1] not in values(subject, [paper("invoice", purchase_order_reference="S00042")])


def test_the_computation_names_both_sides() -> None:
    told = facts(billed("100", "2.50"))["invoice.price_difference[BM-100]"]
    assert told.how == "2 EUR ordered, 2.5 EUR in INV/26/0007 (25.0 %)"
    assert told.sources == ("sale.order.line:7.price_unit", "account.move:7.invoice_line_ids")

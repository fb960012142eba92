"""Credit: limits, overdue invoices and disputes; currencies are never mixed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.fact_cases import case, facts, line, number, order, values
from triage.domain import Case, Credit, Fact, Invoice, InvoiceKind, Partner, RecordRef


def customer(**credit: Any) -> Partner:
    return Partner(
        ref=RecordRef(model="res.partner", id=7, name="Havenwerk"),
        name="Havenwerk",
        credit=Credit.model_validate({"currency": "EUR"} | credit),
    )


def invoice(name: str = "INV/2026/00123", **fields: Any) -> Invoice:
    values = {
        "ref": RecordRef(model="account.move", id=int(name[-3:]), name=name),
        "kind": InvoiceKind.CUSTOMER_INVOICE,
        "currency": "EUR",
        "amount_total": number(500),
        "amount_residual": number(500),
        "invoice_date_due": date(2026, 11, 1),
    } | fields
    return Invoice.model_validate(values)


@pytest.mark.parametrize(
    ("receivable", "to_invoice", "limit", "over"),
    [
        ("5000.00", "0", "5000", None),
        ("5000.01", "0", "5000", "0.01"),
        ("4000", "1000", "5000", None),
        ("4000", "1200", "5000", "200"),
        ("1", "0", "0", "1"),
        ("9999", "0", None, None),
    ],
)
def test_over_limit(receivable: str, to_invoice: str, limit: str | None, over: str | None) -> None:
    credit = customer(
        receivable=number(receivable), to_invoice=number(to_invoice), limit=None if limit is None else number(limit)
    )
    found = values(case(partner=credit))
    assert found.get("credit.over_limit") == (None if over is None else number(over))


@pytest.mark.parametrize(
    ("state", "total", "to_invoice", "over"),
    [
        ("draft", "1000", "0", None),
        ("draft", "1000.01", "0", "0.01"),
        ("sale", "1500", "0", "500"),
        ("sale", "1500", "1500", None),
        ("cancel", "1500", "0", None),
    ],
)
def test_over_limit_with_order(state: str, total: str, to_invoice: str, over: str | None) -> None:
    """A confirmed order that `credit_to_invoice` already contains is not counted twice."""
    partner = customer(receivable=number(4000) - number(to_invoice), to_invoice=number(to_invoice), limit=number(5000))
    subject = case(partner=partner, order=order(state=state, amount_total=number(total)))
    assert values(subject).get("credit.over_limit_with_order") == (None if over is None else number(over))


def test_what_is_invoiced_is_not_counted_again() -> None:
    subject = case(
        partner=customer(receivable=number(4800), limit=number(5000)),
        order=order(amount_total=number(1000)),
        lines=(line(quantity=10, invoiced=number(9), unit_price=number(100)),),
    )
    assert "credit.over_limit_with_order" not in values(subject)


def test_an_order_in_another_currency_is_not_added() -> None:
    subject = case(
        partner=customer(receivable=number(4900), limit=number(5000)),
        order=order(state="draft", amount_total=number(1000), currency="USD"),
    )
    assert "credit.over_limit_with_order" not in values(subject)


def test_hold_and_standing() -> None:
    found = facts(case(partner=customer(receivable=number(10), limit=number(50), on_hold=True)))
    assert found["credit.on_hold"].value is True
    assert found["credit.exposure"].value == 10
    assert found["credit.limit"].value == 50


def test_a_healthy_account_says_nothing() -> None:
    assert values(case(partner=customer(receivable=number(10), limit=number(50), on_hold=False))) == {}


def confidential(found: dict[str, Fact]) -> set[str]:
    return {key for key, fact in found.items() if fact.confidential}


def test_what_is_confidential() -> None:
    subject = case(
        partner=customer(receivable=number(5200), limit=number(5000)),
        order=order(state="draft", amount_total=number(100)),
        invoices=(invoice(),),
    )
    assert confidential(facts(subject)) == {
        "credit.exposure",
        "credit.exposure_with_order",
        "credit.limit",
        "credit.over_limit",
        "credit.over_limit_with_order",
    }


@pytest.mark.parametrize(
    ("receivable", "disputed", "undisputed", "by_dispute"),
    [
        ("5200", "200.00", "5000.00", True),
        ("5200", "199.99", "5000.01", None),
        ("5000", "200.00", "4800.00", None),
    ],
)
def test_exposure_without_what_is_disputed(
    receivable: str, disputed: str, undisputed: str, by_dispute: bool | None
) -> None:
    subject = case(
        partner=customer(receivable=number(receivable), limit=number(5000), on_hold=True),
        invoices=(invoice(amount_residual=number(disputed), disputed=True),),
    )
    found = facts(subject)
    assert found["credit.exposure_undisputed"].value == number(undisputed)
    assert found["credit.exposure_undisputed"].confidential
    assert (
        found["credit.over_limit_by_dispute"].value if "credit.over_limit_by_dispute" in found else None
    ) is by_dispute


def test_a_dispute_in_another_currency_takes_nothing_off_the_exposure() -> None:
    subject = case(
        partner=customer(receivable=number(5200), limit=number(5000)),
        invoices=(invoice(disputed=True, currency="USD"),),
    )
    assert "credit.exposure_undisputed" not in values(subject)


@pytest.mark.parametrize(("state", "exposure"), [("draft", "5300"), ("cancel", None)])
def test_exposure_with_the_order(state: str, exposure: str | None) -> None:
    subject = case(
        partner=customer(receivable=number(5200), limit=number(5000)),
        order=order(state=state, amount_total=number(100)),
    )
    assert values(subject).get("credit.exposure_with_order") == (None if exposure is None else number(exposure))


@pytest.mark.parametrize(
    ("due", "threshold", "days"),
    [
        (date(2026, 11, 15), 1, None),
        (date(2026, 11, 14), 1, 1),
        (date(2026, 11, 9), 7, None),
        (date(2026, 11, 8), 7, 7),
    ],
)
def test_overdue(due: date, threshold: int, days: int | None) -> None:
    found = values(case(invoices=(invoice(invoice_date_due=due),)), overdue_days=threshold)
    assert found.get("credit.overdue_days") == days
    assert found.get("credit.overdue_amount") == (None if days is None else 500)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "draft"},
        {"amount_residual": number(0)},
        {"payment_state": "paid"},
        {"kind": InvoiceKind.SUPPLIER_BILL},
        {"kind": InvoiceKind.CUSTOMER_CREDIT_NOTE},
        {"invoice_date_due": None},
    ],
)
def test_what_is_not_overdue(fields: dict[str, Any]) -> None:
    assert values(case(invoices=(invoice(**fields),))) == {}


def test_a_disputed_invoice_is_no_overdue_one() -> None:
    found = facts(case(invoices=(invoice(disputed=True), invoice("INV/2026/00124"))))
    assert found["credit.overdue_amount"].value == 500
    assert found["credit.overdue_amount"].how.startswith("INV/2026/00124")
    assert found["credit.disputed_amount"].value == 500
    assert "credit.overdue_days" not in facts(case(invoices=(invoice(disputed=True),)))


amounts = st.decimals(min_value=Decimal("0.01"), max_value=99_999, places=2)


@given(st.lists(st.tuples(st.sampled_from(["EUR", "USD", "CHF"]), amounts), min_size=1, max_size=8))
def test_sums_never_mix_currencies(invoices: list[tuple[str, Decimal]]) -> None:
    subject: Case = case(
        invoices=tuple(
            invoice(f"INV/2026/{n:05d}", currency=currency, amount_residual=amount)
            for n, (currency, amount) in enumerate(invoices, 100)
        )
    )
    found = [fact for fact in facts(subject).values() if fact.name == "credit.overdue_amount"]
    expected = {c: sum(a for other, a in invoices if other == c) for c in {currency for currency, _ in invoices}}
    assert {fact.unit: fact.value for fact in found} == expected

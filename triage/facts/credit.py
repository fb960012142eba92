"""Credit: exposure against the limit, what is overdue, what is disputed.

Exposure is Odoo's `credit` (open receivables) and `credit_to_invoice` (confirmed, not yet invoiced). Amounts of
different currencies are never added or compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from triage.domain import Credit, Fact, Invoice, InvoiceKind, Partner
from triage.facts.grounds import Grounds, cents, in_days

_SETTLED = frozenset({"paid", "reversed", "in_payment"})
_Words = Callable[[Invoice], str]


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`credit.*` of the customer."""
    if not grounds.about_sales:
        return
    found = [*_limit_facts(grounds), *_overdue(grounds), *_disputed(grounds)]
    partner = grounds.case.partner
    if found and partner and partner.credit:
        yield from _standing(partner, partner.credit)
        yield from _exposures(grounds, partner.credit, _key(partner))
    yield from found


def _key(partner: Partner) -> str:
    return partner.ref.key if partner.ref else f"res.partner:{partner.name}"


def _money(amount: Decimal, currency: str) -> str:
    return f"{cents(amount)} {currency}"


def _exposure(credit: Credit) -> Decimal:
    return credit.receivable + credit.to_invoice


def _standing(partner: Partner, credit: Credit) -> Iterator[Fact]:
    """Exposure and limit: what a reader with the right to it needs beside any other credit fact."""
    key = _key(partner)
    yield Fact(
        name="credit.exposure",
        value=cents(_exposure(credit)),
        unit=credit.currency,
        sources=(f"{key}.credit", f"{key}.credit_to_invoice"),
        how=f"{_money(credit.receivable, credit.currency)} receivable + {_money(credit.to_invoice, credit.currency)} "
        f"to invoice",
        confidential=True,
    )
    if credit.limit is not None:
        yield Fact(
            name="credit.limit",
            value=cents(credit.limit),
            unit=credit.currency,
            sources=(f"{key}.credit_limit",),
            how=f"limit {_money(credit.limit, credit.currency)}",
            confidential=True,
        )


def _exposures(grounds: Grounds, credit: Credit, key: str) -> Iterator[Fact]:
    """The exposure with this order, and without what the customer disputes, where either makes a difference."""
    exposure = _exposure(credit)
    sources: tuple[str, ...] = (f"{key}.credit", f"{key}.credit_to_invoice")
    words = f"exposure {_money(exposure, credit.currency)}"
    added, order = _not_yet_counted(grounds, credit), grounds.case.order
    if order and added > 0:
        yield Fact(
            name="credit.exposure_with_order",
            value=cents(exposure + added),
            unit=credit.currency,
            sources=(*sources, f"{order.ref.key}.amount_total"),
            how=f"{words} + {_money(added, credit.currency)} of {order.ref.name}",
            confidential=True,
        )
    disputed = [i for i in _open_invoices(grounds) if i.disputed and i.currency == credit.currency]
    if not disputed:
        return
    amount = sum((invoice.amount_residual for invoice in disputed), Decimal(0))
    sources = (*sources, *(f"{invoice.ref.key}.amount_residual" for invoice in disputed))
    yield Fact(
        name="credit.exposure_undisputed",
        value=cents(exposure - amount),
        unit=credit.currency,
        sources=sources,
        how=f"{words} - {_money(amount, credit.currency)} disputed",
        confidential=True,
    )
    if credit.limit is not None and exposure - amount <= credit.limit < exposure:
        yield Fact(
            name="credit.over_limit_by_dispute",
            value=True,
            sources=(*sources, f"{key}.credit_limit"),
            how=f"{words} is above the limit {_money(credit.limit, credit.currency)} only with "
            f"{_money(amount, credit.currency)} that the customer disputes",
            confidential=True,
        )


def _limit_facts(grounds: Grounds) -> Iterator[Fact]:
    partner = grounds.case.partner
    if partner is None or partner.credit is None:
        return
    credit, key = partner.credit, _key(partner)
    if credit.limit is not None:
        yield from _over_limit(grounds, credit, credit.limit, key)
    if credit.on_hold:
        yield Fact(
            name="credit.on_hold",
            value=True,
            sources=(f"{key}.on_hold",),
            how=f"the account of {partner.name} is on hold",
        )


def _over_limit(grounds: Grounds, credit: Credit, limit: Decimal, key: str) -> Iterator[Fact]:
    exposure = _exposure(credit)
    sources = (f"{key}.credit", f"{key}.credit_to_invoice", f"{key}.credit_limit")
    words = f"exposure {_money(exposure, credit.currency)}"
    if exposure > limit:
        yield Fact(
            name="credit.over_limit",
            value=cents(exposure - limit),
            unit=credit.currency,
            sources=sources,
            how=f"{words} - limit {_money(limit, credit.currency)}",
            confidential=True,
        )
    added = _not_yet_counted(grounds, credit)
    order = grounds.case.order
    if order and added > 0 and exposure + added > limit:
        yield Fact(
            name="credit.over_limit_with_order",
            value=cents(exposure + added - limit),
            unit=credit.currency,
            sources=(*sources, f"{order.ref.key}.amount_total"),
            how=f"{words} + {_money(added, credit.currency)} of {order.ref.name} - limit "
            f"{_money(limit, credit.currency)}",
            confidential=True,
        )


def _not_yet_counted(grounds: Grounds, credit: Credit) -> Decimal:
    """What this order adds to the exposure.

    A quotation adds its total. A confirmed order is part of Odoo's `credit_to_invoice`, unless that is smaller than
    what the order still has to be invoiced for: then it cannot be in there.
    """
    order = grounds.case.order
    if order is None or order.amount_total is None or order.currency != credit.currency or order.state == "cancel":
        return Decimal(0)
    if order.state in {"draft", "sent"}:
        return order.amount_total
    rest = order.amount_total * _uninvoiced_share(grounds)
    return rest if credit.to_invoice < cents(rest) else Decimal(0)


def _uninvoiced_share(grounds: Grounds) -> Decimal:
    """The part of the order that is not invoiced, by the lines' value; all of it where lines have no price."""
    lines = [line for line in grounds.case.lines if line.unit_price]
    total = sum((line.quantity * (line.unit_price or 0) / (line.price_per or 1) for line in lines), Decimal(0))
    done = sum((line.invoiced * (line.unit_price or 0) / (line.price_per or 1) for line in lines), Decimal(0))
    return max(Decimal(0), 1 - done / total) if total > 0 else Decimal(1)


def _open_invoices(grounds: Grounds) -> list[Invoice]:
    return [
        invoice
        for invoice in grounds.case.invoices
        if invoice.kind is InvoiceKind.CUSTOMER_INVOICE
        and invoice.state == "posted"
        and invoice.amount_residual > 0
        and invoice.payment_state not in _SETTLED
    ]


def _days_overdue(grounds: Grounds, invoice: Invoice) -> int:
    return (grounds.today - invoice.invoice_date_due).days if invoice.invoice_date_due else 0


def _overdue(grounds: Grounds) -> Iterator[Fact]:
    """What is past due and not disputed: a dispute is a reason of its own not to pay, and has a fact of its own."""
    since = max(1, grounds.thresholds.overdue_days)
    late = [i for i in _open_invoices(grounds) if not i.disputed and _days_overdue(grounds, i) >= since]
    yield from _sums(
        "credit.overdue_amount",
        late,
        lambda i: f"{i.ref.name} {_money(i.amount_residual, i.currency)} due {i.invoice_date_due}",
    )
    if late:
        worst = max(late, key=lambda invoice: _days_overdue(grounds, invoice))
        days = _days_overdue(grounds, worst)
        yield Fact(
            name="credit.overdue_days",
            value=Decimal(days),
            unit="days",
            sources=(f"{worst.ref.key}.invoice_date_due",),
            how=f"{worst.ref.name} was due on {worst.invoice_date_due}, {in_days(days)} before {grounds.today}",
        )


def _disputed(grounds: Grounds) -> Iterator[Fact]:
    disputed = [invoice for invoice in _open_invoices(grounds) if invoice.disputed]
    yield from _sums(
        "credit.disputed_amount", disputed, lambda i: f"{i.ref.name} {_money(i.amount_residual, i.currency)} disputed"
    )


def _sums(name: str, invoices: list[Invoice], words: _Words) -> Iterator[Fact]:
    """One sum a currency; `about` names the currency where there are several."""
    currencies = list(dict.fromkeys(invoice.currency for invoice in invoices))
    for currency in currencies:
        of_currency = [invoice for invoice in invoices if invoice.currency == currency]
        yield Fact(
            name=name,
            value=cents(sum((invoice.amount_residual for invoice in of_currency), Decimal(0))),
            unit=currency,
            about=currency if len(currencies) > 1 else None,
            sources=tuple(f"{invoice.ref.key}.amount_residual" for invoice in of_currency),
            how=" + ".join(words(invoice) for invoice in of_currency),
        )

"""Documents: invoices against order and receipt, delivery notes against order and receipt.

A part of an order may be invoiced or delivered; only what goes beyond, or costs more, is a difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from triage.domain import DocumentType, Fact, Paper
from triage.facts import proof
from triage.facts.confirmation import as_fact, is_copy, purchase_of, same_company
from triage.facts.differences import price_difference
from triage.facts.grounds import Grounds, cents, line_source, tidy
from triage.facts.matching import Comparison, Ordered, Pair, bare, compare

_INVOICES = frozenset({DocumentType.INVOICE, DocumentType.CORRECTED_INVOICE})


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`invoice.*` and `delivery.*` of the papers that belong to an order of the case, and what proves a delivery."""
    taken: set[str] = set()
    for index, paper in enumerate(grounds.papers):
        if paper.document_type not in _INVOICES | {DocumentType.DELIVERY_NOTE} or is_copy(paper, grounds.papers):
            continue
        ordered = _order_of(grounds, paper)
        if ordered is None or not paper.lines:
            continue
        comparison = compare(paper, index, ordered)
        found = (
            _delivery(grounds, comparison) if paper.document_type not in _INVOICES else _invoice(grounds, comparison)
        )
        for fact in found:
            if fact.id in taken:
                about = f"{fact.about} ({paper.document})" if fact.about else paper.document
                yield fact.with_(about=about)
            else:
                taken.add(fact.id)
                yield fact
    yield from proof.facts(grounds)


def _order_of(grounds: Grounds, paper: Paper) -> Ordered | None:
    """Our purchase order for a supplier's document, our sales order for a document of our own."""
    purchase = purchase_of(paper, grounds.case)
    if purchase:
        return Ordered.of_purchase(purchase)
    seller, order = paper.text_of("seller_name"), grounds.case.order
    if order is None or seller is None or not same_company(seller, grounds.case.company.name):
        return None
    named = bare(paper.text_of("purchase_order_reference"))
    if named and named not in {bare(order.ref.name), bare(order.client_order_ref)}:
        return None
    return Ordered.of_sale(grounds.case)


def _invoice(grounds: Grounds, comparison: Comparison) -> Iterator[Fact]:
    for pair in comparison.pairs:
        if pair.stated:
            price = None if pair.is_other_unit else price_difference(comparison, pair, grounds.thresholds)
            if price is not None:
                yield as_fact("invoice", price)
            yield from _over_invoiced(grounds, comparison, pair)
            yield from _not_received(comparison, pair)
    yield from _amount(grounds, comparison)


def _sources(comparison: Comparison, pair: Pair, *fields: str) -> tuple[str, ...]:
    return (
        *(line_source(comparison.ordered.ref, line, field) for line in pair.lines for field in fields),
        *(comparison.source("quantity", one.number) for one in pair.stated),
    )


def _over_invoiced(grounds: Grounds, comparison: Comparison, pair: Pair) -> Iterator[Fact]:
    stated = pair.quantity
    if stated is None or stated - pair.ordered <= pair.ordered * grounds.thresholds.quantity_tolerance:
        return
    yield Fact(
        name="invoice.quantity_difference",
        value=tidy(stated - pair.ordered),
        unit=pair.uom,
        about=pair.product,
        sources=_sources(comparison, pair, "quantity"),
        how=f"{tidy(pair.ordered)} {pair.uom} ordered, {tidy(stated)} in {comparison.paper.document}",
    )


def _not_received(comparison: Comparison, pair: Pair) -> Iterator[Fact]:
    """Units on the invoice that have not arrived (for our own invoice: that have not left)."""
    stated = pair.quantity
    if stated is None or stated <= pair.delivered:
        return
    word = "received" if comparison.ordered.purchase else "delivered"
    yield Fact(
        name="invoice.not_received",
        value=tidy(stated - pair.delivered),
        unit=pair.uom,
        about=pair.product,
        sources=_sources(comparison, pair, "delivered"),
        how=f"{tidy(stated)} {pair.uom} in {comparison.paper.document}, {tidy(pair.delivered)} {word}",
    )


def _amount(grounds: Grounds, comparison: Comparison) -> Iterator[Fact]:
    """The invoice's net total less what its quantities cost at the order's prices."""
    head = comparison.paper.fields.get("net_total")
    if head is None or not isinstance(head.value, Decimal) or not comparison.same_currency or comparison.elsewhere:
        return
    expected = Decimal(0)
    for pair in comparison.pairs:
        if not pair.stated:
            continue
        quantity, price = pair.quantity, pair.ordered_price
        if quantity is None or price is None:
            return
        expected += quantity * price
    rounding = Decimal("0.01") * max(1, len(comparison.paper.lines))
    if not expected or abs(head.value - expected) <= max(rounding, expected * grounds.thresholds.price_tolerance):
        return
    currency = comparison.ordered.currency
    yield Fact(
        name="invoice.amount_difference",
        value=cents(head.value - expected),
        unit=currency,
        sources=(comparison.source("net_total"), f"{comparison.ordered.ref.key}.order_line"),
        how=f"{cents(head.value)} {currency} without tax in {comparison.paper.document}, {cents(expected)} {currency} "
        f"for these quantities at the prices of {comparison.ordered.ref.name}",
    )


def _delivery(grounds: Grounds, comparison: Comparison) -> Iterator[Fact]:
    """The note's quantity less what was received, or less what was ordered where nothing was received yet."""
    for pair in comparison.pairs:
        stated = pair.quantity
        if stated is None:
            continue
        received = pair.delivered > 0
        base = pair.delivered if received else pair.ordered
        if abs(stated - base) <= base * grounds.thresholds.quantity_tolerance:
            continue
        word = ("received" if comparison.ordered.purchase else "delivered") if received else "ordered"
        yield Fact(
            name="delivery.quantity_difference",
            value=tidy(stated - base),
            unit=pair.uom,
            about=pair.product,
            sources=_sources(comparison, pair, "delivered" if received else "quantity"),
            how=f"{tidy(stated)} {pair.uom} on {comparison.paper.document}, {tidy(base)} {word}",
        )

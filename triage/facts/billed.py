"""Our own invoices against the order: whether what was billed is what was ordered and has left."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from triage.domain import DocumentType, Fact, Invoice, InvoiceKind, Line
from triage.facts.grounds import Grounds, line_source, per_unit, tidy

_ZERO = Decimal(0)


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`invoice.*` of posted customer invoices that bill this order; where an invoice was read as a paper, that says it.

    An invoice belongs to the order where each of its products is one of the order's, in the quantity that the order
    counts as invoiced: a case holds the customer's other invoices, too.
    """
    if not grounds.about_sales or any(paper.document_type is DocumentType.INVOICE for paper in grounds.papers):
        return
    for invoice in grounds.case.invoices:
        pairs = _pairs(grounds, invoice)
        found = [fact for line, billed in pairs for fact in _of_line(grounds, invoice, line, billed)]
        yield from found
        if pairs and not found and len(pairs) == len(grounds.case.lines) and _priced(pairs):
            yield Fact(
                name="invoice.as_ordered",
                value=True,
                about=invoice.ref.name,
                sources=(f"{invoice.ref.key}.invoice_line_ids", f"{grounds.case.record.key}.order_line"),
                how=f"{invoice.ref.name} bills what was ordered and delivered, at the prices of the order",
            )


def _pairs(grounds: Grounds, invoice: Invoice) -> list[tuple[Line, Line]]:
    """Lines of the order with the invoice's line for the same product; none where the invoice is another order's."""
    order = grounds.case.order
    plain = invoice.kind is InvoiceKind.CUSTOMER_INVOICE and invoice.state == "posted"
    if order is None or not plain or invoice.currency != order.currency or invoice.payment_state == "reversed":
        return []
    ordered = {line.product: line for line in grounds.case.lines if line.product}
    billed = [line for line in invoice.lines if line.product]
    once = len(ordered) == len(grounds.case.lines) and len({line.product for line in billed}) == len(invoice.lines)
    known = all(line.product in ordered for line in billed)
    if not billed or not once or not known:
        return []
    pairs = [(ordered[line.product], line) for line in billed if line.product]
    fitting = all(line.invoiced == one.quantity and (line.uom or "") == (one.uom or "") for line, one in pairs)
    return pairs if fitting else []


def _priced(pairs: list[tuple[Line, Line]]) -> bool:
    return all(line.unit_price is not None and billed.unit_price is not None for line, billed in pairs)


def _of_line(grounds: Grounds, invoice: Invoice, line: Line, billed: Line) -> Iterator[Fact]:
    beyond = billed.quantity - max(line.quantity, line.delivered or _ZERO)
    if beyond > line.quantity * grounds.thresholds.quantity_tolerance:
        yield Fact(
            name="invoice.quantity_difference",
            value=tidy(beyond),
            unit=line.uom,
            about=line.product,
            sources=(
                line_source(grounds.case.record, line, "quantity"),
                line_source(grounds.case.record, line, "invoiced"),
                f"{invoice.ref.key}.invoice_line_ids",
            ),
            how=f"{tidy(line.quantity)} ordered, {tidy(billed.quantity)} in {invoice.ref.name}",
        )
    if line.unit_price is None or billed.unit_price is None:
        return
    ordered, asked = per_unit(line.unit_price, line.price_per), per_unit(billed.unit_price, billed.price_per)
    if abs(asked - ordered) > ordered * grounds.thresholds.price_tolerance:
        percent = f" ({(asked - ordered) / ordered * 100:.1f} %)" if ordered else ""
        yield Fact(
            name="invoice.price_difference",
            value=tidy(asked - ordered),
            unit=invoice.currency,
            about=line.product,
            sources=(line_source(grounds.case.record, line, "unit_price"), f"{invoice.ref.key}.invoice_line_ids"),
            how=f"{tidy(ordered)} {invoice.currency} ordered, {tidy(asked)} {invoice.currency} in {invoice.ref.name}"
            f"{percent}",
        )

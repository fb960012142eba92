"""Proof of delivery: which document shows that a transfer reached its receiver, who signed, and for which invoice.

A document proves a transfer that it names, by its own number, its tracking number or its order's, and whose goods its
lines list. Without lines the transfer's own number is needed: an order may leave in several transfers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from triage.domain import Case, DocumentType, Fact, InvoiceKind, Line, Paper, Shipment, ShipmentKind
from triage.facts.confirmation import purchase_of
from triage.facts.grounds import Grounds
from triage.facts.matching import Ordered, bare, compare

_PROOFS = frozenset({DocumentType.DELIVERY_NOTE, DocumentType.OTHER})
_SIGNED = re.compile(
    r"\b(?:received by|signed by|signature|signed|empfangen von|empfänger|erhalten von|unterschrift|reçu par|signé par|"
    r"recibido por|firmado por|firma|ontvangen door|getekend door|handtekening|ricevuto da)\b[^\S\n]*[:.]?[^\S\n]*"
    r"(?P<name>[A-ZÀ-Þ][\w.'’-]*(?:[^\S\n]+[A-ZÀ-Þ][\w.'’-]*){0,3})",
    re.I,
)
_NO_NAME = re.compile(
    r"date|datum|fecha|data|stamp|stempel|cachet|sello|name|nom|nombre|naam|und|and|et|y|en|time|uhrzeit", re.I
)
_SHORTEST = 5


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`delivery.proof` of each transfer, by the first document that proves it."""
    proven: set[str] = set()
    for paper in grounds.papers:
        if paper.document_type not in _PROOFS:
            continue
        for shipment in grounds.case.shipments:
            if shipment.ref.key not in proven and (named := _names(paper, shipment, grounds.case)):
                proven.add(shipment.ref.key)
                yield _fact(paper, shipment, named, grounds.case)


def _names(paper: Paper, shipment: Shipment, case: Case) -> str | None:
    """By which number the document speaks of the transfer, where it does."""
    if shipment.state != "done" and shipment.delivered_at is None:
        return None
    incoming = purchase_of(paper, case) is not None
    if incoming != (shipment.kind is ShipmentKind.INCOMING):
        return None
    own = _stands(paper, shipment.ref.name) or _stands(paper, shipment.tracking)
    lists = _lists(paper, shipment, case)
    if own and lists is not False:
        return own
    if paper.document_type is not DocumentType.DELIVERY_NOTE or not lists:
        return None
    order = case.order
    numbers = [order.ref.name, order.client_order_ref] if order and not incoming else []
    numbers += [purchase.ref.name for purchase in case.purchases] if incoming else []
    return next((found for number in numbers if (found := _stands(paper, number))), None)


def _stands(paper: Paper, number: str | None) -> str | None:
    """The number, where it is one of the document's fields or stands on its pages."""
    wanted = bare(number)
    if len(wanted) < _SHORTEST:
        return None
    fields = {bare(paper.text_of(name)) for name in ("purchase_order_reference", "document_number")}
    words = {bare(word) for page in paper.pages for word in page.text.split()}
    return number if wanted in fields | words else None


def _lists(paper: Paper, shipment: Shipment, case: Case) -> bool | None:
    """Whether the document's lines are what left on the transfer; none where it has no lines, or nobody knows."""
    known = [*case.lines, *(line for purchase in case.purchases for line in purchase.lines)]
    moved: dict[str, Line] = {}
    for move in case.moves:
        quantity = move.done or (move.quantity if move.state == "done" else Decimal(0))
        if move.shipment != shipment.ref.name or quantity <= 0:
            continue
        told = next((line for line in known if line.product == move.product), None)
        line = told or Line(product=move.product, name=move.product, quantity=Decimal(0))
        before = moved[move.product].quantity if move.product in moved else Decimal(0)
        moved[move.product] = line.with_(quantity=before + quantity, uom=move.uom, unit_price=None)
    if not paper.lines or not moved:
        return None
    found = compare(paper, 0, Ordered(shipment.ref, "EUR", tuple(moved.values()), None, None, False))
    return not found.extra and not found.unclear and all(pair.quantity == pair.ordered for pair in found.pairs)


def signed_by(paper: Paper) -> str | None:
    """Who signed, where a name stands beside the word for it."""
    for page in paper.pages:
        for match in _SIGNED.finditer(page.text):
            name = match["name"].strip()
            if name[0].isupper() and not _NO_NAME.fullmatch(name.split()[0].strip(".:")):
                return name
    return None


def _fact(paper: Paper, shipment: Shipment, named: str, case: Case) -> Fact:
    signature = signed_by(paper) or shipment.signed_by
    signed = f"signed by {signature}" if signature else "no signature was read on it"
    bills = [i for i in case.invoices if i.kind is InvoiceKind.CUSTOMER_INVOICE and _bills(i.lines, shipment, case)]
    billed = f"; it was billed with {', '.join(bill.ref.name for bill in bills)}" if bills else ""
    lines = f" and lists its {len(paper.lines)} lines" if paper.lines else ""
    return Fact(
        name="delivery.proof",
        value=paper.document,
        about=shipment.ref.name,
        sources=(f"{paper.document}.lines", shipment.ref.key, *(bill.ref.key for bill in bills)),
        how=f"{paper.document} names {named}{lines}; {signed}{billed}",
    )


def _bills(lines: tuple[Line, ...], shipment: Shipment, case: Case) -> bool:
    moved = {move.product for move in case.moves if move.shipment == shipment.ref.name}
    return any(line.product in moved for line in lines)

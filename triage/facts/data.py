"""Data: what is missing, unknown, doubled or in another unit, and what the interfaces report."""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.domain import DocumentType, Fact, Message, Order, Role
from triage.facts.confirmation import comparisons
from triage.facts.grounds import Grounds, line_source
from triage.facts.matching import Comparison, Ordered, bare, compare
from triage.facts.units import factor

_ORDERS = frozenset({DocumentType.ORDER, DocumentType.ORDER_CHANGE})
_ERROR = re.compile(
    r"\b(error|errors|fail(?:ed|ure|s)?|reject(?:ed|ion|s)?|invalid|unknown|not found|could not|cannot|unmapped|"
    r"fehler\w*|fehlgeschlagen|abgelehnt|ungültig\w*|unbekannt\w*|nicht gefunden|erreurs?|échec|échoué|rejeté\w*|"
    r"inconnue?s?|errores|fall(?:o|ado)|rechazad[oa]s?|desconocid[oa]s?|fout(?:en|melding)?|mislukt|afgewezen|"
    r"geweigerd|onbekend[e]?)\b",
    re.I,
)
_UNKNOWN_ITEM = re.compile(
    r"(?:unknown|unmapped|unbekannte[rns]?|inconnue?|desconocid[oa]|onbekende?)\s+"
    r"(?:item|article|product|artikel|article|art[ií]culo|gtin|ean|sku|material)\w*\s*(?:no\.?|nr\.?|number|code)?\s*[:#]?\s*"
    r"['\"]?(?P<code>[A-Z0-9][\w./-]*\d[\w/-]*)"
    r"|(?:item|article|product|artikel|art[ií]culo|gtin|ean|sku|material)\w*\s*(?:no\.?|nr\.?|number|code)?\s*[:#]?\s*"
    r"['\"]?(?P<code2>[A-Z0-9][\w./-]*\d[\w/-]*)['\"]?\s+(?:is |ist |est |es )?"
    r"(?:unknown|not found|unbekannt|nicht gefunden|inconnu|desconocido|onbekend)"
    r"|(?:unknown|not found|unmapped|unbekannt|nicht gefunden|inconnu|no encontrado|onbekend|niet gevonden)\b"
    r"[^\n.]{0,40}?"
    r"(?:item|article|product|artikel|art[ií]culo|gtin|ean|sku)\w*\s*(?:no\.?|nr\.?|number|code)?\s*[:#]?\s*"
    r"['\"]?(?P<code3>[A-Z0-9][\w./-]*\d[\w/-]*)",
    re.I,
)
_LONGEST = 240
"""Characters of an error text that a fact carries."""


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`data.*` of the case."""
    yield from _missing_address(grounds)
    yield from _reference_missing(grounds)
    yield from _duplicates(grounds)
    yield from _unknown_items(grounds)
    yield from _uom_mismatches(grounds)
    yield from _edi_errors(grounds)


def _missing_address(grounds: Grounds) -> Iterator[Fact]:
    """An address that is begun but cannot be delivered to; no address at all says that none was captured."""
    partner = grounds.case.partner
    if partner is None or partner.ref is None or not any((partner.street, partner.zip, partner.city, partner.country)):
        return
    gaps = [name for name in ("street", "city") if not (getattr(partner, name) or "").strip()]
    if gaps:
        yield Fact(
            name="data.missing_address",
            value=True,
            sources=tuple(f"{partner.ref.key}.{name}" for name in gaps),
            how=f"the address of {partner.name} has no {' and no '.join(gaps)}",
        )


def _reference_missing(grounds: Grounds) -> Iterator[Fact]:
    order, partner = grounds.case.order, grounds.case.partner
    if order is None or partner is None or not partner.requires_reference or order.state == "cancel":
        return
    if not (order.client_order_ref or "").strip():
        yield Fact(
            name="data.reference_missing",
            value=True,
            sources=(f"{order.ref.key}.client_order_ref", f"{partner.ref.key if partner.ref else 'res.partner'}.ref"),
            how=f"{partner.name} requires its own order number, and {order.ref.name} has none",
        )


def _duplicates(grounds: Grounds) -> Iterator[Fact]:
    order = grounds.case.order
    if order is None or order.state == "cancel" or not bare(order.client_order_ref):
        return
    for other in grounds.case.related:
        if other.ref.key != order.ref.key and other.state != "cancel" and _same_reference(order, other):
            yield Fact(
                name="data.duplicate_reference",
                value=str(order.client_order_ref),
                about=other.ref.name,
                sources=(f"{order.ref.key}.client_order_ref", f"{other.ref.key}.client_order_ref"),
                how=f"{order.ref.name} and {other.ref.name} both carry the customer's reference "
                f"{order.client_order_ref}",
            )


def _same_reference(order: Order, other: Order) -> bool:
    return bare(order.client_order_ref) == bare(other.client_order_ref)


def _customer_orders(grounds: Grounds) -> Iterator[Comparison]:
    """The customer's order documents beside the case's sales order."""
    ordered = Ordered.of_sale(grounds.case)
    if ordered is None or not ordered.lines:
        return
    for index, paper in enumerate(grounds.papers):
        if paper.document_type in _ORDERS and paper.lines:
            yield compare(paper, index, ordered)


def _unknown_items(grounds: Grounds) -> Iterator[Fact]:
    found: dict[str, Fact] = {}
    for comparison in _customer_orders(grounds):
        for stated in comparison.extra:
            code = stated.seller_item_id or stated.buyer_item_id
            if code:
                found.setdefault(code, _unknown(code, comparison.source("item_id", stated.number), stated.name))
    for message in _system_messages(grounds):
        for match in _UNKNOWN_ITEM.finditer(f"{message.subject}\n{message.body}"):
            code = match["code"] or match["code2"] or match["code3"]
            found.setdefault(code, _unknown(code, f"mail.message:{message.id}.body", "reported by an interface"))
    yield from found.values()


def _unknown(code: str, source: str, words: str) -> Fact:
    return Fact(
        name="data.unknown_item",
        value=code,
        about=code,
        sources=(source,),
        how=f"no product of the order has the number {code}" + (f" ({words})" if words else ""),
    )


def _uom_mismatches(grounds: Grounds) -> Iterator[Fact]:
    """A document's unit that is not the order line's: another kind, or another pack size."""
    seen: set[str] = set()
    for comparison in (*_customer_orders(grounds), *comparisons(grounds, DocumentType.ORDER_CONFIRMATION)):
        for pair in comparison.pairs:
            for stated in pair.stated:
                if factor(stated.unit, pair.uom) is None and pair.product not in seen:
                    seen.add(pair.product)
                    yield Fact(
                        name="data.uom_mismatch",
                        value=str(stated.unit),
                        about=pair.product,
                        sources=(
                            comparison.source("unit", stated.number),
                            line_source(comparison.ordered.ref, pair.lines[0], "product_uom"),
                        ),
                        how=f"{stated.unit} in {comparison.paper.document}, {pair.uom} on "
                        f"{comparison.ordered.ref.name}",
                    )


def _system_messages(grounds: Grounds) -> list[Message]:
    return [message for message in grounds.case.messages if message.role is Role.SYSTEM]


def _edi_errors(grounds: Grounds) -> Iterator[Fact]:
    """The first line with an error of each message that a system wrote."""
    for number, message in enumerate(_system_messages(grounds)):
        lines = [line.strip() for line in (*message.body.splitlines(), message.subject)]
        error = next((line for line in lines if _ERROR.search(line)), None)
        if error:
            yield Fact(
                name="data.edi_error",
                value=error[:_LONGEST],
                about=None if number == 0 else message.id,
                sources=(f"mail.message:{message.id}.body",),
                how=f"reported by {message.author or message.email or 'a system'}",
            )

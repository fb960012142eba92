"""A document in one line, for the reader: what it is, its number, from whom, for which order, how much, by when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from triage.domain import DocumentType, Paper
from triage.facts.wording import Reader

_KINDS: dict[DocumentType, tuple[str, str, str, str, str]] = {
    DocumentType.INVOICE: ("Invoice", "Rechnung", "Facture", "Factura", "Factuur"),
    DocumentType.CORRECTED_INVOICE: (
        "Corrected invoice",
        "Rechnungskorrektur",
        "Facture rectificative",
        "Factura rectificativa",
        "Gecorrigeerde factuur",
    ),
    DocumentType.CREDIT_NOTE: ("Credit note", "Gutschrift", "Avoir", "Nota de abono", "Creditnota"),
    DocumentType.ORDER: ("Order", "Bestellung", "Commande", "Pedido", "Bestelling"),
    DocumentType.ORDER_CHANGE: (
        "Order change",
        "Bestelländerung",
        "Modification de commande",
        "Cambio de pedido",
        "Bestelwijziging",
    ),
    DocumentType.ORDER_CONFIRMATION: (
        "Order confirmation",
        "Auftragsbestätigung",
        "Confirmation de commande",
        "Confirmación de pedido",
        "Orderbevestiging",
    ),
    DocumentType.DELIVERY_NOTE: ("Delivery note", "Lieferschein", "Bon de livraison", "Albarán", "Pakbon"),
    DocumentType.QUOTATION: ("Quotation", "Angebot", "Devis", "Oferta", "Offerte"),
    DocumentType.OTHER: ("Document", "Dokument", "Document", "Documento", "Document"),
}
_LANGUAGES = ("en", "de", "fr", "es", "nl")
_AMOUNTS = ("gross_total", "net_total")


def paper_line(paper: Paper, reader: Reader) -> str:
    """`Order confirmation AB-20991: Nordschrauben GmbH, P00031, 1,234.50 EUR, 3 Dec.`"""
    kind = _KINDS[paper.document_type][_LANGUAGES.index(reader.language)]
    number = paper.text_of("document_number")
    head = f"{kind} {number}" if number else f"{kind} ({paper.document})"
    details = [paper.text_of("seller_name"), paper.text_of("purchase_order_reference"), _amount(paper, reader)]
    day = paper.fields.get("delivery_date")
    if day and isinstance(day.value, date):
        details.append(reader.date(day.value))
    told = ", ".join(detail for detail in details if detail)
    return f"{head}: {told}." if told else f"{head}."


def _amount(paper: Paper, reader: Reader) -> str | None:
    for name in _AMOUNTS:
        found = paper.fields.get(name)
        if found and isinstance(found.value, Decimal):
            return f"{reader.number(found.value, 2)} {paper.text_of('currency') or ''}".strip()
    return None

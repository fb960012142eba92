"""What the fields of a document mean, as a model is told."""

from __future__ import annotations

from triage.domain import DocumentType

TYPE_MEANING: dict[DocumentType, str] = {
    DocumentType.INVOICE: "asks to be paid for what was or will be delivered",
    DocumentType.CORRECTED_INVOICE: "replaces or corrects an invoice sent before",
    DocumentType.CREDIT_NOTE: "gives money back, or lowers what is owed",
    DocumentType.ORDER: "the buyer orders",
    DocumentType.ORDER_CHANGE: "the buyer changes or cancels an order made before",
    DocumentType.ORDER_CONFIRMATION: "the seller confirms an order, with its prices, quantities and dates",
    DocumentType.DELIVERY_NOTE: "goes with the goods and lists them",
    DocumentType.QUOTATION: "the seller offers",
    DocumentType.OTHER: "anything else",
}

FIELD_MEANING: dict[str, str] = {
    "document_number": "the document's own number, given by who wrote it",
    "issue_date": "the date of the document",
    "due_date": "the day by which it must be paid, where a date is printed",
    "delivery_date": "the day of delivery for the whole document, where one is printed at its head or foot",
    "seller_name": "the company that sells: usually at the head or foot, not the one addressed",
    "seller_vat_id": "the seller's VAT id, with its country letters",
    "buyer_name": "the company that buys and is addressed",
    "purchase_order_reference": "the buyer's own order number (your order, Ihre Bestellung, votre commande)",
    "currency": "a printed currency code or sign",
    "net_total": "the sum without tax",
    "tax_total": "the sum of all taxes",
    "gross_total": "the sum with tax, before anything already paid is taken off",
    "iban": "the seller's account number; the first, if there are several",
}
"""Head fields that are pointed at; the document's type has its own place in the answer."""

LINE_FIELD_MEANING: dict[str, str] = {
    "seller_item_id": "the seller's item number",
    "buyer_item_id": "the buyer's item number, where it is marked as such",
    "name": "name or description of the goods",
    "quantity": "how many, without the unit",
    "unit": "the unit of the quantity",
    "unit_price": "the price of one unit, after discount if both are printed",
    "price_per": "the number of units that the price is for, where it is printed: the 100 of `per 100`",
    "net_amount": "the line's amount without tax",
    "delivery_date": "the day for this line, where one is printed with it",
    "purchase_order_reference": "the buyer's order number, where it is printed with this very line",
}

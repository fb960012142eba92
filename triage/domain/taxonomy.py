"""The exception categories, their subtypes and sides. Codes are stable; labels and routes are policy."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """What kind of order exception a case is: the one whose owner must act next."""

    PRICING = "pricing"
    CREDIT = "credit"
    STOCK = "stock"
    DELAY = "delay"
    DAMAGE_LOSS = "damage_loss"
    WRONG_MISSING = "wrong_missing"
    RETURNS = "returns"
    ORDER_CHANGE = "order_change"
    SUPPLIER_CHANGE = "supplier_change"
    INVOICE = "invoice"
    DATA = "data"
    OTHER = "other"


class Side(StrEnum):
    """Where the exception came from."""

    CUSTOMER = "customer"
    SUPPLIER = "supplier"
    CARRIER = "carrier"
    INTERNAL = "internal"


class Severity(StrEnum):
    """How much harm waiting does, in four steps."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


MEANING: dict[Category, str] = {
    Category.PRICING: "price, discount, promotion, contract terms",
    Category.CREDIT: "credit limit, overdue account, hold, failed payment",
    Category.STOCK: "shortage, backorder, allocation",
    Category.DELAY: "late, stuck or untracked shipment, missed promise",
    Category.DAMAGE_LOSS: "damaged or lost in transit",
    Category.WRONG_MISSING: "wrong, missing or surplus items",
    Category.RETURNS: "return, refund, replacement, quality, warranty",
    Category.ORDER_CHANGE: "the customer changes or cancels",
    Category.SUPPLIER_CHANGE: "the supplier confirms another price, quantity or date",
    Category.INVOICE: "invoice, tax or document dispute",
    Category.DATA: "EDI, master data, integration, duplicate, unreadable",
    Category.OTHER: "a request that is no order exception",
}
"""One line a category, for people and for prompts."""

SUBTYPES: dict[Category, dict[str, str]] = {
    Category.PRICING: {
        "edi": "the price on an EDI order differs from ours",
        "below_floor": "the price is below what policy allows",
        "discount": "a promised discount or promotion is missing",
        "contract": "contract terms are disputed",
    },
    Category.CREDIT: {
        "over_limit": "exposure is above the credit limit",
        "overdue": "invoices are past due",
        "disputed_invoice": "the overdue amount is disputed by the customer",
        "payment_failed": "a payment was refused or returned",
        "hold": "the account or order is blocked",
    },
    Category.STOCK: {
        "shortage": "less is available than was ordered",
        "backorder": "a rest of an order waits",
        "allocation": "stock is reserved for somebody else",
        "substituted": "another item was or would be delivered for it",
        "no_receipt_planned": "nothing is on its way to fill the gap",
    },
    Category.DELAY: {
        "late": "later than first promised",
        "stuck": "the shipment does not move",
        "untracked": "there is no tracking or it shows nothing",
        "status_enquiry": "somebody asks where the order is",
        "collection_missed": "the carrier did not collect",
    },
    Category.DAMAGE_LOSS: {
        "damaged": "arrived damaged",
        "concealed": "damage found after a clean receipt",
        "lost": "lost in transit",
        "not_received": "the carrier says delivered, the customer says no",
    },
    Category.WRONG_MISSING: {
        "wrong_item": "another item than ordered arrived",
        "missing_item": "items are missing from the delivery",
        "surplus": "more arrived than ordered",
        "uom": "the unit or pack size was mistaken, found after delivery",
    },
    Category.RETURNS: {
        "return": "the customer wants to send goods back",
        "refund": "the customer wants money back",
        "replacement": "the customer wants another one",
        "quality": "the goods have a defect",
        "warranty": "a claim under warranty",
        "unannounced": "goods came back without notice",
    },
    Category.ORDER_CHANGE: {
        "cancel": "the customer cancels",
        "quantity": "the customer changes items or quantities",
        "rush": "the customer needs it earlier",
        "address": "the customer changes the address",
        "date": "the customer changes the date",
    },
    Category.SUPPLIER_CHANGE: {
        "price": "the supplier confirms another price",
        "quantity": "the supplier confirms another quantity",
        "date": "the supplier confirms another date",
        "split": "the supplier delivers in parts",
        "substitute": "the supplier offers another item",
        "cannot_deliver": "the supplier cannot deliver",
    },
    Category.INVOICE: {
        "amount": "the invoiced amount or quantity is disputed",
        "tax": "the tax is disputed",
        "no_pod": "proof of delivery is asked for before payment",
        "copy": "a copy of a document is asked for",
        "details": "a reference or address on the invoice is wrong",
        "duplicate": "invoiced twice",
    },
    Category.DATA: {
        "edi": "an EDI or integration message failed",
        "reference_missing": "a required reference is missing",
        "uom": "the unit or pack size does not match, before delivery",
        "unknown_item": "an item number is unknown",
        "duplicate": "the same order arrived twice",
        "master_data": "an address, contact or item record is wrong",
        "unreadable": "a document or message cannot be read",
    },
    Category.OTHER: {
        "enquiry": "a question about products, prices or terms before an order",
        "new_order": "a plain order without an exception",
        "auto_reply": "an absence note or a bounce",
        "thanks": "thanks or a closing message",
        "unrelated": "no business of the order desk",
    },
}
"""Subtypes of each category with their meaning. A subtype belongs to the category it stands under."""

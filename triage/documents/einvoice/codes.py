"""Codes of electronic documents: what a document is (UNTDID 1001), how an order line was answered (UNTDID 1229)."""

from __future__ import annotations

from triage.domain import DocumentType

_CODES: dict[DocumentType, str] = {
    DocumentType.INVOICE: "80 82 84 218 219 326 331 380 382 383 385 386 387 388 389 390 393 394 395 456 457 500 501 "
    "527 553 575 623 633 751 780 817 870 875 876 877 935",
    DocumentType.CORRECTED_INVOICE: "384 471 472 473",
    DocumentType.CREDIT_NOTE: "81 83 261 262 296 308 381 396 420 458 502 503 532",
    DocumentType.ORDER: "105 220 221 222 223 224 225 226 227 228 229 258 348 350 400 402",
    DocumentType.ORDER_CHANGE: "230",
    DocumentType.ORDER_CONFIRMATION: "231 320",
    DocumentType.DELIVERY_NOTE: "270 351",
    DocumentType.QUOTATION: "310 325",
}
_ROOTS: dict[str, DocumentType] = {
    "Invoice": DocumentType.INVOICE,
    "CreditNote": DocumentType.CREDIT_NOTE,
    "Order": DocumentType.ORDER,
    "OrderChange": DocumentType.ORDER_CHANGE,
    "OrderResponse": DocumentType.ORDER_CONFIRMATION,
    "OrderResponseSimple": DocumentType.ORDER_CONFIRMATION,
    "DespatchAdvice": DocumentType.DELIVERY_NOTE,
    "CrossIndustryOrder": DocumentType.ORDER,
    "CrossIndustryOrderChange": DocumentType.ORDER_CHANGE,
    "CrossIndustryOrderResponse": DocumentType.ORDER_CONFIRMATION,
    "CrossIndustryDespatchAdvice": DocumentType.DELIVERY_NOTE,
}
"""What a document without a code is, by the name of its root."""
_TYPES = {code: kind for kind, codes in _CODES.items() for code in codes.split()} | _ROOTS

SELF_BILLED = frozenset({"261", "389", "471", "473", "500", "501", "502", "527"})
"""Made out by the buyer in the seller's name."""
NOT_ACCEPTED = frozenset({"2", "7", "10"})
"""Line status (UNTDID 1229): deleted, not accepted, not found."""


def type_of(text: str) -> DocumentType | None:
    """What a type code or the name of a root says the document is; none where it is not known."""
    return _TYPES.get(text)

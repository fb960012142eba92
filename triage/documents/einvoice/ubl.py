"""OASIS UBL 2.x: Invoice, CreditNote, Order, OrderChange, OrderResponse, OrderResponseSimple, DespatchAdvice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from triage.documents.einvoice.codes import NOT_ACCEPTED, SELF_BILLED
from triage.documents.einvoice.model import Adjustment, ElectronicLine, Figures, LineFigures, TaxRow
from triage.documents.einvoice.schedule import Fields, in_parts, part_of, quantity_of
from triage.documents.einvoice.tree import Element
from triage.documents.einvoice.values import field_of, first_of, not_accepted, number, same_unit
from triage.domain import FieldValue

ROOTS = frozenset(
    ("Invoice", "CreditNote", "Order", "OrderChange", "OrderResponse", "OrderResponseSimple", "DespatchAdvice")
)
NAMESPACE = "urn:oasis:names:specification:ubl:schema:xsd:"

_SELLERS = ("AccountingSupplierParty", "SellerSupplierParty", "DespatchSupplierParty")
_BUYERS = ("AccountingCustomerParty", "BuyerCustomerParty", "DeliveryCustomerParty")
_TOTALS = ("LegalMonetaryTotal", "AnticipatedMonetaryTotal", "RequestedMonetaryTotal")
_DELIVERED = (
    "ActualDeliveryDate",
    "PromisedDeliveryPeriod/EndDate",
    "PromisedDeliveryPeriod/StartDate",
    "EstimatedDeliveryPeriod/EndDate",
    "EstimatedDeliveryPeriod/StartDate",
    "EstimatedDeliveryDate",
    "LatestDeliveryDate",
    "RequestedDeliveryDate",
    "RequestedDeliveryPeriod/EndDate",
    "RequestedDeliveryPeriod/StartDate",
)
"""Below a `Delivery`: what happened before what was promised, that before what was wished."""
_HEAD = {
    "document_number": ("ID",),
    "issue_date": ("IssueDate",),
    "due_date": ("DueDate", "PaymentMeans/PaymentDueDate", "PaymentTerms/PaymentDueDate"),
    "delivery_date": tuple(f"{above}/{date}" for above in ("Delivery", "Shipment/Delivery") for date in _DELIVERED),
    "seller_name": tuple(
        f"{party}/Party/{name}"
        for party in _SELLERS
        for name in ("PartyLegalEntity/RegistrationName", "PartyName/Name")
    ),
    "buyer_name": tuple(
        f"{party}/Party/{name}" for party in _BUYERS for name in ("PartyLegalEntity/RegistrationName", "PartyName/Name")
    ),
    "purchase_order_reference": ("OrderReference/ID",),
    "currency": ("DocumentCurrencyCode",),
    "net_total": tuple(f"{total}/TaxExclusiveAmount" for total in _TOTALS),
    "gross_total": tuple(f"{total}/TaxInclusiveAmount" for total in _TOTALS),
}
_LINES = ("InvoiceLine", "CreditNoteLine", "OrderLine/LineItem", "DespatchLine")
_QUANTITIES = ("InvoicedQuantity", "CreditedQuantity", "DeliveredQuantity", "Quantity")
_LINE = {
    "seller_item_id": ("Item/SellersItemIdentification/ID", "Item/StandardItemIdentification/ID"),
    "buyer_item_id": ("Item/BuyersItemIdentification/ID",),
    "name": ("Item/Name", "Item/Description"),
    "quantity": _QUANTITIES,
    "unit_price": ("Price/PriceAmount",),
    "price_per": ("Price/BaseQuantity",),
    "net_amount": ("LineExtensionAmount",),
    "delivery_date": tuple(f"Delivery/{date}" for date in _DELIVERED),
    "purchase_order_reference": ("OrderLineReference/OrderReference/ID",),
}
_TYPE_CODES = ("InvoiceTypeCode", "CreditNoteTypeCode", "OrderTypeCode", "DespatchAdviceTypeCode")


def name_of(root: Element) -> str:
    """What kind of file this is."""
    return f"UBL {root.name}"


def profile_of(root: Element) -> str:
    """The guideline that the sender names."""
    return root.text_at("CustomizationID", "ProfileID")


def head_of(root: Element) -> dict[str, FieldValue]:
    """The fields of the head."""
    places = {name: root.first(*routes) for name, routes in _HEAD.items()}
    places["seller_vat_id"] = _vat_id(root)
    places["tax_total"] = _tax_total(root).first("TaxAmount") if root.all("TaxTotal") else None
    places["net_total"] = places["net_total"] or root.first(*_unadjusted(root))
    if root.name in {"Order", "OrderChange"}:
        places["purchase_order_reference"] = root.first("ID")
    found = {"document_type": _type(root)} | {name: field_of(name, place) for name, place in places.items()}
    found["iban"] = first_of("iban", root.each("PaymentMeans/PayeeFinancialAccount/ID"))
    return {name: value for name, value in found.items() if value is not None}


def _unadjusted(root: Element) -> tuple[str, ...]:
    """The sum of the lines is the net total of an order that states no other, and nothing between the two."""
    between = (f"{total}/{name}" for total in _TOTALS for name in ("AllowanceTotalAmount", "ChargeTotalAmount"))
    return () if root.first(*between) else tuple(f"{total}/LineExtensionAmount" for total in _TOTALS)


def _type(root: Element) -> FieldValue | None:
    """By its code; an order or response is what its root says, whatever its code."""
    code = root.first(*_TYPE_CODES) if root.name in {"Invoice", "CreditNote"} else None
    return field_of("document_type", code) or field_of("document_type", replace(root, text=root.name))


def _vat_id(root: Element) -> Element | None:
    for party in _SELLERS:
        for scheme in root.all(f"{party}/Party/PartyTaxScheme"):
            if scheme.text_at("TaxScheme/ID").upper() in {"VAT", ""} and (found := scheme.first("CompanyID")):
                return found
    return None


def _tax_total(root: Element) -> Element:
    """The tax in the document's currency; it may also be stated in the tax authority's."""
    currency = root.text_at("DocumentCurrencyCode")
    totals = root.all("TaxTotal")
    ours = [one for one in totals if _currency(one.first("TaxAmount")) in {"", currency}]
    return next((one for one in ours if one.children), totals[0])


def _currency(amount: Element | None) -> str:
    return amount.attributes.get("currencyID", "") if amount else ""


def line_elements(root: Element) -> list[Element]:
    """The lines in their order."""
    return [line for route in _LINES for line in root.all(route)]


def lines_of(root: Element) -> Iterator[ElectronicLine]:
    """The lines; one that comes in several deliveries gives a line for each."""
    for position, line in enumerate(line_elements(root), 1):
        figures = _line_figures(position, line)
        yield from (ElectronicLine(fields, figures) for fields in in_parts(_line_fields(line), _parts(line)))


def _parts(line: Element) -> list[Fields]:
    parts = (part_of(one.first("Quantity"), one.first(*_DELIVERED)) for one in line.all("Delivery"))
    return [part for part in parts if part]


def _line_fields(line: Element) -> dict[str, FieldValue]:
    found = {name: field_of(name, line.first(*routes)) for name, routes in _LINE.items()}
    found["unit"] = field_of("unit", line.first(*_QUANTITIES), "unitCode")
    status = line.first("LineStatusCode")
    if status and status.text in NOT_ACCEPTED:
        found["quantity"] = not_accepted(status)
        found["net_amount"] = None
    return {name: value for name, value in found.items() if value is not None}


def _amount(above: Element | None, *routes: str) -> Decimal | None:
    return number(above.text_at(*routes)) if above else None


def _line_figures(position: int, line: Element) -> LineFigures:
    tax = next(iter(line.all("Item/ClassifiedTaxCategory")), None)
    return LineFigures(
        label=line.text_at("ID") or str(position),
        quantity=_amount(line, *_QUANTITIES),
        price=_amount(line, "Price/PriceAmount"),
        per=_amount(line, "Price/BaseQuantity") or Decimal(1),
        is_per_unit=same_unit(line.first(*_QUANTITIES), line.first("Price/BaseQuantity")),
        gross_price=_amount(line, "Price/AllowanceCharge/BaseAmount"),
        adjustments=tuple(_adjustments(line)),
        net=_amount(line, "LineExtensionAmount"),
        category=tax.text_at("ID") if tax else "",
        rate=_amount(tax, "Percent"),
        delivered=quantity_of(_parts(line)),
    )


def _adjustments(above: Element) -> Iterator[Adjustment]:
    for one in above.all("AllowanceCharge"):
        amount = _amount(one, "Amount")
        if amount is not None:
            is_charge = one.text_at("ChargeIndicator").lower() in {"true", "1"}
            yield Adjustment(amount, is_charge, one.text_at("TaxCategory/ID"), _amount(one, "TaxCategory/Percent"))


def figures_of(root: Element) -> Figures:
    """The figures that the document's sums are made of, without those of its lines."""
    total = next((one for route in _TOTALS for one in root.all(route)), None)
    tax = _tax_total(root) if root.all("TaxTotal") else None
    return Figures(
        adjustments=tuple(_adjustments(root)),
        taxes=tuple(_tax_row(row) for row in (tax.all("TaxSubtotal") if tax else ())),
        line_total=_amount(total, "LineExtensionAmount"),
        allowance_total=_amount(total, "AllowanceTotalAmount"),
        charge_total=_amount(total, "ChargeTotalAmount"),
        net=_amount(total, "TaxExclusiveAmount"),
        tax=_amount(tax, "TaxAmount"),
        gross=_amount(total, "TaxInclusiveAmount"),
        prepaid=_amount(total, "PrepaidAmount"),
        rounding=_amount(total, "PayableRoundingAmount"),
        payable=_amount(total, "PayableAmount"),
        foreign=tuple(_foreign(root, total)),
    )


def _tax_row(row: Element) -> TaxRow:
    return TaxRow(
        base=_amount(row, "TaxableAmount"),
        amount=_amount(row, "TaxAmount"),
        category=row.text_at("TaxCategory/ID"),
        rate=_amount(row, "TaxCategory/Percent", "Percent"),
    )


def _foreign(root: Element, total: Element | None) -> Iterator[str]:
    """Amounts of lines and totals that are in another currency than the document says."""
    currency = root.text_at("DocumentCurrencyCode")
    places = [
        line.first(route) for line in line_elements(root) for route in ("LineExtensionAmount", "Price/PriceAmount")
    ]
    places += total.children if total else ()
    for place in places:
        if place and currency and _currency(place) not in {"", currency}:
            yield f"{place.path} is in {_currency(place)}"


def warnings_of(root: Element) -> Iterator[str]:
    """What a reader should be told beside the values."""
    if root.text_at("CopyIndicator").lower() == "true":
        yield "marked as a copy"
    if root.text_at("InvoiceTypeCode", "CreditNoteTypeCode") in SELF_BILLED:
        yield "self-billed: made out by the buyer"
    if root.text_at("OrderResponseCode").upper() == "RE" or root.text_at("AcceptedIndicator").lower() == "false":
        reason = root.text_at("RejectionNote", "Note")
        yield "the seller rejects the whole order" + (f": {reason[:200]}" if reason else "")
    for n, line in enumerate(line_elements(root), 1):
        if line.text_at("LineStatusCode") in NOT_ACCEPTED:
            yield f"line {line.text_at('ID') or n} is not accepted by the seller"
    for line in root.all("OrderLine"):
        offered = line.first("SellerSubstitutedLineItem/Item/Name", "SellerProposedSubstituteLineItem/Item/Name")
        if offered:
            yield f"line {line.text_at('LineItem/ID')}: the seller offers {offered.text[:100]} in its place"

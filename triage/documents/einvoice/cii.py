"""UN/CEFACT Cross Industry: invoices (Factur-X, ZUGFeRD 1 and 2, XRechnung), orders and responses (Order-X)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from triage.documents.einvoice.codes import NOT_ACCEPTED, SELF_BILLED
from triage.documents.einvoice.model import Adjustment, ElectronicLine, Figures, LineFigures, TaxRow
from triage.documents.einvoice.schedule import Fields, in_parts, part_of, quantity_of
from triage.documents.einvoice.tree import Element
from triage.documents.einvoice.values import field_of, first_of, not_accepted, number, same_unit
from triage.domain import FieldValue

ROOTS = {
    "CrossIndustryInvoice": "UN/CEFACT CrossIndustryInvoice",
    "CrossIndustryDocument": "ZUGFeRD 1",
    "SCRDMCCBDACIOMessageStructure": "Order-X",
    "CrossIndustryOrder": "UN/CEFACT CrossIndustryOrder",
    "CrossIndustryOrderChange": "UN/CEFACT CrossIndustryOrderChange",
    "CrossIndustryOrderResponse": "UN/CEFACT CrossIndustryOrderResponse",
    "CrossIndustryDespatchAdvice": "UN/CEFACT CrossIndustryDespatchAdvice",
}
NAMESPACES = ("urn:un:unece:uncefact:data:", "urn:ferd:CrossIndustryDocument:")

_DOCUMENT = ("ExchangedDocument", "HeaderExchangedDocument")
_TRADE = ("SupplyChainTradeTransaction", "SpecifiedSupplyChainTradeTransaction")
"""Each part has the name of today and, behind it, the one that ZUGFeRD 1 had."""
_AGREEMENT = ("ApplicableHeaderTradeAgreement", "ApplicableSupplyChainTradeAgreement")
_DELIVERY = ("ApplicableHeaderTradeDelivery", "ApplicableSupplyChainTradeDelivery")
_SETTLEMENT = ("ApplicableHeaderTradeSettlement", "ApplicableSupplyChainTradeSettlement")
_SUMMATION = ("SpecifiedTradeSettlementHeaderMonetarySummation", "SpecifiedTradeSettlementMonetarySummation")
_EVENTS = (
    "ActualDeliverySupplyChainEvent",
    "PromisedDeliverySupplyChainEvent",
    "PlannedDeliverySupplyChainEvent",
    "RequestedDeliverySupplyChainEvent",
    "RequestedDespatchSupplyChainEvent",
)
_MOMENTS = tuple(
    f"{moment}/{kind}"
    for moment in (
        "OccurrenceDateTime",
        "OccurrenceSpecifiedPeriod/EndDateTime",
        "OccurrenceSpecifiedPeriod/StartDateTime",
    )
    for kind in ("DateTimeString", "DateTime", "Date")
)
_QUANTITIES = ("BilledQuantity", "DespatchedQuantity", "AgreedQuantity", "RequestedQuantity")
_LINE_AGREEMENT = ("SpecifiedLineTradeAgreement", "SpecifiedSupplyChainTradeAgreement")
_LINE_DELIVERY = ("SpecifiedLineTradeDelivery", "SpecifiedSupplyChainTradeDelivery")
_LINE_SETTLEMENT = ("SpecifiedLineTradeSettlement", "SpecifiedSupplyChainTradeSettlement")
_LINE_AMOUNTS = tuple(
    f"{name}/LineTotalAmount"
    for name in ("SpecifiedTradeSettlementLineMonetarySummation", "SpecifiedTradeSettlementMonetarySummation")
)
_RATES = ("RateApplicablePercent", "ApplicablePercent")
_NO_ITEMS = frozenset({"GROUP", "INFORMATION"})
"""Lines that only head others, or only tell something."""
_NOTHING = Element("", "", "", "", {}, ())


def name_of(root: Element) -> str:
    """What kind of file this is."""
    return ROOTS[root.name]


def profile_of(root: Element) -> str:
    """The guideline that the sender names."""
    contexts = ("ExchangedDocumentContext", "SpecifiedExchangedDocumentContext")
    return root.text_at(*(f"{context}/GuidelineSpecifiedDocumentContextParameter/ID" for context in contexts))


def _part(above: Element, *names: str) -> Element:
    """The first part of one of these names; an empty one where there is none."""
    return next((one for name in names for one in above.all(name)), _NOTHING)


def head_of(root: Element) -> dict[str, FieldValue]:
    """The fields of the head."""
    document, trade = _part(root, *_DOCUMENT), _part(root, *_TRADE)
    agreement, settlement = _part(trade, *_AGREEMENT), _part(trade, *_SETTLEMENT)
    summation = _part(settlement, *_SUMMATION)
    places = {
        "document_number": document.first("ID"),
        "issue_date": document.first(*_dated("IssueDateTime")),
        "due_date": settlement.first(*_dated("SpecifiedTradePaymentTerms/DueDateDateTime")),
        "delivery_date": _day(_part(trade, *_DELIVERY)),
        "seller_name": agreement.first("SellerTradeParty/Name"),
        "seller_vat_id": _vat_id(agreement),
        "buyer_name": agreement.first("BuyerTradeParty/Name"),
        "purchase_order_reference": agreement.first(*_order_reference("BuyerOrderReferencedDocument")),
        "currency": settlement.first("InvoiceCurrencyCode", "OrderCurrencyCode"),
        "net_total": summation.first("TaxBasisTotalAmount", *_unadjusted(summation)),
        "tax_total": _tax_total(settlement, summation),
        "gross_total": summation.first("GrandTotalAmount"),
    }
    kind = field_of("document_type", document.first("TypeCode")) or field_of("document_type", _named(root))
    if kind and kind.value in {"order", "order_change"} and not places["purchase_order_reference"]:
        places["purchase_order_reference"] = document.first("ID")
    found = {"document_type": kind} | {name: field_of(name, place) for name, place in places.items()}
    accounts = settlement.each("SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID")
    found["iban"] = first_of("iban", accounts)
    return {name: value for name, value in found.items() if value is not None}


def _named(root: Element) -> Element:
    """The root with its name as text: what it is, where no code says so."""
    return Element(root.name, root.namespace, root.name, root.path, root.attributes, root.children)


def _dated(route: str) -> tuple[str, ...]:
    return tuple(f"{route}/{kind}" for kind in ("DateTimeString", "DateTime", "Date"))


def _order_reference(name: str) -> tuple[str, ...]:
    return f"{name}/IssuerAssignedID", f"{name}/ID"


def _unadjusted(summation: Element) -> tuple[str, ...]:
    """The sum of the lines is the net total of an order that states no other, and nothing between the two."""
    return () if summation.first("AllowanceTotalAmount", "ChargeTotalAmount") else ("LineTotalAmount",)


def _day(delivery: Element) -> Element | None:
    return delivery.first(*(f"{event}/{moment}" for event in _EVENTS for moment in _MOMENTS))


def _vat_id(agreement: Element) -> Element | None:
    ids = agreement.each("SellerTradeParty/SpecifiedTaxRegistration/ID")
    return next((one for one in ids if one.attributes.get("schemeID", "VA") == "VA"), None)


def _tax_total(settlement: Element, summation: Element) -> Element | None:
    """The tax in the document's currency; it may also be stated in the tax authority's."""
    currency = settlement.text_at("InvoiceCurrencyCode", "OrderCurrencyCode")
    totals = summation.each("TaxTotalAmount")
    return next((one for one in totals if one.attributes.get("currencyID", "") in {"", currency}), None)


def line_elements(root: Element) -> list[Element]:
    """The lines that stand for goods or services, in their order."""
    lines = _part(root, *_TRADE).all("IncludedSupplyChainTradeLineItem")
    return [line for line in lines if _is_item(line)]


def _is_item(line: Element) -> bool:
    if line.text_at("AssociatedDocumentLineDocument/LineStatusReasonCode").upper() in _NO_ITEMS:
        return False
    quantity = _part(line, *_LINE_DELIVERY).first(*_QUANTITIES)
    return quantity is not None or _part(line, *_LINE_SETTLEMENT).first(*_LINE_AMOUNTS) is not None


def lines_of(root: Element) -> Iterator[ElectronicLine]:
    """The lines; one that comes in several deliveries gives a line for each."""
    for position, line in enumerate(line_elements(root), 1):
        figures = _line_figures(position, line)
        yield from (ElectronicLine(fields, figures) for fields in in_parts(_line_fields(line), _parts(line)))


def _parts(line: Element) -> list[Fields]:
    delivery = _part(line, *_LINE_DELIVERY)
    kinds = (delivery.all(event) for event in _EVENTS)
    stated = ([part_of(one.first("UnitQuantity"), one.first(*_MOMENTS)) for one in events] for events in kinds)
    return next((parts for parts in stated if any(parts) and all(parts)), [])


def _line_fields(line: Element) -> dict[str, FieldValue]:
    product, agreement = _part(line, "SpecifiedTradeProduct"), _part(line, *_LINE_AGREEMENT)
    delivery, settlement = _part(line, *_LINE_DELIVERY), _part(line, *_LINE_SETTLEMENT)
    price = _price(agreement)
    places = {
        "seller_item_id": product.first("SellerAssignedID", "GlobalID"),
        "buyer_item_id": product.first("BuyerAssignedID"),
        "name": product.first("Name", "Description"),
        "quantity": delivery.first(*_QUANTITIES),
        "unit_price": price.first("ChargeAmount"),
        "price_per": price.first("BasisQuantity"),
        "net_amount": settlement.first(*_LINE_AMOUNTS),
        "delivery_date": _day(delivery),
        "purchase_order_reference": agreement.first(*_order_reference("BuyerOrderReferencedDocument")),
    }
    found = {name: field_of(name, place) for name, place in places.items()}
    found["unit"] = field_of("unit", places["quantity"], "unitCode")
    status = line.first("AssociatedDocumentLineDocument/LineStatusCode")
    if status and status.text in NOT_ACCEPTED and delivery.first("AgreedQuantity") is None:
        found["quantity"] = not_accepted(status)
        found["net_amount"] = None
    return {name: value for name, value in found.items() if value is not None}


def _price(agreement: Element) -> Element:
    """The net price; the gross one where no other is stated."""
    return _part(agreement, "NetPriceProductTradePrice", "GrossPriceProductTradePrice")


def _amount(above: Element, *routes: str) -> Decimal | None:
    return number(above.text_at(*routes))


def _line_figures(position: int, line: Element) -> LineFigures:
    agreement, settlement = _part(line, *_LINE_AGREEMENT), _part(line, *_LINE_SETTLEMENT)
    price, tax = _price(agreement), _part(settlement, "ApplicableTradeTax")
    quantity = _part(line, *_LINE_DELIVERY).first(*_QUANTITIES)
    return LineFigures(
        label=line.text_at("AssociatedDocumentLineDocument/LineID") or str(position),
        quantity=number(quantity.text) if quantity else None,
        price=_amount(price, "ChargeAmount"),
        per=_amount(price, "BasisQuantity") or Decimal(1),
        is_per_unit=same_unit(quantity, price.first("BasisQuantity")),
        gross_price=_amount(agreement, "GrossPriceProductTradePrice/ChargeAmount"),
        adjustments=tuple(_adjustments(settlement)),
        net=_amount(settlement, *_LINE_AMOUNTS),
        category=tax.text_at("CategoryCode"),
        rate=_amount(tax, *_RATES),
        delivered=quantity_of(_parts(line)),
    )


def _adjustments(settlement: Element) -> Iterator[Adjustment]:
    for one in settlement.all("SpecifiedTradeAllowanceCharge"):
        amount, tax = _amount(one, "ActualAmount"), _part(one, "CategoryTradeTax")
        if amount is not None:
            is_charge = one.text_at("ChargeIndicator/Indicator").lower() in {"true", "1"}
            yield Adjustment(amount, is_charge, tax.text_at("CategoryCode"), _amount(tax, *_RATES))
    for one in settlement.all("SpecifiedLogisticsServiceCharge"):
        amount, tax = _amount(one, "AppliedAmount"), _part(one, "AppliedTradeTax")
        if amount is not None:
            yield Adjustment(amount, True, tax.text_at("CategoryCode"), _amount(tax, *_RATES))


def figures_of(root: Element) -> Figures:
    """The figures that the document's sums are made of, without those of its lines."""
    settlement = _part(_part(root, *_TRADE), *_SETTLEMENT)
    total = _part(settlement, *_SUMMATION)
    tax = _tax_total(settlement, total)
    return Figures(
        adjustments=tuple(_adjustments(settlement)),
        taxes=tuple(_tax_row(row) for row in settlement.all("ApplicableTradeTax")),
        line_total=_amount(total, "LineTotalAmount"),
        allowance_total=_amount(total, "AllowanceTotalAmount"),
        charge_total=_amount(total, "ChargeTotalAmount"),
        net=_amount(total, "TaxBasisTotalAmount"),
        tax=number(tax.text) if tax else None,
        gross=_amount(total, "GrandTotalAmount"),
        prepaid=_amount(total, "TotalPrepaidAmount"),
        rounding=_amount(total, "RoundingAmount"),
        payable=_amount(total, "DuePayableAmount"),
        foreign=tuple(_foreign(root, settlement, total)),
    )


def _tax_row(row: Element) -> TaxRow:
    return TaxRow(
        base=_amount(row, "BasisAmount"),
        amount=_amount(row, "CalculatedAmount"),
        category=row.text_at("CategoryCode"),
        rate=_amount(row, *_RATES),
    )


def _foreign(root: Element, settlement: Element, total: Element) -> Iterator[str]:
    """Amounts of lines and totals that are in another currency than the document says; the tax may be in two."""
    currency = settlement.text_at("InvoiceCurrencyCode", "OrderCurrencyCode")
    places = [place for place in total.children if place.name != "TaxTotalAmount"]
    for line in line_elements(root):
        places += _part(line, *_LINE_SETTLEMENT).each(*_LINE_AMOUNTS)
        places += _price(_part(line, *_LINE_AGREEMENT)).each("ChargeAmount")
    for place in places:
        stated = place.attributes.get("currencyID", "")
        if currency and stated not in {"", currency}:
            yield f"{place.path} is in {stated}"


def warnings_of(root: Element) -> Iterator[str]:
    """What a reader should be told beside the values."""
    document = _part(root, *_DOCUMENT)
    context = _part(root, "ExchangedDocumentContext", "SpecifiedExchangedDocumentContext")
    if context.text_at("TestIndicator/Indicator").lower() == "true":
        yield "marked as a test"
    if document.text_at("CopyIndicator/Indicator").lower() == "true":
        yield "marked as a copy"
    if document.text_at("TypeCode") in SELF_BILLED:
        yield "self-billed: made out by the buyer"
    for position, line in enumerate(line_elements(root), 1):
        label = line.text_at("AssociatedDocumentLineDocument/LineID") or position
        if line.text_at("AssociatedDocumentLineDocument/LineStatusCode") in NOT_ACCEPTED:
            yield f"line {label} is not accepted by the seller"
        offered = line.first("SubstitutedReferencedProduct/Name")
        if offered:
            yield f"line {label}: stands in place of {offered.text[:100]}"

# ruff: noqa: E501
"""One trade written down in every syntax: what a test says once, as UBL, CII, ZUGFeRD 1 and Order-X."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from xml.sax.saxutils import escape

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CII = "urn:un:unece:uncefact:data:standard:"
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Goods:
    """One line."""

    name: str = "Hex bolt M8x40"
    seller_id: str = "NS-840"
    buyer_id: str = "BM-100"
    quantity: Decimal = Decimal(100)
    unit: str = "H87"
    price: Decimal = Decimal("12.50")
    per: Decimal = Decimal(100)
    discount: Decimal = Decimal(0)
    rate: Decimal = Decimal(19)
    order: str = ""

    @property
    def net(self) -> Decimal:
        return (self.quantity * self.price / self.per - self.discount).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Trade:
    """An invoice as its parties mean it."""

    number: str = "RE-4711"
    issued: date = date(2026, 11, 20)
    due: date = date(2026, 12, 20)
    delivered: date = date(2026, 11, 18)
    seller: str = "Nordschrauben GmbH"
    vat: str = "DE136695976"
    buyer: str = "Brandt & Mercer Supply B.V."
    order: str = "P00031"
    iban: str = "DE75512108001245126199"
    currency: str = "EUR"
    freight: Decimal = Decimal(0)
    prepaid: Decimal = Decimal(0)
    code: str = "380"
    lines: tuple[Goods, ...] = field(default=(Goods(),))

    @property
    def bases(self) -> dict[Decimal, Decimal]:
        """What is taxed by each rate; freight goes with the first line."""
        found: dict[Decimal, Decimal] = {}
        for line in self.lines:
            found[line.rate] = found.get(line.rate, Decimal(0)) + line.net
        found[self.lines[0].rate] += self.freight
        return found

    @property
    def taxes(self) -> dict[Decimal, Decimal]:
        return {rate: (base * rate / 100).quantize(CENT, ROUND_HALF_UP) for rate, base in self.bases.items()}

    @property
    def line_total(self) -> Decimal:
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def net(self) -> Decimal:
        return self.line_total + self.freight

    @property
    def tax(self) -> Decimal:
        return sum(self.taxes.values(), Decimal(0))

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def _tag(name: str, value: object, **attributes: str) -> str:
    told = "".join(f' {key}="{escape(text)}"' for key, text in attributes.items())
    return f"<{name}{told}>{escape(str(value))}</{name}>" if str(value) else ""


def ubl(trade: Trade) -> bytes:
    """A UBL invoice, or a credit note for the codes of one."""
    credit = trade.code in {"381", "261"}
    root, quantity = ("CreditNote", "CreditedQuantity") if credit else ("Invoice", "InvoicedQuantity")

    def money(name: str, value: Decimal) -> str:
        return _tag(f"b:{name}", value, currencyID=trade.currency)

    def category(name: str, rate: Decimal) -> str:
        scheme = "<a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme>"
        return f"<a:{name}><b:ID>S</b:ID>{_tag('b:Percent', rate)}{scheme}</a:{name}>"

    def party(role: str, name: str, vat: str = "") -> str:
        tax = f"<a:PartyTaxScheme>{_tag('b:CompanyID', vat)}<a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme></a:PartyTaxScheme>"
        legal = f"<a:PartyLegalEntity>{_tag('b:RegistrationName', name)}</a:PartyLegalEntity>"
        return f"<a:{role}><a:Party>{tax if vat else ''}{legal}</a:Party></a:{role}>"

    def line(n: int, goods: Goods) -> str:
        order = f"<a:OrderLineReference><b:LineID>{n}</b:LineID><a:OrderReference>{_tag('b:ID', goods.order)}</a:OrderReference></a:OrderLineReference>"
        less = f"<a:AllowanceCharge><b:ChargeIndicator>false</b:ChargeIndicator>{money('Amount', goods.discount)}</a:AllowanceCharge>"
        return (
            f"<a:{root}Line><b:ID>{n}</b:ID>{_tag(f'b:{quantity}', goods.quantity, unitCode=goods.unit)}"
            f"{money('LineExtensionAmount', goods.net)}{order if goods.order else ''}{less if goods.discount else ''}"
            f"<a:Item>{_tag('b:Name', goods.name)}"
            f"<a:BuyersItemIdentification>{_tag('b:ID', goods.buyer_id)}</a:BuyersItemIdentification>"
            f"<a:SellersItemIdentification>{_tag('b:ID', goods.seller_id)}</a:SellersItemIdentification>"
            f"{category('ClassifiedTaxCategory', goods.rate)}</a:Item>"
            f"<a:Price>{money('PriceAmount', goods.price)}{_tag('b:BaseQuantity', goods.per, unitCode=goods.unit)}</a:Price>"
            f"</a:{root}Line>"
        )

    subtotals = "".join(
        f"<a:TaxSubtotal>{money('TaxableAmount', base)}{money('TaxAmount', trade.taxes[rate])}"
        f"{category('TaxCategory', rate)}</a:TaxSubtotal>"
        for rate, base in trade.bases.items()
    )
    freight = (
        f"<a:AllowanceCharge><b:ChargeIndicator>true</b:ChargeIndicator>{money('Amount', trade.freight)}"
        f"{category('TaxCategory', trade.lines[0].rate)}</a:AllowanceCharge>"
    )
    due = "" if credit else _tag("b:DueDate", trade.due)
    paid_by = _tag("b:PaymentDueDate", trade.due) if credit else ""
    return (
        f'<{root} xmlns="{UBL}{root}-2" xmlns:a="{UBL}CommonAggregateComponents-2" xmlns:b="{UBL}CommonBasicComponents-2">'
        f"{_tag('b:ID', trade.number)}{_tag('b:IssueDate', trade.issued)}{due}{_tag(f'b:{root}TypeCode', trade.code)}"
        f"{_tag('b:DocumentCurrencyCode', trade.currency)}<a:OrderReference>{_tag('b:ID', trade.order)}</a:OrderReference>"
        f"{party('AccountingSupplierParty', trade.seller, trade.vat)}{party('AccountingCustomerParty', trade.buyer)}"
        f"<a:Delivery>{_tag('b:ActualDeliveryDate', trade.delivered)}</a:Delivery>"
        f"<a:PaymentMeans><b:PaymentMeansCode>58</b:PaymentMeansCode>{paid_by}<a:PayeeFinancialAccount>{_tag('b:ID', trade.iban)}</a:PayeeFinancialAccount></a:PaymentMeans>"
        f"{freight if trade.freight else ''}<a:TaxTotal>{money('TaxAmount', trade.tax)}{subtotals}</a:TaxTotal>"
        f"<a:LegalMonetaryTotal>{money('LineExtensionAmount', trade.line_total)}{money('TaxExclusiveAmount', trade.net)}"
        f"{money('TaxInclusiveAmount', trade.gross)}{money('ChargeTotalAmount', trade.freight)}"
        f"{money('PrepaidAmount', trade.prepaid)}{money('PayableAmount', trade.gross - trade.prepaid)}</a:LegalMonetaryTotal>"
        f"{''.join(line(n, goods) for n, goods in enumerate(trade.lines, 1))}</{root}>"
    ).encode()


def cii(trade: Trade) -> bytes:
    """A CrossIndustryInvoice, as inside Factur-X and ZUGFeRD 2."""

    def day(name: str, value: date) -> str:
        return f'<m:{name}><u:DateTimeString format="102">{value:%Y%m%d}</u:DateTimeString></m:{name}>'

    def tax(rate: Decimal, base: Decimal | None = None) -> str:
        amount = "" if base is None else _tag("m:CalculatedAmount", trade.taxes[rate])
        basis = "" if base is None else _tag("m:BasisAmount", base)
        return f"{amount}<m:TypeCode>VAT</m:TypeCode>{basis}<m:CategoryCode>S</m:CategoryCode>{_tag('m:RateApplicablePercent', rate)}"

    def adjusted(amount: Decimal, charge: str, rate: Decimal | None = None) -> str:
        its = f"<m:CategoryTradeTax>{tax(rate)}</m:CategoryTradeTax>" if rate is not None else ""
        told = f"<m:ChargeIndicator><u:Indicator>{charge}</u:Indicator></m:ChargeIndicator>{_tag('m:ActualAmount', amount)}"
        return f"<m:SpecifiedTradeAllowanceCharge>{told}{its}</m:SpecifiedTradeAllowanceCharge>" if amount else ""

    def line(n: int, goods: Goods) -> str:
        order = f"<m:BuyerOrderReferencedDocument>{_tag('m:IssuerAssignedID', goods.order)}</m:BuyerOrderReferencedDocument>"
        return (
            f"<m:IncludedSupplyChainTradeLineItem><m:AssociatedDocumentLineDocument><m:LineID>{n}</m:LineID>"
            f"</m:AssociatedDocumentLineDocument><m:SpecifiedTradeProduct>{_tag('m:SellerAssignedID', goods.seller_id)}"
            f"{_tag('m:BuyerAssignedID', goods.buyer_id)}{_tag('m:Name', goods.name)}</m:SpecifiedTradeProduct>"
            f"<m:SpecifiedLineTradeAgreement>{order if goods.order else ''}<m:NetPriceProductTradePrice>"
            f"{_tag('m:ChargeAmount', goods.price)}{_tag('m:BasisQuantity', goods.per, unitCode=goods.unit)}"
            f"</m:NetPriceProductTradePrice></m:SpecifiedLineTradeAgreement><m:SpecifiedLineTradeDelivery>"
            f"{_tag('m:BilledQuantity', goods.quantity, unitCode=goods.unit)}</m:SpecifiedLineTradeDelivery>"
            f"<m:SpecifiedLineTradeSettlement><m:ApplicableTradeTax>{tax(goods.rate)}</m:ApplicableTradeTax>"
            f"{adjusted(goods.discount, 'false')}<m:SpecifiedTradeSettlementLineMonetarySummation>"
            f"{_tag('m:LineTotalAmount', goods.net)}</m:SpecifiedTradeSettlementLineMonetarySummation>"
            f"</m:SpecifiedLineTradeSettlement></m:IncludedSupplyChainTradeLineItem>"
        )

    taxes = "".join(f"<m:ApplicableTradeTax>{tax(*one)}</m:ApplicableTradeTax>" for one in trade.bases.items())
    return (
        '<r:CrossIndustryInvoice xmlns:r="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" '
        f'xmlns:m="{CII}ReusableAggregateBusinessInformationEntity:100" xmlns:u="{CII}UnqualifiedDataType:100">'
        "<r:ExchangedDocumentContext><m:GuidelineSpecifiedDocumentContextParameter><m:ID>urn:cen.eu:en16931:2017</m:ID>"
        "</m:GuidelineSpecifiedDocumentContextParameter></r:ExchangedDocumentContext>"
        f"<r:ExchangedDocument>{_tag('m:ID', trade.number)}{_tag('m:TypeCode', trade.code)}"
        f"{day('IssueDateTime', trade.issued)}</r:ExchangedDocument><r:SupplyChainTradeTransaction>"
        f"{''.join(line(n, goods) for n, goods in enumerate(trade.lines, 1))}<m:ApplicableHeaderTradeAgreement>"
        f"<m:SellerTradeParty>{_tag('m:Name', trade.seller)}<m:SpecifiedTaxRegistration>"
        f"{_tag('m:ID', trade.vat, schemeID='VA')}</m:SpecifiedTaxRegistration></m:SellerTradeParty>"
        f"<m:BuyerTradeParty>{_tag('m:Name', trade.buyer)}</m:BuyerTradeParty><m:BuyerOrderReferencedDocument>"
        f"{_tag('m:IssuerAssignedID', trade.order)}</m:BuyerOrderReferencedDocument></m:ApplicableHeaderTradeAgreement>"
        f"<m:ApplicableHeaderTradeDelivery><m:ActualDeliverySupplyChainEvent>{day('OccurrenceDateTime', trade.delivered)}"
        "</m:ActualDeliverySupplyChainEvent></m:ApplicableHeaderTradeDelivery><m:ApplicableHeaderTradeSettlement>"
        f"{_tag('m:InvoiceCurrencyCode', trade.currency)}<m:SpecifiedTradeSettlementPaymentMeans>"
        f"<m:TypeCode>58</m:TypeCode><m:PayeePartyCreditorFinancialAccount>{_tag('m:IBANID', trade.iban)}</m:PayeePartyCreditorFinancialAccount>"
        f"</m:SpecifiedTradeSettlementPaymentMeans>{taxes}{adjusted(trade.freight, 'true', trade.lines[0].rate)}"
        f"<m:SpecifiedTradePaymentTerms>{day('DueDateDateTime', trade.due)}</m:SpecifiedTradePaymentTerms>"
        f"<m:SpecifiedTradeSettlementHeaderMonetarySummation>{_tag('m:LineTotalAmount', trade.line_total)}"
        f"{_tag('m:ChargeTotalAmount', trade.freight)}{_tag('m:TaxBasisTotalAmount', trade.net)}"
        f"{_tag('m:TaxTotalAmount', trade.tax, currencyID=trade.currency)}{_tag('m:GrandTotalAmount', trade.gross)}"
        f"{_tag('m:TotalPrepaidAmount', trade.prepaid)}{_tag('m:DuePayableAmount', trade.gross - trade.prepaid)}"
        "</m:SpecifiedTradeSettlementHeaderMonetarySummation></m:ApplicableHeaderTradeSettlement>"
        "</r:SupplyChainTradeTransaction></r:CrossIndustryInvoice>"
    ).encode()

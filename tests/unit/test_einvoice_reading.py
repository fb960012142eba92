"""XML documents to fields and lines: every syntax, and one trade alike in two of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.einvoice_set import sample
from tests.unit.einvoice_trade import Goods, Trade, cii, ubl
from triage.documents.einvoice.checks import checks_of
from triage.documents.einvoice.codes import type_of
from triage.documents.einvoice.model import ElectronicDocument
from triage.documents.einvoice.reading import is_xml, read_electronic, read_recorded, text_of_xml
from triage.documents.einvoice.tree import texts_by_path
from triage.documents.einvoice.units import unit_name
from triage.documents.einvoice.values import day, number
from triage.domain import FIELD_NAMES, LINE_FIELD_NAMES, Document, PaperXml
from triage.errors import InputError
from triage.facts.units import factor


def read(name: str) -> ElectronicDocument:
    return read_electronic(sample(name), f"{name}.xml")


def values(document: ElectronicDocument) -> dict[str, object]:
    return {name: found.value for name, found in document.fields.items()}


def rows(document: ElectronicDocument) -> list[dict[str, object]]:
    return [{name: found.value for name, found in line.fields.items()} for line in document.lines]


def test_a_ubl_invoice() -> None:
    document = read("ubl_invoice")
    assert document.syntax == "UBL Invoice"
    assert document.profile == "urn:cen.eu:en16931:2017"
    assert values(document) == {
        "document_type": "invoice",
        "document_number": "RE-2026-4711",
        "issue_date": date(2026, 11, 20),
        "due_date": date(2026, 12, 20),
        "delivery_date": date(2026, 11, 18),
        "seller_name": "Nordschrauben & Söhne GmbH",
        "seller_vat_id": "DE136695976",
        "buyer_name": "Brandt & Mercer Supply B.V.",
        "purchase_order_reference": "P00031",
        "currency": "EUR",
        "net_total": Decimal("466.75"),
        "tax_total": Decimal("82.78"),
        "gross_total": Decimal("549.53"),
        "iban": "DE75512108001245126199",
    }
    assert rows(document) == [
        {
            "seller_item_id": "NS-840",
            "buyer_item_id": "BM-100",
            "name": "Hex bolt M8x40",
            "quantity": Decimal(3500),
            "unit": "pcs",
            "unit_price": Decimal("12.50"),
            "price_per": Decimal(100),
            "net_amount": Decimal("425.00"),
        },
        {
            "seller_item_id": "4006381333931",
            "name": "Cutting wax",
            "quantity": Decimal("12.5"),
            "unit": "kg",
            "unit_price": Decimal("3.94"),
            "net_amount": Decimal("49.25"),
        },
    ]
    assert list(document.fields) == [name for name in FIELD_NAMES if name in document.fields]
    assert all(set(row) <= set(LINE_FIELD_NAMES) for row in rows(document))


def test_a_value_says_where_it_stands() -> None:
    document = read("ubl_invoice")
    quantity = document.lines[1].fields["quantity"]
    assert quantity.path == "/Invoice/InvoiceLine[2]/InvoicedQuantity"
    assert document.lines[1].fields["unit"].path == "/Invoice/InvoiceLine[2]/InvoicedQuantity/@unitCode"
    assert document.fields["tax_total"].path == "/Invoice/TaxTotal[2]/TaxAmount"
    assert quantity.confidence is None
    texts = texts_by_path(document.content)
    found = [*document.fields.values(), *(one for line in document.lines for one in line.fields.values())]
    assert all(texts[one.path or ""] == one.text for one in found)


def test_files_inside_are_not_kept() -> None:
    assert b"JVBERi0xLjQK" in sample("ubl_invoice")
    assert "JVBERi0xLjQK" not in read("ubl_invoice").content
    assert "two rates" not in read("ubl_invoice").content.lower()


def test_a_credit_note_of_the_buyer() -> None:
    document = read("ubl_credit_note")
    got = values(document)
    assert (got["document_type"], got["issue_date"]) == ("credit_note", date(2026, 11, 21))
    assert got["due_date"] == date(2026, 12, 1)
    assert got["purchase_order_reference"] == "P00031"
    assert (got["net_total"], got["tax_total"], got["gross_total"]) == (25, 0, 25)
    assert document.warnings == ("self-billed: made out by the buyer",)
    failed = [check for check in checks_of(document.figures) if not check.passed]
    assert [check.name for check in failed] == ["one_currency"]
    assert "LineExtensionAmount is in USD" in failed[0].detail


def test_an_order_response_in_parts_and_with_a_line_refused() -> None:
    document = read("ubl_order_response")
    told = [(row["buyer_item_id"], row["quantity"], row.get("delivery_date")) for row in rows(document)]
    assert told == [
        ("BM-100", 60, date(2026, 12, 2)),
        ("BM-100", 40, date(2026, 12, 16)),
        ("BM-200", 50, date(2026, 12, 9)),
        ("BM-300", 0, None),
    ]
    assert document.fields["document_type"].value == "order_confirmation"
    assert document.warnings == (
        "line 3 is not accepted by the seller",
        "line 3: the seller offers Washer A8 stainless in its place",
    )


def test_deliveries_that_do_not_come_to_the_quantity_leave_the_line_whole() -> None:
    content = sample("ubl_order_response").replace(b">60<", b">70<")
    document = read_electronic(content, "x.xml")
    first = rows(document)[0]
    assert (first["quantity"], first["delivery_date"]) == (100, date(2026, 12, 16))
    (failed,) = [check for check in checks_of(document.figures) if not check.passed]
    assert failed.name == "deliveries_add_up:1"
    assert failed.detail == "line 1: quantity of its deliveries = 110, stated is 100"


def test_a_rejected_order() -> None:
    content = (
        b'<OrderResponseSimple xmlns="urn:oasis:names:specification:ubl:schema:xsd:OrderResponseSimple-2"'
        b' xmlns:c="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"><c:ID>1</c:ID>'
        b"<c:AcceptedIndicator>false</c:AcceptedIndicator><c:RejectionNote>Not ours</c:RejectionNote>"
        b"</OrderResponseSimple>"
    )
    document = read_electronic(content, "x.xml")
    assert document.warnings == ("the seller rejects the whole order: Not ours",)
    assert document.fields["document_type"].value == "order_confirmation"
    assert document.fields["document_type"].path == "/OrderResponseSimple"


def test_a_despatch_advice_counts_in_hundreds() -> None:
    (row,) = rows(read("ubl_despatch_advice"))
    assert (row["quantity"], row["unit"]) == (Decimal("0.9"), "hundred")
    assert values(read("ubl_despatch_advice"))["delivery_date"] == date(2026, 12, 1)
    assert values(read("ubl_despatch_advice"))["document_type"] == "delivery_note"


def test_zugferd_1() -> None:
    document = read("zugferd_1")
    assert document.syntax == "ZUGFeRD 1"
    got = values(document)
    assert (got["document_number"], got["purchase_order_reference"]) == ("2026-88", "P00031")
    assert (got["net_total"], got["tax_total"], got["gross_total"]) == (30, Decimal("5.70"), Decimal("35.70"))
    assert got["seller_vat_id"] == "DE136695976"
    assert rows(document) == [
        {
            "seller_item_id": "NS-ROPE",
            "name": "Rope 6 mm",
            "quantity": 10,
            "unit": "m",
            "unit_price": Decimal("2.5"),
            "net_amount": 25,
        }
    ]
    assert document.warnings == ("marked as a test",)
    assert all(check.passed for check in checks_of(document.figures))


def test_an_order_x_response_gives_what_was_agreed() -> None:
    document = read("order_x_response")
    assert document.syntax == "Order-X"
    assert values(document)["issue_date"] == date(2026, 11, 16)
    told = [(row["buyer_item_id"], row["quantity"], row.get("delivery_date")) for row in rows(document)]
    assert told == [
        ("BM-100", 60, date(2026, 12, 1)),
        ("BM-100", 30, date(2026, 12, 11)),
        ("BM-300", 0, None),
    ]


def test_an_order_is_its_own_reference() -> None:
    content = sample("ubl_order_response").replace(b"OrderResponse", b"Order").replace(b"AB-20991", b"P00077")
    got = values(read_electronic(content, "x.xml"))
    assert (got["document_type"], got["purchase_order_reference"]) == ("order", "P00077")
    content = sample("order_x_response").replace(b">231<", b">220<").replace(b"BuyerOrderReferencedDocument", b"None")
    got = values(read_electronic(content, "x.xml"))
    assert (got["document_type"], got["purchase_order_reference"]) == ("order", "AB-7")


def test_lines_of_several_orders_name_none_for_the_whole() -> None:
    trade = Trade(order="", lines=(Goods(order="P1"), Goods(order="P2")))
    for content in (ubl(trade), cii(trade)):
        document = read_electronic(content, "x.xml")
        assert "purchase_order_reference" not in document.fields
        assert [row["purchase_order_reference"] for row in rows(document)] == ["P1", "P2"]
        assert document.warnings == ("its lines belong to several orders: P1, P2",)


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=30)
AMOUNT = st.decimals(min_value=0, max_value=9999, places=2)
GOODS = st.builds(
    Goods,
    name=WORDS,
    seller_id=WORDS,
    buyer_id=WORDS,
    quantity=st.decimals(min_value=1, max_value=5000, places=3),
    unit=st.sampled_from(["H87", "C62", "KGM", "MTR", "CEN", "XBX", "QQ"]),
    price=st.decimals(min_value=0, max_value=500, places=4),
    per=st.sampled_from([Decimal(1), Decimal(100), Decimal(1000)]),
    discount=AMOUNT,
    rate=st.sampled_from([Decimal(19), Decimal(7), Decimal("5.5")]),
    order=st.sampled_from(["", "P00031"]),
)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
TRADES = st.builds(
    Trade,
    number=WORDS,
    issued=DAYS,
    due=DAYS,
    delivered=DAYS,
    seller=WORDS,
    buyer=WORDS,
    order=WORDS,
    currency=st.sampled_from(["EUR", "USD", "CHF"]),
    freight=AMOUNT,
    prepaid=AMOUNT,
    code=st.sampled_from(["380", "381", "389", "386", "326", "384"]),
    lines=st.lists(GOODS, min_size=1, max_size=4).map(tuple),
)


@settings(max_examples=80, deadline=None)
@given(TRADES)
def test_a_trade_reads_alike_in_both_syntaxes(trade: Trade) -> None:
    one, other = read_electronic(ubl(trade), "u.xml"), read_electronic(cii(trade), "c.xml")
    assert values(one) == values(other)
    assert rows(one) == rows(other)
    assert values(one)["gross_total"] == trade.gross
    assert [row["net_amount"] for row in rows(one)] == [goods.net for goods in trade.lines]
    assert one.figures == other.figures


@settings(max_examples=40, deadline=None)
@given(TRADES)
def test_what_a_paper_keeps_reads_as_the_file_did(trade: Trade) -> None:
    document = read_electronic(ubl(trade), "u.xml")
    kept = PaperXml(name="u.xml", embedded=False, syntax=document.syntax, content=document.content)
    again = read_recorded(kept)
    assert (again.fields, again.lines, again.figures) == (document.fields, document.lines, document.figures)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("380", "invoice"),
        ("381", "credit_note"),
        ("384", "corrected_invoice"),
        ("389", "invoice"),
        ("326", "invoice"),
        ("386", "invoice"),
        ("220", "order"),
        ("230", "order_change"),
        ("231", "order_confirmation"),
        ("351", "delivery_note"),
        ("310", "quotation"),
        ("9999", None),
    ],
)
def test_document_type_codes(code: str, kind: str | None) -> None:
    assert type_of(code) == kind


@pytest.mark.parametrize(
    ("code", "name", "pieces"),
    [("H87", "pcs", 1), ("C62", "pcs", 1), ("PR", "pair", 2), ("CEN", "hundred", 100), ("MIL", "thousand", 1000)],
)
def test_units_that_the_facts_can_count(code: str, name: str, pieces: int) -> None:
    assert unit_name(code) == name
    assert factor(unit_name(code), "Units") == pieces


@pytest.mark.parametrize(
    ("code", "name"), [("kgm", "kg"), ("MTK", "m²"), ("XPX", "pallet"), ("ZZ", None), ("ABC", "ABC")]
)
def test_other_units(code: str, name: str | None) -> None:
    assert unit_name(code) == name


@pytest.mark.parametrize("text", ["NaN", "1e9", "Infinity", "1,5", "", "0x10", "9" * 40, "١٢"])
def test_what_is_no_amount(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("2026-11-20Z", date(2026, 11, 20)),
        ("2026-11-20T10:00:00+01:00", date(2026, 11, 20)),
        ("20261120", date(2026, 11, 20)),
        ("202611201200", date(2026, 11, 20)),
        ("20261341", None),
        ("20.11.2026", None),
    ],
)
def test_dates(text: str, read_as: date | None) -> None:
    assert day(text) == read_as


def media(name: str, kind: str, content: bytes) -> Document:
    return Document(name=name, media_type=kind, content=content)


@pytest.mark.parametrize(
    ("document", "xml"),
    [
        (media("a.bin", "application/xml; charset=utf-8", b"<a/>"), True),
        (media("a", "text/xml", b"<a/>"), True),
        (media("a.xml", "application/octet-stream", b"<a/>"), True),
        (media("a.dat", "application/octet-stream", b'\xef\xbb\xbf<?xml version="1.0"?><a/>'), True),
        (media("a.xml", "text/plain", b"<a/>"), True),
        (media("a.txt", "text/plain", b"<a> is smaller"), False),
        (media("a.svg", "image/svg+xml", b"<svg/>"), False),
        (media("a.xml", "text/xml", b"%PDF-1.7"), False),
        (media("a.pdf", "application/pdf", b"%PDF-1.7"), False),
    ],
)
def test_what_is_xml(document: Document, xml: bool) -> None:
    assert is_xml(document) is xml


def test_xml_of_another_kind_says_what_it_is() -> None:
    with pytest.raises(InputError, match=r"unknown kind \(its root is Order\).*Readable are"):
        read_electronic(b'<Order xmlns="urn:somebody:else"/>', "o.xml")


def test_the_text_of_an_xml_is_a_line_for_each_value() -> None:
    text = text_of_xml(sample("ubl_invoice"), "i.xml")
    assert "InvoicedQuantity H87: 3500" in text.splitlines()
    assert "RegistrationName: Nordschrauben & Söhne GmbH" in text
    assert "xmlns" not in text


def test_a_document_in_its_envelope() -> None:
    content = ubl(Trade())
    header = (
        b"<h:StandardBusinessDocumentHeader><h:HeaderVersion>1.0</h:HeaderVersion></h:StandardBusinessDocumentHeader>"
    )
    wrapped = b'<h:StandardBusinessDocument xmlns:h="urn:x">%s%s</h:StandardBusinessDocument>' % (header, content)
    document = read_electronic(wrapped, "x.xml")
    assert values(document) == values(read_electronic(content, "x.xml"))
    path = document.fields["document_number"].path
    assert path == "/StandardBusinessDocument/Invoice/ID"
    assert texts_by_path(document.content)[path] == "RE-4711"


def test_an_account_that_is_no_iban_is_not_called_one() -> None:
    assert "iban" not in read_electronic(ubl(Trade(iban="12345678")), "x.xml").fields
    assert "iban" not in read_electronic(cii(Trade(iban="12345678")), "x.xml").fields


def test_a_price_per_other_units_is_not_multiplied() -> None:
    content = ubl(Trade()).replace(b'BaseQuantity unitCode="H87"', b'BaseQuantity unitCode="XBX"')
    names = {check.name for check in checks_of(read_electronic(content, "x.xml").figures)}
    assert "lines_add_up" in names
    assert "line_amount:1" not in names


@pytest.mark.parametrize(
    ("old", "new", "failed"),
    [
        (b'TaxExclusiveAmount currencyID="EUR">466.75', b'TaxExclusiveAmount currencyID="EUR">466.76', "net_of_lines"),
        (b">549.53<", b">549.54<", "net_plus_tax_is_gross"),
        (b">449.55<", b">449.53<", "amount_due"),
        (b">82.78<", b">82.79<", "tax_adds_up"),
        (b">79.33<", b">79.99<", "tax_of_rate:S:19"),
        (b">417.50<", b">400.00<", "tax_base:S:19"),
        (
            b'<cbc:AllowanceTotalAmount currencyID="EUR">20.00',
            b'<cbc:AllowanceTotalAmount currencyID="EUR">21.00',
            "allowances_add_up",
        ),
        (
            b'<cbc:ChargeTotalAmount currencyID="EUR">12.50',
            b'<cbc:ChargeTotalAmount currencyID="EUR">12.00',
            "charges_add_up",
        ),
        (b">474.25<", b">474.24<", "lines_add_up"),
        (b">3500<", b">3501<", "line_amount:1"),
    ],
)
def test_each_rule_can_fail(old: bytes, new: bytes, failed: str) -> None:
    whole = checks_of(read("ubl_invoice").figures)
    assert all(check.passed for check in whole)
    assert failed in {check.name for check in whole}
    content = sample("ubl_invoice").replace(old, new)
    assert failed in {c.name for c in checks_of(read_electronic(content, "x.xml").figures) if not c.passed}

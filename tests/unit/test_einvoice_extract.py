"""The extract task on electronic documents: the XML wins, the page is laid beside it, and all is verified again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.einvoice_set import sample
from tests.unit.einvoice_pdf import factur_x, printed
from tests.unit.einvoice_trade import Goods, Trade, cii, ubl
from tests.unit.fact_cases import PURCHASE, case, facts, line, purchase
from triage.domain import Document, Limits, Method, Paper, View
from triage.odoo.papers import text_of_paper
from triage.tasks.extract.electronic import read_document
from triage.tasks.extract.embedded import EmbeddedExtractor
from triage.tasks.extract.rows import row
from triage.verify.numbers import unsupported
from triage.verify.pages import verify_paper

TRADE = Trade(
    lines=(
        Goods(),
        Goods("Wall anchor 10 mm", "NS-210", "BM-200", Decimal(50), "C62", Decimal("2.20"), Decimal(1)),
        Goods("Cutting wax", "NS-900", "BM-900", Decimal("12.5"), "KGM", Decimal("3.94"), Decimal(1)),
    ),
    freight=Decimal("12.50"),
)
EXTRACTOR = EmbeddedExtractor(Limits())


def read(document: Document) -> Paper:
    return verify_paper(EXTRACTOR.invoke(document))


def xml(content: bytes, name: str = "re.xml") -> Document:
    return Document(name=name, media_type="text/xml", content=content)


def differing(paper: Paper) -> dict[str, str]:
    return {
        c.name.removeprefix("page_agrees:"): c.detail for c in paper.checks if "page_agrees" in c.name and not c.passed
    }


def test_an_xml_of_its_own_is_a_paper() -> None:
    paper = read(xml(ubl(TRADE)))
    assert paper.by.method is Method.XML
    assert paper.by.model == "einvoice-1"
    assert paper.xml is not None
    assert (paper.xml.name, paper.xml.embedded, paper.xml.syntax) == ("re.xml", False, "UBL Invoice")
    assert paper.abstained is None
    assert paper.pages == ()
    assert paper.fields["gross_total"].value == TRADE.gross
    assert all(check.passed for check in paper.checks)
    assert Paper.model_validate_json(paper.model_dump_json()) == paper


def test_every_value_is_verified_by_reading_the_xml_again() -> None:
    paper = read(xml(sample("ubl_order_response")))
    found = [*paper.fields.values(), *(one for row in paper.lines for one in row.fields.values())]
    assert len(found) > 20
    assert all(one.verified and one.confidence is None for one in found)
    assert not any("not found as printed" in warning for warning in paper.warnings)


@pytest.mark.parametrize(
    "changed",
    [
        {"value": Decimal("9.99")},
        {"text": "9.99"},
        {"path": "/Invoice/LegalMonetaryTotal/PayableAmount[2]"},
        {"path": "/Invoice/ID"},
    ],
)
def test_a_value_that_the_xml_does_not_have_is_not_verified(changed: dict[str, Any]) -> None:
    paper = read(xml(ubl(TRADE)))
    wrong = paper.fields["net_total"].with_(**changed)
    again = verify_paper(paper.with_(fields=paper.fields | {"net_total": wrong}))
    assert not again.fields["net_total"].verified
    assert "not found as printed: net_total" in again.warnings
    bare = verify_paper(paper.with_(xml=None))
    assert not any(one.verified for one in bare.fields.values())
    assert verify_paper(again) == again


def test_a_page_that_says_the_same_gives_boxes() -> None:
    paper = read(factur_x(TRADE))
    assert paper.xml is not None and paper.xml.embedded and paper.xml.name == "factur-x.xml"
    assert differing(paper) == {}
    assert any(c.name == "page_agrees:all" and c.passed for c in paper.checks)
    for name in ("document_number", "issue_date", "gross_total", "net_total", "tax_total", "iban", "seller_name"):
        found = paper.fields[name]
        assert found.path and found.page == 1 and found.box and found.verified, name
        assert found.confidence is None
    boxes = [one.box for row in paper.lines for one in row.fields.values()]
    assert sum(box is not None for box in boxes) >= 9
    assert [row.fields["net_amount"].value for row in paper.lines] == [goods.net for goods in TRADE.lines]
    assert paper.by.model.startswith("einvoice-1+")
    assert paper.warnings == ()


def test_only_the_xml_knows_the_price_base() -> None:
    first = read(factur_x(TRADE)).lines[0].fields
    assert (first["unit_price"].value, first["price_per"].value) == (Decimal("12.50"), Decimal(100))


@pytest.mark.parametrize(
    ("change", "name", "page", "data"),
    [
        ({"number": "RE-9999"}, "document_number", "RE-9999", "RE-4711"),
        ({"iban": "DE21500105175407324931"}, "iban", "DE21500105175407324931", "DE75512108001245126199"),
        ({"freight": Decimal("100.00")}, "gross_total", "323,38", "219.26"),
        ({"due": date(2027, 1, 31)}, "due_date", "31.01.2027", "20261220"),
        ({"order": "P00099"}, "purchase_order_reference", "P00099", "P00031"),
        ({"seller": "Zuidbout Techniek B.V."}, "seller_name", "Zuidbout", "Nordschrauben GmbH"),
        ({"code": "381"}, "document_type", "Gutschrift", "380"),
    ],
)
def test_a_page_that_says_otherwise_is_a_finding(change: dict[str, Any], name: str, page: str, data: str) -> None:
    trade = TRADE
    paper = read(factur_x(trade, replace(trade, **change)))
    found = differing(paper)
    assert name in found
    assert page in found[name]
    assert data in found[name]
    assert any(w.startswith(f"page and XML differ in {name}: ") for w in paper.warnings)
    assert paper.fields[name].box is None
    assert paper.fields[name].verified


def test_a_line_that_is_printed_otherwise_is_a_finding() -> None:
    first, *rest = TRADE.lines
    page = replace(TRADE, lines=(replace(first, quantity=Decimal(120)), *rest))
    found = differing(read(factur_x(TRADE, page)))
    assert "'120'" in found["line:1:quantity"]
    assert {"line:1:net_amount", "net_total", "gross_total"} <= set(found)


def test_a_line_that_the_xml_lacks_is_a_finding() -> None:
    page = replace(
        TRADE, lines=(*TRADE.lines, Goods("Grease gun", "NS-333", "", Decimal(7), "C62", Decimal(31), Decimal(1)))
    )
    assert "Grease gun" in differing(read(factur_x(TRADE, page)))["lines"]


def test_what_the_page_does_not_print_is_no_difference() -> None:
    assert differing(read(factur_x(TRADE, replace(TRADE, order="", iban="")))) == {}


def test_what_only_the_page_prints_is_kept_with_its_measured_confidence() -> None:
    paper = read(factur_x(replace(TRADE, iban=""), TRADE))
    iban = paper.fields["iban"]
    assert (iban.value, iban.path, iban.page) == (TRADE.iban, None, 1)
    assert iban.confidence is not None


def test_a_credit_note_may_be_printed_with_minus_signs() -> None:
    trade = replace(TRADE, code="381")
    minus = replace(
        trade, freight=-trade.freight, lines=tuple(replace(one, quantity=-one.quantity) for one in trade.lines)
    )
    paper = read(factur_x(trade, minus))
    assert differing(paper) == {}
    assert paper.fields["gross_total"].value == trade.gross


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE a><a/>", "brings a document type definition"),
        (b"<a", "is not well-formed XML"),
        (b"<a/>", "is XML of an unknown kind"),
    ],
)
def test_a_bad_xml_in_a_pdf_is_a_warning_and_the_page_is_read(content: bytes, said: str) -> None:
    paper = read(factur_x(TRADE, xml=content))
    (warning,) = [one for one in paper.warnings if "factur-x.xml" in one]
    assert said in warning
    assert paper.xml is None
    assert paper.by == EXTRACTOR.producer
    assert paper.fields["document_number"].value == TRADE.number


def test_a_bad_xml_of_its_own_abstains() -> None:
    paper = read(xml(b"<!DOCTYPE a><a/>"))
    assert paper.abstained is not None
    assert paper.warnings == ("re.xml: brings a document type definition, which is not read",)
    large = EmbeddedExtractor(Limits(max_file_bytes=100)).invoke(xml(ubl(TRADE)))
    assert large.abstained is not None and "at most 100 bytes" in large.abstained.reason


def test_a_page_that_cannot_be_read_does_not_matter() -> None:
    page = EXTRACTOR.read_pages(Document(name="re.pdf", media_type="application/pdf", content=b"%PDF- broken"))
    assert page.abstained is not None
    paper = verify_paper(read_document(factur_x(TRADE), Limits(), lambda _: page))
    assert paper.abstained is None
    assert paper.fields["gross_total"].value == TRADE.gross
    assert any("its pages were not read" in warning for warning in paper.warnings)


def test_without_lines_in_the_xml_those_of_the_page_count() -> None:
    content = cii(TRADE)
    start, end = content.index(b"<m:IncludedSupply"), content.rindex(b"</m:IncludedSupplyChainTradeLineItem>")
    minimum = content[:start] + content[end + len(b"</m:IncludedSupplyChainTradeLineItem>") :]
    paper = read(factur_x(TRADE, xml=minimum))
    assert len(paper.lines) == 3
    assert all(one.path is None and one.box for row in paper.lines for one in row.fields.values())


def test_sums_that_do_not_follow_fail() -> None:
    content = ubl(TRADE).replace(b">Wall anchor 10 mm<", b">x<").replace(b">110.00<", b">111.00<")
    failed = {check.name for check in read(xml(content)).checks if not check.passed}
    assert failed == {"lines_add_up", "line_amount:2", "tax_base:S:19"}


def test_a_row_names_the_xml_and_the_paths() -> None:
    out = json.loads(json.dumps(row(read(factur_x(TRADE)), "re.pdf")))
    assert out["xml"]["name"] == "factur-x.xml"
    assert "content" not in out["xml"]
    assert out["fields"]["gross_total"]["path"].endswith("/GrandTotalAmount")
    assert out["fields"]["gross_total"]["box"]


def test_a_summary_may_use_what_only_the_xml_says() -> None:
    paper = read(xml(ubl(TRADE)))
    view = View(case(), (paper,))
    assert view.sources()["document:0:xml"].splitlines()[0] == "ID: RE-4711"
    assert unsupported(f"Invoice RE-4711 over {TRADE.gross} EUR.", view) == []
    assert unsupported("Invoice RE-4712.", view) == ["RE-4712"]


def test_linking_reads_an_xml() -> None:
    assert "P00031" in text_of_paper(xml(ubl(TRADE)))
    assert text_of_paper(xml(b"<a")) == ""


BOLT = line(unit_price=Decimal("0.11"), partner_code="NS-840", name="Hex bolt M8x40", date_planned=date(2026, 12, 2))
ANCHOR = line("BM-200", 50, id=8, unit_price=Decimal("2.00"), date_planned=date(2026, 12, 2))
WASHER = line("BM-300", 20, id=9, unit_price=Decimal("4.00"), date_planned=date(2026, 12, 2))


def test_facts_of_an_order_response() -> None:
    subject = case(record=PURCHASE, order=None, purchases=(purchase(BOLT, ANCHOR, WASHER),))
    found = facts(subject, [read(xml(sample("ubl_order_response"), "ab.xml"))])
    assert found["confirmation.price_difference[BM-100]"].value == Decimal("0.015")
    assert found["confirmation.price_difference[BM-200]"].value == Decimal("0.2")
    assert found["confirmation.date_difference[BM-100]"].value == 14
    assert found["confirmation.date_difference[BM-200]"].value == 7
    assert found["confirmation.quantity_difference[BM-300]"].value == -20
    assert "confirmation.quantity_difference[BM-100]" not in found
    assert "confirmation.missing_line[BM-300]" not in found


def test_facts_of_a_despatch_advice_in_hundreds() -> None:
    subject = case(record=PURCHASE, order=None, purchases=(purchase(BOLT),))
    found = facts(subject, [read(xml(sample("ubl_despatch_advice"), "ls.xml"))])
    assert found["delivery.quantity_difference[BM-100]"].value == -10


def test_facts_of_an_invoice_with_its_price_per_hundred() -> None:
    subject = case(record=PURCHASE, order=None, purchases=(purchase(BOLT),))
    found = facts(subject, [read(xml(cii(Trade())))])
    assert found["invoice.price_difference[BM-100]"].value == Decimal("0.015")


def test_an_invoice_sent_as_xml_and_as_pdf_is_one() -> None:
    subject = case(record=PURCHASE, order=None, purchases=(purchase(BOLT),))
    picture = read(Document(name="re.pdf", media_type="application/pdf", content=printed(Trade())))
    data = read(xml(cii(Trade())))
    assert picture.text_of("document_number") == data.text_of("document_number")
    assert facts(subject, [picture, data]).keys() == facts(subject, [data]).keys() != set()


def test_a_pdf_without_xml_is_read_as_before() -> None:
    document = Document(name="re.pdf", media_type="application/pdf", content=printed(TRADE))
    assert EXTRACTOR.invoke(document) == EXTRACTOR.read_pages(document)

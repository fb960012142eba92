"""Electronic documents from the command line: a readable report, and a purchase order whose supplier answers in XML."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path

from tests.acceptance.command import lines, no_traceback, triage
from tests.einvoice_set import sample
from tests.unit.einvoice_pdf import factur_x
from tests.unit.einvoice_trade import Trade
from tests.unit.fact_cases import PURCHASE, case, line, purchase
from triage.documents.einvoice.reading import is_xml
from triage.domain import Document
from triage.intake.mail import parse_mail
from triage.odoo.capture.documents import document as captured


def test_an_xml_gives_a_readable_report(tmp_path: Path) -> None:
    path = tmp_path / "ab.xml"
    path.write_bytes(sample("ubl_order_response"))
    done = triage(tmp_path / "home", "extract", path)
    assert done.returncode == 0, done.stderr
    assert "read from the XML (UBL OrderResponse)" in done.stdout
    assert "order_confirmation  XML" in done.stdout
    assert "line 3 is not accepted by the seller" in done.stdout


def test_a_pdf_says_what_its_xml_and_its_page_say(tmp_path: Path) -> None:
    path = tmp_path / "re.pdf"
    path.write_bytes(factur_x(Trade(), Trade(iban="DE21500105175407324931")).content)
    done = triage(tmp_path / "home", "extract", path)
    assert done.returncode == 0, done.stderr
    assert "read from the embedded XML factur-x.xml (UN/CEFACT CrossIndustryInvoice, urn:cen.eu" in done.stdout
    assert "XML and page 1" in done.stdout
    assert "BAD the page says 'DE21500105175407324931' (page 1), the XML says 'DE75512108001245126199'" in done.stdout
    (row,) = lines(triage(tmp_path / "home", "extract", "--jsonl", path))
    assert row["xml"]["embedded"] is True
    assert row["fields"]["iban"]["value"] == "DE75512108001245126199"


def test_a_bad_xml_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.xml"
    path.write_bytes(b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>')
    done = triage(tmp_path / "home", "extract", path)
    assert done.returncode == 1
    assert no_traceback(done)
    assert "brings a document type definition, which is not read" in done.stdout


def test_a_purchase_order_and_the_supplier_s_answer_in_xml_become_a_card(tmp_path: Path) -> None:
    ordered = (
        line(unit_price=Decimal("0.11"), name="Hex bolt M8x40", date_planned=date(2026, 12, 2)),
        line("BM-200", 50, id=8, unit_price=Decimal("2.00"), date_planned=date(2026, 12, 2)),
        line("BM-300", 20, id=9, unit_price=Decimal("4.00"), date_planned=date(2026, 12, 2)),
    )
    answer = Document(name="ab.xml", media_type="application/xml", content=sample("ubl_order_response"))
    record = case(record=PURCHASE, order=None, purchases=(purchase(*ordered),), documents=(answer,))
    (tmp_path / "p00031.json").write_text(record.model_dump_json(), encoding="utf-8")
    home = tmp_path / "home"
    done = triage(home, "run", tmp_path / "p00031.json")
    assert done.returncode == 0, done.stderr + done.stdout
    assert "supplier_change" in done.stdout
    card = triage(home, "card", "1")
    assert card.returncode == 0, card.stderr
    assert "0.11 EUR ordered, 0.125 EUR in ab.xml" in card.stdout
    assert "20 Units ordered, 0 confirmed" in card.stdout
    again = lines(triage(home, "run", tmp_path / "p00031.json", "--json"))
    assert len(again) == 1
    assert triage(home, "audit", "verify").returncode == 0


def test_an_xml_is_a_case_of_its_own_and_a_document_of_its_mail(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "re.xml").write_bytes(sample("zugferd_1"))
    done = triage(tmp_path / "home", "run", tmp_path / "in")
    assert done.returncode == 0, done.stderr + done.stdout
    mail = EmailMessage()
    mail["From"], mail["Message-ID"] = "a@supplier.example", "<1@supplier.example>"
    mail.set_content("Please find our invoice attached.")
    for subtype, name in (("xml", "a.xml"), ("octet-stream", "b.xml")):
        mail.add_attachment(sample("zugferd_1"), maintype="application", subtype=subtype, filename=name)
    found = parse_mail(bytes(mail), "m.eml").documents
    assert [one.name for one in found] == ["a.xml", "b.xml"]
    assert all(is_xml(one) for one in found)
    assert is_xml(captured("re.xml", "text/plain", sample("zugferd_1")))
    assert is_xml(captured("re.xml", None, sample("zugferd_1")))

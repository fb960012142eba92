"""Fields and lines of own documents with hard cases; every value read again from its box."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader, PdfWriter

from tests.unit.document_hard import HARD
from tests.unit.document_layouts import LAYOUTS
from tests.unit.document_samples import SAMPLES, Pen, Sample, american_invoice, cells
from triage.documents.finding import Findings, find
from triage.documents.reading import read
from triage.documents.reread import reads_again, text_in
from triage.domain import Document, Limits, Page


def pages_of(content: bytes) -> tuple[Page, ...]:
    return read(Document(name="a.pdf", media_type="application/pdf", content=content), Limits())[0]


def plain(value):
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def found_in(content: bytes) -> Findings:
    return find(pages_of(content))


MAY_BE_PRINTED = {"delivery_date", "document_type", "issue_date", "currency"}
"""Fields that a sample may print without listing them."""


@pytest.fixture(scope="module", params=(*SAMPLES, *LAYOUTS, *HARD), ids=lambda make: make.__name__)
def sample(request) -> Sample:
    return request.param()


@pytest.fixture(scope="module")
def pages(sample):
    return pages_of(sample.content)


@pytest.fixture(scope="module")
def findings(pages):
    return find(pages)


def test_every_printed_field_is_found(sample, findings):
    found = {name: plain(candidate.value) for name, candidate in findings.fields.items()}
    assert {name: found.get(name) for name in sample.fields} == pytest.approx(sample.fields)


def test_nothing_is_invented(sample, findings):
    scored = set(findings.fields) - MAY_BE_PRINTED
    extra = {name for name in scored - set(sample.fields) if findings.fields[name].value != 0}
    assert not extra


def test_every_line_is_found(sample, findings):
    assert len(findings.lines) == len(sample.lines)
    for wanted, line in zip(sample.lines, findings.lines, strict=True):
        ours = {name: plain(candidate.value) for name, candidate in line.items()}
        assert ours["name"].startswith(wanted["name"])
        numbers = {name: value for name, value in wanted.items() if name != "name"}
        assert {name: ours.get(name) for name in numbers} == pytest.approx(numbers)


def test_every_value_is_read_again_from_its_box(sample, pages, findings):
    values = [*findings.fields.items(), *(item for line in findings.lines for item in line.items())]
    assert values
    assert [(name, c.found.text) for name, c in values if not reads_again(name, c.read(), pages)] == []


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_rotated_page_reads_like_an_upright_one(turn):
    sample = american_invoice()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(sample.content)))
    for page in writer.pages:
        page.rotate(turn)
    out = io.BytesIO()
    writer.write(out)
    pages = pages_of(out.getvalue())
    findings = find(pages)
    found = {name: plain(c.value) for name, c in findings.fields.items()}
    assert {name: found.get(name) for name in sample.fields} == pytest.approx(sample.fields)
    assert len(findings.lines) == 3
    assert all(reads_again(name, c.read(), pages) for name, c in findings.fields.items())
    assert text_in(pages[0], findings.fields["document_number"].found.box) == "KF-20993"


COLUMNS = ((60, "l"), (330, "r"), (420, "r"), (540, "r"))
HEADS = ("Description", "Quantity", "Unit Price", "Amount")


def invoice(*totals: tuple[str, str], rows: tuple[tuple[str, str, str, str], ...] = ()) -> bytes:
    pen = Pen()
    pen.at(60, 60, "Calder Tools Ltd", 14)
    pen.pairs(400, 480, 60, ("Invoice No", "CT-1"), ("Invoice Date", "5 March 2026"))
    pen.row(200, *cells(COLUMNS, *HEADS))
    y = 216.0
    for row in rows:
        pen.row(y, *cells(COLUMNS, *row))
        y += 14
    for label, value in totals:
        y += 16
        pen.row(y, (400, "l", label), (540, "r", value))
    return pen.done()


ROW = ("Cold chisel", "10", "10.00", "100.00")


def totals_of(content: bytes) -> tuple[float | None, ...]:
    fields = found_in(content).fields
    return tuple(
        plain(fields[name].value) if name in fields else None for name in ("net_total", "tax_total", "gross_total")
    )


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ((("Net", "100.00"), ("VAT 20%", "20.00"), ("Total", "120.00")), (100, 20, 120)),
        ((("Total", "120.00"), ("of which VAT 20%", "20.00"), ("Total net", "100.00")), (100, 20, 120)),
        (
            (("Subtotal", "100.00"), ("VAT", "20.00"), ("Total", "120.00"), ("Paid", "50.00"), ("Due", "70.00")),
            (100, 20, 120),
        ),
        ((("Total", "100.00"),), (100, None, 100)),
        ((("Total incl. VAT", "100.00"),), (None, None, 100)),
        ((("Total", "99.00"),), (None, None, 99)),
        ((("Shipping", "12.00"),), (None, None, None)),
    ],
)
def test_totals_are_chosen_so_that_they_agree(totals, expected):
    assert totals_of(invoice(*totals, rows=(ROW,))) == pytest.approx(expected)


def test_totals_that_do_not_add_up_are_not_called_proved():
    fields = found_in(invoice(("Net total", "100.00"), ("VAT", "19.00"), ("Grand total", "125.00"))).fields
    assert all(c.support != "proved" for name, c in fields.items() if name.endswith("_total"))


def test_a_subtotal_between_rows_is_no_row():
    rows = (ROW, ("Subtotal", "", "", "100.00"), ("Claw hammer", "2", "15.00", "30.00"))
    lines = found_in(invoice(("Total net", "130.00"), rows=rows)).lines
    assert [line["name"].value for line in lines] == ["Cold chisel", "Claw hammer"]


def test_an_amount_without_quantity_is_a_row_where_the_total_needs_it():
    rows = (ROW, ("Claw hammer", "2", "15.00", "30.00"), ("Assembly on site", "", "", "7.50"))
    with_it = found_in(invoice(("Total net", "137.50"), rows=rows)).lines
    without = found_in(invoice(("Total net", "130.00"), rows=rows)).lines
    assert len(with_it) == 3
    assert len(without) == 2


@pytest.mark.parametrize("charge", ["Carriage", "Porto und Verpackung", "Spese di imballo", "Frais de port"])
def test_a_charge_among_the_rows_is_no_item(charge):
    rows = (ROW, ("Claw hammer", "2", "15.00", "30.00"), (charge, "", "", "7.50"))
    found = found_in(invoice(("Total net", "137.50"), rows=rows))
    assert [line["name"].value for line in found.lines] == ["Cold chisel", "Claw hammer"]
    assert found.fields["net_total"].value == Decimal("137.50")


def test_a_rebate_on_the_whole_is_no_row_even_where_the_total_needs_it():
    rows = (ROW, ("Claw hammer", "2", "15.00", "30.00"), ("Less 10% trade rebate", "", "", "-13.00"))
    lines = found_in(invoice(("Total net", "117.00"), rows=rows)).lines
    assert [line["name"].value for line in lines] == ["Cold chisel", "Claw hammer"]


def test_products_say_which_column_is_which():
    pen = Pen()
    pen.at(60, 60, "Calder Tools Ltd", 14)
    pen.row(200, *cells(COLUMNS, *HEADS))
    pen.row(216, (60, "l", "Wood screw 4x40"), (300, "r", "250"), (400, "r", "0.04"), (540, "r", "10.00"))
    pen.row(230, (60, "l", "Wood screw 5x60"), (300, "r", "80"), (400, "r", "0.05"), (540, "r", "4.00"))
    first, second = found_in(pen.done()).lines
    assert (first["quantity"].value, first["unit_price"].value) == (250, Decimal("0.04"))
    assert second["quantity"].support == "proved"


def test_products_prove_a_column_whose_heading_is_not_known():
    pen = Pen()
    pen.at(60, 60, "Calder Tools Ltd", 14)
    pen.row(200, *cells(COLUMNS, "Description", "Quantity", "Tariffing", "Amount"))
    pen.row(216, *cells(COLUMNS, "Wood screw 4x40", "250", "0.04", "10.00"))
    (line,) = found_in(pen.done()).lines
    assert line["unit_price"].value == Decimal("0.04")


def test_a_column_that_is_not_known_is_left_alone_without_proof():
    pen = Pen()
    pen.at(60, 60, "Calder Tools Ltd", 14)
    pen.row(200, *cells(COLUMNS, "Description", "Quantity", "Tariffing", "Amount"))
    pen.row(216, *cells(COLUMNS, "Wood screw 4x40", "250", "7.30", "10.00"))
    (line,) = found_in(pen.done()).lines
    assert "unit_price" not in line


def test_an_empty_page_gives_nothing():
    assert find((Page(number=1, width=100, height=100),)) == Findings({}, ())


def test_a_letter_gives_no_amounts_and_no_lines():
    pen = Pen()
    pen.block(60, 80, "Dear all,", "our office is closed on 1 May 2026.", "Kind regards, the team in Rotterdam")
    findings = found_in(pen.done())
    assert not findings.lines
    assert not {"net_total", "gross_total", "document_number", "iban"} & findings.fields.keys()


def test_the_customers_own_vat_id_is_not_the_sellers():
    pen = Pen()
    pen.at(60, 60, "INVOICE", 16)
    pen.at(60, 100, "Your VAT No: NL001234567B13")
    assert "seller_vat_id" not in found_in(pen.done()).fields


def test_an_account_that_is_debited_is_not_where_to_pay():
    pen = Pen()
    pen.at(60, 60, "Rechnung", 16)
    pen.at(60, 100, "Der Betrag wird von Ihrem Konto DE89 3704 0044 0532 0130 00 abgebucht.")
    assert "iban" not in found_in(pen.done()).fields


def test_an_ambiguous_date_alone_is_only_a_guess():
    pen = Pen()
    pen.at(60, 60, "INVOICE", 16)
    pen.at(60, 100, "Invoice Date: 03/04/2026")
    assert found_in(pen.done()).fields["issue_date"].support == "guessed"

"""Bytes to pages: boxes as displayed, rotation, encryption, damage, hidden and meaningless text."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from tests.unit.document_samples import Pen, dutch_invoice_buyer_first
from triage.documents.glyphs import Glyphs
from triage.documents.reading import Recognised, is_garbled, read
from triage.domain import Document, Limits, Page, ReadBy
from triage.errors import InputError

LIMITS = Limits()


def pdf(content: bytes, name: str = "paper.pdf") -> Document:
    return Document(name=name, media_type="application/pdf", content=content)


def page_of(content: bytes) -> Page:
    return read(pdf(content), LIMITS)[0][0]


def word(page: Page, text: str):
    return next(w for w in page.words if w.text == text)


def with_pages(content: bytes, change) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    for page in writer.pages:
        change(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def marked_page() -> bytes:
    pen = Pen()
    pen.at(100, 50, "Upper")
    pen.at(400, 700, "Lower")
    return pen.done()


def test_boxes_count_from_the_top_left():
    page = page_of(marked_page())
    upper, lower = word(page, "Upper").box, word(page, "Lower").box
    assert (page.width, page.height) == pytest.approx(A4, abs=0.1)
    assert upper.x0 == pytest.approx(100, abs=1)
    assert upper.top < 50 < upper.bottom + 3
    assert lower.top > 600
    assert lower.x0 == pytest.approx(400, abs=1)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_boxes_follow_the_rotation_of_the_page(turn):
    """Drawn sideways and rotated to be read: as displayed, whatever the page's own coordinates are."""
    pen = Pen()
    width, height = A4
    pen.canvas.rotate(turn)
    pen.canvas.translate(*{90: (0, -width), 180: (-width, -height), 270: (-height, 0)}[turn])
    pen.canvas.drawString(100, (width if turn % 180 else height) - 50, "Upper")
    page = page_of(with_pages(pen.done(), lambda p: p.rotate(turn)))
    upper = word(page, "Upper").box
    assert (upper.x0, upper.bottom) == pytest.approx((100, 52), abs=2)
    assert (page.width > page.height) is bool(turn % 180)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_is_displayed_turned_is_stood_upright(turn):
    pages, warnings = read(pdf(with_pages(marked_page(), lambda p: p.rotate(turn))), LIMITS)
    straight = page_of(marked_page())
    assert pages[0].text == straight.text
    assert (pages[0].width, pages[0].height) == (straight.width, straight.height)
    assert word(pages[0], "Lower").box == word(straight, "Lower").box
    assert warnings == (f"page 1 is drawn turned by {turn} degrees: boxes are of the page stood upright",)


def test_a_crop_box_moves_the_origin_and_hides_what_is_outside():
    def crop(page):
        page.cropbox.lower_left = (50, 0)
        page.cropbox.upper_right = (A4[0], A4[1] - 20)

    pages, warnings = read(pdf(with_pages(marked_page(), crop)), LIMITS)
    assert word(pages[0], "Upper").box.x0 == pytest.approx(50, abs=1)
    assert word(pages[0], "Upper").box.bottom == pytest.approx(32, abs=4)
    assert not warnings


def test_text_outside_the_page_is_left_out_and_said():
    pen = Pen()
    pen.at(60, 60, "Seen")
    pen.at(60, -40, "Unseen")
    pages, warnings = read(pdf(pen.done()), LIMITS)
    assert [w.text for w in pages[0].words] == ["Seen"]
    assert any("outside" in warning and "page 1" in warning for warning in warnings)


def test_words_are_numbered_through_the_document():
    pen = Pen()
    pen.at(60, 60, "one two")
    pen.page()
    pen.at(60, 60, "three")
    pages, _ = read(pdf(pen.done()), LIMITS)
    assert [w.id for page in pages for w in page.words] == [0, 1, 2]
    assert [page.number for page in pages] == [1, 2]


def test_columns_are_kept_apart_in_the_text():
    pen = Pen()
    pen.row(60, (60, "l", "Total"), (500, "r", "12.50"))
    assert "Total" + " " * 10 in page_of(pen.done()).text


def test_a_form_x_object_is_read():
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    canvas.beginForm("inner")
    canvas.drawString(70, 700, "Inside")
    canvas.endForm()
    canvas.doForm("inner")
    canvas.save()
    assert [w.text for w in page_of(buffer.getvalue()).words] == ["Inside"]


def test_an_empty_password_opens():
    pen = Pen(encrypt=StandardEncryption("", ownerPassword="owner", canPrint=0))
    pen.at(60, 60, "Open")
    assert [w.text for w in page_of(pen.done()).words] == ["Open"]


def test_a_password_is_named():
    pen = Pen(encrypt=StandardEncryption("secret", ownerPassword="owner"))
    pen.at(60, 60, "Closed")
    with pytest.raises(InputError, match=r"paper\.pdf: is encrypted with a password"):
        read(pdf(pen.done()), LIMITS)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is not a PDF"),
        (b"<html></html>", "is not a PDF"),
        (b"%PDF-1.7\n" + b"\0" * 300, "damaged or cut off"),
        (b"%PDF-1.4\n1 0 obj\n<<", "damaged or cut off"),
    ],
)
def test_what_cannot_be_read_is_said(content, problem):
    with pytest.raises(InputError, match=problem):
        read(pdf(content), LIMITS)


def test_a_truncated_file_is_read_in_part_or_refused():
    content = dutch_invoice_buyer_first().content
    for share in (0.3, 0.6, 0.9):
        try:
            _, warnings = read(pdf(content[: int(share * len(content))]), LIMITS)
        except InputError as error:
            assert "damaged" in str(error)
        else:
            assert warnings


def test_a_large_file_is_refused_before_it_is_opened():
    with pytest.raises(InputError, match="more than the limit of 1000"):
        read(pdf(marked_page()), Limits(max_file_bytes=1000))


def test_beyond_the_limit_pages_are_left_out_with_a_warning():
    pen = Pen()
    for n in range(5):
        pen.at(60, 60, f"page{n}")
        pen.page()
    pages, warnings = read(pdf(pen.done()), Limits(max_pages=3))
    assert len(pages) == 3
    assert "5 pages: only the first 3 were read" in warnings


def image_page() -> bytes:
    pen = Pen()
    pen.canvas.setFillColor(colors.grey)
    pen.canvas.rect(100, 100, 300, 500, fill=1)
    return pen.done()


def test_a_page_without_text_says_what_to_install():
    pages, warnings = read(pdf(image_page()), LIMITS)
    assert pages[0].read_by is ReadBy.NOTHING
    assert warnings == ("page 1 is an image: install the OCR extra",)


class FakeRecogniser:
    version = "fake"

    def words(self, document, page):
        return Recognised([Glyphs("Rechnung", 60, 60, 120, 72, 12.0), Glyphs("4711", 125, 60, 150, 72, 12.0)])


def test_a_recogniser_reads_pages_without_text_only():
    pages, warnings = read(pdf(image_page()), LIMITS, FakeRecogniser())
    assert pages[0].read_by is ReadBy.OCR
    assert pages[0].text.strip() == "Rechnung 4711"
    assert warnings == ("page 1 was read by OCR (the page is an image): characters may be misread",)
    untouched, _ = read(pdf(marked_page()), LIMITS, FakeRecogniser())
    assert untouched[0].read_by is ReadBy.TEXT


@pytest.mark.parametrize(
    ("text", "garbled"),
    [
        ("Rechnung Nr. 4711 vom 3. März", False),
        ("\ue001\ue002\ue003\ue004 \ue005\ue006\ue007\ue008\ue009", True),
        ("\ufffd\ufffd\ufffd\ufffd Total \ufffd\ufffd\ufffd", True),
        ("(cid:12)(cid:34)(cid:56)(cid:78)", True),
        ("\ue001", False),
    ],
)
def test_a_broken_text_layer_is_recognised(text, garbled):
    assert is_garbled(text) is garbled


def test_plain_text_is_one_page_with_boxes():
    document = Document(name="note.txt", media_type="text/plain", content=b"Rechnung 42\n  Summe 9,50")
    (page,), warnings = read(document, LIMITS)
    assert [w.text for w in page.words] == ["Rechnung", "42", "Summe", "9,50"]
    assert word(page, "Summe").box.x0 == 10
    assert word(page, "Summe").box.top > word(page, "42").box.top
    assert not warnings


def test_doubled_words_are_read_once():
    pen = Pen()
    pen.at(60, 60, "Bold")
    pen.at(60.2, 60, "Bold")
    assert [w.text for w in page_of(pen.done()).words] == ["Bold"]

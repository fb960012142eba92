"""Pages that are pictures, or whose text says nothing, are read off their picture, and say so."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from evals.scans import Wear, _as_pdf, scanned
from tests.unit import document_hostile as hostile
from tests.unit.document_samples import dutch_invoice_buyer_first
from tests.unit.test_documents_hard import ciphered
from triage.documents.glyphs import Glyphs
from triage.documents.ocr import PictureReader, installed_recogniser
from triage.documents.reading import Recognised, read
from triage.domain import Document, Limits, Page, ReadBy
from triage.errors import InputError
from triage.tasks.extract.embedded import EmbeddedExtractor

SAMPLE = dutch_invoice_buyer_first()
LIMITS = Limits(max_seconds=120)


def pdf(content: bytes) -> Document:
    return Document(name="scan.pdf", media_type="application/pdf", content=content)


@pytest.fixture(scope="module")
def recogniser() -> PictureReader:
    found = installed_recogniser(LIMITS)
    assert isinstance(found, PictureReader), "the development environment has the extra `ocr`"
    return found


def slip(*lines: str, size: float = 12) -> bytes:
    """A small page, which is recognised faster than a letter."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(320, 220), invariant=1)
    canvas.setFont("Helvetica", size)
    for n, line in enumerate(lines):
        canvas.drawString(30, 180 - 28 * n, line)
    canvas.save()
    return buffer.getvalue()


def turned(content: bytes, quarters: int, dpi: int = 150) -> bytes:
    """A scan of a first page laid on the glass sideways or upside down."""
    drawn = pypdfium2.PdfDocument(content)[0].render(scale=dpi / 72, grayscale=True).to_numpy()
    picture = np.rot90(drawn.reshape(drawn.shape[:2]), -quarters)
    tall, wide = picture.shape
    return _as_pdf([(wide * 72 / dpi, tall * 72 / dpi, np.ascontiguousarray(picture))])


def keys(page: Page) -> set[str]:
    return {word.text.strip(".,:;").lower() for word in page.words}


def test_a_scan_gives_the_fields_of_its_print_with_their_places(recogniser):
    paper = EmbeddedExtractor(LIMITS, recogniser).invoke(pdf(scanned(SAMPLE.content, Wear(200), seed=7)))
    printed = EmbeddedExtractor(LIMITS).invoke(SAMPLE.document)
    same = [name for name, found in printed.fields.items() if paper.text_of(name) == str(found.value)]
    assert len(same) >= 0.8 * len(printed.fields)
    assert len(paper.lines) == len(printed.lines)
    assert paper.pages[0].read_by is ReadBy.OCR
    assert any(w.startswith("page 1 was read by OCR (the page is an image)") for w in paper.warnings)
    for name in same:
        here, there = paper.fields[name].box, printed.fields[name].box
        assert (here.x0, here.top) == pytest.approx((there.x0, there.top), abs=9)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_scan_that_lies_on_its_side_or_head_is_stood_upright(recogniser, quarters):
    content = slip("Rechnung Nummer 4711", "vom 3. Februar 2026", "Summe netto 1.250,00 EUR")
    (page,), warnings = read(pdf(turned(content, quarters)), LIMITS, recogniser)
    (straight,), _ = read(pdf(content), LIMITS)
    assert "".join(page.text.split()) == "".join(straight.text.split())
    assert (page.width, page.height) == pytest.approx((320, 220), abs=1)
    assert any(f"turned by {90 * quarters} degrees" in warning for warning in warnings)
    pairs = [(word, same) for word in straight.words for same in page.words if same.text == word.text]
    assert len(pairs) >= 3
    for word, same in pairs:
        assert (same.box.x0, same.box.top) == pytest.approx((word.box.x0, word.box.top), abs=6)


def test_letters_with_accents_and_signs_are_read(recogniser):
    lines = (
        "Größe Übergabe Äpfel Straße Höhe",
        "façade reçu élève où garçon Noël",
        "año señor piñón qualità così",
        "1.234,56 € 25 % § 12",
    )
    (page,), _ = read(pdf(scanned(slip(*lines), Wear(200), seed=3)), LIMITS, recogniser)
    missed = {word.strip(".,").lower() for line in lines for word in line.split()} - keys(page)
    assert len(missed) <= 1, missed


def test_what_a_scan_shows_counts_and_not_the_layer_under_it(recogniser):
    picture = scanned(slip("Invoice number INV-4711", size=14), Wear(150), seed=2)
    layered = with_layer(picture, b"30 180 Td (Invoice number INV-9999) Tj")
    (page,), warnings = read(pdf(layered), LIMITS, recogniser)
    assert "INV-4711" in page.text
    assert "9999" not in page.text
    assert any("its text layer is not what is seen" in warning for warning in warnings)


def with_layer(scan: bytes, words: bytes) -> bytes:
    """A scan of one page with words without ink over it."""
    start = scan.index(b"stream\n", scan.index(b"5 0 obj")) + 7
    picture = scan[start : scan.index(b"\nendstream", start)]
    wide = int(scan.split(b"/Width ")[1].split(b"/")[0])
    tall = int(scan.split(b"/Height ")[1].split(b"/")[0])
    about = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray" % (wide, tall)
    content = b"q 320 0 0 220 0 0 cm /X Do Q BT 3 Tr /F 14 Tf " + words + b" ET"
    image = hostile.stream(picture, about + b"/Filter/DCTDecode")
    made = hostile.one_page(hostile.stream(content), image, resources=hostile.DRAWN)
    return made.replace(b"[0 0 595 842]", b"[0 0 320 220]")


def test_the_models_come_with_the_package_and_nothing_is_fetched():
    program = (
        "import socket\n"
        "def refuse(*_, **__): raise AssertionError('network')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from triage.documents.bounded.scan import engine\n"
        "made = engine()\n"
        "made._load_det_model(), made._load_cls_model(), made._load_rec_model()\n"
        "print('loaded')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "loaded"


def test_a_paper_says_which_models_read_it(recogniser):
    assert len(recogniser.version) == 64
    assert EmbeddedExtractor(LIMITS, recogniser).acting["extract.ocr"] == recogniser.version
    assert "extract.ocr" not in EmbeddedExtractor(LIMITS).acting


def test_a_page_that_takes_too_long_is_named(recogniser):
    scan = pdf(scanned(SAMPLE.content, Wear(150), seed=1))
    (page,), warnings = read(scan, LIMITS, PictureReader(Limits(max_seconds=0.05)))
    assert page.read_by is ReadBy.NOTHING
    assert warnings == ("page 1 could not be recognised: it takes longer than 0.05 seconds to read",)


class Fixed:
    """Recognises the same words on every page."""

    version = "fixed"

    def __init__(self, *words: str, problem: str = "") -> None:
        self.found = Recognised([Glyphs(w, 60 + 90 * n, 60, 140 + 90 * n, 72, 12) for n, w in enumerate(words)])
        self.problem = problem
        self.asked: list[int] = []

    def words(self, document: Document, page: int) -> Recognised:
        self.asked.append(page)
        if self.problem:
            raise InputError(document.name, self.problem)
        return self.found


def pictures(count: int) -> Document:
    return pdf(hostile.many_pages(count, iter([b"0 0 9 9 re f"] * count)))


def test_beyond_the_limit_pictures_are_named_and_not_read():
    fixed = Fixed("Rechnung")
    pages, warnings = read(pictures(5), Limits(max_scanned_pages=2), fixed)
    assert fixed.asked == [1, 2]
    assert [page.read_by for page in pages] == [ReadBy.OCR] * 2 + [ReadBy.NOTHING] * 3
    assert "page 3 was not recognised: at most 2 pages of a file are (likewise pages 4-5)" in warnings


def test_words_are_numbered_through_pages_of_both_kinds():
    content = hostile.many_pages(3, iter([hostile.TEXT, b"0 0 9 9 re f", hostile.TEXT]))
    pages, _ = read(pdf(content), Limits(), Fixed("Rechnung", "4711"))
    assert [w.id for page in pages for w in page.words] == list(range(6))
    assert [page.read_by for page in pages] == [ReadBy.TEXT, ReadBy.OCR, ReadBy.TEXT]


@pytest.mark.parametrize(
    ("fixed", "said"),
    [
        (Fixed(), "page 1: nothing was recognised on it"),
        (Fixed(problem="is too damaged to be drawn."), "page 1 could not be recognised: it is too damaged to be drawn"),
    ],
)
def test_what_could_not_be_recognised_is_said_once(fixed, said):
    _, warnings = read(pictures(1), Limits(), fixed)
    assert warnings == (said,)


def test_words_without_sense_are_kept_where_the_picture_has_no_more():
    fixed = Fixed("Xqzrt")
    pages, _ = read(pdf(ciphered(SAMPLE.content)), Limits(), fixed)
    assert fixed.asked == [page.number for page in pages]
    assert pages[0].read_by is ReadBy.OCR or "Xqzrt" not in pages[0].text


def test_words_without_sense_give_way_to_those_of_the_picture():
    known = ("Factuur", "Factuurnummer", "Factuurdatum", "Totaal", "Bedrag")
    (page, *_), warnings = read(pdf(ciphered(SAMPLE.content)), Limits(), Fixed(*known))
    assert [word.text for word in page.words] == list(known)
    assert "page 1 was read by OCR (its words make no sense): characters may be misread" in warnings

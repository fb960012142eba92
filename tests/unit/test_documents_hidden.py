"""What a person can't see on a page becomes no value; what a person sees is read, however it is drawn."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit import document_hostile as hostile
from tests.unit.document_samples import HEIGHT, Pen
from triage.documents.bounded.pages import joined, once, stood_upon
from triage.documents.glyphs import Glyphs
from triage.documents.reading import read
from triage.domain import Document, Limits, Page, ReadBy

UNSEEN = "that do not show"


def read_of(content: bytes) -> tuple[Page, tuple[str, ...]]:
    document = Document(name="paper.pdf", media_type="application/pdf", content=content)
    (page,), warnings = read(document, Limits())
    return page, warnings


def words_of(content: bytes) -> list[str]:
    return [word.text for word in read_of(content)[0].words]


def drawn(write) -> Pen:
    """A page with a visible line, and whatever `write` puts on the canvas at (60, 300)."""
    pen = Pen()
    pen.at(60, 60, "Visible")
    write(pen.canvas, 60, HEIGHT - 300)
    return pen


def in_paper_colour(canvas, x, y):
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(x, y, "Hidden")


def nearly_in_paper_colour(canvas, x, y):
    canvas.setFillColorRGB(0.97, 0.97, 0.97)
    canvas.drawString(x, y, "Hidden")


def in_the_colour_of_a_box(canvas, x, y):
    canvas.setFillColorRGB(0.2, 0.3, 0.6)
    canvas.rect(x - 5, y - 5, 200, 20, stroke=0, fill=1)
    canvas.drawString(x, y, "Hidden")


def without_ink(canvas, x, y):
    text = canvas.beginText(x, y)
    text.setTextRenderMode(3)
    text.textOut("Hidden")
    canvas.drawText(text)


def as_a_clip_only(canvas, x, y):
    text = canvas.beginText(x, y)
    text.setTextRenderMode(7)
    text.textOut("Hidden")
    canvas.drawText(text)


def see_through(canvas, x, y):
    canvas.setFillAlpha(0.01)
    canvas.drawString(x, y, "Hidden")


def behind_a_box(canvas, x, y):
    canvas.drawString(x, y, "Hidden")
    canvas.setFillColorRGB(1, 1, 1)
    canvas.rect(x - 5, y - 5, 200, 20, stroke=0, fill=1)


def behind_a_box_with_other_words(canvas, x, y):
    behind_a_box(canvas, x, y)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawString(x, y, "Visible")


def cut_away(canvas, x, y):
    path = canvas.beginPath()
    path.rect(x + 200, y, 50, 50)
    canvas.clipPath(path, stroke=0)
    canvas.drawString(x, y, "Hidden")


def in_a_form(canvas, x, y):
    canvas.beginForm("inner")
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(x, y, "Hidden")
    canvas.endForm()
    canvas.doForm("inner")


@pytest.mark.parametrize(
    "write",
    [
        in_paper_colour,
        nearly_in_paper_colour,
        in_the_colour_of_a_box,
        without_ink,
        as_a_clip_only,
        see_through,
        behind_a_box,
        behind_a_box_with_other_words,
        cut_away,
        in_a_form,
    ],
)
def test_what_does_not_show_is_left_out_and_said(write):
    page, warnings = read_of(drawn(write).done())
    assert {word.text for word in page.words} == {"Visible"}
    (warning,) = [w for w in warnings if UNSEEN in w]
    assert warning.startswith("page 1: 1 words")
    assert "the first at 60," in warning
    assert "Hidden" not in " ".join(warnings)


def on_a_dark_box(canvas, x, y):
    canvas.rect(x - 5, y - 5, 200, 20, stroke=0, fill=1)
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(x, y, "Shown")


def in_pale_grey(canvas, x, y):
    canvas.setFillColorRGB(0.8, 0.8, 0.8)
    canvas.drawString(x, y, "Shown")


def as_an_outline(canvas, x, y):
    text = canvas.beginText(x, y)
    text.setTextRenderMode(1)
    text.textOut("Shown")
    canvas.drawText(text)


def in_small_print(canvas, x, y):
    canvas.setFont("Helvetica", 4)
    canvas.drawString(x, y, "Shown")


def twice_for_bold(canvas, x, y):
    for shift in (0, 0.2, 0.4, 1.1):
        canvas.drawString(x + shift, y, "Shown")


def over_a_pale_box(canvas, x, y):
    canvas.setFillColorRGB(0.9, 0.9, 0.7)
    canvas.rect(x - 5, y - 5, 200, 20, stroke=0, fill=1)
    canvas.setFillColorRGB(0, 0, 0)
    canvas.drawString(x, y, "Shown")


def letter_by_letter(canvas, x, y):
    text = canvas.beginText(x, y)
    text.setCharSpace(6)
    text.textOut("Shown")
    canvas.drawText(text)


@pytest.mark.parametrize(
    "write",
    [
        on_a_dark_box,
        in_pale_grey,
        as_an_outline,
        in_small_print,
        twice_for_bold,
        over_a_pale_box,
        letter_by_letter,
    ],
)
def test_what_shows_is_read_once(write):
    page, warnings = read_of(drawn(write).done())
    assert [word.text for word in page.words] == ["Visible", "Shown"]
    assert warnings == ()


def test_too_small_to_read_is_not_read():
    page, warnings = read_of(
        drawn(
            lambda canvas, x, y: (canvas.setFont("Helvetica", 1), in_pale_grey)[0] or canvas.drawString(x, y, "Hidden")
        ).done()
    )
    assert [word.text for word in page.words] == ["Visible"]
    assert warnings == (
        "page 1: 1 words too small to see were left out, the first at 60, 299 points from the top left",
    )


def layered(is_on: bool) -> bytes:
    """Two words, the second in a layer that viewers show or not."""
    state = b"/ON[6 0 R]" if is_on else b"/OFF[6 0 R]"
    content = hostile.TEXT + b"/OC /L BDC BT /F 12 Tf 60 600 Td (Layer) Tj ET EMC"
    return hostile.one_page(
        hostile.stream(content),
        b"<</Type/OCG/Name(Layer)>>",
        resources=hostile.FONTS + b"/Properties<</L 6 0 R>>",
        root=b"/OCProperties<</OCGs[6 0 R]/D<<%s>>>>" % state,
    )


def test_layers_count_as_they_are_shown():
    assert words_of(layered(is_on=True)) == ["Seen", "here", "Layer"]
    page, warnings = read_of(layered(is_on=False))
    assert [word.text for word in page.words] == ["Seen", "here"]
    assert any(UNSEEN in warning for warning in warnings)


def annotated(kind: bytes, flags: int) -> bytes:
    look = hostile.form(b"BT /F 12 Tf 5 5 Td (Note) Tj ET", hostile.FONTS).replace(b"[0 0 595 842]", b"[0 0 200 20]")
    note = b"<</Type/Annot/Subtype/%s/Rect[60 400 260 420]/F %d/Contents(Unseen)/AP<</N 7 0 R>>>>" % (kind, flags)
    return hostile.one_page(hostile.stream(hostile.TEXT), note, look, page=b"/Annots[6 0 R]")


@pytest.mark.parametrize("kind", [b"FreeText", b"Stamp", b"Widget"])
def test_remarks_stamps_and_form_fields_are_read_as_they_show(kind):
    assert words_of(annotated(kind, flags=4)) == ["Seen", "here", "Note"]


@pytest.mark.parametrize("flags", [2, 32], ids=["hidden", "no view"])
def test_remarks_that_do_not_show_are_not_read(flags):
    assert words_of(annotated(b"FreeText", flags)) == ["Seen", "here"]


def scanned(ink: bool, words: bytes) -> bytes:
    """A page that is one picture, with a layer of words without ink over it."""
    shade = bytes(0 if ink and 40 < y % 100 < 60 and x % 3 else 255 for y in range(300) for x in range(300))
    import zlib

    picture = hostile.image(300, zlib.compress(shade))
    content = b"q 595 0 0 842 0 0 cm /X Do Q BT 3 Tr /F 12 Tf 60 702 Td " + words + b" ET"
    return hostile.one_page(hostile.stream(content), picture, resources=hostile.DRAWN)


def test_the_text_layer_of_a_scan_is_read_and_marked():
    page, warnings = read_of(scanned(True, b"(Scanned words) Tj"))
    assert [word.text for word in page.words] == ["Scanned", "words"]
    assert page.read_by is ReadBy.OCR
    assert warnings == ("page 1 is a scan with a text layer that nobody sees: its words may differ from the picture",)


def test_words_over_the_blank_part_of_a_scan_are_none():
    page, warnings = read_of(scanned(True, b"(Scanned words) Tj 0 -60 Td (Injected) Tj"))
    assert [word.text for word in page.words] == ["Scanned", "words"]
    assert any(UNSEEN in warning for warning in warnings)


def test_words_over_a_blank_picture_are_none():
    page, warnings = read_of(scanned(False, b"(Injected words) Tj"))
    assert page.words == ()
    assert any("2 words" in warning and UNSEEN in warning for warning in warnings)


def test_a_scan_with_a_few_printed_words_says_that_it_is_mostly_an_image():
    content = scanned(True, b"() Tj 0 Tr (Sent by fax) Tj")
    page, warnings = read_of(content)
    assert [word.text for word in page.words] == ["Sent", "by", "fax"]
    assert warnings == ("page 1 is mostly an image: install the OCR extra",)


def test_an_empty_page_is_no_image():
    page, warnings = read_of(hostile.one_page(hostile.stream(b"")))
    assert page.words == ()
    assert page.read_by is ReadBy.NOTHING
    assert warnings == ()


STEERING = "\u00ad\u200f\u202a\u202c\u0308\u2060\ufeff"
BLANK = 32
"""The code of a glyph without a shape."""


def unicode_text(characters: str, blank: str = "") -> bytes:
    """A line whose font names each glyph by the table that viewers copy text with; `blank` has no shape."""
    codes = [BLANK if c == blank else 65 + n for n, c in enumerate(characters)]
    rows = [
        b"<%02X><%s>\n" % (code, c.encode("utf-16-be").hex().encode())
        for code, c in zip(codes, characters, strict=True)
    ]
    table = b"begincmap 1 begincodespacerange <00><FF> endcodespacerange %d beginbfchar\n%sendbfchar endcmap"
    wide = {code: b"0" if c in STEERING else b"600" for code, c in zip(codes, characters, strict=True)}
    widths = b" ".join(wide.get(code, b"0") for code in range(BLANK, 100))
    about = b"<</Type/Font/Subtype/Type1/BaseFont/Courier/ToUnicode 7 0 R/FirstChar %d/LastChar 99/Widths[%s]>>"
    content = b"BT /F 12 Tf 60 700 Td (" + bytes(codes) + b") Tj ET"
    tables = hostile.stream(table % (len(rows), b"".join(rows)))
    return hostile.one_page(hostile.stream(content), about % (BLANK, widths), tables, resources=b"/Font<</F 6 0 R>>")


def test_a_soft_hyphen_is_a_hyphen_where_it_is_printed():
    assert words_of(unicode_text("LD\u00ad2")) == ["LD-2"]
    assert words_of(unicode_text("in\u00advoice", blank="\u00ad")) == ["invoice"]


@pytest.mark.parametrize(
    ("drawn_as", "read_as"),
    [
        ("o\ufb03ce", "office"),
        ("\u200f\u202aINV7\u202c", "INV7"),
        ("Mu\u0308ller", "Müller"),
        ("a\u2060b\ufeffc", "abc"),
        ("x\U0001d7d9", "x\U0001d7d9"),
    ],
    ids=["ligature", "direction", "composed", "joiner", "beyond the plane"],
)
def test_signs_that_only_steer_print_are_no_letters(drawn_as, read_as):
    assert words_of(unicode_text(drawn_as)) == [read_as]


def letters(text: str, gap: float, x: float = 0.0) -> list[Glyphs]:
    return [Glyphs(c, x + n * (6 + gap), 0, x + n * (6 + gap) + 6, 10, 10) for n, c in enumerate(text)]


@given(st.text("ABCDEFGHJK", min_size=4, max_size=12), st.floats(0.5, 9))
def test_letters_at_equal_distances_are_a_word(text, gap):
    (word,) = joined(letters(text, gap))
    assert word.text == text
    assert word.x1 == letters(text, gap)[-1].x1


def test_words_of_spaced_letters_are_kept_apart():
    first = letters("RECHNUNG", 3)
    made = joined([*first, *letters("DATUM", 3, x=first[-1].x1 + 9)])
    assert [word.text for word in made] == ["RECHNUNG", "DATUM"]


@pytest.mark.parametrize("text", ["ABC", "1234"])
def test_a_few_letters_or_digits_are_cells(text):
    assert [word.text for word in joined(letters(text, 5))] == list(text)


@settings(max_examples=50)
@given(st.floats(0, 500), st.floats(0, 800), st.floats(-1.5, 1.5), st.floats(-1.5, 1.5))
def test_the_second_drawing_of_a_word_is_dropped_wherever_it_stands(x, top, right, down):
    word = Glyphs("Bold", x, top, x + 20, top + 10, 10)
    again = Glyphs("Bold", x + right, top + down, x + right + 20, top + down + 10, 10)
    assert once([(0, word), (4, again)]) == [(0, word)]
    assert len(once([(0, word), (4, Glyphs("Bold", x + 30, top, x + 50, top + 10, 10))])) == 2


def test_only_another_word_on_the_same_place_covers():
    below, above = Glyphs("Old", 0, 0, 20, 10, 10), Glyphs("New", 2, 1, 20, 11, 10)
    beside = Glyphs("New", 22, 0, 40, 10, 10)
    assert stood_upon([(0, below), (3, above)]) == [(0, below)]
    assert stood_upon([(0, below), (3, beside)]) == []

"""Bytes of a PDF to pages of words with boxes."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, Protocol

from triage.documents.glyphs import LOCK, Frame, Glyphs, frame_of, glyphs_of
from triage.documents.lines import as_text, in_lines
from triage.domain import Box, Document, Limits, Page, ReadBy, Word
from triage.errors import InputError

_SMALLEST_LETTER = 1.0
"""Points. Smaller print can't be read by a person: it is not on the page."""


class Recogniser(Protocol):
    """Reads words off a page that is an image (OCR). An extra provides one."""

    def words(self, document: Document, page: int) -> Sequence[Glyphs]:
        """Words of a page (from 1) with boxes in points as displayed, origin top left."""


def read(
    document: Document, limits: Limits, recogniser: Recogniser | None = None
) -> tuple[tuple[Page, ...], tuple[str, ...]]:
    """Pages of a PDF or plain-text document with their words, and what a reader should be warned of.

    Beyond `limits.max_pages` pages are left out with a warning. Raises `InputError` for a file that is no PDF, is
    encrypted with a password, is damaged beyond reading or larger than `limits.max_file_bytes`.
    """
    if len(document.content) > limits.max_file_bytes:
        problem = f"{len(document.content)} bytes, more than the limit of {limits.max_file_bytes}."
        raise InputError(document.name, problem, "Raise limits.max_file_bytes or send a smaller file.")
    if document.media_type.startswith("text/plain"):
        return read_text(document)
    if b"%PDF-" not in document.content[:1024]:
        raise InputError(document.name, "is not a PDF.", "Send the PDF as the supplier's software made it.")
    with LOCK:
        pages, warnings = _read_pdf(document, limits)
    if recogniser is not None:
        pages = list(_numbered([_recognised(document, page, recogniser) for page in pages]))
    return tuple(pages), (*warnings, *_page_warnings(pages))


def read_text(document: Document) -> tuple[tuple[Page, ...], tuple[str, ...]]:
    """A plain-text file as one page: a letter is 5 points wide, a line 10 points high."""
    text = document.content.decode("utf-8", "replace")
    words: list[Word] = []
    for row, line in enumerate(text.splitlines()[:20_000]):
        at = 0
        for token in line.split():
            at = line.index(token, at)
            box = Box(x0=at * 5.0, top=row * 10.0, x1=(at + len(token)) * 5.0, bottom=row * 10.0 + 8)
            words.append(Word(id=len(words), text=token, box=box, size=8))
            at += len(token)
    width = max((word.box.x1 for word in words), default=0.0)
    height = max((word.box.bottom for word in words), default=0.0)
    return (Page(number=1, width=width, height=height, words=tuple(words), text=text),), ()


def _read_pdf(document: Document, limits: Limits) -> tuple[list[Page], list[str]]:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(document.content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise InputError(
                document.name, "is encrypted with a password.", "Ask the sender for a copy without one."
            ) from error
        return _read_slowly(document, limits)
    try:
        return _pages(document, pdf, limits)
    finally:
        pdf.close()


def _pages(document: Document, pdf: Any, limits: Limits) -> tuple[list[Page], list[str]]:
    import pypdfium2

    total = len(pdf)
    if total == 0:
        raise InputError(document.name, "has no pages.", "It may be cut off: ask for it again.")
    warnings = _too_many(total, limits)
    if b"%%EOF" not in document.content[-2048:]:
        warnings.append("the file ends early: pages may be missing")
    pages: list[Page] = []
    ids = count()
    for index in range(min(total, limits.max_pages)):
        try:
            page = pdf[index]
            pages.append(_page(index + 1, frame_of(page), glyphs_of(page), warnings, ids))
            page.close()
        except pypdfium2.PdfiumError:
            pages.append(Page(number=index + 1, width=0, height=0, read_by=ReadBy.NOTHING))
            warnings.append(f"page {index + 1} is damaged and was not read")
    return pages, warnings


def _too_many(total: int, limits: Limits) -> list[str]:
    if total <= limits.max_pages:
        return []
    return [f"{total} pages: only the first {limits.max_pages} were read"]


def _page(number: int, frame: Frame, found: Iterator[Glyphs], warnings: list[str], ids: Iterator[int]) -> Page:
    seen: dict[tuple[str, int, int], None] = {}
    level: list[Glyphs] = []
    turned: list[Glyphs] = []
    hidden = 0
    for glyphs in found:
        if _is_hidden(glyphs, frame):
            hidden += 1
            continue
        key = (glyphs.text, round(glyphs.x0 / 2), round(glyphs.top / 2))
        if key in seen:
            continue
        seen[key] = None
        (turned if glyphs.sideways else level).append(glyphs)
    if hidden:
        warnings.append(f"page {number}: {hidden} words outside the visible page or too small to see were left out")
    return _assembled(number, frame.width, frame.height, level, turned, ids)


def _assembled(
    number: int, width: float, height: float, level: list[Glyphs], turned: list[Glyphs], ids: Iterator[int]
) -> Page:
    lines = in_lines(level)
    if sum(glyphs.turns == 2 for glyphs in level) > 0.5 * len(level):
        lines = [line[::-1] for line in reversed(lines)]
    ordered = [glyphs for line in lines for glyphs in line] + turned
    text = as_text([[(g.x0, g.x1, g.text) for g in line] for line in lines], width)
    if turned:
        text = "\n".join(filter(None, (text, " ".join(g.text for g in turned))))
    words = tuple(_word(next(ids), glyphs) for glyphs in ordered)
    read_by = ReadBy.TEXT if words else ReadBy.NOTHING
    return Page(number=number, width=width, height=height, words=words, text=text, read_by=read_by)


_BOX_FIELDS = set(Box.model_fields)
_WORD_FIELDS = set(Word.model_fields)


def _word(number: int, glyphs: Glyphs) -> Word:
    """Made without validation and with one set of field names for all: a long file has a hundred thousand."""
    box = Box.model_construct(
        _BOX_FIELDS,
        x0=round(glyphs.x0, 2),
        top=round(glyphs.top, 2),
        x1=round(glyphs.x1, 2),
        bottom=round(glyphs.bottom, 2),
    )
    return Word.model_construct(_WORD_FIELDS, id=number, text=glyphs.text, box=box, size=round(glyphs.size, 2))


def _is_hidden(glyphs: Glyphs, frame: Frame) -> bool:
    x, y = (glyphs.x0 + glyphs.x1) / 2, (glyphs.top + glyphs.bottom) / 2
    outside = not (0 <= x <= frame.width and 0 <= y <= frame.height)
    return outside or glyphs.size < _SMALLEST_LETTER


def _recognised(document: Document, page: Page, recogniser: Recogniser) -> Page:
    if page.read_by is not ReadBy.NOTHING and not is_garbled(page.text):
        return page
    found = list(recogniser.words(document, page.number))
    made = _assembled(page.number, page.width, page.height, found, [], count())
    return made.with_(read_by=ReadBy.OCR) if found else page


def _numbered(pages: Sequence[Page]) -> Iterator[Page]:
    """Word ids made unique in the document."""
    ids = count()
    for page in pages:
        words = tuple(Word(id=next(ids), text=word.text, box=word.box, size=word.size) for word in page.words)
        yield page.with_(words=words)


def _page_warnings(pages: Sequence[Page]) -> list[str]:
    warnings = [
        f"page {page.number} is an image: install the OCR extra"
        for page in pages
        if page.read_by is ReadBy.NOTHING and page.width
    ]
    warnings += [
        f"page {page.number}: the text layer is broken (characters without meaning): install the OCR extra"
        for page in pages
        if is_garbled(page.text)
    ]
    return warnings


def is_garbled(text: str) -> bool:
    """Whether a text layer says nothing: replacement, private-use or control characters, or `(cid:12)` marks."""
    letters = [c for c in text if not c.isspace()]
    if len(letters) < 8:
        return False
    strange = sum(c == "\ufffd" or 0xE000 <= ord(c) <= 0xF8FF or ord(c) < 32 for c in letters)
    strange += 5 * text.count("(cid:")
    return strange > 0.15 * len(letters)


def _read_slowly(document: Document, limits: Limits) -> tuple[list[Page], list[str]]:
    """With pypdf, where pdfium can't open the file. Boxes are estimated from font size and text length."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    broken = InputError(document.name, "is damaged or cut off.", "Ask for it again.")
    try:
        reader = PdfReader(io.BytesIO(document.content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise InputError(document.name, "is encrypted with a password.", "Ask the sender for a copy without one.")
        total = len(reader.pages)
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, OSError) as error:
        raise broken from error
    if total == 0:
        raise broken
    warnings = [*_too_many(total, limits), "the file is damaged: words were read, their boxes are estimates"]
    ids = count()
    pages = [_page_slowly(n + 1, reader.pages[n], warnings, ids) for n in range(min(total, limits.max_pages))]
    return pages, warnings


def _page_slowly(number: int, page: Any, warnings: list[str], ids: Iterator[int]) -> Page:
    from pypdf.errors import PyPdfError

    box = page.cropbox
    frame = Frame(float(box.left), float(box.bottom), float(box.right), float(box.top), (page.rotation or 0) // 90)
    found: list[Glyphs] = []

    def keep(text: str, around: list[float], at: list[float], _font: Any, size: float) -> None:
        x = around[0] * at[4] + around[2] * at[5] + around[4]
        y = around[1] * at[4] + around[3] * at[5] + around[5]
        tall = max(abs(size * at[3] * around[3]), 1.0)
        for token in text.split():
            wide = 0.5 * tall * len(token)
            x0, top, x1, bottom = frame.box(x, y - 0.2 * tall, x + wide, y + 0.8 * tall)
            found.append(Glyphs(token, x0, top, x1, bottom, tall, frame.quarter_turns))
            x += wide + 0.3 * tall

    try:
        page.extract_text(visitor_text=keep)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        warnings.append(f"page {number} is damaged and was read in part")
    return _page(number, frame, iter(found), warnings, ids)

"""Pages of a PDF with pypdf, where pdfium can't open the file. Boxes are estimated from font size and text length."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any

from triage.documents.bounded.pages import SMALLEST_LETTER, Hidden, is_outside, leaf, once
from triage.documents.bounded.pdf import OFF_PAGE, TOO_SMALL, UNSEEN, Refused, Said, locked, too_many
from triage.documents.bounded.wire import Leaf
from triage.documents.glyphs import Frame, Glyphs

_WRONG_FILE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError)
_INVISIBLE = 3


def leaves(content: bytes, most_pages: int) -> Iterator[Said | Leaf]:
    """What is to be said of the file, then its pages one by one. Raises `Refused`."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    broken = Refused("is damaged or cut off.", "Ask for it again.")
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise locked()
        total = len(reader.pages)
    except (PyPdfError, *_WRONG_FILE) as error:
        raise broken from error
    if total == 0:
        raise broken
    yield Said((*too_many(total, most_pages), "the file is damaged: words were read, their boxes are estimates"))
    for index in range(min(total, most_pages)):
        try:
            yield _leaf(index + 1, reader.pages[index])
        except (PyPdfError, *_WRONG_FILE):
            yield Leaf(index + 1, 0, 0, "damaged", warnings=(f"page {index + 1} is damaged and was not read",))


def _leaf(number: int, page: Any) -> Leaf:
    from pypdf.errors import PyPdfError

    box = page.cropbox
    frame = Frame(float(box.left), float(box.bottom), float(box.right), float(box.top), (page.rotation or 0) // 90)
    printing = _Printing(frame)
    warnings: list[str] = []
    try:
        page.extract_text(visitor_text=printing.text, visitor_operand_before=printing.operand)
    except (PyPdfError, *_WRONG_FILE):
        warnings.append(f"page {number} is damaged and was read in part")
    hidden, kept = Hidden(number), []
    for start, (word, inked) in enumerate(printing.words):
        reason = _why_hidden(word, frame, inked)
        if reason:
            hidden.add(reason, word)
        else:
            kept.append((start, word))
    words = [word for _, word in once(kept)]
    return leaf(number, frame, words, "text" if words else "picture", (*warnings, *hidden.warnings()))


def _why_hidden(word: Glyphs, frame: Frame, inked: bool) -> str:
    if is_outside(word, frame):
        return OFF_PAGE
    if word.size < SMALLEST_LETTER:
        return TOO_SMALL
    return "" if inked else UNSEEN


class _Printing:
    """What pypdf tells while it goes through a page: words with estimated boxes, and whether they have ink."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.words: list[tuple[Glyphs, bool]] = []
        self._mode = 0
        self._before: list[int] = []

    def operand(self, operator: bytes, operands: list[Any], _around: Any, _at: Any) -> None:
        if operator == b"q":
            self._before.append(self._mode)
        elif operator == b"Q" and self._before:
            self._mode = self._before.pop()
        elif operator == b"Tr" and operands:
            self._mode = int(operands[0])

    def text(self, text: str, around: list[float], at: list[float], _font: Any, size: float) -> None:
        x = around[0] * at[4] + around[2] * at[5] + around[4]
        y = around[1] * at[4] + around[3] * at[5] + around[5]
        tall = max(abs(size * at[3] * around[3]), 1.0)
        for token in text.split():
            wide = 0.5 * tall * len(token)
            x0, top, x1, bottom = self.frame.box(x, y - 0.2 * tall, x + wide, y + 0.8 * tall)
            word = Glyphs(token, x0, top, x1, bottom, tall, self.frame.quarter_turns % 4)
            self.words.append((word, self._mode != _INVISIBLE))
            x += wide + 0.3 * tall

"""Pages of a PDF with pdfium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from triage.documents.bounded.pages import SMALLEST_LETTER, Hidden, is_outside, leaf, once, stood_upon
from triage.documents.bounded.sight import Inventory, Sight, inventory
from triage.documents.bounded.wire import Leaf
from triage.documents.glyphs import Frame, Glyphs, frame_of, glyphs_of

_FEW_WORDS = 25
"""A scanner's or a fax's own line has fewer; a letter has more."""
_MOSTLY_IMAGE = 0.5
"""Of the page's area."""
_LAYER = 0.8
"""Of the words: the layer under a scan is nearly all that its page has."""
_MOST_LINKS = 500
_NOT_VIEWED = 0b100010
"""Flags of a remark that viewers do not show: hidden, no view (PDF 32000-1, table 165)."""
_ACTION_NAMES = re.compile(rb"/(?:JavaScript|Launch)\b")

OFF_PAGE = "outside the visible page"
TOO_SMALL = "too small to see"
UNSEEN = "that do not show (behind something, in the paper's colour, without ink or in a hidden layer)"
MANY = 250_000
"""Words in a document; more are left out."""


class Refused(Exception):
    """A file from which nothing is read. `problem` and `remedy` are for its reader."""

    def __init__(self, problem: str, remedy: str) -> None:
        self.problem, self.remedy = problem, remedy
        super().__init__(problem)


class CannotOpen(Exception):
    """pdfium finds no document in the file."""


@dataclass(frozen=True, slots=True)
class Said:
    """Warnings about the whole file."""

    warnings: tuple[str, ...]


def opened(content: bytes) -> Any:
    """The file as a `pypdfium2.PdfDocument`. Raises `Refused` for a password, else `CannotOpen`."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise locked() from error
        raise CannotOpen from error
    if len(pdf) == 0:
        pdf.close()
        raise Refused("has no pages.", "It may be cut off: ask for it again.")
    return pdf


def locked() -> Refused:
    """For a file that only a password opens."""
    return Refused("is encrypted with a password.", "Ask the sender for a copy without one.")


def leaves(content: bytes, most_pages: int) -> Iterator[Said | Leaf]:
    """What is to be said of the file, then its pages one by one. Raises `Refused` and `CannotOpen`."""
    import pypdfium2

    pdf = opened(content)
    total, words = len(pdf), 0
    yield Said((*too_many(total, most_pages), *_about(pdf, content)))
    for index in range(min(total, most_pages)):
        if words > MANY:
            yield Said((f"more than {MANY:,} words: pages from {index + 1} on were not read",))
            return
        try:
            made = _leaf(pdf, index)
        except pypdfium2.PdfiumError:
            made = Leaf(index + 1, 0, 0, "damaged", warnings=(f"page {index + 1} is damaged and was not read",))
        words += len(made.words)
        yield made


def too_many(total: int, most: int) -> list[str]:
    """The warning that pages were left out, where they were."""
    return [f"{total} pages: only the first {most} were read"] if total > most else []


def _about(pdf: Any, content: bytes) -> Iterator[str]:
    from pypdfium2 import raw

    if b"%%EOF" not in content[-2048:]:
        yield "the file ends early: pages may be missing"
    if raw.FPDFDoc_GetJavaScriptActionCount(pdf) > 0 or _ACTION_NAMES.search(content):
        yield "the file holds a script or would start a program: nothing in it was run"
    if (count := raw.FPDFDoc_GetAttachmentCount(pdf)) > 0:
        yield f"the file carries {count} embedded files"


def _leaf(pdf: Any, index: int) -> Leaf:
    page, remarks = _flat(pdf, index)
    try:
        made = _seen(index + 1, page)
    finally:
        page.close()
    return replace(made, warnings=(*remarks, *made.warnings))


def _flat(pdf: Any, index: int) -> tuple[Any, list[str]]:
    """A page with what is stuck on it (form fields, stamps, remarks that show) made part of it."""
    from pypdfium2 import raw

    page = pdf[index]
    warnings: list[str] = []
    count = min(raw.FPDFPage_GetAnnotCount(page), _MOST_LINKS)
    kinds = [_annotation(raw, page, n) for n in range(count)]
    for number in reversed(range(count)):
        if kinds[number] == "unseen":
            raw.FPDFPage_RemoveAnnot(page, number)
    if "launch" in kinds:
        warnings.append(f"page {index + 1} has a link that would start a program: it was not followed")
    if "shown" in kinds and raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS:
        page.close()
        page = pdf[index]
    return page, warnings


def _annotation(raw: Any, page: Any, number: int) -> str:
    """`launch`, `shown` (has an appearance of its own), `unseen` or nothing that matters."""
    item = raw.FPDFPage_GetAnnot(page, number)
    if not item:
        return ""
    try:
        if raw.FPDFAnnot_GetSubtype(item) != raw.FPDF_ANNOT_LINK:
            return "unseen" if raw.FPDFAnnot_GetFlags(item) & _NOT_VIEWED else "shown"
        link = raw.FPDFAnnot_GetLink(item)
        action = raw.FPDFLink_GetAction(link) if link else None
        launches = bool(action) and raw.FPDFAction_GetType(action) == raw.PDFACTION_LAUNCH
        return "launch" if launches else ""
    finally:
        raw.FPDFPage_CloseAnnot(item)


def _seen(number: int, page: Any) -> Leaf:
    hidden = Hidden(number)
    frame = frame_of(page)
    found = inventory(page, frame)
    textpage = page.get_textpage()
    sight = Sight(page, textpage, frame, found)
    words = _on_page(textpage, frame, hidden)
    shown = [(start, word) for start, word in words if sight.shows(start, word)]
    if covered := sight.covered(stood_upon(shown)):
        # What lies under it spoils the reading of the words on top, so the page is read without it.
        for start, word in shown:
            if start in covered:
                hidden.add(UNSEEN, word)
        sight.take_out(covered)
        textpage.close()
        textpage = sight.textpage = page.get_textpage()
        words = _on_page(textpage, frame, Hidden(number))
        shown = [(start, word) for start, word in words if sight.shows(start, word)]
    look, shown = _look(found, sight, words, shown)
    kept = {start for start, _ in shown}
    for start, word in words:
        if start not in kept:
            hidden.add(UNSEEN, word)
    textpage.close()
    warnings = [*hidden.warnings()]
    if found.huge:
        warnings.append(
            f"page {number} has {len(found.huge)} images that are too large to draw: they were not looked at"
        )
    return leaf(number, frame, [word for _, word in once(shown)], look, warnings)


def _on_page(textpage: Any, frame: Frame, hidden: Hidden) -> list[tuple[int, Glyphs]]:
    kept: list[tuple[int, Glyphs]] = []
    for start, word in glyphs_of(textpage, frame):
        reason = OFF_PAGE if is_outside(word, frame) else TOO_SMALL if word.size < SMALLEST_LETTER else ""
        if reason:
            hidden.add(reason, word)
        else:
            kept.append((start, word))
    return kept


Placed = list[tuple[int, Glyphs]]


def _look(found: Inventory, sight: Sight, words: Placed, shown: Placed) -> tuple[str, Placed]:
    """What kind of page it is, and the words that count on it."""
    mostly_image = found.image_share >= _MOSTLY_IMAGE
    if words and mostly_image and len(shown) <= (1 - _LAYER) * len(words):
        layer = [(start, word) for start, word in words if sight.covers_print(word)]
        if layer:
            return "layer", layer
    if not shown and sight.is_blank and not found.huge:
        return "blank", shown
    few = mostly_image and len(shown) <= _FEW_WORDS
    return ("picture" if few or not shown else "text"), shown

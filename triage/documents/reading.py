"""Bytes of a PDF to pages of words with boxes. The file is opened in a process of its own (`documents.bounded`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Protocol

from triage.documents.bounded.pages import leaf as leaf_of_words
from triage.documents.bounded.process import Bounds, ReaderLost, Readers
from triage.documents.bounded.wire import Leaf, WireBroken, leaf_of
from triage.documents.einvoice.attachments import EmbeddedFile, may_have_files
from triage.documents.glyphs import Frame, Glyphs
from triage.domain import Box, Document, Limits, Page, ReadBy, Word
from triage.errors import InputError

_MOST_CHARACTERS = 1_000_000
_MOST_ROWS = 20_000
_MOST_WORDS = 100_000
"""Of a plain text. What is beyond is left out and said."""

READERS = Readers()
"""Of this process. They start with the first PDF."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """Words read off a picture of a page."""

    words: Sequence[Glyphs]
    """With boxes in points as displayed, origin top left; straight, if the page is askew."""
    skew: float = 0.0
    """Degrees by which the page was turned to stand straight."""


class Recogniser(Protocol):
    """Reads words off a page that is an image (OCR). `triage.documents.ocr` has the one that an extra provides."""

    @property
    def version(self) -> str:
        """Hash of what reads: another one may read other words."""

    def words(self, document: Document, page: int) -> Recognised:
        """What stands on a page (from 1). Raises `InputError` where that page can't be recognised."""


def read(
    document: Document, limits: Limits, recogniser: Recogniser | None = None
) -> tuple[tuple[Page, ...], tuple[str, ...]]:
    """Pages of a PDF or plain-text document with their words, and what a reader should be warned of.

    Beyond `limits.max_pages` pages are left out with a warning, and what nobody can see on a page is left out with a
    warning. `recogniser` reads pages that are pictures or whose text layer says nothing, up to
    `limits.max_scanned_pages`. Raises `InputError` for a file that is no PDF, is encrypted with a password, is damaged
    beyond reading, is larger than `limits.max_file_bytes`, or from which `limits.max_seconds` and
    `limits.max_memory_bytes` yield no page.
    """
    if len(document.content) > limits.max_file_bytes:
        problem = f"{len(document.content)} bytes, more than the limit of {limits.max_file_bytes}."
        raise InputError(document.name, problem, "Raise limits.max_file_bytes or send a smaller file.")
    if document.media_type.startswith("text/plain"):
        return read_text(document)
    if b"%PDF-" not in document.content[:1024]:
        raise InputError(document.name, "is not a PDF.", "Send the PDF as the supplier's software made it.")
    leaves, said = _read_pdf(document, limits)
    judged = [_Judged(leaf, _why_picture(leaf)) for leaf in leaves]
    if recogniser is not None:
        judged = _recognised(document, judged, limits, recogniser)
    warnings = [*said, *(warning for one in judged for warning in one.warnings())]
    return tuple(_pages(judged)), tuple(_together(warnings))


def embedded_files(content: bytes, limits: Limits) -> list[EmbeddedFile]:
    """XML files inside a PDF, taken out in the reading process; none where they can't be."""
    try:
        return list(_embedded_files(content, limits))
    except (ReaderLost, WireBroken, KeyError, ValueError):
        return []


def _embedded_files(content: bytes, limits: Limits) -> Iterator[EmbeddedFile]:
    if not may_have_files(content):
        return
    for frame in READERS.ask("files", {}, content, Bounds(limits.max_seconds, limits.max_memory_bytes)):
        if frame.kind == "file":
            yield EmbeddedFile(str(frame.head["name"]), frame.body, str(frame.head["problem"]))


_PAGE = re.compile(r"page (\d+)\b(.*)", re.DOTALL)
_ALIKE = 3


def _together(warnings: Iterable[str]) -> Iterator[str]:
    """Warnings once; what is said of many pages is said of the first, and of which others it holds."""
    pages: dict[str, list[int]] = {}
    for warning in warnings:
        found = _PAGE.fullmatch(warning)
        pages.setdefault(found[2] if found else warning, []).append(int(found[1]) if found else 0)
    for text, numbers in pages.items():
        if not numbers[0]:
            yield text
        elif len(numbers) < _ALIKE:
            yield from (f"page {number}{text}" for number in numbers)
        else:
            yield f"page {numbers[0]}{text} (likewise pages {_ranges(numbers[1:])})"


def _ranges(numbers: Sequence[int]) -> str:
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number <= spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in spans)


def read_text(document: Document) -> tuple[tuple[Page, ...], tuple[str, ...]]:
    """A plain-text file as one page: a letter is 5 points wide, a line 10 points high."""
    text = document.content[: 4 * _MOST_CHARACTERS].decode("utf-8", "replace")[:_MOST_CHARACTERS]
    words: list[Word] = []
    for row, line in enumerate(text.splitlines()[:_MOST_ROWS]):
        at = 0
        for token in line.split()[: _MOST_WORDS - len(words)]:
            at = line.index(token, at)
            placed = Glyphs(token, at * 5.0, row * 10.0, (at + len(token)) * 5.0, row * 10.0 + 8, 8.0)
            words.append(_word(len(words), placed))
            at += len(token)
    width = max((word.box.x1 for word in words), default=0.0)
    height = max((word.box.bottom for word in words), default=0.0)
    cut = len(document.content) > 4 * len(text) or text.count("\n") >= _MOST_ROWS or len(words) >= _MOST_WORDS
    warnings = ("the text is very long: only its beginning was read",) if cut else ()
    return (Page(number=1, width=width, height=height, words=tuple(words), text=text),), warnings


def _read_pdf(document: Document, limits: Limits) -> tuple[list[Leaf], list[str]]:
    leaves: list[Leaf] = []
    said: list[str] = []
    bounds = Bounds(limits.max_seconds, limits.max_memory_bytes)
    try:
        for frame in READERS.ask("read", {"most_pages": limits.max_pages}, document.content, bounds):
            if frame.kind == "refused":
                raise InputError(document.name, str(frame.head["problem"]), str(frame.head["remedy"]))
            if frame.kind == "said":
                said += [str(warning) for warning in frame.head["warnings"]]
            else:
                leaves.append(leaf_of(frame))
    except (ReaderLost, WireBroken) as error:
        why = error.why if isinstance(error, ReaderLost) else "could not be read"
        if not leaves:
            raise InputError(document.name, f"{why}.", "Ask for a simpler copy of it.") from error
        said.append(f"page {len(leaves) + 1} {why}: pages from {len(leaves) + 1} on were not read")
    if leaves and all(leaf.look == "damaged" for leaf in leaves):
        raise InputError(document.name, "is damaged or cut off.", "Ask for it again.")
    return leaves, said


@dataclass(frozen=True, slots=True)
class _Judged:
    """A page, why its own words are not enough, and how its words were got."""

    leaf: Leaf
    why: str = ""
    by: ReadBy = ReadBy.TEXT
    notes: tuple[str, ...] = ()

    @property
    def read_by(self) -> ReadBy:
        if self.by is ReadBy.OCR or self.leaf.look == "layer":
            return ReadBy.OCR
        return ReadBy.TEXT if self.leaf.words else ReadBy.NOTHING

    def warnings(self) -> Iterator[str]:
        here = f"page {self.leaf.number}"
        yield from self.leaf.warnings
        yield from self.notes
        if self.by is ReadBy.OCR:
            yield f"{here} was read by OCR ({self.why}): characters may be misread"
        elif self.leaf.look == "layer":
            yield f"{here} is a scan with a text layer that nobody sees: its words may differ from the picture"
        elif self.why and not self.notes:
            yield f"{here} {_WITHOUT[self.why]}: install the OCR extra"


_IMAGE = "the page is an image"
_MIXED = "most of the page is an image"
_GARBLED = "its characters have no meaning"
_LAYER = "its text layer is not what is seen"
_SENSELESS = "its words make no sense"
_WITHOUT = {
    _IMAGE: "is an image",
    _MIXED: "is mostly an image",
    _GARBLED: "has a broken text layer (characters without meaning)",
    _SENSELESS: "has a broken text layer (words without sense)",
}


def _why_picture(leaf: Leaf) -> str:
    if leaf.look == "picture":
        return _MIXED if leaf.words else _IMAGE
    if leaf.look == "layer":
        return _LAYER
    return _GARBLED if is_garbled(leaf.text) else ""


def _recognised(document: Document, judged: Sequence[_Judged], limits: Limits, recogniser: Recogniser) -> list[_Judged]:
    """Pages that need it read off their picture: first those that show it, then all if the words make no sense."""
    made = _each(document, judged, limits, recogniser)
    if _makes_sense(made):
        return made
    wanted = [one if one.why or not one.leaf.words else replace(one, why=_SENSELESS) for one in made]
    again = _each(document, wanted, limits, recogniser)
    return again if _makes_sense(again) else made


def _each(document: Document, judged: Sequence[_Judged], limits: Limits, recogniser: Recogniser) -> list[_Judged]:
    made: list[_Judged] = []
    left = limits.max_scanned_pages
    for one in judged:
        if not one.why or one.by is ReadBy.OCR or one.notes:
            made.append(one)
        elif left <= 0:
            note = f"page {one.leaf.number} was not recognised: at most {limits.max_scanned_pages} pages of a file are"
            made.append(replace(one, notes=(note,)))
        else:
            left -= 1
            made.append(_by_picture(document, one, recogniser))
    return made


def _by_picture(document: Document, one: _Judged, recogniser: Recogniser) -> _Judged:
    old = one.leaf
    try:
        found = recogniser.words(document, old.number)
    except InputError as error:
        return replace(one, notes=(f"page {old.number} could not be recognised: it {error.problem.rstrip('.')}",))
    if not found.words:
        return replace(one, notes=(f"page {old.number}: nothing was recognised on it",))
    frame = Frame(0, 0, old.width, old.height, 0)
    made = leaf_of_words(old.number, frame, found.words, "text", old.warnings)
    notes = (f"page {old.number} is askew by {found.skew:.1f} degrees: boxes are of the page made straight",)
    return replace(one, leaf=made, by=ReadBy.OCR, notes=notes if found.skew else ())


def _makes_sense(judged: Sequence[_Judged]) -> bool:
    from triage.documents.sense import makes_sense
    from triage.documents.sheet import sheet_of

    sheet = sheet_of(list(_pages(judged)))
    return not sheet.lines or makes_sense(sheet)


def _pages(judged: Iterable[_Judged]) -> Iterator[Page]:
    ids = count()
    for one in judged:
        leaf = one.leaf
        words = tuple(_word(next(ids), glyphs) for glyphs in leaf.words)
        yield Page.model_construct(
            number=leaf.number,
            width=leaf.width,
            height=leaf.height,
            words=words,
            text=leaf.text,
            read_by=one.read_by,
        )


def _word(number: int, glyphs: Glyphs) -> Word:
    return Word(number, glyphs.text, Box(glyphs.x0, glyphs.top, glyphs.x1, glyphs.bottom), glyphs.size)


def is_garbled(text: str) -> bool:
    """Whether a text layer says nothing: replacement, private-use or control characters, or `(cid:12)` marks."""
    letters = [c for c in text if not c.isspace()]
    if len(letters) < 8:
        return False
    strange = sum(c == "\ufffd" or 0xE000 <= ord(c) <= 0xF8FF or ord(c) < 32 for c in letters)
    strange += 5 * text.count("(cid:")
    return strange > 0.15 * len(letters)

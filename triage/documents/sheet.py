"""A document as the field finding sees it: printed lines of words, with the numbers and dates on them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from triage.documents.amounts import CURRENCY_SIGNS, Amount, Separators, amount, separators
from triage.documents.dates import DateOrder, Found, date_order, find_dates, plain
from triage.documents.lines import in_lines, in_segments
from triage.domain import Box, Page, Word


@dataclass(frozen=True, slots=True)
class Spot:
    """A word, or the part of one beside a colon, where it stands. Coordinates are those text is read in."""

    text: str
    key: str
    """Lower case, without accents and punctuation."""
    x0: float
    top: float
    x1: float
    bottom: float
    word: Word

    @property
    def height(self) -> float:
        """Of the letters' box."""
        return max(self.bottom - self.top, 1.0)

    @property
    def middle(self) -> float:
        """Across."""
        return (self.x0 + self.x1) / 2


@dataclass(frozen=True, slots=True)
class Span:
    """Neighbouring words: where a value stands."""

    page: int
    spots: tuple[Spot, ...]

    @property
    def text(self) -> str:
        """As printed."""
        return " ".join(spot.text for spot in self.spots)

    @property
    def box(self) -> Box:
        """Encloses the words, on the page as displayed."""
        boxes = [spot.word.box for spot in self.spots]
        return Box(
            x0=min(b.x0 for b in boxes),
            top=min(b.top for b in boxes),
            x1=max(b.x1 for b in boxes),
            bottom=max(b.bottom for b in boxes),
        )

    @property
    def x0(self) -> float:
        """Left edge."""
        return min(spot.x0 for spot in self.spots)

    @property
    def x1(self) -> float:
        """Right edge."""
        return max(spot.x1 for spot in self.spots)


@dataclass(frozen=True, slots=True)
class Number:
    """A number on a line: which words, and how it reads."""

    span: Span
    amount: Amount
    first: int
    """Index of its first word on the line."""
    last: int

    @property
    def money(self) -> bool:
        """Printed like an amount of money: with decimals or with a currency."""
        return not self.amount.percent and (self.amount.decimals >= 2 or self.amount.currency is not None)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date on a line."""

    span: Span
    found: Found
    first: int
    last: int


@dataclass(eq=False)
class Line:
    """A printed line. `number` counts the document's lines."""

    number: int
    page: int
    spots: tuple[Spot, ...]
    marks: Separators
    order: DateOrder
    segment_of: tuple[int, ...]
    """For each word the number of its segment (words with normal spaces between them)."""
    starts: tuple[int, ...] = field(repr=False)

    @cached_property
    def text(self) -> str:
        """Words joined by single spaces."""
        return " ".join(spot.text for spot in self.spots)

    @property
    def top(self) -> float:
        """Of the highest word."""
        return min(spot.top for spot in self.spots)

    @property
    def bottom(self) -> float:
        """Of the lowest word."""
        return max(spot.bottom for spot in self.spots)

    @cached_property
    def height(self) -> float:
        """Median of the words' heights."""
        heights = sorted(spot.height for spot in self.spots)
        return heights[len(heights) // 2]

    def span(self, first: int, last: int) -> Span:
        """Words from `first` to `last`, both included."""
        return Span(self.page, self.spots[first : last + 1])

    def indexes(self, start: int, end: int) -> tuple[int, int]:
        """First and last word of a part of `text`."""
        first = max(n for n, at in enumerate(self.starts) if at <= start)
        last = max(n for n, at in enumerate(self.starts) if at < end)
        return first, last

    @cached_property
    def segments(self) -> tuple[tuple[int, int], ...]:
        """First and last word of each segment."""
        out: list[tuple[int, int]] = []
        for n, segment in enumerate(self.segment_of):
            if out and self.segment_of[out[-1][0]] == segment:
                out[-1] = (out[-1][0], n)
            else:
                out.append((n, n))
        return tuple(out)

    @cached_property
    def dates(self) -> tuple[Dated, ...]:
        """Dates, left to right; none runs over a wide gap."""
        out = []
        for found in find_dates(self.text, self.order):
            first, last = self.indexes(found.start, found.end)
            out.append(Dated(self.span(first, last), found, first, last))
        return tuple(out)

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """Numbers, left to right; a currency or per cent sign beside one belongs to it."""
        taken = {n for dated in self.dates for n in range(dated.first, dated.last + 1)}
        out: list[Number] = []
        at = 0
        while at < len(self.spots):
            found = None if at in taken else self._number_at(at)
            if found is not None:
                out.append(found)
                at = found.last + 1
            else:
                at += 1
        return tuple(out)

    def _number_at(self, at: int) -> Number | None:
        for last in range(min(at + 3, len(self.spots) - 1), at - 1, -1):
            if not self._joined(at, last):
                continue
            read = amount(_unended(self.span(at, last).text), self.marks)
            if read is not None:
                return Number(self.span(at, last), read, at, last)
        return None

    def _joined(self, first: int, last: int) -> bool:
        """Whether words stand so near that they can be one number: groups of three digits, or a sign beside it."""
        for left, right in zip(self.spots[first:last], self.spots[first + 1 : last + 1], strict=True):
            gap = (right.x0 - left.x1) / min(left.height, right.height)
            sign = _is_sign(left.text) or _is_sign(right.text)
            if gap > (3.0 if sign else 0.42):
                return False
            if not sign and not re.fullmatch(r"\d{3}([.,]\d+)?-?%?", right.text):
                return False
        return True


def _unended(text: str) -> str:
    """Without the comma or full stop of the sentence it stands in."""
    text = text.rstrip(",;:")
    return text[:-1] if re.search(r"[.,]\d\d\.$", text) else text


def _is_sign(text: str) -> bool:
    return text.lower() in CURRENCY_SIGNS or text in {"%", "-", "−", "–", "+"}


@dataclass(frozen=True)
class Sheet:
    """All printed lines of a document, page after page."""

    pages: tuple[Page, ...]
    lines: tuple[Line, ...]
    marks: Separators
    order: DateOrder

    @cached_property
    def by_page(self) -> dict[int, tuple[Line, ...]]:
        """Lines of each page."""
        return {page.number: tuple(ln for ln in self.lines if ln.page == page.number) for page in self.pages}

    @cached_property
    def widths(self) -> dict[int, float]:
        """Width of each page as text is read on it."""
        return {
            page.number: max([page.width, *(s.x1 for ln in self.by_page[page.number] for s in ln.spots)])
            for page in self.pages
        }

    def below(self, line: Line, count: int, reach: float) -> list[Line]:
        """Up to `count` lines under a line on its page, not further away than `reach` points."""
        after = self.lines[line.number + 1 : line.number + 1 + count]
        return [ln for ln in after if ln.page == line.page and ln.top - line.bottom <= reach]


def sheet_of(pages: Sequence[Page], order: DateOrder | None = None) -> Sheet:
    """Pages as lines of words, with the document's separators and, unless given, its order of dates worked out."""
    texts = [page.text for page in pages]
    marks = separators(texts)
    order = order or date_order(texts, day_first=not _looks_american(texts))
    lines: list[Line] = []
    for page in pages:
        for spots in in_lines(_spots(page)):
            lines.append(_line(len(lines), page.number, spots, marks, order))
    return Sheet(tuple(pages), tuple(lines), marks, order)


def _looks_american(texts: Sequence[str]) -> bool:
    """US conventions on the pages: dollars, or a state with a ZIP code."""
    joined = "\n".join(texts)
    dollars = bool(re.search(r"(?<![A-Z])(?:US)?\$\s?\d|\bUSD\b", joined))
    return dollars or (bool(re.search(r"\b[A-Z]{2},? \d{5}(-\d{4})?\b", joined)) and not re.search(r"[€£₹]", joined))


def _line(number: int, page: int, spots: Sequence[Spot], marks: Separators, order: DateOrder) -> Line:
    segment_of = [n for n, segment in enumerate(in_segments(spots)) for _ in segment]
    starts, at = [], 0
    for spot in spots:
        starts.append(at)
        at += len(spot.text) + 1
    return Line(number, page, tuple(spots), marks, order, tuple(segment_of), tuple(starts))


def _spots(page: Page) -> list[Spot]:
    """Words in the frame they are read in; a page of sideways words is turned; sideways words of others left out."""
    upright = [w for w in page.words if not _sideways(w)]
    tilted = [w for w in page.words if _sideways(w)]
    if len(tilted) > len(upright):
        upwards = _read_upwards(tilted)
        return [spot for word in page.words for spot in _parts(word, _turned(word.box, page, upwards))]
    if _is_upside_down(upright):
        return [spot for word in upright for spot in _parts(word, _flipped(word.box, page))]
    return [spot for word in upright for spot in _parts(word, word.box)]


def _is_upside_down(words: Sequence[Word]) -> bool:
    """Whether most neighbours in reading order stand to the left of each other."""
    beside = [(a, b) for a, b in pairwise(words) if abs(a.box.top - b.box.top) < 2]
    return sum(b.box.x0 < a.box.x0 for a, b in beside) > 0.7 * len(beside) if len(beside) > 2 else False


def _flipped(box: Box, page: Page) -> Box:
    return Box(
        x0=page.width - box.x1, top=page.height - box.bottom, x1=page.width - box.x0, bottom=page.height - box.top
    )


def _sideways(word: Word) -> bool:
    wide, tall = word.box.x1 - word.box.x0, word.box.bottom - word.box.top
    return (len(word.text) >= 3 and tall > 1.3 * wide) or (len(word.text) >= 2 and tall > 2.5 * wide)


def _read_upwards(words: Sequence[Word]) -> bool:
    """Whether sideways words run from the bottom to the top, by the order in which neighbours stand."""
    ups = sum(1 if b.box.top < a.box.top else -1 for a, b in pairwise(words) if abs(a.box.x0 - b.box.x0) < 2)
    return ups >= 0


def _turned(box: Box, page: Page, upwards: bool) -> Box:
    if upwards:
        return Box(x0=page.height - box.bottom, top=box.x0, x1=page.height - box.top, bottom=box.x1)
    return Box(x0=box.top, top=page.width - box.x1, x1=box.bottom, bottom=page.width - box.x0)


_INNER_COLON = re.compile(r"(?<=[^\W\d])[:=](?=[^\s/\\])|(?i:^(?:n[°ºo]\.?|nr\.?|№|#))(?=[A-Z]{0,4}\d)")


def _parts(word: Word, box: Box) -> list[Spot]:
    """A word, cut behind a colon that has letters before it and text after it (`Date:2026-03-04`)."""
    cut = _INNER_COLON.search(word.text)
    pieces = [word.text]
    if cut and not word.text.lower().startswith(("http", "urn", "mailto")) and "@" not in word.text[: cut.start()]:
        pieces = [word.text[: cut.end()], word.text[cut.end() :]]
    spots, at = [], box.x0
    for piece in pieces:
        wide = (box.x1 - box.x0) * len(piece) / len(word.text)
        spots.append(Spot(piece, key_of(piece), at, box.top, at + wide, box.bottom, word))
        at += wide
    return spots


def key_of(text: str) -> str:
    """What labels are compared by: lower case letters and digits only, number signs spelled `no`."""
    spelled = re.sub(r"[№#]|n[°º]|(?<=n)\.?[°º]", "no", text.lower())
    return re.sub(r"[^a-z0-9%]+", "", plain(spelled))

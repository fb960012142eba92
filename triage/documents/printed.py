"""What is printed on a page: words, numbers and dates on lines, with where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from triage.documents.amounts import CURRENCY_SIGNS, Amount, Separators, amount
from triage.documents.dates import DateOrder, Found, find_dates, plain
from triage.domain import Box, Word


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
class Standing:
    """What is printed and where: all that is kept of the words of a value."""

    text: str
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Span:
    """Neighbouring words: where a value stands."""

    page: int
    spots: tuple[Spot, ...]

    @property
    def text(self) -> str:
        """As printed."""
        return self.spots[0].text if len(self.spots) == 1 else " ".join(spot.text for spot in self.spots)

    @property
    def standing(self) -> Standing:
        """Its text and place alone."""
        return Standing(self.text, self.page, self.box)

    @property
    def box(self) -> Box:
        """Encloses the words, on the page as displayed."""
        boxes = [spot.word.box for spot in self.spots]
        if len(boxes) == 1:
            return boxes[0]
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
    space: float = 0.42
    """The widest gap within a number, such as `12 500,00`, in heights of its letters."""

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
            if last > at and (self._opens(last) or self._is_of_unit(last)):
                continue
            read = amount(_unended(self.span(at, last).text), self.marks)
            if read is not None:
                return Number(self.span(at, last), read, at, last)
        return None

    def _opens(self, at: int) -> bool:
        """Whether a dash stands nearer to the number behind it than to the one before."""
        if at + 1 >= len(self.spots) or self.spots[at].text not in {"-", "−", "–"}:
            return False
        behind = self.spots[at + 1].x0 - self.spots[at].x1
        return self.spots[at + 1].text[0].isdigit() and behind < self.spots[at].x0 - self.spots[at - 1].x1

    def _is_of_unit(self, at: int) -> bool:
        """Whether a per cent sign stands nearer to the word behind it: `45  % Stk` counts hundreds."""
        if self.spots[at].text != "%" or at + 1 >= len(self.spots) or not self.spots[at + 1].text[0].isalpha():
            return False
        behind = self.spots[at + 1].x0 - self.spots[at].x1
        return behind < 0.6 * (self.spots[at].x0 - self.spots[at - 1].x1)

    def _joined(self, first: int, last: int) -> bool:
        """Whether words stand so near that they can be one number: groups of three digits, or a sign beside it."""
        for left, right in zip(self.spots[first:last], self.spots[first + 1 : last + 1], strict=True):
            gap = (right.x0 - left.x1) / min(left.height, right.height)
            sign = _is_sign(left.text) or _is_sign(right.text) or _is_basis(left.text, right.text)
            if gap > (3.0 if sign else self.space):
                return False
            if not sign and not re.fullmatch(r"\d{3}([.,]\d+)?-?%?", right.text):
                return False
        return True


def _unended(text: str) -> str:
    """Without the comma or full stop of the sentence it stands in."""
    text = text.rstrip(",;:")
    return text[:-1] if re.search(r"[.,]\d\d\.$", text) else text


def _is_basis(left: str, right: str) -> bool:
    """Whether `/100` or `/` and `100` stand behind a price."""
    return bool(re.fullmatch(r"/(?:10{0,4})?", right) or (left == "/" and re.fullmatch(r"10{0,4}", right)))


def _is_sign(text: str) -> bool:
    return text.lower() in CURRENCY_SIGNS or text in {"%", "-", "−", "–", "+"}


@lru_cache(maxsize=16384)
def key_of(text: str) -> str:
    """What labels are compared by: lower case letters and digits only, number signs spelled `no`."""
    if text in {"°", "º"}:
        return "o"
    spelled = re.sub(r"[№#]|n[°º]|(?<=n)\.?[°º]", "no", text.lower())
    return re.sub(r"[^a-z0-9%]+", "", plain(spelled))

"""Where the value of a label can stand: to its right on the same line, or under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from triage.documents.phrases import Marked
from triage.documents.printed import Line, Standing
from triage.documents.sheet import Sheet
from triage.domain import Confidence, FieldValue
from triage.domain.base import Scalar

Support = Literal["proved", "labelled", "guessed"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that may be a field's, where it stands and how well it is supported."""

    value: Scalar
    found: Standing
    score: float
    support: Support
    line: int
    """Number of its line."""

    def read(self, confidence: Confidence | None = None) -> FieldValue:
        """As it stands in a paper. Made without validation and with one set of names for all: there may be many."""
        return FieldValue.model_construct(
            _READ, value=self.value, text=self.found.text, page=self.found.page, box=self.found.box,
            confidence=confidence, verified=True,
        )  # fmt: skip


_READ = {"value", "text", "page", "box", "confidence", "verified"}


@dataclass(frozen=True, slots=True)
class Place:
    """Words `first` to `last` of a line, where a label's value may begin, and how likely that is."""

    line: Line
    first: int
    last: int
    weight: float
    below: bool


def value_of(line: Line, first: int, last: int, value: Scalar, support: Support, score: float) -> Candidate:
    """A candidate from words of a line."""
    return Candidate(value, line.span(first, last).standing, score, support, line.number)


def places(sheet: Sheet, mark: Marked, marks: dict[int, list[Marked]]) -> Iterator[Place]:
    """Places for a label's value, the likelier first."""
    right = _right(mark, marks.get(mark.line.number, []))
    if right is not None:
        yield right
    yield from _below(sheet, mark, marks)


def _right(mark: Marked, on_line: Sequence[Marked]) -> Place | None:
    line, first = mark.line, mark.last + 1
    while first < len(line.spots) and not line.spots[first].key:
        first += 1
    first = _behind_chain(line, first, on_line)
    if first >= len(line.spots):
        return None
    following = [other.first for other in on_line if other.first >= first]
    last = (min(following) if following else len(line.spots)) - 1
    if last < first:
        return None
    gap = line.spots[first].x0 - mark.x1
    weight = 1.0 if gap < 6 * line.height else 0.9 if gap < 25 * line.height else 0.75
    return Place(line, first, last, weight, False)


_AND = frozenset({"/", "&", "und", "and", "et", "en", "bzw.", "oder", "or", "y", "e", "i", "-", "–"})


def _behind_chain(line: Line, first: int, on_line: Sequence[Marked]) -> int:
    """Behind further labels that share the value: `Invoice date / Delivery date: 5 March`."""
    for other in on_line:
        if other.first == first and first and line.spots[first - 1].text in _AND:
            first = other.last + 1
            while first < len(line.spots) and not line.spots[first].key:
                first += 1
    return first


def _below(sheet: Sheet, mark: Marked, marks: dict[int, list[Marked]]) -> Iterator[Place]:
    """Words under the label's segment. A line that begins a new label there ends the search."""
    line = mark.line
    reach_right = _column_end(mark, marks)
    weight = 0.85
    above = line
    for under in sheet.below(line, 3, 3.6 * line.height):
        if under.top - above.bottom > 2.2 * line.height:
            return
        inside = [
            n
            for n, spot in enumerate(under.spots)
            if spot.x1 > mark.x0 - 0.6 * line.height and spot.x0 < reach_right and _touches(under, n, mark)
        ]
        if not inside:
            continue
        taken = [m for m in marks.get(under.number, []) if m.first <= inside[0] <= m.last and m.leads]
        if taken and any(label.strong for m in taken for label in m.labels):
            return
        yield Place(under, inside[0], inside[-1], weight, True)
        weight -= 0.2
        above = under


def _touches(under: Line, at: int, mark: Marked) -> bool:
    """Whether the word's segment starts under the label, ends under it, or covers it."""
    first = last = at
    while first > 0 and under.segment_of[first - 1] == under.segment_of[at]:
        first -= 1
    while last + 1 < len(under.spots) and under.segment_of[last + 1] == under.segment_of[at]:
        last += 1
    x0, x1 = under.spots[first].x0, under.spots[last].x1
    return x0 < mark.x1 + 0.5 * under.height and x1 > mark.x0 - 0.5 * under.height


def _column_end(mark: Marked, marks: dict[int, list[Marked]]) -> float:
    """Where the next label on the line begins: words from there on belong to that one."""
    following = [m.x0 for m in marks.get(mark.line.number, []) if m.first > mark.last]
    segment_end = next(
        (mark.line.spots[last].x1 for first, last in mark.line.segments if first <= mark.last <= last), mark.x1
    )
    return min(following) - 1 if following else max(segment_end, mark.x1) + 30 * mark.line.height

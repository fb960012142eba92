"""A document as the field finding sees it: printed lines of words, with the numbers and dates on them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from triage.documents.amounts import Separators, separators
from triage.documents.dates import DateOrder, date_order
from triage.documents.lines import in_lines, in_segments
from triage.documents.printed import Line, Spot
from triage.documents.spaced import closed_up
from triage.documents.upright import spots_of
from triage.domain import Page


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
        spots = spots_of(page)
        space = _space(spots)
        for on_line in in_lines(spots):
            lines.append(replace(_line(len(lines), page.number, closed_up(on_line), marks, order), space=space))
    return Sheet(tuple(pages), tuple(lines), marks, order)


_SPACE = 0.42
_FIXED_PITCH = 0.9


def _space(spots: Sequence[Spot]) -> float:
    """The widest space within a number, in heights of letters: wide in type whose letters are all as wide."""
    pitches = sorted((s.x1 - s.x0) / len(s.text) / s.height for s in spots if len(s.text) > 3)
    if not pitches:
        return _SPACE
    usual = pitches[len(pitches) // 2]
    alike = sum(abs(pitch - usual) < 0.04 * usual for pitch in pitches)
    return max(_SPACE, 1.25 * usual) if alike > _FIXED_PITCH * len(pitches) else _SPACE


def _looks_american(texts: Sequence[str]) -> bool:
    """US conventions on the pages: dollars, or a state with a ZIP code."""
    joined = "\n".join(texts)
    dollars = bool(re.search(r"(?<![A-Z])(?:US)?\$\s?\d|\bUSD\b", joined))
    states = bool(re.search(rf"\b(?:{_STATES}),? \d{{5}}(-\d{{4}})?\b", joined))
    return dollars or (states and not re.search(r"[€£₹]|\b(?:EUR|GBP|VAT|CHF|PLN)\b", joined))


_STATES = (
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]"
)
"""Codes of the states of the US, before a ZIP code."""


def _line(number: int, page: int, spots: Sequence[Spot], marks: Separators, order: DateOrder) -> Line:
    segment_of = [n for n, segment in enumerate(in_segments(spots)) for _ in segment]
    starts, at = [], 0
    for spot in spots:
        starts.append(at)
        at += len(spot.text) + 1
    return Line(number, page, tuple(spots), marks, order, tuple(segment_of), tuple(starts))

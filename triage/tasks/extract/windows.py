"""A document in parts that a model can take in: whole pages where they fit, with some lines shown again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from triage.domain import Page, Word
from triage.tasks.extract.pointed import printed_lines

Lines = list[list[Word]]
OVERLAP = 8
"""Printed lines that are shown again, so that a row which runs over a page or a part is seen whole."""


@dataclass
class Window:
    """Printed lines by page, in order. The first `repeated` of them were in the window before."""

    shown: dict[int, Lines] = field(default_factory=dict)
    repeated: int = 0
    own: list[int] = field(default_factory=list)

    @property
    def first(self) -> int:
        """The first page of which it shows something new."""
        return self.own[0]

    @property
    def last(self) -> int:
        """The last one."""
        return self.own[-1]

    @property
    def words(self) -> int:
        """Words that it shows."""
        return sum(len(line) for lines in self.shown.values() for line in lines)

    def tail(self) -> dict[int, Lines]:
        """Its last lines, for the next one to show again."""
        number = list(self.shown)[-1]
        lines = self.shown[number]
        return {number: lines[max(0, len(lines) - OVERLAP) :]} if OVERLAP else {}


def windows(pages: Sequence[Page], most: int) -> Iterator[Window]:
    """Windows of at most `most` words, apart from what is shown again, and except where one printed line has more."""
    window = Window()
    for number, lines in _pieces(pages, most):
        words = sum(map(len, lines))
        if window.own and window.words + words > most:
            yield window
            tail = window.tail()
            window = Window(tail, sum(map(len, tail.values())))
        window.shown[number] = [*window.shown.get(number, []), *lines]
        window.own += [] if number in window.own else [number]
    if window.own:
        yield window


def _pieces(pages: Sequence[Page], most: int) -> Iterator[tuple[int, Lines]]:
    """Whole pages; one that is too long for a window in several pieces."""
    for page in pages:
        piece: Lines = []
        words = 0
        for line in printed_lines(page):
            if piece and words + len(line) > most:
                yield page.number, piece
                piece, words = [], 0
            piece.append(line)
            words += len(line)
        if piece:
            yield page.number, piece

"""Cells of a table's heading: words that stand beside and under each other head one column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from triage.documents.phrases import Marked
from triage.documents.printed import Line, Spot


@dataclass(slots=True)
class Cell:
    """Words of one heading, line under line."""

    x0: float
    x1: float
    parts: list[tuple[float, str]]
    base: tuple[str, ...] = ()
    """Roles of the part on the main line."""


def cells_of(line: Line, marks: Sequence[Marked]) -> list[Cell]:
    """The cells of a heading's main line."""
    cells: list[Cell] = []
    ends: list[int] = []
    for mark in marks:
        if ends and _is_joined(line, ends[-1], mark.first):
            _add(cells[-1], line, ends[-1] + 1, mark)
            ends[-1] = mark.last
            continue
        ends.append(mark.last)
        spots = line.spots[mark.first : mark.last + 1]
        roles = tuple(label.field for label in mark.labels)
        text = " ".join(s.text for s in spots)
        cells.append(Cell(spots[0].x0, spots[-1].x1, [(line.top, text)], roles))
    covered = {n for mark in marks for n in range(mark.first, mark.last + 1)}
    covered |= {
        n
        for n, spot in enumerate(line.spots)
        if spot.text.casefold() in _LINKS and n - 1 in covered and n + 1 in covered
    }
    for n, spot in enumerate(line.spots):
        if n in covered or not spot.key:
            continue
        reach = max(0.6, 1.1 * line.space) * spot.height
        near = [c for c in cells if abs(spot.x0 - c.x1) < reach or abs(c.x0 - spot.x1) < reach]
        if near:
            _widen(near[0], spot)
            top, text = near[0].parts[0]
            near[0].parts[0] = (top, f"{text} {spot.text}" if spot.x0 > near[0].x0 else f"{spot.text} {text}")
        else:
            cells.append(Cell(spot.x0, spot.x1, [(line.top, spot.text)]))
    return cells


_LINKS = frozenset({"/", "&", "und", "and", "et", "en", "y", "e", "i", "-", "–", "or", "oder"})


def _is_joined(line: Line, last: int, first: int) -> bool:
    """Whether a stroke or `and` joins two column words to one heading: `Artikel / Bezeichnung`."""
    between = line.spots[last + 1 : first]
    together = line.segment_of[last] == line.segment_of[first]
    linked = bool(between) and all(s.text.casefold() in _LINKS for s in between)
    return together and (linked or (not between and line.spots[last].text[-1] in "/&"))


def _add(cell: Cell, line: Line, first: int, mark: Marked) -> None:
    """Puts a further column word into a heading."""
    top, text = cell.parts[0]
    cell.parts[0] = (top, " ".join([text, *(s.text for s in line.spots[first : mark.last + 1])]))
    cell.x1 = max(cell.x1, mark.x1)
    roles = (*cell.base, *(label.field for label in mark.labels))
    cell.base = tuple(sorted(dict.fromkeys(roles), key=lambda role: role != "name"))


def _widen(cell: Cell, spot: Spot) -> None:
    cell.x0, cell.x1 = min(cell.x0, spot.x0), max(cell.x1, spot.x1)


def stack(cells: list[Cell], line: Line) -> None:
    """Puts a neighbouring line's words into the cells they stand over or under."""
    for first, last in _by_cell(cells, line):
        spots = line.spots[first : last + 1]
        x0, x1 = spots[0].x0, spots[-1].x1
        over = [cell for cell in cells if x0 < cell.x1 and x1 > cell.x0]
        text = " ".join(s.text for s in spots)
        if not over:
            cells.append(Cell(x0, x1, [(line.top, text)]))
            continue
        cell = max(over, key=lambda c: min(c.x1, x1) - max(c.x0, x0))
        cell.parts.append((line.top, text))
        if len(over) == 1:
            cell.x0, cell.x1 = min(cell.x0, x0), max(cell.x1, x1)


def _by_cell(cells: Sequence[Cell], line: Line) -> Iterator[tuple[int, int]]:
    """Segments of a line, cut where words that ran together stand each over a heading of its own."""
    for first, last in line.segments:
        homes = [[n for n, c in enumerate(cells) if s.x0 < c.x1 and s.x1 > c.x0] for s in line.spots[first : last + 1]]
        if any(len(home) != 1 for home in homes):
            yield first, last
            continue
        starts = [n for n in range(len(homes)) if not n or homes[n] != homes[n - 1]]
        for start, end in zip(starts, [*starts[1:], len(homes)], strict=True):
            yield first + start, first + end - 1

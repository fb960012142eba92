"""The heading of an item table: which column holds what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from triage.documents.column_words import PRICE_PER, column_words
from triage.documents.heading_cells import Cell, cells_of, stack
from triage.documents.labels import column_labels
from triage.documents.meanings import column_roles
from triage.documents.phrases import Marked
from triage.documents.printed import Line, key_of
from triage.documents.sheet import Sheet

NUMERIC = frozenset(
    {
        "quantity",
        "ordered_quantity",
        "open_quantity",
        "unit_price",
        "gross_price",
        "price_basis",
        "discount",
        "tax_rate",
        "tax_amount",
        "net_amount",
        "gross_line",
    }
)
"""Roles of columns that hold numbers."""
_CORE = frozenset({"name", "quantity", "unit_price", "net_amount", "gross_line"})
_NEEDS = frozenset({"quantity", "unit_price", "net_amount", "gross_line", "ordered_quantity"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its heading: what it may hold, the likeliest first, and where the heading stands."""

    roles: tuple[str, ...]
    x0: float
    x1: float

    @property
    def role(self) -> str:
        """The likeliest."""
        return self.roles[0]

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers."""
        return self.role in NUMERIC


@dataclass(frozen=True, slots=True)
class Heading:
    """A table's heading over one or several printed lines."""

    columns: tuple[Column, ...]
    first: int
    """Number of its first line in the document."""
    last: int

    def has(self, role: str) -> bool:
        """Whether a column holds this."""
        return any(column.role == role for column in self.columns)

    def like(self, other: Heading) -> bool:
        """Whether it repeats another one, as on the next page."""
        return [c.role for c in self.columns] == [c.role for c in other.columns]


def headings(sheet: Sheet) -> list[Heading]:
    """Headings of item tables, top to bottom."""
    found: list[Heading] = []
    marks = {line.number: column_words(line) for line in sheet.lines}
    for line in sheet.lines:
        if not _is_heading(line, _with_neighbours(sheet, line, marks)):
            continue
        heading = _heading(sheet, line, marks)
        if heading is None:
            continue
        if not found or heading.first > found[-1].last:
            found.append(heading)
        elif len(heading.columns) > len(found[-1].columns):
            found[-1] = heading
    return found


def _with_neighbours(sheet: Sheet, line: Line, marks: dict[int, list[Marked]]) -> list[Marked]:
    """Column words of a line, and those right above and under it where it has several itself."""
    own = marks[line.number]
    if len(own) < 3:
        return own
    near = [n for n in (line.number - 1, line.number + 1) if 0 <= n < len(sheet.lines)]
    close = [n for n in near if _is_close(sheet.lines[n], line) and not any(x.money for x in sheet.lines[n].numbers)]
    return [*own, *(mark for n in close for mark in marks[n])]


def _is_close(line: Line, other: Line) -> bool:
    return line.page == other.page and max(line.top - other.bottom, other.top - line.bottom) < 0.5 * line.height


def _is_heading(line: Line, marks: Sequence[Marked]) -> bool:
    """Enough column words, little else, and no amounts."""
    roles = _distinct(marks)
    marks = [mark for mark in marks if mark.line is line]
    covered = sum(mark.last - mark.first + 1 for mark in marks)
    words = sum(bool(spot.key) and not spot.key.isdigit() for spot in line.spots)
    if len(roles & _CORE) < 2 or covered < 0.5 * words or any(n.money for n in line.numbers):
        return False
    if not roles & _NEEDS or not (roles & {"name"} or len(roles) >= 3):
        return False
    apart = len({line.segment_of[mark.first] for mark in marks})
    return apart >= 2 or len(marks) >= 3 or (len(marks) == 2 and covered == len(line.spots))


def _distinct(marks: Iterable[Marked]) -> set[str]:
    return {mark.labels[0].field for mark in marks} | {
        label.field for mark in marks for label in mark.labels if label.field in _NEEDS or label.field == "name"
    }


def _heading(sheet: Sheet, line: Line, marks: dict[int, list[Marked]]) -> Heading | None:
    cells = cells_of(line, marks[line.number])
    first, last = line.number, line.number
    for step in (-1, 1):
        for distance in range(1, 6):
            number = line.number + step * distance
            if not 0 <= number < len(sheet.lines) or not _joins(sheet, number, number - step, marks, cells):
                break
            stack(cells, sheet.lines[number])
            first, last = min(first, number), max(last, number)
    columns = [column for cell in sorted(cells, key=lambda c: c.x0) if (column := _column(cell)) is not None]
    settled = _settled(columns)
    if len({c.role for c in settled} & _CORE) < 2:
        return None
    return Heading(tuple(settled), first, last)


def _joins(sheet: Sheet, number: int, beside: int, marks: dict[int, list[Marked]], cells: list[Cell]) -> bool:
    """Whether a neighbouring line belongs to the heading: close, without amounts, made of column words."""
    line, other = sheet.lines[number], sheet.lines[beside]
    if line.page != other.page or any(n.money for n in line.numbers) or line.dates:
        return False
    gap = max(line.top - other.bottom, other.top - line.bottom)
    if gap > 0.75 * line.height:
        return False
    covered = sum(m.last - m.first + 1 for m in marks[number])
    words = [spot for spot in line.spots if spot.key]
    if any(spot.key.isdigit() for spot in words):
        return False
    at = [(a, b) for a, b in line.segments]
    named = {n for m in marks[number] for n in range(m.first, m.last + 1)}
    fitting = sum(a in named or b in named or _is_over(line, a, b, cells) for a, b in at)
    short = all(b - a < 6 for a, b in at)
    if number > beside and not marks[number] and len(at) < 2:
        return False
    return (
        bool(words)
        and short
        and (covered >= 0.5 * len(words) or (fitting >= 0.8 * len(at) and gap < 0.5 * line.height))
    )


def _is_over(line: Line, first: int, last: int, cells: Sequence[Cell]) -> bool:
    x0, x1 = line.spots[first].x0, line.spots[last].x1
    return any(x0 < cell.x1 and x1 > cell.x0 for cell in cells)


def _column(cell: Cell) -> Column | None:
    parts = [text for _, text in sorted(cell.parts)]
    whole = key_of(" ".join(parts))
    roles = ["unit_price"] if PRICE_PER.search(" ".join(parts)) else []
    roles += [*_roles(whole), *_roles(whole.rstrip("%"))]
    roles += (
        column_roles(tuple(w for w in " ".join(parts).split() if key_of(w) and not w.isdigit())) if not roles else ()
    )
    roles += cell.base
    for part in parts:
        roles += _roles_within(part)
    return Column(tuple(dict.fromkeys(roles)) or ("other",), cell.x0, cell.x1)


def _roles(key: str) -> list[str]:
    return [label.field for label in column_labels().get(key, ())]


def _roles_within(text: str) -> list[str]:
    """Roles of a part as a whole, else of the longest runs of words in it."""
    words = text.split()
    if found := _roles(key_of(text)):
        return found
    for length in range(len(words) - 1, 0, -1):
        for start in range(len(words) - length, -1, -1):
            if found := _roles(key_of(" ".join(words[start : start + length]))):
                return found
    return []


def _settled(columns: list[Column]) -> list[Column]:
    """One column a role: where two claim it, the one that can be nothing else, else the later amount."""
    out = list(columns)
    for role in ("quantity", "unit_price", "net_amount", "name", "tax_rate"):
        holders = [n for n, column in enumerate(out) if column.role == role]
        if not holders:
            second = [n for n, column in enumerate(out) if role in column.roles]
            if second:
                out[second[-1]] = _as(out[second[-1]], role)
            continue
        if len(holders) > 1:
            out = _without_doubles(out, holders, role)
    if not any(c.role == "net_amount" for c in out):
        gross = [n for n, column in enumerate(out) if column.role == "gross_line"]
        if gross:
            out[gross[-1]] = _as(out[gross[-1]], "net_amount")
    return out


def _room(columns: list[Column], n: int) -> float:
    """How far a column may run to the right: descriptions are wide."""
    return (columns[n + 1].x0 if n + 1 < len(columns) else columns[n].x1) - columns[n].x0


def _without_doubles(out: list[Column], holders: list[int], role: str) -> list[Column]:
    keep = holders[-1] if role in {"net_amount", "tax_rate"} else holders[0]
    if role == "name":
        keep = max(holders, key=lambda n: _room(out, n))
    for n in holders:
        if n == keep:
            continue
        others = [r for r in out[n].roles if r != role and not any(c.role == r for c in out)]
        spare = "seller_item_id" if role == "name" and not any(c.role == "seller_item_id" for c in out) else "other"
        out[n] = _as(out[n], others[0] if others else spare)
    return out


def _as(column: Column, role: str) -> Column:
    return Column((role, *(r for r in column.roles if r != role)), column.x0, column.x1)

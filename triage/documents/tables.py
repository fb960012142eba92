"""Item tables: rows under a heading, over several printed lines and pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from triage.documents.columns import Column, Heading, headings
from triage.documents.labels import UNITS
from triage.documents.phrases import Marked
from triage.documents.sheet import Line, Number, Sheet, Span

_ENDS = frozenset({"tax", "gross", "payable"})
_PASSED = frozenset({"net", "other_amount"})
_CARRY = re.compile(
    r"^\W*(übertrag|uebertrag|zwischensumme|report|à reporter|a reporter|subtotal|sub-total|sub total|subtotaal|carried|"
    r"brought|carry|saldo|suma y sigue|riporto|a riportare|da riportare|do przeniesienia|z przeniesienia|transport\b|"
    r"sous-total|sous total|subtotale|total page|seitensumme|page total|transporteren|tussentotaal)",
    re.I,
)


@dataclass(slots=True)
class Item:
    """A row of an item table: its numbers by column, the words of its text columns, and its printed lines."""

    numbers: dict[str, Number] = field(default_factory=dict)
    texts: dict[str, list[Span]] = field(default_factory=dict)
    unit: Span | None = None
    top: float = 0.0
    page: int = 0
    lines: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a heading."""

    heading: Heading
    items: tuple[Item, ...]
    lines: frozenset[int]
    """Numbers of the printed lines that belong to it."""


@dataclass(slots=True)
class _Row:
    """What stands on one printed line, by column."""

    line: Line
    numbers: dict[str, Number]
    texts: dict[str, Span]
    unit: Span | None


def tables(sheet: Sheet, marks: dict[int, list[Marked]]) -> list[Table]:
    """All item tables with at least one row, a table over several pages as one."""
    found = headings(sheet)
    made: list[Table] = []
    for n, heading in enumerate(found):
        end = found[n + 1].first if n + 1 < len(found) else len(sheet.lines)
        rows = list(_rows(sheet, heading, end, marks))
        items = _items(heading, rows)
        if not items:
            continue
        lines = frozenset(range(heading.first, heading.last + 1)) | {row.line.number for row in rows}
        if made and made[-1].heading.like(heading):
            made[-1] = Table(made[-1].heading, (*made[-1].items, *items), made[-1].lines | lines)
        else:
            made.append(Table(heading, tuple(items), lines))
    return made


def _rows(sheet: Sheet, heading: Heading, end: int, marks: dict[int, list[Marked]]) -> Iterator[_Row]:
    """Printed lines of the table: until the totals, a far gap without numbers, or the next heading."""
    page = sheet.lines[heading.last].page
    previous = sheet.lines[heading.last]
    started = False
    for line in sheet.lines[heading.last + 1 : end]:
        row = _row(line, heading)
        if line.page != page:
            if not _goes_on(row, heading):
                continue
            page, previous = line.page, line
        if _PAGE_NUMBER.search(line.text):
            continue
        if started and _is_other_heading(line, marks):
            return
        if _is_end(line, row, marks):
            if started:
                return
            continue
        if _is_passed(line, row, marks):
            previous = line
            continue
        far = line.top - previous.bottom > 5.5 * line.height
        if far and started and not _is_anchor(row, heading):
            continue
        yield row
        started = started or _is_anchor(row, heading)
        previous = line


_PAGE_NUMBER = re.compile(
    r"^\W*(?:\S+ ){0,6}?(?:page|seite|pagina|página|strona|blatt|s\.|str\.)\s*:?\s*\d+\s*(?:of|von|de|van|di|z|/|sur)?\s*\d*\W*$",
    re.I,
)


def _is_other_heading(line: Line, marks: dict[int, list[Marked]]) -> bool:
    """Column words of a table of taxes or totals: labels of amounts side by side without an amount."""
    named = [m for m in marks.get(line.number, []) if any(label.field in _AMOUNTS for label in m.labels)]
    return len(named) >= 2 and len(line.segments) >= 3 and not any(n.money for n in line.numbers)


_AMOUNTS = frozenset({"net", "tax", "gross", "payable", "other_amount"})


def _goes_on(row: _Row, heading: Heading) -> bool:
    """Whether a line on a later page without a heading continues the table: it fills several number columns."""
    return len(row.numbers) >= 2 and _is_anchor(row, heading)


def _leading(line: Line, marks: dict[int, list[Marked]]) -> list[Marked]:
    """Labels at the very start of the line's text, or right before its amounts."""
    found = marks.get(line.number, [])
    money = [n.first for n in line.numbers if n.money]
    start = next((n for n, spot in enumerate(line.spots) if any(c.isalpha() for c in spot.text)), 0)
    return [m for m in found if m.first == start or (m.leads and money and m.last + 1 in money)]


def _is_end(line: Line, row: _Row, marks: dict[int, list[Marked]]) -> bool:
    """A line of totals: a total's label leads it, an amount stands on it, and it has no quantity."""
    if not any(n.money for n in line.numbers) or "quantity" in row.numbers:
        return False
    fields = {(label.field, label.strong) for mark in _leading(line, marks) for label in mark.labels}
    return any(name in _ENDS or (name == "net" and strong) for name, strong in fields)


def _is_passed(line: Line, row: _Row, marks: dict[int, list[Marked]]) -> bool:
    """A subtotal or carry-over between rows."""
    if _CARRY.search(line.text) and "quantity" not in row.numbers:
        return True
    if "quantity" in row.numbers or "unit_price" in row.numbers or not any(n.money for n in line.numbers):
        return False
    return any(label.field in _PASSED for mark in _leading(line, marks) for label in mark.labels)


def _is_anchor(row: _Row, heading: Heading) -> bool:
    """Whether the line carries what makes an item: its amount, or its quantity where there are no amounts."""
    return _anchor_role(heading) in row.numbers


def _anchor_role(heading: Heading) -> str:
    for role in ("net_amount", "gross_line", "quantity", "unit_price"):
        if heading.has(role):
            return role
    return "ordered_quantity"


def _row(line: Line, heading: Heading) -> _Row:
    row = _Row(line, {}, {}, None)
    text_until = _text_end(heading)
    taken: set[int] = set()
    for number in line.numbers:
        column = _column_of_number(number, line, heading, text_until)
        if column is None or column.role in row.numbers:
            continue
        if not _fits(column, number):
            continue
        row.numbers[column.role] = number
        taken |= set(range(number.first, number.last + 1))
        if column.role in {"quantity", "ordered_quantity"}:
            row.unit = _unit_beside(line, number)
            if row.unit is not None:
                taken.add(number.last + 1 if row.unit.spots[0] in line.spots[number.last + 1 : number.last + 2] else -1)
    _texts(row, heading, taken)
    return row


def _fits(column: Column, number: Number) -> bool:
    """A per cent sign stands in rate and discount columns only; a position is a small whole number."""
    if column.role == "position":
        return number.amount.decimals == 0 and 0 <= number.amount.value < 100_000 and number.amount.currency is None
    if number.amount.percent:
        return column.role in {"tax_rate", "discount"}
    return column.numeric


def _text_end(heading: Heading) -> tuple[float, float]:
    """From where to where the description may run: its heading's left edge to the next heading."""
    names = [c for c in heading.columns if c.role == "name"]
    if not names:
        return (0.0, 0.0)
    after = [c.x0 for c in heading.columns if c.x0 > names[0].x1]
    return (names[0].x0, min(after) if after else names[0].x1)


def _column_of_number(number: Number, line: Line, heading: Heading, text: tuple[float, float]) -> Column | None:
    x0, x1 = number.span.x0, number.span.x1
    first = next(a for a, b in line.segments if a <= number.first <= b)
    lead = line.spots[first]
    in_words = number.first > first and not lead.text[0].isdigit() and lead.x0 < text[1] and x0 < text[1]
    if in_words and text[0] - 3 * line.height <= lead.x0:
        return None
    best = min(heading.columns, key=lambda c: (_distance(c, x0, x1), abs(c.x0 + c.x1 - x0 - x1)))
    if best.role == "name" or _distance(best, x0, x1) > 4 * line.height:
        return None
    return best


def _distance(column: Column, x0: float, x1: float) -> float:
    """Between a column's heading and a number: nothing where they overlap, else the space between them."""
    return max(column.x0 - x1, x0 - column.x1, 0.0)


def _unit_beside(line: Line, number: Number) -> Span | None:
    after = number.last + 1
    if after < len(line.spots):
        spot = line.spots[after]
        near = spot.x0 - line.spots[number.last].x1 < 2.5 * spot.height
        if near and (spot.key in UNITS or (spot.text.isalpha() and spot.text.isupper() and len(spot.text) <= 3)):
            return line.span(after, after)
    return None


def _texts(row: _Row, heading: Heading, taken: set[int]) -> None:
    """Words that are no number, by the column their run starts in."""
    line = row.line
    run: list[int] = []
    home: Column | None = None

    def close() -> None:
        nonlocal run
        if run and home is not None:
            span = line.span(run[0], run[-1])
            known = row.texts.get(home.role)
            row.texts[home.role] = span if known is None else Span(span.page, (*known.spots, *span.spots))
        run = []

    for n, spot in enumerate(line.spots):
        if n in taken:
            close()
            continue
        fresh = not run or line.segment_of[n] != line.segment_of[n - 1]
        if fresh or _starts_column(spot.x0, spot.height, heading, home):
            close()
            home = _home(spot.x0, spot.x1, heading, spot.height)
        run.append(n)
    close()


def _starts_column(x0: float, height: float, heading: Heading, home: Column | None) -> bool:
    """Whether a word inside a run begins another text column exactly at its heading's edge."""
    return any(
        column is not home and not column.numeric and abs(column.x0 - x0) < 0.25 * height for column in heading.columns
    )


def _home(x0: float, x1: float, heading: Heading, height: float) -> Column:
    """The column whose heading starts where the words start, or covers them, or lies left of them."""
    starting = [c for c in heading.columns if abs(c.x0 - x0) < 0.6 * height]
    if starting:
        return min(starting, key=lambda c: abs(c.x0 - x0))
    over = [c for c in heading.columns if c.x0 < x1 and c.x1 > x0]
    if over:
        return max(over, key=lambda c: min(c.x1, x1) - max(c.x0, x0))
    names = [c for c in heading.columns if c.role == "name"]
    left = [c for c in heading.columns if c.x0 <= x0 and not c.numeric]
    if left:
        return left[-1]
    return names[0] if names else heading.columns[0]


def _items(heading: Heading, rows: Sequence[_Row]) -> list[Item]:
    role = _anchor_role(heading)
    anchors = [n for n, row in enumerate(rows) if role in row.numbers]
    if not anchors:
        return []
    owners = _owners(rows, anchors, heading)
    items = [Item(top=rows[n].line.top, page=rows[n].line.page) for n in anchors]
    for n, row in enumerate(rows):
        owner = owners[n]
        if owner is None:
            continue
        item = items[owner]
        _absorb(item, row, n == anchors[owner])
    return [item for item in items if _is_item(item)]


def _absorb(item: Item, row: _Row, anchor: bool) -> None:
    item.lines.add(row.line.number)
    for role, number in row.numbers.items():
        if anchor or role not in item.numbers:
            item.numbers[role] = number
    for role, span in row.texts.items():
        item.texts.setdefault(role, []).append(span)
    if row.unit is not None and item.unit is None:
        item.unit = row.unit


def _owners(rows: Sequence[_Row], anchors: Sequence[int], heading: Heading) -> list[int | None]:
    """For each printed line the item it belongs to."""
    starts = [_start(rows, anchors, k, heading) for k in range(len(anchors))]
    owners: list[int | None] = []
    for n, row in enumerate(rows):
        owner = max((k for k in range(len(anchors)) if starts[k] <= n), default=None)
        if owner is not None and n > anchors[owner] and _is_apart(rows, n, anchors[owner]):
            owner = None
        owners.append(owner)
        del row
    return owners


def _is_apart(rows: Sequence[_Row], n: int, anchor: int) -> bool:
    """Whether a wide gap or a page break lies between an item and a line without numbers under it."""
    if rows[n].line.page != rows[anchor].line.page:
        return True
    for upper, lower in zip(rows[anchor:n], rows[anchor + 1 : n + 1], strict=True):
        if lower.line.top - upper.line.bottom > 2.6 * upper.line.height:
            return True
    return False


def _start(rows: Sequence[_Row], anchors: Sequence[int], k: int, heading: Heading) -> int:
    """The first printed line of an item, at or above the line with its amount."""
    anchor = anchors[k]
    after = anchors[k - 1] if k else -1
    between = [n for n in range(after + 1, anchor) if rows[n].line.page == rows[anchor].line.page]
    positioned = [n for n in between if "position" in rows[n].numbers and "position" not in rows[anchor].numbers]
    if positioned and (after < 0 or "position" in rows[after].numbers or len(positioned) > 1):
        return positioned[-1]
    numbered = [n for n in between if rows[n].numbers.keys() & {"quantity", "unit_price"}]
    missing = {"quantity", "unit_price"} - rows[anchor].numbers.keys()
    if numbered and missing and _near(rows, numbered[-1], anchor, 3.0):
        start = numbered[-1]
        return _with_position(rows, after, start)
    if "name" in rows[anchor].texts or not heading.has("name"):
        return anchor
    start = anchor
    for n in reversed(between):
        if rows[n].numbers.keys() - {"position"} or not _near(rows, n, start, 0.9):
            break
        start = n
    return start


def _with_position(rows: Sequence[_Row], after: int, start: int) -> int:
    above = start - 1
    if above > after and "position" in rows[above].numbers and not rows[above].numbers.keys() - {"position"}:
        return above
    return start


def _near(rows: Sequence[_Row], upper: int, lower: int, heights: float) -> bool:
    return rows[lower].line.top - rows[upper].line.bottom < heights * rows[lower].line.height


def _is_item(item: Item) -> bool:
    """A row needs words, or a quantity with a price."""
    words = [s for spans in item.texts.values() for s in spans]
    return bool(words) or {"quantity", "unit_price"} <= item.numbers.keys()

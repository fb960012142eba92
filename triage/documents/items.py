"""Printed lines of a table to its items: which line belongs to which."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from triage.documents.columns import Heading
from triage.documents.printed import Dated, Number, Span
from triage.documents.rows import Row, anchor_role


@dataclass(slots=True, eq=False)
class Item:
    """A row of an item table: its numbers by column, the words of its text columns, and its printed lines."""

    numbers: dict[str, Number] = field(default_factory=dict)
    texts: dict[str, list[Span]] = field(default_factory=dict)
    unit: Span | None = None
    date: Dated | None = None
    top: float = 0.0
    page: int = 0
    lines: set[int] = field(default_factory=set)


def items_of(heading: Heading, rows: Sequence[Row]) -> list[Item]:
    """Items of a table's printed lines: each has one line with its amount, and those around it."""
    role = anchor_role(heading)
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
    return complete(_without_charges([item for item in items if _is_item(item)], rows[0].line.height))


def _without_charges(items: list[Item], height: float) -> list[Item]:
    """Without amounts whose words stand beside the figures, far right of where the items' words begin."""
    starts = [_left(item) for item in items if item.numbers.keys() & {"quantity", "unit_price"} and item.texts]
    if not starts:
        return items
    far = max(starts) + 8 * height
    return [i for i in items if i.numbers.keys() & {"quantity", "unit_price"} or not i.texts or _left(i) < far]


def _left(item: Item) -> float:
    """Where the words of an item begin."""
    return min(span.x0 for spans in item.texts.values() for span in spans)


_INCLUDED = re.compile(
    r"^\W*(?:incl\.|inkl\.|including|included|davon|dont|waarvan|thereof|of which|enthalten|"
    r"di cui|de los cuales|w tym)",
    re.I,
)


def complete(items: list[Item]) -> list[Item]:
    """Without parts of other items: such as carry no amount where items do, or say that they are included."""
    if sum(_has_amount(item) for item in items) >= 0.5 * len(items):
        items = [item for item in items if _has_amount(item) or "unit_price" in item.numbers]
    return [i for i in items if not any(_INCLUDED.match(s.text) for s in _beside_anchor(i))]


def _has_amount(item: Item) -> bool:
    return "net_amount" in item.numbers or "gross_line" in item.numbers


def _beside_anchor(item: Item) -> list[Span]:
    """Its description on the line of its amount."""
    return [s for s in item.texts.get("name", []) if abs(min(spot.top for spot in s.spots) - item.top) < 4]


def _absorb(item: Item, row: Row, anchor: bool) -> None:
    item.lines.add(row.line.number)
    for role, number in row.numbers.items():
        if anchor or role not in item.numbers:
            item.numbers[role] = number
    for role, span in row.texts.items():
        item.texts.setdefault(role, []).append(span)
    if row.unit is not None and item.unit is None:
        item.unit = row.unit
    if row.date is not None and item.date is None:
        item.date = row.date


def _owners(rows: Sequence[Row], anchors: Sequence[int], heading: Heading) -> list[int | None]:
    """For each printed line the item it belongs to."""
    starts = [_start(rows, anchors, k, heading) for k in range(len(anchors))]
    starts[0] = _first_start(rows, anchors, starts)
    owners: list[int | None] = []
    for n, row in enumerate(rows):
        owner = max((k for k in range(len(anchors)) if starts[k] <= n), default=None)
        if owner is not None and n > anchors[owner] and _is_apart(rows, n, anchors[owner]):
            owner = None
        owners.append(owner)
        del row
    return owners


def _first_start(rows: Sequence[Row], anchors: Sequence[int], starts: Sequence[int]) -> int:
    """The first item begins as many lines above its amount as the second one does."""
    lead = anchors[1] - starts[1] if len(anchors) > 1 else 0
    above = range(anchors[0] - lead, anchors[0])
    if lead < 1 or starts[0] < anchors[0] or above.start < 0 or any(rows[n].numbers for n in above):
        return starts[0]
    return above.start


def _is_apart(rows: Sequence[Row], n: int, anchor: int) -> bool:
    """Whether a wide gap or a page break lies between an item and a line without numbers under it."""
    if rows[n].line.page != rows[anchor].line.page:
        return True
    for upper, lower in zip(rows[anchor:n], rows[anchor + 1 : n + 1], strict=True):
        if lower.line.top - upper.line.bottom > 2.6 * upper.line.height:
            return True
    return False


def _start(rows: Sequence[Row], anchors: Sequence[int], k: int, heading: Heading) -> int:
    """The first printed line of an item, at or above the line with its amount."""
    anchor = anchors[k]
    after = anchors[k - 1] if k else -1
    between = [n for n in range(after + 1, anchor) if rows[n].line.page == rows[anchor].line.page]
    positioned = [n for n in between if "position" in rows[n].numbers and "position" not in rows[anchor].numbers]
    if positioned and (after < 0 or "position" in rows[after].numbers or len(positioned) > 1):
        return positioned[-1]
    parted = _behind_widest_gap(rows, between, anchor, after)
    if parted is not None:
        return parted
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


def _behind_widest_gap(rows: Sequence[Row], between: Sequence[int], anchor: int, after: int) -> int | None:
    """Where the space between two items is wider than that within them: the first line behind it."""
    if after < 0 or not between or rows[after].line.page != rows[anchor].line.page:
        return None
    if any(rows[n].numbers.keys() - {"position"} for n in between):
        return None
    order = [after, *between, anchor]
    gaps = [rows[b].line.top - rows[a].line.top for a, b in pairwise(order)]
    widest = max(range(len(gaps)), key=lambda n: gaps[n])
    within = max(gap for n, gap in enumerate(gaps) if n != widest)
    if gaps[widest] < 1.25 * within:
        return None
    return order[widest + 1]


def _with_position(rows: Sequence[Row], after: int, start: int) -> int:
    above = start - 1
    if above > after and "position" in rows[above].numbers and not rows[above].numbers.keys() - {"position"}:
        return above
    return start


def _near(rows: Sequence[Row], upper: int, lower: int, heights: float) -> bool:
    return rows[lower].line.top - rows[upper].line.bottom < heights * rows[lower].line.height


def _is_item(item: Item) -> bool:
    """A row needs words, or a quantity with a price."""
    words = [s for spans in item.texts.values() for s in spans]
    return bool(words) or {"quantity", "unit_price"} <= item.numbers.keys()

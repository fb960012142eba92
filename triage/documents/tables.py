"""Item tables: rows under a heading, over several printed lines and pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from triage.documents.amounts import currency_of
from triage.documents.columns import NUMERIC, Column, Heading, headings
from triage.documents.implied import implied_heading
from triage.documents.labels import units
from triage.documents.phrases import Marked
from triage.documents.sheet import Dated, Line, Number, Sheet, Span
from triage.documents.tracks import Band, bands, is_in_words

_ENDS = frozenset({"tax", "gross", "payable"})
_PASSED = frozenset({"net", "other_amount"})
_CARRY = re.compile(
    r"^\W*(übertrag|uebertrag|zwischensumme|report|à reporter|a reporter|subtotal|sub-total|sub total|"
    r"subtotaal|carried|brought|carry|saldo|suma y sigue|riporto|a riportare|"
    r"da riportare|do przeniesienia|z przeniesienia|transport\b|"
    r"sous-total|sous total|subtotale|total page|seitensumme|page total|transporteren|tussentotaal)",
    re.I,
)


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
    date: Dated | None = None


def tables(sheet: Sheet, marks: dict[int, list[Marked]]) -> list[Table]:
    """All item tables with at least one row, a table over several pages as one."""
    found = headings(sheet)
    made: list[Table] = []
    for n, heading in enumerate(found):
        end = found[n + 1].first if n + 1 < len(found) else len(sheet.lines)
        table = _table(sheet, heading, end, marks)
        if table is None:
            continue
        if made and made[-1].heading.like(heading):
            made[-1] = Table(made[-1].heading, (*made[-1].items, *table.items), made[-1].lines | table.lines)
        else:
            made.append(table)
    return _without_breakdowns(made) or _unheaded(sheet, marks)


def _unheaded(sheet: Sheet, marks: dict[int, list[Marked]]) -> list[Table]:
    """Rows under no heading, where quantity times price proves what is what."""
    made = []
    for page in sheet.by_page:
        heading = implied_heading(sheet.by_page[page])
        if heading is None:
            continue
        rows = [r for r in _rows(sheet, heading, len(sheet.lines), marks, ()) if r.line.page == page]
        items = [item for item in _items(heading, rows) if {"quantity", "unit_price"} <= item.numbers.keys()]
        if items:
            made.append(Table(heading, tuple(items), frozenset(row.line.number for row in rows)))
    return made


def _table(sheet: Sheet, heading: Heading, end: int, marks: dict[int, list[Marked]]) -> Table | None:
    """First with the headings alone, then with the columns of numbers as they stand on those lines."""
    looked = list(_rows(sheet, heading, end, marks, ()))
    heading = _without_empty(heading, looked)
    anchors = [row.line for row in looked if len(row.numbers) >= 2 or _is_anchor(row, heading)]
    measured = bands(anchors, heading)
    rows = list(_rows(sheet, heading, end, marks, measured))
    items = _items(heading, rows)
    if not items:
        return None
    lines = frozenset(range(heading.first, heading.last + 1)) | {row.line.number for row in rows}
    return Table(heading, tuple(items), lines)


def _without_empty(heading: Heading, rows: Sequence[_Row]) -> Heading:
    """Without columns of money where none stands under them: forms are printed on delivery notes as they are."""
    money = any(number.money for row in rows for number in row.numbers.values())
    if money or not heading.has("quantity"):
        return heading
    kept = tuple(c for c in heading.columns if c.role not in _MONEY)
    return Heading(kept, heading.first, heading.last)


_MONEY = frozenset({"unit_price", "gross_price", "net_amount", "gross_line", "tax_amount", "discount", "tax_rate"})


def _without_breakdowns(made: list[Table]) -> list[Table]:
    """Tables of taxes and the like stand beside the one with descriptions and quantities."""
    full = [t for t in made if t.heading.has("name") and (t.heading.has("quantity") or t.heading.has("unit_price"))]
    if not full:
        return made
    kept = [t for t in made if t in full or (t.heading.has("name") and not t.heading.has("tax_amount"))]
    if any("net_amount" in i.numbers for t in kept for i in t.items):
        kept = [t for t in kept if any(i.numbers.keys() & {"net_amount", "unit_price"} for i in t.items)]
    return [Table(t.heading, tuple(_complete(list(t.items))), t.lines) for t in kept]


def _rows(
    sheet: Sheet, heading: Heading, end: int, marks: dict[int, list[Marked]], found: Sequence[Band]
) -> Iterator[_Row]:
    """Printed lines of the table: until the totals, a far gap without numbers, or the next heading."""
    page = sheet.lines[heading.last].page
    previous = sheet.lines[heading.last]
    usual: set[str] = set()
    for line in sheet.lines[heading.last + 1 : end]:
        row = _row(line, heading, found)
        if _PAGE_NUMBER.search(line.text):
            continue
        if usual and (_is_other_heading(line, marks) or _is_end(line, row, marks)):
            return
        if line.page != page:
            if not _goes_on(row, heading, usual):
                continue
            page, previous = line.page, line
        if _is_end(line, row, marks):
            continue
        if _is_passed(line, row, marks, heading):
            previous = line
            continue
        anchor = _is_anchor(row, heading)
        if line.top - previous.bottom > 5.5 * line.height and usual and not anchor:
            continue
        yield row
        if anchor:
            usual |= row.numbers.keys()
        previous = line


_PAGE_NUMBER = re.compile(
    r"^\W*(?:\S+ ){0,6}?(?:page|seite|pagina|página|strona|blatt|s\.|str\.)\s*:?\s*\d+\s*"
    r"(?:of|von|de|van|di|z|/|sur)?\s*\d*\W*$",
    re.I,
)


def _is_other_heading(line: Line, marks: dict[int, list[Marked]]) -> bool:
    """Column words of a table of taxes or totals: labels of amounts side by side without an amount."""
    named = [m for m in marks.get(line.number, []) if any(label.field in _AMOUNTS for label in m.labels)]
    return len(named) >= 2 and len(line.segments) >= 3 and not any(n.money for n in line.numbers)


_AMOUNTS = frozenset({"net", "tax", "gross", "payable", "other_amount"})


def _goes_on(row: _Row, heading: Heading, usual: set[str]) -> bool:
    """Whether a line on a later page without a heading continues the table: it fills the usual number columns."""
    if not _is_anchor(row, heading) or len(row.numbers) < 2:
        return False
    return len(row.numbers.keys() & usual) >= 0.7 * len(usual) and bool(row.texts)


def _leading(line: Line, marks: dict[int, list[Marked]]) -> list[Marked]:
    """Labels at the very start of the line's text, or right before its amounts."""
    found = marks.get(line.number, [])
    money = [n.first for n in line.numbers if n.money]
    start = next((n for n, spot in enumerate(line.spots) if any(c.isalpha() for c in spot.text)), 0)
    return [m for m in found if m.first == start or (m.leads and _before_money(line, m, money))]


def _before_money(line: Line, mark: Marked, money: Sequence[int]) -> bool:
    """Whether an amount follows a label, perhaps behind its currency."""
    after = mark.last + 1
    if after < len(line.spots) and after not in money and currency_of(line.spots[after].text):
        after += 1
    return after in money


def _is_end(line: Line, row: _Row, marks: dict[int, list[Marked]]) -> bool:
    """A line of totals: a total's label leads it, an amount stands on it, and it has no quantity."""
    if not any(n.money for n in line.numbers) or "quantity" in row.numbers:
        return False
    fields = {(label.field, label.strong) for mark in _leading(line, marks) for label in mark.labels}
    return any(name in _ENDS or (name == "net" and strong) for name, strong in fields)


def _is_passed(line: Line, row: _Row, marks: dict[int, list[Marked]], heading: Heading) -> bool:
    """A subtotal, carry-over or charge between rows. A charge that stands among the descriptions is a row."""
    if _CARRY.search(line.text) and "quantity" not in row.numbers:
        return True
    if _is_count(line, row):
        return True
    if "quantity" in row.numbers or "unit_price" in row.numbers or not any(n.money for n in line.numbers):
        return False
    among = any(c.role == "name" and abs(c.x0 - line.spots[0].x0) < 0.6 * line.height for c in heading.columns)
    passed = {"net"} if among and "name" in row.texts else _PASSED
    return any(label.field in passed for mark in _leading(line, marks) for label in mark.labels)


_COUNTED = re.compile(
    r"^\W*(?:lines?|total|totals|totaal|totale|totali|totales|summe|gesamt|gesamtmenge|suma|razem|łącznie|ogółem|somme|"
    r"sum|cartons|packages|colli|colis|bultos|gross weight|net weight|gesamtgewicht|poids|peso|gewicht|waga)\b",
    re.I,
)


def _is_count(line: Line, row: _Row) -> bool:
    """A sum of quantities, packages or weights under the rows."""
    if "position" in row.numbers or row.texts.keys() & {"position", "seller_item_id", "buyer_item_id"}:
        return False
    words = sum(any(c.isalpha() for c in spot.text) for spot in line.spots)
    return bool(_COUNTED.match(line.text)) and words <= 8 and not any(n.money for n in line.numbers)


def _is_anchor(row: _Row, heading: Heading) -> bool:
    """Whether the line carries what makes an item: its amount, or its quantity where there are no amounts."""
    return _anchor_role(heading) in row.numbers


def _anchor_role(heading: Heading) -> str:
    for role in ("net_amount", "gross_line", "quantity", "unit_price"):
        if heading.has(role):
            return role
    return "ordered_quantity"


def _row(line: Line, heading: Heading, found: Sequence[Band] = ()) -> _Row:
    row = _Row(line, {}, {}, None)
    taken: set[int] = set()
    for number in line.numbers:
        if found:
            role = _role_in_bands(number, found, line.height, is_in_words(line, number, heading))
        else:
            column = _column_of_number(number, line, heading)
            role = None if column is None else column.role
        if role is None or role in row.numbers or not _fits(role, number):
            continue
        row.numbers[role] = number
        taken |= set(range(number.first, number.last + 1))
        if role in {"quantity", "ordered_quantity"} and row.unit is None:
            row.unit = _unit_beside(line, number)
            if row.unit is not None:
                taken.add(number.last + 1)
    row.date = _date_in_column(line, heading)
    if row.date is not None:
        taken |= set(range(row.date.first, row.date.last + 1))
    _texts(row, heading, taken)
    return row


def _date_in_column(line: Line, heading: Heading) -> Dated | None:
    """A date under the heading of the delivery date, or behind its label in the row's words."""
    for column in heading.columns:
        if "delivery_date" not in column.roles:
            continue
        for dated in line.dates:
            if dated.span.x0 < column.x1 + 2 * line.height and dated.span.x1 > column.x0 - 2 * line.height:
                return dated
    for dated in line.dates:
        if dated.first and _DELIVERY.match(line.span(max(0, dated.first - 2), dated.first - 1).text):
            return dated
    return None


_DELIVERY = re.compile(
    r"^(?:\S* )?(?:delivery(?: date)?|liefer(?:termin|datum|-datum)|livraison|leverdatum|entrega|"
    r"consegna|dostaw[ay]|termin)\s*:?$",
    re.I,
)


def _fits(role: str, number: Number) -> bool:
    """A per cent sign stands in rate and discount columns only; a position is a small whole number."""
    if role == "position":
        return number.amount.decimals == 0 and 0 <= number.amount.value < 100_000 and number.amount.currency is None
    if number.amount.percent:
        return role in {"tax_rate", "discount"}
    return role in NUMERIC


def _column_of_number(number: Number, line: Line, heading: Heading) -> Column | None:
    """By the headings alone, for a first look at which lines are rows."""
    if is_in_words(line, number, heading):
        return None
    x0, x1 = number.span.x0, number.span.x1
    best = min(heading.columns, key=lambda c: (_distance(c, x0, x1), abs(c.x0 + c.x1 - x0 - x1)))
    if best.role == "name" or _distance(best, x0, x1) > 4 * line.height:
        return None
    return best


def _role_in_bands(number: Number, found: Sequence[Band], height: float, in_words: bool) -> str | None:
    """By where the columns of numbers really stand."""
    x0, x1 = number.span.x0, number.span.x1
    over = [band for band in found if x0 < band.x1 + 0.4 * height and x1 > band.x0 - 0.4 * height]
    if in_words:
        over = [band for band in over if abs(band.x1 - x1) < 0.5 * height or abs(band.x0 - x0) < 0.5 * height]
    if not over:
        return None
    return max(over, key=lambda band: min(band.x1, x1) - max(band.x0, x0)).role


def _distance(column: Column, x0: float, x1: float) -> float:
    """Between a column's heading and a number: nothing where they overlap, else the space between them."""
    return max(column.x0 - x1, x0 - column.x1, 0.0)


def _unit_beside(line: Line, number: Number) -> Span | None:
    after = number.last + 1
    if after < len(line.spots):
        spot = line.spots[after]
        near = spot.x0 - line.spots[number.last].x1 < 2.5 * spot.height
        if near and (spot.key in units() or (spot.text.isalpha() and spot.text.isupper() and len(spot.text) <= 3)):
            return line.span(after, after)
    return None


def _texts(row: _Row, heading: Heading, taken: set[int]) -> None:
    """Words that are no number, by the column their run stands in."""
    for run in _runs(row.line, heading, taken):
        spots = row.line.spots[run[0] : run[-1] + 1]
        if not any(c.isalpha() for spot in spots for c in spot.text) and spots[0].x0 > _end_of_text(heading):
            continue
        home = _home(spots[0].x0, spots[-1].x1, heading, spots[0].height)
        span = row.line.span(run[0], run[-1])
        known = row.texts.get(home)
        row.texts[home] = span if known is None else Span(span.page, (*known.spots, *span.spots))


def _end_of_text(heading: Heading) -> float:
    """Where the figures begin: right of the description and its next heading."""
    names = [c for c in heading.columns if c.role == "name"]
    after = [c.x1 for c in heading.columns if names and c.x0 > names[0].x1 and c.numeric]
    return min(after) if after else float("inf")


def _runs(line: Line, heading: Heading, taken: set[int]) -> list[list[int]]:
    """Neighbouring words, cut at numbers, at wide gaps, and where a word starts exactly under another heading."""
    runs: list[list[int]] = []
    for n, spot in enumerate(line.spots):
        if n in taken:
            continue
        joined = bool(runs) and runs[-1][-1] == n - 1 and line.segment_of[n] == line.segment_of[n - 1]
        if joined and not _starts_column(line, n, heading):
            runs[-1].append(n)
        elif spot.key or joined:
            runs.append([n])
    return runs


def _starts_column(line: Line, n: int, heading: Heading) -> bool:
    """Whether a word behind more than a normal space begins a text column at its heading's edge."""
    spot = line.spots[n]
    gap = (spot.x0 - line.spots[n - 1].x1) / spot.height
    if 0.08 < gap < 0.32:
        return False
    return any(not c.numeric and abs(c.x0 - spot.x0) < 0.3 * spot.height for c in heading.columns)


def _home(x0: float, x1: float, heading: Heading, height: float) -> str:
    """The role whose heading starts where the words start, or covers them, or lies left of them."""
    columns = [c for c in heading.columns if c.role != "position"]
    starting = [c for c in heading.columns if abs(c.x0 - x0) < 0.6 * height]
    if starting:
        return min(starting, key=lambda c: abs(c.x0 - x0)).role
    over = [c for c in columns if c.x0 < x1 and c.x1 > x0]
    if over:
        return max(over, key=lambda c: min(c.x1, x1) - max(c.x0, x0)).role
    left = [c for c in columns if c.x0 <= x0 and not c.numeric]
    right = [c for c in columns if c.x0 > x0 and c.role == "name"]
    if right and (not left or right[0].x0 - x1 < x0 - left[-1].x1):
        return "name"
    return left[-1].role if left else "name"


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
    return _complete(_without_charges([item for item in items if _is_item(item)], rows[0].line.height))


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


def _complete(items: list[Item]) -> list[Item]:
    """Without parts of other items: such as carry no amount where items do, or say that they are included."""
    if sum(_has_amount(item) for item in items) >= 0.5 * len(items):
        items = [item for item in items if _has_amount(item) or "unit_price" in item.numbers]
    return [i for i in items if not any(_INCLUDED.match(s.text) for s in _beside_anchor(i))]


def _has_amount(item: Item) -> bool:
    return "net_amount" in item.numbers or "gross_line" in item.numbers


def _beside_anchor(item: Item) -> list[Span]:
    """Its description on the line of its amount."""
    return [s for s in item.texts.get("name", []) if abs(min(spot.top for spot in s.spots) - item.top) < 4]


def _absorb(item: Item, row: _Row, anchor: bool) -> None:
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


def _owners(rows: Sequence[_Row], anchors: Sequence[int], heading: Heading) -> list[int | None]:
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


def _first_start(rows: Sequence[_Row], anchors: Sequence[int], starts: Sequence[int]) -> int:
    """The first item begins as many lines above its amount as the second one does."""
    lead = anchors[1] - starts[1] if len(anchors) > 1 else 0
    above = range(anchors[0] - lead, anchors[0])
    if lead < 1 or starts[0] < anchors[0] or above.start < 0 or any(rows[n].numbers for n in above):
        return starts[0]
    return above.start


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


def _behind_widest_gap(rows: Sequence[_Row], between: Sequence[int], anchor: int, after: int) -> int | None:
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

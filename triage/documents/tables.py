"""Item tables: rows under a heading, over several printed lines and pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from triage.documents.bounds import PAGE_NUMBER, amount_labels, is_end, is_other_heading, is_passed
from triage.documents.column_words import QUANTITIES
from triage.documents.columns import Heading, headings
from triage.documents.implied import implied_heading
from triage.documents.items import Item, complete, items_of
from triage.documents.phrases import Marked
from triage.documents.rows import Row, is_anchor, row_of
from triage.documents.sheet import Sheet
from triage.documents.tracks import Band, bands


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a heading."""

    heading: Heading
    items: tuple[Item, ...]
    lines: frozenset[int]
    """Numbers of the printed lines that belong to it."""


def tables(sheet: Sheet, marks: dict[int, list[Marked]]) -> list[Table]:
    """All item tables with at least one row, a table over several pages as one."""
    found = [h for h in headings(sheet) if not _is_of_totals(sheet, h, marks)]
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


def _is_of_totals(sheet: Sheet, heading: Heading, marks: dict[int, list[Marked]]) -> bool:
    """Whether a heading is that of totals side by side: labels of amounts, and no column that counts or prices."""
    if any(heading.has(role) for role in (*QUANTITIES, "unit_price")):
        return False
    lines = sheet.lines[heading.first : heading.last + 1]
    return sum(len(amount_labels(line, marks)) for line in lines) >= _FEWEST_TOTALS


_FEWEST_TOTALS = 2


def _unheaded(sheet: Sheet, marks: dict[int, list[Marked]]) -> list[Table]:
    """Rows under no heading, where quantity times price proves what is what."""
    made = []
    for page in sheet.by_page:
        heading = implied_heading(sheet.by_page[page])
        if heading is None:
            continue
        rows = [r for r in rows_under(sheet, heading, len(sheet.lines), marks, ()) if r.line.page == page]
        items = [item for item in items_of(heading, rows) if {"quantity", "unit_price"} <= item.numbers.keys()]
        if items:
            made.append(Table(heading, tuple(items), frozenset(row.line.number for row in rows)))
    return made


def _table(sheet: Sheet, heading: Heading, end: int, marks: dict[int, list[Marked]]) -> Table | None:
    """First with the headings alone, then with the columns of numbers as they stand on those lines."""
    looked = list(rows_under(sheet, heading, end, marks, ()))
    heading = _without_empty(heading, looked)
    anchors = [row.line for row in looked if len(row.numbers) >= 2 or is_anchor(row, heading)]
    measured = bands(anchors, heading)
    rows = list(rows_under(sheet, heading, end, marks, measured))
    items = items_of(heading, rows)
    if not items:
        return None
    lines = frozenset(range(heading.first, heading.last + 1)) | {row.line.number for row in rows}
    return Table(heading, tuple(items), lines)


def _without_empty(heading: Heading, rows: Sequence[Row]) -> Heading:
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
    return [Table(t.heading, tuple(complete(list(t.items))), t.lines) for t in kept]


def rows_under(
    sheet: Sheet, heading: Heading, end: int, marks: dict[int, list[Marked]], found: Sequence[Band]
) -> Iterator[Row]:
    """Printed lines of the table: until the totals, a far gap without numbers, or the next heading."""
    page = sheet.lines[heading.last].page
    previous = sheet.lines[heading.last]
    usual: set[str] = set()
    priced = any(heading.has(role) for role in _MONEY)
    for line in sheet.lines[heading.last + 1 : end]:
        row = row_of(line, heading, found)
        if PAGE_NUMBER.search(line.text):
            continue
        if usual and (is_other_heading(line, row, marks) or is_end(line, row, marks, heading)):
            return
        if line.page != page:
            if not _goes_on(row, heading, usual):
                continue
            page, previous = line.page, line
        if is_end(line, row, marks, heading):
            continue
        if is_passed(line, row, marks, heading):
            previous = line
            continue
        anchor = is_anchor(row, heading)
        far = (line.top - previous.bottom) / line.height
        if usual and (far > 8 if not priced else far > 5.5 and not anchor):
            continue
        yield row
        if anchor:
            usual |= row.numbers.keys()
        previous = line


def _goes_on(row: Row, heading: Heading, usual: set[str]) -> bool:
    """Whether a line on a later page without a heading continues the table: it fills the usual number columns."""
    if not is_anchor(row, heading) or len(row.numbers) < 2:
        return False
    return len(row.numbers.keys() & usual) >= 0.7 * len(usual) and bool(row.texts)

"""What stands on a printed line of an item table, by column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from triage.documents.column_words import QUANTITIES
from triage.documents.columns import NUMERIC, Column, Heading
from triage.documents.labels import units
from triage.documents.printed import Dated, Line, Number, Span
from triage.documents.tracks import Band, is_in_words


@dataclass(slots=True)
class Row:
    """What stands on one printed line, by column."""

    line: Line
    numbers: dict[str, Number]
    texts: dict[str, Span]
    unit: Span | None
    date: Dated | None = None


def is_anchor(row: Row, heading: Heading) -> bool:
    """Whether the line carries what makes an item: its amount, or its quantity where there are no amounts."""
    return anchor_role(heading) in row.numbers


def anchor_role(heading: Heading) -> str:
    """The column whose number makes a printed line the main one of an item."""
    for role in ("net_amount", "gross_line", "quantity", "unit_price"):
        if heading.has(role):
            return role
    return "ordered_quantity"


def row_of(line: Line, heading: Heading, found: Sequence[Band] = ()) -> Row:
    """A printed line by column: by the bands where numbers were found to stand, else by the headings."""
    row = Row(line, {}, {}, None)
    taken: set[int] = set()
    for number in line.numbers:
        if number.first in taken:
            continue
        if found:
            role = _role_in_bands(number, found, line.height, is_in_words(line, number, heading))
        else:
            column = _column_of_number(number, line, heading)
            role = None if column is None else column.role
        if role is None or not _fits(role, number):
            continue
        if role in row.numbers:
            if not _stands_better(line, number, row.numbers[role], role, heading):
                continue
            taken -= set(range(row.numbers[role].first, row.numbers[role].last + 1))
        row.numbers[role] = number
        taken |= set(range(number.first, number.last + 1))
        if role in QUANTITIES and row.unit is None:
            row.unit = _unit_beside(line, number) or _unit_in_cell(line, number, role, heading)
            if row.unit is not None:
                row.unit = _with_content(line, number.last + 1, row.unit)
                taken |= set(range(number.last + 1, number.last + 1 + len(row.unit.spots)))
    row.date = _date_in_column(line, heading)
    if row.date is not None:
        taken |= set(range(row.date.first, row.date.last + 1))
    _texts(row, heading, taken)
    return row


def _stands_better(line: Line, number: Number, other: Number, role: str, heading: Heading) -> bool:
    """Whether a number stands at its heading's edge while the one before it ends a description that ran too long."""
    column = next((c for c in heading.columns if c.role == role), None)
    if column is None or not other.first or number.first <= other.last:
        return False
    words = line.segment_of[other.first] == line.segment_of[other.first - 1]
    after = any(c.isalpha() for c in line.spots[other.first - 1].text)
    return words and after and _edge(column, number) < _edge(column, other) - 0.5 * line.height


def _edge(column: Column, number: Number) -> float:
    """How far a number is from standing flush with its heading, left or right."""
    return min(abs(column.x1 - number.span.x1), abs(column.x0 - number.span.x0))


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
    columns = [c for c in heading.columns if c.role != "unit"] or heading.columns
    best = min(columns, key=lambda c: (_distance(c, x0, x1), abs(c.x0 + c.x1 - x0 - x1)))
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
        if spot.text == "%" and after + 1 < len(line.spots) and line.spots[after + 1].key in units():
            return line.span(after, after + 1)
        near = spot.x0 - line.spots[number.last].x1 < 2.5 * spot.height
        if near and (spot.key in units() or (spot.text.isalpha() and spot.text.isupper() and len(spot.text) <= 3)):
            return line.span(after, after)
    return None


_LINKS = frozenset({"of", "à", "a", "de", "da", "von", "van", "con", "po", "per", "je", "x"})


def _with_content(line: Line, first: int, unit: Span) -> Span:
    """A packing with what it holds, where that stands right behind it: `doos 24 st`, `ctn of 25`, `drum 5 l`."""
    last = first + len(unit.spots) - 1
    end = next(b for a, b in line.segments if a <= last <= b)
    at = last + 1
    if at <= end and line.spots[at].text.casefold() in _LINKS:
        at += 1
    if at > end or not re.fullmatch(r"\d{1,5}(?:[.,]\d{1,2})?", line.spots[at].text):
        return unit
    if at + 1 <= end:
        counted = line.spots[at + 1].key in units() or line.spots[at + 1].text.casefold() in {"l", "kg", "g", "m", "ml"}
        return line.span(first, at + 1) if counted and at + 1 == end else unit
    return line.span(first, at) if at > last + 1 else unit


def _unit_in_cell(line: Line, number: Number, role: str, heading: Heading) -> Span | None:
    """A short word behind a quantity that ends where the quantity's heading does: `30 cent` under `Qté`."""
    column = next((c for c in heading.columns if c.role == role), None)
    after = number.last + 1
    if column is None or heading.has("unit") or after >= len(line.spots):
        return None
    spot = line.spots[after]
    flush = abs(spot.x1 - column.x1) < 0.5 * spot.height and number.span.x1 < column.x1
    near = line.segment_of[after] == line.segment_of[number.last]
    return (
        line.span(after, after) if flush and near and spot.text.strip(".").isalpha() and len(spot.text) <= 8 else None
    )


def _texts(row: Row, heading: Heading, taken: set[int]) -> None:
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

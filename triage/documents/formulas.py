"""Items printed as a sum: `48 pcs at 14.20 less 10%   613.44`, under their description and without columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from triage.documents.cards import card_table
from triage.documents.columns import Column, Heading
from triage.documents.items import Item
from triage.documents.phrases import Marked
from triage.documents.printed import Line, Number, Span
from triage.documents.products import multiplies
from triage.documents.sheet import Sheet
from triage.documents.tables import Table, tables

_TIMES = frozenset(
    {
        "at",
        "à",
        "a",
        "x",
        "×",
        "*",
        "@",
        "zu",
        "je",
        "per",
        "po",
        "da",
        "tegen",
        "voor",
        "por",
        "for",
        "mal",
        "au",
        "ad",
    }
)
_POSITION = re.compile(r"^\d{1,3}[.)]?$")
_REFERENCES = frozenset({"number", "order_number", "confirmation_number", "delivery_number"})
_MOST_ABOVE = 6


def item_tables(sheet: Sheet, marks: Mapping[int, list[Marked]]) -> list[Table]:
    """The item tables of a document, or its items printed as sums or cards where those are as many."""
    made = tables(sheet, dict(marks))
    whole = [i for t in made for i in t.items if {"quantity", "net_amount"} <= i.numbers.keys()]
    for other in (_formula_table(sheet, marks), card_table(sheet)):
        if other is not None and len(other.items) >= len(whole):
            return [other]
    return made


def _formula_table(sheet: Sheet, marks: Mapping[int, list[Marked]]) -> Table | None:
    found = [(line, numbers) for line in sheet.lines if (numbers := _formula(line)) is not None]
    if not any(numbers["quantity"].amount.value != 1 for _, numbers in found):
        return None
    items = []
    before = -1
    for line, numbers in found:
        items.append(_item(sheet, line, numbers, marks, before))
        before = line.number
    lines = frozenset(n for item in items for n in item.lines)
    first = min(lines)
    left = min(sheet.lines[n].spots[0].x0 for n in lines)
    return Table(Heading((Column(("name",), left, left + 1),), first, first - 1), tuple(items), lines)


def _formula(line: Line) -> dict[str, Number] | None:
    """Quantity, price and amount of a line that says `quantity unit times price` and ends in their product."""
    numbers = line.numbers
    if len(numbers) < 3 or not numbers[-1].money:
        return None
    for quantity, price in pairwise(numbers):
        between = [spot.text.casefold() for spot in line.spots[quantity.last + 1 : price.first]]
        if not 1 <= len(between) <= 3 or between[-1] not in _TIMES or not price.money or price is numbers[-1]:
            continue
        row = {"quantity": quantity, "unit_price": price, "net_amount": numbers[-1]}
        rebate = [n for n in numbers if price.last < n.first < numbers[-1].first and n.amount.percent]
        if rebate:
            row["discount"] = rebate[0]
        if multiplies(row):
            return row
    return None


def _item(sheet: Sheet, line: Line, numbers: dict[str, Number], marks: Mapping[int, list[Marked]], before: int) -> Item:
    item = Item(numbers=numbers, top=line.top, page=line.page, lines={line.number})
    quantity, price = numbers["quantity"], numbers["unit_price"]
    if price.first - quantity.last > 2:
        item.unit = line.span(quantity.last + 1, quantity.last + 1)
    above = _above(sheet, line, before)
    spans = [_words(upper) for upper in above if not _is_reference(marks.get(upper.number, []))]
    item.lines |= {upper.number for upper in above}
    lead = line.span(0, quantity.first - 1) if quantity.first else None
    if lead is not None and len(lead.spots) == 1 and any(c.isdigit() for c in lead.text) and spans:
        item.texts["seller_item_id"] = [lead]
    elif lead is not None and not spans:
        spans = [_words(line, quantity.first - 1)]
    item.texts["name"] = [span for span in spans if any(c.isalpha() for c in span.text)]
    return item


def _above(sheet: Sheet, line: Line, before: int) -> Sequence[Line]:
    """The lines of a description: up to a wider gap, or the one that begins with a position."""
    out: list[Line] = []
    lower, first = line, 0.0
    for upper in reversed(sheet.lines[max(before + 1, line.number - _MOST_ABOVE) : line.number]):
        step = lower.top - upper.top
        first = first or step
        if upper.page != line.page or step > max(1.3 * first, 2 * line.height) or step > 4 * line.height:
            break
        out.insert(0, upper)
        if _POSITION.match(upper.spots[0].text) and len(upper.spots) > 1:
            break
        lower = upper
    return out


def _words(line: Line, last: int | None = None) -> Span:
    """A line's words without a position before them."""
    end = len(line.spots) - 1 if last is None else last
    return line.span(1 if end > 0 and _POSITION.match(line.spots[0].text) else 0, end)


def _is_reference(marks: Sequence[Marked]) -> bool:
    return any(m.first == 0 and any(label.field in _REFERENCES for label in m.labels) for m in marks)

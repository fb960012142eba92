"""Items printed as cards: figures behind labels, one card under the other, instead of columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from triage.documents.columns import Column, Heading
from triage.documents.items import Item
from triage.documents.labels import column_labels
from triage.documents.phrases import Marked, marked
from triage.documents.printed import Line, Number, Span
from triage.documents.products import FACTORS, multiplies
from triage.documents.sheet import Sheet
from triage.documents.tables import Table


@dataclass(slots=True)
class _Card:
    """Figures and words of a card, and its lines."""

    numbers: dict[str, Number] = field(default_factory=dict)
    texts: dict[str, Span] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


def card_table(sheet: Sheet) -> Table | None:
    """Items of cards whose quantity times price makes their amount; none unless every card with all three does."""
    cards = [card for card in _cards(sheet) if all(role in card.numbers for role in FACTORS)]
    if not cards or not all(multiplies(card.numbers) for card in cards):
        return None
    if not any(card.numbers["quantity"].amount.value != 1 for card in cards):
        return None
    taken = {line.number for card in cards for line in card.lines}
    items = tuple(_item(sheet, card, taken) for card in cards)
    lines = frozenset(n for item in items for n in item.lines)
    first, left = min(lines), min(sheet.lines[n].spots[0].x0 for n in lines)
    return Table(Heading((Column(("name",), left, left + 1),), first, first - 1), items, lines)


def _cards(sheet: Sheet) -> Iterator[_Card]:
    """A card ends where one of its labels comes again."""
    card = _Card()
    for line in sheet.lines:
        for mark, last in _labelled(line):
            number = next((n for n in line.numbers if n.first == mark.last + 1), None)
            role = _role(mark, number)
            if role is None:
                continue
            if role in card.numbers or role in card.texts:
                yield card
                card = _Card()
            if number is not None and role in FACTORS:
                card.numbers[role] = number
            elif last > mark.last:
                card.texts[role] = line.span(mark.last + 1, last)
            if line not in card.lines:
                card.lines.append(line)
    yield card


def _labelled(line: Line) -> Iterator[tuple[Marked, int]]:
    """Labels that end in a colon, with the last word of what follows each up to the next one."""
    marks = [m for m in marked(line, column_labels()) if line.spots[m.last].text.endswith(":") and m.leads]
    for n, mark in enumerate(marks):
        yield mark, (marks[n + 1].first if n + 1 < len(marks) else len(line.spots)) - 1


def _role(mark: Marked, number: Number | None) -> str | None:
    roles = [label.field for label in mark.labels]
    if number is not None:
        return next((role for role in FACTORS if role in roles), None)
    return next((role for role in ("name", "seller_item_id", "buyer_item_id") if role in roles), None)


def _item(sheet: Sheet, card: _Card, taken: set[int]) -> Item:
    first = card.lines[0]
    item = Item(numbers=dict(card.numbers), top=first.top, page=first.page, lines={ln.number for ln in card.lines})
    item.texts = {role: [span] for role, span in card.texts.items()}
    quantity = card.numbers["quantity"]
    beside = next(ln for ln in card.lines if quantity in ln.numbers)
    after = quantity.last + 1
    if after < len(beside.spots) and beside.segment_of[after] == beside.segment_of[quantity.last]:
        item.unit = beside.span(after, after)
    if "name" not in item.texts and first.number and first.number - 1 not in taken:
        above = sheet.lines[first.number - 1]
        if above.page == first.page and first.top - above.bottom < 2 * first.height:
            item.texts["name"] = [above.span(0, len(above.spots) - 1)]
            item.lines.add(above.number)
    return item

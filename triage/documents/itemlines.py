"""Rows of a table to item lines: which words are the name, which numbers the quantity and the price."""

from __future__ import annotations

import re
from collections.abc import Sequence

from triage.documents.places import Candidate, Support
from triage.documents.products import multiplies
from triage.documents.sheet import Span
from triage.documents.tables import Item, Table
from triage.domain import FieldValue
from triage.domain.base import Scalar

Row = dict[str, Candidate]
"""Line fields by their name."""

_NUMBERS = ("quantity", "unit_price", "net_amount")
_ATTRIBUTE = re.compile(r"^[^\W\d_][\w .\-/()]{1,40}:(?:\s|$)")


def rows_of(table: Table) -> list[Row]:
    """The table's item lines."""
    return [row for item in table.items if (row := _row(item))]


def _row(item: Item) -> Row:
    row: Row = {}
    numbers = dict(item.numbers)
    if "quantity" not in numbers and "ordered_quantity" in numbers:
        numbers["quantity"] = numbers["ordered_quantity"]
    if "unit_price" not in numbers and "gross_price" in numbers:
        numbers["unit_price"] = numbers["gross_price"]
    if "net_amount" not in numbers and "gross_line" in numbers:
        numbers["net_amount"] = numbers["gross_line"]
    support: Support = "proved" if multiplies(numbers) else "labelled"
    for role in _NUMBERS:
        if role in numbers:
            number = numbers[role]
            row[role] = _candidate(number.amount.value, number.span, support, min(item.lines))
    for role in ("seller_item_id", "buyer_item_id", "unit"):
        spans = item.texts.get(role)
        if spans:
            row[role] = _candidate(spans[0].text, spans[0], "labelled", min(item.lines))
    if item.unit is not None:
        row["unit"] = _candidate(item.unit.text, item.unit, "labelled", min(item.lines))
    name = _name(item)
    if name is not None:
        row["name"] = name
    return row


def _candidate(value: Scalar, span: Span, support: Support, line: int) -> Candidate:
    found = FieldValue(value=value, text=span.text, page=span.page, box=span.box, verified=True)
    return Candidate(value, found, 1.0, support, line)


def _name(item: Item) -> Candidate | None:
    """The words of the description: its first line and those that go on in the same vein."""
    spans = item.texts.get("name") or _longest_text(item)
    if not spans:
        return None
    kept = [spans[0]]
    for span in spans[1:4]:
        if _ATTRIBUTE.match(span.text) or span.page != spans[0].page:
            break
        kept.append(span)
    span = Span(kept[0].page, tuple(spot for part in kept for spot in part.spots))
    return _candidate(span.text, span, "labelled", min(item.lines))


def _longest_text(item: Item) -> Sequence[Span]:
    texts = [spans for role, spans in item.texts.items() if role not in {"unit", "position"}]
    return max(texts, key=lambda spans: sum(len(span.text) for span in spans), default=[])

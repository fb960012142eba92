"""Rows of a table to item lines: which words are the name, which numbers the quantity and the price."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from triage.documents.items import Item
from triage.documents.labels import column_labels, field_labels
from triage.documents.meanings import header_labels
from triage.documents.places import Candidate, Support
from triage.documents.printed import Span, key_of
from triage.documents.products import multiplies
from triage.documents.tables import Table
from triage.documents.wording import classes_of
from triage.domain.base import Scalar

Row = dict[str, Candidate]
"""Line fields by their name."""

_NUMBERS = ("quantity", "unit_price", "net_amount")
_ATTRIBUTE = re.compile(r"^[^\W\d_][\w .\-/()]{1,40}:(?:\s|$)")


def rows_of(table: Table) -> list[Row]:
    """The table's item lines."""
    described = _described_in(table.items)
    return [row for item in table.items if (row := _row(item, described))]


def is_bare(row: Row) -> bool:
    """Whether a line has an amount but no quantity: perhaps a charge or a subtotal."""
    return "quantity" not in row


_CHARGE = re.compile(
    r"^\W*(?:abzgl|zzgl|abzüglich|zuzüglich|less\b|plus\b|remise|escompte|korting|rabatt|discount|skonto|descuento|sconto|"
    r"rabat|\d+(?:[.,]\d+)? ?%)",
    re.I,
)


def is_charge(row: Row) -> bool:
    """Whether a bare line is an allowance or charge on the whole, by how it begins."""
    if not is_bare(row) or "name" not in row:
        return False
    name = str(row["name"].value)
    numbered = "seller_item_id" in row or "buyer_item_id" in row
    freight = not numbered and classes_of(name.split(maxsplit=1)[0]) == {"charge"}
    return bool(_CHARGE.match(name)) or names_charge(name) or freight


def names_charge(text: str) -> bool:
    """Whether words call an amount freight, packing, a discount or the like."""
    labels = field_labels().get(key_of(text)) or header_labels(tuple(text.split()))
    return any(label.field == "other_amount" for label in labels)


def _described_in(items: Sequence[Item]) -> str:
    """The text column that describes the items: the one called so unless another has far more words."""
    letters: dict[str, int] = {}
    for item in items:
        for role, spans in item.texts.items():
            if role in _TEXT_ROLES:
                letters[role] = letters.get(role, 0) + sum(c.isalpha() for c in spans[0].text)
    best = max(letters, key=lambda role: letters[role], default="name")
    return best if letters.get("name", 0) < 0.4 * letters.get(best, 0) else "name"


_TEXT_ROLES = frozenset({"name", "other", "seller_item_id", "buyer_item_id", "unit", "delivery_date"})


def _row(item: Item, described: str) -> Row:
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
        if spans and role != described and _suits(role, spans[0].text):
            row[role] = _candidate(spans[0].text, spans[0], "labelled", min(item.lines))
    if item.unit is not None:
        row["unit"] = _candidate(item.unit.text, item.unit, "labelled", min(item.lines))
    for role, span in _codes(item, described):
        row.setdefault(role, _candidate(span.text, span, "labelled", min(item.lines)))
    if (
        "seller_item_id" not in row
        and (spans := item.texts.get("position"))
        and _suits("seller_item_id", spans[0].text)
    ):
        row["seller_item_id"] = _candidate(spans[0].text, spans[0], "labelled", min(item.lines))
    if item.date is not None:
        readings = item.date.found.readings
        sure: Support = "labelled" if len(readings) == 1 else "guessed"
        row["delivery_date"] = _candidate(readings[0], item.date.span, sure, min(item.lines))
    name = _name(item, described)
    if name is not None:
        row["name"] = name
    return row


def _codes(item: Item, described: str) -> Iterator[tuple[str, Span]]:
    """Item numbers that stand behind their label under the description: `Art. BN-4812`, `Ihre Artikelnummer M-20`."""
    for span in (item.texts.get(described) or item.texts.get("name") or [])[1:]:
        found = _code(span)
        if found is not None:
            yield found


def _code(span: Span) -> tuple[str, Span] | None:
    """The role and the number of a line that is nothing but an item number with its label, up to a wide gap."""
    spots = [span.spots[0]]
    for spot in span.spots[1:]:
        if spot.x0 - spots[-1].x1 > 0.95 * spot.height:
            break
        spots.append(spot)
    code, label = spots[-1], spots[:-1]
    if not label or not any(c.isdigit() for c in code.text):
        return None
    roles = [one.field for one in column_labels().get(key_of("".join(spot.text for spot in label)), ())]
    role = next((role for role in roles if role in {"seller_item_id", "buyer_item_id"}), None)
    if role is None and len(label) == 1 and classes_of(label[0].text) == {"article"}:
        role = "seller_item_id"
    return None if role is None else (role, Span(span.page, (code,)))


def _suits(role: str, text: str) -> bool:
    """An item number has a digit or is one word in capitals; a unit is short."""
    if role == "unit":
        return len(text) <= 12 and any(c.isalpha() for c in text)
    words = text.split()
    return len(words) <= 3 and (any(c.isdigit() for c in text) or (len(words) == 1 and text.isupper()))


def _candidate(value: Scalar, span: Span, support: Support, line: int) -> Candidate:
    return Candidate(value, span.standing, 1.0, support, line)


def _name(item: Item, described: str) -> Candidate | None:
    """The words of the description: its first line and those that go on in the same vein."""
    spans = item.texts.get(described) or item.texts.get("name") or _longest_text(item)
    if not spans:
        return None
    kept = [spans[0]]
    figures = [n.span.x0 for role, n in item.numbers.items() if role != "position" and n.span.x0 > spans[0].x1]
    room = min(figures, default=float("inf"))
    for span in spans[1:4]:
        wide = span.x1 > room and abs(span.x0 - spans[0].x0) > 0.6 * span.spots[0].height
        if _ATTRIBUTE.match(span.text) or span.page != spans[0].page or wide:
            break
        kept.append(span)
    span = Span(kept[0].page, tuple(spot for part in kept for spot in part.spots))
    return _candidate(span.text, span, "labelled", min(item.lines))


def _longest_text(item: Item) -> Sequence[Span]:
    texts = [spans for role, spans in item.texts.items() if role not in {"unit", "position"}]
    return max(texts, key=lambda spans: sum(len(span.text) for span in spans), default=[])

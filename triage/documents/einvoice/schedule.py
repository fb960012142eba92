"""A line that comes in several deliveries as several lines of the paper, each with its quantity and day."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from triage.documents.einvoice.tree import Element
from triage.documents.einvoice.values import field_of, is_refused, number
from triage.domain import FieldValue

Fields = dict[str, FieldValue]


def part_of(quantity: Element | None, day: Element | None) -> Fields:
    """One delivery by the elements of its quantity and its day; empty where one of them is not stated."""
    found = {
        "quantity": field_of("quantity", quantity),
        "unit": field_of("unit", quantity, "unitCode"),
        "delivery_date": field_of("delivery_date", day),
    }
    if found["quantity"] is None or found["delivery_date"] is None:
        return {}
    return {name: value for name, value in found.items() if value is not None}


def quantity_of(parts: Sequence[Fields]) -> Decimal | None:
    """What two and more deliveries come to; none where there are fewer or their units differ."""
    units = {str(part["unit"].value) if "unit" in part else "" for part in parts}
    if len(parts) < 2 or len(units) > 1:
        return None
    return sum((number(part["quantity"].text) or Decimal(0) for part in parts), Decimal(0))


def in_parts(fields: Fields, parts: Sequence[Fields]) -> list[Fields]:
    """The line once for each delivery, without the amount of the whole.

    It stays one, with the day of the last, where its deliveries do not come to its quantity or it is not accepted.
    """
    quantity = fields.get("quantity")
    if is_refused(fields) or not parts:
        return [fields]
    if len(parts) < 2 or quantity is None or quantity_of(parts) != quantity.value:
        return [
            fields | {"delivery_date": max((part["delivery_date"] for part in parts), key=lambda day: str(day.value))}
        ]
    whole = {name: value for name, value in fields.items() if name != "net_amount"}
    return [whole | part for part in parts]

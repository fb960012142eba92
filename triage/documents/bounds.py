"""Where an item table ends, and which lines between its rows are no rows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from triage.documents.amounts import currency_of
from triage.documents.columns import Heading
from triage.documents.phrases import Marked
from triage.documents.printed import Line
from triage.documents.rows import Row

_ENDS = frozenset({"tax", "gross", "payable"})

_PASSED = frozenset({"net", "other_amount"})

_CARRY = re.compile(
    r"^\W*(übertrag|uebertrag|zwischensumme|report|à reporter|a reporter|subtotal|sub-total|sub total|"
    r"subtotaal|carried|brought|carry|saldo|suma y sigue|riporto|a riportare|"
    r"da riportare|do przeniesienia|z przeniesienia|transport\b|"
    r"sous-total|sous total|subtotale|total page|seitensumme|page total|transporteren|tussentotaal)",
    re.I,
)

PAGE_NUMBER = re.compile(
    r"^\W*(?:\S+ ){0,6}?(?:page|seite|pagina|página|strona|blatt|s\.|str\.)\s*:?\s*\d+\s*"
    r"(?:of|von|de|van|di|z|/|sur)?\s*\d*\W*$",
    re.I,
)


def is_other_heading(line: Line, row: Row, marks: dict[int, list[Marked]]) -> bool:
    """Column words of a table of taxes or totals: labels of amounts side by side without an amount."""
    if "position" in row.numbers:
        return False
    named = amount_labels(line, marks)
    apart = len(line.segments)
    return len(named) >= 2 and (apart >= 3 or apart == len(named)) and not any(n.money for n in line.numbers)


def amount_labels(line: Line, marks: dict[int, list[Marked]]) -> list[Marked]:
    """Labels of totals, taxes and charges on a line."""
    return [m for m in marks.get(line.number, []) if any(label.field in _AMOUNTS for label in m.labels)]


_AMOUNTS = frozenset({"net", "tax", "gross", "payable", "other_amount"})


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


def is_end(line: Line, row: Row, marks: dict[int, list[Marked]], heading: Heading) -> bool:
    """A line of totals: a total's label leads it, an amount stands on it, and it has no quantity."""
    if not any(n.money for n in line.numbers) or _counts(row, heading):
        return False
    fields = {(label.field, label.strong) for mark in _leading(line, marks) for label in mark.labels}
    return any(name in _ENDS or (name == "net" and strong) for name, strong in fields)


def _counts(row: Row, heading: Heading) -> bool:
    """Whether a line says how many: a lone amount of money under the quantity is a total that stands further left."""
    number = row.numbers.get("quantity")
    if number is None:
        return False
    prices = heading.has("net_amount") or heading.has("unit_price")
    return not (prices and number.money and row.numbers.keys() == {"quantity"})


def is_passed(line: Line, row: Row, marks: dict[int, list[Marked]], heading: Heading) -> bool:
    """A subtotal, carry-over or charge between rows. A charge that stands among the descriptions is a row."""
    counts = _counts(row, heading)
    if _CARRY.search(line.text) and not counts:
        return True
    if _is_count(line, row):
        return True
    if counts or "unit_price" in row.numbers or not any(n.money for n in line.numbers):
        return False
    among = any(c.role == "name" and abs(c.x0 - line.spots[0].x0) < 0.6 * line.height for c in heading.columns)
    passed = {"net"} if among and "name" in row.texts else _PASSED
    return any(label.field in passed for mark in _leading(line, marks) for label in mark.labels)


_COUNTED = re.compile(
    r"^\W*(?:lines?|total|totals|totaal|totale|totali|totales|summe|gesamt|gesamtmenge|suma|razem|łącznie|ogółem|somme|"
    r"sum|cartons|packages|colli|colis|bultos|gross weight|net weight|gesamtgewicht|poids|peso|gewicht|waga)\b",
    re.I,
)


def _is_count(line: Line, row: Row) -> bool:
    """A sum of quantities, packages or weights under the rows."""
    if "position" in row.numbers or row.texts.keys() & {"position", "seller_item_id", "buyer_item_id"}:
        return False
    words = sum(any(c.isalpha() for c in spot.text) for spot in line.spots)
    return bool(_COUNTED.match(line.text)) and words <= 8 and not any(n.money for n in line.numbers)

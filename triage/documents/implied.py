"""The columns of an item table that has no heading, as its products show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from triage.documents.columns import Column, Heading
from triage.documents.printed import Line, Number
from triage.documents.products import multiplies

_MOST_NUMBERS = 7


def implied_heading(lines: Sequence[Line]) -> Heading | None:
    """A heading for rows where quantity times price is the amount; none where no row proves it.

    A product with one only repeats a number, so at least one row must multiply by something else.
    """
    proved = [(line, row) for line in lines for row in _first(line)]
    if not any(row["quantity"].amount.value != 1 for _, row in proved):
        return None
    base = next(row for _, row in proved if row["quantity"].amount.value != 1)
    rows = [(line, row) for line, row in proved if all(_overlap(row[role], base[role]) for role in base)]
    left = min(line.spots[0].x0 for line, _ in rows)
    columns = [Column(("name",), left, left + 1)]
    for role in base:
        x0 = min(row[role].span.x0 for _, row in rows)
        x1 = max(row[role].span.x1 for _, row in rows)
        columns.append(Column((role,), x0, x1))
    lead = min((b.number - a.number for (a, _), (b, _) in pairwise(rows)), default=1)
    first = max(rows[0][0].number - lead, lines[0].number - 1)
    if first < 0:
        return None
    return Heading(tuple(sorted(columns, key=lambda c: c.x0)), first + 1, first)


def _overlap(number: Number, other: Number) -> bool:
    slack = 3 * number.span.spots[0].height
    return number.span.x0 < other.span.x1 + slack and number.span.x1 > other.span.x0 - slack


def _first(line: Line) -> Iterator[dict[str, Number]]:
    """The row's numbers by what they must be, if any choice of three from left to right multiplies."""
    numbers = [n for n in line.numbers if not n.amount.percent]
    if not 3 <= len(numbers) <= _MOST_NUMBERS or not any(c.isalpha() for c in line.text):
        return
    for a, b, c in combinations(numbers, 3):
        if not c.money or not c.amount.value:
            continue
        for quantity, price in ((a, b), (b, a)):
            row = {"quantity": quantity, "unit_price": price, "net_amount": c}
            if price.money and not quantity.amount.currency and _exactly(row):
                yield row
                return


def _exactly(row: dict[str, Number]) -> bool:
    quantity, price, amount = (row[role].amount.value for role in ("quantity", "unit_price", "net_amount"))
    return multiplies(row) and abs(quantity * price - amount) < 1

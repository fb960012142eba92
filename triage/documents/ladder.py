"""Totals under each other: which printed amounts are the sums of those above them.

The rows under the items form a ladder: goods, charges, a subtotal, tax, the total, then perhaps what was paid before
and what is left. A row that equals what stands above it is a sum whatever it is called; the first sum that contains
the tax is the document's own total, and later ones are balances.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from triage.documents.phrases import Marked
from triage.documents.places import Candidate, value_of
from triage.documents.printed import Line, Number
from triage.documents.sheet import Sheet

_CENT = Decimal("0.011")
_MOST_SUMS = 16
_TAX_WORD = re.compile(
    r"(?<![a-z.])(vat|tax|gst|igst|mwst|ust|umsatzsteuer|mehrwertsteuer|tva|t\.v\.a\.?|btw|iva|i\.v\.a\.?|podatek|"
    r"imposta|\w*steuer)(?![a-z])",
    re.I,
)
_NOT_ADDED = re.compile(
    r"(?<!\w)(?:dont|davon|waarvan|thereof|of which|incl|inkl|inclus|included|enthalten|di cui|w tym|excl|exkl|without|"
    r"ohne|hors|h\.?t\.?|zonder|sin|senza|bez|before|exclu|netto|net|base|basis|over|imponibile|neto)(?!\w)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Rung:
    """An amount at the ladder's edge and what its line says of it."""

    line: Line
    number: Number
    tax: bool
    gross: bool
    deducted: bool
    """Called a payment, deposit or discount: it may be printed without its minus."""

    @property
    def value(self) -> Decimal:
        """Its amount."""
        return self.number.amount.value


@dataclass(frozen=True, slots=True)
class Climb:
    """The totals that a ladder proves; each may be missing."""

    net: Candidate | None = None
    tax: Candidate | None = None
    gross: Candidate | None = None


def climb(sheet: Sheet, marks: dict[int, list[Marked]], item_lines: frozenset[int]) -> Climb:
    """What a ladder whose sums fit proves: the last one whose sum is called a total, else the last one with tax."""
    unnamed = Climb()
    for rungs in reversed(list(_ladders(sheet, marks, item_lines))):
        made = _climbed(rungs)
        if made.gross is None:
            continue
        if any(rung.gross and rung.line.number == made.gross.line for rung in rungs):
            return made
        if unnamed.gross is None and any(rung.tax and rung.value for rung in rungs):
            unnamed = made
    return unnamed


def _ladders(sheet: Sheet, marks: dict[int, list[Marked]], item_lines: frozenset[int]) -> Iterator[list[Rung]]:
    """Runs of near lines that end in an amount at one right edge."""
    rungs: list[Rung] = []
    for line in sheet.lines:
        money = [n for n in line.numbers if n.money]
        if line.number in item_lines or not money or not any(c.isalpha() for c in line.text):
            continue
        if rungs and not _goes_on(rungs[-1], line, money[-1]):
            if len(rungs) > 1:
                yield rungs
            rungs = []
        rungs.append(_rung(line, money[-1], marks.get(line.number, [])))
    if len(rungs) > 1:
        yield rungs


def _goes_on(above: Rung, line: Line, number: Number) -> bool:
    near = line.page == above.line.page and line.top - above.line.bottom < 3 * line.height
    return near and abs(number.span.x1 - above.number.span.x1) < 0.8 * line.height


def _rung(line: Line, number: Number, marks: Sequence[Marked]) -> Rung:
    fields = {label.field for mark in marks if mark.first < number.first for label in mark.labels}
    before = " ".join(spot.text for spot in line.spots[: number.first])
    tax = "tax" in fields or bool(_TAX_WORD.search(before))
    total = bool(fields & {"gross", "net", "payable"})
    tax = (
        tax and not (total and _NOT_ADDED.search(before)) and not re.match(r"\W*(?:total|summe|totaal)\b", before, re.I)
    )
    return Rung(line, number, tax, "gross" in fields, "other_amount" in fields)


def _climbed(rungs: Sequence[Rung]) -> Climb:
    sums: list[Decimal] = [Decimal(0)]
    added = 0
    taxes: list[Rung] = []
    net: Rung | None = None
    for n, rung in enumerate(rungs):
        reached = added > 0 and any(abs(total - rung.value) < _CENT for total in sums)
        if reached and not rung.tax:
            sums = [rung.value]
            if (taxes and added > 1) or (rung.gross and added > 1 and not any(r.tax for r in rungs[n:])):
                return _proved(net, taxes, rung)
            net = None if taxes else rung
            continue
        if rung.tax and not taxes:
            net = rungs[n - 1] if n and any(abs(total - rungs[n - 1].value) < _CENT for total in sums) else None
        taxes += [rung] if rung.tax else []
        sums = _with(sums, rung)
        added += 1
    return Climb()


def _with(sums: Sequence[Decimal], rung: Rung) -> list[Decimal]:
    """All totals that may stand after a row; a deduction may be printed without its minus."""
    out = [total + rung.value for total in sums]
    if rung.deducted and rung.value > 0:
        out += [total - rung.value for total in sums]
    return list(dict.fromkeys(out))[:_MOST_SUMS]


def _proved(net: Rung | None, taxes: Sequence[Rung], gross: Rung) -> Climb:
    tax = taxes[0] if len(taxes) == 1 else None
    return Climb(_candidate(net, 0.7), _candidate(tax, 0.7), _candidate(gross, 1.0))


def _candidate(rung: Rung | None, score: float) -> Candidate | None:
    if rung is None:
        return None
    number = rung.number
    return value_of(rung.line, number.first, number.last, number.amount.value, "labelled", score)

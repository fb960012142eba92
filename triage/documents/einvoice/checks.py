"""Whether the figures of an electronic document follow from each other.

The rules are those of EN 16931-1, in our words; each function names its rule. Orders are held to the same ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from triage.documents.einvoice.model import Adjustment, Figures, LineFigures
from triage.domain import Check

_CENT = Decimal("0.01")
_LINE_SLACK = Decimal("0.02")
"""For a line: senders round the price that they state."""
_ZERO = Decimal(0)
Taxed = tuple[str, Decimal]
"""A tax category and its rate in per cent."""


def checks_of(figures: Figures) -> tuple[Check, ...]:
    """Each rule whose figures the document states.

    `lines_add_up`, `allowances_add_up`, `charges_add_up`, `net_of_lines`, `tax_adds_up`, `net_plus_tax_is_gross`,
    `amount_due`, `one_currency`; `line_amount:3` and
    `deliveries_add_up:3` (from 1, as in the XML); `tax_base:S:19` and `tax_of_rate:S:19` by
    tax category and rate.
    """
    return (*_totals(figures), *_taxes(figures), *_lines(figures), *_currency(figures))


def _same(name: str, told: str, computed: Decimal, stated: Decimal, slack: Decimal = _ZERO) -> Check:
    """`told` says what is computed, and how: `net total: 474.25 - 20.00`."""
    passed = abs(computed - stated) <= slack
    return Check(name=name, passed=passed, detail=f"{told} = {computed}" + ("" if passed else f", stated is {stated}"))


def _sum(adjustments: Sequence[Adjustment], *, charges: bool) -> Decimal:
    return sum((one.amount for one in adjustments if one.is_charge is charges), _ZERO)


def _totals(figures: Figures) -> Iterator[Check]:
    nets = [line.net for line in figures.lines if line.net is not None]
    if figures.line_total is not None and nets and len(nets) == len(figures.lines):  # BR-CO-10
        told = f"amounts of {len(nets)} lines"
        yield _same("lines_add_up", told, sum(nets, _ZERO), figures.line_total)
    yield from _adjusted(figures)
    if figures.net is not None and figures.line_total is not None:  # BR-CO-13
        less, more = figures.allowance_total or _ZERO, figures.charge_total or _ZERO
        told = f"net total: {figures.line_total} - {less} + {more}"
        yield _same("net_of_lines", told, figures.line_total - less + more, figures.net)
    taxes = [row.amount for row in figures.taxes if row.amount is not None]
    if figures.tax is not None and taxes:  # BR-CO-14
        yield _same("tax_adds_up", f"tax total: {' + '.join(map(str, taxes))}", sum(taxes, _ZERO), figures.tax)
    if figures.net is not None and figures.gross is not None:  # BR-CO-15
        tax = figures.tax or _ZERO
        yield _same("net_plus_tax_is_gross", f"gross total: {figures.net} + {tax}", figures.net + tax, figures.gross)
    if figures.gross is not None and figures.payable is not None:  # BR-CO-16
        paid, rounded = figures.prepaid or _ZERO, figures.rounding or _ZERO
        told = f"amount due: {figures.gross} - {paid} paid + {rounded} rounding"
        yield _same("amount_due", told, figures.gross - paid + rounded, figures.payable)


def _adjusted(figures: Figures) -> Iterator[Check]:
    """BR-CO-11 and BR-CO-12: allowances and charges of the whole document and their totals."""
    for name, charges, total in (
        ("allowances_add_up", False, figures.allowance_total),
        ("charges_add_up", True, figures.charge_total),
    ):
        stated = [one for one in figures.adjustments if one.is_charge is charges]
        if stated or total:
            told = f"{len(stated)} {'charges' if charges else 'allowances'}"
            yield _same(name, told, _sum(stated, charges=charges), total or _ZERO)


def _taxes(figures: Figures) -> Iterator[Check]:
    bases = _bases(figures)
    for row in figures.taxes:
        label = f"{row.category or '-'}:{_plain(row.rate)}"
        if row.base is not None and row.amount is not None and row.rate is not None:  # BR-CO-17
            tax = (row.base * row.rate / 100).quantize(_CENT, ROUND_HALF_UP)
            slack = max(_CENT, _CENT / 2 * len(figures.lines))
            yield _same(f"tax_of_rate:{label}", f"tax: {_plain(row.rate)} % of {row.base}", tax, row.amount, slack)
        if row.base is not None and bases is not None:  # BR-S-08 and its like for the other categories
            base = bases.get((row.category, row.rate or _ZERO), _ZERO)
            yield _same(
                f"tax_base:{label}", f"base of {_plain(row.rate)} %: its lines, charges and allowances", base, row.base
            )


def _plain(rate: Decimal | None) -> str:
    return "-" if rate is None else f"{rate.normalize():f}"


def _bases(figures: Figures) -> Mapping[Taxed, Decimal] | None:
    """What lines, charges and allowances come to by category and rate; none where some do not say theirs."""
    nets = [(line.net, line.category, line.rate) for line in figures.lines]
    parts = [*nets, *((one.signed, one.category, one.rate) for one in figures.adjustments)]
    if not nets or not all(amount is not None and category for amount, category, _ in parts):
        return None
    found: dict[Taxed, Decimal] = {}
    for amount, category, rate in parts:
        key = (category, rate or _ZERO)
        found[key] = found.get(key, _ZERO) + (amount or _ZERO)
    return found


def _lines(figures: Figures) -> Iterator[Check]:
    for position, line in enumerate(figures.lines, 1):
        if line.delivered is not None and line.quantity is not None:
            told = f"line {line.label}: quantity of its deliveries"
            yield _same(f"deliveries_add_up:{position}", told, line.delivered, line.quantity)
        amount = line_amount(line)
        if amount is not None and line.net is not None:
            yield _same(f"line_amount:{position}", f"line {line.label}: {_told(line)}", amount, line.net, _LINE_SLACK)


def line_amount(line: LineFigures) -> Decimal | None:
    """Quantity times net price per its base, with the line's allowances and charges; none where one is not stated."""
    if line.quantity is None or line.price is None or not line.per or not line.is_per_unit:
        return None
    before = line.quantity * line.price / line.per
    return (before + sum((one.signed for one in line.adjustments), _ZERO)).quantize(_CENT, ROUND_HALF_UP)


def _told(line: LineFigures) -> str:
    per = f" per {_plain(line.per)}" if line.per != 1 else ""
    adjusted = "".join(f" {'+' if one.is_charge else '-'} {one.amount}" for one in line.adjustments)
    return f"{line.quantity} x {line.price}{per}{adjusted}"


def _currency(figures: Figures) -> Iterator[Check]:
    if figures.foreign:
        yield Check(name="one_currency", passed=False, detail="; ".join(figures.foreign[:5]))

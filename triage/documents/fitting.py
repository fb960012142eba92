"""How well a net total, a tax and a total fit together and what else a document says of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from triage.documents.places import Candidate

CENT = Decimal("0.011")
"""Largest difference that rounding explains in a sum of two printed amounts."""
_WORTH = {"net": 1.0, "tax": 0.8, "gross": 1.05}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a choice of totals is held against."""

    rates: frozenset[Decimal]
    """Tax rates printed in the document, in per cent."""
    line_sums: frozenset[Decimal]
    """Sums that the item lines' amounts may make."""

    adjustments: frozenset[Decimal] = frozenset()
    """Discounts, charges and the like that are printed among the totals."""
    ladder: tuple[Decimal | None, ...] = (None, None, None)
    """Net, tax and total as the rows above them add up."""

    def sums_to(self, value: Decimal | None) -> bool:
        """Whether the item lines add up to a value."""
        return value is not None and any(abs(value - total) < CENT for total in self.line_sums)


def amount_of(candidate: Candidate | None) -> Decimal | None:
    """A candidate's value where it is an amount."""
    return candidate.value if candidate is not None and isinstance(candidate.value, Decimal) else None


def points_of(triple: tuple[Candidate | None, ...], evidence: Evidence) -> float:
    """Points of a net total, a tax and a total; each may be missing."""
    net, tax, gross = (amount_of(c) for c in triple)
    points = sum(_WORTH[n] * c.score for n, c in zip(("net", "tax", "gross"), triple, strict=True) if c is not None)
    points += _sum_points(net, tax, gross, evidence)
    for value, worth in ((net, 0.7), (gross, 0.3)):
        if evidence.sums_to(value):
            points += worth
    points += 0.6 * sum(v is not None and v == its for v, its in zip((net, tax, gross), evidence.ladder, strict=True))
    unproved = [c for c in triple if c is not None and c.support == "guessed"]
    if unproved and (None in (net, tax, gross) or not adds_up(net, tax, gross)):
        points -= 2.0 * len(unproved)
    if tax == 0 and any(c is triple[2] for c in unproved):
        points -= 2.0
    if len(unproved) > 1:
        points -= 1.2
    return points


def adds_up(net: Decimal | None, tax: Decimal | None, gross: Decimal | None) -> bool:
    """Whether net and tax make the total."""
    return net is not None and tax is not None and gross is not None and abs(net + tax - gross) < CENT


def _sum_points(net: Decimal | None, tax: Decimal | None, gross: Decimal | None, evidence: Evidence) -> float:
    points = 0.0
    if net is not None and tax is not None and gross is not None:
        if not adds_up(net, tax, gross):
            off = abs(net + tax - gross)
            return -0.2 if any(abs(off - by) < CENT for by in evidence.adjustments) else -2.0
        points = 1.6 if tax else 0.5
    elif net is not None and gross is not None:
        points = _without_tax(net, gross, evidence)
    elif tax is not None and gross is not None:
        points = -1.0 if abs(tax) > abs(gross) * Decimal("0.4") else 0.0
    if net is not None and tax is not None and net:
        share = tax / net * 100
        if any(abs(share - rate) < Decimal("0.06") or abs(net * rate / 100 - tax) < CENT for rate in evidence.rates):
            points += 0.5
        elif not -1 <= share <= 40:
            points -= 1.5
    return points


def _without_tax(net: Decimal, gross: Decimal, evidence: Evidence) -> float:
    """Net and gross agree without a printed tax when they are equal or differ by a usual rate."""
    if net == gross:
        return 0.1
    if abs(gross) < abs(net) or abs(gross) > abs(net) * Decimal("1.4"):
        return -1.5
    share = (gross - net) / net * 100 if net else Decimal(0)
    return 0.4 if any(abs(share - rate) < Decimal("0.1") for rate in evidence.rates) else 0.0

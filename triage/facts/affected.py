"""Whose orders a supplier's change hits: which customers' lines wait for the goods, and when they are covered now.

Goods that are reserved are there. What comes goes first to the lines it was bought for, then to the earliest promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from triage.domain import Fact, Line, Purchase, Waiting
from triage.facts.differences import Difference, DifferenceKind, due
from triage.facts.grounds import Grounds, in_days, tidy
from triage.facts.matching import Comparison, Pair, Part
from triage.facts.units import units_of

_MOVES_GOODS = frozenset(
    {
        DifferenceKind.DATE,
        DifferenceKind.QUANTITY,
        DifferenceKind.SPLIT,
        DifferenceKind.MISSING,
        DifferenceKind.SUBSTITUTE,
    }
)


@dataclass(frozen=True)
class Hit:
    """A customer's line that waits for a changed line, and when it is covered."""

    waiting: Waiting
    open: Decimal
    """What it still waits for, in the purchase line's unit."""
    uom: str
    before: date | None
    """The day on which the goods were to come as ordered."""
    covered: date | None
    """The day on which so many have come as confirmed; none where they never do."""

    @property
    def slack(self) -> int | None:
        """Days from the goods' coming to the promise; below nought: late."""
        if self.covered is None or self.waiting.promised is None:
            return None
        return (self.waiting.promised - self.covered).days

    @property
    def is_hurt(self) -> bool:
        """Whether it gets its goods later than it would have, or not at all."""
        return self.covered is None or (self.before is not None and self.covered > self.before)


def hits(grounds: Grounds, comparison: Comparison, found: Sequence[Difference]) -> list[Hit]:
    """Every customer's line that waits for a line which comes later, in less, in parts, or not at all."""
    purchase = next((p for p in grounds.case.purchases if p.ref.key == comparison.ordered.ref.key), None)
    if purchase is None:
        return []
    changed: dict[str, list[Pair]] = {}
    for each in found:
        if each.kind in _MOVES_GOODS and each.pair is not None:
            changed.setdefault(each.pair.product, [])
    for pair in (*comparison.pairs, *(each.pair for each in comparison.substitutes)):
        if pair.product in changed:
            changed[pair.product].append(pair)
    waits = waiting_for(grounds, purchase)
    return [
        hit
        for product, pairs in changed.items()
        for hit in _covered(comparison, pairs, [w for w in waits if w.product == product])
    ]


def waiting_for(grounds: Grounds, purchase: Purchase) -> list[Waiting]:
    """Who waits for a purchase order's goods; without a list of its own, the case's own sales order does."""
    case = grounds.case
    if purchase.waiting or case.order is None or case.order.state in {"cancel", "done"}:
        return list(purchase.waiting)
    bought = {line.product for line in purchase.lines}
    first = min(case.promises, key=lambda promise: promise.made_at).promised_for if case.promises else None
    promised = first or (grounds.day(case.order.commitment_date) if case.order.commitment_date else None)
    return [
        Waiting(
            order=case.order.ref,
            customer=case.partner.name if case.partner else "",
            line=line.id,
            product=line.product,
            quantity=max(Decimal(0), line.quantity - line.delivered - (line.reserved or Decimal(0))),
            reserved=line.reserved or Decimal(0),
            uom=line.uom,
            uom_size=line.uom_size,
            own_uom=line.own_uom,
            promised=promised,
            is_bound=True,
        )
        for line in case.lines
        if line.product in bought and line.quantity > line.delivered
    ]


def _covered(comparison: Comparison, pairs: Sequence[Pair], waits: Sequence[Waiting]) -> list[Hit]:
    """Lays what comes, and what was to come, over what is waited for, in the same order.

    Nothing is said of a line whose goods are confirmed without a day.
    """
    first = pairs[0].lines[0]
    queue = sorted(waits, key=lambda w: (not w.is_bound, w.promised or date.max, w.order.name, w.line or 0))
    needs = [(w, need) for w in queue if (need := _in_unit(w, first)) is not None and need > 0]
    now = _coming(comparison, pairs)
    if now is None:
        return []
    before = _by_day(part for pair in pairs for part in due(comparison, pair) or ())
    found, total = [], Decimal(0)
    for one, need in needs:
        total += need
        come, was = _reaching(now, total), _reaching(before, total)
        if come is None or come.day is not None:
            found.append(Hit(one, need, first.uom, was.day if was else None, come.day if come else None))
    return found


def _coming(comparison: Comparison, pairs: Sequence[Pair]) -> list[Part] | None:
    """What is stated to come; none where some quantity cannot be compared. What has no day stands last."""
    parts: list[Part] = []
    for pair in pairs:
        if pair.stated and pair.parts is None:
            return None
        parts += [Part(part.day or comparison.day, part.quantity) for part in pair.parts or () if part.quantity > 0]
    return _by_day(parts)


def _by_day(parts: Iterable[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: part.day or date.max)


def _reaching(schedule: Sequence[Part], total: Decimal) -> Part | None:
    """The part with which so many have come; none where they never do."""
    come = Decimal(0)
    for part in schedule:
        come += part.quantity
        if come >= total:
            return part
    return None


def _in_unit(waiting: Waiting, line: Line) -> Decimal | None:
    theirs = Line(
        product=waiting.product,
        name="",
        quantity=waiting.quantity,
        uom=waiting.uom,
        uom_size=waiting.uom_size,
        own_uom=waiting.own_uom,
    )
    for one in units_of(theirs):
        for other in units_of(line):
            if one.kind == other.kind:
                return waiting.quantity * one.size / other.size
    return waiting.quantity if waiting.uom == line.uom else None


def affected(grounds: Grounds, comparison: Comparison, found: Sequence[Difference], suffix: str = "") -> Iterator[Fact]:
    """`confirmation.affects` of each customer's line that a change hits, `confirmation.covers` of those that a first
    part still serves in time.

    The value is the slack in days from the goods' coming to the promise, or yes where that is not known.
    """
    seen: set[str] = set()
    for hit in hits(grounds, comparison, found):
        name = "confirmation.affects" if hit.is_hurt else "confirmation.covers"
        about = f"{hit.waiting.order.name} {hit.waiting.product}"
        if f"{name}{about}" in seen:
            about = f"{about} line {hit.waiting.line}"
        seen.add(f"{name}{about}")
        yield Fact(
            name=name,
            value=Decimal(hit.slack) if hit.slack is not None else True,
            unit="days" if hit.slack is not None else None,
            about=about + suffix,
            sources=(
                f"{hit.waiting.order.key}.commitment_date",
                f"sale.order.line:{hit.waiting.line}.product_uom_qty" if hit.waiting.line else hit.waiting.order.key,
                comparison.source("lines"),
            ),
            how=told(hit),
            confidential=True,  # whoever may read a purchase may not therefore read the orders of customers
        )


def told(hit: Hit) -> str:
    """A hit in words: customer, quantity, promise, and when the goods come now."""
    one = hit.waiting
    promised = f"promised for {one.promised}" if one.promised else "without a promised day"
    if hit.covered is None:
        now = "not covered by what is confirmed"
    elif hit.slack is None:
        now = f"covered on {hit.covered}"
    elif hit.slack < 0:
        now = f"covered on {hit.covered}, {in_days(-hit.slack)} late"
    else:
        now = f"covered on {hit.covered}, {in_days(hit.slack)} to spare"
    return f"{one.customer} waits for {tidy(hit.open)} {hit.uom} of {one.product}, {promised}: {now}"

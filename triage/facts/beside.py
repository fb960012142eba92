"""A document beside its order as rows for a reader: ordered, confirmed, what differs, and whose orders it hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from triage.domain import DocumentType
from triage.facts.affected import Hit, hits
from triage.facts.confirmation import compared, is_complete
from triage.facts.differences import Difference, DifferenceKind, differences, short
from triage.facts.grounds import Grounds, tidy
from triage.facts.matching import Comparison, Ordered, Pair, compare
from triage.facts.stated import Stated

_IN_PARTS = frozenset({DocumentType.INVOICE, DocumentType.CORRECTED_INVOICE, DocumentType.DELIVERY_NOTE})
"""Of these, a part of the order is no difference: only what goes beyond it, or costs more, is one."""


@dataclass(frozen=True)
class LineBeside:
    """A line of the order, or of the document alone, with both sides in words."""

    product: str
    ordered: str
    confirmed: str
    differences: tuple[Difference, ...] = ()
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True)
class BesideOrder:
    """A whole document beside its order."""

    comparison: Comparison
    lines: tuple[LineBeside, ...]
    whole: tuple[Difference, ...]
    """What differs that is no line's: currency, charges beside the lines, the total."""
    is_part: bool = False
    """Whether it is an invoice or delivery note for less than was ordered."""

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return not self.whole and not any(line.differences for line in self.lines)

    @property
    def is_complete(self) -> bool:
        """Whether price and quantity of every line of the order stand beside each other."""
        return self.comparison.same_currency and not self.is_part and is_complete(self.comparison)


def compare_with(grounds: Grounds, order: str | None = None) -> list[Comparison]:
    """The case's papers beside the purchase orders that they name, or all beside the one that is named here."""
    if order is None:
        kinds = dict.fromkeys(paper.document_type for paper in grounds.papers)
        return [found for kind in kinds for found in compared(grounds.case, grounds.papers, kind)]
    purchases = [purchase for purchase in grounds.case.purchases if purchase.ref.name == order]
    return [
        compare(paper, index, Ordered.of_purchase(purchase))
        for purchase in purchases
        for index, paper in enumerate(grounds.papers)
    ]


def beside(grounds: Grounds, comparison: Comparison) -> BesideOrder:
    """The rows of a comparison, in the order's order, then what only the document has."""
    every = list(differences(comparison, grounds.thresholds))
    in_parts = comparison.paper.document_type in _IN_PARTS
    found = [each for each in every if not (in_parts and _is_less(each))]
    hit = [] if in_parts else hits(grounds, comparison, found)
    lines = [_of_pair(comparison, pair, (), found, hit) for pair in comparison.pairs]
    lines += [_of_pair(comparison, each.pair, (each.offered,), found, hit) for each in comparison.substitutes]
    places = {line.id: n for n, line in enumerate(comparison.ordered.lines)}
    pairs = [*comparison.pairs, *(each.pair for each in comparison.substitutes)]
    ordered = [row for _, row in sorted(zip(pairs, lines, strict=True), key=lambda one: places[one[0].lines[0].id])]
    alone = [each for each in found if each.pair is None and each.stated is not None]
    rows = [LineBeside(one.about or "", "", _stated(one.stated, comparison), (one,)) for one in alone if one.stated]
    whole = tuple(each for each in found if each.pair is None and each.stated is None)
    return BesideOrder(comparison, (*ordered, *rows), whole, len(found) < len(every))


def _is_less(found: Difference) -> bool:
    quantity = found.kind is DifferenceKind.QUANTITY and isinstance(found.value, Decimal) and found.value < 0
    return quantity or found.kind is DifferenceKind.MISSING


def _of_pair(
    comparison: Comparison, pair: Pair, offered: Sequence[Stated], found: Sequence[Difference], hit: Sequence[Hit]
) -> LineBeside:
    own = tuple(each for each in found if each.pair is pair)
    hurt = tuple(each for each in hit if own and each.waiting.product == pair.product)
    told = [_stated(one, comparison) for one in (*pair.stated, *offered)]
    return LineBeside(pair.label, _ordered(pair, comparison), "\n".join(told), own, hurt)


def _ordered(pair: Pair, comparison: Comparison) -> str:
    told = []
    for line in pair.lines:
        per = f" per {tidy(line.price_per)}" if line.price_per != 1 else ""
        price = f" at {line.unit_price} {comparison.ordered.currency}{per}" if line.unit_price is not None else ""
        day = line.date_planned or comparison.ordered.day
        told.append(f"{tidy(line.quantity)} {line.uom}{price}{f', {day}' if day else ''}")
    return "\n".join(told)


def _stated(one: Stated, comparison: Comparison) -> str:
    quantity = f"{tidy(one.quantity)} {one.unit or ''}".strip() if one.quantity is not None else ""
    currency = comparison.currency or comparison.ordered.currency
    per = f" per {tidy(one.price_per)}" if one.price_per else ""
    price = f" at {short(one.unit_price)} {currency}{per}" if one.unit_price is not None else ""
    amount = f" = {one.net_amount} {currency}" if one.net_amount is not None else ""
    day = one.day or comparison.day
    return f"{quantity}{price}{amount}{f', {day}' if day else ''}".strip(" ,=") or one.label

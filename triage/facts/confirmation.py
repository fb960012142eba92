"""Confirmation: a supplier's order confirmation against our purchase order.

Differences within policy's tolerances are none. Amounts are compared only in one currency.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from rapidfuzz import fuzz

from triage.domain import Case, DocumentType, Fact, Paper, Purchase
from triage.facts.grounds import Grounds, cents, line_source, tidy
from triage.facts.matching import Comparison, Ordered, Pair, Stated, bare, compare

_SAME_PARTNER = 80.0


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`confirmation.*` of each purchase order whose newest confirmation is among the papers."""
    compared = list(comparisons(grounds, DocumentType.ORDER_CONFIRMATION))
    newest: dict[str, Comparison] = {comparison.ordered.ref.key: comparison for comparison in compared}
    for comparison in newest.values():
        suffix = f" ({comparison.ordered.ref.name})" if len(newest) > 1 else ""
        found = list(_differences(grounds, comparison, suffix))
        yield from found
        if not found and _complete(comparison):
            yield _agrees(comparison, suffix)


def comparisons(grounds: Grounds, kind: DocumentType) -> Iterator[Comparison]:
    """Papers of a kind beside the purchase order that they name, oldest first."""
    papers = [(i, paper) for i, paper in enumerate(grounds.papers) if paper.document_type is kind]
    for index, paper in sorted(papers, key=lambda pair: (_issued(pair[1]), pair[0])):
        purchase = purchase_of(paper, grounds.case)
        if purchase:
            yield compare(paper, index, Ordered.of_purchase(purchase))


def _issued(paper: Paper) -> date:
    found = paper.fields.get("issue_date")
    return found.value if found and isinstance(found.value, date) else date.min


def purchase_of(paper: Paper, case: Case) -> Purchase | None:
    """The purchase order a supplier's document speaks of.

    By the number it names; a document that names none belongs to the purchase order that the case is about, or to its
    only one, if the seller is its supplier. A number that is not among the case's orders opens none.
    """
    named = bare(paper.text_of("purchase_order_reference"))
    if named:
        found = [p for p in case.purchases if bare(p.ref.name) == named]
        found = found or [p for p in case.purchases if bare(p.ref.name) in named and len(bare(p.ref.name)) >= 5]
        return found[0] if len(found) == 1 else None
    own = [p for p in case.purchases if p.ref.key == case.record.key] or list(case.purchases)
    return own[0] if len(own) == 1 and _is_seller(paper, own[0]) else None


def _is_seller(paper: Paper, purchase: Purchase) -> bool:
    vat, name = paper.text_of("seller_vat_id"), paper.text_of("seller_name")
    if vat and purchase.supplier.vat and _same_vat(bare(vat), bare(purchase.supplier.vat)):
        return True
    return bool(name) and same_company(str(name), purchase.supplier.name)


def _same_vat(one: str, other: str) -> bool:
    """Whether two VAT ids are one; domestic documents leave the country code out."""
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= 8 and long[2:] == short)


def same_company(one: str, other: str) -> bool:
    """Whether two spellings mean one company."""
    return float(fuzz.token_set_ratio(one.casefold(), other.casefold())) >= _SAME_PARTNER


def _differences(grounds: Grounds, comparison: Comparison, suffix: str) -> Iterator[Fact]:
    for pair in comparison.pairs:
        about = pair.product + suffix
        if pair.stated:
            yield from price_difference(grounds, comparison, pair, "confirmation.price_difference", about)
            yield from _quantity(grounds, comparison, pair, about)
            yield from _date(grounds, comparison, pair, about)
        elif comparison.paper.lines:
            yield _missing(comparison, pair, about)
    for stated in comparison.extra:
        yield _extra(comparison, stated, suffix)
    yield from _amount(grounds, comparison, suffix)
    if not comparison.same_currency:
        yield _currency(comparison, suffix)


def _line_sources(comparison: Comparison, pair: Pair, field: str, stated: str) -> tuple[str, ...]:
    return (
        *(line_source(comparison.ordered.ref, line, field) for line in pair.lines),
        *(comparison.source(stated, one.number) for one in pair.stated),
    )


def price_difference(grounds: Grounds, comparison: Comparison, pair: Pair, name: str, about: str) -> Iterator[Fact]:
    """The stated unit price less the ordered one, per one unit, where it is more than policy ignores."""
    ours, theirs = pair.ordered_price, pair.stated_price
    if not comparison.same_currency or ours is None or theirs is None:
        return
    difference = theirs - ours
    if abs(difference) <= abs(ours) * grounds.thresholds.price_tolerance:
        return
    currency, basis = comparison.ordered.currency, pair.lines[0].price_per
    per = f" per {tidy(basis)}" if basis != 1 else ""
    percent = f" ({tidy((difference / ours * 100).quantize(Decimal('0.1')))} %)" if ours else ""
    yield Fact(
        name=name,
        value=_short(difference),
        unit=currency,
        about=about,
        sources=_line_sources(comparison, pair, "unit_price", "unit_price"),
        how=f"{_short(ours * basis)} {currency}{per} ordered, {_short(theirs * basis)} {currency}{per} in "
        f"{comparison.paper.document}{percent}",
    )


def _short(price: Decimal) -> Decimal:
    """A unit price with at most six decimals."""
    return tidy(price.quantize(Decimal("0.000001")))


def _quantity(grounds: Grounds, comparison: Comparison, pair: Pair, about: str) -> Iterator[Fact]:
    stated = pair.quantity
    if stated is None or abs(stated - pair.ordered) <= pair.ordered * grounds.thresholds.quantity_tolerance:
        return
    parts = f" in {len(pair.stated)} parts" if len(pair.stated) > 1 else ""
    yield Fact(
        name="confirmation.quantity_difference",
        value=tidy(stated - pair.ordered),
        unit=pair.uom,
        about=about,
        sources=_line_sources(comparison, pair, "quantity", "quantity"),
        how=f"{tidy(pair.ordered)} {pair.uom} ordered, {tidy(stated)} confirmed{parts}",
    )


def _date(grounds: Grounds, comparison: Comparison, pair: Pair, about: str) -> Iterator[Fact]:
    """Days by which the last part comes later than ordered; earlier is no difference."""
    head = comparison.paper.fields.get("delivery_date")
    fallback = head.value if head and isinstance(head.value, date) else None
    ordered = [line.date_planned or comparison.ordered.day for line in pair.lines]
    stated = [one.day or fallback for one in pair.stated]
    if None in ordered or None in stated:
        return
    due, comes = (sorted(day for day in days if day) for days in (ordered, stated))
    steps = zip(due, comes, strict=True) if len(due) == len(comes) else [(due[-1], comes[-1])]
    before, after = max(steps, key=lambda step: step[1] - step[0])
    days = (after - before).days
    if days > grounds.thresholds.date_tolerance_days:
        yield Fact(
            name="confirmation.date_difference",
            value=Decimal(days),
            unit="days",
            about=about,
            sources=_line_sources(comparison, pair, "date_planned", "delivery_date"),
            how=f"ordered for {before}, confirmed for {after}: {days} days later",
        )


def _missing(comparison: Comparison, pair: Pair, about: str) -> Fact:
    return Fact(
        name="confirmation.missing_line",
        value=tidy(pair.ordered),
        unit=pair.uom,
        about=about,
        sources=_line_sources(comparison, pair, "quantity", "quantity"),
        how=f"{tidy(pair.ordered)} {pair.uom} of {pair.product} ordered, no line for it in {comparison.paper.document}",
    )


def _extra(comparison: Comparison, stated: Stated, suffix: str) -> Fact:
    amount = "" if stated.quantity is None else f"{tidy(stated.quantity)} {stated.unit or ''}".rstrip() + " of "
    return Fact(
        name="confirmation.extra_line",
        value=True if stated.quantity is None else tidy(stated.quantity),
        unit=None if stated.quantity is None else stated.unit,
        about=stated.label + suffix,
        sources=(comparison.source("name", stated.number),),
        how=f"{comparison.paper.document} has {amount}{stated.label}, which is not on {comparison.ordered.ref.name}",
    )


def ordered_net(comparison: Comparison) -> Decimal | None:
    """The order's value without tax; none where a line has no price."""
    prices = [pair.ordered_price for pair in comparison.pairs]
    if None in prices or not prices:
        return None
    return sum((p * pair.ordered for p, pair in zip(prices, comparison.pairs, strict=True) if p), Decimal(0))


def _amount(grounds: Grounds, comparison: Comparison, suffix: str) -> Iterator[Fact]:
    head = comparison.paper.fields.get("net_total")
    ours = ordered_net(comparison)
    if (
        head is None
        or not isinstance(head.value, Decimal)
        or ours is None
        or not comparison.same_currency
        or comparison.elsewhere
    ):
        return
    rounding = Decimal("0.01") * max(1, len(comparison.paper.lines))
    difference = head.value - ours
    if abs(difference) <= max(rounding, ours * grounds.thresholds.price_tolerance):
        return
    currency = comparison.ordered.currency
    yield Fact(
        name="confirmation.amount_difference",
        value=cents(difference),
        unit=currency,
        about=suffix.strip(" ()") or None,
        sources=(comparison.source("net_total"), f"{comparison.ordered.ref.key}.amount_untaxed"),
        how=f"{cents(ours)} {currency} ordered without tax, {cents(head.value)} {currency} in "
        f"{comparison.paper.document}",
    )


def _currency(comparison: Comparison, suffix: str) -> Fact:
    return Fact(
        name="confirmation.currency_difference",
        value=str(comparison.currency),
        about=suffix.strip(" ()") or None,
        sources=(comparison.source("currency"), f"{comparison.ordered.ref.key}.currency_id"),
        how=f"ordered in {comparison.ordered.currency}, confirmed in {comparison.currency}: amounts not compared",
    )


def _complete(comparison: Comparison) -> bool:
    """Whether price and quantity of every order line could be compared."""
    return bool(comparison.pairs) and all(
        pair.quantity is not None and pair.stated_price is not None and pair.ordered_price is not None
        for pair in comparison.pairs
    )


def _agrees(comparison: Comparison, suffix: str) -> Fact:
    return Fact(
        name="confirmation.agrees",
        value=True,
        about=suffix.strip(" ()") or None,
        sources=(f"{comparison.paper.document}.lines", f"{comparison.ordered.ref.key}.order_line"),
        how=f"all {len(comparison.pairs)} lines of {comparison.ordered.ref.name} are confirmed as ordered",
    )

"""Where a document and an order differ: each difference typed, with what it costs and how many days it takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from triage.domain import Thresholds
from triage.facts.grounds import cents, in_days, line_source, tidy
from triage.facts.matching import Comparison, Pair, Part, Substitute
from triage.facts.stated import Stated

_CHARGE_WORDS = re.compile(
    r"\b(freight|shipping|postage|carriage|surcharge|handling|packing|fracht\w*|versandkosten|verpackung\w*|porto|"
    r"\w*zuschlag|transportkosten|frais de port|port|emballage|portes|gastos de env[ií]o|verzendkosten|vrachtkosten|"
    r"toeslag|spese|trasporto|koszty)\b",
    re.I,
)


class DifferenceKind(StrEnum):
    """What differs."""

    PRICE = "price_difference"
    QUANTITY = "quantity_difference"
    DATE = "date_difference"
    SPLIT = "split"
    SUBSTITUTE = "substitute"
    MISSING = "missing_line"
    EXTRA = "extra_line"
    CHARGE = "charge"
    UNIT = "unit_difference"
    UNCLEAR = "unclear"
    CURRENCY = "currency_difference"
    AMOUNT = "amount_difference"


@dataclass(frozen=True)
class Difference:
    """One difference between a document and an order."""

    kind: DifferenceKind
    about: str | None
    """The product or item; none where it is the whole document."""
    value: Decimal | str | bool
    unit: str | None
    how: str
    sources: tuple[str, ...]
    amount: Decimal | None = None
    """What it costs more (less, where negative), in the order's currency without tax."""
    days: int | None = None
    pair: Pair | None = None
    stated: Stated | None = None


def differences(comparison: Comparison, thresholds: Thresholds) -> Iterator[Difference]:
    """All of them, line by line in the order's order, then what is additional, then the whole."""
    asked = {product for unclear in comparison.unclear for product in unclear.products}
    found: list[Difference] = []
    for pair in comparison.pairs:
        if pair.stated:
            found += _of_pair(comparison, pair, thresholds)
        elif comparison.paper.lines and pair.product not in asked:
            found.append(_missing(comparison, pair))
    found += [_substitute(comparison, each) for each in comparison.substitutes]
    found += [_extra(comparison, one) for one in comparison.extra]
    found += [_charge(comparison, one) for one in comparison.charges if one.amount]
    found += _unclear(comparison)
    if not comparison.same_currency:
        found.append(_currency(comparison))
    yield from found
    yield from amount_difference(comparison, found, thresholds)


def _of_pair(comparison: Comparison, pair: Pair, thresholds: Thresholds) -> Iterator[Difference]:
    if pair.is_other_unit:
        yield _other_unit(comparison, pair)
    else:
        price, quantity = price_difference(comparison, pair, thresholds), _quantity(comparison, pair, thresholds)
        found = [each for each in (price, quantity) if each is not None]
        doubt = _misfit(comparison, pair) if found else None
        yield from [doubt] if doubt is not None else found
    if (split := _split(comparison, pair, thresholds)) is not None:
        yield split
    if (later := _date(comparison, pair, thresholds)) is not None:
        yield later


def _misfit(comparison: Comparison, pair: Pair) -> Difference | None:
    """Where a page's quantity and price do not make its amount, one of them is misread or misprinted: a question, and
    no difference. What an XML states was not read off a page."""
    paper = comparison.paper
    failed = {check.name: check.detail for check in paper.checks if not check.passed} if paper.xml is None else {}
    told = [(one.number, failed[name]) for one in pair.stated if (name := f"line_amount:{one.number}") in failed]
    if not told:
        return None
    number, detail = told[0]
    return Difference(
        DifferenceKind.UNCLEAR,
        pair.label,
        "figures do not fit",
        None,
        f"line {number} of {paper.document} reads {detail}: one of its figures is misread or misprinted, so neither "
        "price nor quantity is compared; look at the document",
        _sources(comparison, pair, "unit_price", "unit_price"),
        pair=pair,
    )


def _sources(comparison: Comparison, pair: Pair, field: str, stated: str) -> tuple[str, ...]:
    return (
        *(line_source(comparison.ordered.ref, line, field) for line in pair.lines),
        *(comparison.source(stated, one.number) for one in pair.stated),
    )


def price_difference(comparison: Comparison, pair: Pair, thresholds: Thresholds) -> Difference | None:
    """The stated unit price less the ordered one, per one unit, where it is more than policy and rounding explain."""
    ours, theirs = pair.ordered_price, pair.stated_price
    if not comparison.same_currency or ours is None or theirs is None:
        return None
    if not pair.has_other_price(thresholds.price_tolerance):
        return None
    difference = theirs - ours
    currency, basis = comparison.ordered.currency, pair.lines[0].price_per or Decimal(1)
    per = f" per {tidy(basis)}" if basis != 1 else ""
    percent = f" ({tidy((difference / ours * 100).quantize(Decimal('0.1')))} %)" if ours else ""
    quantity = pair.quantity
    amount = None if quantity is None else cents(difference * quantity)
    costs = f" for {tidy(quantity)}: {signed(amount)} {currency}" if quantity is not None and amount is not None else ""
    return Difference(
        DifferenceKind.PRICE,
        pair.label,
        short(difference),
        currency,
        f"{short(ours * basis)} {currency}{per} ordered, {short(theirs * basis)} {currency}{per} in "
        f"{comparison.paper.document}{costs}{percent}",
        _sources(comparison, pair, "unit_price", "unit_price"),
        amount=amount,
        pair=pair,
    )


def short(price: Decimal) -> Decimal:
    """A unit price with at most six decimals."""
    return tidy(price.quantize(Decimal("0.000001")))


def signed(amount: Decimal) -> str:
    """`+84.00`, `-3.40`."""
    return f"{amount:+.2f}"


def _quantity(comparison: Comparison, pair: Pair, thresholds: Thresholds) -> Difference | None:
    stated = pair.quantity
    if stated is None or abs(stated - pair.ordered) <= pair.ordered * thresholds.quantity_tolerance:
        return None
    parts = f" in {len(pair.stated)} parts" if len(pair.stated) > 1 else ""
    price = pair.ordered_price
    return Difference(
        DifferenceKind.QUANTITY,
        pair.label,
        tidy(stated - pair.ordered),
        pair.uom,
        f"{tidy(pair.ordered)} {pair.uom} ordered, {tidy(stated)} confirmed{parts}",
        _sources(comparison, pair, "quantity", "quantity"),
        amount=None if price is None else cents((stated - pair.ordered) * price),
        pair=pair,
    )


def _other_unit(comparison: Comparison, pair: Pair) -> Difference:
    one = pair.stated[0]
    return Difference(
        DifferenceKind.UNIT,
        pair.label,
        str(one.unit),
        None,
        f"{tidy(pair.ordered)} {pair.uom} ordered, {tidy(pair.ordered)} {one.unit} confirmed at the same amount: which "
        "unit is meant must be asked",
        _sources(comparison, pair, "product_uom", "unit"),
        pair=pair,
    )


def comes(comparison: Comparison, pair: Pair) -> list[Part] | None:
    """What is stated to come when, by day; none where a day or a quantity is not said."""
    parts = pair.parts
    if parts is None or not parts:
        return None
    dated = [Part(part.day or comparison.day, part.quantity) for part in parts if part.quantity > 0]
    if any(part.day is None for part in dated):
        return None
    return _by_day(dated)


def due(comparison: Comparison, pair: Pair) -> list[Part] | None:
    """What was ordered for when, by day."""
    parts = [Part(line.date_planned or comparison.ordered.day, line.quantity) for line in pair.lines]
    return None if any(part.day is None for part in parts) else _by_day(parts)


def _by_day(parts: Sequence[Part]) -> list[Part]:
    days: dict[date, Decimal] = {}
    for part in parts:
        if part.day is not None:
            days[part.day] = days.get(part.day, Decimal(0)) + part.quantity
    return [Part(day, quantity) for day, quantity in sorted(days.items())]


def _split(comparison: Comparison, pair: Pair, thresholds: Thresholds) -> Difference | None:
    """One order line in parts for several days, one of them later than ordered."""
    parts, ordered = comes(comparison, pair), due(comparison, pair)
    if parts is None or ordered is None or len(parts) < 2 or len(parts) <= len(ordered):
        return None
    if not parts[-1].day or not ordered[-1].day:
        return None
    if (parts[-1].day - ordered[-1].day).days <= thresholds.date_tolerance_days:
        return None
    told = ", ".join(f"{tidy(part.quantity)} on {part.day}" for part in parts)
    return Difference(
        DifferenceKind.SPLIT,
        pair.label,
        told,
        None,
        f"{tidy(pair.ordered)} {pair.uom} ordered for {ordered[-1].day}, confirmed in {len(parts)} parts: {told}",
        _sources(comparison, pair, "date_planned", "delivery_date"),
        pair=pair,
    )


def _date(comparison: Comparison, pair: Pair, thresholds: Thresholds) -> Difference | None:
    """Days by which a part comes later than so many were ordered for; earlier is no difference."""
    parts, ordered = comes(comparison, pair), due(comparison, pair)
    if not parts or not ordered:
        return None
    worst = _latest(ordered, parts)
    if worst is None:
        return None
    before, after, quantity = worst
    days = (after - before).days
    if days <= thresholds.date_tolerance_days:
        return None
    part = f" for {tidy(quantity)} of {tidy(pair.ordered)}" if quantity < pair.ordered else ""
    return Difference(
        DifferenceKind.DATE,
        pair.label,
        Decimal(days),
        "days",
        f"ordered for {before}, confirmed for {after}{part}: {in_days(days)} later",
        _sources(comparison, pair, "date_planned", "delivery_date"),
        days=days,
        pair=pair,
    )


def _latest(ordered: Sequence[Part], parts: Sequence[Part]) -> tuple[date, date, Decimal] | None:
    """The worst step of both schedules laid one over the other: due, coming, and how much comes so late."""
    steps: list[tuple[date, date, Decimal]] = []
    left = [(part.day, part.quantity) for part in ordered if part.day]
    for part in parts:
        rest = part.quantity
        while rest > 0 and left and part.day:
            day, open_quantity = left[0]
            here = min(rest, open_quantity)
            steps.append((day, part.day, here))
            rest -= here
            left[0] = (day, open_quantity - here)
            if left[0][1] <= 0:
                left.pop(0)
    if not steps:
        return None
    before, after, _ = max(steps, key=lambda step: step[1] - step[0])
    return before, after, sum((q for d, a, q in steps if (d, a) == (before, after)), Decimal(0))


def _missing(comparison: Comparison, pair: Pair) -> Difference:
    amount = pair.ordered_amount
    return Difference(
        DifferenceKind.MISSING,
        pair.label,
        tidy(pair.ordered),
        pair.uom,
        f"{tidy(pair.ordered)} {pair.uom} of {pair.product} ordered, no line for it in {comparison.paper.document}",
        _sources(comparison, pair, "quantity", "quantity"),
        amount=None if amount is None else cents(-amount),
        pair=pair,
    )


def _told(one: Stated) -> str:
    amount = "" if one.quantity is None else f"{tidy(one.quantity)} {one.unit or ''}".rstrip() + " of "
    return f"{amount}{one.label}"


def _substitute(comparison: Comparison, each: Substitute) -> Difference:
    pair, one = each.pair, each.offered
    ours, theirs = pair.ordered_amount, one.amount
    known = ours is not None and theirs is not None and comparison.same_currency
    amount = cents(theirs - ours) if known and ours is not None and theirs is not None else None
    costs = "" if amount is None else f" ({signed(amount)} {comparison.ordered.currency})"
    named = f" ({one.name})" if one.name and one.name != one.label else ""
    return Difference(
        DifferenceKind.SUBSTITUTE,
        pair.label,
        one.label,
        None,
        f"{tidy(pair.ordered)} {pair.uom} of {pair.product} ordered, {_told(one)}{named} offered for it{costs}",
        (*_sources(comparison, pair, "product_id", ""), comparison.source("name", one.number)),
        amount=amount,
        pair=pair,
        stated=one,
    )


def _extra(comparison: Comparison, one: Stated) -> Difference:
    return Difference(
        DifferenceKind.EXTRA,
        one.label,
        True if one.quantity is None else tidy(one.quantity),
        None if one.quantity is None else one.unit,
        f"{comparison.paper.document} has {_told(one)}, which is not on {comparison.ordered.ref.name}",
        (comparison.source("name", one.number),),
        amount=None if one.amount is None or not comparison.same_currency else cents(one.amount),
        stated=one,
    )


def _charge(comparison: Comparison, one: Stated) -> Difference:
    amount = cents(one.amount or Decimal(0))
    currency = comparison.currency or comparison.ordered.currency
    what = "deducts" if amount < 0 else "charges"
    return Difference(
        DifferenceKind.CHARGE,
        one.name or one.label,
        amount,
        currency,
        f"{comparison.paper.document} {what} {abs(amount)} {currency} for {one.name or one.label}, which is not on "
        f"{comparison.ordered.ref.name}",
        (comparison.source("net_amount", one.number),),
        amount=amount if comparison.same_currency else None,
        stated=one,
    )


def _unclear(comparison: Comparison) -> Iterator[Difference]:
    for each in comparison.unclear:
        yield Difference(
            DifferenceKind.UNCLEAR,
            f"line {each.stated.number}",
            " or ".join(each.products),
            None,
            f"line {each.stated.number} of {comparison.paper.document} ({_told(each.stated)}) could be "
            f"{' or '.join(each.products)}: it names no number that tells them apart",
            (comparison.source("name", each.stated.number),),
            stated=each.stated,
        )
    for pair in comparison.pairs:
        for one in pair.stated:
            if one.quantity is not None and pair.size(one) is None:
                yield Difference(
                    DifferenceKind.UNCLEAR,
                    pair.label,
                    f"{tidy(one.quantity)} {one.unit}",
                    None,
                    f"{tidy(pair.ordered)} {pair.uom} ordered, {tidy(one.quantity)} {one.unit} in "
                    f"{comparison.paper.document}: how many {pair.uom} that is, is not known",
                    (comparison.source("unit", one.number),),
                    pair=pair,
                    stated=one,
                )


def _currency(comparison: Comparison) -> Difference:
    known = [pair for pair in comparison.pairs if pair.stated and pair.ordered_price is not None]
    same = bool(known) and not any(pair.has_other_price(Decimal("0.005")) for pair in known)
    told = "at the same numbers: which currency is meant must be asked" if same else "amounts not compared"
    return Difference(
        DifferenceKind.CURRENCY,
        None,
        str(comparison.currency),
        None,
        f"ordered in {comparison.ordered.currency}, confirmed in {comparison.currency}, {told}",
        (comparison.source("currency"), f"{comparison.ordered.ref.key}.currency_id"),
    )


def ordered_net(comparison: Comparison) -> Decimal | None:
    """The order's value without tax; none where a line has no price."""
    pairs = [*comparison.pairs, *(each.pair for each in comparison.substitutes)]
    amounts = [pair.ordered_amount for pair in pairs]
    if None in amounts or not amounts:
        return None
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


def amount_difference(
    comparison: Comparison, found: Sequence[Difference], thresholds: Thresholds
) -> Iterator[Difference]:
    """The net total less the order's, as far as the lines and charges do not explain it.

    A rest beside lines that add up to the order, on a document that speaks of freight or the like, is a charge.
    """
    head, ours = comparison.paper.fields.get("net_total"), ordered_net(comparison)
    if head is None or not isinstance(head.value, Decimal) or ours is None or not comparison.same_currency:
        return
    if comparison.elsewhere:
        return
    explained = _explained(comparison, found)
    if explained is None:
        return
    rest = head.value - ours - explained
    rounding = Decimal("0.01") * max(1, len(comparison.paper.lines))
    if abs(rest) <= max(rounding, abs(ours) * thresholds.price_tolerance if not found else rounding):
        return
    currency = comparison.ordered.currency
    sources = (comparison.source("net_total"), f"{comparison.ordered.ref.key}.amount_untaxed")
    if rest > 0 and (word := _charge_word(comparison)):
        how = f"the net total {cents(head.value)} {currency} is {cents(rest)} {currency} more than its lines: {word}"
        yield Difference(DifferenceKind.CHARGE, word, cents(rest), currency, how, sources, amount=cents(rest))
        return
    lines = f", of which {signed(cents(explained))} {currency} are told by its lines" if explained else ""
    how = (
        f"{cents(ours)} {currency} ordered without tax, {cents(head.value)} {currency} in {comparison.paper.document}"
        f"{lines}"
    )
    yield Difference(DifferenceKind.AMOUNT, None, cents(rest), currency, how, sources, amount=cents(rest))


def _explained(comparison: Comparison, found: Sequence[Difference]) -> Decimal | None:
    """What the differences of lines and the charges add up to; none where one of them has no amount."""
    total = Decimal(0)
    for pair in comparison.pairs:
        if pair.stated:
            ours, theirs = pair.ordered_amount, pair.stated_amount
            if ours is None or theirs is None:
                return None
            total += theirs - ours
    for each in found:
        if each.kind in {
            DifferenceKind.EXTRA,
            DifferenceKind.CHARGE,
            DifferenceKind.SUBSTITUTE,
            DifferenceKind.MISSING,
        }:
            if each.amount is None:
                return None
            total += each.amount
        elif each.kind is DifferenceKind.UNCLEAR:
            return None
    return total


def _charge_word(comparison: Comparison) -> str | None:
    """The word for freight or the like that stands on the document's pages."""
    for page in comparison.paper.pages:
        if match := _CHARGE_WORDS.search(page.text):
            return match[0]
    return None

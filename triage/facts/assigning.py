"""Which line of a document speaks of which line of an order: by codes, words, figures, and at last by what is left."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import permutations

from rapidfuzz import fuzz, process

from triage.domain import Line
from triage.facts.codes import Codes
from triage.facts.grounds import per_unit
from triage.facts.stated import Stated, bare, is_code, names_charge
from triage.facts.units import factor_of

Products = Mapping[str, Sequence[Line]]

_SAME_NAME = 82.0
"""From this token-set score two descriptions are taken for one item, if no other comes within `_CLEAR`."""
_ALIKE = 60.0
_CLEAR = 4.0
_SAME_PRICE = Decimal("0.001")
"""Prices closer than this (relative) are the same price when a line is known by nothing else."""
_NEAR_PRICE = Decimal("0.4")
_ENOUGH = 3.0
"""Points from which lines without a common code or name belong together; see `_likeness`."""
_MOST_ORDERS = 5
_MOST_PAIRS = 40_000
"""Of lines and products that are compared by their figures: two hundred unknown lines of an order of two hundred."""
_NORM = re.compile(r"\b(?:din|iso|en|ansi|astm|asme|uni|nf|bs|jis|ral|ip)[\s-]*(?:en|iso)?[\s-]*\d[\d/-]*", re.I)


@dataclass(frozen=True)
class Unclear:
    """A document line that may speak of several products of the order."""

    stated: Stated
    products: tuple[str, ...]


@dataclass
class Assigned:
    """Document line (its number) → product; `unclear` has those that may be several."""

    products: dict[int, str] = field(default_factory=dict)
    unclear: tuple[Unclear, ...] = ()

    @property
    def asked(self) -> frozenset[int]:
        """Numbers of the unclear lines."""
        return frozenset(each.stated.number for each in self.unclear)


def assign(stated: Sequence[Stated], products: Products) -> Assigned:
    """Document line → product.

    By codes first (the partner's, ours, GTIN), then by a code in the text, then by name; then, for lines whose codes
    speak against nothing, by price and open quantity, by all figures together, and by being the only ones left.
    """
    found, codes = Assigned(), Codes(products)
    for one in stated:
        fits = codes.of(one) or codes.in_text(one)
        if fits:
            found.products[one.number] = fits[0] if len(fits) == 1 else _nearest(one, fits, products)
    charges_too = any(names_charge(line.name) for lines in products.values() for line in lines)
    goods = [one for one in stated if charges_too or not one.is_charge]
    _take_named(goods, products, found)
    _take_priced(goods, stated, products, found)
    _take_left(goods, products, found)
    return found


def _nearest(one: Stated, among: Sequence[str], products: Products) -> str:
    """Of products that share a code, the one whose figures are the line's."""
    return max(among, key=lambda product: max(_likeness(one, line, 0) for line in products[product]))


def _take_named(stated: Sequence[Stated], products: Products, found: Assigned) -> None:
    taken = set(found.products.values())
    free = {product: lines for product, lines in products.items() if product not in taken}
    for one in stated:
        if one.number not in found.products and not one.replaces and (product := _by_name(one, free)):
            found.products[one.number] = product


def _by_name(one: Stated, products: Products) -> str | None:
    if not one.name or not products:
        return None
    names = {product: lines[0].name.casefold() for product, lines in products.items() if not _is_denied(one, lines)}
    best = process.extract(one.name.casefold(), names, scorer=fuzz.token_sort_ratio, limit=2)
    loose = process.extract(one.name.casefold(), names, scorer=fuzz.token_set_ratio, limit=2)
    for ranking in (best, loose):
        if not ranking:
            continue
        clear = len(ranking) == 1 or ranking[0][1] - ranking[1][1] >= _CLEAR
        if ranking[0][1] >= _SAME_NAME and clear and same_measures(one.name, ranking[0][0]):
            return str(ranking[0][2])
    return None


def _is_denied(one: Stated, lines: Sequence[Line]) -> bool:
    """Whether a code of the document line says that it is another item: our number, or theirs where we know it."""
    if is_code(one.buyer_item_id):
        return True
    known = {bare(line.partner_code) for line in lines} - {""}
    return is_code(one.seller_item_id) and bool(known)


def _take_priced(goods: Sequence[Stated], stated: Sequence[Stated], products: Products, found: Assigned) -> None:
    """Lines for the only product with their price of which so many are still to be confirmed."""
    left = [one for one in goods if one.number not in found.products]
    if len(left) * len(products) > _MOST_PAIRS:
        return
    still = {product: sum((line.quantity for line in lines), Decimal(0)) for product, lines in products.items()}
    for one in stated:
        if (known := found.products.get(one.number)) is not None:
            still[known] -= _in_unit(one, products[known][0]) or Decimal(0)
    for one in left:
        if (product := _by_figures(one, products, still)) is not None:
            found.products[one.number] = product
            still[product] -= _in_unit(one, products[product][0]) or Decimal(0)


def _by_figures(one: Stated, products: Products, still: Mapping[str, Decimal]) -> str | None:
    found = []
    for product, lines in products.items():
        if _is_denied(one, lines) or not same_measures(one.name, lines[0].name):
            continue
        quantity = _in_unit(one, lines[0])
        if quantity and quantity <= still[product] and any(_same_price(one, line) for line in lines):
            found.append(product)
    return found[0] if len(found) == 1 else None


def _in_unit(one: Stated, line: Line) -> Decimal | None:
    size = factor_of(one.unit, line, one.name, line.name)
    return None if size is None or one.quantity is None else one.quantity * size


def _same_amount(one: Stated, line: Line) -> bool:
    if not line.unit_price or not one.net_amount:
        return False
    return abs(one.net_amount - line.quantity * per_unit(line.unit_price, line.price_per)) <= Decimal("0.011")


def _same_price(one: Stated, line: Line) -> bool:
    return _price_distance(one, line) is not None and (_price_distance(one, line) or Decimal(0)) <= _SAME_PRICE


def _price_distance(one: Stated, line: Line) -> Decimal | None:
    """How far the line's price is from ours, relatively, in the reading that is nearest."""
    if not line.unit_price:
        return None
    ours = per_unit(line.unit_price, line.price_per)
    size = factor_of(one.unit, line, one.name, line.name) or Decimal(1)
    found = [
        Decimal(0) if price.may_be(ours * size, Decimal(0)) else abs(price.value / size - ours) / ours
        for price in one.prices(line.price_per)
    ]
    return min(found, default=None)


def _take_left(stated: Sequence[Stated], products: Products, found: Assigned) -> None:
    """Lines that are left on both sides: the most alike together, in one order; what two fit alike is unclear."""
    left = [one for one in stated if one.number not in found.products and not one.replaces]
    taken = set(found.products.values())
    free = [product for product in products if product not in taken]
    stands = {one.number: n for n, one in enumerate(stated)}
    places = {product: n for n, product in enumerate(products)}
    few = len(left) * len(free) <= _MOST_PAIRS
    beside = [(one, p) for one in left for p in free] if few else list(zip(left, free, strict=False))
    scores = {(one.number, p): _fits(one, products[p], near=stands[one.number] == places[p]) for one, p in beside}
    if few:
        _take_alike(left, free, scores, found)
    _take_in_order(left, free, scores, found)


def _take_alike(
    left: Sequence[Stated], free: Sequence[str], scores: Mapping[tuple[int, str], float], found: Assigned
) -> None:
    unclear = []
    for one in left:
        ranked = sorted(((scores[one.number, p], p) for p in free), key=lambda each: -each[0])
        good = [product for score, product in ranked if score >= _ENOUGH]
        same = [product for score, product in ranked if score >= _ENOUGH and score > ranked[0][0] - 1]
        rivals = [other for other in left if other is not one and any(scores[other.number, p] >= _ENOUGH for p in same)]
        if good and len(same) == 1 and all(scores[r.number, same[0]] < ranked[0][0] for r in rivals):
            found.products[one.number] = same[0]
        elif len(same) > 1 and len(left) < len(free):
            unclear.append(Unclear(one, tuple(same)))
    found.unclear = tuple(unclear)


def _take_in_order(
    left: Sequence[Stated], free: Sequence[str], scores: Mapping[tuple[int, str], float], found: Assigned
) -> None:
    """As many lines as products, all alike: they stand in the same order."""
    asked, taken = found.asked, set(found.products.values())
    open_lines = [one for one in left if one.number not in found.products and one.number not in asked]
    open_products = [product for product in free if product not in taken]
    if not open_lines or len(open_lines) != len(open_products):
        return
    pairs = list(zip(open_lines, open_products, strict=True))
    if all(scores[one.number, product] >= _ENOUGH for one, product in pairs):
        found.products |= {one.number: product for one, product in pairs}


def _fits(one: Stated, lines: Sequence[Line], *, near: bool) -> float:
    if _is_denied(one, lines) or not same_measures(one.name, lines[0].name):
        return 0.0
    return max(_likeness(one, line, float(near)) for line in lines)


def _likeness(one: Stated, line: Line, near: float) -> float:
    """Points: 2.5 for the amount, 2 for the quantity, 2 for the price, 1.5 for the words, 1 for the day, 0.5 for the
    place."""
    distance = _price_distance(one, line)
    price = 0.0 if distance is None else 2.0 if distance <= _SAME_PRICE else 1.0 if distance <= Decimal("0.1") else 0.0
    words = float(fuzz.token_set_ratio(one.name.casefold(), line.name.casefold())) / 100 if one.name else 0.0
    quantity = 2.0 if _in_unit(one, line) == line.quantity else 0.0
    day = 1.0 if one.day is not None and one.day == line.date_planned else 0.0
    amount = 2.5 if _same_amount(one, line) else 0.0
    return amount + quantity + price + 1.5 * max(0.0, words - 0.5) * 2 + day + near * 0.5


def groups(lines: Sequence[Line], stated: Sequence[Stated]) -> list[tuple[list[Line], list[Stated]]]:
    """An order's lines for one product with the document lines that speak of it, one by one where both have as many.

    As many on both sides are paired so that quantities, prices and days are as alike as can be.
    """
    if len(lines) < 2 or len(lines) != len(stated) or len(lines) > _MOST_ORDERS:
        return [(list(lines), list(stated))]
    best = max(
        permutations(stated),
        key=lambda order: sum(_likeness(one, line, 0) for one, line in zip(order, lines, strict=True)),
    )
    amounts = [_in_unit(one, line) for line, one in zip(lines, best, strict=True)]
    whole = sum((amount for amount in amounts if amount is not None), Decimal(0))
    moved = any(amount != line.quantity for amount, line in zip(amounts, lines, strict=True))
    if moved and None not in amounts and whole == sum((line.quantity for line in lines), Decimal(0)):
        return [(list(lines), list(stated))]  # the same in other parts: a matter of days
    return [([line], [one]) for line, one in zip(lines, best, strict=True)]


def substitutes(
    missing: Sequence[tuple[str, Sequence[Line], int]], extra: Sequence[Stated]
) -> list[tuple[int, Stated]]:
    """Which additional lines stand for a missing one (its index): they say so, or all but the item is the same."""
    if len(missing) * len(extra) > _MOST_PAIRS:
        return []
    scored = [
        (score, n, one)
        for n, (product, lines, place) in enumerate(missing)
        for one in extra
        if (score := _stands_for(one, product, lines[0], place)) >= _ENOUGH
    ]
    found: dict[int, Stated] = {}
    for _, n, one in sorted(scored, key=lambda each: (-each[0], each[1], each[2].number)):
        if n not in found and all(one is not other for other in found.values()):
            found[n] = one
    return sorted(found.items())


def _stands_for(one: Stated, product: str, line: Line, place: int) -> float:
    """Points: 3 for saying so, 4 for naming our item, 2 for the quantity and for like words, 1 for price and place, 1.5
    for a measure that both names carry."""
    words = {bare(word) for word in re.split(r"[\s,;:()]+", one.name)}
    names = bool(words & ({bare(product), bare(line.partner_code)} - {""}))
    distance = _price_distance(one, line)
    return (
        (3.0 if one.replaces else 0.0)
        + (4.0 if names else 0.0)
        + (2.0 if _in_unit(one, line) == line.quantity else 0.0)
        + (2.0 if one.name and fuzz.token_set_ratio(one.name.casefold(), line.name.casefold()) >= _ALIKE else 0.0)
        + (1.0 if distance is not None and distance <= _NEAR_PRICE else 0.0)
        + (1.0 if one.number == place else 0.0)
        + (1.5 if _measures(one.name) & _measures(line.name) else 0.0)
    )


def same_measures(one: str, other: str) -> bool:
    """Names that both carry numbers must share them: M8x40 is not M8x60. Numbers of norms (DIN 933) say nothing."""
    ours, theirs = _measures(one), _measures(other)
    return not ours or not theirs or ours <= theirs or theirs <= ours


def _measures(name: str) -> set[str]:
    return set(re.findall(r"\d+", _NORM.sub(" ", name)))

"""A document's lines laid beside an order's: which belongs to which, in one unit, per one price basis."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rapidfuzz import fuzz, process

from triage.domain import Case, Line, Paper, PaperLine, Purchase, RecordRef
from triage.facts.grounds import per_unit
from triage.facts.units import factor

_SAME_NAME = 82.0
"""From this token-set score two descriptions are taken for one item, if no other comes within `_CLEAR`."""
_CLEAR = 4.0
_SAME_PRICE = Decimal("0.001")
"""Prices closer than this (relative) are the same price when a line is known by nothing else."""
_CHARGE = re.compile(
    r"\b(freight|shipping|postage|packing|packaging|handling|surcharge|insurance|fracht\w*|versand\w*|verpackung\w*|"
    r"porto|zuschlag|transport\w*|port|emballage|frais|portes|embalaje|env[ií]o|gastos|verzend\w*|vracht\w*|"
    r"verpakking\w*|toeslag)\b",
    re.I,
)


@dataclass(frozen=True)
class Ordered:
    """An order as a document is compared with it: our purchase order or our sales order."""

    ref: RecordRef
    currency: str
    lines: tuple[Line, ...]
    day: date | None
    amount_total: Decimal | None
    purchase: bool

    @staticmethod
    def of_purchase(purchase: Purchase) -> Ordered:
        """A purchase order."""
        return Ordered(
            purchase.ref, purchase.currency, purchase.lines, purchase.date_planned, purchase.amount_total, True
        )

    @staticmethod
    def of_sale(case: Case) -> Ordered | None:
        """The case's own sales order; none where the case has none."""
        order = case.order
        if order is None:
            return None
        return Ordered(order.ref, order.currency, case.lines, None, order.amount_total, False)


@dataclass(frozen=True)
class Stated:
    """One line of a document, read."""

    number: int
    """From 1."""
    seller_item_id: str | None
    buyer_item_id: str | None
    name: str
    quantity: Decimal | None
    unit: str | None
    unit_price: Decimal | None
    net_amount: Decimal | None
    day: date | None
    price_per: Decimal | None = None
    """How many units the price is for, where the document says so."""
    order: str | None = None
    """The order that this line alone names."""

    @property
    def label(self) -> str:
        """What a reader calls this line."""
        return self.buyer_item_id or self.seller_item_id or self.name or f"line {self.number}"

    @property
    def is_charge(self) -> bool:
        """Freight, packing and the like, which no order line stands for."""
        named = _CHARGE.match(self.name) if self.has_code else _CHARGE.search(self.name)
        return named is not None

    @property
    def has_code(self) -> bool:
        """Whether an item number stands on the line; a bare position such as `4.2` is none."""
        codes = (self.buyer_item_id, self.seller_item_id)
        return any(code and (len(bare(code)) > 4 or not bare(code).isdigit()) for code in codes)


@dataclass(frozen=True)
class Pair:
    """All lines of an order for one product, and all document lines that speak of it."""

    product: str
    lines: tuple[Line, ...]
    stated: tuple[Stated, ...]

    @property
    def uom(self) -> str:
        """The order's unit."""
        return self.lines[0].uom

    @property
    def ordered(self) -> Decimal:
        """Units ordered."""
        return sum((line.quantity for line in self.lines), Decimal(0))

    @property
    def delivered(self) -> Decimal:
        """Units delivered or received so far."""
        return sum((line.delivered for line in self.lines), Decimal(0))

    @property
    def invoiced(self) -> Decimal:
        """Units invoiced before."""
        return sum((line.invoiced for line in self.lines), Decimal(0))

    @property
    def quantity(self) -> Decimal | None:
        """Units stated, in the order's unit; none where a quantity or its unit cannot be compared."""
        total = Decimal(0)
        for one in self.stated:
            size = factor(one.unit, self.uom)
            if one.quantity is None or size is None:
                return None
            total += one.quantity * size
        return total if self.stated else None

    @property
    def ordered_price(self) -> Decimal | None:
        """Price per one unit; the average by quantity where lines differ; none where one has none."""
        if any(line.unit_price is None for line in self.lines) or not self.ordered:
            return None
        amounts = (line.quantity * per_unit(line.unit_price or Decimal(0), line.price_per) for line in self.lines)
        return sum(amounts, Decimal(0)) / self.ordered

    @property
    def stated_price(self) -> Decimal | None:
        """Price stated per one of our units, average by quantity; none where it cannot be told."""
        prices = [stated_price(one, self) for one in self.stated]
        known = [price for price in prices if price is not None]
        if len(known) != len(prices) or not known:
            return None
        weights = [one.quantity or Decimal(1) for one in self.stated]
        total = sum(weights, Decimal(0))
        return sum((p * w for p, w in zip(known, weights, strict=True)), Decimal(0)) / total if total else known[0]


@dataclass(frozen=True)
class Comparison:
    """A document beside the order it speaks of."""

    paper: Paper
    index: int
    """Which of the case's papers."""
    ordered: Ordered
    pairs: tuple[Pair, ...]
    extra: tuple[Stated, ...]
    elsewhere: tuple[Stated, ...] = ()
    """Lines that name another order: they are compared with that one, if at all."""

    @property
    def currency(self) -> str | None:
        """The document's currency, or none."""
        return self.paper.text_of("currency")

    @property
    def same_currency(self) -> bool:
        """Whether amounts may be compared; a document that names no currency is read in the order's."""
        return self.currency in {None, self.ordered.currency}

    def source(self, field: str, number: int | None = None) -> str:
        """How a fact names a field of the document."""
        return f"{self.paper.document}.{field}" if number is None else f"{self.paper.document}.line:{number}.{field}"


def stated_price(one: Stated, pair: Pair) -> Decimal | None:
    """Price per one of our units.

    The basis (per 1, 10, 100, 1000) follows from quantity and amount where both are there; a line discount is then in
    the price. Without an amount it is the stated one, or else the order's, unless another power of ten lies much nearer
    to its price.
    """
    size = factor(one.unit, pair.uom)
    if size is None:
        return None
    if one.quantity and one.net_amount is not None:
        effective = one.net_amount / one.quantity
        if one.unit_price:
            for basis in (1, 10, 100, 1000):
                exact = one.unit_price / basis
                if abs(exact * one.quantity - one.net_amount) <= Decimal("0.011"):
                    return exact / size
        return effective / size
    if one.unit_price is None:
        return None
    if one.price_per:
        return one.unit_price / one.price_per / size
    return _on_likely_basis(one.unit_price / size, pair)


def _on_likely_basis(price: Decimal, pair: Pair) -> Decimal:
    ours, basis = pair.ordered_price, pair.lines[0].price_per or Decimal(1)
    if not ours or not price:
        return price / basis
    choices = [basis, Decimal(1), Decimal(10), Decimal(100), Decimal(1000)]
    return min((price / choice for choice in choices), key=lambda one: max(one / ours, ours / one))


def compare(paper: Paper, index: int, ordered: Ordered) -> Comparison:
    """Lay a document's lines beside the order's."""
    every = [_read(number, line) for number, line in enumerate(paper.lines, 1)]
    stated = [s for s in every if not s.order or bare(ordered.ref.name) in bare(s.order)] if ordered.purchase else every
    stated = stated or every
    products: dict[str, list[Line]] = {}
    for line in ordered.lines:
        products.setdefault(line.product, []).append(line)
    assigned = assign(stated, products)
    pairs = tuple(
        Pair(product, tuple(lines), tuple(s for s in stated if assigned.get(s.number) == product))
        for product, lines in products.items()
    )
    extra = tuple(s for s in stated if s.number not in assigned and not s.is_charge)
    return Comparison(paper, index, ordered, pairs, extra, tuple(s for s in every if s not in stated))


def _read(number: int, line: PaperLine) -> Stated:
    def value(name: str) -> object:
        found = line.fields.get(name)
        return None if found is None else found.value

    def text(name: str) -> str | None:
        found = value(name)
        return str(found).strip() or None if found is not None else None

    def decimal(name: str) -> Decimal | None:
        found = value(name)
        return found if isinstance(found, Decimal) else None

    day = value("delivery_date")
    return Stated(
        number,
        text("seller_item_id"),
        text("buyer_item_id"),
        text("name") or "",
        decimal("quantity"),
        text("unit"),
        decimal("unit_price"),
        decimal("net_amount"),
        day if isinstance(day, date) else None,
        decimal("price_per"),
        text("purchase_order_reference"),
    )


def bare(code: str | None) -> str:
    """A code as it is compared: letters and digits only, upper case, no leading zeros."""
    return re.sub(r"[\W_]+", "", code or "").upper().lstrip("0")


def assign(stated: Sequence[Stated], products: dict[str, list[Line]]) -> dict[int, str]:
    """Document line → product.

    By codes first (the partner's, ours, GTIN), then by a code in the text, then by name, and at last, for lines without
    any code, by price and open quantity.
    """
    assigned: dict[int, str] = {}
    for one in stated:
        product = _by_code(one, products) or _by_code_in_text(one, products)
        if product:
            assigned[one.number] = product
    free = {product: lines for product, lines in products.items() if product not in assigned.values()}
    for one in stated:
        if one.number not in assigned and not one.is_charge:
            product = _by_name(one, free)
            if product:
                assigned[one.number] = product
    for one in stated:
        if one.number not in assigned and not one.has_code and not one.is_charge:
            product = _by_figures(one, stated, products, assigned)
            if product:
                assigned[one.number] = product
    return assigned


def _by_code(one: Stated, products: dict[str, list[Line]]) -> str | None:
    theirs, ours = bare(one.seller_item_id), bare(one.buyer_item_id)
    tests: tuple[Callable[[Line], bool], ...] = (
        lambda line: theirs == bare(line.partner_code) != "",
        lambda line: ours != "" and ours in {bare(line.product), bare(line.partner_code)},
        lambda line: theirs != "" and theirs in {bare(line.product), bare(line.gtin)},
        lambda line: ours == bare(line.gtin) != "",
    )
    for matches in tests:
        for product, lines in products.items():
            if any(matches(line) for line in lines):
                return product
    return None


def _by_code_in_text(one: Stated, products: dict[str, list[Line]]) -> str | None:
    words = {bare(word) for word in one.name.split()}
    found = [
        product
        for product, lines in products.items()
        if any(
            len(code) >= 5 and any(c.isdigit() for c in code) and code in words
            for line in lines
            for code in (bare(line.product), bare(line.partner_code), bare(line.gtin))
        )
    ]
    return found[0] if len(found) == 1 else None


def _by_name(one: Stated, products: dict[str, list[Line]]) -> str | None:
    if not one.name or not products:
        return None
    names = {product: lines[0].name.casefold() for product, lines in products.items()}
    best = process.extract(one.name.casefold(), names, scorer=fuzz.token_sort_ratio, limit=2)
    loose = process.extract(one.name.casefold(), names, scorer=fuzz.token_set_ratio, limit=2)
    for ranking in (best, loose):
        clear = len(ranking) == 1 or ranking[0][1] - ranking[1][1] >= _CLEAR
        if ranking[0][1] >= _SAME_NAME and clear and _same_measures(one.name, ranking[0][0]):
            return str(ranking[0][2])
    return None


def _by_figures(
    one: Stated, stated: Sequence[Stated], products: dict[str, list[Line]], assigned: dict[int, str]
) -> str | None:
    """The only product with this price of which so many are still to be confirmed."""
    found = []
    for product, lines in products.items():
        parts = tuple(s for s in stated if assigned.get(s.number) == product)
        pair = Pair(product, tuple(lines), (one,))
        ours, theirs, quantity = pair.ordered_price, pair.stated_price, pair.quantity
        open_quantity = pair.ordered - (Pair(product, tuple(lines), parts).quantity or Decimal(0))
        if not (ours and theirs and quantity and _same_measures(one.name, lines[0].name)):
            continue
        if abs(theirs - ours) <= ours * _SAME_PRICE and quantity <= open_quantity:
            found.append(product)
    return found[0] if len(found) == 1 else None


def _same_measures(one: str, other: str) -> bool:
    """Names that both carry numbers must share them: M8x40 is not M8x60."""
    ours, theirs = (set(re.findall(r"\d+", text)) for text in (one, other))
    return not ours or not theirs or ours <= theirs or theirs <= ours

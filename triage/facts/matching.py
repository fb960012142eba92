"""A document's lines laid beside an order's: which belongs to which, in one unit, per one price basis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from triage.domain import Case, Line, Paper, Purchase, RecordRef
from triage.facts.assigning import Unclear, assign, groups, substitutes
from triage.facts.grounds import per_unit
from triage.facts.stated import Span, Stated, bare, names_order, read_line
from triage.facts.units import factor_of


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
class Part:
    """So much on a day; `day` is none where none is said."""

    day: date | None
    quantity: Decimal


@dataclass(frozen=True)
class Pair:
    """Lines of an order for one product, and the document lines that speak of them."""

    product: str
    lines: tuple[Line, ...]
    stated: tuple[Stated, ...]
    place: str = ""
    """Which of several lines of the product this is, where they are compared one by one: `line 2`."""

    @property
    def label(self) -> str:
        """What a reader calls it."""
        return f"{self.product} {self.place}".strip()

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

    def known_size(self, one: Stated) -> Decimal | None:
        """How many of the order's unit one written unit is, by what it is called; none where that is not known."""
        return factor_of(one.unit, self.lines[0], one.name, self.lines[0].name)

    def size(self, one: Stated) -> Decimal | None:
        """The same; of packings that nobody tells the contents of, as the equal amounts of a single line show it."""
        known = self.known_size(one)
        if known is not None or not self._same_amount or not one.quantity:
            return known
        inferred = self.ordered / one.quantity
        return inferred if inferred == inferred.to_integral_value() else None

    @property
    def is_other_unit(self) -> bool:
        """Whether number and amount are as ordered, and only the unit is another one."""
        if len(self.stated) != 1 or not self._same_amount or self.stated[0].quantity != self.ordered:
            return False
        return self.known_size(self.stated[0]) not in {None, Decimal(1)}

    @property
    def _same_amount(self) -> bool:
        ours, price = self.ordered_amount, self.ordered_price
        if len(self.stated) != 1 or ours is None or not price:
            return False
        theirs = self.stated[0].net_amount
        return theirs is not None and abs(theirs - ours) <= Decimal("0.011")

    @property
    def quantity(self) -> Decimal | None:
        """Units stated, in the order's unit; none where a quantity or its unit cannot be compared."""
        parts = self.parts
        return None if parts is None or not self.stated else sum((part.quantity for part in parts), Decimal(0))

    @cached_property
    def parts(self) -> tuple[Part, ...] | None:
        """What is stated for which day, in the order's unit; none where that cannot be told."""
        found = []
        for one in self.stated:
            size = self.size(one)
            if one.quantity is None or size is None:
                return None
            found.append(Part(one.day, one.quantity * size))
        return tuple(found)

    @property
    def ordered_amount(self) -> Decimal | None:
        """What the order lines cost without tax; none where one has no price."""
        price = self.ordered_price
        return None if price is None else price * self.ordered

    @property
    def ordered_price(self) -> Decimal | None:
        """Price per one unit; the average by quantity where lines differ; none where one has none."""
        if any(line.unit_price is None for line in self.lines) or not self.ordered:
            return None
        amounts = (line.quantity * per_unit(line.unit_price or Decimal(0), line.price_per) for line in self.lines)
        return sum(amounts, Decimal(0)) / self.ordered

    @property
    def stated_amount(self) -> Decimal | None:
        """What the stated lines cost without tax."""
        prices = list(self.prices())
        parts = self.parts
        if not self.stated or parts is None or any(price is None for price in prices):
            return None
        return sum(
            (price.value * part.quantity for price, part in zip(prices, parts, strict=True) if price), Decimal(0)
        )

    def prices(self) -> Iterator[Span | None]:
        """The price of each stated line per one of our units."""
        return (stated_price(one, self) for one in self.stated)

    @property
    def stated_price(self) -> Decimal | None:
        """Price stated per one of our units, average by quantity; none where it cannot be told."""
        prices = [price.value for price in self.prices() if price is not None]
        if len(prices) != len(self.stated) or not prices:
            return None
        weights = [(one.quantity or Decimal(1)) * (self.size(one) or Decimal(1)) for one in self.stated]
        total = sum(weights, Decimal(0))
        return sum((p * w for p, w in zip(prices, weights, strict=True)), Decimal(0)) / total if total else prices[0]

    def has_other_price(self, tolerance: Decimal) -> bool:
        """Whether a stated line costs more or less than any order line of the pair, beyond a relative tolerance and
        what rounding leaves open. Of a line that is not confirmed at all nothing is said."""
        if self.ordered_price is None or self.quantity == 0:
            return False
        prices = [price for price in self.prices() if price is not None]
        if not prices or len(prices) != len(self.stated):
            return False
        return not all(
            any(price.may_be(own, abs(own) * tolerance) for own in self._prices_for(one))
            for price, one in zip(prices, self.stated, strict=True)
        )

    def _prices_for(self, one: Stated) -> Iterator[Decimal]:
        """What the order pays per unit; beside a price without an amount also what it would without its discount,
        because a document may print the list price and take the discount off elsewhere."""
        for line in self.lines:
            ours = per_unit(line.unit_price or Decimal(0), line.price_per)
            yield ours
            if line.discount and line.discount < 100 and one.net_amount is None:
                yield ours / (1 - line.discount / 100)


@dataclass(frozen=True)
class Substitute:
    """An item that is offered for an ordered one."""

    pair: Pair
    offered: Stated


@dataclass(frozen=True)
class Comparison:
    """A document beside the order it speaks of."""

    paper: Paper
    index: int
    """Which of the case's papers."""
    ordered: Ordered
    pairs: tuple[Pair, ...]
    extra: tuple[Stated, ...]
    charges: tuple[Stated, ...] = ()
    """Freight and the like, and deductions, that are no order line."""
    substitutes: tuple[Substitute, ...] = ()
    unclear: tuple[Unclear, ...] = ()
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

    @property
    def day(self) -> date | None:
        """The day of delivery for the whole document, where one is printed."""
        head = self.paper.fields.get("delivery_date")
        return head.value if head and isinstance(head.value, date) else None

    def source(self, field: str, number: int | None = None) -> str:
        """How a fact names a field of the document."""
        return f"{self.paper.document}.{field}" if number is None else f"{self.paper.document}.line:{number}.{field}"


def stated_price(one: Stated, pair: Pair) -> Span | None:
    """Price per one of our units.

    The basis (per 1, 10, 100, 1000) is the document's where it says one, else it follows from quantity and amount; a
    line discount is then in the price. Without an amount it is the reading that lies nearest to the order's price,
    which may also be per piece where the quantity counts packings.
    """
    size = pair.size(one)
    if size is None:
        return None
    readings = [price.times(1 / size) for price in one.prices(pair.lines[0].price_per or Decimal(1))]
    if size != 1 and not (one.quantity and one.net_amount is not None):
        readings += list(one.prices(Decimal(1)))
    ours = pair.ordered_price
    if not readings or not ours:
        return readings[0] if readings else None
    return min(
        readings, key=lambda one: max(one.value / ours, ours / one.value) if one.value > 0 else Decimal("Infinity")
    )


def compare(paper: Paper, index: int, ordered: Ordered) -> Comparison:
    """Lay a document's lines beside the order's."""
    every = [one for number, line in enumerate(paper.lines, 1) if not (one := read_line(number, line)).is_text]
    stated = _of_order(every, ordered) or every
    products: dict[str, list[Line]] = {}
    for line in ordered.lines:
        products.setdefault(line.product, []).append(line)
    found = assign(stated, products)
    own: dict[str, list[Stated]] = {}
    for one in stated:
        if one.number in found.products:
            own.setdefault(found.products[one.number], []).append(one)
    pairs = [pair for product, lines in products.items() for pair in _pairs(product, lines, own.get(product, []))]
    left = [one for one in stated if one.number not in found.products and one.number not in found.asked]
    charges = tuple(one for one in left if one.is_charge)
    extra = [one for one in left if not one.is_charge]
    instead = _substitutes(pairs, extra, ordered.lines)
    taken, here = {each.offered.number for each in instead}, {one.number for one in stated}
    return Comparison(
        paper,
        index,
        ordered,
        tuple(pair for pair in pairs if all(pair is not each.pair for each in instead)),
        tuple(one for one in extra if one.number not in taken),
        charges,
        tuple(instead),
        found.unclear,
        tuple(one for one in every if one.number not in here),
    )


def _of_order(every: Sequence[Stated], ordered: Ordered) -> list[Stated]:
    """The lines that name this order or none."""
    if not ordered.purchase:
        return list(every)
    return [one for one in every if not one.order or names_order(one.order, ordered.ref.name)]


def _pairs(product: str, lines: Sequence[Line], own: Sequence[Stated]) -> list[Pair]:
    parts = groups(lines, own)
    several = len(parts) > 1
    return [
        Pair(product, tuple(ours), tuple(theirs), f"line {number}" if several else "")
        for number, (ours, theirs) in enumerate(parts, 1)
    ]


def _substitutes(pairs: Sequence[Pair], extra: Sequence[Stated], lines: Sequence[Line]) -> list[Substitute]:
    missing = [pair for pair in pairs if not pair.stated]
    places = {id(pair): next(n for n, line in enumerate(lines, 1) if line is pair.lines[0]) for pair in missing}
    chosen = substitutes([(pair.product, pair.lines, places[id(pair)]) for pair in missing], extra)
    return [Substitute(missing[n], one) for n, one in chosen]


__all__ = [
    "Comparison", "Ordered", "Pair", "Part", "Span", "Stated", "Substitute", "Unclear", "bare", "compare",
    "stated_price",
]  # fmt: skip

"""One line of a document, read, and the prices that it can mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from triage.domain import PaperLine

_CHARGE = re.compile(
    r"\b(freight|shipping|postage|carriage|delivery (?:charge|cost|fee)s?|packing|packaging|handling|surcharge|"
    r"insurance|toll|set-?up|fees?|fracht(?:kosten)?(?:anteil)?|versand|verpackung|porto|maut|\w*zuschlag\w*|"
    r"\w*geb[üu]hr\w*|\w*pauschale|transport|port|emballage|frais|suppl[ée]ment|participation|assurance|portes|"
    r"embalaje|env[ií]o|gastos|recargo|seguro|verzending|vracht|verpakking|\w*toeslag|\w*kosten|spese|trasporto|"
    r"imballo|koszty|opłata)\b",
    re.I,
)
_REPLACES = re.compile(
    r"\b(ersatz\w*|ersetzt|anstelle|statt|nachfolg\w*|alternativ\w*|substitut\w*|replac\w*|instead|successor|supersed\w*|"
    r"remplac\w*|sustitu\w*|reemplaz\w*|vervang\w*|plaats van|opvolger|sostitu\w*|zamiennik\w*|zastęp\w*)\b",
    re.I,
)
_BASES = tuple(map(Decimal, (1, 10, 100, 1000)))
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Span:
    """A price with what rounding leaves open: anything from `low` to `high` prints as the document does."""

    value: Decimal
    low: Decimal
    high: Decimal

    def times(self, factor: Decimal) -> Span:
        """The price of so many."""
        return Span(self.value * factor, self.low * factor, self.high * factor)

    def may_be(self, price: Decimal, tolerance: Decimal) -> bool:
        """Whether the document may mean this price, give or take."""
        return self.low - tolerance <= price <= self.high + tolerance


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
        """Freight, packing and the like, which no order line stands for; a deduction where the amount is negative."""
        if self.net_amount is not None and self.net_amount < 0:
            return True
        if self.quantity is not None and self.quantity > 1:
            return False  # goods that are called so: twenty transport boxes
        named = _CHARGE.match(self.name) if self.has_code else _CHARGE.search(self.name)
        return named is not None

    @property
    def is_text(self) -> bool:
        """Whether nothing stands there that could be ordered: a heading or a remark."""
        figures = (self.quantity, self.unit_price, self.net_amount)
        return not self.has_code and all(figure is None for figure in figures)

    @property
    def has_code(self) -> bool:
        """Whether an item number stands on the line; a bare position such as `4.2` is none."""
        return any(is_code(code) for code in (self.buyer_item_id, self.seller_item_id))

    @property
    def replaces(self) -> bool:
        """Whether the line says that it stands for another item."""
        return _REPLACES.search(self.name) is not None

    @property
    def amount(self) -> Decimal | None:
        """The line's amount: as printed, else quantity times price where the price is plainly per one."""
        if self.net_amount is not None:
            return self.net_amount
        if self.quantity is None or self.unit_price is None:
            return None
        return self.quantity * self.unit_price / (self.price_per or 1)

    def price(self) -> Span | None:
        """The price per one written unit, from amount and quantity, or as printed; none where it cannot be told.

        A line discount is in it where the amount shows it. Without an amount and without a basis the price is taken
        per one; `prices` has the other readings.
        """
        if not self.quantity or self.net_amount is None:
            return None if self.unit_price is None else _printed(self.unit_price, self.price_per or Decimal(1))
        effective = self.net_amount / self.quantity
        room = abs(_half(self.net_amount, always=True) / self.quantity)
        paid = Span(effective, effective - room, effective + room)
        if self.unit_price is None:
            return paid
        bases = (self.price_per, *_BASES) if self.price_per else _BASES
        printed = min((_printed(self.unit_price, basis) for basis in bases), key=lambda one: abs(one.value - effective))
        exact = abs(printed.value * self.quantity - self.net_amount) <= _CENT + Decimal("0.001")
        low, high = max(paid.low, printed.low), min(paid.high, printed.high)
        if low <= high:
            return Span(printed.value if exact else effective, low, high)
        return Span(printed.value, printed.value, printed.value) if exact else paid

    def prices(self, basis: Decimal) -> Iterator[Span]:
        """All readings of the price per one written unit; `basis` is the order's, which counts first."""
        whole = self.price()
        if whole is None:
            return
        yield whole
        if self.price_per is None and self.unit_price is not None and not (self.quantity and self.net_amount):
            yield from (_printed(self.unit_price, each) for each in (basis, *_BASES))


def _printed(price: Decimal, basis: Decimal) -> Span:
    room = _half(price)
    return Span(price / basis, (price - room) / basis, (price + room) / basis)


def _half(value: Decimal, *, always: bool = False) -> Decimal:
    """Half of the last place of a number with decimals: what rounding may have taken. Whole numbers are exact, unless
    `always`: amounts are to the cent."""
    exponent = value.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    if places < 2:
        return Decimal("0.005") if always else Decimal(0)
    return Decimal("0.5").scaleb(-places)


def read_line(number: int, line: PaperLine) -> Stated:
    """A paper's line as it is compared."""

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
        decimal("price_per") or None,
        text("purchase_order_reference"),
    )


@lru_cache(maxsize=8192)
def bare(code: str | None) -> str:
    """A code as it is compared: letters and digits only, upper case, no leading zeros."""
    return re.sub(r"[\W_]+", "", code or "").upper().lstrip("0")


def names_order(text: str | None, name: str) -> bool:
    """Whether a text has this order's number in it, however it is spaced: `PO P00031`, never `P000312`, `SP00031`."""
    number = bare(name)
    if not number or not text:
        return False
    before = r"(?<![^\W_])" + ("0*" if number[0].isdigit() else "")
    spaced = r"[\W_]*".join(map(re.escape, number))
    return bare(text) == number or re.search(rf"{before}{spaced}(?!\d)", text, re.I) is not None


def names_charge(text: str) -> bool:
    """Whether a text names freight, packing or the like."""
    return _CHARGE.search(text) is not None


def spellings(code: str | None) -> frozenset[str]:
    """A code as it is compared, with and without a position number that was read together with it: `2 VC-125-10`."""
    position, _, rest = (code or "").strip().partition(" ")
    found = {bare(code)} | ({bare(rest)} if position.isdigit() and len(position) <= 3 else set())
    return frozenset(found - {""})


def is_code(code: str | None) -> bool:
    """Whether this is an item number rather than a bare position."""
    return bool(code) and (len(bare(code)) > 4 or not bare(code).isdigit())

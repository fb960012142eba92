"""What a document of the set says: one structure from which both its drawing and its truth are made.

Amounts are computed here, in Decimal and rounded to cents as the document rounds; nobody writes a sum by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property

CENT = Decimal("0.01")


def cents(value: Decimal) -> Decimal:
    """Rounded to cents, halves away from zero."""
    return value.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Firm:
    """Somebody on a document. All invented."""

    name: str
    street: str
    place: str
    country: str
    vat: str = ""
    iban: str = ""
    bank: str = ""
    bic: str = ""
    phone: str = ""
    mail: str = ""
    register: str = ""

    @property
    def address(self) -> tuple[str, ...]:
        """Name, street, place."""
        return (self.name, self.street, self.place)


@dataclass(frozen=True)
class Item:
    """A line. `quantity` and `price` are written as they are printed: `2.500` has three decimals, `2500` none."""

    name: str
    quantity: str
    unit: str
    price: str = ""
    """As printed, for `per` units, before the line's discount; empty where the document has no prices."""
    sku: str = ""
    ours: str = ""
    """The buyer's number."""
    per: int = 1
    off: str = "0"
    """Line discount in percent."""
    rate: str | None = None
    """VAT in percent, where it is not the document's."""
    due: str = ""
    more: tuple[str, ...] = ()
    """Further lines of description: size, origin, batch."""
    before: str = ""
    """Free text above the line."""

    @cached_property
    def amount(self) -> Decimal | None:
        """The line's amount after discount, as printed."""
        if not self.price:
            return None
        return cents(Decimal(self.quantity) * Decimal(self.price) / self.per * (1 - Decimal(self.off) / 100))


@dataclass(frozen=True)
class Charge:
    """Freight, packing, deposits, a discount on the whole: what is added below the lines."""

    label: str
    amount: str
    rate: str | None = None


@dataclass(frozen=True)
class Doc:
    """A document. Dates are ISO; percentages, quantities and prices are text that Decimal reads."""

    id: str
    type: str
    number: str
    issued: str
    items: tuple[Item, ...]
    seller: Firm
    buyer: Firm
    due: str = ""
    delivery: str = ""
    po: str = ""
    currency: str = "EUR"
    rate: str = "0"
    charges: tuple[Charge, ...] = ()
    vat_included: bool = False
    """The lines' prices and amounts contain VAT."""
    ship_to: tuple[str, ...] = ()
    hard: tuple[str, ...] = ()
    """Hard cases that do not follow from the data."""
    spoil: str = ""
    """What happens to the drawn file: a key of `spoiled.SPOILS`."""
    extra: dict[str, str] = field(default_factory=dict)
    """What else this document says: numbers of the customer, earlier balances, down payments."""

    @property
    def family(self) -> str:
        """The issuer's layout."""
        return self.id.rsplit("-", 1)[0]

    @property
    def priced(self) -> bool:
        """Whether it has prices."""
        return all(item.price for item in self.items)

    @cached_property
    def goods(self) -> Decimal:
        """The sum of the lines."""
        return sum((item.amount for item in self.items if item.amount is not None), Decimal(0))

    @cached_property
    def bases(self) -> dict[Decimal, Decimal]:
        """Sum by VAT rate, with VAT where the prices contain it."""
        sums: dict[Decimal, Decimal] = {}
        parts = [(item.rate, item.amount or Decimal(0)) for item in self.items]
        for rate, amount in [*parts, *((charge.rate, Decimal(charge.amount)) for charge in self.charges)]:
            key = Decimal(self.rate if rate is None else rate)
            sums[key] = sums.get(key, Decimal(0)) + amount
        return sums

    @cached_property
    def taxes(self) -> dict[Decimal, Decimal]:
        """VAT by rate, rounded for each rate."""
        if self.vat_included:
            return {rate: base - cents(base / (1 + rate / 100)) for rate, base in self.bases.items()}
        return {rate: cents(base * rate / 100) for rate, base in self.bases.items()}

    @cached_property
    def tax(self) -> Decimal:
        """VAT in total."""
        return sum(self.taxes.values(), Decimal(0))

    @cached_property
    def net(self) -> Decimal:
        """Without VAT, charges included."""
        return sum(self.bases.values(), Decimal(0)) - (self.tax if self.vat_included else 0)

    @cached_property
    def gross(self) -> Decimal:
        """With VAT; what was paid before or is still open from before is not in it."""
        return self.net + self.tax

    @property
    def tags(self) -> tuple[str, ...]:
        """All its hard cases, sorted."""
        return tuple(sorted({*self.hard, *_tags(self)}))


def _tags(doc: Doc) -> set[str]:
    found = {
        "both_item_ids": any(item.sku and item.ours for item in doc.items),
        "broken_text": doc.spoil.startswith("broken"),
        "charges": bool(doc.charges),
        "free_text": any(item.before for item in doc.items),
        "line_discount": any(Decimal(item.off) for item in doc.items),
        "negative_credit": doc.priced and doc.gross < 0,
        "price_per": any(item.per > 1 for item in doc.items),
        "scan": doc.spoil.startswith("scan"),
        "vat_included": doc.vat_included,
        "zero_rated": doc.type in {"invoice", "credit_note", "corrected_invoice"} and doc.tax == 0,
    }
    return {tag for tag, there in found.items() if there}


def day(text: str) -> date:
    """A date of the data."""
    return date.fromisoformat(text)

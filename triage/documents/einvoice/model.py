"""What an electronic document says: fields and lines as of any paper, and the figures that its sums are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from triage.domain import FieldValue


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An allowance (a charge, if `is_charge`) of a line or of the whole document."""

    amount: Decimal
    is_charge: bool
    category: str = ""
    """Tax category: `S`, `Z`, `E`, `AE`, `K`, `G`, `O`."""
    rate: Decimal | None = None
    """Of its tax, per cent."""

    @property
    def signed(self) -> Decimal:
        """What it adds to an amount."""
        return self.amount if self.is_charge else -self.amount


@dataclass(frozen=True, slots=True)
class TaxRow:
    """The tax of one category and rate."""

    base: Decimal | None
    amount: Decimal | None
    category: str
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class LineFigures:
    """The figures of one line as it stands in the XML."""

    label: str
    quantity: Decimal | None = None
    price: Decimal | None = None
    """Net, per `per` units."""
    per: Decimal = Decimal(1)
    is_per_unit: bool = True
    """Whether the price is for units of the quantity, so that the two may be multiplied."""
    gross_price: Decimal | None = None
    """Before the discount that the price includes."""
    adjustments: tuple[Adjustment, ...] = ()
    net: Decimal | None = None
    category: str = ""
    rate: Decimal | None = None
    delivered: Decimal | None = None
    """What its deliveries come to, where it has several."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of the whole document, in its currency. What it does not state is none."""

    lines: tuple[LineFigures, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    taxes: tuple[TaxRow, ...] = ()
    line_total: Decimal | None = None
    allowance_total: Decimal | None = None
    charge_total: Decimal | None = None
    net: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    payable: Decimal | None = None
    foreign: tuple[str, ...] = ()
    """Amounts in another currency than the document's, by their path."""


@dataclass(frozen=True, slots=True)
class ElectronicLine:
    """One line of the paper, with the figures of the XML's line that it is, or is a part of."""

    fields: dict[str, FieldValue]
    figures: LineFigures


@dataclass(frozen=True)
class ElectronicDocument:
    """An electronic document, read. Keys are `FIELD_NAMES` and `LINE_FIELD_NAMES`."""

    syntax: str
    profile: str
    content: str
    fields: dict[str, FieldValue]
    lines: tuple[ElectronicLine, ...]
    figures: Figures
    warnings: tuple[str, ...] = field(default=())

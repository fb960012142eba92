"""What facts stand on: the case, its papers, the policy, and the calendar of the company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from triage.domain import Case, Line, Paper, Policy, RecordRef, Thresholds
from triage.domain.zones import zone_of
from triage.errors import InputError

CLOSED = frozenset({"done", "cancel"})
"""States of a transfer after which nothing moves any more."""

_SALES_FIELDS = {
    "quantity": "product_uom_qty",
    "delivered": "qty_delivered",
    "unit_price": "price_unit",
    "forecast": "forecast_availability",
    "forecast_date": "forecast_expected_date",
    "cost": "standard_price",
    "invoiced": "qty_invoiced",
}
_PURCHASE_FIELDS = _SALES_FIELDS | {"quantity": "product_qty", "delivered": "qty_received"}


@dataclass(frozen=True)
class Grounds:
    """One case with everything that its facts may be computed from."""

    case: Case
    papers: tuple[Paper, ...]
    policy: Policy

    @property
    def thresholds(self) -> Thresholds:
        """The policy's thresholds."""
        return self.policy.thresholds

    @cached_property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        name = self.case.company.timezone
        zone = zone_of(name)
        if zone is None:
            raise InputError(
                self.case.record.key,
                f"the company's time zone {name!r} is unknown.",
                "Use an IANA name such as Europe/Amsterdam.",
            )
        return zone

    @cached_property
    def today(self) -> date:
        """The day of capture in the company's time zone."""
        return self.day(self.case.captured_at)

    def day(self, moment: datetime) -> date:
        """The calendar day on which a moment falls for the company."""
        return moment.astimezone(self.zone).date()

    def days_since(self, moment: datetime) -> int:
        """Whole calendar days from a moment to the capture."""
        return (self.today - self.day(moment)).days

    def age(self, moment: datetime) -> timedelta:
        """Time from a moment to the capture."""
        return self.case.captured_at - moment

    @property
    def about_sales(self) -> bool:
        """Whether the case's own lines are lines of a sales order."""
        return self.case.record.model != "purchase.order"

    def lacks(self, *topics: str) -> bool:
        """Whether the capture says that it could not have one of these (`Case.missing` begins with the topic)."""
        return any(note.casefold().startswith(topic) for note in self.case.missing for topic in topics)


def line_source(order: RecordRef, line: Line, field: str) -> str:
    """How a fact names a line's field; a line without an id is named through its order and product."""
    purchase = order.model.startswith("purchase")
    name = (_PURCHASE_FIELDS if purchase else _SALES_FIELDS).get(field, field)
    if line.id is None:
        return f"{order.key}[{line.product}].{name}"
    return f"{'purchase' if purchase else 'sale'}.order.line:{line.id}.{name}"


def tidy(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent, as a reader writes it."""
    if value == value.to_integral_value():
        return Decimal(int(value))
    return value.normalize()


def in_days(number: int | Decimal) -> str:
    """A number of days in words: `1 day`, `12 days`."""
    return f"{number} day" if number == 1 else f"{number} days"


def cents(value: Decimal) -> Decimal:
    """An amount rounded half up to two decimals."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def per_unit(price: Decimal, basis: Decimal) -> Decimal:
    """A price per one unit from a price per `basis` units."""
    return price / basis if basis else price

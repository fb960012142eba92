"""Orders that became late, short or overdue because a day passed: nothing was written, so no look at changes sees it.

Days are the company's own. A date counts as passed on the day on which the policy's thresholds make something of it: a
promise `days_late` days later, an invoice `overdue_days` days after it was due.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from triage.domain import Thresholds
from triage.odoo.affected import Hit, Hits, of_invoices, of_purchase_lines, of_transfers
from triage.odoo.load import Load
from triage.odoo.looking import text
from triage.odoo.rows import Row

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Passing:
    """One kind of date that passes."""

    model: str
    field: str
    domain: tuple[tuple[str, str, object], ...]
    names: tuple[str, ...]
    days_after: Callable[[Thresholds], int]
    """How many days after the date something is made of it."""
    hits: Hits | None = None
    """Which orders it hits; none: the record itself."""
    counts: Callable[[Row], bool] = lambda row: True
    """Whether a record that was found is meant; what no domain can say."""
    is_day: bool = False
    """Whether the field holds a day rather than a time."""

    @property
    def part(self) -> str:
        """What its position is called."""
        return f"{self.model}.{self.field}"


def _late(thresholds: Thresholds) -> int:
    return max(1, thresholds.days_late)


def _overdue(thresholds: Thresholds) -> int:
    return max(1, thresholds.overdue_days)


def _is_owed(line: Row) -> bool:
    return (line.number("qty_received") or 0) < (line.number("product_qty") or 0)


PASSING: tuple[Passing, ...] = (
    Passing(
        "sale.order",
        "commitment_date",
        (("state", "=", "sale"), ("delivery_status", "!=", "full")),
        ("name", "company_id"),
        _late,
    ),
    Passing(
        "purchase.order.line",
        "date_planned",
        (("order_id.state", "in", ["purchase", "done"]),),
        ("order_id", "product_id", "product_qty", "qty_received", "sale_line_id", "move_dest_ids"),
        _late,
        of_purchase_lines,
        _is_owed,
    ),
    Passing(
        "stock.picking",
        "date_deadline",
        (("state", "not in", ["done", "cancel"]), ("picking_type_id.code", "=", "outgoing")),
        ("sale_id",),
        _late,
        of_transfers,
    ),
    Passing(
        "account.move",
        "invoice_date_due",
        (("state", "=", "posted"), ("move_type", "=", "out_invoice"), ("payment_state", "in", ["not_paid", "partial"])),
        ("move_type", "commercial_partner_id"),
        _overdue,
        of_invoices,
        is_day=True,
    ),
)
"""All dates that are watched: promises to customers, suppliers' dates, deliveries' deadlines, invoices falling due."""


@dataclass(frozen=True)
class Passed:
    """The records of one page whose date has passed, and the id after which to go on; none where this was the rest."""

    hits: tuple[Hit, ...]
    records: int
    then: int | None


def passed(
    load: Load, kind: Passing, company: int, zone: ZoneInfo, since: date, today: date, thresholds: Thresholds,
    after: int, size: int,
) -> Passed:  # fmt: skip
    """What a company's records of one kind have had pass after the day `since` and up to `today`."""
    shift = timedelta(days=kind.days_after(thresholds))
    domain: list[Any] = [term for term in kind.domain if _is_known(load, kind.model, term[0])]
    domain += [*_between(kind, since - shift + _DAY, today - shift + _DAY, zone), ("company_id", "=", company)]
    names = (*kind.names, kind.field, "company_id")
    rows = load.search(kind.model, [*domain, ("id", ">", after)], names, order="id", limit=size)
    meant = [row for row in rows if kind.counts(row)]
    stamped = [_as_changed(kind, row) for row in meant]
    hits = kind.hits(load, stamped) if kind.hits else [_own(kind, row) for row in stamped]
    return Passed(tuple(hits), len(rows), rows[-1].id if len(rows) == size else None)


def _is_known(load: Load, model: str, name: str) -> bool:
    return load.odoo.has(model, name.partition(".")[0])


def _between(kind: Passing, first: date, end: date, zone: ZoneInfo) -> Sequence[tuple[str, str, str]]:
    """From the beginning of one day to that of another, in the company's time zone."""
    if kind.is_day:
        return [(kind.field, ">=", first.isoformat()), (kind.field, "<", end.isoformat())]
    begins = [datetime.combine(day, time(), tzinfo=zone).astimezone(UTC) for day in (first, end)]
    return [(kind.field, ">=", text(begins[0])), (kind.field, "<", text(begins[1]))]


def _as_changed(kind: Passing, row: Row) -> Row:
    """The record as if it had been written at its date: that is what makes its hits the same ones every time."""
    held = row.values.get(kind.field)
    stamp = f"{held} 00:00:00" if kind.is_day else held
    return Row(kind.part, {**row.values, "write_date": stamp})


def _own(kind: Passing, row: Row) -> Hit:
    moment = row.moment("write_date")
    assert moment is not None, "the domain asks for a date"
    ref = Row(kind.model, row.values).ref()
    return Hit(ref, f"{kind.part}@{moment:%Y-%m-%dT%H:%M:%S}", moment, row.label("company_id"))

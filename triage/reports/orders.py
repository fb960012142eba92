"""What Odoo tells of the desk's orders: when they were placed, promised and delivered, and what still lies about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from triage.domain import utc
from triage.odoo.capture.products import unit_of
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import Reference, Units
from triage.odoo.client import Odoo
from triage.odoo.rows import Row

_BATCH = 500
_OUTGOING = ("picking_type_id.code", "=", "outgoing")
_SOLD = ("state", "in", ["sale", "done"])
_TO_CUSTOMERS = ("location_dest_id.usage", "=", "customer")
_MOVED = timedelta(days=92)
_UNITS = ("product_id", "product_uom_qty", "product_uom", "product_uom_id")
_MOVE = ("sale_line_id", "date", "date_deadline", "state", "quantity", "quantity_done", *_UNITS)
_LINE = ("order_id", "qty_delivered", *_UNITS)
_NOISE = Decimal("0.000001")
_ROUNDED = Decimal("0.01")
"""What Odoo may round off a quantity when it plans it in another unit, as a share."""

FirstPromise = Callable[[str, str], date | None]
"""The first promised day by company and key of the order, where one is known."""


@dataclass(frozen=True)
class Order:
    """An order whose deliveries are all done."""

    key: str
    """`sale.order:42`."""
    company: str
    warehouse: str
    placed_at: datetime
    finished_at: datetime

    @property
    def hours(self) -> float:
        """From the order to its last delivery."""
        return max(0.0, (self.finished_at - self.placed_at).total_seconds() / 3600)


@dataclass(frozen=True)
class Line:
    """An order line that was promised for a day of the period."""

    order: str
    company: str
    warehouse: str
    is_filled: bool
    """Whether all that was ordered left by the end of that day. What was cancelled instead did not."""


@dataclass(frozen=True)
class Backorder:
    """A delivery of the rest of an order, that waited at the end of the period."""

    company: str
    warehouse: str
    days: float
    """Since it came into being."""


@dataclass(frozen=True)
class Approval:
    """An approval that was asked for: in hours, and whether it was given or refused in the time looked at."""

    company: str
    hours: float
    is_settled: bool


class Desk:
    """Reads of one Odoo. Fields that an Odoo lacks leave out what rests on them; see `missing`."""

    def __init__(self, odoo: Odoo, zone: ZoneInfo) -> None:
        self._odoo = odoo
        self._zone = zone

    @property
    def missing(self) -> tuple[str, ...]:
        """Models without which figures are left out."""
        return tuple(model for model in ("sale.order", "stock.picking", "stock.move") if not self._odoo.has(model))

    def finished(self, since: datetime, until: datetime) -> list[Order]:
        """Orders whose last delivery was done in the time. Raises `AccessDenied` where they may not be read."""
        done = self._all(
            "stock.picking",
            [_OUTGOING, ("state", "=", "done"), ("sale_id", "!=", False), *_between("date_done", since, until)],
            ["sale_id"],
        )
        numbers = {number for row in done if (number := row.one("sale_id"))}
        last: dict[int, datetime] = {}
        for row in self._of("stock.picking", "sale_id", numbers, [_OUTGOING, ("state", "!=", "cancel")],
                            ["sale_id", "date_done", "state"]):  # fmt: skip
            number, at = row.one("sale_id") or 0, row.moment("date_done")
            if row.text("state") != "done" or at is None:
                numbers.discard(number)
            elif number not in last or at > last[number]:
                last[number] = at
        rows = self._of("sale.order", "id", {n for n in numbers if since <= last[n] < until}, [_SOLD],
                        ["date_order", "company_id", "warehouse_id"])  # fmt: skip
        return [
            Order(f"sale.order:{row.id}", row.label("company_id") or "", row.label("warehouse_id") or "", placed,
                  last[row.id])
            for row in rows if (placed := row.moment("date_order"))
        ]  # fmt: skip

    def promised(self, since: datetime, until: datetime, first: FirstPromise) -> list[Line]:
        """Order lines promised for a day of the time: by the first promise that is known, else by the deadline in
        Odoo, which a changed purchase may have moved. Deadlines that were moved by more than a quarter are not found.
        """
        base: list[Any] = [("sale_line_id", "!=", False), _TO_CUSTOMERS]
        near = _between("date_deadline", since - _MOVED, until + _MOVED)
        lines = {
            n for row in self._all("stock.move", [*base, *near], ["sale_line_id"]) if (n := row.one("sale_line_id"))
        }
        moves: dict[int, list[Row]] = defaultdict(list)
        for row in self._of("stock.move", "sale_line_id", lines, base, _MOVE):
            moves[row.one("sale_line_id") or 0].append(row)
        sold = {row.id: row for row in self._of("sale.order.line", "id", lines, [], _LINE) if _is_ordered(row)}
        numbers = {row.one("order_id") or 0 for row in sold.values()}
        heads = self._of("sale.order", "id", numbers, [_SOLD], ["company_id", "warehouse_id"])
        orders = {row.id: row for row in heads}
        days = since.astimezone(self._zone).date(), until.astimezone(self._zone).date()
        found = []
        for line in sold.values():
            head = orders.get(line.one("order_id") or 0)
            if head is None:
                continue
            key, company = f"sale.order:{head.id}", head.label("company_id") or ""
            due = self._due(moves[line.id], first(company, key))
            if due is not None and days[0] <= due < days[1]:
                is_filled = self._is_filled(line, moves[line.id], due)
                found.append(Line(key, company, head.label("warehouse_id") or "", is_filled))
        return found

    def orders_of(self, transfers: Iterable[int]) -> dict[int, str]:
        """The key of the order of each transfer that has one."""
        rows = self._of("stock.picking", "id", set(transfers), [], ["sale_id"])
        return {row.id: f"sale.order:{number}" for row in rows if (number := row.one("sale_id"))}

    def warehouses_of(self, orders: Iterable[str]) -> dict[str, str]:
        """The warehouse of each order, by its key."""
        numbers = {int(tail) for key in orders if (tail := key.rpartition(":")[2]).isdigit()}
        rows = self._of("sale.order", "id", numbers, [], ["warehouse_id"])
        return {f"sale.order:{row.id}": row.label("warehouse_id") or "" for row in rows}

    def backorders(self, at: datetime) -> list[Backorder]:
        """Backorders that waited at a moment. Those cancelled since are left out: Odoo does not tell when."""
        domain = [_OUTGOING, ("backorder_id", "!=", False), ("create_date", "<", _odoo_time(at)),
                  ("state", "!=", "cancel"), "|", ("date_done", "=", False),
                  ("date_done", ">=", _odoo_time(at))]  # fmt: skip
        rows = self._all("stock.picking", domain, ["create_date", "company_id", "picking_type_id"])
        houses = self._warehouses({number for row in rows if (number := row.one("picking_type_id"))})
        return [
            Backorder(row.label("company_id") or "", houses.get(row.one("picking_type_id") or 0, ""),
                      (at - made).total_seconds() / 86400)
            for row in rows if (made := row.moment("create_date"))
        ]  # fmt: skip

    def approvals(self, since: datetime, until: datetime) -> list[Approval]:
        """Approvals asked for in the time, of the OCA's tiers. Odoo itself does not keep when a purchase was put up for
        approval, and Enterprise not when a request was settled."""
        found = []
        for row in self._all("tier.review", _between("create_date", since, until),
                             ["create_date", "reviewed_date", "company_id", "status"]):  # fmt: skip
            asked, settled = row.moment("create_date"), row.moment("reviewed_date")
            if asked is not None:
                found.append(_approval(row, asked, settled, until))
        return found

    def _due(self, moves: Sequence[Row], first: date | None) -> date | None:
        if first is not None:
            return first
        deadlines = [at for row in moves if (at := row.moment("date_deadline"))]
        return min(deadlines).astimezone(self._zone).date() if deadlines else None

    def _is_filled(self, line: Row, moves: Sequence[Row], due: date) -> bool:
        """Whether what left in time is what was ordered. Of a kit its parts move, and units may be of different kinds:
        then Odoo's own count of what was delivered is asked, and nothing may have left late."""
        ordered = line.number("product_uom_qty") or Decimal(0)
        ratios = [self._units.ratio(unit_of(row), unit_of(line)) for row in moves]
        if all(ratios) and all(row.one("product_id") == line.one("product_id") for row in moves):
            left = sum(
                (
                    _done(row) * (ratio or 0)
                    for row, ratio in zip(moves, ratios, strict=True)
                    if self._in_time(row, due)
                ),
                Decimal(0),
            )
            is_rounded = any(ratio != 1 for ratio in ratios)
            return left >= ordered * (1 - (_ROUNDED if is_rounded else _NOISE))
        meant = [row for row in moves if row.text("state") != "cancel"]
        delivered = line.number("qty_delivered") or Decimal(0)
        return bool(meant) and all(self._in_time(row, due) for row in meant) and delivered >= ordered * (1 - _NOISE)

    @cached_property
    def _units(self) -> Units:
        """Units of measure: Odoo plans deliveries in the product's unit, whatever unit was sold."""
        reader = Reader(self._odoo, {"allowed_company_ids": list(self._odoo.user.companies)})
        return Reference(lambda: datetime.now(UTC)).units(reader)

    def _in_time(self, row: Row, due: date) -> bool:
        at = row.moment("date")
        return row.text("state") == "done" and at is not None and at.astimezone(self._zone).date() <= due

    def _warehouses(self, types: Iterable[int]) -> dict[int, str]:
        rows = self._of("stock.picking.type", "id", set(types), [], ["warehouse_id"])
        return {row.id: row.label("warehouse_id") or "" for row in rows}

    def _of(self, model: str, field: str, ids: set[int], domain: Sequence[Any], names: Sequence[str]) -> list[Row]:
        """Records whose field is one of these ids, so many at a time that no call grows without bound."""
        ordered = sorted(ids)
        return [
            row
            for start in range(0, len(ordered), _BATCH)
            for row in self._all(model, [(field, "in", ordered[start : start + _BATCH]), *domain], names)
        ]

    def _all(self, model: str, domain: Sequence[Any], names: Sequence[str]) -> list[Row]:
        return list(self._pages(model, domain, names)) if self._odoo.has(model) else []

    def _pages(self, model: str, domain: Sequence[Any], names: Sequence[str]) -> Iterator[Row]:
        """By id, so that what changes meanwhile moves nothing from one page to another."""
        last = 0
        companies = list(self._odoo.user.companies)
        while True:
            found = self._odoo.search(
                model, [("id", ">", last), *domain], names, order="id", limit=_BATCH, allowed_company_ids=companies,
                active_test=False,
            )  # fmt: skip
            yield from found
            if len(found) < _BATCH:
                return
            last = found[-1].id


def _is_ordered(line: Row) -> bool:
    """Whether anything is still ordered: a line that was reduced to nothing promises nothing."""
    return (line.number("product_uom_qty") or 0) > 0


def _done(row: Row) -> Decimal:
    return row.number("quantity" if row.has("quantity") else "quantity_done") or Decimal(0)


def _approval(row: Row, asked: datetime, settled: datetime | None, until: datetime) -> Approval:
    is_settled = settled is not None and settled < until
    end = settled if settled is not None and is_settled else until
    return Approval(row.label("company_id") or "", max(0.0, (end - asked).total_seconds() / 3600), is_settled)


def _between(field: str, since: datetime, until: datetime) -> list[tuple[str, str, str]]:
    return [(field, ">=", _odoo_time(since)), (field, "<", _odoo_time(until))]


def _odoo_time(at: datetime) -> str:
    """Odoo writes naive UTC in whole seconds."""
    return utc(at)[:19].replace("T", " ")

"""What stands in the way of a sales order's goods: other orders' reservations, quality alerts, repairs, piles, shifts.

Read only where goods of a confirmed order are short or late; quality alerts and failed checks also of what has left in
the last weeks, by its transfer or lot. Models that this Odoo lacks, or that the service user may
not read, are passed over: they only add to what is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from triage.domain import Hindrance, HindranceKind, RecordRef, ShipmentKind
from triage.odoo.capture import wanted
from triage.odoo.capture.products import Products
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import Directions, OwnCompany, Reference
from triage.odoo.capture.stock import kind_of, reserved_of
from triage.odoo.rows import Row

_OPEN = frozenset({"waiting", "confirmed", "partially_available", "assigned"})
_TOPIC = "hindrances"
_MOST_HELD = 300
_MOST_ALERTS = 50
_MOST_REPAIRS = 5
_MOST_LATE = 500
_MOST_SHIFTS = 200
_RECENT_DAYS = 30
"""Goods that left longer ago are not looked at for quality."""
_SHIFT_DAYS = 2
"""Shifts that begin by then count."""


@dataclass(frozen=True)
class Circumstances:
    """What holds for the whole company, whichever order is looked at."""

    repairs: Sequence[Row] = ()
    late: Sequence[Row] = ()
    """Transfers that are ready and should have left."""
    shifts: Sequence[Row] = ()


@dataclass(frozen=True)
class Around:
    """Rows of everything that may stand in the way of some orders."""

    held: Sequence[Row] = ()
    """Moves of other orders that hold goods."""
    alerts: Sequence[Row] = ()
    failed: Sequence[Row] = ()
    """Quality checks that were not passed."""
    lots: Mapping[int, str] = field(default_factory=dict)
    """Lots of what has left, by move; several with commas."""
    company: Circumstances = field(default_factory=Circumstances)
    directions: Directions = field(default_factory=dict)
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)


def read_hindrances(
    reader: Reader, reference: Reference, sales: Iterable[Row], lines: Iterable[Row], moves: Iterable[Row],
    directions: Directions, now: datetime, lots: Mapping[int, str],
) -> Around:  # fmt: skip
    """What may stand in the way of some sales orders. A call for what others hold, one for quality alerts and one for
    failed checks; none where nothing is short or late and nothing left of late. What holds for the whole company is
    kept for an hour."""
    confirmed = {row.id: row for row in sales if row.text("state") == "sale"}
    own = [line for line in lines if line.one("order_id") in confirmed]
    waiting = _waiting(own, moves)
    lacking = [line for line in own if _is_short(waiting.get(line.id, ()), directions)]
    late = {number for number, row in confirmed.items() if _is_late(row, now)}
    behind = [line for line in own if line.id in waiting and line.one("order_id") in late]
    moves = list(moves)
    gone = _gone(own, moves, directions, now)
    if not (lacking or behind or gone):
        return Around()
    quiet = Reader(reader.odoo, reader.context)
    pickings = {number for each in (*waiting.values(), gone) for move in each if (number := move.one("picking_id"))}
    short = sorted({number for line in lacking if (number := line.one("product_id"))})
    out = {move.id: lots[move.id] for move in gone if move.id in lots}
    products = {number for line in (*lacking, *behind) if (number := line.one("product_id"))}
    products |= {number for move in gone if move.id in out and (number := move.one("product_id"))}
    return Around(
        held=_read_held(quiet, short, [line.id for line in own]),
        alerts=_read_alerts(quiet, products, pickings),
        failed=_read_failed(quiet, products, pickings),
        lots=out,
        company=_circumstances(quiet, reference, now) if behind else Circumstances(),
        directions=directions,
        now=now,
    )


def _circumstances(reader: Reader, reference: Reference, now: datetime) -> Circumstances:
    companies = reader.context.get("allowed_company_ids")

    def read() -> Circumstances:
        return Circumstances(_read_repairs(reader), _read_late(reader, now), _read_shifts(reader, now))

    return reference.kept(f"circumstances {companies}", read)


def _waiting(lines: Iterable[Row], moves: Iterable[Row]) -> dict[int, list[Row]]:
    """Moves that are still to be done, by sales line."""
    own = {line.id for line in lines}
    found: dict[int, list[Row]] = {}
    for move in moves:
        number = move.one("sale_line_id")
        if number in own and move.text("state") in _OPEN:
            found.setdefault(number, []).append(move)
    return found


def _gone(lines: Iterable[Row], moves: Iterable[Row], directions: Directions, now: datetime) -> list[Row]:
    """Moves that have left the house in the last weeks, of these lines."""
    own, since = {line.id for line in lines}, now - timedelta(days=_RECENT_DAYS)
    return [
        move
        for move in moves
        if move.one("sale_line_id") in own
        and move.text("state") == "done"
        and kind_of(move, directions) is ShipmentKind.OUTGOING
        and (at := move.moment("date")) is not None
        and at >= since
    ]


def _is_short(moves: Sequence[Row], directions: Directions) -> bool:
    """Whether less is reserved, in whatever step on the way, than is to leave."""
    out = [move for move in moves if kind_of(move, directions) is ShipmentKind.OUTGOING]
    demand = sum((move.number("product_uom_qty") or Decimal(0) for move in out), Decimal(0))
    return sum((reserved_of(move) for move in moves), Decimal(0)) < demand


def _is_late(order: Row, now: datetime) -> bool:
    promised = order.moment("commitment_date")
    return promised is not None and promised < now


def _read_held(reader: Reader, products: Sequence[int], own: Sequence[int]) -> list[Row]:
    """Moves for other sales orders that hold goods. They name their order, its day and whom it goes to themselves."""
    if not products or not reader.knows("stock.move", "sale_line_id"):
        return []
    domain: list[Any] = [
        ("product_id", "in", list(products)),
        ("sale_line_id", "!=", False),
        ("sale_line_id", "not in", list(own)),
        ("state", "in", ["assigned", "partially_available"]),
    ]
    return reader.search(_TOPIC, "stock.move", domain, wanted.HELD_MOVE, order="date, id", limit=_MOST_HELD)


def _read_alerts(reader: Reader, products: Iterable[int], pickings: Iterable[int]) -> list[Row]:
    if reader.odoo.fields("quality.alert") is None:
        return []
    terms = [("product_id", "in", sorted(set(products))), ("picking_id", "in", sorted(set(pickings)))]
    either = reader.either("quality.alert", terms)
    is_open: list[Any] = [("date_close", "=", False)] if reader.knows("quality.alert", "date_close") else []
    is_open += [("stage_id.done", "=", False)] if reader.knows("quality.alert", "stage_id.done") else []
    if not either:
        return []
    return reader.search(
        _TOPIC, "quality.alert", [*is_open, *either], wanted.QUALITY_ALERT, order="id", limit=_MOST_ALERTS
    )


def _read_failed(reader: Reader, products: Iterable[int], pickings: Iterable[int]) -> list[Row]:
    """Checks that were not passed, the newest first."""
    if not reader.knows("quality.check", "quality_state"):
        return []
    terms = [("product_id", "in", sorted(set(products))), ("picking_id", "in", sorted(set(pickings)))]
    either = reader.either("quality.check", terms)
    if not either:
        return []
    domain: list[Any] = [("quality_state", "=", "fail"), *either]
    return reader.search(_TOPIC, "quality.check", domain, wanted.QUALITY_CHECK, order="id desc", limit=_MOST_ALERTS)


def _read_repairs(reader: Reader) -> list[Row]:
    """Equipment that is to be repaired. Which of it an order needs, no field says."""
    if not reader.knows("maintenance.request", "equipment_id"):
        return []
    domain: list[Any] = [("maintenance_type", "=", "corrective"), ("equipment_id", "!=", False)]
    domain += [("stage_id.done", "=", False)] if reader.knows("maintenance.request", "stage_id.done") else []
    domain += [("archive", "=", False)] if reader.knows("maintenance.request", "archive") else []
    names = wanted.REPAIR
    return reader.search(
        _TOPIC, "maintenance.request", domain, names, order="create_date desc, id", limit=_MOST_REPAIRS
    )


def _read_late(reader: Reader, now: datetime) -> list[Row]:
    """Transfers that were ready before today and have not left."""
    today = datetime.combine(now.astimezone(UTC).date(), time(), tzinfo=UTC)
    domain: list[Any] = [("state", "=", "assigned"), ("scheduled_date", "<", _stamp(today))]
    return reader.search(_TOPIC, "stock.picking", domain, ("picking_type_id",), order="id", limit=_MOST_LATE)


def _read_shifts(reader: Reader, now: datetime) -> list[Row]:
    """Shifts of the next days without anybody. Only their number is kept."""
    who = "resource_id" if reader.knows("planning.slot", "resource_id") else "user_id"
    if not reader.knows("planning.slot", who):
        return []
    domain: list[Any] = [
        (who, "=", False),
        ("start_datetime", ">=", _stamp(now)),
        ("start_datetime", "<", _stamp(now + timedelta(days=_SHIFT_DAYS))),
    ]
    return reader.search(_TOPIC, "planning.slot", domain, ("role_id",), order="id", limit=_MOST_SHIFTS)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def hindrances_of(
    order: Row, lines: Sequence[Row], moves: Sequence[Row], around: Around, products: Products, company: OwnCompany
) -> Iterator[Hindrance]:
    """What stands in the way of one order's goods, out of what was read for several."""
    waiting = _waiting(lines, moves)
    open_lines = [line for line in lines if line.id in waiting]
    if order.text("state") != "sale":
        return
    lacking = [line for line in open_lines if _is_short(waiting[line.id], around.directions)]
    short = {line.one("product_id") for line in lacking}
    yield from _held(order, short, around, products, company)
    is_late = _is_late(order, around.now) and bool(open_lines)
    wanted_products = {line.one("product_id") for line in open_lines} if is_late else short
    gone = _gone(lines, moves, around.directions, around.now)
    pickings = {move.one("picking_id") for each in (*waiting.values(), gone) for move in each} - {None}
    lots = {(move.one("product_id"), lot) for move in gone for lot in around.lots.get(move.id, "").split(", ") if lot}
    for row in (*around.alerts, *around.failed):
        is_of_lot = (row.one("product_id"), row.label("lot_id")) in lots
        if row.one("product_id") in wanted_products or row.one("picking_id") in pickings or is_of_lot:
            yield (alert if row.model == "quality.alert" else failed)(row, products, company)
    if is_late:
        yield from (repair(row, company) for row in around.company.repairs)
        types = {move.one("picking_type_id") for each in waiting.values() for move in each}
        others = [row for row in around.company.late if row.id not in pickings]
        same = [row for row in others if row.one("picking_type_id") in types]
        yield from _counted(HindranceKind.BACKLOG, "picking_type_id", same)
        yield from _counted(HindranceKind.OPEN_SHIFTS, "role_id", around.company.shifts)


def _held(
    order: Row, short: set[int | None], around: Around, products: Products, company: OwnCompany
) -> Iterator[Hindrance]:
    """One for each other order and product."""
    found: dict[tuple[str, str], list[Row]] = {}
    for move in around.held:
        name = move.text("origin") or move.label("sale_line_id") or f"move {move.id}"
        if move.one("product_id") in short and name != order.text("name"):
            found.setdefault((name, products.code(move)), []).append(move)
    for (name, product), moves in found.items():
        quantity = sum((reserved_of(move) for move in moves), Decimal(0))
        if quantity > 0:
            yield Hindrance(
                kind=HindranceKind.RESERVED_ELSEWHERE,
                record=RecordRef(model="sale.order", id=None, name=name),
                about=product,
                quantity=quantity,
                uom=products.unit_name(moves[0]),
                customer=moves[0].label("partner_id"),
                until=_day(moves[0].moment("date_deadline"), company),
            )


def alert(row: Row, products: Products, company: OwnCompany) -> Hindrance:
    """A quality alert as the case has it."""
    return Hindrance(
        kind=HindranceKind.QUALITY_BLOCK,
        record=row.ref(),
        about=products.code(row) if row.one("product_id") else row.label("picking_id") or row.ref().name,
        what=row.text("title") or row.label("stage_id") or "",
        lot=row.label("lot_id"),
        since=_day(row.moment("date_assign") or row.moment("create_date"), company),
    )


def failed(row: Row, products: Products, company: OwnCompany) -> Hindrance:
    """A quality check that was not passed as the case has it."""
    return Hindrance(
        kind=HindranceKind.QUALITY_FAILED,
        record=row.ref(),
        about=products.code(row) if row.one("product_id") else row.label("picking_id") or row.ref().name,
        what=row.text("title") or "",
        lot=row.label("lot_id"),
        since=_day(row.moment("control_date") or row.moment("write_date"), company),
    )


def repair(row: Row, company: OwnCompany) -> Hindrance:
    """A request to repair equipment as the case has it."""
    return Hindrance(
        kind=HindranceKind.EQUIPMENT_DOWN,
        record=RecordRef(model=row.model, id=row.id, name=row.text("name") or f"request {row.id}"),
        about=row.label("equipment_id") or "equipment",
        what=row.text("name") or "",
        since=row.day("request_date") or _day(row.moment("create_date"), company),
        until=_day(row.moment("schedule_date"), company),
    )


def _counted(kind: HindranceKind, name: str, rows: Iterable[Row]) -> Iterator[Hindrance]:
    for label, count in sorted(Counter(row.label(name) or "no role" for row in rows).items()):
        yield Hindrance(kind=kind, about=label, quantity=Decimal(count))


def _day(moment: datetime | None, company: OwnCompany) -> date | None:
    return moment.astimezone(company.zone).date() if moment else None

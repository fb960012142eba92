"""Transfers and moves: what leaves for the customer, what comes in for it, what is reserved and forecast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from triage.domain import Move, Shipment, ShipmentKind
from triage.odoo.capture import wanted
from triage.odoo.capture.custom import Custom
from triage.odoo.capture.missing import LOTS, MOVES, RECEIPTS, TRANSFERS
from triage.odoo.capture.products import Products, unit_of
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import Directions
from triage.odoo.rows import Row

_FINAL = frozenset({"done", "cancel"})
_MOST_MOVES = 10_000
_PLACES = tuple(ShipmentKind)


@dataclass(frozen=True)
class Cover:
    """What is reserved and forecast for an order line, in its unit; none where nothing of it waits or nobody knows."""

    reserved: Decimal | None = None
    forecast: Decimal | None = None
    expected: datetime | None = None


def read_order_moves(reader: Reader, orders: Sequence[int], lines: Iterable[Row], pickings: Sequence[int]) -> list[Row]:
    """The moves of sales orders (of their lines, and what else is on their transfers) and of transfers. One call."""
    terms = [
        ("sale_line_id", "in", [line.id for line in lines]),
        ("picking_id.sale_id", "in", list(orders)),
        ("picking_id", "in", list(pickings)),
    ]
    return _moves(reader, MOVES, terms)


def read_receipt_moves(reader: Reader, lines: Iterable[Row], origins: Iterable[Row]) -> list[Row]:
    """The moves of purchase lines, and those that feed moves of a sales order. One call, none where there are none."""
    feeding = sorted({number for move in origins for number in move.many("move_orig_ids")})
    terms = [("purchase_line_id", "in", [line.id for line in lines]), ("id", "in", feeding)]
    return _moves(reader, RECEIPTS, terms)


def _moves(reader: Reader, topic: str, terms: Iterable[tuple[str, str, object]]) -> list[Row]:
    rows = reader.where_any(topic, "stock.move", terms, wanted.MOVE, order="sequence, id", limit=_MOST_MOVES, bare=True)
    if len(rows) == _MOST_MOVES:
        reader.missing.note(topic, f"only the first {_MOST_MOVES} were read")
    return rows


def read_pickings(
    reader: Reader, own: Iterable[int], moves: Iterable[Row], orders: Sequence[int], custom: Custom
) -> list[Row]:
    """Some transfers (`own`), those of some moves, and those of sales orders that have no moves left. One call."""
    numbers = sorted({number for move in moves if (number := move.one("picking_id"))} | set(own))
    terms = [("id", "in", numbers), ("sale_id", "in", list(orders))]
    names = (*wanted.PICKING, *custom.fields("shipment."))
    return reader.where_any(TRANSFERS, "stock.picking", terms, names, order="id")


def read_lots(reader: Reader, moves: Iterable[Row]) -> dict[int, str]:
    """Names of the lots or serial numbers of moves, by move. One call, none where no product is tracked."""
    numbers = [move.id for move in moves if move.text("has_tracking") != "none"]
    if not numbers or not reader.knows("stock.move.line", "lot_id"):
        return {}
    domain = [("move_id", "in", numbers), ("lot_id", "!=", False)]
    found: dict[int, dict[str, None]] = {}
    for row in reader.search(LOTS, "stock.move.line", domain, wanted.MOVE_LINE, order="id"):
        found.setdefault(row.one("move_id") or 0, {})[row.label("lot_id") or row.text("lot_name") or ""] = None
    return {number: ", ".join(name for name in names if name) for number, names in found.items()}


def kind_of(row: Row, directions: Directions) -> ShipmentKind:
    """The direction of a transfer or move."""
    return directions.get(row.one("picking_type_id") or 0, ShipmentKind.INTERNAL)


def to_shipment(row: Row, directions: Directions, returns: Mapping[int, str], custom: Custom) -> Shipment:
    """A transfer as the case has it. `returns` names, for transfers without `return_id`, what they bring back."""
    return Shipment(
        ref=row.ref(),
        kind=kind_of(row, directions),
        state=row.text("state") or "draft",
        scheduled=row.moment("scheduled_date"),
        date_done=row.moment("date_done"),
        carrier=custom.text(row, "shipment.carrier") or row.label("carrier_id"),
        tracking=custom.text(row, "shipment.tracking") or row.text("carrier_tracking_ref"),
        carrier_status=custom.text(row, "shipment.carrier_status"),
        last_scan=custom.moment(row, "shipment.last_scan"),
        delivered_at=custom.moment(row, "shipment.delivered_at"),
        signed_by=custom.text(row, "shipment.signed_by"),
        backorder_of=row.label("backorder_id"),
        return_of=row.label("return_id") or returns.get(row.id),
    )


def returned_transfers(moves: Iterable[Row], pickings: Mapping[int, Row]) -> dict[int, str]:
    """Transfer → the transfer whose goods it brings back, told by its moves."""
    known = {move.id: move for move in moves}
    found = {}
    for move in known.values():
        origin = known.get(move.one("origin_returned_move_id") or 0)
        left = pickings.get((origin.one("picking_id") if origin else None) or 0)
        back = move.one("picking_id")
        if back and left is not None and left.id != back:
            found[back] = left.ref().name
    return found


def shipments_first_out(rows: Iterable[Row], directions: Directions) -> list[Row]:
    """Transfers in the order in which a case lists them: out, in, inside, each by age."""
    return sorted(rows, key=lambda row: (_PLACES.index(kind_of(row, directions)), row.id))


def to_move(row: Row, transfer: Row, products: Products, lots: Mapping[int, str]) -> Move:
    """A move as the case has it; `transfer` is the one that it is on."""
    state = row.text("state") or "draft"
    return Move(
        id=row.id,
        shipment=transfer.ref().name,
        product=products.code(row),
        quantity=row.number("product_uom_qty") or Decimal(0),
        done=_done(row) if state == "done" else Decimal(0),
        reserved=Decimal(0) if state in _FINAL else reserved_of(row),
        uom=products.unit_name(row),
        state=state,
        date=row.moment("date"),
        lot=lots.get(row.id) or None,
    )


def _done(row: Row) -> Decimal:
    return row.number("quantity" if row.has("quantity") else "quantity_done") or Decimal(0)


def reserved_of(row: Row) -> Decimal:
    """What is reserved for a move that is not done; from 17 on that is its `quantity`."""
    return row.number("quantity" if row.has("quantity") else "reserved_availability") or Decimal(0)


def cover_of(line: Row, moves: Iterable[Row], directions: Directions, products: Products) -> Cover:
    """What is reserved and forecast for a sales line.

    Reservations of all steps on the way out count (goods are reserved in one step at a time), up to what is still to
    leave. The forecast is that of the last step. Amounts in a unit that cannot be converted make the whole unknown.
    """
    waiting = [move for move in moves if move.text("state") not in _FINAL and not _is_return(move, directions)]
    out = [move for move in waiting if kind_of(move, directions) is ShipmentKind.OUTGOING]
    if not out:
        return Cover()
    reserved = [products.to_line_unit(line, reserved_of(move), unit_of(move)) for move in waiting]
    demand = [products.to_line_unit(line, move.number("product_uom_qty"), unit_of(move)) for move in out]
    own = products.own_unit(line)
    told = [move for move in out if move.has("forecast_availability")]
    forecast = [products.to_line_unit(line, _forecast(move), own) for move in told]
    expected = [moment for move in out if (moment := move.moment("forecast_expected_date"))]
    most, kept = _sum(demand), _sum(reserved)
    return Cover(
        reserved=None if kept is None or most is None else min(kept, most),
        forecast=_sum(forecast) if told else None,
        expected=max(expected, default=None),
    )


def _forecast(move: Row) -> Decimal:
    """Odoo counts below nought what is lacking; nothing is available then."""
    return max(Decimal(0), move.number("forecast_availability") or Decimal(0))


def _is_return(move: Row, directions: Directions) -> bool:
    is_back = move.one("origin_returned_move_id") is not None
    return is_back or kind_of(move, directions) is ShipmentKind.INCOMING


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None

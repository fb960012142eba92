"""From what has changed to the orders that it hits.

A receipt that slips, goods that another order took, a payment or a due invoice change what is true of an order without
touching it. Each of these functions takes a page of changed records and gives the orders, in a fixed number of calls
whatever the page's length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.domain import RecordRef
from triage.odoo.load import Load
from triage.odoo.rows import Row

_STILL_TO_LEAVE = ("state", "in", ["waiting", "confirmed", "partially_available"])
_DEEPEST = 3
"""How many moves lie between a receipt and the delivery that it feeds, at the most: received, put away, picked."""
_MOVE = ("sale_line_id", "purchase_line_id", "product_id", "move_dest_ids")
_PURCHASE_LINE = ("order_id", "product_id", "sale_line_id", "move_dest_ids")
_ORDER = ("name", "company_id")


@dataclass(frozen=True)
class Hit:
    """A record to be looked at, and the change that says so."""

    ref: RecordRef
    cause: str
    """What changed and when: the same change is the same cause, however often it is seen."""
    moment: datetime
    company: str | None = None
    """The record's company, where it was read."""


Hits = Callable[[Load, Sequence[Row]], list[Hit]]


def _stamped(row: Row) -> datetime:
    moment = row.moment("write_date") or row.moment("create_date")
    assert moment is not None, "sweeps read the time of every change"
    return moment


def _cause(row: Row) -> str:
    """Changes of one second hit an order once: what was written together counts together."""
    return f"{row.model}@{_stamped(row):%Y-%m-%dT%H:%M:%S}"


def of_order_lines(load: Load, rows: Sequence[Row]) -> list[Hit]:
    """The sales orders of changed order lines."""
    return _orders(load, _by_order(rows, {row.id: row.one("order_id") for row in rows}))


def of_purchases(load: Load, rows: Sequence[Row]) -> list[Hit]:
    """The sales orders that wait for goods of changed purchase orders; these themselves are swept apart."""
    by_id = {row.id: row for row in rows}
    lines = load.among("purchase.order.line", "order_id", by_id, _PURCHASE_LINE)
    return _waiting_for(load, lines, {line.id: by_id[line.one("order_id") or 0] for line in lines})


def of_purchase_lines(load: Load, rows: Sequence[Row]) -> list[Hit]:
    """The purchase orders of changed lines, and the sales orders that wait for their goods."""
    own = _by_order(rows, {row.id: row.one("order_id") for row in rows})
    return [*_orders(load, own, "purchase.order"), *_waiting_for(load, rows, {row.id: row for row in rows})]


def of_moves(load: Load, rows: Sequence[Row]) -> list[Hit]:
    """The orders that changed moves serve, at once or through further moves, and others short of the same goods."""
    return _served(load, rows, {row.id: row for row in rows}, with_products=True)


def of_transfers(load: Load, rows: Sequence[Row]) -> list[Hit]:
    """The orders of changed transfers."""
    by_id, named = {row.id: row for row in rows}, {row.id: row.one("sale_id") for row in rows}
    moves = load.among("stock.move", "picking_id", by_id, (*_MOVE, "picking_id"))
    sources = {move.id: by_id[move.one("picking_id") or 0] for move in moves}
    return [*_orders(load, _by_order(rows, named)), *_served(load, moves, sources, with_products=False)]


def of_invoices(load: Load, rows: Sequence[Row]) -> list[Hit]:
    """The orders that changed entries of the books bill, and open orders of the same customer: his credit changed."""
    by_id = {row.id: row for row in rows}
    names = ("move_id", "sale_line_ids", "purchase_line_id")
    lines = load.among(
        "account.move.line", "move_id", by_id, names, ("display_type", "not in", ["line_section", "line_note"])
    )
    sold = {number: by_id[line.one("move_id") or 0] for line in lines for number in line.many("sale_line_ids")}
    bought = {number: by_id[line.one("move_id") or 0] for line in lines if (number := line.one("purchase_line_id"))}
    customers = {row.one("commercial_partner_id"): row for row in rows if not _is_bill(row)}
    return [*_sale_lines(load, sold), *_purchase_heads(load, bought), *_open_orders_of(load, customers)]


def of_payments(load: Load, rows: Sequence[Row]) -> list[Hit]:
    """Open orders of the customers who paid, or whose payment was refused."""
    paid = {row.one("partner_id"): row for row in rows if row.one("partner_id")}
    partners = load.among("res.partner", "id", paid, ("commercial_partner_id",))
    return _open_orders_of(load, {each.one("commercial_partner_id"): paid[each.id] for each in partners})


def _is_bill(row: Row) -> bool:
    return (row.text("move_type") or "").startswith("in_")


def _served(load: Load, moves: Sequence[Row], sources: Mapping[int, Row], *, with_products: bool) -> list[Hit]:
    sold = _sold_by(load, moves, sources)
    bought = {number: sources[move.id] for move in moves if (number := move.one("purchase_line_id"))}
    if with_products:
        sold = _short_of(load, {move.one("product_id"): sources[move.id] for move in moves}) | sold
    return [*_sale_lines(load, sold), *_purchase_heads(load, bought)]


def _sold_by(load: Load, moves: Iterable[Row], sources: Mapping[int, Row]) -> dict[int, Row]:
    """Sales lines of moves, followed to the moves that they feed."""
    found: dict[int, Row] = {}
    layer, source_of = list(moves), dict(sources)
    for _ in range(_DEEPEST):
        found |= {number: source_of[move.id] for move in layer if (number := move.one("sale_line_id"))}
        fed = {
            number: source_of[move.id]
            for move in layer
            if not move.one("sale_line_id")
            for number in move.many("move_dest_ids")
        }
        fresh = [number for number in fed if number not in source_of]
        layer = load.among("stock.move", "id", fresh, _MOVE)
        source_of |= {move.id: fed[move.id] for move in layer}
        if not layer:
            break
    return found


def _short_of(load: Load, products: Mapping[int | None, Row]) -> dict[int, Row]:
    """Sales lines that wait for one of these products and have not got it reserved."""
    waiting = load.among(
        "stock.move",
        "product_id",
        products,
        ("product_id", "sale_line_id"),
        ("sale_line_id", "!=", False),
        _STILL_TO_LEAVE,
    )
    return {number: products[move.one("product_id")] for move in waiting if (number := move.one("sale_line_id"))}


def _waiting_for(load: Load, lines: Sequence[Row], sources: Mapping[int, Row]) -> list[Hit]:
    """Orders that wait for goods of purchase lines: bought for them, fed by their receipts, or short of the product."""
    fed = {number: sources[line.id] for line in lines for number in line.many("move_dest_ids")}
    moves = load.among("stock.move", "id", fed, _MOVE)
    sold = _short_of(load, {line.one("product_id"): sources[line.id] for line in lines})
    sold |= _sold_by(load, moves, {move.id: fed[move.id] for move in moves})
    sold |= {number: sources[line.id] for line in lines if (number := line.one("sale_line_id"))}
    return _sale_lines(load, sold)


def _sale_lines(load: Load, sold: Mapping[int, Row]) -> list[Hit]:
    lines = load.among("sale.order.line", "id", sold, ("order_id",))
    return _orders(load, _latest((line.one("order_id"), sold[line.id]) for line in lines))


def _purchase_heads(load: Load, bought: Mapping[int, Row]) -> list[Hit]:
    lines = load.among("purchase.order.line", "id", bought, ("order_id",))
    return _orders(load, _latest((line.one("order_id"), bought[line.id]) for line in lines), "purchase.order")


def _open_orders_of(load: Load, customers: Mapping[int | None, Row]) -> list[Hit]:
    """Confirmed orders of these commercial partners that are not delivered yet."""
    undelivered = [("delivery_status", "!=", "full")] if load.odoo.has("sale.order", "delivery_status") else []
    orders = load.among(
        "sale.order",
        "partner_id.commercial_partner_id",
        customers,
        ("partner_id", *_ORDER),
        ("state", "=", "sale"),
        *undelivered,
    )
    partners = load.among(
        "res.partner", "id", [order.one("partner_id") for order in orders], ("commercial_partner_id",)
    )
    commercial = {partner.id: partner.one("commercial_partner_id") for partner in partners}
    return [_hit(order, customers[commercial[order.one("partner_id") or 0]]) for order in orders]


def _by_order(rows: Sequence[Row], orders: Mapping[int, int | None]) -> dict[int, Row]:
    return _latest((orders[row.id], row) for row in rows)


def _latest(pairs: Iterable[tuple[int | None, Row]]) -> dict[int, Row]:
    """For each order the newest of the changes that hit it."""
    found: dict[int, Row] = {}
    for number, source in pairs:
        if number and (number not in found or _stamped(found[number]) < _stamped(source)):
            found[number] = source
    return found


def _orders(load: Load, hit: Mapping[int, Row], model: str = "sale.order") -> list[Hit]:
    """The orders, as they are called; one that is gone or hidden is left out."""
    return [_hit(order, hit[order.id]) for order in load.among(model, "id", hit, _ORDER)]


def _hit(order: Row, source: Row) -> Hit:
    return Hit(order.ref(), _cause(source), _stamped(source), order.label("company_id"))

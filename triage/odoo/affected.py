"""From what has changed to the orders that it hits.

A receipt that slips, goods that another order took, a payment or a due invoice change what is true of an order without
touching it. Each of these functions takes a page of changed records and gives the orders, in a fixed number of calls
whatever the page's length.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True)
class _Change:
    """A changed record, by what tells this change from another one."""

    model: str
    id: int
    moment: datetime


_Changes = Mapping[int, frozenset[_Change]]
"""By the id of a record that they hit."""


def of_order_lines(load: Load, rows: Sequence[Row]) -> list[Hit]:
    """The sales orders of changed order lines."""
    return _orders(load, _carried((row.one("order_id"), _own(row)) for row in rows))


def of_purchases(load: Load, rows: Sequence[Row]) -> list[Hit]:
    """The sales orders that wait for goods of changed purchase orders; these themselves are swept apart."""
    changes = {row.id: _own(row) for row in rows}
    lines = load.among("purchase.order.line", "order_id", changes, _PURCHASE_LINE)
    return _waiting_for(load, lines, {line.id: changes[line.one("order_id") or 0] for line in lines})


def of_purchase_lines(load: Load, rows: Sequence[Row]) -> list[Hit]:
    """The purchase orders of changed lines, and the sales orders that wait for their goods."""
    own = _carried((row.one("order_id"), _own(row)) for row in rows)
    return [*_orders(load, own, "purchase.order"), *_waiting_for(load, rows, {row.id: _own(row) for row in rows})]


def of_moves(load: Load, rows: Sequence[Row]) -> list[Hit]:
    """The orders that changed moves serve, at once or through further moves, and others short of the same goods."""
    return _served(load, rows, {row.id: _own(row) for row in rows}, with_products=True)


def of_transfers(load: Load, rows: Sequence[Row]) -> list[Hit]:
    """The orders of changed transfers."""
    changes = {row.id: _own(row) for row in rows}
    named = _carried((row.one("sale_id"), _own(row)) for row in rows)
    moves = load.among("stock.move", "picking_id", changes, (*_MOVE, "picking_id"))
    carried = {move.id: changes[move.one("picking_id") or 0] for move in moves}
    return [*_orders(load, named), *_served(load, moves, carried, with_products=False)]


def of_invoices(load: Load, rows: Sequence[Row]) -> list[Hit]:
    """The orders that changed entries of the books bill, and open orders of the same customer: his credit changed."""
    changes = {row.id: _own(row) for row in rows}
    names, goods = ("move_id", "sale_line_ids", "purchase_line_id"), ["line_section", "line_note"]
    lines = load.among("account.move.line", "move_id", changes, names, ("display_type", "not in", goods))
    of_line = {line.id: changes[line.one("move_id") or 0] for line in lines}
    sold = _carried((number, of_line[line.id]) for line in lines for number in line.many("sale_line_ids"))
    bought = _carried((line.one("purchase_line_id"), of_line[line.id]) for line in lines)
    customers = _carried((row.one("commercial_partner_id"), _own(row)) for row in rows if not _is_bill(row))
    return [*_sale_lines(load, sold), *_purchase_heads(load, bought), *_open_orders_of(load, customers)]


def of_payments(load: Load, rows: Sequence[Row]) -> list[Hit]:
    """Open orders of the customers who paid, or whose payment was refused."""
    paid = _carried((row.one("partner_id"), _own(row)) for row in rows)
    partners = load.among("res.partner", "id", paid, ("commercial_partner_id",))
    return _open_orders_of(load, _carried((each.one("commercial_partner_id"), paid[each.id]) for each in partners))


def _is_bill(row: Row) -> bool:
    return (row.text("move_type") or "").startswith("in_")


def _served(load: Load, moves: Sequence[Row], changes: _Changes, *, with_products: bool) -> list[Hit]:
    sold = _sold_by(load, moves, changes)
    bought = _carried((move.one("purchase_line_id"), changes[move.id]) for move in moves)
    if with_products:
        short = _short_of(load, _carried((move.one("product_id"), changes[move.id]) for move in moves))
        sold = _carried([*sold.items(), *short.items()])
    return [*_sale_lines(load, sold), *_purchase_heads(load, bought)]


def _sold_by(load: Load, moves: Iterable[Row], changes: _Changes) -> _Changes:
    """Sales lines of moves, followed to the moves that they feed."""
    found: list[tuple[int | None, frozenset[_Change]]] = []
    layer, known = list(moves), dict(changes)
    for _ in range(_DEEPEST):
        found += [(move.one("sale_line_id"), known[move.id]) for move in layer]
        feeding = [move for move in layer if not move.one("sale_line_id")]
        fed = _carried((number, known[move.id]) for move in feeding for number in move.many("move_dest_ids"))
        layer = load.among("stock.move", "id", [number for number in fed if number not in known], _MOVE)
        known |= {move.id: fed[move.id] for move in layer}
        if not layer:
            break
    return _carried(found)


def _short_of(load: Load, products: _Changes) -> _Changes:
    """Sales lines that wait for one of these products and have not got it reserved."""
    names, sold = ("product_id", "sale_line_id"), ("sale_line_id", "!=", False)
    waiting = load.among("stock.move", "product_id", products, names, sold, _STILL_TO_LEAVE)
    return _carried((move.one("sale_line_id"), products[move.one("product_id") or 0]) for move in waiting)


def _waiting_for(load: Load, lines: Sequence[Row], changes: _Changes) -> list[Hit]:
    """Orders that wait for goods of purchase lines: bought for them, fed by their receipts, or short of the product."""
    fed = _carried((number, changes[line.id]) for line in lines for number in line.many("move_dest_ids"))
    moves = load.among("stock.move", "id", fed, _MOVE)
    short = _short_of(load, _carried((line.one("product_id"), changes[line.id]) for line in lines))
    bound = [(line.one("sale_line_id"), changes[line.id]) for line in lines]
    return _sale_lines(load, _carried([*short.items(), *_sold_by(load, moves, fed).items(), *bound]))


def _sale_lines(load: Load, sold: _Changes) -> list[Hit]:
    lines = load.among("sale.order.line", "id", sold, ("order_id",))
    return _orders(load, _carried((line.one("order_id"), sold[line.id]) for line in lines))


def _purchase_heads(load: Load, bought: _Changes) -> list[Hit]:
    lines = load.among("purchase.order.line", "id", bought, ("order_id",))
    return _orders(load, _carried((line.one("order_id"), bought[line.id]) for line in lines), "purchase.order")


def _open_orders_of(load: Load, customers: _Changes) -> list[Hit]:
    """Confirmed orders of these commercial partners that are not delivered yet."""
    terms: list[tuple[str, str, object]] = [("state", "=", "sale")]
    if load.odoo.has("sale.order", "delivery_status"):
        terms.append(("delivery_status", "!=", "full"))
    names = ("partner_id", *_ORDER)
    orders = load.among("sale.order", "partner_id.commercial_partner_id", customers, names, *terms)
    buyers = [order.one("partner_id") for order in orders]
    partners = load.among("res.partner", "id", buyers, ("commercial_partner_id",))
    commercial = {partner.id: partner.one("commercial_partner_id") or 0 for partner in partners}
    return [
        hit
        for order in orders
        for hit in _hits(order, customers.get(commercial.get(order.one("partner_id") or 0, 0), frozenset()))
    ]


def _orders(load: Load, hit: _Changes, model: str = "sale.order") -> list[Hit]:
    """The orders, as they are called; one that is gone or hidden is left out."""
    return [each for order in load.among(model, "id", hit, _ORDER) for each in _hits(order, hit[order.id])]


def _hits(order: Row, changes: Iterable[_Change]) -> Iterator[Hit]:
    """What was written in one second hits an order once.

    The cause names every change of that second: one that is committed later makes another cause, and is not taken for
    what was seen before; what is seen again, is the same.
    """
    by_second: dict[tuple[str, datetime], list[int]] = {}
    for change in changes:
        by_second.setdefault((change.model, change.moment), []).append(change.id)
    for (model, moment), numbers in by_second.items():
        which = numbers[0] if len(numbers) == 1 else _digest(numbers)
        yield Hit(order.ref(), f"{model}:{which}@{moment:%Y-%m-%dT%H:%M:%S}", moment, order.label("company_id"))


def _digest(numbers: Iterable[int]) -> str:
    return hashlib.sha256(",".join(map(str, sorted(numbers))).encode()).hexdigest()[:16]


def _own(row: Row) -> frozenset[_Change]:
    moment = row.moment("write_date")
    assert moment is not None, "sweeps read the time of every change"
    return frozenset({_Change(row.model, row.id, moment)})


def _carried(pairs: Iterable[tuple[int | None, frozenset[_Change]]]) -> _Changes:
    """All changes that hit each record."""
    found: dict[int, set[_Change]] = {}
    for number, changes in pairs:
        if number:
            found.setdefault(number, set()).update(changes)
    return {number: frozenset(changes) for number, changes in found.items()}

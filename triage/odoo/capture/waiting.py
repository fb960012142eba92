"""Which customers' orders wait for a purchase order's goods: by move, by line, or by needing the product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from triage.domain import Waiting
from triage.odoo.capture import wanted
from triage.odoo.capture.missing import WAITING
from triage.odoo.capture.products import Products
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import Directions, OwnCompany
from triage.odoo.capture.stock import cover_of
from triage.odoo.rows import Row

_WAITS = ("waiting", "confirmed", "partially_available", "assigned")
_MOST_MOVES = 500


@dataclass(frozen=True)
class Waits:
    """Moves for customers that are still to leave, their lines and their orders' heads."""

    moves: Sequence[Row] = ()
    lines: Mapping[int, Row] = field(default_factory=dict)
    orders: Mapping[int, Row] = field(default_factory=dict)


def read_waits(reader: Reader, purchase_lines: Iterable[Row]) -> Waits:
    """What waits for the products of some purchase lines. Three calls, none where nothing is still to come."""
    coming = [row for row in purchase_lines if (row.number("qty_received") or 0) < (row.number("product_qty") or 0)]
    products = sorted({number for row in coming if (number := row.one("product_id"))})
    if not products or not reader.knows("stock.move", "sale_line_id"):
        return Waits()
    domain = [("product_id", "in", products), ("sale_line_id", "!=", False), ("state", "in", list(_WAITS))]
    moves = reader.search(WAITING, "stock.move", domain, wanted.MOVE, order="date, id", limit=_MOST_MOVES)
    if len(moves) == _MOST_MOVES:
        reader.missing.note(WAITING, f"only the first {_MOST_MOVES} moves were read")
    numbers = {number for row in moves if (number := row.one("sale_line_id"))}
    numbers |= {number for row in coming if (number := row.one("sale_line_id"))}
    lines = reader.read(WAITING, "sale.order.line", numbers, wanted.SALE_LINE)
    orders = reader.read(WAITING, "sale.order", {row.one("order_id") or 0 for row in lines} - {0}, wanted.SALE_ORDER)
    return Waits(moves, {row.id: row for row in lines}, {row.id: row for row in orders})


def waiting_for(
    purchase_lines: Sequence[Row],
    receipts: Iterable[Row],
    waits: Waits,
    products: Products,
    directions: Directions,
    company: OwnCompany,
) -> Iterator[Waiting]:
    """The customers' lines that wait for a purchase order's products. `receipts` are its moves, among others."""
    wanted_products = {row.one("product_id") for row in purchase_lines}
    bound = _bound(purchase_lines, receipts, waits)
    for line in waits.lines.values():
        order = waits.orders.get(line.one("order_id") or 0)
        if order is None or order.text("state") == "cancel" or line.one("product_id") not in wanted_products:
            continue
        still = (line.number("product_uom_qty") or Decimal(0)) - (line.number("qty_delivered") or Decimal(0))
        moves = [move for move in waits.moves if move.one("sale_line_id") == line.id]
        reserved = cover_of(line, moves, directions, products).reserved or Decimal(0)
        if still <= reserved:
            continue
        promised = order.moment("commitment_date")
        size, own = products.size_of(line)
        yield Waiting(
            order=order.ref(),
            customer=order.label("partner_id") or "",
            line=line.id,
            product=products.code(line),
            quantity=still - reserved,
            reserved=reserved,
            uom=products.unit_name(line),
            uom_size=size,
            own_uom=own,
            promised=promised.astimezone(company.zone).date() if promised else None,
            is_bound=line.id in bound,
        )


def _bound(purchase_lines: Sequence[Row], receipts: Iterable[Row], waits: Waits) -> set[int]:
    """Sales lines for which the goods were bought: by the purchase line, or by a move that these receipts feed."""
    found = {number for row in purchase_lines if (number := row.one("sale_line_id"))}
    lines = {row.id for row in purchase_lines}
    own = [move for move in receipts if move.one("purchase_line_id") in lines]
    feeding = {move.id for move in own}
    fed = {number for row in (*purchase_lines, *own) for number in row.many("move_dest_ids")}
    for move in waits.moves:
        if move.id in fed or feeding & set(move.many("move_orig_ids")):
            found.add(move.one("sale_line_id") or 0)
    return found

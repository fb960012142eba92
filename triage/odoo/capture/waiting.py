"""Which customers' orders wait for a purchase order's goods: by move, by line, or by needing the product."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from triage.domain import Waiting
from triage.odoo.capture.network import Chain
from triage.odoo.capture.products import Products
from triage.odoo.capture.reference import Directions, OwnCompany
from triage.odoo.capture.stock import cover_of
from triage.odoo.rows import Row


def waiting_for(
    purchase_lines: Sequence[Row],
    receipts: Iterable[Row],
    waits: Chain,
    products: Products,
    directions: Directions,
    company: OwnCompany,
) -> Iterator[Waiting]:
    """The customers' lines that wait for a purchase order's products. `receipts` are its moves, among others."""
    wanted_products = {row.one("product_id") for row in purchase_lines}
    bound = _bound(purchase_lines, receipts, waits)
    by_line: dict[int, list[Row]] = {}
    for move in waits.moves.values():
        by_line.setdefault(move.one("sale_line_id") or 0, []).append(move)
    for line in waits.lines.values():
        order = waits.orders.get(line.one("order_id") or 0)
        if order is None or order.text("state") == "cancel" or line.one("product_id") not in wanted_products:
            continue
        still = (line.number("product_uom_qty") or Decimal(0)) - (line.number("qty_delivered") or Decimal(0))
        moves = by_line.get(line.id, ())
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


def _bound(purchase_lines: Sequence[Row], receipts: Iterable[Row], waits: Chain) -> set[int]:
    """Sales lines for which the goods were bought: by the purchase line, or by a move that these receipts feed."""
    found = {number for row in purchase_lines if (number := row.one("sale_line_id"))}
    lines = {row.id for row in purchase_lines}
    own = [move for move in receipts if move.one("purchase_line_id") in lines]
    feeding = {move.id for move in own}
    fed = {number for row in (*purchase_lines, *own) for number in row.many("move_dest_ids")}
    for move in waits.moves.values():
        if move.one("sale_line_id") is None:
            continue
        if move.id in fed or feeding & set(move.many("move_orig_ids")):
            found.add(move.one("sale_line_id") or 0)
    return found

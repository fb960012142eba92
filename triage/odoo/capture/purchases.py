"""Purchase orders that a case is about or waits for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from triage.domain import Line, Partner, Purchase, Waiting
from triage.odoo.capture import wanted
from triage.odoo.capture.custom import Custom
from triage.odoo.capture.missing import PRODUCTS, PURCHASES
from triage.odoo.capture.orders import is_item
from triage.odoo.capture.products import Products
from triage.odoo.capture.reading import Reader, literal
from triage.odoo.capture.reference import OwnCompany
from triage.odoo.rows import Row

_MOST_LINKED = 200
_MOST_LINES = 5000


def read_linked(
    reader: Reader, own: Sequence[int], names: Sequence[str], lines: Iterable[Row], moves: Iterable[Row]
) -> list[Row]:
    """Some purchase orders (`own`), and those for sales orders: by lines, by moves that wait, by origin. One call.

    `names` are those of the sales orders.
    """
    sold, waits = list(lines), list(moves)
    bought = sorted({number for line in sold for number in line.many("purchase_line_ids")})
    waiting = [move.id for move in waits]
    feeding = sorted({number for move in waits for number in move.many("move_orig_ids")})
    terms = [
        ("id", "in", list(own)),
        ("order_line", "in", bought),
        ("order_line.sale_line_id", "in", [line.id for line in sold]),
        ("order_line.move_dest_ids", "in", waiting),
        ("order_line.move_ids", "in", feeding),
        *(("origin", "ilike", literal(name)) for name in names),
    ]
    rows = reader.where_any(PURCHASES, "purchase.order", terms, wanted.PURCHASE_ORDER, order="id", limit=_MOST_LINKED)
    if len(rows) == _MOST_LINKED:
        reader.missing.note(PURCHASES, f"only {_MOST_LINKED} were read")
    return rows


def read_lines(reader: Reader, orders: Sequence[int], custom: Custom) -> list[Row]:
    """The lines of purchase orders that stand for goods or services, in their order. One call."""
    names = (*wanted.PURCHASE_LINE, *custom.fields("line."))
    terms = [("order_id", "in", list(orders))]
    rows = reader.where_any(
        PURCHASES, "purchase.order.line", terms, names, order="sequence, id", limit=_MOST_LINES, bare=True
    )
    if len(rows) == _MOST_LINES:
        reader.missing.note(PURCHASES, f"only the first {_MOST_LINES} lines were read")
    return [row for row in rows if is_item(row)]


def lines_for(
    sale_lines: Iterable[Row], moves: Iterable[Row], purchase_lines: Iterable[Row], origins: Iterable[Row], name: str
) -> list[Row]:
    """Which purchase lines serve a sales order: by line, by move, or by product on an order bought for it."""
    sold = list(sale_lines)
    ids, products = {line.id for line in sold}, {line.one("product_id") for line in sold}
    bought = {number for line in sold for number in line.many("purchase_line_ids")}
    own = list(moves)
    waiting, feeding = {move.id for move in own}, {number for move in own for number in move.many("move_orig_ids")}
    by_origin = {row.id for row in origins if names_order(row.text("origin"), name)}
    return [
        line
        for line in purchase_lines
        if line.id in bought
        or line.one("sale_line_id") in ids
        or waiting & set(line.many("move_dest_ids"))
        or feeding & set(line.many("move_ids"))
        or (line.one("order_id") in by_origin and line.one("product_id") in products)
    ]


def names_order(origin: str | None, name: str) -> bool:
    """Whether an origin (`S00042, S00043`) names exactly this order."""
    return name.casefold() in {part.strip().casefold() for part in re.split(r"[,;]", origin or "")}


def read_codes(reader: Reader, lines: Iterable[Row], suppliers: Iterable[int], products: Products) -> list[Row]:
    """The suppliers' own numbers of the products of some lines. One call, none where there are no lines."""
    templates = sorted({number for line in lines if (number := products.template(line))})
    partners = sorted(set(suppliers))
    if not templates or not partners or not reader.knows("product.supplierinfo", "product_tmpl_id"):
        return []
    name = "partner_id" if reader.knows("product.supplierinfo", "partner_id") else "name"
    domain = [("product_tmpl_id", "in", templates), (name, "in", partners), ("product_code", "!=", False)]
    names = (*wanted.SUPPLIER_CODE, name)
    return reader.search(PRODUCTS, "product.supplierinfo", domain, names, order="sequence, id")


def code_of(line: Row, codes: Iterable[Row], partners: Iterable[int], products: Products) -> str | None:
    """The supplier's own number of a line's product: of the very product before that of all its variants."""
    family, template, product = set(partners), products.template(line), line.one("product_id")
    found = [
        row
        for row in codes
        if (row.one("partner_id") or row.one("name")) in family
        and row.one("product_tmpl_id") == template
        and row.one("product_id") in {None, product}
    ]
    best = sorted(found, key=lambda row: row.one("product_id") is None)
    return best[0].text("product_code") if best else None


def to_purchase(
    row: Row, supplier: Partner, lines: Sequence[Line], company: OwnCompany, waiting: Iterable[Waiting] = ()
) -> Purchase:
    """A purchase order as the case has it."""
    planned = row.moment("date_planned")
    return Purchase(
        ref=row.ref(),
        state=row.text("state") or "draft",
        supplier=supplier,
        partner_ref=row.text("partner_ref"),
        currency=row.label("currency_id") or company.company.currency or "EUR",
        lines=tuple(lines),
        date_planned=planned.astimezone(company.zone).date() if planned else None,
        date_approve=row.moment("date_approve"),
        amount_total=row.number("amount_total"),
        waiting=tuple(waiting),
    )

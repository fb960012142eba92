"""Reads what lies around some records: everything that their cases need, in a fixed number of calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.odoo.capture import approvals, hindrances, invoices, network, orders, promises, purchases, stock
from triage.odoo.capture.custom import Custom
from triage.odoo.capture.missing import CREDIT, RECORD
from triage.odoo.capture.partners import Partners, read_partners
from triage.odoo.capture.products import Products, read_products
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import Directions, OwnCompany, Reference
from triage.odoo.capture.requests import Seeds
from triage.odoo.rows import Row

Rows = Mapping[int, Row]
Grouped = Mapping[int, Sequence[Row]]


@dataclass(frozen=True)
class Around:
    """All rows that were read around some records, by id or by the record that they belong to."""

    company: OwnCompany
    custom: Custom
    directions: Directions
    sales: Rows
    sale_lines: Grouped
    purchases: Rows
    purchase_lines: Grouped
    moves: Rows
    pickings: Rows
    lots: Mapping[int, str]
    partners: Partners
    products: Products
    codes: Sequence[Row]
    invoices: Sequence[Row]
    invoice_lines: Grouped
    changes: Mapping[int, Sequence[tuple[datetime, Row]]]
    related: Sequence[Row]
    chain: network.Chain
    hindrances: hindrances.Around
    reviews: Sequence[Row]
    """Reviews of the orders."""
    answers: Sequence[Row]
    """How approvers of a request have answered, and how many must."""
    now: datetime

    def serving(self, order: int) -> list[Row]:
        """The purchase lines that a sales order waits for."""
        bought = [line for lines in self.purchase_lines.values() for line in lines]
        name = self.sales[order].text("name") or ""
        return purchases.lines_for(
            self.sale_lines.get(order, ()), self.moves_of(order), bought, self.purchases.values(), name
        )

    def moves_of(self, order: int) -> list[Row]:
        """The moves of a sales order: of its lines, and on its transfers."""
        lines = {line.id for line in self.sale_lines.get(order, ())}
        own = {row.id for row in self.pickings.values() if row.one("sale_id") == order}
        return [
            move for move in self.moves.values() if move.one("sale_line_id") in lines or move.one("picking_id") in own
        ]


def gather(
    reader: Reader,
    reference: Reference,
    company: OwnCompany,
    custom: Custom,
    seeds: Sequence[Seeds],
    known: Iterable[Row],
    people: Iterable[int],
    now: datetime,
) -> Around:
    """Read around some seeds, all of one company. `known` are heads that were read already, `people` authors, `now` the
    time of capture.

    As many calls for many seeds and long orders as for one short order.
    """
    sales = _read_sales(reader, custom, seeds, known)
    goods = _read_goods(reader, custom, seeds, sales)
    partners, customers = _read_parties(reader, company, custom, seeds, sales, goods, people)
    bills, bill_lines = _read_bills(reader, company, custom, seeds, sales, goods, customers)
    blocked = [row for seed in seeds for row in seed.blocked]
    checked = [row for seed in seeds for row in seed.asked if row.one("product_id")]
    items = [*blocked, *checked, *goods.lines, *goods.purchase_lines, *goods.moves.values(), *bill_lines]
    products = read_products(reader, items, reference.units(reader), with_rules=not custom.has("line.list_price"))
    sellers = {head for row in goods.purchases.values() if (head := partners.commercial(row.one("partner_id")))}
    codes = purchases.read_codes(reader, goods.purchase_lines, sellers, products)
    changes = promises.by_order(reader, promises.read_changes(reader, list(sales)), list(sales))
    references = [text for row in sales.values() if (text := row.text("client_order_ref"))]
    related = orders.read_related(reader, sales, customers, references, custom) if sales or customers else []
    own_purchases = _all(seeds, "purchases")
    bought = [line for line in goods.purchase_lines if line.one("order_id") in own_purchases]
    directions = reference.directions(reader) if goods.moves or goods.pickings or bought or blocked else {}
    return Around(
        company=company,
        custom=custom,
        directions=directions,
        sales=sales,
        sale_lines=_grouped(goods.lines, "order_id"),
        purchases=goods.purchases,
        purchase_lines=_grouped(goods.purchase_lines, "order_id"),
        moves=goods.moves,
        pickings=goods.pickings,
        lots=goods.lots,
        partners=partners,
        products=products,
        codes=codes,
        invoices=bills,
        invoice_lines=_grouped(bill_lines, "move_id"),
        changes=changes,
        related=related,
        chain=network.read_chain(reader, bought, blocked),
        hindrances=hindrances.read_hindrances(
            reader, reference, sales.values(), goods.lines, goods.moves.values(), directions, now, goods.lots
        ),
        reviews=approvals.read_reviews(reader, reference, {"sale.order": sales, "purchase.order": own_purchases}),
        answers=approvals.read_approvers(reader, [row for seed in seeds for row in seed.asked]),
        now=now,
    )


@dataclass(frozen=True)
class _Goods:
    """What is sold, bought and moved."""

    lines: Sequence[Row]
    purchases: Rows
    purchase_lines: Sequence[Row]
    moves: Rows
    pickings: Rows
    lots: Mapping[int, str]


def _read_sales(reader: Reader, custom: Custom, seeds: Sequence[Seeds], known: Iterable[Row]) -> dict[int, Row]:
    wanted = _all(seeds, "sales")
    found = _by_id(row for row in known if row.model == "sale.order" and row.id in wanted)
    lacking = [number for number in wanted if number not in found]
    return found | _by_id(reader.read(RECORD, "sale.order", lacking, orders.sale_fields(custom)))


def _read_goods(reader: Reader, custom: Custom, seeds: Sequence[Seeds], sales: Rows) -> _Goods:
    own_pickings, own_purchases = _all(seeds, "pickings"), _all(seeds, "purchases")
    lines = orders.read_lines(reader, list(sales), custom)
    moves = stock.read_order_moves(reader, list(sales), lines, own_pickings)
    names = [name for row in sales.values() if (name := row.text("name"))]
    bought = _by_id(purchases.read_linked(reader, own_purchases, names, lines, moves))
    purchase_lines = purchases.read_lines(reader, list(bought), custom)
    serving = [line for line in purchase_lines if line.one("order_id") in own_purchases]
    for order in sales.values():
        sold = [line for line in lines if line.one("order_id") == order.id]
        serving += purchases.lines_for(sold, moves, purchase_lines, bought.values(), order.text("name") or "")
    everything = _by_id([*moves, *stock.read_receipt_moves(reader, serving, moves)])
    pickings = stock.read_pickings(reader, own_pickings, everything.values(), list(sales), custom)
    lots = stock.read_lots(reader, everything.values())
    return _Goods(lines, bought, purchase_lines, everything, _by_id(pickings), lots)


def _read_parties(
    reader: Reader,
    company: OwnCompany,
    custom: Custom,
    seeds: Sequence[Seeds],
    sales: Rows,
    goods: _Goods,
    people: Iterable[int],
) -> tuple[Partners, set[int]]:
    """Everybody, and the commercial partners on whose account we sell."""
    buyers = {row.one("partner_id") for row in sales.values()} | {seed.partner for seed in seeds}
    suppliers = {row.one("partner_id") for row in goods.purchases.values()}
    others = {row.one("partner_shipping_id") for row in sales.values()} | set(people)
    partners = read_partners(reader, others, buyers | suppliers, custom, company.company.currency)
    customers = _customers(partners, sales.values(), seeds)
    if customers and not partners.may_see_credit:
        reader.missing.note(CREDIT, "the service user may not read it")
    return partners, customers


def _read_bills(
    reader: Reader,
    company: OwnCompany,
    custom: Custom,
    seeds: Sequence[Seeds],
    sales: Rows,
    goods: _Goods,
    customers: Iterable[int],
) -> tuple[list[Row], list[Row]]:
    """Invoices, and the lines of those that are the records' own."""
    own_purchases = _all(seeds, "purchases")
    own = set(_all(seeds, "invoices")) | _invoices_of(sales.values())
    own |= _invoices_of(row for row in goods.purchases.values() if row.id in own_purchases)
    bills = invoices.read_invoices(reader, own, customers, company.company.id or 0, custom)
    return bills, invoices.read_lines(reader, own & {row.id for row in bills})


def _customers(partners: Partners, sales: Iterable[Row], seeds: Iterable[Seeds]) -> set[int]:
    """Commercial partners on whose account sales are made: those of orders, and of requests that have no order."""
    buyers = {row.one("partner_id") for row in sales}
    buyers |= {seed.partner for seed in seeds if seed.by_customer and not seed.sales}
    return {head for buyer in buyers if (head := partners.commercial(buyer))}


def _invoices_of(rows: Iterable[Row]) -> set[int]:
    return {number for row in rows for number in row.many("invoice_ids")}


def _all(seeds: Iterable[Seeds], name: str) -> list[int]:
    return list(dict.fromkeys(number for seed in seeds for number in getattr(seed, name)))


def _by_id(rows: Iterable[Row]) -> dict[int, Row]:
    return {row.id: row for row in rows}


def _grouped(rows: Iterable[Row], name: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.one(name) or 0, []).append(row)
    return found

"""Reads what lies around some records: everything that their cases need, in a fixed number of calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.odoo.capture import invoices, orders, promises, purchases, stock
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
) -> Around:
    """Read around some seeds, all of one company. `known` are heads that were read already, `people` authors.

    At the most fifteen calls, however many seeds there are and however long their orders.
    """
    sales = _all(seeds, "sales")
    heads = _by_id(row for row in known if row.model == "sale.order" and row.id in sales)
    lacking = [number for number in sales if number not in heads]
    heads |= _by_id(reader.read(RECORD, "sale.order", lacking, orders.sale_fields(custom)))
    lines = orders.read_lines(reader, list(heads), custom)
    own_pickings = _all(seeds, "pickings")
    moves = stock.read_order_moves(reader, list(heads), lines, own_pickings)

    own_purchases = _all(seeds, "purchases")
    names = [name for row in heads.values() if (name := row.text("name"))]
    bought = _by_id(purchases.read_linked(reader, own_purchases, names, lines, moves))
    purchase_lines = purchases.read_lines(reader, list(bought), custom)
    serving = [line for line in purchase_lines if line.one("order_id") in set(own_purchases)]
    for order in heads.values():
        sold = [line for line in lines if line.one("order_id") == order.id]
        serving += purchases.lines_for(sold, moves, purchase_lines, bought.values(), order.text("name") or "")
    receipts = stock.read_receipt_moves(reader, serving, moves)
    everything: dict[int, Row] = _by_id([*moves, *receipts])
    pickings = stock.read_pickings(reader, own_pickings, everything.values(), list(heads), custom)
    lots = stock.read_lots(reader, everything.values())

    buyers = {row.one("partner_id") for row in heads.values()} | {seed.partner for seed in seeds}
    suppliers = {row.one("partner_id") for row in bought.values()}
    others = {row.one("partner_shipping_id") for row in heads.values()} | set(people)
    partners = read_partners(reader, others, buyers | suppliers, custom, company.company.currency)
    customers = _customers(partners, heads.values(), seeds)
    if customers and not partners.may_see_credit:
        reader.missing.note(CREDIT, "the service user may not read it")

    own_invoices = set(_all(seeds, "invoices")) | _invoices_of(heads.values())
    own_invoices |= _invoices_of(row for row in bought.values() if row.id in set(own_purchases))
    number = company.company.id or 0
    bills = invoices.read_invoices(reader, own_invoices, customers, number, custom)
    bill_lines = invoices.read_lines(reader, own_invoices & {row.id for row in bills})

    items = [*lines, *purchase_lines, *everything.values(), *bill_lines]
    units = reference.units(reader)
    products = read_products(reader, items, units, with_rules=not custom.has("line.list_price"))
    sellers = {head for each in suppliers if (head := partners.commercial(each))}
    codes = purchases.read_codes(reader, purchase_lines, sellers, products)
    changes = promises.by_order(reader, promises.read_changes(reader, list(heads)), list(heads))
    references = [text for row in heads.values() if (text := row.text("client_order_ref"))]
    related = orders.read_related(reader, heads, customers, references, custom) if heads or customers else []
    return Around(
        company=company,
        custom=custom,
        directions=reference.directions(reader) if everything or pickings else {},
        sales=heads,
        sale_lines=_grouped(lines, "order_id"),
        purchases=bought,
        purchase_lines=_grouped(purchase_lines, "order_id"),
        moves=everything,
        pickings=_by_id(pickings),
        lots=lots,
        partners=partners,
        products=products,
        codes=codes,
        invoices=bills,
        invoice_lines=_grouped(bill_lines, "move_id"),
        changes=changes,
        related=related,
    )


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

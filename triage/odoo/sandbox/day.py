"""A book of records as rows of Odoo's database: what a capture of the look-alike gives back as the book's cases."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from triage.domain import Case, Invoice, Line, Move, Order, Partner, Purchase, Role, Shipment, ShipmentKind
from triage.odoo.book import RecordBook, is_purchase

CUSTOM: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "res.partner": {
        "x_customer_class": {"type": "char", "string": "Class"},
        "x_requires_reference": {"type": "boolean", "string": "Requires its own order number"},
        "x_on_hold": {"type": "boolean", "string": "Account on hold"},
    },
    "sale.order": {"x_channel": {"type": "char", "string": "Channel"}},
    "sale.order.line": {
        "x_partner_code": {"type": "char", "string": "Customer's item number"},
        "x_price_per": {"type": "float", "string": "Price per"},
        "x_list_price": {"type": "float", "string": "List price"},
        "x_floor_price": {"type": "float", "string": "Lowest price"},
    },
    "purchase.order.line": {
        "x_partner_code": {"type": "char", "string": "Supplier's item number"},
        "x_price_per": {"type": "float", "string": "Price per"},
    },
    "stock.picking": {
        "x_carrier_status": {"type": "char", "string": "Carrier's status"},
        "x_last_scan": {"type": "datetime", "string": "Last scan"},
        "x_delivered_at": {"type": "datetime", "string": "Delivered"},
        "x_signed_by": {"type": "char", "string": "Signed by"},
    },
    "account.move": {"x_disputed": {"type": "boolean", "string": "Disputed"}},
}
"""Fields of its own that the company of the sample day has, in the form of `fields_get`, by model."""

_MAPPED = (
    "partner.customer_class",
    "partner.requires_reference",
    "partner.on_hold",
    "order.channel",
    "line.partner_code",
    "line.price_per",
    "line.list_price",
    "line.floor_price",
    "shipment.carrier_status",
    "shipment.last_scan",
    "shipment.delivered_at",
    "shipment.signed_by",
    "invoice.disputed",
)
_FIRST = 1000
_TRACKED = 1_000_000
"""Id of the described field whose changes are told; beyond the ids that the look-alike gives its own."""
_NOON = time(12)
_CURRENCIES = {"EUR": 1, "USD": 2, "GBP": 3}
_UNITS = {"Units": 1, "Dozens": 2, "kg": 3, "Hours": 4, "Meters": 5}
_TYPES = {ShipmentKind.INCOMING: 1, ShipmentKind.OUTGOING: 2, ShipmentKind.INTERNAL: _FIRST}
_PLACES = {ShipmentKind.INCOMING: (2, 5), ShipmentKind.OUTGOING: (5, 3), ShipmentKind.INTERNAL: (5, 5)}
_OPEN_STATES = frozenset({"draft", "waiting", "confirmed", "partially_available", "assigned"})

Values = dict[str, Any]


def rows_of(book: RecordBook, version: int) -> dict[str, list[Values]]:
    """Every record of a book as rows of Odoo 18 or 19, by model, in the form that `Sandbox` takes.

    What the book has no ids for (contacts, products, users, carriers ...) gets ids above all of the book's, 1000 at the
    least, in a stable order.
    """
    day = _Day(version, ZoneInfo(book.company.timezone), _first_free(book))
    day.company(book)
    for partner in book.partners:
        day.partner(partner)
    for case in book.cases:
        day.case(case)
    return {model: [{"id": number, **row} for number, row in rows.items()] for model, rows in day.rows.items()}


def connection_fields() -> dict[str, str]:
    """The `fields:` of a connection to this Odoo."""
    return {name: f"x_{name.partition('.')[2]}" for name in _MAPPED}


@dataclass
class _Day:
    """Rows by model and id, as they grow from the book."""

    version: int
    zone: ZoneInfo
    first: int
    """The first id of what the book has no ids for."""
    rows: dict[str, dict[int, Values]] = field(default_factory=dict)
    _named: dict[tuple[str, str], int] = field(default_factory=dict)

    def put(self, model: str, number: int, values: Values) -> int:
        """A row; what is there under this id already is completed."""
        rows = self.rows.setdefault(model, {})
        rows[number] = rows.get(number, {}) | values
        return number

    def new(self, model: str) -> int:
        """An id for a record that the book has none for."""
        return max([self.first - 1, *(number for number in self.rows.get(model, ()) if number < _TRACKED)]) + 1

    def by_name(self, model: str, name: str, values: Values) -> int:
        """The record of that name, made where it is not there yet."""
        if (model, name) not in self._named:
            self._named[model, name] = self.put(model, self.new(model), values)
        return self._named[model, name]

    def company(self, book: RecordBook) -> None:
        """The one company, with what a shipment, an invoice and a tracked change need to be there."""
        company = book.company
        self.put("resource.calendar", 1, {"name": "Office hours", "tz": company.timezone, "company_id": 1})
        self.put("res.partner", 1, {"name": company.name, "is_company": True})
        currency = self.currency(company.currency or "EUR")
        self.put(
            "res.company",
            1,
            {"name": company.name, "partner_id": 1, "currency_id": currency, "resource_calendar_id": 1},
        )
        inside = {"name": "Internal Transfers", "code": "internal", "warehouse_id": 1, "company_id": 1}
        places = {"default_location_src_id": 5, "default_location_dest_id": 5, "sequence_code": "INT"}
        self.put("stock.picking.type", _FIRST, inside | places)
        for number, (name, code, kind) in enumerate((("Sales", "INV", "sale"), ("Bills", "BILL", "purchase")), _FIRST):
            self.put("account.journal", number, {"name": name, "code": code, "type": kind, "company_id": 1})
        tracked = {"name": "commitment_date", "model": "sale.order", "ttype": "datetime", "state": "base"}
        self.put("ir.model.fields", _TRACKED, tracked)

    def currency(self, code: str) -> int:
        """A currency by its ISO code."""
        return _CURRENCIES.get(code) or self.by_name("res.currency", code, {"name": code, "symbol": code})

    def unit(self, name: str) -> int:
        """A unit of measure, a reference unit of its own."""
        if name in _UNITS:
            return _UNITS[name]
        values: Values = {"name": name, "factor": 1.0}
        if self.version < 19:
            category = self.by_name("uom.category", name, {"name": name})
            values |= {"category_id": category, "uom_type": "reference", "rounding": 0.01}
        else:
            values |= {"relative_factor": 1.0}
        return self.by_name("uom.uom", name, values)

    def partner(self, partner: Partner) -> int:
        """A company with its contacts; a person's mail address is the one that has the person's name in it."""
        number = partner.ref.id if partner.ref and partner.ref.id else None
        if number is None:
            number = self._named.get(("res.partner", partner.name)) or self.new("res.partner")
            self._named["res.partner", partner.name] = number
        is_new = "email" not in self.rows.get("res.partner", {}).get(number, {})
        self.put("res.partner", number, self._partner_values(partner))
        if is_new:
            self._contacts(partner, number)
        return number

    def _partner_values(self, partner: Partner) -> Values:
        code, credit = partner.country, partner.credit
        values: Values = {
            "name": partner.name,
            "is_company": True,
            "email": partner.emails[0] if partner.emails else False,
            "phone": partner.phones[0] if partner.phones else False,
            "vat": partner.vat or False,
            "street": partner.street or False,
            "zip": partner.zip or False,
            "city": partner.city or False,
            "country_id": self.by_name("res.country", code, {"code": code, "name": code}) if code else False,
            "customer_rank": int(partner.role is Role.CUSTOMER),
            "supplier_rank": int(partner.role is Role.SUPPLIER),
            "x_customer_class": partner.customer_class or False,
            "x_requires_reference": bool(partner.requires_reference),
            "x_on_hold": bool(credit and credit.on_hold),
        }
        if credit is not None:
            values |= {"credit": float(credit.receivable), "credit_to_invoice": float(credit.to_invoice)}
            values |= {"credit_limit": float(credit.limit or 0), "use_partner_credit_limit": credit.limit is not None}
        return values

    def _contacts(self, partner: Partner, number: int) -> None:
        left = list(partner.emails)
        phones = list(partner.phones[1:])
        people = {name: next((e for e in left if _is_of(e, name)), None) for name in partner.contacts}
        others = [email for email in left[1:] if email not in people.values()]
        for name, email in people.items():
            values = {"name": name, "email": email or False, "parent_id": number, "type": "contact"}
            child = self.put(
                "res.partner", self.new("res.partner"), values | {"phone": phones.pop(0) if phones else False}
            )
            if partner.role is Role.COLLEAGUE:
                self.user(name, child)
        for email in others:
            name = email.partition("@")[0]
            self.put(
                "res.partner",
                self.new("res.partner"),
                {"name": name, "email": email, "parent_id": number, "type": "other"},
            )

    def user(self, name: str, partner: int | None = None) -> int:
        """A colleague who may log in; people of that name are one."""
        if ("res.users", name) not in self._named:
            if partner is None:
                partner = self.put(
                    "res.partner", self.new("res.partner"), {"name": name, "parent_id": 1, "type": "contact"}
                )
            self.put("res.partner", partner, {"partner_share": False})
            login = ".".join(name.lower().split())
            values = {"login": login, "partner_id": partner, "company_id": 1, "company_ids": [1], "share": False}
            self.by_name("res.users", name, values)
        return self._named["res.users", name]

    def product(self, line: Line | Move) -> int:
        """A product by its number; cost and barcode are known from the lines that tell them."""
        known = ("product.product", line.product)
        if known not in self._named:
            unit = self.unit(line.uom)
            name = line.name if isinstance(line, Line) else line.product
            template: Values = {"name": name, "uom_id": unit, "type": "consu"}
            template |= {"categ_id": 1, "uom_po_id": unit} if self.version < 19 else {}
            number = self.put("product.template", self.new("product.template"), template)
            values = {"product_tmpl_id": number, "default_code": line.product}
            self._named[known] = self.put("product.product", self.new("product.product"), values)
        number = self._named[known]
        if isinstance(line, Line):
            told = {"standard_price": float(line.cost / line.price_per)} if line.cost else {}
            self.put("product.product", number, told | ({"barcode": line.gtin} if line.gtin else {}))
            self.put("product.template", self.rows["product.product"][number]["product_tmpl_id"], {"name": line.name})
        return number

    def case(self, case: Case) -> None:
        """Everything around one record."""
        if case.partner is not None:
            self.partner(case.partner)
        for purchase in case.purchases:
            self.purchase(purchase, case)
        if case.order is not None:
            self.sale(case.order, case)
        for order in case.related:
            self.head(order, case)
        for shipment in case.shipments:
            self.shipment(shipment, case)
        self.moves(case)
        for invoice in case.invoices:
            self.invoice(invoice, case)
        self.promises(case)

    def head(self, order: Order, case: Case) -> int:
        """A sales order without its lines."""
        buyer = self.partner(case.partner) if case.partner else 1
        ordered = self.stamp(order.date_order) or "2026-01-05 08:00:00"
        values: Values = {
            "name": order.ref.name,
            "state": order.state,
            "partner_id": buyer,
            "partner_invoice_id": buyer,
            "partner_shipping_id": buyer,
            "company_id": 1,
            "currency_id": self.currency(order.currency),
            "amount_total": float(order.amount_total or 0),
            "date_order": ordered,
            "create_date": ordered,
            "write_date": ordered,
            "commitment_date": self.stamp(order.commitment_date),
            "client_order_ref": order.client_order_ref or False,
            "warehouse_id": self.warehouse(order.warehouse),
            "user_id": self.user(order.owner) if order.owner else False,
            "picking_policy": order.picking_policy or "direct",
            "locked": order.locked,
            "x_channel": order.channel or False,
        }
        return self.put("sale.order", self.number(order.ref.id, "sale.order", order.ref.name), values)

    def sale(self, order: Order, case: Case) -> None:
        """A sales order with its lines."""
        number = self.head(order, case)
        self.put("sale.order", number, {"delivery_status": _delivery_status(order, case.lines)})
        for place, line in enumerate(case.lines):
            values = self._line(line, place, number) | {
                "product_uom_qty": float(line.quantity),
                "qty_delivered": float(line.delivered),
                "x_list_price": float(line.list_price or 0),
                "x_floor_price": float(line.floor_price or 0),
                "x_partner_code": line.partner_code or False,
            }
            self.put("sale.order.line", self._line_id(line, "sale.order.line", order.ref.name, place), values)

    def purchase(self, purchase: Purchase, case: Case) -> None:
        """A purchase order with its lines and the supplier's numbers of what is on them."""
        seller = self.partner(purchase.supplier)
        approved = self.stamp(purchase.date_approve)
        values: Values = {
            "name": purchase.ref.name,
            "state": purchase.state,
            "partner_id": seller,
            "company_id": 1,
            "currency_id": self.currency(purchase.currency),
            "amount_total": float(purchase.amount_total or 0),
            "partner_ref": purchase.partner_ref or False,
            "date_order": approved or "2026-01-05 08:00:00",
            "date_approve": approved,
            "date_planned": self.noon(purchase.date_planned),
            "picking_type_id": 1,
        }
        number = self.put("purchase.order", self.number(purchase.ref.id, "purchase.order", purchase.ref.name), values)
        if case.order is not None:
            self.put("purchase.order", number, {"origin": case.order.ref.name})
        for place, line in enumerate(purchase.lines):
            told = self._line(line, place, number) | {
                "product_qty": float(line.quantity),
                "qty_received": float(line.delivered),
                "date_planned": self.noon(line.date_planned),
            }
            self.put("purchase.order.line", self._line_id(line, "purchase.order.line", purchase.ref.name, place), told)
            if line.partner_code:
                self._supplier_code(line, seller)

    def _line(self, line: Line, place: int, order: int) -> Values:
        return {
            "order_id": order,
            "sequence": place + 10,
            "product_id": self.product(line),
            "name": f"[{line.product}] {line.name}",
            "product_uom" if self.version < 19 else "product_uom_id": self.unit(line.uom),
            "price_unit": _before_discount(line),
            "discount": float(line.discount or 0),
            "qty_invoiced": float(line.invoiced),
            "x_price_per": float(line.price_per),
        }

    def _line_id(self, line: Line, model: str, order: str, place: int) -> int:
        return self.number(line.id, model, f"{order} {place}")

    def number(self, given: int | None, model: str, name: str) -> int:
        """The book's id, or one of ours for what has none, the same each time."""
        return given if given is not None else self.by_name(model, name, {})

    def _supplier_code(self, line: Line, seller: int) -> None:
        product = self.product(line)
        values: Values = {
            "partner_id": seller,
            "product_tmpl_id": self.rows["product.product"][product]["product_tmpl_id"],
            "product_id": product,
            "product_code": line.partner_code,
            "currency_id": 1,
            "min_qty": 0.0,
            "price": _before_discount(line),
        }
        values |= {"product_uom_id": self.unit(line.uom)} if self.version >= 19 else {}
        self.by_name("product.supplierinfo", f"{seller} {product}", values)

    def warehouse(self, name: str | None) -> int:
        """The one warehouse that every Odoo has, under the first name that is told; others beside it."""
        if name is None or ("stock.warehouse", name) in self._named:
            return self._named.get(("stock.warehouse", name or ""), 1)
        if not any(model == "stock.warehouse" for model, _ in self._named):
            self._named["stock.warehouse", name] = self.put("stock.warehouse", 1, {"name": name})
        values = {"name": name, "code": name[:5].upper(), "company_id": 1, "lot_stock_id": 5, "view_location_id": 4}
        return self.by_name("stock.warehouse", name, values)

    def shipment(self, shipment: Shipment, case: Case) -> None:
        """A transfer, with what the carrier says of it."""
        source, target = _PLACES[shipment.kind]
        outgoing = shipment.kind is ShipmentKind.OUTGOING and case.order is not None
        values: Values = {
            "name": shipment.ref.name,
            "picking_type_id": _TYPES[shipment.kind],
            "location_id": source,
            "location_dest_id": target,
            "move_type": "direct",
            "state": shipment.state,
            "scheduled_date": self.stamp(shipment.scheduled),
            "date_done": self.stamp(shipment.date_done),
            "carrier_id": self.carrier(shipment.carrier) if shipment.carrier else False,
            "carrier_tracking_ref": shipment.tracking or False,
            "backorder_id": self.transfer(shipment.backorder_of, case),
            "return_id": self.transfer(shipment.return_of, case),
            "x_carrier_status": shipment.carrier_status or False,
            "x_last_scan": self.stamp(shipment.last_scan),
            "x_delivered_at": self.stamp(shipment.delivered_at),
            "x_signed_by": shipment.signed_by or False,
        }
        if outgoing or (shipment.return_of and case.order is not None):
            assert case.order is not None
            values |= {"sale_id": case.order.ref.id, "origin": case.order.ref.name}
            values |= {"partner_id": self.partner(case.partner)} if case.partner else {}
        self.put("stock.picking", self.number(shipment.ref.id, "stock.picking", shipment.ref.name), values)

    def transfer(self, name: str | None, case: Case) -> int | bool:
        """The transfer of that name among those of the case."""
        found = [s.ref.id for s in case.shipments if s.ref.name == name and s.ref.id]
        return found[0] if found else False

    def carrier(self, name: str) -> int:
        """A delivery method that is called as the carrier."""
        service = self.product(Line(product="DELIVERY", name="Delivery", quantity=Decimal(1)))
        return self.by_name("delivery.carrier", name, {"name": name, "product_id": service})

    def moves(self, case: Case) -> None:
        """The goods on the transfers. Reservation and forecast of a line stand on its first move that waits; where it
        has none, on one without a transfer."""
        kinds = {shipment.ref.name: shipment for shipment in case.shipments}
        waiting: dict[int, int] = {}
        for move in case.moves:
            shipment = kinds[move.shipment]
            number = self._move(move, shipment)
            line = self._line_of(move, shipment, case, waiting)
            if line is not None:
                self.put("stock.move", number, {"sale_line_id": line})
                if move.state in _OPEN_STATES:
                    waiting.setdefault(line, number)
        for place, item in enumerate(case.lines):
            if case.order is not None and (item.reserved is not None or item.forecast is not None):
                self._cover(item, self._line_id(item, "sale.order.line", case.order.ref.name, place), waiting)
        self._chain(case, kinds, waiting)

    def _move(self, move: Move, shipment: Shipment) -> int:
        source, target = _PLACES[shipment.kind]
        number = self.number(move.id, "stock.move", f"{move.shipment} {move.product}")
        values: Values = {
            "picking_id": self.number(shipment.ref.id, "stock.picking", shipment.ref.name),
            "picking_type_id": _TYPES[shipment.kind],
            "company_id": 1,
            "location_id": source,
            "location_dest_id": target,
            "product_id": self.product(move),
            "product_uom": self.unit(move.uom),
            "product_uom_qty": float(move.quantity),
            "quantity": float(move.done if move.state == "done" else move.reserved),
            "state": move.state,
            "date": self.stamp(move.date) or self.stamp(shipment.scheduled) or "2026-01-05 08:00:00",
        }
        values |= {"name": move.product} if self.version < 19 else {}
        self.put("stock.move", number, values)
        if move.lot:
            self._lot(move, number, values)
        return number

    def _lot(self, move: Move, number: int, values: Values) -> None:
        product = values["product_id"]
        told = {"name": move.lot, "product_id": product, "company_id": 1}
        lot = self.by_name("stock.lot", f"{move.lot} {product}", told)
        same = ("company_id", "product_id", "location_id", "location_dest_id", "picking_id", "date", "quantity")
        row = {name: values[name] for name in same}
        row |= {"move_id": number, "lot_id": lot, "product_uom_id": values["product_uom"]}
        self.by_name("stock.move.line", str(number), row)

    def _line_of(self, move: Move, shipment: Shipment, case: Case, waiting: Mapping[int, int]) -> int | None:
        """The sales line that a move delivers: of its product, one that has no move of this transfer yet."""
        if shipment.kind is not ShipmentKind.OUTGOING or case.order is None:
            return None
        found = [
            self._line_id(line, "sale.order.line", case.order.ref.name, place)
            for place, line in enumerate(case.lines)
            if line.product == move.product
        ]
        return next((number for number in found if number not in waiting), found[0] if found else None)

    def _cover(self, line: Line, number: int, waiting: dict[int, int]) -> None:
        if number not in waiting:
            rest = line.quantity - line.delivered
            reserved = line.reserved or Decimal(0)
            state = "assigned" if reserved >= rest else "partially_available" if reserved else "confirmed"
            values: Values = {
                "sale_line_id": number,
                "picking_type_id": _TYPES[ShipmentKind.OUTGOING],
                "company_id": 1,
                "location_id": 5,
                "location_dest_id": 3,
                "product_id": self.product(line),
                "product_uom": self.unit(line.uom),
                "product_uom_qty": float(rest),
                "quantity": float(reserved),
                "state": state,
                "date": "2026-11-17 12:00:00",
            }
            values |= {"name": line.product} if self.version < 19 else {}
            waiting[number] = self.by_name("stock.move", f"waiting {number}", values)
        forecast = {"forecast_availability": float(line.forecast or 0)}
        self.put("stock.move", waiting[number], forecast | {"forecast_expected_date": self.noon(line.forecast_date)})

    def _chain(self, case: Case, kinds: Mapping[str, Shipment], waiting: Mapping[int, int]) -> None:
        """Ties receipts to the purchase lines that they fulfil and to the moves that wait for them."""
        for move in case.moves:
            if kinds[move.shipment].kind is not ShipmentKind.INCOMING or move.id is None:
                continue
            for purchase in case.purchases:
                lines = [line for line in purchase.lines if line.product == move.product and line.id]
                if lines:
                    self.put("stock.move", move.id, {"purchase_line_id": lines[0].id})
            for line in case.lines:
                if line.product == move.product and line.id and line.id in waiting:
                    self.put("stock.move", waiting[line.id], {"move_orig_ids": [move.id]})

    def invoice(self, invoice: Invoice, case: Case) -> None:
        """An invoice; it is the order's own where it has lines, is settled, or the order is invoiced."""
        partner = self.partner(case.partner) if case.partner else 1
        sells = invoice.kind.value.startswith("out_")
        issued = str(invoice.invoice_date or "2026-01-05")
        values: Values = {
            "name": invoice.ref.name,
            "move_type": invoice.kind.value,
            "state": invoice.state,
            "partner_id": partner,
            "commercial_partner_id": partner,
            "company_id": 1,
            "currency_id": self.currency(invoice.currency),
            "journal_id": _FIRST if sells else _FIRST + 1,
            "date": issued,
            "invoice_date": str(invoice.invoice_date) if invoice.invoice_date else False,
            "invoice_date_due": str(invoice.invoice_date_due) if invoice.invoice_date_due else False,
            "amount_total": float(invoice.amount_total),
            "amount_residual": float(invoice.amount_residual),
            "payment_state": invoice.payment_state or "not_paid",
            "x_disputed": invoice.disputed,
        }
        number = self.put("account.move", self.number(invoice.ref.id, "account.move", invoice.ref.name), values)
        for place, line in enumerate(invoice.lines):
            self._invoice_line(line, place, number, case)
        is_own = bool(invoice.lines) or not invoice.amount_residual or any(line.invoiced for line in case.lines)
        if is_purchase(case):
            self._of_order("purchase.order", case.record.id, number)
        elif is_own and case.order is not None:
            self._of_order("sale.order", case.order.ref.id, number)

    def _of_order(self, model: str, order: int | None, invoice: int) -> None:
        row = self.rows[model][order or 0]
        row["invoice_ids"] = sorted({*row.get("invoice_ids", ()), invoice})

    def _invoice_line(self, line: Line, place: int, invoice: int, case: Case) -> None:
        sold = [each.id for each in case.lines if each.product == line.product and each.id]
        bought = [each.id for p in case.purchases for each in p.lines if each.product == line.product and each.id]
        values: Values = {
            "move_id": invoice,
            "sequence": place + 10,
            "display_type": "product",
            "product_id": self.product(line),
            "name": f"[{line.product}] {line.name}",
            "quantity": float(line.quantity),
            "product_uom_id": self.unit(line.uom),
            "price_unit": _before_discount(line),
            "discount": float(line.discount or 0),
            "sale_line_ids": sold[:1],
            "purchase_line_id": bought[0] if bought and not sold else False,
        }
        self.put("account.move.line", self._line_id(line, "account.move.line", str(invoice), place), values)

    def promises(self, case: Case) -> None:
        """Every promise after the first one is a tracked change of the order's date."""
        if case.order is None:
            return
        for earlier, later in zip(case.promises, case.promises[1:], strict=False):
            made = self.stamp(later.made_at)
            message: Values = {
                "model": "sale.order",
                "res_id": case.order.ref.id,
                "message_type": "notification",
                "subtype_id": 2,
                "date": made,
                "create_date": made,
                "author_id": 2,
                "body": False,
            }
            number = self.by_name("mail.message", f"{case.order.ref.key} {made}", message)
            change = {"mail_message_id": number, "field_id": _TRACKED, "create_date": made}
            change |= {
                "old_value_datetime": self.noon(earlier.promised_for),
                "new_value_datetime": self.noon(later.promised_for),
            }
            if case.promises[-1] is later:
                change["new_value_datetime"] = self.stamp(case.order.commitment_date)
            self.by_name("mail.tracking.value", str(number), change)

    def stamp(self, moment: datetime | None) -> str | bool:
        """A time as Odoo's database has it."""
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if moment else False

    def noon(self, day: date | None) -> str | bool:
        """A day of the company's, at noon."""
        return self.stamp(datetime.combine(day, _NOON, self.zone)) if day else False


def _first_free(book: RecordBook) -> int:
    """The thousand above the highest id in the book."""
    return (max(_ids(book.model_dump(mode="json")), default=0) // _FIRST + 1) * _FIRST


def _ids(value: Any) -> Iterator[int]:
    if isinstance(value, dict):
        if isinstance(value.get("id"), int):
            yield value["id"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _ids(each)


def _is_of(email: str, name: str) -> bool:
    """Whether a mail address has the person's last name, or the first, before the `@`."""
    local = email.partition("@")[0].casefold()
    words = [word for word in re.findall(r"\w+", name.casefold()) if len(word) > 2]
    return any(word in local for word in (*words[-1:], *words[:1]))


def _before_discount(line: Line) -> float:
    """The price as Odoo keeps it: before the line's discount."""
    price = line.unit_price or Decimal(0)
    return float(round(price / (1 - line.discount / 100), 6) if line.discount else price)


def _delivery_status(order: Order, lines: Iterable[Line]) -> str | bool:
    if order.state in {"draft", "sent", "cancel"}:
        return False
    known = list(lines)
    if known and all(line.delivered >= line.quantity for line in known):
        return "full"
    return "partial" if any(line.delivered for line in known) else "pending"

"""The company of a book, its partners, people and products as rows of Odoo."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from triage.domain import Line, Move, Partner, Role
from triage.odoo.book import RecordBook

FIRST = 1000
"""The lowest id of what a book has no ids for."""
TRACKED = 1_000_000
"""Id of the described field whose changes are told; beyond the ids that the look-alike gives its own."""
_NOON = time(12)
_CURRENCIES = {"EUR": 1, "USD": 2, "GBP": 3}
_UNITS = {"Units": 1, "Dozens": 2, "kg": 3, "Hours": 4, "Meters": 5}

Values = dict[str, Any]


@dataclass
class Parties:
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
        return max([self.first - 1, *(number for number in self.rows.get(model, ()) if number < TRACKED)]) + 1

    def by_name(self, model: str, name: str, values: Values) -> int:
        """The record of that name, made where it is not there yet."""
        if (model, name) not in self._named:
            self._named[model, name] = self.put(model, self.new(model), values)
        return self._named[model, name]

    def number(self, given: int | None, model: str, name: str) -> int:
        """The book's id, or one of ours for what has none, the same each time."""
        return given if given is not None else self.by_name(model, name, {})

    def stamp(self, moment: datetime | None) -> str | bool:
        """A time as Odoo's database has it."""
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if moment else False

    def noon(self, day: date | None) -> str | bool:
        """A day of the company's, at noon."""
        return self.stamp(datetime.combine(day, _NOON, self.zone)) if day else False

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
        self.put("stock.picking.type", FIRST, inside | places)
        for number, (name, code, kind) in enumerate((("Sales", "INV", "sale"), ("Bills", "BILL", "purchase")), FIRST):
            self.put("account.journal", number, {"name": name, "code": code, "type": kind, "company_id": 1})
        tracked = {"name": "commitment_date", "model": "sale.order", "ttype": "datetime", "state": "base"}
        self.put("ir.model.fields", TRACKED, tracked)

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

    def warehouse(self, name: str | None) -> int:
        """The one warehouse that every Odoo has, under the first name that is told; others beside it."""
        if name is None or ("stock.warehouse", name) in self._named:
            return self._named.get(("stock.warehouse", name or ""), 1)
        if not any(model == "stock.warehouse" for model, _ in self._named):
            self._named["stock.warehouse", name] = self.put("stock.warehouse", 1, {"name": name})
        values = {"name": name, "code": name[:5].upper(), "company_id": 1, "lot_stock_id": 5, "view_location_id": 4}
        return self.by_name("stock.warehouse", name, values)

    def line_id(self, line: Line, model: str, order: str, place: int) -> int:
        """The id of a line of an order, by the order's name and the line's place where the book has none."""
        return self.number(line.id, model, f"{order} {place}")


def _is_of(email: str, name: str) -> bool:
    """Whether a mail address has the person's last name, or the first, before the `@`."""
    local = email.partition("@")[0].casefold()
    words = [word for word in re.findall(r"\w+", name.casefold()) if len(word) > 2]
    return any(word in local for word in (*words[-1:], *words[:1]))

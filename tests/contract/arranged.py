"""Records for the tests, made by the administrator through the API, and taken away afterwards as far as Odoo lets."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from triage.domain import RecordRef
from triage.errors import OdooError
from triage.odoo.client import Odoo
from triage.odoo.rows import Row

_QUIET = {"tracking_disable": True, "mail_create_nosubscribe": True, "no_reset_password": True}


@dataclass
class Kept:
    """What all tests of a target share: what was made, and what each test may use as long as it leaves it alone."""

    made: list[tuple[str, int]] = field(default_factory=list)
    partner: int | None = None
    product: int | None = None


@dataclass
class Arranged:
    """Makes what a test needs."""

    admin: Odoo
    kept: Kept = field(default_factory=Kept)
    token: str = field(default_factory=lambda: secrets.token_hex(4))

    def make(self, model: str, values: Mapping[str, Any], **context: Any) -> int:
        """A new record of any kind; returns its id."""
        made = self.admin.call(
            model, "create", named={"vals_list": [_known(self.admin, model, values)]}, context={**_QUIET, **context}
        )
        number = int(made[0] if isinstance(made, list) else made)
        self.kept.made.append((model, number))
        return number

    def partner(self, name: str = "Kessler Maschinenbau", **more: Any) -> int:
        """A customer with an address of its own."""
        email = f"kessler-{self.token}-{len(self.kept.made)}@example.com"
        return self.make("res.partner", {"name": f"{name} {self.token}", "email": email, "is_company": True} | more)

    def product(self, price: float = 25.0) -> int:
        """Something to sell."""
        values = {"name": f"Bracket {self.token}", "type": "consu", "list_price": price, "default_code": self.token}
        return self.make("product.product", values)

    def order(self, lines: Sequence[tuple[float, float]] = ((10, 25.0),), **more: Any) -> RecordRef:
        """A quotation; `lines` are quantities and prices."""
        partner = more.pop("partner_id", None) or self._any_partner()
        product = self._any_product()
        rows = [
            (0, 0, {"product_id": product, "name": "Bracket", "product_uom_qty": quantity, "price_unit": price})
            for quantity, price in lines
        ]
        return self._ref("sale.order", self.make("sale.order", {"partner_id": partner, "order_line": rows} | more))

    def purchase(self) -> RecordRef:
        """A request for quotation of one line."""
        line = {"product_id": self._any_product(), "name": "Bracket", "product_qty": 5, "price_unit": 9.5}
        line |= {"date_planned": _now()}
        values = {"partner_id": self._any_partner(), "order_line": [(0, 0, line)]}
        return self._ref("purchase.order", self.make("purchase.order", values))

    def picking(self) -> RecordRef:
        """A draft delivery of one move."""
        kind = self._picking_type("outgoing")
        places = {"location_id": kind.one("default_location_src_id"), "location_dest_id": self._customers(kind)}
        move: dict[str, Any] = {"name": "Bracket", "product_id": self._any_product(), "product_uom_qty": 3, **places}
        move = _known(self.admin, "stock.move", move | {"product_uom": self._unit()})
        values = {"picking_type_id": kind.id, "partner_id": self._any_partner(), "move_ids": [(0, 0, move)], **places}
        return self._ref("stock.picking", self.make("stock.picking", values))

    def invoice(self, partner: int | None = None) -> RecordRef:
        """A draft invoice of one line."""
        line = {"product_id": self._any_product(), "name": "Bracket", "quantity": 2, "price_unit": 25.0}
        values = {
            "move_type": "out_invoice",
            "partner_id": partner or self._any_partner(),
            "journal_id": self._journal(),
        }
        return self._ref("account.move", self.make("account.move", values | {"invoice_line_ids": [(0, 0, line)]}))

    def lead(self, **more: Any) -> RecordRef:
        """An opportunity."""
        return self._ref("crm.lead", self.make("crm.lead", {"name": f"Brackets {self.token}"} | more))

    def ticket(self, **more: Any) -> RecordRef:
        """A ticket as an agent makes it."""
        values = {"name": f"Late {self.token}", "description": "<p>Where is it?</p>"} | more
        return self._ref("helpdesk.ticket", self.make("helpdesk.ticket", values))

    def user(self, groups: Iterable[str], companies: Sequence[int] = (), **more: Any) -> int:
        """An internal user in groups, which are named by external id or given by number."""
        allowed = list(companies) or [self.company()]
        held = self._held()
        numbers = [self.xml_id(name) for name in groups]
        login = f"user-{self.token}-{len(self.kept.made)}@example.com"
        values = {"name": f"User {login}", "login": login, "email": login, held: [(6, 0, numbers)]}
        return self.make("res.users", values | {"company_id": allowed[0], "company_ids": [(6, 0, allowed)]} | more)

    def join(self, user: int, group: str) -> None:
        """Put a user into one group more, named by external id."""
        values = {self._held(): [(4, self.xml_id(group))]}
        self.admin.call("res.users", "write", [user], {"vals": values}, context=_QUIET)

    def _held(self) -> str:
        """Name of the field with a user's groups."""
        return "group_ids" if self.admin.has("res.users", "group_ids") else "groups_id"

    def company(self) -> int:
        """The administrator's own company."""
        return self.admin.user.company

    def other_company(self) -> int:
        """A second company. One that has to be made stays: Odoo deletes none."""
        rows = self.admin.search("res.company", [("id", "!=", self.company())], ["name"], order="id", limit=1)
        if rows:
            return rows[0].id
        made = self.admin.call("res.company", "create", named={"vals_list": [{"name": "Second company"}]})
        number = int(made[0] if isinstance(made, list) else made)
        values = {"company_ids": [(4, number)]}
        self.admin.call("res.users", "write", [self.admin.user.id], {"vals": values})
        return number

    def xml_id(self, name: str) -> int:
        """The record behind an external id."""
        module, _, short = name.partition(".")
        rows = self.admin.search("ir.model.data", [("module", "=", module), ("name", "=", short)], ["res_id"])
        assert rows, f"this Odoo has no {name}"
        return int(rows[0].number("res_id") or 0)

    def row(self, ref: RecordRef, *names: str) -> Row:
        """These fields of a record as the administrator sees them now."""
        return self.admin.read(ref.model, [ref.id or 0], names)[0]

    def write(self, ref: RecordRef, values: Mapping[str, Any], **context: Any) -> None:
        """Change a record as the administrator."""
        self.admin.call(ref.model, "write", [ref.id or 0], {"vals": dict(values)}, context={**_QUIET, **context})

    def remove(self) -> None:
        """Take away what was made, the newest kind first; what Odoo wants to keep stays, archived where that goes."""
        kinds = dict.fromkeys(model for model, _ in reversed(self.kept.made))
        for model in kinds:
            numbers = [number for kind, number in self.kept.made if kind == model]
            there = [row.id for row in self.admin.read(model, numbers, [])]
            if there and not self._unlinked(model, there):
                self._archive(model, [number for number in there if not self._unlinked(model, [number])])
        self.kept.made.clear()

    def _unlinked(self, model: str, numbers: list[int]) -> bool:
        try:
            self.admin.call(model, "unlink", numbers)
        except OdooError:
            return False
        return True

    def _archive(self, model: str, numbers: list[int]) -> None:
        if numbers and self.admin.has(model, "active"):
            with contextlib.suppress(OdooError):
                self.admin.call(model, "write", numbers, {"vals": {"active": False}})

    def _ref(self, model: str, number: int) -> RecordRef:
        return RecordRef(model=model, id=number, name=f"{model} {number}")

    def _any_partner(self) -> int:
        self.kept.partner = self.kept.partner or self.partner()
        return self.kept.partner

    def _any_product(self) -> int:
        self.kept.product = self.kept.product or self.product()
        return self.kept.product

    def _picking_type(self, code: str) -> Row:
        domain = [("code", "=", code), ("company_id", "=", self.company())]
        names = ("default_location_src_id", "default_location_dest_id")
        return self.admin.search("stock.picking.type", domain, names, order="id", limit=1)[0]

    def _customers(self, kind: Row) -> int | None:
        found = self.admin.search("stock.location", [("usage", "=", "customer")], ["name"], order="id", limit=1)
        return kind.one("default_location_dest_id") or found[0].id

    def _unit(self) -> int:
        return self.xml_id("uom.product_uom_unit")

    def _journal(self) -> int:
        domain = [("type", "=", "sale"), ("company_id", "=", self.company())]
        rows = self.admin.search("account.journal", domain, ["name"], order="id", limit=1)
        values = {"name": "Customer Invoices", "code": "INV", "type": "sale", "company_id": self.company()}
        values |= {"invoice_reference_type": "invoice", "invoice_reference_model": "odoo"}
        return rows[0].id if rows else self.make("account.journal", values)


def _known(odoo: Odoo, model: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values without fields that this version lacks, such as a move's name on 19."""
    return {name: value for name, value in values.items() if odoo.has(model, name)}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")

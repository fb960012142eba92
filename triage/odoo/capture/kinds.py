"""Which records can be captured, and where each says what it is called, what it is about and whose it is. Data only.

Enterprise and OCA models of the same name are told apart by their fields: a field that is not there is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """How a model is read. Names are fields, the first that is there and filled counts."""

    called: tuple[str, ...] = ("name",)
    """What people call the record; `find` looks for it."""
    partner: tuple[str, ...] = ("partner_id",)
    subject: tuple[str, ...] = ()
    """Title of the request that the record is."""
    text: tuple[str, ...] = ()
    """Text of the request, HTML or plain."""
    email: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    """Who made the request, where it is no partner: a field with a name, or a user."""
    by_colleague: bool = False
    """Whether the request comes from inside the house, so that its text is a note."""
    asks: bool = False
    """Whether a colleague asks for something with it, so that its text counts as a message all the same."""
    content: str | None = None
    """The field with the bytes of a document."""
    about: tuple[str, str] | None = None
    """Fields with model and id of the record that this one hangs on."""
    fixed_about: bool = False
    """Whether the case is about that other record, rather than about this one."""


KINDS: Mapping[str, Kind] = {
    "sale.order": Kind(),
    "purchase.order": Kind(),
    "stock.picking": Kind(),
    "account.move": Kind(called=("name", "ref", "payment_reference")),
    "helpdesk.ticket": Kind(
        called=("number", "ticket_ref", "name"),
        subject=("name",),
        text=("description",),
        email=("partner_email", "email"),
        author=("partner_name",),
    ),
    "crm.lead": Kind(
        subject=("name",), text=("description",), email=("email_from",), author=("contact_name", "partner_name")
    ),
    "project.task": Kind(
        called=("code", "name"), subject=("name",), text=("description",), email=("email_from",), author=("create_uid",)
    ),
    "quality.alert": Kind(
        subject=("title", "name"), text=("description",), author=("user_id", "create_uid"), by_colleague=True
    ),
    "quality.check": Kind(subject=("title", "name"), text=("note", "additional_note"), by_colleague=True),
    "maintenance.request": Kind(
        partner=("partner_id", "vendor_id"),
        subject=("name",),
        text=("description",),
        author=("owner_user_id", "employee_id", "create_uid"),
        by_colleague=True,
    ),
    "approval.request": Kind(
        subject=("name",), text=("reason",), author=("request_owner_id", "create_uid"), by_colleague=True, asks=True
    ),
    "tier.review": Kind(
        called=("display_name",),
        partner=(),
        text=("comment",),
        author=("requested_by", "create_uid"),
        by_colleague=True,
        about=("model", "res_id"),
        fixed_about=True,
    ),
    "documents.document": Kind(content="datas", about=("res_model", "res_id")),
    "dms.file": Kind(content="content", partner=(), about=("res_model", "res_id")),
    "ir.attachment": Kind(content="datas", partner=(), about=("res_model", "res_id")),
}

ORDERS = ("sale.order", "purchase.order")
"""Models whose neighbourhood can be read for several records at once."""

LINKS: Mapping[str, tuple[str, ...]] = {
    "sale.order": ("sale_order_id", "sale_id", "order_id", "order_ids", "sale_order_ids"),
    "sale.order.line": ("sale_line_id",),
    "stock.picking": ("picking_id", "picking_ids"),
    "purchase.order": ("purchase_id", "purchase_order_id"),
    "account.move": ("invoice_id", "move_id", "invoice_ids"),
    "stock.lot": ("lot_id", "lot_ids", "lot_producing_id"),
}
"""Models that lead to an order, the surest first, and what a field that links to them is usually called."""

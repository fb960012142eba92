"""A book of records as rows of Odoo's database: what a capture of the look-alike gives back as the book's cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from triage.domain import Case
from triage.odoo.book import RecordBook
from triage.odoo.sandbox.day_orders import Orders
from triage.odoo.sandbox.day_parties import FIRST, Values

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


class _Day(Orders):
    """Everything of a book."""

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


def _first_free(book: RecordBook) -> int:
    """The thousand above the highest id in the book."""
    return (max(_ids(book.model_dump(mode="json")), default=0) // FIRST + 1) * FIRST


def _ids(value: Any) -> Iterator[int]:
    if isinstance(value, dict):
        if isinstance(value.get("id"), int):
            yield value["id"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _ids(each)

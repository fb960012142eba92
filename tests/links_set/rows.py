"""The records of the linking set as rows of an Odoo, for the look-alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.links_set.firms import COMPANY, FIRMS
from tests.links_set.records import cases
from triage.domain import Case, Partner, Role, Shipment, ShipmentKind
from triage.odoo.book import is_purchase

Row = dict[str, Any]

_CONTACTS = 10_000
_PRODUCT, _FREIGHT = 201, 202
_STATUS = {0: "pending", 40: "partial", 100: "full"}


def rows(threads: dict[str, str]) -> dict[str, list[Row]]:
    """Seed rows by model. `threads` as the book has them."""
    made = list(cases())
    carriers = sorted({shipment.carrier for case in made for shipment in case.shipments if shipment.carrier})
    carrier_ids = {name: 301 + n for n, name in enumerate(carriers)}
    sales = [case for case in made if not is_purchase(case)]
    bought = [case for case in made if is_purchase(case)]
    feeds = {purchase.ref.name: case.record.name for case in sales for purchase in case.purchases}
    return {
        "res.company": [{"id": 1, "name": COMPANY.name, "email": FIRMS["desk"].emails[0]}],
        "res.partner": [row for key, firm in FIRMS.items() if key != "desk" for row in _partner(firm)],
        "product.product": [{"id": _PRODUCT, "name": "Item"}, {"id": _FREIGHT, "name": "Freight"}],
        "delivery.carrier": [{"id": n, "name": name, "product_id": _FREIGHT} for name, n in carrier_ids.items()],
        "sale.order": [_sale(case) for case in sales],
        "sale.order.line": [_line(case, "qty_delivered") for case in sales],
        "purchase.order": [_purchase(case, feeds.get(case.record.name)) for case in bought],
        "purchase.order.line": [_bought(case) for case in bought],
        "stock.picking": [_transfer(case, one, carrier_ids) for case in made for one in case.shipments],
        "stock.move": [_move(case, one) for case in made for one in case.shipments],
        "account.move": _invoices(sales),
        "mail.message": list(_messages(threads)),
    }


def _partner(firm: Partner) -> Iterator[Row]:
    assert firm.ref is not None
    assert firm.ref.id is not None
    head = firm.ref.id
    ranks = {"customer_rank": int(firm.role is Role.CUSTOMER), "supplier_rank": int(firm.role is not Role.CUSTOMER)}
    common = {"commercial_partner_id": head, **ranks}
    yield {"id": head, "name": firm.name, "is_company": True, "email": firm.emails[0], "vat": firm.vat, **common}
    for n, email in enumerate(firm.emails[1:]):
        yield {"id": _CONTACTS + head * 10 + n, "name": f"Contact {n}", "parent_id": head, "email": email, **common}


def _owner(case: Case) -> int:
    assert case.partner is not None
    assert case.partner.ref is not None
    return case.partner.ref.id or 0


def _sale(case: Case) -> Row:
    assert case.order is not None
    return {
        "id": case.record.id,
        "name": case.record.name,
        "partner_id": _owner(case),
        "state": case.order.state,
        "client_order_ref": case.order.client_order_ref or False,
        "delivery_status": _STATUS[int(case.lines[0].delivered)],
        "invoice_ids": [invoice.ref.id for invoice in case.invoices],
    }


def _line(case: Case, done: str) -> Row:
    line = case.lines[0]
    quantity = {"product_uom_qty": float(line.quantity), done: float(line.delivered), "price_unit": 1.0}
    return {"id": case.record.id, "order_id": case.record.id, "product_id": _PRODUCT, "name": "Item", **quantity}


def _purchase(case: Case, sale: str | None) -> Row:
    own = case.purchases[0]
    return {
        "id": case.record.id,
        "name": case.record.name,
        "partner_id": _owner(case),
        "state": own.state,
        "partner_ref": own.partner_ref or False,
        "origin": sale or False,
        "receipt_status": _STATUS[int(own.lines[0].delivered)],
    }


def _bought(case: Case) -> Row:
    line = case.purchases[0].lines[0]
    quantity = {"product_qty": float(line.quantity), "qty_received": float(line.delivered), "price_unit": 1.0}
    return {"id": case.record.id, "order_id": case.record.id, "product_id": _PRODUCT, "name": "Item", **quantity}


def _transfer(case: Case, one: Shipment, carriers: dict[str, int]) -> Row:
    outgoing = one.kind is ShipmentKind.OUTGOING
    return {
        "id": one.ref.id,
        "name": one.ref.name,
        "partner_id": _owner(case),
        "company_id": 1,
        "state": one.state,
        "origin": case.record.name,
        "carrier_id": carriers[one.carrier or ""],
        "carrier_tracking_ref": one.tracking,
        "picking_type_id": 2 if outgoing else 1,
        "location_id": 5,
        "location_dest_id": 3,
        **({"sale_id": case.record.id} if outgoing else {}),
    }


def _move(case: Case, one: Shipment) -> Row:
    link = "sale_line_id" if one.kind is ShipmentKind.OUTGOING else "purchase_line_id"
    places = {"location_id": 5, "location_dest_id": 3, "company_id": 1}
    amounts = {"product_id": _PRODUCT, "product_uom_qty": 100.0, "state": one.state}
    return {"id": one.ref.id, "picking_id": one.ref.id, link: case.record.id, **places, **amounts}


def _invoices(sales: list[Case]) -> list[Row]:
    found: dict[int, Row] = {}
    for case in sales:
        for invoice in case.invoices:
            assert invoice.ref.id is not None
            before = found.get(invoice.ref.id)
            found[invoice.ref.id] = {
                "id": invoice.ref.id,
                "name": invoice.ref.name,
                "move_type": invoice.kind.value,
                "state": invoice.state,
                "partner_id": _owner(case),
                "commercial_partner_id": _owner(case),
                "payment_state": "not_paid" if invoice.amount_residual else "paid",
                "amount_total": float(invoice.amount_total),
                "amount_residual": float(invoice.amount_residual),
                "payment_reference": invoice.ref.name,
                "invoice_origin": f"{before['invoice_origin']}, {case.record.name}" if before else case.record.name,
            }
    return list(found.values())


def _messages(threads: dict[str, str]) -> Iterator[Row]:
    for n, (message_id, key) in enumerate(threads.items()):
        model, _, number = key.partition(":")
        yield {"id": 9_000 + n, "model": model, "res_id": int(number), "message_id": message_id, "body": "hello"}

"""Orders, invoices and promises of a book as rows of Odoo."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from triage.domain import Case, Invoice, Line, Order, Purchase
from triage.odoo.book import is_purchase
from triage.odoo.sandbox.day_parties import FIRST, TRACKED, Values
from triage.odoo.sandbox.day_stock import Stock


class Orders(Stock):
    """What is sold, bought, billed and promised."""

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
            self.put("sale.order.line", self.line_id(line, "sale.order.line", order.ref.name, place), values)

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
            self.put("purchase.order.line", self.line_id(line, "purchase.order.line", purchase.ref.name, place), told)
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
            "journal_id": FIRST if sells else FIRST + 1,
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
        self.put("account.move.line", self.line_id(line, "account.move.line", str(invoice), place), values)

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
            change = {"mail_message_id": number, "field_id": TRACKED, "create_date": made}
            change |= {
                "old_value_datetime": self.noon(earlier.promised_for),
                "new_value_datetime": self.noon(later.promised_for),
            }
            if case.promises[-1] is later:
                change["new_value_datetime"] = self.stamp(case.order.commitment_date)
            self.by_name("mail.tracking.value", str(number), change)


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

"""What a purchase order's capture asks about customers who wait is answered alike by every Odoo."""

from __future__ import annotations

from tests.contract.arranged import Arranged
from triage.odoo.capture import wanted
from triage.odoo.client import Odoo

_DOMAIN = [("product_id", "in", [1, 2]), ("sale_line_id", "!=", False), ("state", "in", ["waiting", "confirmed"])]


def test_moves_of_customers_lines_can_be_asked_for_by_product(bot: Odoo) -> None:
    fields = bot.fields("stock.move")
    assert fields is not None
    assert (fields["sale_line_id"].type, fields["sale_line_id"].relation) == ("many2one", "sale.order.line")
    assert {"waiting", "confirmed", "partially_available", "assigned"} <= set(fields["state"].choices)
    assert all(row.one("sale_line_id") for row in bot.search("stock.move", _DOMAIN, wanted.MOVE, order="date, id"))


def test_a_purchase_line_tells_which_moves_it_feeds(bot: Odoo) -> None:
    fields = bot.fields("purchase.order.line")
    assert fields is not None
    assert (fields["move_dest_ids"].relation, fields["move_ids"].relation) == ("stock.move", "stock.move")


def test_the_head_of_a_waiting_order_names_customer_and_promise(bot: Odoo, arranged: Arranged) -> None:
    order = arranged.order(commitment_date="2026-12-01 12:00:00")
    (row,) = bot.search("sale.order", [("id", "=", order.id)], wanted.SALE_ORDER)
    assert row.label("partner_id")
    assert row.moment("commitment_date") is not None

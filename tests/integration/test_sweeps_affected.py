"""What hits an order without touching it: moves, receipts, suppliers' dates, invoices, payments, and days that pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.integration.sweeping import NOON, Desk, desk_at
from tests.unit.opened_store import Opened
from triage.domain import Policy, Thresholds
from triage.domain.policies import PolicyBook
from triage.odoo.connection import Sweeping
from triage.odoo.sandbox.demo import SampleDay, sample_day

SHORT, SHORT_OF = "sale.order:377", 10014
"""An order of which a part has not been reserved, and its product."""


@pytest.fixture(scope="module", params=[18, 19])
def day(request: pytest.FixtureRequest) -> Iterator[SampleDay]:
    with sample_day(request.param) as found:
        yield found


@pytest.fixture
def desk(day: SampleDay, tmp_path: Any) -> Iterator[Desk]:
    with Opened(tmp_path) as opened, desk_at(day, opened) as found:
        yield found


def first(desk: Desk, model: str, **fields: Any) -> int:
    return next(row["id"] for row in desk.day.box.rows(model) if all(row.get(n) == v for n, v in fields.items()))


def like(desk: Desk, model: str, number: int, **values: Any) -> int:
    """A record like another one, as old as time but for what is given."""

    def work(env: Any) -> int:
        row = {**env.db.tables.get(model, number), "write_date": "2099-01-01 00:00:00"} | values
        return int(env.db.tables.insert(model, row))

    return int(desk.day.box.edit(work))


def test_a_changed_line_hits_its_order(desk: Desk) -> None:
    desk.edit("sale.order.line", 3981)
    desk.sweep()
    assert desk.swept() == ["sale.order:398"]


def test_a_changed_move_hits_its_order_and_others_that_are_short_of_the_product(desk: Desk) -> None:
    desk.edit("stock.move", 8010)
    desk.sweep()
    assert desk.swept() == ["sale.order:366"]
    other = first(desk, "stock.move", product_id=SHORT_OF, sale_line_id=4211)
    desk.clock.after(hours=1)
    desk.edit("stock.move", other)
    desk.sweep()
    assert {SHORT, "sale.order:421"} <= set(desk.swept())


def test_a_receipt_hits_its_purchase_order_and_who_waits_for_the_goods(desk: Desk) -> None:
    desk.edit("stock.move", first(desk, "stock.move", purchase_line_id=1711))
    desk.sweep()
    assert desk.swept() == ["purchase.order:171", SHORT]


def test_a_receipt_is_followed_through_the_moves_that_it_feeds(desk: Desk) -> None:
    receipt = first(desk, "stock.move", purchase_line_id=1871)
    delivery = first(desk, "stock.move", sale_line_id=4251)
    put_away = like(desk, "stock.move", delivery, sale_line_id=False, product_id=10016, state="waiting")
    desk.day.box.edit(lambda env: env["stock.move"].browse(put_away).write({"move_dest_ids": [(6, 0, [delivery])]}))
    desk.stamp("stock.move", [put_away], NOON - timedelta(days=1))
    desk.day.box.edit(lambda env: env["stock.move"].browse(receipt).write({"move_dest_ids": [(6, 0, [put_away])]}))
    desk.stamp("stock.move", [delivery], NOON - timedelta(days=1))
    desk.edit("stock.move", receipt)
    desk.sweep()
    assert "sale.order:425" in desk.swept()


@pytest.mark.parametrize("model", ["purchase.order", "purchase.order.line"])
def test_a_supplier_who_slips_hits_the_orders_that_wait(desk: Desk, model: str) -> None:
    desk.edit(model, 171 if model == "purchase.order" else 1711)
    desk.sweep()
    assert desk.swept() == ["purchase.order:171", SHORT]


def test_a_line_that_was_bought_for_an_order_hits_it(desk: Desk) -> None:
    desk.edit("purchase.order.line", 1891, sale_line_id=4331)
    desk.sweep()
    assert {"purchase.order:189", "sale.order:433"} <= set(desk.swept())


def test_a_transfer_hits_its_order(desk: Desk) -> None:
    desk.edit("stock.picking", 801, carrier_tracking_ref="1Z999")
    desk.sweep()
    assert desk.swept() == ["sale.order:366"]


def test_an_invoice_hits_what_it_bills_and_the_customers_open_orders(desk: Desk) -> None:
    billed = first(desk, "sale.order.line", order_id=398)
    invoice = first(desk, "account.move", move_type="out_invoice", partner_id=1011)
    line = desk.create("account.move.line", move_id=invoice, name="x", sale_line_ids=[(6, 0, [billed])])
    assert line
    desk.edit("account.move", invoice)
    desk.sweep()
    # 398 stands on it; 418 is the same customer's and not delivered; 366 is his and delivered
    assert {"sale.order:398", "sale.order:418"} <= set(desk.swept())
    assert "sale.order:366" not in desk.swept()


def test_a_suppliers_bill_hits_its_purchase_order_and_no_customers(desk: Desk) -> None:
    known = first(desk, "account.move", move_type="out_invoice")
    bill = like(desk, "account.move", known, move_type="in_invoice", partner_id=1011)
    desk.create("account.move.line", move_id=bill, name="x", purchase_line_id=1761)
    desk.edit("account.move", bill)
    desk.sweep()
    assert desk.swept() == ["purchase.order:176"]


def test_a_payment_hits_the_customers_open_orders(desk: Desk) -> None:
    desk.create("account.payment", partner_id=1011, amount=100.0, state="paid", date="2099-03-10")
    desk.sweep()
    assert desk.swept() == ["sale.order:418"]


def test_many_moves_of_one_transaction_hit_an_order_once(desk: Desk) -> None:
    moves = [row["id"] for row in desk.day.box.rows("stock.move") if row.get("sale_line_id") in (3981, 3982, 3983)]
    desk.stamp("stock.move", moves, desk.clock.now)
    found = desk.sweep()
    assert (found.records, found.new) == (3, 1)


def test_a_part_of_the_same_second_that_is_committed_later_is_not_taken_for_what_was_seen(desk: Desk) -> None:
    desk.edit("sale.order.line", 3981)
    desk.edit("sale.order.line", 3983)
    assert desk.sweep().new == 1
    desk.stamp("sale.order.line", [3982], desk.clock.now)
    desk.clock.after(minutes=1)
    assert desk.sweep().new == 1
    assert desk.sweep().new == 0


def test_a_late_change_beside_a_newer_one_is_not_taken_for_it(desk: Desk) -> None:
    desk.edit("sale.order.line", 3981)
    desk.sweep()
    desk.edit("sale.order.line", 3982, desk.clock.now - timedelta(minutes=3))
    assert desk.sweep().new == 1
    desk.clock.after(minutes=3)
    assert desk.sweep().new == 0


def test_the_calls_of_a_page_do_not_grow_with_it(desk: Desk) -> None:
    quiet = desk.sweep().calls
    desk.edit("stock.move", 8010)
    one = desk.sweep().calls - quiet
    desk.clock.after(hours=1)
    desk.stamp("stock.move", [row["id"] for row in desk.day.box.rows("stock.move")], desk.clock.now)
    assert desk.sweep().calls - quiet <= one + 4


class TestDays:
    """Nothing is written; only the day changes."""

    def due(self, desk: Desk, model: str, number: int, name: str, moment: datetime) -> None:
        desk.stamp(model, [number], moment, name)

    def passes(self, desk: Desk, days: float) -> list[str]:
        desk.sweep()
        desk.clock.after(days=days)
        desk.sweep()
        return desk.swept()

    def test_a_promise_that_breaks(self, desk: Desk) -> None:
        self.due(desk, "sale.order", 425, "commitment_date", NOON)
        assert self.passes(desk, 0.4) == []
        assert self.passes(desk, 0.6) == ["sale.order:425"]

    def test_a_delivered_or_unconfirmed_order_breaks_none(self, desk: Desk) -> None:
        for number in (398, 440):
            self.due(desk, "sale.order", number, "commitment_date", NOON)
        assert self.passes(desk, 3) == []

    def test_as_late_as_the_companys_policy_has_it(self, desk: Desk) -> None:
        own = Policy(thresholds=Thresholds(days_late=4))
        desk.policies = PolicyBook(Policy(), {desk.at.company().name: own})
        self.due(desk, "sale.order", 425, "commitment_date", NOON)
        assert self.passes(desk, 3) == []
        assert self.passes(desk, 1) == ["sale.order:425"]

    def test_a_suppliers_date_hits_who_waits_unless_all_has_come(self, desk: Desk) -> None:
        for line in (1711, 1761):
            self.due(desk, "purchase.order.line", line, "date_planned", NOON)
        assert self.passes(desk, 1) == ["purchase.order:171", SHORT]

    def test_a_deadline_of_a_delivery(self, desk: Desk) -> None:
        self.due(desk, "stock.picking", 898, "date_deadline", NOON)
        assert self.passes(desk, 1) == ["sale.order:425"]

    def test_an_invoice_that_falls_due(self, desk: Desk) -> None:
        known = first(desk, "account.move", move_type="out_invoice", partner_id=1011)
        like(desk, "account.move", known, payment_state="not_paid", state="posted", invoice_date_due="2099-03-10")
        assert self.passes(desk, 1) == ["sale.order:418"]

    def test_the_same_day_again_is_the_same_arrival(self, desk: Desk) -> None:
        self.due(desk, "sale.order", 425, "commitment_date", NOON)
        assert self.passes(desk, 1) == ["sale.order:425"]
        desk.opened.database.execute("DELETE FROM watermarks")
        desk.sweeping = Sweeping(first_days=2, pause_seconds=0)
        desk.sweep_all()
        assert len([a for a in desk.arrivals() if "commitment_date" in a.key]) == 1

    def test_days_missed_while_nobody_swept_are_made_good_in_pages(self, desk: Desk) -> None:
        desk.sweeping = Sweeping(pause_seconds=0, page=10, most_records=10, most_calls=1000)
        orders = [desk.create("sale.order", partner_id=1011, state="sale") for _ in range(35)]
        desk.stamp("sale.order", orders, NOON - timedelta(days=9))
        for n, number in enumerate(orders):
            self.due(desk, "sale.order", number, "commitment_date", NOON + timedelta(days=n % 5))
        desk.clock.after(days=7)
        rounds = desk.sweep_all()
        assert len(rounds) >= 4
        assert {a.ref.id for a in desk.arrivals() if "commitment_date" in a.key} == set(orders)

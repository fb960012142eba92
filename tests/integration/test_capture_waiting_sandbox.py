"""Whose orders wait for a purchase order's goods, as the look-alike tells it, and the units that Odoo converts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.integration.test_capture_sandbox import WAYS, Desk, the_day, write_thread
from tests.unit.fact_cases import paper
from triage.cli.comparing import _captured, compared
from triage.domain import Policy, Waiting
from triage.odoo.sandbox import Sandbox
from triage.odoo.sandbox.day import CUSTOM, rows_of


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: f"{way[0]} {way[1]}")
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    version, api = request.param
    book = the_day()
    with Sandbox(version, rows=rows_of(book, version), fields=CUSTOM) as box:
        yield Desk(box, book, api)


@pytest.fixture
def again(desk: Desk) -> Iterator[Desk]:
    before = desk.box.snapshot()
    yield desk
    desk.box.restore(before)


def unreserve(desk: Desk, line: int, reserved: float = 0) -> int:
    """Takes the goods of a sales line away; returns its move."""

    def work(env: Any) -> int:
        (move,) = env["stock.move"].search([("sale_line_id", "=", line), ("state", "not in", ["done", "cancel"])])
        move.write({"quantity": reserved, "state": "partially_available" if reserved else "confirmed"})
        return int(move.id)

    return desk.box.edit(work)


def waiting(desk: Desk, order: str = "P00187") -> dict[tuple[str, str], Waiting]:
    case = desk.capture().case(desk.ref(order))
    assert case is not None
    return {(one.order.name, one.product): one for one in case.purchases[0].waiting}


def test_what_is_reserved_waits_for_nothing(desk: Desk) -> None:
    assert waiting(desk) == {}


def test_lines_that_lack_the_product_wait_for_what_is_bought_for_stock(again: Desk) -> None:
    unreserve(again, 4251)
    unreserve(again, 4291, reserved=400)
    found = waiting(again)
    assert set(found) == {("S00425", "FS-933-M8X40"), ("S00429", "FS-933-M8X40")}
    whole, rest = found["S00425", "FS-933-M8X40"], found["S00429", "FS-933-M8X40"]
    assert (whole.customer, whole.quantity, whole.reserved) == ("Werkplaats Zuiderzee B.V.", 800, 0)
    assert (str(whole.promised), whole.line, whole.is_bound) == ("2026-11-20", 4251, False)
    assert (rest.quantity, rest.reserved) == (600, 400)


def test_a_line_for_which_it_was_bought_is_bound(again: Desk) -> None:
    move = unreserve(again, 4291)
    again.box.edit(lambda env: env["purchase.order.line"].browse(1871).write({"move_dest_ids": [(6, 0, [move])]}))
    assert waiting(again)["S00429", "FS-933-M8X40"].is_bound


def test_what_was_delivered_or_cancelled_waits_no_more(again: Desk) -> None:
    unreserve(again, 4251)
    again.box.edit(lambda env: env["sale.order.line"].browse(4251).write({"qty_delivered": 800}))
    unreserve(again, 4291)
    again.box.edit(lambda env: env["sale.order"].browse(429).write({"state": "cancel"}))
    assert waiting(again) == {}


def test_nobody_waits_for_what_has_come(again: Desk) -> None:
    unreserve(again, 4251)
    again.box.edit(lambda env: env["purchase.order.line"].browse(1871).write({"qty_received": 12000}))
    assert waiting(again) == {}


def test_what_may_not_be_read_is_named(again: Desk) -> None:
    unreserve(again, 4251)
    buyer = again.box.add_user("buyer", groups=("base.group_user", "purchase.group_purchase_user"))
    case = again.capture(again.odoo(buyer)).case(again.ref("P00187"))
    assert case is not None
    assert case.purchases[0].waiting == ()
    assert any(note.startswith("waiting orders:") for note in case.missing)


def test_at_most_twenty_calls_with_thread_and_documents(again: Desk) -> None:
    write_thread(again, "purchase.order", 187)
    unreserve(again, 4251)
    capture = again.capture()
    capture.case(again.ref("P00187"))
    before = len(again.box.calls)
    assert capture.case(again.ref("P00187")) is not None
    assert len(again.box.calls) - before <= 20


def test_a_line_in_another_unit_than_the_product_has_its_size(again: Desk) -> None:
    newer = again.box.version >= 19

    def work(env: Any) -> None:
        unit = env["uom.uom"].search([("name", "=", "Units")], limit=1)
        if newer:
            box = {"name": "Box of 200", "relative_factor": 200.0, "relative_uom_id": unit.id, "factor": 200.0}
        else:
            box = {"name": "Box of 200", "category_id": unit.category_id.id, "uom_type": "bigger", "factor": 1 / 200}
        number = env["uom.uom"].create(box).id
        name = "product_uom_id" if newer else "product_uom"
        env["purchase.order.line"].browse(1871).write({name: number, "product_qty": 60})

    again.box.edit(work)
    case = again.capture().case(again.ref("P00187"))
    assert case is not None
    line = next(line for line in case.purchases[0].lines if line.id == 1871)
    assert (line.uom, line.own_uom, line.uom_size) == ("Box of 200", "Units", Decimal(200))
    other = next(line for line in case.purchases[0].lines if line.id == 1872)
    assert (other.own_uom, other.uom_size) == (None, None)


def test_extract_beside_the_connected_order_says_whom_a_split_hits(again: Desk) -> None:
    unreserve(again, 4251)
    unreserve(again, 4291)
    parts = [
        {"seller_item_id": "0933.08.040", "quantity": Decimal(6000), "unit": "Stk", "delivery_date": day}
        for day in (date(2026, 11, 24), date(2027, 1, 5))
    ]
    document = paper("order_confirmation", *parts, purchase_order_reference="P00187")
    capture = again.capture()
    found = compared(document, None, lambda name: _captured(capture, name), Policy())["comparisons"][0]
    (row,) = [each for each in found["lines"] if each["product"] == "FS-933-M8X40"]
    assert [each["kind"] for each in row["differences"]] == ["split", "date_difference"]
    assert [(each["order"], each["covered"], each["slack_days"]) for each in row["orders"]] == [
        ("S00425", "2026-11-24", -4),
        ("S00429", "2026-11-24", -4),
    ]
    gone = paper("order_confirmation", *parts, purchase_order_reference="P99999")
    assert (
        "there is no purchase order P99999"
        in compared(gone, None, lambda name: _captured(capture, name), Policy())["not_compared"]
    )

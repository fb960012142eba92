"""The network that waits for bought goods, as the look-alike tells it: reservations, chains of moves, what is free."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.integration.test_capture_sandbox import WAYS, Desk, the_day
from tests.integration.test_capture_waiting_sandbox import unreserve
from triage.domain import Case, Impact, Network, NodeKind, Policy, Shift
from triage.facts.grounds import Grounds
from triage.facts.impact import impact
from triage.facts.impact_facts import impact_of
from triage.odoo.sandbox import Sandbox
from triage.odoo.sandbox.day import CUSTOM, rows_of

PURCHASE, LINE, PRODUCT = "P00187", 1871, "FS-933-M8X40"


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


def case_of(desk: Desk) -> Case:
    case = desk.capture().case(desk.ref(PURCHASE))
    assert case is not None
    return case


def network(desk: Desk) -> Network:
    found = case_of(desk).network
    assert found is not None
    return found


def hit(desk: Desk, day: date | None, quantity: int | None = None) -> Impact:
    brought = None if quantity is None else Decimal(quantity)
    return impact(network(desk), [Shift(key=f"purchase.order.line:{LINE}", day=day, quantity=brought)], "a change")


def planned(desk: Desk) -> date:
    day = next(node.day for node in network(desk).nodes if node.key == f"purchase.order.line:{LINE}")
    assert day is not None
    return day


def test_what_is_reserved_does_not_hang_on_the_purchase(desk: Desk) -> None:
    found = hit(desk, planned(desk) + timedelta(days=60))
    assert "S00425" not in {one.order.name for one in found.hits}


def test_a_line_without_goods_is_hit_by_a_late_purchase(again: Desk) -> None:
    unreserve(again, 4251)
    again.box.edit(lambda env: [quant.unlink() for quant in env["stock.quant"].search([])])
    late = planned(again) + timedelta(days=60)
    (one,) = [each for each in hit(again, late).hits if each.order.name == "S00425"]
    assert (one.product, one.after, one.customer) == (PRODUCT, late, "Werkplaats Zuiderzee B.V.")
    assert (str(one.promised), one.is_safe) == ("2026-11-20", False)
    assert one.amount is not None
    assert one.path[0] == f"purchase.order.line:{LINE}"


def test_a_move_that_the_receipt_feeds_is_bound_to_it(again: Desk) -> None:
    move = unreserve(again, 4291)

    def bind(env: Any) -> None:
        (receipt,) = env["stock.move"].search([("purchase_line_id", "=", LINE)], limit=1)
        env["stock.move"].browse(move).write({"move_orig_ids": [(6, 0, [receipt.id])]})

    again.box.edit(bind)
    flows = network(again).flows
    assert (f"purchase.order.line:{LINE}", "sale.order.line:4291") in {(flow.source, flow.target) for flow in flows}


def test_goods_that_never_come_leave_the_line_uncovered(again: Desk) -> None:
    unreserve(again, 4251)
    again.box.edit(lambda env: [quant.unlink() for quant in env["stock.quant"].search([])])
    gone = [each for each in hit(again, None, 0).hits if each.order.name == "S00425"]
    assert [each.after for each in gone] == [None]


def test_the_calls_are_few(again: Desk) -> None:
    unreserve(again, 4251)
    capture = again.capture()
    ref = again.ref(PURCHASE)
    capture.case(ref)
    before = len(again.box.calls)
    capture.case(ref)
    assert len(again.box.calls) - before <= 20


def test_an_overdue_purchase_tells_whom_it_hits(again: Desk) -> None:
    unreserve(again, 4251)
    again.box.edit(lambda env: [quant.unlink() for quant in env["stock.quant"].search([])])

    def overdue(env: Any) -> None:
        env["purchase.order.line"].browse(LINE).write({"date_planned": "2026-10-01 10:00:00"})

    again.box.edit(overdue)
    case = case_of(again)
    found = impact_of(Grounds(case, (), Policy()))
    assert found is not None
    assert found.of == f"{PURCHASE} is overdue; if it came today"
    assert "S00425" in {one.order.name for one in found.hits}
    assert {node.kind for node in (case.network.nodes if case.network else ())} == set(NodeKind)

"""What stands in an order's way, as the look-alike tells it: reservations, alerts, repairs, piles, open shifts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.test_capture_sandbox import Desk, the_day
from tests.integration.test_capture_waiting_sandbox import unreserve
from triage.domain import Case, Hindrance, HindranceKind, Policy, RecordRef
from triage.facts import establish_facts
from triage.facts.grounds import Grounds
from triage.facts.impact_facts import impact_of
from triage.odoo.sandbox import App, Sandbox
from triage.odoo.sandbox.day import CUSTOM, rows_of

ORDER, LINE = "S00425", 4251
K = HindranceKind


@pytest.fixture(scope="module")
def enterprise() -> Iterator[Desk]:
    book = the_day()
    apps = (set(App) - {App.HELPDESK_MGMT}) | {App.HELPDESK}
    rows = rows_of(book, 18) | {
        "quality.alert.team": [{"id": 1, "name": "Quality"}],
        "quality.alert.stage": [{"id": 1, "name": "New"}, {"id": 2, "name": "Closed", "done": True}],
        "maintenance.stage": [{"id": 50, "name": "Open"}, {"id": 51, "name": "Repaired", "done": True}],
        "maintenance.team": [{"id": 50, "name": "Technicians"}],
        "maintenance.equipment": [{"id": 50, "name": "Wrapper 1", "effective_date": "2024-01-01"}],
        "planning.role": [{"id": 1, "name": "Picker"}],
    }
    with Sandbox(18, rows=rows, fields=CUSTOM, apps=apps) as box:
        yield Desk(box, book)


@pytest.fixture
def desk(enterprise: Desk) -> Iterator[Desk]:
    before = enterprise.box.snapshot()
    yield enterprise
    enterprise.box.restore(before)


def case_of(desk: Desk, name: str = ORDER) -> Case:
    case = desk.capture().case(desk.ref(name))
    assert case is not None
    return case


def found(desk: Desk, kind: HindranceKind) -> list[Hindrance]:
    return [each for each in case_of(desk).hindrances if each.kind is kind]


def product_of(env: Any, line: int = LINE) -> int:
    return int(env["sale.order.line"].browse(line).product_id.id)


def break_promise(desk: Desk) -> None:
    past = (desk.book.captured_at - timedelta(days=3)).strftime("%Y-%m-%d %H:%M:%S")  # type: ignore[operator]
    desk.box.edit(lambda env: env["sale.order"].browse(425).write({"commitment_date": past}))


def test_an_order_without_trouble_has_none_and_costs_no_call(desk: Desk) -> None:
    assert case_of(desk).hindrances == ()


def test_what_other_orders_hold_of_a_product_that_is_short(desk: Desk) -> None:
    unreserve(desk, LINE)
    (held,) = found(desk, K.RESERVED_ELSEWHERE)
    assert (held.record.name if held.record else None, held.about) == ("S00429", "FS-933-M8X40")
    assert held.quantity and held.quantity > 0
    assert (held.customer is not None, held.until is not None) == (True, True)


def test_an_open_alert_on_the_product_and_no_closed_one(desk: Desk) -> None:
    unreserve(desk, LINE)

    def alert(env: Any) -> None:
        common = {"team_id": 1, "company_id": 1, "product_id": product_of(env)}
        env["quality.alert"].create({"name": "QA1", "title": "Seal failed", "stage_id": 1, **common})
        env["quality.alert"].create({"name": "QA2", "title": "Old", "stage_id": 2, **common})

    desk.box.edit(alert)
    (blocked,) = found(desk, K.QUALITY_BLOCK)
    assert (blocked.record.name if blocked.record else None, blocked.what) == ("QA1", "Seal failed")


def test_repairs_piles_and_open_shifts_stand_with_a_late_order_only(desk: Desk) -> None:
    now = desk.book.captured_at
    assert now is not None

    def trouble(env: Any) -> None:
        common = {"company_id": 1, "maintenance_team_id": 50, "equipment_id": 50}
        env["maintenance.request"].create({"name": "Belt torn", "stage_id": 50, "request_date": "2026-11-10", **common})
        env["maintenance.request"].create({"name": "Done", "stage_id": 51, **common})
        env["maintenance.request"].create(
            {"name": "Yearly", "stage_id": 50, "maintenance_type": "preventive", **common}
        )
        for hours in (4, 20):
            begins = now + timedelta(hours=hours)
            env["planning.slot"].create(
                {"company_id": 1, "role_id": 1, "start_datetime": begins.strftime("%Y-%m-%d %H:%M:%S"),
                 "end_datetime": (begins + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S")}
            )  # fmt: skip

    desk.box.edit(trouble)
    unreserve(desk, LINE)
    assert found(desk, K.EQUIPMENT_DOWN) == found(desk, K.OPEN_SHIFTS) == []
    break_promise(desk)
    (down,) = found(desk, K.EQUIPMENT_DOWN)
    assert (down.about, down.what, str(down.since)) == ("Wrapper 1", "Belt torn", "2026-11-10")
    (shifts,) = found(desk, K.OPEN_SHIFTS)
    assert (shifts.about, shifts.quantity, shifts.record) == ("Picker", 2, None)


def test_other_late_transfers_are_counted_and_not_named(desk: Desk) -> None:
    def late(env: Any) -> None:
        for picking in env["stock.picking"].search([("picking_type_id", "=", 2), ("sale_id", "!=", 425)]):
            picking.write({"state": "assigned", "scheduled_date": "2026-11-01 08:00:00"})

    desk.box.edit(late)
    break_promise(desk)
    (pile,) = found(desk, K.BACKLOG)
    assert pile.record is None
    assert pile.quantity and pile.quantity > 1


def test_an_alert_tells_who_waits_for_what_it_blocks(desk: Desk) -> None:
    """Lines whose goods are in the blocked lot are not covered any more; the cause and whom it hits are told."""

    def block(env: Any) -> int:
        product = product_of(env)
        for quant in env["stock.quant"].search([("product_id", "=", product)]):
            quant.unlink()
        lot = env["stock.lot"].create({"name": "L-77", "product_id": product, "company_id": 1})
        env["stock.quant"].create(
            {"product_id": product, "location_id": 5, "lot_id": lot.id, "quantity": 5000, "reserved_quantity": 0,
             "in_date": "2026-11-01 08:00:00"}
        )  # fmt: skip
        made = env["quality.alert"].create(
            {"name": "QA7", "title": "Seal failed", "team_id": 1, "company_id": 1, "stage_id": 1, "product_id": product,
             "lot_id": lot.id}
        )  # fmt: skip
        return int(made.id)

    number = desk.box.edit(block)
    case = desk.capture().case(RecordRef(model="quality.alert", id=number, name="QA7"))
    assert case is not None
    (blocked,) = case.hindrances
    assert (blocked.kind, blocked.about, blocked.lot, blocked.quantity) == (
        K.QUALITY_BLOCK, "FS-933-M8X40", "L-77", 5000,
    )  # fmt: skip
    found = impact_of(Grounds(case, (), Policy()))
    assert found is not None
    assert found.of == "FS-933-M8X40 is blocked for quality"
    assert {hit.order.name for hit in found.hits} >= {"S00425", "S00429"}
    assert all(hit.after is None for hit in found.hits)
    assert "quality.blocked" in {fact.name for fact in establish_facts(case, (), Policy())}

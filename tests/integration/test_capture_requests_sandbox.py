"""Leads, approvals, quality checks and repairs, as the look-alike of Odoo tells them: read, and never acted on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.integration.test_capture_hindrances_sandbox import ORDER, break_promise, product_of
from tests.integration.test_capture_sandbox import Desk, the_day
from triage.domain import Case, Fact, HindranceKind, Policy, RecordRef
from triage.domain.requests import ApprovalStatus
from triage.facts import establish_facts
from triage.odoo.sandbox import App, Sandbox
from triage.odoo.sandbox.day import CUSTOM, rows_of


@pytest.fixture(scope="module")
def both() -> Iterator[Desk]:
    """Enterprise, with OCA's reviews beside it."""
    book = the_day()
    apps = (set(App) - {App.HELPDESK_MGMT}) | {App.HELPDESK}
    rows = rows_of(book, 18) | {
        "approval.category": [{"id": 5, "name": "Discount", "company_id": 1, "approval_minimum": 2}],
        "quality.alert.team": [{"id": 1, "name": "Quality"}],
        "quality.alert.stage": [{"id": 1, "name": "New"}],
        "tier.definition": [{"id": 5, "name": "Above 5,000", "model": "sale.order"}],
        "maintenance.stage": [{"id": 50, "name": "Open"}],
        "maintenance.team": [{"id": 50, "name": "Technicians"}],
        "maintenance.equipment": [{"id": 50, "name": "Wrapper 1", "effective_date": "2024-01-01"}],
        "crm.stage": [{"id": 50, "name": "Proposal"}],
    }
    with Sandbox(18, rows=rows, fields=CUSTOM, apps=apps) as box:
        yield Desk(box, book)


@pytest.fixture
def desk(both: Desk) -> Iterator[Desk]:
    before = both.box.snapshot()
    yield both
    both.box.restore(before)


def made(desk: Desk, of: str, **values: Any) -> int:
    return int(desk.box.edit(lambda env: env[of].create(values).id))


def case_of(desk: Desk, model: str, number: int) -> Case:
    case = desk.capture().case(RecordRef(model=model, id=number, name="x"))
    assert case is not None
    return case


def facts_of(case: Case) -> dict[str, Fact]:
    return {fact.name: fact for fact in establish_facts(case, (), Policy())}


def ago(desk: Desk, **more: float) -> str:
    assert desk.book.captured_at is not None
    return (desk.book.captured_at - timedelta(**more)).strftime("%Y-%m-%d %H:%M:%S")


def request(desk: Desk, **values: Any) -> int:
    """A request that one of two approvers has approved, five days ago."""
    number = made(
        desk, "approval.request", name="12 % for Morvan", reason="<p>They order forty.</p>", category_id=5,
        request_owner_id=2, request_status="pending", date_confirmed=ago(desk, days=5), amount=480.0, **values,
    )  # fmt: skip
    for status in ("approved", "pending"):
        made(desk, "approval.approver", request_id=number, user_id=2, status=status)
    return number


def test_a_request_says_since_when_it_waits_and_how_many_have_approved(desk: Desk) -> None:
    case = case_of(desk, "approval.request", request(desk))
    (approval,) = case.approvals
    assert (approval.what, approval.status, approval.given, approval.needed) == (
        "Discount", ApprovalStatus.PENDING, 1, 2,
    )  # fmt: skip
    found = facts_of(case)
    pending = found["approval.pending"]
    assert (pending.value, pending.unit, pending.about) == (Decimal(5), "days", "Discount")
    assert pending.sources[0] == f"{case.record.key}.request_status"
    assert "Discount for 480 waits to be approved since" in pending.how
    assert found["approval.given"].how == "1 of 2 have approved Discount"
    assert "approval.stalled" in found
    assert "Mitchell" not in str(case.approvals), "how many are asked, never who"


def test_a_request_that_was_refused_and_one_that_nobody_was_asked_for(desk: Desk) -> None:
    number = made(desk, "approval.request", name="No", category_id=5, request_owner_id=2, request_status="refused")
    found = facts_of(case_of(desk, "approval.request", number))
    assert (found["approval.refused"].value, "approval.pending" in found) == (True, False)
    number = made(desk, "approval.request", name="Draft", category_id=5, request_owner_id=2, request_status="new")
    assert not {name for name in facts_of(case_of(desk, "approval.request", number)) if name.startswith("approval.")}


def test_a_request_brings_the_order_that_it_names_and_only_of_its_own_partner(desk: Desk) -> None:
    partner = desk.box.env()["sale.order"].browse(412).partner_id.id
    assert case_of(desk, "approval.request", request(desk, reference="S00412", partner_id=partner)).order is not None
    other = request(desk, reference="S00412", partner_id=1014 if partner != 1014 else 1003)
    assert case_of(desk, "approval.request", other).order is None
    assert case_of(desk, "approval.request", request(desk, reference="S00412")).order is None
    assert case_of(desk, "approval.request", request(desk, reference="S004", partner_id=partner)).order is None


def test_reviews_of_an_order_stand_with_it_and_those_of_others_do_not(desk: Desk) -> None:
    common = {"model": "sale.order", "definition_id": 5}
    first = made(desk, "tier.review", res_id=412, status="pending", sequence=1, **common)
    made(desk, "tier.review", res_id=412, status="waiting", sequence=2, **common)
    made(desk, "tier.review", res_id=412, status="approved", sequence=3, **common)
    made(desk, "tier.review", res_id=425, status="pending", **common)
    case = desk.capture().case(desk.ref("S00412"))
    assert case is not None
    assert [(each.what, each.status) for each in case.approvals] == [
        ("Above 5,000", ApprovalStatus.PENDING), ("Above 5,000", ApprovalStatus.WAITING),
    ]  # fmt: skip
    told = [fact for fact in establish_facts(case, (), Policy()) if fact.name == "approval.pending"]
    assert told[0].sources[0] == f"tier.review:{first}.status"
    assert told[1].how.startswith("Above 5,000 waits for another one first")


def test_a_lead_says_where_it_stands_and_that_nobody_has_it(desk: Desk) -> None:
    number = made(
        desk, "crm.lead", name="Forty brackets", type="opportunity", stage_id=50, user_id=False,
        expected_revenue=9000.0, date_deadline=ago(desk, days=4)[:10], date_last_stage_update=ago(desk, days=20),
        description="<p>When do you send the offer?</p>", email_from="buyer@example.com",
    )  # fmt: skip
    case = case_of(desk, "crm.lead", number)
    found = facts_of(case)
    assert {name: fact.value for name, fact in found.items() if name.startswith("lead.")} == {
        "lead.stage": "Proposal",
        "lead.stage_days": Decimal(20),
        "lead.unassigned": True,
        "lead.deadline_passed": Decimal(4),
        "lead.expected_revenue": Decimal(9000),
    }
    assert found["lead.deadline_passed"].sources == (f"crm.lead:{number}.date_deadline",)
    desk.box.edit(lambda env: env["crm.lead"].browse(number).write({"active": False}))
    assert not {name for name in facts_of(case_of(desk, "crm.lead", number)) if name.startswith("lead.")}


def test_a_failed_check_stands_in_the_way_of_a_late_order(desk: Desk) -> None:
    break_promise(desk)
    product = product_of(desk.box.env())
    common = {"product_id": product, "team_id": 1, "company_id": 1}
    number = made(desk, "quality.check", name="QC1", title="Thread gauge", quality_state="fail", **common)
    made(desk, "quality.check", name="QC2", title="Colour", quality_state="pass", **common)
    case = desk.capture().case(desk.ref(ORDER))
    assert case is not None
    (failed,) = [each for each in case.hindrances if each.kind is HindranceKind.QUALITY_FAILED]
    assert (failed.record.id if failed.record else None, failed.what) == (number, "Thread gauge")
    fact = facts_of(case)["quality.check_failed"]
    assert fact.sources == (f"quality.check:{number}.quality_state",)
    assert "did not pass a check" in fact.how
    own = facts_of(case_of(desk, "quality.check", number))
    assert own["quality.check_failed"].about == fact.about


def test_an_alert_on_the_lot_that_left_stands_with_the_order_it_left_for(desk: Desk) -> None:
    """An alert on the lot that was in its transfer is evidence; one on another lot of the same goods is none."""

    def leave(env: Any) -> int:
        order = env["sale.order"].browse(412)
        product = order.order_line[0].product_id.id
        env["product.product"].browse(product).product_tmpl_id.write({"tracking": "lot"})
        picking = env["stock.picking"].search([("sale_id", "=", 412)], limit=1)
        lots = [env["stock.lot"].create({"name": name, "product_id": product, "company_id": 1}) for name in ("A", "B")]
        move = env["stock.move"].search([("picking_id", "=", picking.id), ("product_id", "=", product)], limit=1)
        move.write({"state": "done", "date": ago(desk, days=2)})
        line = {"move_id": move.id, "picking_id": picking.id, "product_id": product, "lot_id": lots[0].id}
        places = {"location_id": 5, "location_dest_id": 5}
        env["stock.move.line"].create({**line, **places, "product_uom_id": move.product_uom.id, "quantity": 1.0})
        common = {"team_id": 1, "company_id": 1, "stage_id": 1, "product_id": product}
        env["quality.alert"].create({"name": "QA1", "title": "Other lot", "lot_id": lots[1].id, **common})
        return int(env["quality.alert"].create({"name": "QA2", "title": "Own", "lot_id": lots[0].id, **common}).id)

    own = desk.box.edit(leave)
    case = desk.capture().case(desk.ref("S00412"))
    assert case is not None
    alerts = [each for each in case.hindrances if each.kind is HindranceKind.QUALITY_BLOCK]
    assert [(each.record.id if each.record else None, each.lot) for each in alerts] == [(own, "A")]


def test_a_repair_is_a_fact_of_its_own_request(desk: Desk) -> None:
    number = made(
        desk, "maintenance.request", name="Belt torn", stage_id=50, request_date=ago(desk, days=3)[:10], company_id=1,
        maintenance_team_id=50, equipment_id=50,
    )  # fmt: skip
    fact = facts_of(case_of(desk, "maintenance.request", number))["equipment.down"]
    assert (fact.value, fact.about) == (Decimal(3), "Wrapper 1")
    assert fact.sources == (f"maintenance.request:{number}.stage_id",)


def test_reading_them_writes_nothing(desk: Desk) -> None:
    number = request(desk)
    before = {model: desk.box.rows(model) for model in ("approval.request", "approval.approver", "tier.review")}
    calls = len(desk.box.calls)
    case_of(desk, "approval.request", number)
    assert {call.method for call in desk.box.calls[calls:]} <= {"login", "search_read", "fields_get", "context_get"}
    assert {model: desk.box.rows(model) for model in before} == before

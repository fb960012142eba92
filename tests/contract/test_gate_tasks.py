"""Draft tasks through the gate: for later, nobody's, mailing nobody, only where nobody outside looks on."""

from __future__ import annotations

import pytest

from tests.contract.arranged import Arranged
from tests.contract.posting import DUE, followers, messages, text
from tests.contract.targets import Target
from triage.domain import RecordRef
from triage.errors import OdooRejected
from triage.odoo.gate.client import Gate
from triage.odoo.verbs import Ticket, Withdraw

TASK = "project.task"


@pytest.fixture
def order(arranged: Arranged) -> RecordRef:
    return arranged.order()


def project(arranged: Arranged, **more: object) -> int:
    values = {"name": f"Order desk {arranged.token}", "privacy_visibility": "employees"} | more
    return arranged.make("project.project", values)


def task(marker: str, order: RecordRef, in_: int, name: str = "Decide about FS-933") -> Ticket:
    return Ticket(marker=marker, record=order, name=name, text=text(name), project=in_, due=DUE)


def test_a_draft_task_is_nobodys_and_tells_nobody(
    target: Target, arranged: Arranged, order: RecordRef, marker: str
) -> None:
    assert target.gate.has_tasks
    where = project(arranged)
    (done,) = target.gate.do([task(marker, order, where)])
    assert done.status == "posted"
    assert done.ref is not None
    arranged.kept.made.append((TASK, done.ref.id or 0))
    row = arranged.row(done.ref, "name", "project_id", "user_ids", "partner_id", "date_deadline", "description")
    assert (row.text("name"), row.one("project_id"), row.one("partner_id")) == ("Decide about FS-933", where, None)
    assert row.many("user_ids") == ()
    assert (row.text("date_deadline") or "").startswith(str(DUE))
    assert "Two pallets are late." in (row.text("description") or "")
    assert followers(arranged, done.ref) == followers(arranged, done.ref) - {target.bot.user.partner}
    assert not [each for each in messages(arranged, done.ref) if each.many("partner_ids")]


def test_again_it_is_brought_up_to_date_until_somebody_takes_it_up(
    gate: Gate, arranged: Arranged, order: RecordRef, marker: str
) -> None:
    where = project(arranged)
    first = gate.do([task(marker, order, where)])[0]
    assert first.ref is not None
    arranged.kept.made.append((TASK, first.ref.id or 0))
    again = gate.do([task(marker, order, where, "Decide about FS-934")])[0]
    assert (again.status, again.ref) == ("updated", first.ref)
    assert arranged.row(first.ref, "name").text("name") == "Decide about FS-934"
    arranged.write(first.ref, {"user_ids": [(6, 0, [arranged.admin.user.id])]})
    assert gate.do([task(marker, order, where)])[0].status == "kept"
    assert gate.do([Withdraw(marker=marker)])[0].status == "kept"
    assert arranged.row(first.ref, "name").text("name") == "Decide about FS-934"


def test_one_that_nobody_took_up_is_taken_back(gate: Gate, arranged: Arranged, order: RecordRef, marker: str) -> None:
    made = gate.do([task(marker, order, project(arranged))])[0]
    assert made.ref is not None
    assert gate.do([Withdraw(marker=marker)])[0].status == "withdrawn"
    assert arranged.admin.read(TASK, [made.ref.id or 0], ["name"]) == []


def test_a_project_that_people_outside_follow_gets_none(
    gate: Gate, arranged: Arranged, order: RecordRef, marker: str
) -> None:
    where, customer = project(arranged), arranged.partner()
    arranged.admin.call("project.project", "message_subscribe", [where], {"partner_ids": [customer]})
    before = arranged.admin.count(TASK, [("project_id", "=", where)])
    with pytest.raises(OdooRejected, match="followed by people outside"):
        gate.do([task(marker, order, where)])
    assert arranged.admin.count(TASK, [("project_id", "=", where)]) == before


def test_a_project_that_is_gone_or_hidden_gets_none(gate: Gate, order: RecordRef, marker: str) -> None:
    with pytest.raises(OdooRejected, match="is gone"):
        gate.do([task(marker, order, 2**30)])

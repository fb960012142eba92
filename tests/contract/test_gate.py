"""The gate, used by the service user: what it does, exactly, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.contract.arranged import Arranged
from tests.contract.posting import (
    activities,
    activity,
    followers,
    markers,
    messages,
    note,
    notified,
    text,
    ticket,
)
from tests.contract.targets import Target
from triage.domain import RecordRef
from triage.errors import AccessDenied, OdooRejected, RecordMissing
from triage.odoo.client import Odoo
from triage.odoo.gate.client import Gate, gate_id
from triage.odoo.gate.code import gate_code, gate_hash
from triage.odoo.gate.inside import DRAFT_STAGE, MODULE
from triage.odoo.verbs import Apply, Note, Withdraw


@pytest.fixture
def order(arranged: Arranged) -> RecordRef:
    customer = arranged.partner()
    made = arranged.order(partner_id=customer)
    arranged.admin.call("sale.order", "message_subscribe", [made.id or 0], {"partner_ids": [customer]})
    return made


def bot_partner(target: Target) -> int:
    return target.bot.user.partner or 0


def raw(bot: Odoo, steps: list[dict[str, Any]]) -> Any:
    """Steps as somebody might send them who does not use our client."""
    return bot.call("ir.actions.server", "run", [gate_id(bot) or 0], context={"triage": steps})


def test_it_is_the_gate_that_this_version_knows(target: Target) -> None:
    assert target.gate.code_hash == gate_hash(gate_code(target.major))
    assert target.gate.has_tickets


# Notes


def test_a_note_is_one_internal_note_by_the_service_user(
    target: Target, arranged: Arranged, order: RecordRef, marker: str
) -> None:
    before, watching = messages(arranged, order), followers(arranged, order)
    (done,) = target.gate.do([note(marker, order)])
    (posted,) = messages(arranged, order)[len(before) :]
    assert (done.status, done.ref and done.ref.id) == ("posted", posted.id)
    subtype = arranged.admin.read("mail.message.subtype", [posted.one("subtype_id") or 0], ["internal"])[0]
    assert subtype.flag("internal")
    assert posted.one("subtype_id") == arranged.xml_id("mail.mt_note")
    assert posted.one("author_id") == bot_partner(target)
    assert posted.one("create_uid") in (target.bot_id, 1)
    assert posted.many("partner_ids") == ()
    assert "Two pallets are late." in (posted.text("body") or "")
    assert followers(arranged, order) == watching
    assert notified(arranged, order) == 0


def test_the_same_marker_updates_the_note(gate: Gate, arranged: Arranged, order: RecordRef, marker: str) -> None:
    first = gate.do([note(marker, order)])[0]
    count = len(messages(arranged, order))
    again = gate.do([note(marker, order, "Suggestion: credit/hold")])[0]
    assert (again.status, again.ref) == ("updated", first.ref)
    listed = messages(arranged, order)
    assert len(listed) == count
    body = next(row for row in listed if first.ref and row.id == first.ref.id).text("body") or ""
    assert ("credit/hold" in body, "delay/late" in body) == (True, False)
    assert markers(arranged, marker) == [("mail.message", first.ref.id if first.ref else 0)]
    assert notified(arranged, order) == 0


def test_markup_in_a_field_comes_out_as_text(gate: Gate, arranged: Arranged, order: RecordRef, marker: str) -> None:
    nasty = '<script>alert(1)</script><img src="https://example.com/x.png" onerror="x()"> & "quoted"'
    told = text(summary=nasty).model_copy(update={"title": nasty, "footer": nasty})
    done = gate.do([Note(marker=marker, record=order, text=told)])[0]
    again = gate.do([Note(marker=marker, record=order, text=told)])[0]
    assert [done.status, again.status] == ["posted", "updated"]
    body = messages(arranged, order)[-1].text("body") or ""
    assert "<script" not in body
    assert "<img" not in body
    assert body.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 3


def test_a_note_does_not_touch_the_document(gate: Gate, arranged: Arranged, order: RecordRef, marker: str) -> None:
    names = ("write_date", "write_uid", "state", "amount_total", "order_line", "user_id")
    before = arranged.row(order, *names)
    gate.do([note(marker, order), activity(f"{marker}-a", order)])
    assert arranged.row(order, *names) == before


def test_notes_go_on_every_kind_of_record_that_is_allowed(gate: Gate, arranged: Arranged, marker: str) -> None:
    records = [
        arranged.order(),
        arranged.purchase(),
        arranged.picking(),
        arranged.invoice(),
        arranged.lead(),
        arranged.ticket(),
    ]
    done = gate.do([note(f"{marker}-{place}", record) for place, record in enumerate(records)])
    assert [each.status for each in done] == ["posted"] * len(records)
    assert [notified(arranged, record) for record in records] == [0] * len(records)


# Activities


def test_an_activity_asks_the_records_own_user(
    target: Target, arranged: Arranged, order: RecordRef, marker: str
) -> None:
    before, mails = followers(arranged, order), notified(arranged, order)
    (done,) = target.gate.do([activity(marker, order, summary="Review card 7")])
    (planned,) = activities(arranged, order)
    owner = arranged.row(order, "user_id").one("user_id")
    assert (done.status, done.ref and done.ref.id) == ("posted", planned.id)
    assert planned.one("user_id") == (owner or target.bot_id)
    assert planned.text("summary") == "Review card 7"
    assert str(planned.day("date_deadline")) == "2031-05-06"
    assert "Please look at it." in (planned.text("note") or "")
    assert planned.one("activity_type_id") == arranged.xml_id("mail.mail_activity_data_todo")
    assert followers(arranged, order) == before
    assert notified(arranged, order) == mails


def test_an_activity_asks_the_named_reviewer_where_the_record_has_no_user(
    gate: Gate, arranged: Arranged, marker: str
) -> None:
    reviewer = arranged.user(["base.group_user", "sales_team.group_sale_salesman_all_leads"])
    login = arranged.admin.read("res.users", [reviewer], ["login"])[0].text("login")
    lead = arranged.lead(user_id=False)
    gate.do([activity(marker, lead, reviewer=login)])
    (planned,) = activities(arranged, lead)
    assert planned.one("user_id") == reviewer
    assert followers(arranged, lead) == set()
    assert notified(arranged, lead) == 0


def test_the_same_marker_updates_the_activity(gate: Gate, arranged: Arranged, order: RecordRef, marker: str) -> None:
    first = gate.do([activity(marker, order)])[0]
    again = gate.do([activity(marker, order, summary="Review again")])[0]
    assert (again.status, again.ref) == ("updated", first.ref)
    assert [row.text("summary") for row in activities(arranged, order)] == ["Review again"]


def test_an_activity_that_was_done_is_planned_anew(
    gate: Gate, arranged: Arranged, order: RecordRef, marker: str
) -> None:
    gate.do([activity(marker, order)])
    (planned,) = activities(arranged, order)
    arranged.admin.call("mail.activity", "action_feedback", [planned.id], {"feedback": "Seen."})
    assert activities(arranged, order) == []
    done = gate.do([activity(marker, order)])[0]
    assert done.status == "posted"
    assert len(activities(arranged, order)) == 1


# Tickets


def test_a_ticket_is_a_draft_without_a_user(target: Target, arranged: Arranged, order: RecordRef, marker: str) -> None:
    (done,) = target.gate.do([ticket(marker, order)])
    assert (done.status, done.ref and done.ref.model) == ("posted", "helpdesk.ticket")
    assert done.ref is not None
    made = arranged.row(done.ref, "name", "stage_id", "user_id", "partner_id", "description")
    assert (made.text("name"), made.one("user_id")) == ("Late delivery", None)
    assert made.one("partner_id") is None
    assert made.one("stage_id") == draft_stage(arranged)
    assert "Two pallets are late." in (made.text("description") or "")
    assert followers(arranged, done.ref) == set()
    assert notified(arranged, done.ref) == 0


def draft_stage(arranged: Arranged) -> int:
    return arranged.xml_id(f"{MODULE}.{DRAFT_STAGE}")


def test_the_same_marker_updates_the_draft(gate: Gate, arranged: Arranged, marker: str) -> None:
    first = gate.do([ticket(marker)])[0]
    again = gate.do([ticket(marker, name="Very late delivery")])[0]
    assert (again.status, again.ref) == ("updated", first.ref)
    assert first.ref is not None
    assert arranged.row(first.ref, "name").text("name") == "Very late delivery"


def test_a_ticket_that_people_have_taken_up_is_kept(gate: Gate, arranged: Arranged, marker: str) -> None:
    first = gate.do([ticket(marker)])[0]
    assert first.ref is not None
    stages = arranged.admin.search("helpdesk.ticket.stage", [("closed", "=", False)], ["name"], order="sequence, id")
    taken = next(row.id for row in stages if row.id != draft_stage(arranged))
    arranged.write(first.ref, {"stage_id": taken})
    again = gate.do([ticket(marker, name="Other")])[0]
    gone = gate.do([Withdraw(marker=marker)])[0]
    assert (again.status, gone.status) == ("kept", "kept")
    assert arranged.row(first.ref, "name").text("name") == "Late delivery"


def test_a_draft_that_somebody_took_is_not_withdrawn(gate: Gate, arranged: Arranged, marker: str) -> None:
    first = gate.do([ticket(marker)])[0]
    assert first.ref is not None
    arranged.write(first.ref, {"user_id": arranged.admin.user.id})
    assert gate.do([Withdraw(marker=marker)])[0].status == "kept"
    assert arranged.row(first.ref, "name").text("name") == "Late delivery"


# What an accepted suggestion sets


def test_apply_sets_what_is_on_the_list_and_says_what_stood_there(gate: Gate, arranged: Arranged) -> None:
    made = arranged.ticket(priority="1")
    tag = f"Late {arranged.token}"
    done = gate.do([Apply(record=made, values={"priority": "3", "tag_ids": (tag,)})])[0]
    assert (done.status, done.before["priority"], done.before["tag_ids"]) == ("applied", "1", [])
    row = arranged.row(made, "priority", "tag_ids")
    assert row.text("priority") == "3"
    tags = arranged.admin.read("helpdesk.ticket.tag", row.many("tag_ids"), ["name"])
    assert [each.text("name") for each in tags] == [tag]
    again = gate.do([Apply(record=made, values={"tag_ids": (tag,)})])[0]
    assert again.before["tag_ids"] == list(row.many("tag_ids"))
    assert arranged.row(made, "tag_ids").many("tag_ids") == row.many("tag_ids")


def test_apply_of_an_unknown_choice_is_refused(gate: Gate, arranged: Arranged) -> None:
    made = arranged.ticket(priority="1")
    with pytest.raises(OdooRejected):
        gate.do([Apply(record=made, values={"priority": "urgent!"})])
    assert arranged.row(made, "priority").text("priority") == "1"


_OFF_THE_LIST: list[tuple[str, dict[str, Any]]] = [
    ("sale.order", {"client_order_ref": "ours"}),
    ("sale.order", {"state": "cancel"}),
    ("sale.order", {"commitment_date": "2031-01-01 00:00:00"}),
    ("helpdesk.ticket", {"user_id": 2}),
    ("helpdesk.ticket", {"stage_id": 1}),
    ("crm.lead", {"expected_revenue": 1}),
    ("account.move", {"invoice_date_due": "2031-01-01"}),
    ("stock.picking", {"scheduled_date": "2031-01-01 00:00:00"}),
]


@pytest.mark.parametrize(("model", "values"), _OFF_THE_LIST, ids=[f"{m}-{next(iter(v))}" for m, v in _OFF_THE_LIST])
def test_apply_outside_the_list_is_refused_here_and_again_inside(
    target: Target, arranged: Arranged, model: str, values: dict[str, Any]
) -> None:
    makers = {"sale.order": arranged.order, "helpdesk.ticket": arranged.ticket, "crm.lead": arranged.lead}
    makers |= {"account.move": arranged.invoice, "stock.picking": arranged.picking}
    ref, names = makers[model](), [*values, "write_date"]
    before = arranged.row(ref, *names)
    with pytest.raises(OdooRejected):
        target.gate.do([Apply(record=ref, values=values)])
    with pytest.raises(OdooRejected) as caught:
        raw(target.bot, [{"verb": "apply", "record": {"model": model, "id": ref.id}, "values": values}])
    assert caught.value.kind == "UserError"
    assert arranged.row(ref, *names) == before


# What is refused


def test_unknown_verbs_and_models_are_refused_inside(bot: Odoo, arranged: Arranged, marker: str) -> None:
    partner = arranged.partner()
    told = text().model_dump(mode="json")
    wrong: list[dict[str, Any]] = [
        {"verb": "write", "record": {"model": "sale.order", "id": 1}},
        {"verb": "run"},
        {},
        {"verb": "note", "marker": marker, "record": {"model": "res.partner", "id": partner}, "text": told},
        {"verb": "note", "marker": marker, "record": {"model": "no.such.model", "id": 1}, "text": told},
        {"verb": "note", "marker": marker, "text": told},
        {"verb": "apply", "record": {"model": "res.partner", "id": partner}, "values": {"name": "x"}},
    ]
    for step in wrong:
        with pytest.raises(OdooRejected) as caught:
            raw(bot, [step])
        assert caught.value.kind == "UserError"
    assert markers(arranged, marker) == []


def test_a_record_that_is_gone_is_refused(gate: Gate, arranged: Arranged, marker: str) -> None:
    gone = RecordRef(model="sale.order", id=2**30, name="S99999")
    with pytest.raises((OdooRejected, RecordMissing)):
        gate.do([note(marker, gone)])
    assert markers(arranged, marker) == []


def test_one_refused_step_undoes_those_before_it(gate: Gate, arranged: Arranged, order: RecordRef, marker: str) -> None:
    gone = RecordRef(model="sale.order", id=2**30, name="S99999")
    before = len(messages(arranged, order))
    with pytest.raises((OdooRejected, RecordMissing)):
        gate.do([note(marker, order), activity(f"{marker}-a", order), ticket(f"{marker}-t"), note(f"{marker}-x", gone)])
    assert len(messages(arranged, order)) == before
    assert activities(arranged, order) == []
    assert [markers(arranged, each) for each in (marker, f"{marker}-a", f"{marker}-t")] == [[], [], []]


def test_a_record_of_another_company_is_refused(target: Target, arranged: Arranged, marker: str) -> None:
    other = arranged.other_company()
    far = arranged.lead(company_id=other, user_id=False, team_id=False)
    held = "group_ids" if target.admin.has("res.users", "group_ids") else "groups_id"
    groups = target.admin.read("res.users", [target.bot_id], [held])[0].many(held)
    local = arranged.user([], companies=[arranged.company()], **{held: [(6, 0, list(groups))]})
    gate = Gate.find(target.signed_in(local))
    assert gate is not None
    before = len(messages(arranged, far))
    with pytest.raises(AccessDenied):
        gate.do([note(marker, far)])
    assert len(messages(arranged, far)) == before
    assert target.gate.do([note(marker, far)])[0].status == "posted"


def test_who_is_not_in_the_group_cannot_run_it(target: Target, arranged: Arranged) -> None:
    other = target.signed_in(arranged.user(["base.group_user"]))
    with pytest.raises(AccessDenied):
        other.call("ir.actions.server", "run", [gate_id(target.bot) or 0], context={"triage": [{"verb": "about"}]})


# Taking back


def test_withdraw_takes_note_activity_and_draft(gate: Gate, arranged: Arranged, order: RecordRef, marker: str) -> None:
    before = len(messages(arranged, order))
    done = gate.do([note(marker, order), activity(f"{marker}-a", order), ticket(f"{marker}-t", order)])
    withdrawn = gate.do([Withdraw(marker=each) for each in (marker, f"{marker}-a", f"{marker}-t")])
    assert [each.status for each in withdrawn] == ["withdrawn"] * 3
    assert [each.ref for each in withdrawn] == [each.ref for each in done]
    assert len(messages(arranged, order)) == before
    assert activities(arranged, order) == []
    draft = done[2].ref
    assert draft is not None
    assert arranged.admin.read("helpdesk.ticket", [draft.id or 0], ["name"]) == []
    assert [markers(arranged, each) for each in (marker, f"{marker}-a", f"{marker}-t")] == [[], [], []]


def test_withdraw_of_what_is_gone_is_absent(gate: Gate, arranged: Arranged, order: RecordRef, marker: str) -> None:
    assert gate.do([Withdraw(marker=marker)])[0].status == "absent"
    posted = gate.do([note(marker, order)])[0].ref
    assert posted is not None
    arranged.admin.call("mail.message", "unlink", [posted.id or 0])
    assert gate.do([Withdraw(marker=marker)])[0].status == "absent"
    assert markers(arranged, marker) == []


def test_withdraw_touches_nothing_but_what_the_gate_posts(bot: Odoo, arranged: Arranged) -> None:
    for name in ("service_user", "gate", DRAFT_STAGE):
        with pytest.raises(OdooRejected):
            raw(bot, [{"verb": "withdraw", "marker": name}])
    assert arranged.xml_id(f"{MODULE}.gate")
    assert draft_stage(arranged)


def test_a_note_that_was_deleted_is_posted_anew(gate: Gate, arranged: Arranged, order: RecordRef, marker: str) -> None:
    first = gate.do([note(marker, order)])[0]
    assert first.ref is not None
    arranged.admin.call("mail.message", "unlink", [first.ref.id or 0])
    again = gate.do([note(marker, order)])[0]
    assert again.status == "posted"
    assert markers(arranged, marker) == [("mail.message", again.ref.id if again.ref else 0)]


def test_posted_lists_markers_since_a_time(gate: Gate, order: RecordRef, marker: str) -> None:
    since = (datetime.now(UTC) - timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M:%S")
    done = gate.do([note(marker, order), activity(f"{marker}-a", order), ticket(f"{marker}-t", order)])
    listed = [each for each in gate.posted(since) if each.marker.startswith(marker)]
    assert [(each.marker, each.ref) for each in listed] == [(each.marker, each.ref) for each in done]
    assert gate.posted("2091-01-01 00:00:00") == []


# Who sees what


def test_visible_follows_the_record_rules_of_the_user(gate: Gate, arranged: Arranged) -> None:
    seller = arranged.user(["base.group_user", "sales_team.group_sale_salesman"])
    boss = arranged.user(["base.group_user", "sales_team.group_sale_manager"])
    own, others = arranged.order(user_id=seller), arranged.order(user_id=boss)
    missing = RecordRef(model="sale.order", id=2**30, name="S99999")
    unknown = RecordRef(model="no.such.model", id=1, name="?")
    assert gate.visible(seller, [own, others, missing, unknown]) == [True, False, False, False]
    assert gate.visible(boss, [own, others, missing, unknown]) == [True, True, False, False]
    assert gate.visible(2**30, [own]) == [False]


def test_visible_says_no_for_a_user_who_left(gate: Gate, arranged: Arranged) -> None:
    boss = arranged.user(["base.group_user", "sales_team.group_sale_manager"])
    own = arranged.order(user_id=boss)
    assert gate.visible(boss, [own]) == [True]
    arranged.admin.call("res.users", "write", [boss], {"vals": {"active": False}})
    assert gate.visible(boss, [own]) == [False]

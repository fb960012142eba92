"""What somebody with the service user's key may try at the gate, and does not get."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.arranged import Arranged
from tests.contract.posting import activity, followers, messages, note, text, ticket
from triage.domain import RecordRef
from triage.errors import OdooError, OdooRejected
from triage.odoo.client import Odoo
from triage.odoo.gate.client import Gate, gate_id
from triage.odoo.gate.code import CONTEXT_KEY
from triage.odoo.verbs import Apply, Withdraw


def steps(bot: Odoo, *asked: dict[str, Any], **context: Any) -> list[dict[str, Any]]:
    """Ask the gate as no client of ours would."""
    given = {CONTEXT_KEY: list(asked), **context}
    answer = bot.call("ir.actions.server", "run", [gate_id(bot) or 0], context=given)
    return list(answer["infos"]["triage"])


def test_defaults_in_the_context_set_nothing(arranged: Arranged, bot: Odoo, marker: str) -> None:
    victim = arranged.partner("Somebody else", email="somebody@else.example")
    tag = arranged.make("helpdesk.ticket.tag", {"name": f"tag {marker}"})
    step = ticket(f"{marker}.ticket").model_dump(mode="json")
    answers = steps(
        bot,
        step,
        default_partner_id=victim,
        default_partner_email="thief@elsewhere.example",
        default_priority="3",
        default_tag_ids=[[1, tag, {"name": "renamed"}]],
        default_message_follower_ids=[[0, 0, {"res_model": "helpdesk.ticket", "partner_id": victim}]],
        mail_notify_force_send=True,
    )
    made = RecordRef(model="helpdesk.ticket", id=answers[0]["id"], name="made")
    row = arranged.row(made, "partner_id", "partner_email", "priority", "tag_ids")
    assert (row.one("partner_id"), row.many("tag_ids")) == (None, ())
    assert row.text("partner_email") != "thief@elsewhere.example"
    assert row.text("priority") != "3"
    tags = arranged.admin.read("helpdesk.ticket.tag", [tag], ["name"])
    assert tags[0].text("name") == f"tag {marker}"
    assert followers(arranged, made) == set()


def test_an_activity_takes_no_attachment_from_the_context(arranged: Arranged, bot: Odoo, marker: str) -> None:
    order = arranged.order()
    file = arranged.make(
        "ir.attachment", {"name": "kept.txt", "raw": "x", "res_model": "sale.order", "res_id": order.id}
    )
    step = activity(f"{marker}.activity", order).model_dump(mode="json")
    steps(bot, step, default_attachment_ids=[[1, file, {"name": "swapped.txt"}]], default_user_id=1)
    assert arranged.admin.read("ir.attachment", [file], ["name"])[0].text("name") == "kept.txt"


@pytest.mark.parametrize("name", ["gate", "service_user", "draft_stage", "", "read_sale_order"])
def test_our_own_external_ids_are_no_markers(gate: Gate, arranged: Arranged, name: str) -> None:
    order = arranged.order()
    for verb in (note(name, order), activity(name, order), Withdraw(marker=name)):
        with pytest.raises(OdooRejected):
            gate.do([verb])


def test_a_marker_does_not_reach_another_record(gate: Gate, arranged: Arranged, marker: str) -> None:
    one, other = arranged.order(), arranged.order()
    gate.do([note(f"{marker}.note", one), activity(f"{marker}.activity", one)])
    before = [row.text("body") for row in messages(arranged, one)]
    with pytest.raises(OdooRejected):
        gate.do([note(f"{marker}.note", other, "Suggestion: credit")])
    with pytest.raises(OdooRejected):
        gate.do([activity(f"{marker}.activity", other)])
    assert [row.text("body") for row in messages(arranged, one)] == before


def test_a_draft_stands_in_the_company_of_its_record(gate: Gate, arranged: Arranged, marker: str) -> None:
    company = arranged.other_company()
    order = arranged.order(company_id=company)
    [made] = gate.do([ticket(f"{marker}.ticket", order)])
    assert made.ref is not None
    assert arranged.row(made.ref, "company_id").one("company_id") == company


def test_a_draft_names_no_customer_and_has_no_follower(gate: Gate, arranged: Arranged, marker: str) -> None:
    [made] = gate.do([ticket(f"{marker}.ticket", arranged.order())])
    assert made.ref is not None
    assert arranged.row(made.ref, "partner_id").one("partner_id") is None
    assert followers(arranged, made.ref) == set()


def test_a_draft_that_somebody_changed_or_answered_is_theirs(gate: Gate, arranged: Arranged, marker: str) -> None:
    order = arranged.order()
    done = gate.do([ticket(f"{marker}a.ticket", order), ticket(f"{marker}b.ticket", order)])
    renamed, answered = (each.ref for each in done)
    assert renamed is not None
    assert answered is not None
    arranged.write(renamed, {"name": "Renamed by a person"})
    said = {"body": "I look into it.", "message_type": "comment", "subtype_xmlid": "mail.mt_note"}
    arranged.admin.call("helpdesk.ticket", "message_post", [answered.id or 0], said)
    for end in ("a", "b"):
        [again] = gate.do([ticket(f"{marker}{end}.ticket", order, name="Brought up to date")])
        [taken] = gate.do([Withdraw(marker=f"{marker}{end}.ticket")])
        assert (again.status, taken.status) == ("kept", "kept")
    assert arranged.row(renamed, "name").text("name") == "Renamed by a person"


def test_a_deadline_that_somebody_moved_stays(gate: Gate, arranged: Arranged, marker: str) -> None:
    order = arranged.order()
    [made] = gate.do([activity(f"{marker}.activity", order)])
    assert made.ref is not None
    arranged.write(made.ref, {"date_deadline": "2032-01-02"})
    gate.do([activity(f"{marker}.activity", order, summary="Review anew")])
    row = arranged.row(made.ref, "date_deadline", "summary")
    assert (str(row.day("date_deadline")), row.text("summary")) == ("2032-01-02", "Review anew")


def test_setting_a_record_that_is_gone_clears_nothing(gate: Gate, arranged: Arranged) -> None:
    found = arranged.ticket()
    with pytest.raises(OdooRejected):
        gate.do([Apply(record=found, values={"team_id": 999999999})])


def test_visibility_is_told_of_listed_models_only(bot: Odoo, admin: Odoo, arranged: Arranged) -> None:
    order = arranged.order()
    asked = [
        {"model": "ir.config_parameter", "id": 1},
        {"model": "res.users", "id": 2},
        {"model": "sale.order", "id": order.id},
    ]
    [answer] = steps(bot, {"verb": "visible", "user": admin.user.id, "records": asked})
    assert answer["visible"] == [False, False, True]


def test_a_step_of_another_kind_is_refused(bot: Odoo) -> None:
    for step in ({"verb": "write"}, {"verb": "run"}, {}, {"verb": "note", "record": {"model": "res.users", "id": 2}}):
        with pytest.raises(OdooError):
            steps(bot, step | {"marker": "card-x.note", "text": text().model_dump(mode="json")})

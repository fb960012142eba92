"""Threads of the look-alike: notes, comments, activities, tickets, incoming mail, and whom it would have mailed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from triage.odoo.sandbox import App, Sandbox
from triage.odoo.sandbox.errors import AccessError, ValidationError

ROWS: dict[str, list[dict[str, Any]]] = {
    "res.partner": [{"id": 70, "name": "Morvan", "is_company": True, "email": "achats@morvan.example"}],
    "sale.order": [
        {"id": 42, "name": "S00042", "partner_id": 70, "date_order": "2026-11-16 10:40:00", "state": "sale"}
    ],
    "mail.followers": [{"id": 1, "res_model": "sale.order", "res_id": 42, "partner_id": 70, "subtype_ids": [1]}],
}
NOTE = {"message_type": "comment", "subtype_xmlid": "mail.mt_note"}

LETTER = b"""From: =?utf-8?q?L=C3=A9a?= <achats@morvan.example>
To: sales@brandt.example
Subject: Commande en retard
Message-ID: <l1@morvan.example>
Date: Mon, 16 Nov 2026 10:40:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Where is it? <b>
--b
Content-Type: application/pdf
Content-Disposition: attachment; filename=po.pdf
Content-Transfer-Encoding: base64

JVBERi0=
--b--
"""


@pytest.fixture(params=[18, 19])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    yield Sandbox(request.param, rows=ROWS)


def post(sandbox: Sandbox, body: str, **more: Any) -> Any:
    message = sandbox.edit(lambda env: env["sale.order"].browse(42).message_post(body=body, **more), user=2)
    return message.with_env(sandbox.env())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("<p>a <b>b</b></p>", "<p>a <b>b</b></p>"),
        ("<p onclick='x()'>a</p><script>1</script>", "<p>a</p>"),
        ("<p><a href='javascript:x()'>b</a></p>", '<p><a href="">b</a></p>'),
        ("<p><img src='https://r.example/x.png' onerror='y'></p>", '<p><img src="https://r.example/x.png"></p>'),
        ("<p>a</p><form action='z'><input name='q'>in it</form>", "<p>a</p>in it"),
        ("<p>a</p><iframe src='x'></iframe>", "<p>a</p>"),
        ("<p data-o-mail-quote='1' data-x='y'>q</p>", '<p data-o-mail-quote="1" data-x="y">q</p>'),
        ("just text", "<p>just text</p>"),
        ("<b>bold</b> tail", "<span><b>bold</b> tail</span>"),
    ],
)
def test_html_is_sanitised(sandbox: Sandbox, given: str, kept: str) -> None:
    assert post(sandbox, given, body_is_html=True, **NOTE).body == kept


def test_a_body_is_text_unless_said_otherwise(sandbox: Sandbox) -> None:
    assert post(sandbox, "<p>a & b</p>", **NOTE).body == "<p>&lt;p&gt;a &amp; b&lt;/p&gt;</p>"


def test_a_note_mails_nobody_and_a_comment_the_followers(sandbox: Sandbox) -> None:
    note = post(sandbox, "inside", **NOTE)
    assert (note.subtype_id.internal, note.is_internal, sandbox.mails) == (True, False, [])
    post(sandbox, "outside", message_type="comment", subtype_xmlid="mail.mt_comment")
    assert [(mail.to, mail.record) for mail in sandbox.mails] == [(("achats@morvan.example",), ("sale.order", 42))]


def test_named_partners_are_mailed_even_by_a_note(sandbox: Sandbox) -> None:
    post(sandbox, "psst", partner_ids=[70], **NOTE)
    assert sandbox.mails[0].to == ("achats@morvan.example",)


def test_what_rolls_back_is_not_mailed(sandbox: Sandbox) -> None:
    def work(env: Any) -> None:
        env["sale.order"].browse(42).message_post(body="x", subtype_xmlid="mail.mt_comment")
        env["sale.order"].create({})

    with pytest.raises(ValidationError):
        sandbox.edit(work, user=2)
    assert sandbox.mails == []


def test_assigning_an_activity_mails_unless_the_context_forbids_it(sandbox: Sandbox) -> None:
    ana = sandbox.add_user("ana")
    model = sandbox.env()["ir.model"].search([("model", "=", "sale.order")]).id
    given = {"res_model_id": model, "res_id": 42, "summary": "Review", "user_id": ana.id}
    sandbox.edit(lambda env: env["mail.activity"].with_context(mail_activity_quick_update=True).create(given), user=2)
    assert sandbox.mails == []
    sandbox.edit(lambda env: env["mail.activity"].create(given), user=2)
    assert [(mail.to, mail.subject) for mail in sandbox.mails] == [
        (("ana@example.com",), '"S00042: Review" assigned to you')
    ]


def test_feedback_ends_an_activity(sandbox: Sandbox) -> None:
    def work(env: Any) -> tuple[int, int]:
        activity = (
            env["sale.order"].browse(42).activity_schedule("mail.mail_activity_data_todo", summary="S", user_id=2)
        )
        return activity.id, activity.action_feedback(feedback="done")

    activity, message = sandbox.edit(work, user=2)
    assert "done" in sandbox.env()["mail.message"].browse(message).body
    assert not sandbox.env()["mail.activity"].search([("id", "=", activity)])
    left = sandbox.env(active_test=False)["mail.activity"].search([("id", "=", activity)])
    assert bool(left) == (sandbox.version == 19)


def test_a_reader_may_not_post_on_an_order(sandbox: Sandbox) -> None:
    reader = sandbox.add_user("reader", groups=["base.group_user", "account.group_account_readonly"])
    assert sandbox.env(reader)["sale.order"].browse(42).name == "S00042"
    with pytest.raises(AccessError, match=r"Document type: Message, Operation: create"):
        sandbox.edit(lambda env: env["sale.order"].browse(42).message_post(body="x"), user=reader)
    assert not sandbox.env()["mail.message"].search([("model", "=", "sale.order"), ("res_id", "=", 42)])


def test_a_tracked_change_is_logged(sandbox: Sandbox) -> None:
    sandbox.edit(lambda env: env["sale.order"].browse(42).write({"state": "cancel"}), user=2)
    value = sandbox.env()["mail.tracking.value"].search([])
    assert (value.field_id["name"], value.old_value_char, value.new_value_char) == ("state", "sale", "cancel")


def test_a_closing_stage_mails_the_customer(sandbox: Sandbox) -> None:
    def work(env: Any) -> None:
        quiet = env["helpdesk.ticket"].with_context(mail_create_nosubscribe=True, tracking_disable=True)
        ticket = quiet.create({"name": "Late", "description": "<p>d</p>", "partner_id": 70, "user_id": False})
        assert (ticket.number, ticket.stage_id.name, ticket.user_id.id) == ("HT00001", "New", False)
        ticket.write({"stage_id": env["helpdesk.ticket.stage"].search([("closed", "=", True)], limit=1).id})

    sandbox.edit(work, user=2)
    assert [(mail.reason, mail.to) for mail in sandbox.mails] == [("stage", ("achats@morvan.example",))]


def test_an_enterprise_ticket_needs_no_description() -> None:
    sandbox = Sandbox(18, apps=[App.SALES, App.HELPDESK], rows=ROWS)
    ticket = sandbox.edit(lambda env: env["helpdesk.ticket"].create({"name": "x", "team_id": 1}), user=2)
    assert ticket.with_env(sandbox.env()).stage_id.name == "New"


def test_a_mail_opens_a_ticket_and_its_answer_finds_it(sandbox: Sandbox) -> None:
    ticket = sandbox.receive_mail("helpdesk.ticket", LETTER)
    message = sandbox.env()["helpdesk.ticket"].browse(ticket).message_ids
    assert (message.author_id.id, message.message_type, message.date.hour) == (70, "email", 9)
    assert (message.attachment_ids.name, message.attachment_ids.datas) == ("po.pdf", b"JVBERi0=")
    assert "Where is it? &lt;b&gt;" in message.body
    assert sandbox.receive_mail("helpdesk.ticket", LETTER) is False
    answer = LETTER.replace(b"<l1@", b"<l2@").replace(b"To:", b"In-Reply-To: <l1@morvan.example>\nTo:")
    assert sandbox.receive_mail("helpdesk.ticket", answer) == ticket


def test_a_mail_can_be_put_on_an_order(sandbox: Sandbox) -> None:
    assert sandbox.receive_mail("sale.order", LETTER, thread_id=42) == 42
    assert sandbox.env()["sale.order"].browse(42).message_ids.subject == "Commande en retard"

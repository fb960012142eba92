"""The service user reads. Whatever of the business or the settings it tries to write itself is refused, and nothing
has changed afterwards as the administrator sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.contract.arranged import Arranged
from tests.contract.posting import activities, activity, followers, messages, note
from tests.contract.posting import ticket as draft
from tests.contract.targets import Target
from triage.domain import RecordRef
from triage.errors import AccessDenied, OdooRejected
from triage.odoo.gate.client import gate_id
from triage.odoo.gate.inside import MODULE

Find = Callable[[Target, Arranged], RecordRef]


@dataclass(frozen=True)
class Attempt:
    """A call on a record that the administrator made."""

    what: str
    find: Find
    method: str
    named: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    watched: tuple[str, ...] = ()


def writes(what: str, find: Find, /, **values: Any) -> Attempt:
    return Attempt(f"{what}.write {next(iter(values))}", find, "write", {"vals": values}, {}, tuple(values))


def calls(what: str, find: Find, method: str, *watched: str, **context: Any) -> Attempt:
    return Attempt(f"{what}.{method}", find, method, {}, context, watched)


def order(target: Target, arranged: Arranged) -> RecordRef:
    return arranged.order()


def line(target: Target, arranged: Arranged) -> RecordRef:
    return part(arranged, arranged.order(), "order_line", "sale.order.line")


def purchase(target: Target, arranged: Arranged) -> RecordRef:
    return arranged.purchase()


def purchase_line(target: Target, arranged: Arranged) -> RecordRef:
    return part(arranged, arranged.purchase(), "order_line", "purchase.order.line")


def picking(target: Target, arranged: Arranged) -> RecordRef:
    return arranged.picking()


def move(target: Target, arranged: Arranged) -> RecordRef:
    return part(arranged, arranged.picking(), "move_ids", "stock.move")


def invoice(target: Target, arranged: Arranged) -> RecordRef:
    return arranged.invoice()


def invoice_line(target: Target, arranged: Arranged) -> RecordRef:
    return part(arranged, arranged.invoice(), "invoice_line_ids", "account.move.line")


def partner(target: Target, arranged: Arranged) -> RecordRef:
    return RecordRef(model="res.partner", id=arranged.partner(), name="partner")


def product(target: Target, arranged: Arranged) -> RecordRef:
    return RecordRef(model="product.product", id=arranged.product(), name="product")


def template(target: Target, arranged: Arranged) -> RecordRef:
    number = arranged.admin.read("product.product", [arranged.product()], ["product_tmpl_id"])[0].one("product_tmpl_id")
    return RecordRef(model="product.template", id=number, name="template")


def ticket(target: Target, arranged: Arranged) -> RecordRef:
    return arranged.ticket()


def lead(target: Target, arranged: Arranged) -> RecordRef:
    return arranged.lead()


def colleague(target: Target, arranged: Arranged) -> RecordRef:
    return RecordRef(model="res.users", id=arranged.user(["base.group_user"]), name="colleague")


def itself(target: Target, arranged: Arranged) -> RecordRef:
    return RecordRef(model="res.users", id=target.bot_id, name="service user")


def the_gate(target: Target, arranged: Arranged) -> RecordRef:
    return RecordRef(model="ir.actions.server", id=gate_id(target.bot), name="gate")


def external_id(target: Target, arranged: Arranged) -> RecordRef:
    rows = arranged.admin.search("ir.model.data", [("module", "=", MODULE), ("name", "=", "gate")], ["name"])
    return RecordRef(model="ir.model.data", id=rows[0].id, name="gate's external id")


def any_of(model: str) -> Find:
    def find(target: Target, arranged: Arranged) -> RecordRef:
        row = arranged.admin.search(model, [], [], order="id", limit=1)[0]
        return RecordRef(model=model, id=row.id, name=model)

    return find


def schedule(target: Target, arranged: Arranged) -> RecordRef:
    action = {"name": "Nothing", "model_id": model_id(arranged, "res.partner"), "state": "code"}
    values = {"ir_actions_server_id": arranged.make("ir.actions.server", action), "nextcall": LATER, "active": False}
    values |= {"interval_number": 1, "interval_type": "months", "name": "Nothing", "user_id": arranged.admin.user.id}
    return RecordRef(model="ir.cron", id=arranged.make("ir.cron", values), name="schedule")


def attachment(target: Target, arranged: Arranged) -> RecordRef:
    ref = arranged.order()
    row = {"name": "a.txt", "datas": "QQ==", "res_model": ref.model, "res_id": ref.id}
    return RecordRef(model="ir.attachment", id=arranged.make("ir.attachment", row), name="a.txt")


def message(target: Target, arranged: Arranged) -> RecordRef:
    ref = arranged.order()
    post = {"body": "A colleague's own note", "message_type": "comment", "subtype_xmlid": "mail.mt_note"}
    arranged.admin.call("sale.order", "message_post", [ref.id or 0], post)
    return RecordRef(model="mail.message", id=messages(arranged, ref)[-1].id, name="note")


def planned(target: Target, arranged: Arranged) -> RecordRef:
    ref = arranged.order()
    row = {"res_model_id": model_id(arranged, "sale.order"), "res_id": ref.id, "summary": "Call"}
    row |= {"user_id": arranged.admin.user.id, "date_deadline": "2031-01-01"}
    return RecordRef(model="mail.activity", id=arranged.make("mail.activity", row), name="activity")


def part(arranged: Arranged, whole: RecordRef, name: str, model: str) -> RecordRef:
    return RecordRef(model=model, id=arranged.row(whole, name).many(name)[0], name=name)


def model_id(arranged: Arranged, model: str) -> int:
    return arranged.admin.search("ir.model", [("model", "=", model)], ["model"])[0].id


LATER = "2031-01-01 00:00:00"
SENDER = "order-triage@example.com"
"""Odoo lets nobody without an address of his own post, unless the call gives one."""

ATTEMPTS = [
    writes("sale.order", order, client_order_ref="x"),
    writes("sale.order", order, commitment_date=LATER),
    writes("sale.order", order, state="cancel"),
    writes("sale.order", order, user_id=2),
    writes("sale.order", order, tag_ids=[(5, 0, 0)]),
    calls("sale.order", order, "unlink", "name"),
    calls("sale.order", order, "action_confirm", "state"),
    calls("sale.order", order, "action_cancel", "state", disable_cancel_warning=True),
    calls("sale.order", order, "action_lock", "state"),
    writes("sale.order.line", line, price_unit=0.01),
    writes("sale.order.line", line, product_uom_qty=99.0),
    writes("sale.order.line", line, discount=50.0),
    calls("sale.order.line", line, "unlink", "name"),
    writes("purchase.order", purchase, partner_ref="x"),
    calls("purchase.order", purchase, "button_confirm", "state"),
    calls("purchase.order", purchase, "button_cancel", "state"),
    writes("purchase.order.line", purchase_line, price_unit=0.01),
    writes("purchase.order.line", purchase_line, product_qty=99.0),
    writes("purchase.order.line", purchase_line, date_planned=LATER),
    writes("stock.picking", picking, scheduled_date=LATER),
    writes("stock.picking", picking, origin="x"),
    calls("stock.picking", picking, "action_confirm", "state"),
    calls("stock.picking", picking, "action_cancel", "state"),
    calls("stock.picking", picking, "button_validate", "state", skip_sms=True, skip_backorder=True),
    calls("stock.picking", picking, "unlink", "name"),
    writes("stock.move", move, quantity=3.0),
    writes("stock.move", move, product_uom_qty=99.0),
    writes("account.move", invoice, ref="x"),
    writes("account.move", invoice, invoice_date_due="2031-01-01"),
    calls("account.move", invoice, "action_post", "state"),
    calls("account.move", invoice, "button_cancel", "state"),
    calls("account.move", invoice, "unlink", "state"),
    writes("account.move.line", invoice_line, price_unit=0.01),
    writes("res.partner", partner, name="x"),
    writes("res.partner", partner, credit_limit=1_000_000.0),
    writes("res.partner", partner, email="x@example.com"),
    calls("res.partner", partner, "unlink", "name"),
    writes("product.product", product, list_price=0.01),
    writes("product.template", template, list_price=0.01),
    writes("helpdesk.ticket", ticket, name="x"),
    writes("helpdesk.ticket", ticket, user_id=2),
    calls("helpdesk.ticket", ticket, "unlink", "name"),
    writes("crm.lead", lead, name="x"),
    writes("mail.message", message, body="x"),
    calls("mail.message", message, "unlink", "body"),
    writes("mail.activity", planned, summary="x"),
    calls("mail.activity", planned, "action_feedback", "summary"),
    writes("ir.attachment", attachment, name="x"),
    calls("ir.attachment", attachment, "unlink", "name"),
    writes("mail.template", any_of("mail.template"), subject="x"),
    writes("ir.actions.server", the_gate, code="action = {}"),
    writes("ir.actions.server", the_gate, name="x"),
    calls("ir.actions.server", the_gate, "unlink", "name"),
    writes("ir.rule", any_of("ir.rule"), active=False),
    writes("ir.model.access", any_of("ir.model.access"), perm_write=True),
    writes("res.users", colleague, login="x@example.com"),
    writes("res.users", colleague, password="x"),
    writes("res.users", itself, company_ids=[(6, 0, [1])]),
    writes("ir.config_parameter", any_of("ir.config_parameter"), value="x"),
    writes("ir.model.data", external_id, res_id=1),
    writes("ir.cron", schedule, active=True),
]


def seen(arranged: Arranged, ref: RecordRef, attempt: Attempt) -> Any:
    names = [name for name in attempt.watched if name != "password"]
    return arranged.admin.read(ref.model, [ref.id or 0], [*names, "write_date"])


def refused(
    target: Target, model: str, method: str, ids: list[int] | None, named: Mapping[str, Any], **more: Any
) -> str:
    """What refused the call; a method that the look-alike does not have cannot be called there by anybody."""
    try:
        target.bot.call(model, method, ids, named, more.get("context") or {})
    except AccessDenied:
        return "denied"
    except OdooRejected as error:
        if target.sandbox is not None and error.kind in ("AttributeError", "NotFound") and method in str(error):
            return "denied"
        return f"rejected: {error}"
    return "done!"


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=[attempt.what for attempt in ATTEMPTS])
def test_a_change_is_refused(target: Target, arranged: Arranged, attempt: Attempt) -> None:
    ref = attempt.find(target, arranged)
    before = seen(arranged, ref, attempt)
    assert before
    named = attempt.named
    assert refused(target, ref.model, attempt.method, [ref.id or 0], named, context=attempt.context) == "denied"
    assert seen(arranged, ref, attempt) == before


def test_its_own_groups_are_not_its_to_change(target: Target, arranged: Arranged) -> None:
    held = "group_ids" if target.admin.has("res.users", "group_ids") else "groups_id"
    before = target.admin.read("res.users", [target.bot_id], [held])
    values = {held: [(4, arranged.xml_id("base.group_system"))]}
    assert refused(target, "res.users", "write", [target.bot_id], {"vals": values}) == "denied"
    assert target.admin.read("res.users", [target.bot_id], [held]) == before


Values = Callable[[Arranged], dict[str, Any]]


def on_order(arranged: Arranged, **values: Any) -> dict[str, Any]:
    return {"res_model": "sale.order", "res_id": arranged.order().id, **values}


def activity_on_order(arranged: Arranged) -> dict[str, Any]:
    row = {"res_model_id": model_id(arranged, "sale.order"), "res_id": arranged.order().id, "summary": "x"}
    return row | {"user_id": arranged.admin.user.id, "date_deadline": "2031-01-01"}


CREATIONS: dict[str, Values] = {
    "sale.order": lambda arranged: {"partner_id": arranged.partner()},
    "sale.order.line": lambda arranged: {"order_id": arranged.order().id, "name": "x", "product_uom_qty": 1},
    "purchase.order": lambda arranged: {"partner_id": arranged.partner()},
    "stock.picking": lambda arranged: {"picking_type_id": 1},
    "stock.quant": lambda arranged: {"product_id": arranged.product(), "location_id": 5, "inventory_quantity": 9},
    "account.move": lambda arranged: {"move_type": "out_invoice", "partner_id": arranged.partner()},
    "account.payment": lambda arranged: {"partner_id": arranged.partner(), "amount": 1.0, "payment_type": "inbound"},
    "res.partner": lambda arranged: {"name": "x"},
    "product.product": lambda arranged: {"name": "x"},
    "product.pricelist.item": lambda arranged: {"compute_price": "fixed", "fixed_price": 0.01},
    "helpdesk.ticket": lambda arranged: {"name": "x", "description": "x"},
    "crm.lead": lambda arranged: {"name": "x"},
    "project.task": lambda arranged: {"name": "x"},
    "maintenance.request": lambda arranged: {"name": "x", "maintenance_team_id": 1},
    "mail.mail": lambda arranged: {"subject": "x", "body_html": "x", "email_to": "kessler@example.com"},
    "mail.template": lambda arranged: {"name": "x", "model_id": model_id(arranged, "sale.order")},
    "mail.activity": activity_on_order,
    "mail.message": lambda arranged: {"model": "sale.order", "res_id": arranged.order().id, "body": "x"},
    "mail.followers": lambda arranged: on_order(arranged, partner_id=arranged.partner()),
    "ir.attachment": lambda arranged: on_order(arranged, name="x.txt", datas="QQ=="),
    "ir.actions.server": lambda arranged: {"name": "x", "model_id": model_id(arranged, "res.partner"), "state": "code"},
    "base.automation": lambda arranged: {"name": "x", "model_id": model_id(arranged, "res.partner")},
    "ir.cron": lambda arranged: {"ir_actions_server_id": 1, "nextcall": LATER},
    "ir.rule": lambda arranged: {"name": "x", "model_id": model_id(arranged, "res.partner")},
    "ir.model.access": lambda arranged: {"name": "x", "model_id": model_id(arranged, "res.partner")},
    "ir.config_parameter": lambda arranged: {"key": "x", "value": "x"},
    "ir.model.data": lambda arranged: {"module": MODULE, "name": f"card-x{arranged.token}", "model": "res.users"},
    "res.groups": lambda arranged: {"name": "x"},
    "res.users": lambda arranged: {"name": "x", "login": f"x-{arranged.token}@example.com"},
}


@pytest.mark.parametrize("model", CREATIONS)
def test_a_new_record_is_refused(target: Target, arranged: Arranged, model: str) -> None:
    values = CREATIONS[model](arranged)
    if target.admin.fields(model) is None:  # payments, in the look-alike
        with pytest.raises(OdooRejected):
            target.bot.call(model, "create", named={"vals_list": [values]})
        assert target.sandbox is not None
        return
    before = target.admin.count(model, [])
    assert refused(target, model, "create", None, {"vals_list": [values]}) == "denied"
    assert target.admin.count(model, []) == before


@pytest.mark.parametrize("subtype", ["mail.mt_note", "mail.mt_comment"])
def test_posting_on_an_order_without_the_gate_is_refused(target: Target, arranged: Arranged, subtype: str) -> None:
    ref = arranged.order()
    before = len(messages(arranged, ref))
    post = {"body": "x", "message_type": "comment", "subtype_xmlid": subtype, "email_from": SENDER}
    assert refused(target, "sale.order", "message_post", [ref.id or 0], post) == "denied"
    assert len(messages(arranged, ref)) == before


def test_planning_an_activity_without_the_gate_is_refused(target: Target, arranged: Arranged) -> None:
    ref = arranged.order()
    named = {"act_type_xmlid": "mail.mail_activity_data_todo", "summary": "x", "user_id": arranged.admin.user.id}
    assert refused(target, "sale.order", "activity_schedule", [ref.id or 0], named) == "denied"
    assert activities(arranged, ref) == []


def test_what_the_gate_posted_is_taken_away_by_the_gate_only(target: Target, arranged: Arranged) -> None:
    ref, marker = arranged.order(), f"card-{arranged.token}"
    done = target.gate.do([note(marker, ref), draft(f"{marker}-t"), activity(f"{marker}-a", ref)])
    for each in done[:2]:
        assert each.ref is not None
        assert refused(target, each.ref.model, "unlink", [each.ref.id or 0], {}) == "denied"
        assert target.admin.read(each.ref.model, [each.ref.id or 0], [])
    ticket_ref = done[1].ref
    assert ticket_ref is not None
    assert refused(target, "helpdesk.ticket", "write", [ticket_ref.id or 0], {"vals": {"name": "x"}}) == "denied"


def test_adding_others_as_followers_is_refused(target: Target, arranged: Arranged) -> None:
    ref = arranged.order()
    before = followers(arranged, ref)
    named = {"partner_ids": [arranged.partner("Outsider")]}
    assert refused(target, "sale.order", "message_subscribe", [ref.id or 0], named) == "denied"
    assert followers(arranged, ref) == before


# What Odoo leaves to every internal user, and the grant takes away by a rule on messages


def notify(arranged: Arranged, partner_id: int) -> dict[str, Any]:
    return {"body": "x", "subject": "x", "partner_ids": [partner_id], "email_from": SENDER}


def test_mailing_a_partner_is_refused(target: Target, arranged: Arranged) -> None:
    ref, partner_id = arranged.order(), arranged.partner("Outsider")
    assert refused(target, "sale.order", "message_notify", [ref.id or 0], notify(arranged, partner_id)) == "denied"
    assert arranged.admin.count("mail.notification", [("res_partner_id", "=", partner_id)]) == 0


def test_another_internal_user_may_mail_a_partner(target: Target, arranged: Arranged) -> None:
    """The control: what is refused to the service user works for a colleague who may read as much."""
    colleague_id = arranged.user(["base.group_user", "account.group_account_readonly"])
    ref, partner_id = arranged.order(), arranged.partner("Outsider")
    colleague_odoo = target.signed_in(colleague_id)
    colleague_odoo.call("sale.order", "message_notify", [ref.id or 0], notify(arranged, partner_id))
    assert arranged.admin.count("mail.notification", [("res_partner_id", "=", partner_id)]) == 1


def test_commenting_on_an_invoice_is_refused(target: Target, arranged: Arranged) -> None:
    """Invoices take messages from everybody who may read them."""
    ref = arranged.invoice()
    before = len(messages(arranged, ref))
    post = {"body": "x", "subtype_xmlid": "mail.mt_comment", "email_from": SENDER}
    assert refused(target, "account.move", "message_post", [ref.id or 0], post) == "denied"
    assert len(messages(arranged, ref)) == before


def test_changing_its_own_note_is_refused(target: Target, arranged: Arranged) -> None:
    """Odoo lets authors change what they wrote; the service user has the gate for it."""
    ref = arranged.order()
    posted = target.gate.do([note(f"card-{arranged.token}", ref)])[0].ref
    assert posted is not None
    assert refused(target, "mail.message", "write", [posted.id or 0], {"vals": {"body": "changed"}}) == "denied"
    assert "changed" not in (messages(arranged, ref)[-1].text("body") or "")


def test_what_is_left_it_may_follow_what_it_reads_but_not_write_there(target: Target, arranged: Arranged) -> None:
    """Whoever may read a record may follow it himself, and Odoo lets followers post; the rule on messages does not."""
    ref = arranged.order()
    before = len(messages(arranged, ref))
    target.bot.call("sale.order", "message_subscribe", [ref.id or 0], {"partner_ids": [target.bot.user.partner]})
    assert target.bot.user.partner in followers(arranged, ref)
    post = {"body": "x", "message_type": "comment", "subtype_xmlid": "mail.mt_comment", "email_from": SENDER}
    assert refused(target, "sale.order", "message_post", [ref.id or 0], post) == "denied"
    assert len(messages(arranged, ref)) == before

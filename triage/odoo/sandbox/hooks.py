"""What models do beside storing: defaults, numbers, derived columns, log notes, mails of stages and activities."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from triage.odoo.sandbox import access, restricted, studio, values, views
from triage.odoo.sandbox.errors import UserError, ValidationError
from triage.odoo.sandbox.schema import Model

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Environment

_OWN_USER = ("sale.order", "crm.lead", "purchase.order", "helpdesk.ticket", "mail.activity", "project.task")
_NUMBERS = {
    "sale.order": (("name", "S{:05d}", "New"),),
    "purchase.order": (("name", "P{:05d}", "New"),),
    "helpdesk.ticket": (("number", "HT{:05d}", "/"), ("ticket_ref", "{:05d}", "")),
}
_STAGES = {
    "helpdesk.ticket": "helpdesk.ticket.stage",
    "crm.lead": "crm.stage",
    "maintenance.request": "maintenance.stage",
}


def defaults(env: Environment, model: Model) -> dict[str, Any]:
    """Values for fields that a new record is not given."""
    found = {name: field.default for name, field in model.fields.items() if field.default is not None}
    company = env.company_ids[0] if env.company_ids else False
    for name, value in _common(env, company).items():
        if name in model.fields and (model.fields[name].required or name == "currency_id"):
            found.setdefault(name, value)
    if model.name in _OWN_USER and "user_id" in model.fields:
        found["user_id"] = env.uid
    if model.name in _STAGES and "stage_id" in model.fields:
        stages = env(su=True)[model.fields["stage_id"].comodel_name].search([], limit=1)
        found["stage_id"] = stages.id
    own = _OWN_DEFAULTS.get(model.name)
    return found | own(env) if own else found


def context_defaults(env: Environment, model: Model) -> dict[str, Any]:
    """`default_<field>` of the context."""
    prefix = "default_"
    return {
        name.removeprefix(prefix): value
        for name, value in env.context.items()
        if name.startswith(prefix) and name.removeprefix(prefix) in model.fields
    }


def _common(env: Environment, company: Any) -> dict[str, Any]:
    currency = (env.db.tables.get("res.company", company) or {}).get("currency_id", False) if company else False
    return {
        "company_id": company,
        "currency_id": currency,
        "date_order": env.db.stamp,
        "date_planned": env.db.stamp,
        "date": env.db.stamp[:10],
        "uom_id": 1,
        "uom_po_id": 1,
        "categ_id": 1,
        "name": False,
    }


def _activity_defaults(env: Environment) -> dict[str, Any]:
    todo = env.ref("mail.mail_activity_data_todo", raise_if_not_found=False) if env.db.version >= 19 else None
    return {"activity_type_id": todo.id if todo else False, "date_deadline": env.db.stamp[:10]}


def _user_defaults(env: Environment) -> dict[str, Any]:
    company = env.company_ids[0] if env.company_ids else 1
    groups = "groups_id" if env.db.version < 19 else "group_ids"
    internal = env.ref("base.group_user")
    return {
        "company_id": company,
        "company_ids": [(6, 0, [company])],
        groups: [(6, 0, internal.ids if internal is not None else [])],
    }


def _purchase_defaults(env: Environment) -> dict[str, Any]:
    company = env.company_ids[0] if env.company_ids else 1
    domain = [("code", "=", "incoming"), ("company_id", "=", company)]
    return {"picking_type_id": env(su=True)["stock.picking.type"].search(domain, limit=1, order="id").id}


_OWN_DEFAULTS: dict[str, Callable[[Environment], dict[str, Any]]] = {
    "mail.activity": _activity_defaults,
    "res.users": _user_defaults,
    "res.partner": lambda env: {"lang": "en_US", "trust": "normal"},
    "ir.model.access": lambda env: {"active": True},
    "ir.rule": lambda env: {"active": True, **{f"perm_{each}": True for each in access.OPERATIONS}},
    "ir.attachment": lambda env: {"type": "binary"},
    "mail.message": lambda env: {"date": env.db.stamp},
    "ir.actions.server": lambda env: {"type": "ir.actions.server", "usage": "ir_actions_server"},
    "ir.cron": lambda env: {"nextcall": env.db.stamp, "user_id": env.uid},
    "crm.lead": lambda env: {"type": "opportunity"},
    "stock.picking": lambda env: {"move_type": "direct"},
    "account.move": lambda env: {"company_id": env.company_ids[0] if env.company_ids else False},
    "account.move.line": lambda env: {"display_type": "product"},
    "purchase.order": _purchase_defaults,
}


def before_create(env: Environment, model: Model, wanted: dict[str, Any]) -> dict[str, Any]:
    """Values completed before the record is stored."""
    for name, pattern, empty in _NUMBERS.get(model.name, ()):
        if name in model.fields and wanted.get(name) in (None, False, "", empty):
            counter = f"{model.name}.number"
            wanted[name] = pattern.format(env.db.tables.next_id(counter))
    for name in ("partner_invoice_id", "partner_shipping_id"):
        if name in model.fields and not wanted.get(name):
            wanted[name] = wanted.get("partner_id", False)
    own = _BEFORE_CREATE.get(model.name)
    return own(env, wanted) if own else wanted


def before_write(env: Environment, model: Model, ids: Sequence[int], given: dict[str, Any]) -> dict[str, Any]:
    """Values completed before they are written."""
    if model.name == "ir.attachment" and "datas" in given:
        return given | _content(given["datas"])
    if model.name == "ir.actions.server":
        _check_code(given)
    if model.name == "ir.ui.view":
        for id_ in ids:
            views.check(env, {**(env.db.tables.get(model.name, id_) or {}), **given})
    if model.name == "res.users" and "password" in given:
        return {**given, "password": str(given["password"] or "")}
    return given


def _attachment(env: Environment, wanted: dict[str, Any]) -> dict[str, Any]:
    kind = wanted.get("mimetype") or mimetypes.guess_type(str(wanted.get("name", "")))[0] or "application/octet-stream"
    return {**wanted, **_content(wanted.get("datas")), "mimetype": kind}


def _content(datas: Any) -> dict[str, Any]:
    data = base64.b64decode(datas) if datas else b""
    return {"file_size": len(data), "checksum": hashlib.sha1(data, usedforsecurity=False).hexdigest()}


def _activity(env: Environment, wanted: dict[str, Any]) -> dict[str, Any]:
    if env.db.version >= 19 and not wanted.get("res_model_id") and not wanted.get("user_id"):
        raise ValidationError(
            "The operation cannot be completed: Activities must be assigned if not attached to a document."
        )
    row = env.db.tables.get("ir.model", wanted.get("res_model_id") or 0)
    if row is None or not wanted.get("res_id"):
        return wanted
    model = env.db.schema[row["model"]]
    access.check_exists(env, model, (wanted["res_id"],))
    return {**wanted, "res_model": row["model"]}


def _server_action(env: Environment, wanted: dict[str, Any]) -> dict[str, Any]:
    _check_code(wanted)
    row = env.db.tables.get("ir.model", wanted.get("model_id") or 0)
    return {**wanted, "model_name": row["model"]} if row else wanted


def _check_code(given: Mapping[str, Any]) -> None:
    problem = restricted.complaint(str(given["code"])) if given.get("code") else ""
    if problem:
        raise ValidationError(problem)


def _external_id(env: Environment, wanted: dict[str, Any]) -> dict[str, Any]:
    return {"module": "", "noupdate": False, **wanted}


def _company(env: Environment, wanted: dict[str, Any]) -> dict[str, Any]:
    """A company is a partner too, which is made with it."""
    if wanted.get("partner_id"):
        return wanted
    from triage.odoo.sandbox import writing

    own = {"name": wanted.get("name"), "email": wanted.get("email"), "is_company": True}
    opening = {"account_opening_date": f"{env.db.stamp[:4]}-01-01"} if env.db.version < 19 else {}
    return {**opening, **wanted, "partner_id": writing.create(env(su=True)["res.partner"], own)}


_BEFORE_CREATE: dict[str, Callable[[Environment, dict[str, Any]], dict[str, Any]]] = {
    "ir.attachment": _attachment,
    "mail.activity": _activity,
    "ir.actions.server": _server_action,
    "ir.model.data": _external_id,
    "ir.model": studio.model_wanted,
    "ir.model.fields": studio.field_wanted,
    "ir.ui.view": views.check,
    "res.company": _company,
}


def after_create(env: Environment, model: Model, id_: int, given: Mapping[str, Any]) -> None:
    """What follows a new record: its log note, its creator's subscription, the mails of activities and stages."""
    from triage.odoo.sandbox import activities

    if model.name == "ir.model":
        studio.model_made(env, id_)
    if model.name in studio.DESCRIBING:
        env.db.reflect()
    if model.thread:
        _start_thread(env, model, id_)
    if model.name == "mail.activity":
        activities.activity_assigned(env, id_)
    if "stage_id" in given:
        activities.stage_reached(env, model, id_)


def _start_thread(env: Environment, model: Model, id_: int) -> None:
    from triage.odoo.sandbox import mail

    if env.context.get("tracking_disable") or env.context.get("install_mode"):
        return
    record = env[model.name].browse(id_)
    if not env.context.get("mail_create_nosubscribe") and env.user.partner_id and env.uid != 1:
        mail.subscribe(record.sudo(), env.user.partner_id.ids)
    if not env.context.get("mail_create_nolog"):
        mail.log(record, f"<p>{model.label} created</p>")


def tracked(env: Environment, model: Model, id_: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values of tracked fields before a write changes them."""
    if not model.thread or env.context.get("tracking_disable"):
        return {}
    names = [name for name in given if model.fields[name].tracking]
    return {name: values.raw(env(su=True), model, id_, name) for name in names}


def after_write(env: Environment, model: Model, id_: int, given: Mapping[str, Any], before: Mapping[str, Any]) -> None:
    """What follows a write: tracking values, the mails of activities and stages."""
    from triage.odoo.sandbox import activities, mail

    if model.name in studio.DESCRIBING:
        env.db.reflect()
    after = {name: values.raw(env(su=True), model, id_, name) for name in before}
    changed = {name: value for name, value in before.items() if value != after[name]}
    if changed:
        mail.track(env[model.name].browse(id_), changed, after)
    if model.name == "mail.activity" and "user_id" in given:
        activities.activity_assigned(env, id_)
    if "stage_id" in given:
        activities.stage_reached(env, model, id_)


_LIVING = {"sale.order": ("draft", "cancel"), "purchase.order": ("cancel",)}
_REFUSALS = {
    "sale.order": (
        "You can not delete a sent quotation or a confirmed sales order. You must first cancel it."
    ),
    "purchase.order": "In order to delete a purchase order, you must cancel it first.",
}  # fmt: skip


def before_unlink(env: Environment, model: Model, id_: int) -> None:
    """Raises `UserError` for a record that may not be deleted in its state."""
    studio.before_going(env, model.name, id_)
    states = _LIVING.get(model.name)
    if states and (env.db.tables.get(model.name, id_) or {}).get("state") not in states:
        raise UserError(_REFUSALS[model.name])


def after_unlink(env: Environment, model: Model) -> None:
    """What follows the end of a record."""
    if model.name in studio.DESCRIBING:
        env.db.reflect()

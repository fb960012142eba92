"""Threads: notes, messages, followers, activities, and what would have been mailed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from triage.odoo.sandbox import access, values, writing
from triage.odoo.sandbox.environment import SentMail
from triage.odoo.sandbox.errors import ValidationError
from triage.odoo.sandbox.methods import method
from triage.odoo.sandbox.recordset import RecordSet
from triage.odoo.sandbox.sanitise import escape, plain
from triage.odoo.sandbox.schema import Model

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Environment

_TEXT_COLUMNS = {
    "integer": "integer",
    "boolean": "integer",
    "float": "float",
    "monetary": "float",
    "datetime": "datetime",
    "date": "datetime",
    "text": "text",
}


@method("message_post", "thread", returns_one=True)
def message_post(
    records: RecordSet,
    *,
    body: str = "",
    subject: Any = None,
    message_type: str = "notification",
    email_from: Any = None,
    author_id: Any = None,
    parent_id: Any = False,
    subtype_xmlid: Any = None,
    subtype_id: Any = False,
    partner_ids: Sequence[int] | None = None,
    attachments: Sequence[Any] | None = None,
    attachment_ids: Sequence[int] | None = None,
    body_is_html: bool = False,
    **kwargs: Any,
) -> RecordSet:
    """Add a message to the thread of one record. As a note it stays inside; as a comment it mails the followers."""
    records.ensure_one()
    env = records.env
    subtype = _subtype(env, subtype_xmlid, subtype_id)
    html = str(body) if body_is_html else f"<p>{escape(str(body))}</p>" if body else ""
    message = _message(
        records,
        body=html,
        subject=subject or False,
        message_type=message_type,
        parent_id=parent_id or False,
        subtype_id=subtype,
        partner_ids=[(6, 0, list(partner_ids or ()))],
        **_author(env, author_id, email_from),
        **{key: value for key, value in kwargs.items() if key in ("date", "message_id", "incoming_email_to")},
    )
    _attach(message, records, attachments or (), attachment_ids or ())
    _notify(records, message, list(partner_ids or ()))
    return message


@method("message_notify", "thread", returns_one=True)
def message_notify(
    records: RecordSet,
    *,
    body: str = "",
    subject: Any = False,
    author_id: Any = None,
    email_from: Any = None,
    partner_ids: Sequence[int] = (),
    **_: Any,
) -> RecordSet:
    """Tell some partners something about the record, outside of what followers get."""
    env = records.env
    message = _message(
        records.sudo(),
        body=str(body),
        subject=subject or False,
        message_type="user_notification",
        subtype_id=_subtype(env, "mail.mt_note", False),
        partner_ids=[(6, 0, list(partner_ids))],
        **_author(env, author_id, email_from),
    )
    _deliver(records, message, list(partner_ids), "message")
    return message.with_env(env)


@method("message_subscribe", "thread")
def message_subscribe(records: RecordSet, partner_ids: Sequence[int] | None = None, subtype_ids: Any = None) -> bool:
    """Make partners followers of the records."""
    access.check(records.env, records.described, records.ids, "read")
    subscribe(records.sudo(), list(partner_ids or ()))
    return True


@method("message_unsubscribe", "thread")
def message_unsubscribe(records: RecordSet, partner_ids: Sequence[int] | None = None) -> bool:
    """Take partners from the followers."""
    access.check(records.env, records.described, records.ids, "read")
    domain = [("res_model", "=", records.described.name), ("res_id", "in", records.ids)]
    found = records.env["mail.followers"].sudo().search([*domain, ("partner_id", "in", list(partner_ids or ()))])
    writing.unlink(found)
    return True


def subscribe(records: RecordSet, partner_ids: Sequence[int]) -> None:
    """Followers without a look at rights."""
    env = records.env(su=True)
    comment = env.ref("mail.mt_comment")
    for id_ in records.ids:
        held = _follower_partners(env, records.described, id_)
        for partner in partner_ids:
            if partner not in held:
                row = {"res_model": records.described.name, "res_id": id_, "partner_id": partner}
                writing.create(env["mail.followers"], {**row, "subtype_ids": [(6, 0, comment.ids if comment else [])]})


def log(record: RecordSet, body: str, **more: Any) -> RecordSet:
    """A log note in the name of who acts."""
    elevated = record.sudo()
    subtype = _subtype(record.env, "mail.mt_note", False)
    return _message(
        elevated,
        body=body,
        message_type="notification",
        subtype_id=subtype,
        **_author(record.env, None, None),
        **more,
    )


def track(record: RecordSet, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """A log note with the old and new values of tracked fields."""
    message = log(record, "")
    env = record.env(su=True)
    for name, old in before.items():
        field = record.described.fields[name]
        row: dict[str, Any] = {"mail_message_id": message.id, "field_id": _field_id(env, record.described, name)}
        for prefix, value in (("old", old), ("new", after[name])):
            kind = _TEXT_COLUMNS.get(field.type, "char")
            shown = value or False
            if field.type == "many2one":
                row[f"{prefix}_value_integer"] = value or 0
                shown = value and values.display_name(env, field.comodel_name, value)
            row[f"{prefix}_value_{kind}"] = shown
        writing.create(env["mail.tracking.value"], row)


def _field_id(env: Environment, model: Model, name: str) -> int:
    found = env["ir.model.fields"].search([("model", "=", model.name), ("name", "=", name)], limit=1)
    return int(found)


def _subtype(env: Environment, xml_id: Any, id_: Any) -> int:
    if id_:
        return int(id_)
    found = env.ref(xml_id if "." in str(xml_id) else f"mail.{xml_id}" if xml_id else "mail.mt_note")
    return int(found) if found is not None else 0


def _author(env: Environment, author_id: Any, email_from: Any) -> dict[str, Any]:
    if author_id is None and email_from:
        return {"author_id": False, "email_from": email_from}
    partner = env(su=True)["res.partner"].browse(author_id or env.user.partner_id.id)
    address = f'"{partner.name}" <{partner.email}>' if partner.email else False
    return {"author_id": partner.id, "email_from": email_from or address}


def _message(records: RecordSet, **vals: Any) -> RecordSet:
    env = records.env
    number = env.db.tables.sequences.get("mail.message", 0) + 1
    row = {
        "model": records.described.name,
        "res_id": records.ids[0] if records else False,
        "date": env.db.stamp,
        "reply_to": vals.get("email_from", False),
        "message_id": f"<{number}.{int(env.db.now.timestamp())}-openerp-{records.ids[0] if records else 0}-"
        f"{records.described.name}@sandbox>",
    }
    given = {key: value for key, value in {**row, **vals}.items() if key in env.db.schema["mail.message"].fields}
    return env["mail.message"].browse(writing.create(env["mail.message"], given))


def _attach(message: RecordSet, record: RecordSet, attachments: Sequence[Any], ids: Sequence[int]) -> None:
    import base64

    env = message.env(su=True)
    made = list(ids)
    for name, content in attachments:
        data = content.encode() if isinstance(content, str) else bytes(content)
        row = {"name": name, "datas": base64.b64encode(data).decode()}
        row |= {"res_model": record.described.name, "res_id": record.ids[0]}
        made.append(writing.create(env["ir.attachment"], row))
    if made:
        env.db.tables.update("mail.message", message.ids[0], {"attachment_ids": tuple(made)})


def _follower_partners(env: Environment, model: Model, id_: int) -> dict[int, tuple[int, ...]]:
    tables = env.db.tables
    rows = [tables.get("mail.followers", each) or {} for each in tables.by_value("mail.followers", "res_id", id_)]
    return {row["partner_id"]: row.get("subtype_ids", ()) for row in rows if row.get("res_model") == model.name}


def _notify(record: RecordSet, message: RecordSet, partner_ids: list[int]) -> None:
    env = record.env(su=True)
    row = env.db.tables.get("mail.message", message.ids[0]) or {}
    subtype = env["mail.message.subtype"].browse(row["subtype_id"])
    chosen = list(partner_ids)
    if not subtype.internal:
        for partner, subtypes in _follower_partners(env, record.described, record.ids[0]).items():
            if subtype.id in subtypes and partner not in chosen:
                chosen.append(partner)
    _deliver(record, message, [each for each in chosen if each != row.get("author_id")], "message")


def _deliver(record: RecordSet, message: RecordSet, partner_ids: Sequence[int], reason: str) -> None:
    env = record.env(su=True)
    row = env.db.tables.get("mail.message", message.ids[0]) or {}
    addresses = []
    for partner_id in partner_ids:
        partner = env["res.partner"].browse(partner_id)
        users = partner.user_ids
        inbox = any(user.notification_type == "inbox" for user in users)
        notice: dict[str, Any] = {"mail_message_id": message.ids[0], "res_partner_id": partner_id, "is_read": not inbox}
        notice |= {"notification_type": "inbox" if inbox else "email", "notification_status": "sent"}
        writing.create(env["mail.notification"], notice)
        if partner.email and not inbox:
            addresses.append(partner.email)
    if partner_ids:
        env.db.tables.update("mail.message", message.ids[0], {"notified_partner_ids": tuple(partner_ids)})
    if addresses:
        subject = row.get("subject") or _subject(record)
        target = (record.described.name, record.ids[0] if record else 0)
        env.db.pending.append(SentMail(tuple(addresses), subject, row.get("body") or "", target, reason))


def _subject(record: RecordSet) -> str:
    return f"Re: {values.display_name(record.env, record.described.name, record.ids[0])}" if record else ""


def activity_assigned(env: Environment, id_: int) -> None:
    """Subscribe the one an activity is assigned to, and mail him unless the context forbids it."""
    elevated = env(su=True)
    activity = elevated["mail.activity"].browse(id_)
    user = activity.user_id
    if not user or not activity.res_model or not activity.res_id:
        return
    record = elevated[activity.res_model].browse(activity.res_id)
    if record.described.thread and user.partner_id:
        subscribe(record, user.partner_id.ids)
    if user.id == env.uid or env.context.get("mail_activity_quick_update") or not record.described.thread:
        return
    title = values.display_name(env, record.described.name, record.ids[0])
    subject = f'"{title}: {activity.summary or activity.activity_type_id.display_name}" assigned to you'
    body = f"<p>{env.user.name} has just assigned you the following activity: {title}</p>"
    message = _message(
        record,
        body=body,
        subject=subject,
        message_type="user_notification",
        subtype_id=_subtype(env, "mail.mt_note", False),
        partner_ids=[(6, 0, user.partner_id.ids)],
        **_author(env, None, None),
    )
    _deliver(record, message, user.partner_id.ids, "activity")


def stage_reached(env: Environment, model: Model, id_: int) -> None:
    """The mail that a ticket's stage sends to the customer, if it has a template."""
    elevated = env(su=True)
    record = elevated[model.name].browse(id_)
    stage = record.stage_id
    name = next((each for each in ("mail_template_id", "template_id") if each in stage.described.fields), None)
    if name is None or not stage or not stage[name]:
        return
    template = stage[name]
    to = (record.partner_id.email if record.partner_id else False) or getattr(record, "partner_email", False)
    if to:
        subject = template.subject or template.name or ""
        env.db.pending.append(SentMail((str(to),), subject, template.body_html or "", (model.name, id_), "stage"))


@method("activity_schedule", "activities")
def activity_schedule(
    records: RecordSet,
    act_type_xmlid: str = "",
    date_deadline: Any = None,
    summary: str = "",
    note: str = "",
    **act_values: Any,
) -> RecordSet:
    """A new activity on each record."""
    env = records.env
    kind = env.ref(act_type_xmlid, raise_if_not_found=False) if act_type_xmlid else None
    made = []
    for id_ in records.ids:
        row = {"res_model_id": access.model_id_of(env.db, records.described.name), "res_id": id_, "summary": summary}
        row |= {"note": note, "date_deadline": date_deadline or env.db.stamp[:10], **act_values}
        if kind is not None:
            row["activity_type_id"] = kind.id
        made.append(writing.create(env["mail.activity"], row))
    return env["mail.activity"].browse(made)


@method("action_feedback", "mail.activity")
def action_feedback(records: RecordSet, feedback: Any = False, attachment_ids: Any = None) -> Any:
    """End the activities with a word; returns the id of the message that says so."""
    env = records.env
    access.check(env, records.described, records.ids, "unlink" if env.db.version < 19 else "write")
    message: Any = False
    for activity in records.sudo():
        message = _feedback(env, activity, feedback).id
        if env.db.version < 19:
            writing.unlink(activity)
        else:
            done = {"active": False, "date_done": env.db.stamp[:10], "feedback": feedback or False}
            env.db.tables.update("mail.activity", activity.id, done)
    return message


def _feedback(env: Environment, activity: RecordSet, feedback: Any) -> RecordSet:
    record = env(su=True)[activity.res_model].browse(activity.res_id)
    kind = activity.activity_type_id.display_name if activity.activity_type_id else ""
    body = f"<p><span>{escape(str(kind))}</span> done: <span>{escape(activity.summary or '')}</span></p>"
    if feedback:
        body += f"<div><div>Feedback:</div>{escape(str(feedback))}</div>"
    message = _message(
        record,
        body=body,
        message_type="notification",
        subtype_id=_subtype(env, "mail.mt_activities", False),
        mail_activity_type_id=activity.activity_type_id.id,
        **_author(env, None, None),
    )
    _notify(record, message, [])
    return message


@method("action_done", "mail.activity")
def action_done(records: RecordSet) -> Any:
    """End the activities without a word."""
    return action_feedback(records)


def check_activity(env: Environment, row: Mapping[str, Any]) -> None:
    """Raises `ValidationError` on Odoo 19 for an activity that is neither on a document nor assigned."""
    if env.db.version >= 19 and not row.get("res_model_id") and not row.get("user_id"):
        raise ValidationError("The operation cannot be completed: Activities must be assigned if not attached to a "
                              "document.")  # fmt: skip


__all__ = ["activity_assigned", "check_activity", "log", "message_post", "plain", "stage_reached", "subscribe", "track"]

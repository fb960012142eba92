"""Activities and ticket stages: whom they tell, how they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from triage.odoo.sandbox import access, values, writing
from triage.odoo.sandbox.environment import SentMail
from triage.odoo.sandbox.mail import author_of, deliver, notify, subscribe, subtype_id_of, write_message
from triage.odoo.sandbox.methods import method
from triage.odoo.sandbox.recordset import RecordSet
from triage.odoo.sandbox.sanitise import escape
from triage.odoo.sandbox.schema import Model

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Environment


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
    message = write_message(
        record,
        body=body,
        subject=subject,
        message_type="user_notification",
        subtype_id=subtype_id_of(env, "mail.mt_note", False),
        partner_ids=[(6, 0, user.partner_id.ids)],
        **author_of(env, None, None),
    )
    deliver(record, message, user.partner_id.ids, "activity")


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
    message = write_message(
        record,
        body=body,
        message_type="notification",
        subtype_id=subtype_id_of(env, "mail.mt_activities", False),
        mail_activity_type_id=activity.activity_type_id.id,
        **author_of(env, None, None),
    )
    notify(record, message, [])
    return message


@method("action_done", "mail.activity")
def action_done(records: RecordSet) -> Any:
    """End the activities without a word."""
    return action_feedback(records)

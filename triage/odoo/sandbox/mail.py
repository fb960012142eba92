"""Threads: notes, messages, followers, tracking, and what would have been mailed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from triage.odoo.sandbox import access, values, writing
from triage.odoo.sandbox.environment import SentMail
from triage.odoo.sandbox.methods import method
from triage.odoo.sandbox.recordset import RecordSet
from triage.odoo.sandbox.sanitise import escape
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
    subtype = subtype_id_of(env, subtype_xmlid, subtype_id)
    html = str(body) if body_is_html else f"<p>{escape(str(body))}</p>" if body else ""
    message = write_message(
        records,
        body=html,
        subject=subject or False,
        message_type=message_type,
        parent_id=parent_id or False,
        subtype_id=subtype,
        partner_ids=[(6, 0, list(partner_ids or ()))],
        **author_of(env, author_id, email_from),
        **{key: value for key, value in kwargs.items() if key in ("date", "message_id", "incoming_email_to")},
    )
    _attach(message, records, attachments or (), attachment_ids or ())
    notify(records, message, list(partner_ids or ()))
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
    message = write_message(
        records,
        body=str(body),
        subject=subject or False,
        message_type="user_notification",
        subtype_id=subtype_id_of(env, "mail.mt_note", False),
        partner_ids=[(6, 0, list(partner_ids))],
        **author_of(env, author_id, email_from),
    )
    deliver(records, message, list(partner_ids), "message")
    return message.with_env(env)


@method("message_subscribe", "thread")
def message_subscribe(records: RecordSet, partner_ids: Sequence[int] | None = None, subtype_ids: Any = None) -> bool:
    """Make partners followers of the records: oneself where one may read them, others where one may write."""
    own = set(partner_ids or ()) == set(records.env.user.partner_id.ids)
    access.check(records.env, records.described, records.ids, "read" if own else "write")
    subscribe(records.sudo(), list(partner_ids or ()))
    return True


@method("message_unsubscribe", "thread")
def message_unsubscribe(records: RecordSet, partner_ids: Sequence[int] | None = None) -> None:
    """Take partners from the followers: oneself where one may read the records, others where one may write."""
    own = set(partner_ids or ()) == set(records.env.user.partner_id.ids)
    access.check(records.env, records.described, records.ids, "read" if own else "write")
    domain = [("res_model", "=", records.described.name), ("res_id", "in", records.ids)]
    found = records.env["mail.followers"].sudo().search([*domain, ("partner_id", "in", list(partner_ids or ()))])
    writing.unlink(found)


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
    subtype = subtype_id_of(record.env, "mail.mt_note", False)
    return write_message(
        elevated,
        body=body,
        message_type="notification",
        subtype_id=subtype,
        **author_of(record.env, None, None),
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


def subtype_id_of(env: Environment, xml_id: Any, id_: Any) -> int:
    """Id of the subtype that an external id, with or without its module, or an id names; a note without either."""
    if id_:
        return int(id_)
    found = env.ref(xml_id if "." in str(xml_id) else f"mail.{xml_id}" if xml_id else "mail.mt_note")
    return int(found) if found is not None else 0


def author_of(env: Environment, author_id: Any, email_from: Any) -> dict[str, Any]:
    """Author and sender of a message: who is named, else who acts."""
    if author_id is None and email_from:
        return {"author_id": False, "email_from": email_from}
    partner = env(su=True)["res.partner"].browse(author_id or env.user.partner_id.id)
    address = f'"{partner.name}" <{partner.email}>' if partner.email else False
    return {"author_id": partner.id, "email_from": email_from or address}


def write_message(records: RecordSet, **vals: Any) -> RecordSet:
    """A message on the thread, stored and nothing else; rights are checked as for any record."""
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


def notify(record: RecordSet, message: RecordSet, partner_ids: list[int]) -> None:
    """Tell the followers of the subtype, and these partners, but not the author."""
    env = record.env(su=True)
    row = env.db.tables.get("mail.message", message.ids[0]) or {}
    subtype = env["mail.message.subtype"].browse(row["subtype_id"])
    chosen = list(partner_ids)
    if not subtype.internal:
        for partner, subtypes in _follower_partners(env, record.described, record.ids[0]).items():
            if subtype.id in subtypes and partner not in chosen:
                chosen.append(partner)
    deliver(record, message, [each for each in chosen if each != row.get("author_id")], "message")


def deliver(record: RecordSet, message: RecordSet, partner_ids: Sequence[int], reason: str) -> None:
    """Tell these partners: a notification each, and one mail to those who do not read theirs in Odoo."""
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

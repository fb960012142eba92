"""Mail that comes in: `mail.thread.message_process`."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from triage.odoo.sandbox import mail, writing
from triage.odoo.sandbox.methods import method
from triage.odoo.sandbox.recordset import RecordSet
from triage.odoo.sandbox.sanitise import escape

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Environment


@method("message_process", "thread", "mail.thread", on_model=True)
def message_process(records: RecordSet, model: Any, message: Any, thread_id: Any = None, **_: Any) -> Any:
    """Put a mail (RFC 822) on the thread that it answers, on `thread_id`, or on a new record of the model.

    Returns the record's id; False for a mail that came before.
    """
    env = records.env(su=True)
    raw = message if isinstance(message, bytes) else str(message).encode()
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    message_id = str(parsed.get("Message-ID", "")).strip()
    if message_id and env.db.tables.by_value("mail.message", "message_id", message_id):
        return False
    target = _answered(env, parsed) or (str(model), int(thread_id or 0))
    record = env[target[0]].browse(target[1] or ())
    body = _body(parsed)
    if not record:
        record = _open(env, target[0], parsed, body)
    sender = str(parsed.get("From", ""))
    mail.message_post(
        record,
        body=body,
        body_is_html=True,
        subject=str(parsed.get("Subject", "")) or False,
        message_type="email",
        email_from=sender,
        author_id=_author(env, sender) or None,
        subtype_xmlid="mail.mt_comment",
        attachments=_attachments(parsed),
        message_id=message_id or False,
        date=_date(parsed) or env.db.stamp,
    )
    return record.id


def _answered(env: Environment, parsed: EmailMessage) -> tuple[str, int] | None:
    """Model and id of the thread that the mail's references name."""
    references = f"{parsed.get('References', '')} {parsed.get('In-Reply-To', '')}"
    for reference in reversed(re.findall(r"<[^<>]+>", references)):
        for id_ in env.db.tables.by_value("mail.message", "message_id", reference):
            row = env.db.tables.get("mail.message", id_) or {}
            if row.get("model") in env.db.schema and row.get("res_id"):
                return row["model"], row["res_id"]
    return None


def _open(env: Environment, model: str, parsed: EmailMessage, body: str) -> RecordSet:
    fields = env.db.schema[model].fields
    subject, sender = str(parsed.get("Subject", "")) or "No Subject", str(parsed.get("From", ""))
    given: dict[str, Any] = {"name": subject, "description": body, "partner_email": sender, "email_from": sender}
    given["partner_id"] = _author(env, sender)
    quiet = env(context={**env.context, "mail_create_nolog": True, "mail_create_nosubscribe": True})
    row = {name: value for name, value in given.items() if name in fields and value}
    return env[model].browse(writing.create(quiet[model], row | ({"user_id": False} if "user_id" in fields else {})))


def _author(env: Environment, sender: str) -> int:
    address = sender.rpartition("<")[2].rstrip("> ").strip().lower()
    found = env["res.partner"].search([("email", "=ilike", address)], limit=1) if address else env["res.partner"]
    return int(found)


def _body(parsed: EmailMessage) -> str:
    part = parsed.get_body(preferencelist=("html", "plain"))
    if part is None:
        return ""
    text = str(part.get_content())
    if part.get_content_type() == "text/html":
        return text
    return "<pre>" + escape(text.rstrip("\n")) + "</pre>"


def _attachments(parsed: EmailMessage) -> list[tuple[str, bytes]]:
    found = []
    for part in parsed.iter_attachments():
        content = part.get_payload(decode=True)
        found.append((part.get_filename() or "attachment", content if isinstance(content, bytes) else b""))
    return found


def _date(parsed: EmailMessage) -> str | None:
    try:
        moment = parsedate_to_datetime(str(parsed["Date"]))
    except (TypeError, ValueError):
        return None
    from datetime import UTC

    return (moment.astimezone(UTC) if moment.tzinfo else moment).strftime("%Y-%m-%d %H:%M:%S")

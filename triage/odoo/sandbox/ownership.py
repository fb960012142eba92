"""Models whose records follow the document they hang on: messages, activities, attachments; and one's own API keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from triage.odoo.sandbox import access

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Environment


def _messages(env: Environment, ids: Sequence[int], operation: str) -> list[int]:
    """Messages follow their document; one's own and those addressed to one are always readable."""
    partner = env.user.partner_id.id
    return [id_ for id_ in ids if _message_allowed(env, id_, operation, partner)]


def _message_allowed(env: Environment, id_: int, operation: str, partner: int) -> bool:
    row = env.db.tables.get("mail.message", id_) or {}
    mine = row.get("author_id") == partner or partner in row.get("partner_ids", ())
    target, res_id = row.get("model"), row.get("res_id")
    if operation == "read" and (mine or partner in _notified(env, id_)):
        return True
    if operation == "write" and row.get("author_id") == partner:
        return True
    if operation == "unlink" and row.get("author_id") == partner and target not in env.db.schema:
        return True
    if operation == "create" and (not target or row.get("message_type") == "user_notification"):
        return True
    if target not in env.db.schema or not res_id:
        return False
    model = env.db.schema[str(target)]
    needed = model.post_access if operation == "create" else {"read": "read"}.get(operation, "write")
    return access.has(env, model, [res_id], needed)


def _notified(env: Environment, id_: int) -> set[int]:
    tables = env.db.tables
    found = tables.by_value("mail.notification", "mail_message_id", id_)
    return {(tables.get("mail.notification", each) or {}).get("res_partner_id", 0) for each in found}


def _activities(env: Environment, ids: Sequence[int], operation: str) -> list[int]:
    """Activities follow their document; the one it is assigned to may read and end it."""
    return [id_ for id_ in ids if _activity_allowed(env, id_, operation)]


def _activity_allowed(env: Environment, id_: int, operation: str) -> bool:
    row = env.db.tables.get("mail.activity", id_) or {}
    if operation != "create" and row.get("user_id") == env.uid:
        return True
    if operation in {"write", "unlink"} and row.get("create_uid") == env.uid:
        return True
    target = row.get("res_model")
    if target not in env.db.schema or not row.get("res_id"):
        return False
    model = env.db.schema[str(target)]
    needed = "read" if operation == "read" else model.post_access
    return access.has(env, model, [row["res_id"]], needed)


def _attachments(env: Environment, ids: Sequence[int], operation: str) -> list[int]:
    """Attachments follow their document; without one they are their creator's."""
    return [id_ for id_ in ids if _attachment_allowed(env, id_, operation)]


def _attachment_allowed(env: Environment, id_: int, operation: str) -> bool:
    row = env.db.tables.get("ir.attachment", id_) or {}
    if operation == "read" and row.get("public"):
        return True
    target, res_id = row.get("res_model"), row.get("res_id")
    if not target or not res_id:
        return row.get("create_uid") == env.uid or env.is_admin()
    if target not in env.db.schema:
        return False
    return access.has(env, env.db.schema[str(target)], [res_id], "read" if operation == "read" else "write")


def _keys(env: Environment, ids: Sequence[int], operation: str) -> list[int]:
    rows = {id_: env.db.tables.get("res.users.apikeys", id_) or {} for id_ in ids}
    return [id_ for id_, row in rows.items() if row.get("user_id") == env.uid or env.is_admin()]


FILTERS: dict[str, Callable[[Environment, Sequence[int], str], list[int]]] = {
    "mail.message": _messages,
    "mail.activity": _activities,
    "ir.attachment": _attachments,
    "res.users.apikeys": _keys,
}
"""By model: which of these records the user may do this to."""

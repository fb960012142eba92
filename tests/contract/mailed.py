"""What was mailed to some customers, or about some records: an Odoo's other mails count for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tests.contract.targets import Target
from triage.domain import RecordRef
from triage.odoo.client import Odoo


def notified(admin: Odoo, records: Iterable[RecordRef], customers: Sequence[int]) -> list[str]:
    """Whom Odoo notified by mail of messages on these records, but for what the customers wrote themselves: that goes
    to the followers of the record with or without us.
    """
    found: list[str] = []
    for ref in records:
        domain = [("model", "=", ref.model), ("res_id", "=", ref.id), ("author_id", "not in", list(customers))]
        messages = [row.id for row in admin.search("mail.message", domain, ["id"])]
        mailed = [("mail_message_id", "in", messages), ("notification_type", "=", "email")]
        for row in admin.search("mail.notification", mailed, ["res_partner_id"]) if messages else ():
            found.append(f"{row.label('res_partner_id')}, of {ref.name}")
    return found


def delivered(target: Target, after: int, customers: Iterable[int]) -> list[str]:
    """To which of these customers a mail was handed over since; nothing where this Odoo's mails cannot be seen."""
    if target.sandbox is None and target.catcher is None:
        return []
    rows = target.admin.read("res.partner", customers, ["email"])
    addresses = {row.text("email") or "" for row in rows}
    return [address for to in target.mails()[after:] for address in to if address in addresses]

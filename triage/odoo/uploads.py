"""Documents that people upload: which of them count, for the automation rule and for the sweep.

Uploading a file changes neither the record that it hangs on nor its thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from triage.odoo.load import Load
from triage.odoo.rows import Row

ORDERS = ("sale.order", "stock.picking", "purchase.order", "account.move", "helpdesk.ticket", "crm.lead")
"""Records whose files count."""
PAPERS = ("application/pdf", "application/xml", "text/xml", "image/png", "image/jpeg")
"""Kinds of files that are read."""

UPLOADS: Mapping[str, list[tuple[str, str, object]]] = {
    "ir.attachment": [
        ("mimetype", "in", list(PAPERS)),
        ("res_model", "in", list(ORDERS)),
        ("res_field", "=", False),
    ],
    "documents.document": [("type", "=", "binary")],
    "dms.file": [],
}
"""Models of documents, and which of their new records count: a domain of Odoo."""

MIRRORED = "attachment_id"
"""Field of `documents.document` with the attachment that it shows: a file on a record is there a second time."""

_SENT = ("email", "comment", "auto_comment", "email_outgoing")
"""Kinds of messages whose files are read with them, or were sent by Odoo itself."""
_OURS = ("sale.order", "stock.picking")
"""Records on which Odoo posts papers that it made as a notification: labels, delivery slips, confirmations."""
_INVOICES = ("out_invoice", "out_refund", "out_receipt")


def with_messages(load: Load, files: Sequence[int]) -> set[int]:
    """Attachments, of these, that are nobody's upload: they came with a message, or Odoo posted what it has made.

    What a notification brings counts on a supplier's papers and requests: there it is a file that came in.
    """
    kinds = ("message_type", "in", [*_SENT, "notification"])
    names = ("attachment_ids", "message_type", "model", "res_id")
    found = load.among("mail.message", "attachment_ids", files, names, kinds)
    told = [row for row in found if row.text("message_type") == "notification"]
    invoices = _outgoing(load, [row for row in told if row.text("model") == "account.move"])
    read = {row.id for row in found} - {row.id for row in told}
    made = {row.id for row in told if row.text("model") in _OURS} | invoices
    return {number for row in found if row.id in read | made for number in row.many("attachment_ids")}


def mirrored(load: Load, documents: Sequence[Row], is_swept: bool) -> set[int]:
    """Documents, of these, that show a file that is looked at where it hangs (`is_swept`), or that came with a message
    or from Odoo itself.
    """
    files = {row.id: row.one(MIRRORED) for row in documents}
    numbers = [number for number in files.values() if number]
    passed = with_messages(load, numbers)
    if is_swept:
        hanging = load.among("ir.attachment", "id", numbers, ("name",), *UPLOADS["ir.attachment"])
        passed |= {row.id for row in hanging}
    return {document for document, number in files.items() if number in passed}


def _outgoing(load: Load, messages: Sequence[Row]) -> set[int]:
    """Messages, of these on entries of the books, that stand on an invoice to a customer."""
    on = {row.id: int(row.number("res_id") or 0) for row in messages}
    ours = ("move_type", "in", list(_INVOICES))
    found = {row.id for row in load.among("account.move", "id", on.values(), ("move_type",), ours)}
    return {message for message, number in on.items() if number in found}


__all__ = ["MIRRORED", "ORDERS", "PAPERS", "UPLOADS", "mirrored", "with_messages"]

"""Documents that people upload: which of them count, for the automation rule and for the sweep. Data only.

Uploading a file changes neither the record that it hangs on nor its thread.
"""

from __future__ import annotations

from collections.abc import Mapping

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

__all__ = ["ORDERS", "PAPERS", "UPLOADS"]

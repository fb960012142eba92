"""The service's sign of life inside Odoo: a word in a row of its own, which a scheduled action there watches."""

from __future__ import annotations

from triage.errors import AccessDenied, OdooRejected
from triage.odoo.client import Odoo

MODEL = "x_triage_heartbeat"
ROW = "heartbeat_row"
"""External name of the row."""
WORD = "x_beat"


def beat(odoo: Odoo, word: str) -> bool:
    """Write a word that differs from the last; whether this Odoo has a heartbeat that the service user may write.

    Raises `OdooUnavailable` where Odoo does not answer.
    """
    if not odoo.has(MODEL, WORD):
        odoo.forget(MODEL)
        return False
    try:
        rows = odoo.search(MODEL, [], ["id"], order="id", limit=1)
        if rows:
            odoo.call(MODEL, "write", [rows[0].id], {"vals": {WORD: word}}, again=True)
    except (AccessDenied, OdooRejected):  # taken away, or not for us
        odoo.forget(MODEL)
        return False
    return bool(rows)

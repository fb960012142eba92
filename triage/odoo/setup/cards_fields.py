"""Fields of the models behind cards in Odoo, as parts."""

from __future__ import annotations

from collections.abc import Sequence

from triage.domain import Category, ReasonCode, Severity
from triage.domain.cards import CardState
from triage.odoo.card_rows import MODEL
from triage.odoo.setup.parts import Part, Ref, Value


def _words(codes: Sequence[str]) -> str:
    """Choices of a selection as Odoo keeps and tells them."""
    return repr([(code, code.replace("_", " ").capitalize()) for code in codes])


_STATES = _words([state.value for state in CardState])
_CATEGORIES = _words([category.value for category in Category])
_SEVERITIES = _words([severity.value for severity in Severity])
_REASONS = _words([reason.value for reason in ReasonCode])
_REQUESTS = repr([("accept", "Accept"), ("edit", "Correct"), ("reject", "Reject"), ("undo", "Take back")])

FIELDS: tuple[tuple[str, str, str, dict[str, Value]], ...] = (
    ("x_name", "char", "Name", {}),
    ("x_number", "integer", "Card", {}),
    ("x_version", "char", "Shows", {}),
    ("x_revision", "integer", "Revision", {}),
    ("x_state", "selection", "State", {"selection": _STATES}),
    ("x_category", "selection", "Category", {"selection": _CATEGORIES}),
    ("x_subtype", "char", "Kind", {}),
    ("x_severity", "selection", "Severity", {"selection": _SEVERITIES}),
    ("x_priority", "integer", "Priority", {}),
    ("x_team", "char", "Team", {}),
    ("x_act_by", "datetime", "Act by", {}),
    ("x_confidence", "char", "Confidence", {}),
    ("x_body", "html", "What is known", {}),
    ("x_link", "char", "Review page", {}),
    ("x_hold", "char", "Not to be decided here", {}),
    ("x_asks", "boolean", "Asks what it is", {}),
    ("x_answer", "text", "How it stands", {}),
    ("x_decided_at", "datetime", "Last word at", {}),
    ("x_refusal", "text", "Refused", {}),
    ("x_record_model", "char", "Model of the record", {}),
    ("x_record_id", "integer", "Id of the record", {}),
    ("x_record_name", "char", "Record", {}),
    ("x_company_id", "many2one", "Company", {"relation": "res.company"}),
    ("x_reader_ids", "many2many", "Readers", {"relation": "res.users"}),
    ("x_request", "selection", "Asked for", {"selection": _REQUESTS}),
    ("x_request_no", "integer", "Requests", {}),
    ("x_requested_by_id", "many2one", "Asked by", {"relation": "res.users"}),
    ("x_requested_at", "datetime", "Asked at", {}),
    ("x_requested_revision", "integer", "Seen revision", {}),
    ("x_new_category", "selection", "Corrected category", {"selection": _CATEGORIES}),
    ("x_new_severity", "selection", "Corrected severity", {"selection": _SEVERITIES}),
    ("x_new_team", "char", "Corrected team", {}),
    ("x_new_reason", "selection", "Reason", {"selection": _REASONS}),
    ("x_new_comment", "text", "Comment", {}),
)
WISH_FIELDS: tuple[tuple[str, str, str, dict[str, Value]], ...] = (
    ("x_card_id", "many2one", "Card", {"relation": MODEL, "on_delete": "cascade"}),
    ("x_kind", "selection", "What", {"selection": repr([("edit", "Correct"), ("reject", "Reject")])}),
    ("x_reason", "selection", "Reason", {"selection": _REASONS}),
    ("x_category", "selection", "Category", {"selection": _CATEGORIES}),
    ("x_severity", "selection", "Severity", {"selection": _SEVERITIES}),
    ("x_team", "char", "Team", {}),
    ("x_comment", "text", "Comment", {}),
)


def field(prefix: str, model: str, name: str, kind: str, label: str, more: dict[str, Value]) -> Part:
    """A field of the model that the part `model` makes; `prefix` begins the part's name."""
    values: dict[str, Value] = {"model_id": Ref(model), "name": name, "ttype": kind, "field_description": label, **more}
    return Part(f"{prefix}_{name}", "ir.model.fields", values, why=label.lower(), unique=("model_id", "name"))

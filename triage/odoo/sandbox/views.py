"""Views: their text is checked when it is stored, as far as fields, actions and what they inherit go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from triage.odoo.sandbox.errors import ValidationError
from triage.odoo.sandbox.schema import Model

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Environment


def check(env: Environment, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The values completed. Raises `ValidationError` for a view that Odoo would not take."""
    text = str(wanted.get("arch") or "")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314  a test's own text  # nosec B314
    except ElementTree.ParseError as error:
        raise ValidationError(f"Error while validating view\n\n{error}") from error
    if wanted.get("inherit_id"):
        parent = env.db.tables.get("ir.ui.view", wanted["inherit_id"]) or {}
        if parent.get("model") != wanted.get("model"):
            raise ValidationError("Error while validating view: the inherited view is another model's")
        return {**wanted, "mode": "extension", "type": parent.get("type") or False}
    if wanted.get("model") not in env.db.schema:
        raise ValidationError(f"Error while validating view: Model not found: {wanted.get('model')}")
    _fields(env, env.db.schema[str(wanted["model"])], root)
    return {**wanted, "type": wanted.get("type") or root.tag, "mode": wanted.get("mode") or "primary"}


def _fields(env: Environment, model: Model, node: ElementTree.Element) -> None:
    for child in node:
        inner = model
        if child.tag == "field":
            name = child.get("name", "")
            if name not in model.fields:
                raise ValidationError(
                    f"Error while validating view\n\nField {name!r} does not exist in model {model.name}"
                )
            field = model.fields[name]
            inner = env.db.schema[field.comodel_name] if field.relational else model
        if child.tag == "button" and child.get("type") == "action":
            number = child.get("name", "")
            actions = ("ir.actions.server", "ir.actions.act_window", "ir.actions.act_url")
            if not any(number.isdigit() and env.db.tables.get(each, int(number)) for each in actions):
                raise ValidationError(f"Error while validating view\n\nAction {number} does not exist")
        _fields(env, inner, child)

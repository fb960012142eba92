"""Models and fields that administrators make: rows of `ir.model` and `ir.model.fields`, and the schema from them.

The schema follows the rows: after each change of these, and after each roll-back, it is made from them anew.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from triage.odoo.sandbox.errors import UserError, ValidationError
from triage.odoo.sandbox.schema import MAGIC, Field, Model, delegate

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Database, Environment

DESCRIBING = ("ir.model", "ir.model.fields", "ir.model.fields.selection")
_THREAD = {
    "message_ids": ("one2many", "mail.message", "res_id"),
    "message_follower_ids": ("one2many", "mail.followers", "res_id"),
    "message_partner_ids": ("many2many", "res.partner", ""),
}


def reflect(db: Database) -> None:
    """Bring the schema in line with the rows."""
    schema, tables = db.schema, db.tables
    known = schema.manual_models or schema.manual_fields
    if not known and not any(tables.by_value(name, "state", "manual") for name in DESCRIBING[:2]):
        return
    for name in schema.manual_models:
        schema.models.pop(name, None)
    for model, name in schema.manual_fields:
        if model in schema.models:
            schema.models[model].fields.pop(name, None)
    schema.manual_models.clear()
    schema.manual_fields.clear()
    for row in tables.rows.get("ir.model", {}).values():
        if row.get("state") == "manual" and row["model"] not in schema.models:
            schema.models[row["model"]] = _model(row)
            schema.manual_models.add(row["model"])
    for id_, row in tables.rows.get("ir.model.fields", {}).items():
        if row.get("state") == "manual" and row.get("model") in schema.models:
            schema.models[row["model"]].fields[row["name"]] = _field(db, id_, row)
            schema.manual_fields.add((row["model"], row["name"]))
    for changed in schema.models.values():
        delegate(changed, schema.models)


def _model(row: Mapping[str, Any]) -> Model:
    fields = dict(MAGIC)
    if row.get("is_mail_thread"):
        fields |= {
            name: Field(name, kind, comodel, inverse, readonly=True, store=name != "message_partner_ids")
            for name, (kind, comodel, inverse) in _THREAD.items()
        }
    if row.get("is_mail_activity"):
        fields["activity_ids"] = Field("activity_ids", "one2many", "mail.activity", "res_id")
    return Model(
        row["model"],
        row.get("name") or row["model"],
        order=row.get("order") or "id",
        rec_name="x_name",
        thread=bool(row.get("is_mail_thread")),
        activities=bool(row.get("is_mail_activity")),
        fields=fields,
    )


def _field(db: Database, id_: int, row: Mapping[str, Any]) -> Field:
    return Field(
        row["name"],
        row["ttype"],
        row.get("relation") or "",
        (row.get("relation_field") or "") if row["ttype"] == "one2many" else "",
        required=bool(row.get("required")),
        readonly=bool(row.get("readonly")),
        store=bool(row.get("store", True)) and row["ttype"] != "one2many",
        tracking=bool(row.get("tracking")),
        related=row.get("related") or "",
        selection=_choices(db, id_, row),
        title=row.get("field_description") or "",
    )


def _choices(db: Database, id_: int, row: Mapping[str, Any]) -> tuple[str, ...]:
    own = db.tables.by_value("ir.model.fields.selection", "field_id", id_)
    if own:
        rows = [db.tables.get("ir.model.fields.selection", each) or {} for each in own]
        return tuple(each["value"] for each in sorted(rows, key=lambda each: each.get("sequence", 0)))
    if not row.get("selection"):
        return ()
    return tuple(str(value) for value, _ in ast.literal_eval(row["selection"]))


def model_wanted(env: Environment, wanted: dict[str, Any]) -> dict[str, Any]:
    """Checks a new row of `ir.model`. Raises `ValidationError`."""
    name = str(wanted.get("model") or "")
    if wanted.get("state", "manual") == "manual" and not name.startswith("x_"):
        raise ValidationError("The model name must start with 'x_'.")
    if env.db.tables.by_value("ir.model", "model", name):
        raise ValidationError("Each model must have a unique name.")
    return wanted


def model_made(env: Environment, id_: int) -> None:
    """Describe the fields that every model has."""
    row = env.db.tables.get("ir.model", id_) or {}
    for field in MAGIC.values():
        described = {"name": field.name, "model": row["model"], "model_id": id_, "ttype": field.type, "state": "base"}
        described |= {"field_description": field.label, "relation": field.comodel_name or False, "store": field.store}
        env.db.tables.insert("ir.model.fields", described)
    if row.get("state", "manual") == "manual" and not env.context.get("install_mode"):  # Odoo's own default
        named = {"name": "x_name", "model": row["model"], "model_id": id_, "ttype": "char", "state": "manual"}
        env.db.tables.insert("ir.model.fields", {**named, "field_description": "Name", "store": True})


def field_wanted(env: Environment, wanted: dict[str, Any]) -> dict[str, Any]:
    """Completes and checks a new row of `ir.model.fields`. Raises `ValidationError` or `UserError`."""
    row = env.db.tables.get("ir.model", wanted.get("model_id") or 0)
    wanted = {**wanted, "model": row["model"]} if row else wanted
    name, relation = str(wanted.get("name") or ""), wanted.get("relation")
    if not name.startswith("x_"):
        raise ValidationError("Custom fields must have a name that starts with 'x_'!")
    if any(_named(env, number, name) for number in env.db.tables.by_value("ir.model.fields", "model", wanted["model"])):
        raise ValidationError("Field names must be unique per model.")
    if wanted.get("ttype") in {"many2one", "one2many", "many2many"} and relation not in env.db.schema:
        raise UserError(f"Model {relation!r} does not exist!")
    if wanted.get("ttype") == "one2many":
        inverse = env.db.schema[str(relation)].fields.get(str(wanted.get("relation_field")))
        if inverse is None or inverse.type != "many2one":
            raise UserError(f"Many2one {wanted.get('relation_field')} on model {relation} does not exist!")
    return wanted


def _named(env: Environment, id_: int, name: str) -> bool:
    return (env.db.tables.get("ir.model.fields", id_) or {}).get("name") == name


def before_going(env: Environment, model: str, id_: int) -> None:
    """Checks the deletion of a model or field, and empties a model's table. Raises `UserError`."""
    row = env.db.tables.get(model, id_) or {}
    if model == "ir.model":
        if row.get("state") != "manual":
            raise UserError(f"Model “{row.get('name')}” contains module data and cannot be removed.")
        for each in list(env.db.tables.rows.get(row["model"], {})):
            env.db.tables.delete(row["model"], each)
        for each in env.db.tables.by_value("ir.model.fields", "model_id", id_):
            env.db.tables.delete("ir.model.fields", each)
    elif model == "ir.model.fields":
        if row.get("state") != "manual":
            raise UserError("This column contains module data and cannot be removed!")
        for view in env.db.tables.rows.get("ir.ui.view", {}).values():
            if view.get("model") == row["model"] and f'name="{row["name"]}"' in str(view.get("arch")):
                raise UserError(
                    f"Cannot rename/delete fields that are still present in views:\nFields: {row['model']}."
                    f"{row['name']}\nView: {view['name']}"
                )
        for each, held in list(env.db.tables.rows.get(row["model"], {}).items()):
            if row["name"] in held:
                env.db.tables.update(row["model"], each, {row["name"]: False})

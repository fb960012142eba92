"""`load`: rows in the form of a table, each made or written with its external id in one transaction, as on import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from triage.odoo.sandbox import writing
from triage.odoo.sandbox.environment import Environment, find_ref
from triage.odoo.sandbox.errors import IntegrityError, UserError, ValidationError
from triage.odoo.sandbox.methods import method
from triage.odoo.sandbox.recordset import RecordSet
from triage.odoo.sandbox.schema import Field


@method("load", on_model=True)
def load(records: RecordSet, fields: Sequence[str], data: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Ids of the records, or `False` with messages where a row does not fit: then nothing is made."""
    env, ids = records.env, []
    mark = env.db.tables.mark()
    for number, row in enumerate(data):
        try:
            ids.append(_one(records, dict(zip(fields, row, strict=True))))
        except (UserError, ValidationError, IntegrityError, ValueError, KeyError) as error:
            env.db.tables.back_to(mark)
            env.db.reflect()
            told = {"type": "error", "message": getattr(error, "message", None) or str(error), "record": number}
            return {"ids": False, "messages": [told | {"rows": {"from": number, "to": number}}], "nextrow": 0}
    return {"ids": ids, "messages": [], "nextrow": 0}


def _one(records: RecordSet, row: dict[str, str]) -> int:
    env, model = records.env, records.described
    name = row.pop("id", "")
    values = {column.split("/")[0]: _value(env, model.fields[column.split("/")[0]], row[column]) for column in row}
    known = find_ref(env.db, name) if name else None
    if known is not None and known[0] != model.name:
        raise ValidationError(f"For external id {name} when trying to create/update a record of model {model.name} "
                              f"found record of different model {known[0]}")  # fmt: skip
    quiet = records.with_context(install_mode=True) if env.db.version < 19 else records
    if known is not None and env.db.tables.get(*known) is not None:
        writing.write(quiet.browse(known[1]), values)
        return known[1]
    if known is not None:
        module, _, short = name.partition(".")
        env(su=True)["ir.model.data"].search([("module", "=", module), ("name", "=", short)])._method("unlink")()
    made = writing.create(quiet, values)
    if name:
        module, _, short = name.partition(".")
        held = {"module": module, "name": short, "model": model.name, "res_id": made}
        writing.create(env(su=True)["ir.model.data"], held | {"noupdate": bool(env.context.get("noupdate"))})
    return made


def _value(env: Environment, field: Field, text: str) -> Any:
    if not text:
        return False
    if field.type == "many2many":
        return [(6, 0, [_there(env, field, each) for each in text.split(",")])]
    if field.type == "many2one":
        return _there(env, field, text)
    if field.type == "boolean":
        return text.lower() in {"1", "true", "yes"}
    if field.type in {"integer", "many2one_reference"}:
        return int(text)
    return float(text) if field.type in {"float", "monetary"} else text


def _there(env: Environment, field: Field, text: str) -> int:
    number = int(text)
    if env.db.tables.get(field.comodel_name, number) is None:
        raise ValueError(f"No matching record found for database id '{text}' in field '{field.label}'")
    return number

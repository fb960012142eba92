"""Values of fields in their four forms: as written by a client, as stored, as read over RPC, as seen by Python code."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from triage.odoo.sandbox import computed
from triage.odoo.sandbox.sanitise import sanitise
from triage.odoo.sandbox.schema import Field, Model

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Environment

DATE, DATETIME = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"


def raw(env: Environment, model: Model, id_: int, name: str) -> Any:
    """The stored or computed value: many2one as id or False, x2many as tuple of ids, times as text."""
    field = model.fields[name]
    row = env.db.tables.get(model.name, id_) or {}
    if field.through:
        parent = env.db.schema[field_comodel(model, field.through)]
        return raw(env, parent, row[field.through], name) if row.get(field.through) else field.empty
    if field.type == "one2many" or (field.type == "many2many" and field.inverse_name):
        return linked(env, model, id_, field)
    function = computed.find(model.name, name)
    if function is not None:
        return function(env, model, id_, row)
    return id_ if name == "id" else _held(env, model, id_, field, row)


def _held(env: Environment, model: Model, id_: int, field: Field, row: Mapping[str, Any]) -> Any:
    """The value of the row, of the company that a contact belongs to, or of the record that the field is related to."""
    name = field.name
    if model.name == "res.partner" and name in _COMMERCIAL and not row.get(name) and row.get("parent_id"):
        return raw(env, model, row["parent_id"], name)
    if name in row:
        return _own(env, field, row[name])
    return _related(env, model, id_, field) if field.related else field.empty


_COMMERCIAL = ("vat", "credit_limit", "property_payment_term_id", "property_product_pricelist")
"""Fields that contacts have from their company."""


def field_comodel(model: Model, name: str) -> str:
    """Model that a relation points to."""
    return model.fields[name].comodel_name


def linked(env: Environment, model: Model, id_: int, field: Field) -> tuple[int, ...]:
    """Ids of the records whose inverse field points here."""
    tables, comodel = env.db.tables, env.db.schema[field.comodel_name]
    found = tables.by_value(comodel.name, field.inverse_name, id_)
    if "many2one_reference" in (comodel.fields[field.inverse_name].type,) or field.inverse_name == "res_id":
        key = "model" if "model" in comodel.fields else "res_model"
        found = [each for each in found if (tables.get(comodel.name, each) or {}).get(key) == model.name]
    if "active" in comodel.fields and env.context.get("active_test", True):
        found = [each for each in found if raw(env, comodel, each, "active")]
    return tuple(found)


def store(env: Environment, model: Model, field: Field, value: Any) -> Any:
    """The form in which a client's value is kept. Raises `ValueError` for one that does not fit.

    x2many commands are not for here.
    """
    value = getattr(value, "id", value) if field.type == "many2one" else value
    if field.type in _STORE:
        return _STORE[field.type](value)
    if field.type == "selection":
        if value and field.selection and str(value) not in field.selection:
            raise ValueError(f"Wrong value for {model.name}.{field.name}: {value!r}")
        return str(value) if value else False
    if field.type == "html":
        return sanitise(str(value), env.db.version) if value else False
    if value is None or value is False:
        return False
    return str(value) if field.type in {"char", "text"} else value


def present(env: Environment, field: Field, value: Any, classic: bool = True) -> Any:
    """The form in which `read` answers."""
    if field.type == "many2one":
        if not value or not classic:
            return value or False
        return [value, display_name(env, field.comodel_name, value)]
    if field.type in {"one2many", "many2many"}:
        return list(value)
    if field.type in {"date", "datetime"}:
        return wrap(env, field, value)
    if field.type == "binary" and value and env.context.get("bin_size"):
        return _human(len(base64.b64decode(value)))
    return value


def wrap(env: Environment, field: Field, value: Any) -> Any:
    """The form in which Python code sees it: records, dates, datetimes."""
    if field.relational:
        return env[field.comodel_name].browse(value or ())
    if field.type == "date" and value:
        return datetime.strptime(value, DATE).date()  # noqa: DTZ007  Odoo's dates are naive
    if field.type == "datetime" and value:
        return datetime.strptime(value, DATETIME)  # noqa: DTZ007  Odoo's times are naive UTC
    if field.type == "binary" and value:
        return value.encode()
    return value


def display_name(env: Environment, model: str, id_: int) -> Any:
    """Name of a record, readable whatever the rights of who asks."""
    return raw(env(su=True), env.db.schema[model], id_, "display_name")


def _own(env: Environment, field: Field, value: Any) -> Any:
    if field.company_dependent and isinstance(value, Mapping):
        company = env.company_ids[0] if env.company_ids else 0
        return value.get(company, field.empty)
    return value


def _related(env: Environment, model: Model, id_: int, field: Field) -> Any:
    current = id_
    *path, last = field.related.split(".")
    for name in path:
        step = model.fields[name]
        value = raw(env, model, current, name)
        if isinstance(value, tuple):
            value = value[0] if value else False
        if not value:
            return field.empty
        model, current = env.db.schema[step.comodel_name], value
    return raw(env, model, current, last)


def _to_date(value: Any) -> Any:
    if not value:
        return False
    if isinstance(value, date):
        return value.strftime(DATE)
    return datetime.strptime(str(value)[:10], DATE).strftime(DATE)  # noqa: DTZ007


def _to_datetime(value: Any) -> Any:
    if not value:
        return False
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).strftime(DATETIME)
    if isinstance(value, date):
        return value.strftime(DATETIME)
    text = str(value)
    return datetime.strptime(text[:19], DATETIME if len(text) > 10 else DATE).strftime(DATETIME)  # noqa: DTZ007


def _to_text(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    return value or False


_STORE: dict[str, Callable[[Any], Any]] = {
    "integer": lambda value: int(value or 0),
    "many2one_reference": lambda value: int(value or 0),
    "float": lambda value: float(value or 0.0),
    "monetary": lambda value: float(value or 0.0),
    "boolean": bool,
    "many2one": lambda value: int(value) if value else False,
    "date": _to_date,
    "datetime": _to_datetime,
    "binary": _to_text,
}


def _human(size: int) -> str:
    return f"{size:.2f} bytes" if size < 1024 else f"{size / 1024:.2f} Kb"

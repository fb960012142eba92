"""The methods of models, with Odoo's names and parameters: called over RPC and by the code of server actions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from triage.odoo.sandbox import access, domains, ordering, values, writing
from triage.odoo.sandbox.environment import Environment
from triage.odoo.sandbox.recordset import RecordSet
from triage.odoo.sandbox.schema import Field, Model

Function = Callable[..., Any]


@dataclass(frozen=True)
class Method:
    """One method. `on_model`: it takes no ids. `returns_one`: its record comes back as an id on Odoo 18."""

    function: Function
    on_model: bool = False
    returns_one: bool = False
    private: bool = False
    only: int | None = None


_METHODS: dict[tuple[str, str], Method] = {}


def method(
    name: str,
    *models: str,
    on_model: bool = False,
    returns_one: bool = False,
    private: bool = False,
    only: int | None = None,
) -> Callable[[Function], Function]:
    """Register a function as a method of these models: of all without any, of threads for `thread`."""

    def register(function: Function) -> Function:
        function.__qualname__ = f"BaseModel.{name}"  # stands in Python's words for wrong arguments
        for model in models or ("*",):
            _METHODS[model, name] = Method(function, on_model, returns_one, private, only)
        return function

    return register


def find(model: Model, name: str) -> Method | None:
    """The model's method of this name, or none."""
    kinds = [model.name, *(["thread"] if model.thread else []), *(["activities"] if model.activities else []), "*"]
    return next((found for kind in kinds if (found := _METHODS.get((kind, name)))), None)


def signature(found: Method) -> inspect.Signature:
    """Parameters of the method, the records first."""
    return inspect.signature(found.function)


@method("search", on_model=True)
def search(
    records: RecordSet, domain: Sequence[Any], offset: int = 0, limit: int | None = None, order: str | None = None
) -> RecordSet:
    """Records that fit the domain and that the user may see."""
    env, model = records.env, records.described
    access.check_model(env, model, "read")
    found = access.allowed(env, model, domains.search(env, model, domain))
    if model.name == "ir.ui.menu" and not env.su and not env.context.get("ir.ui.menu.full_list"):
        found = [id_ for id_ in found if _is_for_me(env, id_)]
    ordered = ordering.sort(env, model, found, order or model.order)
    return records.browse(ordered[offset or 0 :][: limit or None])


def _is_for_me(env: Environment, menu: int) -> bool:
    """Whether a menu is for the user: Odoo shows others to nobody, not even to administrators."""
    row = env.db.tables.get("ir.ui.menu", menu) or {}
    groups = set(row.get("groups_id" if env.db.version < 19 else "group_ids") or ())
    return not groups or bool(groups & env.group_ids)


@method("search_count", on_model=True)
def search_count(records: RecordSet, domain: Sequence[Any], limit: int | None = None) -> int:
    """How many records fit, at most `limit`."""
    return len(search(records, domain, limit=limit, order="id"))


@method("read")
def read(records: RecordSet, fields: Sequence[str] | None = None, load: str | None = "_classic_read") -> list[Any]:
    """Values of the records that exist. Raises for unknown or hidden fields and for records that are not the user's."""
    env, model = records.env, records.described
    names = list(fields) if fields else [name for name, field in model.fields.items() if access.sees(env, field)]
    access.check_fields(env, model, names, "read")
    for name in names:
        if name not in model.fields:
            where = f"on model {model.name!r}" if env.db.version < 19 else f"on {model.name!r}"
            raise ValueError(f"Invalid field {name!r} {where}")
    access.check(env, model, records.ids, "read")
    there = [id_ for id_ in records.ids if env.db.tables.get(model.name, id_) is not None]
    return [_row(records, id_, names, load == "_classic_read") for id_ in there]


def _row(records: RecordSet, id_: int, names: Sequence[str], classic: bool) -> dict[str, Any]:
    env, model = records.env, records.described
    row: dict[str, Any] = {"id": id_}
    for name in names:
        field = model.fields[name]
        value = values.raw(env, model, id_, name)
        if field.type in {"one2many", "many2many"}:
            value = _seen(env, model, field, value)
        row[name] = values.present(env, field, value, classic)
    return row


def _seen(env: Any, model: Model, field: Field, ids: Sequence[int]) -> Sequence[int]:
    comodel = env.db.schema[field.comodel_name]
    access.check_related(env, model, field)
    there = [id_ for id_ in ids if env.db.tables.get(comodel.name, id_) is not None]
    return ordering.sort(env, comodel, access.allowed(env, comodel, there), comodel.order)


@method("search_read", on_model=True)
def search_read(
    records: RecordSet,
    domain: Sequence[Any] | None = None,
    fields: Sequence[str] | None = None,
    offset: int = 0,
    limit: int | None = None,
    order: str | None = None,
    **read_kwargs: Any,
) -> list[Any]:
    """`search` and `read` in one."""
    rows: list[Any] = read(search(records, domain or [], offset, limit, order), fields, **read_kwargs)
    return rows


@method("create", on_model=True)
def create(records: RecordSet, vals_list: Any) -> RecordSet:
    """New records, one for each mapping."""
    listed = [vals_list] if isinstance(vals_list, Mapping) else vals_list
    return records.browse([writing.create(records, vals) for vals in listed])


@method("write")
def write(records: RecordSet, vals: Mapping[str, Any]) -> bool:
    """Change the records."""
    writing.write(records, vals)
    return True


@method("unlink")
def unlink(records: RecordSet) -> bool:
    """Delete the records."""
    writing.unlink(records)
    return True


@method("fields_get", on_model=True)
def fields_get(
    records: RecordSet, allfields: Sequence[str] | None = None, attributes: Sequence[str] | None = None
) -> dict[str, Any]:
    """Descriptions of the fields that the user may see."""
    fields = records.described.fields
    seen = {name: fields[name] for name in allfields or fields if name in fields}
    return {
        name: {key: value for key, value in _description(field).items() if not attributes or key in attributes}
        for name, field in seen.items()
        if access.sees(records.env, field)
    }


def _description(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {
        "readonly": field.readonly,
        "required": field.required,
        "searchable": field.store or field.searchable or bool(field.related),
        "sortable": field.store and field.type not in {"one2many", "many2many"},
        "store": field.store,
        "string": field.label,
        "type": field.type,
        "name": field.name,
        "company_dependent": field.company_dependent,
    }
    if field.relational:
        found["relation"] = field.comodel_name
        found["context"], found["domain"] = {}, []
    if field.type == "one2many":
        found["relation_field"] = field.inverse_name
    if field.type == "selection":
        found["selection"] = [[value, value.replace("_", " ").title()] for value in field.selection]
    if field.groups:
        found["groups"] = ",".join(field.groups)
    return dict(sorted(found.items()))


@method("name_search", on_model=True)
def name_search(
    records: RecordSet, name: str = "", args: Any = None, operator: str = "ilike", limit: int = 100, domain: Any = None
) -> list[Any]:
    """Pairs of id and name whose name fits."""
    extra = args or domain or []
    found = search(records, extra)
    if name:
        named = set(domains.by_name(records.env, records.described, name, operator))
        found = found.browse([id_ for id_ in found.ids if id_ in named])
    return [[id_, values.display_name(records.env, records.described.name, id_)] for id_ in found.ids[: limit or None]]


@method("default_get", on_model=True)
def default_get(records: RecordSet, fields: Sequence[str]) -> dict[str, Any]:
    """Default values of these fields."""
    from triage.odoo.sandbox import hooks

    found = hooks.defaults(records.env, records.described) | hooks.context_defaults(records.env, records.described)
    return {name: value for name, value in found.items() if name in fields and value is not False}


@method("has_access")
def has_access(records: RecordSet, operation: str) -> bool:
    """Whether the user may do this to all these records."""
    return access.has(records.env, records.described, records.ids, operation)


@method("check_access", private=True)
def check_access(records: RecordSet, operation: str) -> None:
    """Raises `AccessError` where `has_access` is false."""
    access.check(records.env, records.described, records.ids, operation)


@method("check_access_rights", on_model=True)
def check_access_rights(records: RecordSet, operation: str, raise_exception: bool = True) -> bool | None:
    """Whether the access lists allow the operation; nothing where it raises instead."""
    if raise_exception:
        access.check_model(records.env, records.described, operation)
        return None
    return access.may(records.env, records.described, operation)


@method("exists", only=18)
def exists(records: RecordSet) -> RecordSet:
    """Those of the records that exist; private on Odoo 19."""
    return records.exists()


@method("toggle_active")
@method("action_archive")
def action_archive(records: RecordSet) -> None:
    """Archive the records."""
    writing.write(records, {"active": False})


@method("action_unarchive")
def action_unarchive(records: RecordSet) -> None:
    """Take the records out of the archive."""
    writing.write(records, {"active": True})


@method("get_param", "ir.config_parameter", on_model=True)
def get_param(records: RecordSet, key: str, default: Any = False) -> Any:
    """Value of a system parameter."""
    access.check_model(records.env, records.described, "read")
    found = search(records.sudo(), [("key", "=", key)], limit=1)
    return found.value if found else default


@method("set_param", "ir.config_parameter", on_model=True)
def set_param(records: RecordSet, key: str, value: Any) -> Any:
    """Set a system parameter; returns the old value."""
    found = search(records, [("key", "=", key)], limit=1)
    old = found.value if found else False
    if found:
        write(found, {"value": str(value)})
    else:
        create(records, {"key": key, "value": str(value)})
    return old


@method("has_group", "res.users")
def has_group(records: RecordSet, group_ext_id: str) -> bool:
    """Whether the user, the one who asks without ids, is in this group."""
    env = records.env(user=records.ids[0]) if records else records.env
    return env.has_group(group_ext_id)


@method("context_get", "res.users", on_model=True)
def context_get(records: RecordSet) -> dict[str, Any]:
    """The user's language and time zone."""
    user = records.env.user
    return {"lang": user.lang or "en_US", "tz": user.tz or False, "uid": records.env.uid}

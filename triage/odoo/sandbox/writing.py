"""Create, write and unlink: values checked and stored, relations kept on both sides, constraints held."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from triage.odoo.sandbox import access, automation, hooks, values
from triage.odoo.sandbox.errors import (
    CheckViolation,
    ForeignKeyViolation,
    IntegrityError,
    NotNullViolation,
    UniqueViolation,
)
from triage.odoo.sandbox.schema import Field, Model

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Environment
    from triage.odoo.sandbox.recordset import RecordSet

UNIQUE: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "ir.model.data": ((("module", "name"), ""),),
    "res.users": ((("login",), "You can not have two users with the same login!"),),
    "ir.config_parameter": ((("key",), "Key must be unique."),),
    "mail.followers": (
        (("res_model", "res_id", "partner_id"), "Error, a partner cannot follow twice the same object."),
    ),
}
"""Unique constraints: the fields, and Odoo's message (without one, the database's own)."""

_READ_ONLY = ("id", "create_uid", "create_date", "write_uid", "write_date", "display_name", "parent_path")


def create(records: RecordSet, given: Mapping[str, Any]) -> int:
    """Create one record; returns its id. Raises what Odoo raises."""
    env, model = records.env, records.described
    _check_names(env, model, given)
    access.check_model(env, model, "create")
    access.check_fields(env, model, given, "create" if env.db.version < 19 else "write")
    wanted = _defaults(env, model, given) | dict(given)
    wanted = hooks.before_create(env, model, wanted)
    row = {name: field.empty for name, field in model.fields.items() if _plain(field)} | _stamps(env, new=True)
    parents = _create_parents(env, model, wanted)
    later: list[tuple[Field, Any]] = []
    for name, value in (wanted | parents).items():
        field = model.fields[name]
        if name in _READ_ONLY or (field.through and name not in parents):
            continue
        if field.type in {"one2many", "many2many"}:
            later.append((field, value))
        else:
            row[name] = _kept(env, model, field, value, None)
    _require(env, model, row)
    id_ = env.db.tables.insert(model.name, _typed(model, row))
    _constrain(env, model, id_)
    for field, value in later:
        link(env, model, id_, field, value)
    hooks.after_create(env, model, id_, given)
    access.check(env, model, (id_,), "create")
    automation.created(env, model, id_)
    return id_


def _defaults(env: Environment, model: Model, given: Mapping[str, Any]) -> dict[str, Any]:
    """Default values; none for what a given parent record holds."""
    found = hooks.defaults(env, model) | hooks.context_defaults(env, model)
    return {name: value for name, value in found.items() if not given.get(model.fields[name].through)}


def write(records: RecordSet, given: Mapping[str, Any]) -> None:
    """Write the same values to each record. Raises what Odoo raises."""
    env, model = records.env, records.described
    access.check_exists_first(env, model, records.ids)
    access.check(env, model, records.ids, "write")
    _check_names(env, model, given)
    access.check_fields(env, model, given, "write")
    given = hooks.before_write(env, model, records.ids, dict(given))
    for id_ in records.ids:
        before, watched = hooks.tracked(env, model, id_, given), automation.before(env, model, id_)
        _write_one(env, model, id_, given)
        hooks.after_write(env, model, id_, given, before)
        automation.written(env, model, id_, watched)
    access.check(env, model, records.ids, "write")


def _write_one(env: Environment, model: Model, id_: int, given: Mapping[str, Any]) -> None:
    row = env.db.tables.get(model.name, id_) or {}
    changed: dict[str, Any] = {}
    for name, value in given.items():
        field = model.fields[name]
        if field.through:
            parent = env[field_parent(model, field)].browse(row[field.through])
            write(parent.sudo(), {name: value})
        elif field.type in {"one2many", "many2many"}:
            link(env, model, id_, field, value)
        elif name not in _READ_ONLY:
            changed[name] = _kept(env, model, field, value, row.get(name))
    _require(env, model, row | changed)
    env.db.tables.update(model.name, id_, changed | _stamps(env, new=False))
    _constrain(env, model, id_)


def unlink(records: RecordSet) -> None:
    """Delete the records, what hangs on them, and their external ids. Raises what Odoo raises."""
    env, model, tables = records.env, records.described, records.env.db.tables
    access.check_model(env, model, "unlink")
    access.check_guarded(env, model, records.ids)
    ids = [id_ for id_ in records.ids if tables.get(model.name, id_) is not None]
    access.check(env, model, ids, "unlink")
    for id_ in ids:
        hooks.before_unlink(env, model, id_)
        _release(env, model, id_)
        tables.delete(model.name, id_)
        _drop_attached(env, model, id_)
        hooks.after_unlink(env, model)


def field_parent(model: Model, field: Field) -> str:
    """Model that holds a delegated field."""
    return model.fields[field.through].comodel_name


def link(env: Environment, model: Model, id_: int, field: Field, value: Any) -> None:
    """Carry out x2many commands, or set a plain list of ids. Raises `ValueError` for anything else."""
    for command in _commands(env, field, value):
        _COMMANDS[command[0]](env, model, id_, field, command)


def _commands(env: Environment, field: Field, value: Any) -> list[Any]:
    if not value:
        return [(6, 0, [])] if value is not None else []
    if hasattr(value, "ids"):
        return [(6, 0, value.ids)]
    listed = list(value)
    if all(type(each) is int for each in listed):
        return [(6, 0, listed)]
    if not all(isinstance(each, (list, tuple)) and each for each in listed):
        raise ValueError(f"Wrong value for {field.name}: {value!r}")
    return [tuple(each) for each in listed]


def _command_create(env: Environment, model: Model, id_: int, field: Field, command: Any) -> None:
    vals = dict(command[2])
    if field.inverse_name and field.type == "one2many":
        vals[field.inverse_name] = id_
    new = create(env[field.comodel_name], vals)
    if field.type == "many2many":
        _set_ids(env, model, id_, field, (*values.raw(env, model, id_, field.name), new))


def _command_update(env: Environment, model: Model, id_: int, field: Field, command: Any) -> None:
    write(env[field.comodel_name].browse(command[1]), command[2])


def _command_delete(env: Environment, model: Model, id_: int, field: Field, command: Any) -> None:
    unlink(env[field.comodel_name].browse(command[1]))


def _command_unlink(env: Environment, model: Model, id_: int, field: Field, command: Any) -> None:
    held = values.raw(env, model, id_, field.name)
    _set_ids(env, model, id_, field, tuple(each for each in held if each != command[1]))


def _command_link(env: Environment, model: Model, id_: int, field: Field, command: Any) -> None:
    held = values.raw(env, model, id_, field.name)
    if command[1] not in held:
        _set_ids(env, model, id_, field, (*held, command[1]))


def _command_set(env: Environment, model: Model, id_: int, field: Field, command: Any) -> None:
    _set_ids(env, model, id_, field, tuple(command[2]) if command[0] == 6 else ())


_COMMANDS: dict[int, Callable[[Environment, Model, int, Field, Any], None]] = {
    0: _command_create,
    1: _command_update,
    2: _command_delete,
    3: _command_unlink,
    4: _command_link,
    5: _command_set,
    6: _command_set,
}


def _set_ids(env: Environment, model: Model, id_: int, field: Field, ids: Sequence[int]) -> None:
    tables, comodel = env.db.tables, env.db.schema[field.comodel_name]
    if field.type == "many2many" and not field.inverse_name:
        for each in ids:
            _check_reference(env, model, field, each)
        tables.update(model.name, id_, {field.name: tuple(dict.fromkeys(ids))})
        return
    held = set(values.raw(env(context={**env.context, "active_test": False}), model, id_, field.name))
    for other in held ^ set(ids):
        row = tables.get(comodel.name, other)
        if row is None:
            continue
        if field.type == "one2many":
            tables.update(comodel.name, other, {field.inverse_name: id_ if other in ids else False})
        else:
            kept = tuple(each for each in row.get(field.inverse_name, ()) if each != id_)
            tables.update(comodel.name, other, {field.inverse_name: (*kept, id_) if other in ids else kept})


def _kept(env: Environment, model: Model, field: Field, value: Any, before: Any) -> Any:
    kept = values.store(env, model, field, value)
    if field.type == "many2one" and kept:
        _check_reference(env, model, field, kept)
    if field.company_dependent and not isinstance(value, Mapping):
        company = env.company_ids[0] if env.company_ids else 0
        return {**(before if isinstance(before, Mapping) else {}), company: kept}
    return kept


def _check_reference(env: Environment, model: Model, field: Field, id_: int) -> None:
    if env.db.tables.get(field.comodel_name, id_) is not None:
        return
    if field.name in {"partner_id", "order_id", "product_id"}:  # read by computed fields before the row is written
        access.check_exists(env, env.db.schema[field.comodel_name], (id_,))
    constraint = f"{model.table}_{field.name}_fkey"
    if env.db.version < 19:
        message = (
            "The operation cannot be completed: another model requires the record being deleted. If possible, "
            f"archive it instead.\n\nModel: {model.label} ({model.name})\nConstraint: {constraint}\n"
        )
    else:
        message = (
            "The operation cannot be completed: Another model is using the record you are trying to delete.\n\n"
            f"The troublemaker is: '{model.label}' ({model.name})\n"
            f"Thanks to the following constraint: '{field.label}' ({field.name})\n"
            "How about archiving the record instead?"
        )
    text = f'insert or update on table "{model.table}" violates foreign key constraint "{constraint}"\n'
    _fail(env, ForeignKeyViolation(text, message))


def _require(env: Environment, model: Model, row: Mapping[str, Any]) -> None:
    for name, field in model.fields.items():
        numeric = field.type in {"boolean", "integer", "float", "monetary"}
        if not field.required or numeric or not _plain(field) or row.get(name) not in (False, None):
            continue
        text = f'null value in column "{name}" of relation "{model.table}" violates not-null constraint\n'
        if env.db.version < 19:
            message = (
                "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n- Delete: another "
                "model requires the record being deleted. If possible, archive it instead.\n\n"
                f"Model: {model.label} ({model.name})\nField: {field.label} ({name})\n"
            )
        else:
            message = (
                f"The operation cannot be completed: Missing required value for the field '{field.label}' ({name}).\n"
                f"Model: '{model.label}' ({model.name})\n- create/update: a mandatory field is not set\n"
                "- delete: another model requires the record being deleted, you can archive it instead\n"
            )
        _fail(env, NotNullViolation(text, message))


def _constrain(env: Environment, model: Model, id_: int) -> None:
    row = env.db.tables.get(model.name, id_) or {}
    if model.name == "res.partner" and row.get("type") == "contact" and not row.get("name"):
        text = 'new row for relation "res_partner" violates check constraint "res_partner_check_name"\n'
        _fail(env, CheckViolation(text, "The operation cannot be completed: Contacts require a name"))
    for names, message in UNIQUE.get(model.name, ()):
        if not env.db.tables.colliding(model.name, names, row, id_):
            continue
        index = f"{model.table}_{'_'.join(names)}_uniq" + ("_index" if model.name == "ir.model.data" else "")
        held = ", ".join(str(row.get(name)) for name in names)
        text = (
            f'duplicate key value violates unique constraint "{index}"\n'
            f"DETAIL:  Key ({', '.join(names)})=({held}) already exists.\n"
        )
        _fail(env, UniqueViolation(text, f"The operation cannot be completed: {message or text}"))


def _fail(env: Environment, error: IntegrityError) -> NoReturn:
    env.db.tables.aborted = True
    raise error


def _check_names(env: Environment, model: Model, given: Mapping[str, Any]) -> None:
    for name in given:
        if name not in model.fields:
            where = f"on model {model.name!r}" if env.db.version < 19 else f"in {model.name!r}"
            raise ValueError(f"Invalid field {name!r} {where}")


def _create_parents(env: Environment, model: Model, wanted: Mapping[str, Any]) -> dict[str, int]:
    made = {}
    for parent, name in model.inherits.items():
        own = {key: value for key, value in wanted.items() if model.fields[key].through == name}
        if not wanted.get(name):
            made[name] = create(env(su=True)[parent], own)
        elif own:
            write(env(su=True)[parent].browse(wanted[name]), own)
    return made


def _plain(field: Field) -> bool:
    return field.store and not field.through and field.name not in _READ_ONLY and field.type != "one2many"


def _typed(model: Model, row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not (model.fields[name].related and not value)}


def _stamps(env: Environment, new: bool) -> dict[str, Any]:
    stamps = {"write_uid": env.uid, "write_date": env.db.stamp}
    return stamps | {"create_uid": env.uid, "create_date": env.db.stamp} if new else stamps


def _release(env: Environment, model: Model, id_: int) -> None:
    """What points to the record: lines go with it, required links forbid, the rest is emptied."""
    tables = env.db.tables
    for other in env.db.schema.models.values():
        for name, field in other.fields.items():
            if field.comodel_name != model.name or not _plain(field) or field.related:
                continue
            for holder in tables.by_value(other.name, name, id_):
                _release_one(env, other, holder, field, id_)


def _release_one(env: Environment, model: Model, holder: int, field: Field, id_: int) -> None:
    tables = env.db.tables
    row = tables.get(model.name, holder)
    if row is None:
        return
    if field.type == "many2many":
        tables.update(model.name, holder, {field.name: tuple(each for each in row[field.name] if each != id_)})
    elif not field.required:
        tables.update(model.name, holder, {field.name: False})
    elif _is_part(env, model, field):
        unlink(env(su=True)[model.name].browse(holder))
    else:
        _check_reference_kept(env, model, field)


def _is_part(env: Environment, model: Model, field: Field) -> bool:
    """Whether rows of the model are parts of what the field points to, as order lines are."""
    whole = env.db.schema[field.comodel_name]
    return any(
        each.type == "one2many" and each.comodel_name == model.name and each.inverse_name == field.name
        for each in whole.fields.values()
    ) or model.name.startswith(("ir.", "mail."))


def _check_reference_kept(env: Environment, model: Model, field: Field) -> None:
    _check_reference(env, model, Field(field.name, field.type, field.comodel_name), 0)


def _drop_attached(env: Environment, model: Model, id_: int) -> None:
    tables = env.db.tables
    keys = {"ir.model.data": "model", "mail.message": "model", "mail.activity": "res_model"}
    keys |= {"mail.followers": "res_model", "ir.attachment": "res_model"}
    for name, key in keys.items():
        for other in tables.by_value(name, "res_id", id_):
            if (tables.get(name, other) or {}).get(key) == model.name:
                tables.delete(name, other)

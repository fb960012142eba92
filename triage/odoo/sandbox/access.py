"""Who may do what: access lists by group, record rules, groups of fields, and the models with rules of their own."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from triage.odoo.sandbox import domains, ownership, restricted, values
from triage.odoo.sandbox.errors import AccessError, MissingError, UserError
from triage.odoo.sandbox.schema import Field, Model

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Database, Environment

OPERATIONS = ("read", "write", "create", "unlink")
_VERBS = {"read": "access", "write": "modify", "create": "create", "unlink": "delete"}
_ALWAYS = frozenset({"ir.actions.server"})


def groups_of(db: Database, uid: int) -> frozenset[int]:
    """Ids of a user's groups with all that they imply."""
    stored = "groups_id" if "groups_id" in db.schema["res.users"].fields else "group_ids"
    todo = list((db.tables.get("res.users", uid) or {}).get(stored, ()))
    found: set[int] = set()
    while todo:
        group = todo.pop()
        if group not in found:
            found.add(group)
            todo += (db.tables.get("res.groups", group) or {}).get("implied_ids", ())
    return frozenset(found)


def may(env: Environment, model: Model, operation: str) -> bool:
    """Whether the access lists let this user do this to records of the model at all."""
    if env.su:
        return True
    return any(
        not row.get("group_id") or row["group_id"] in env.group_ids for row in _access_rows(env.db, model, operation)
    )


def check_model(env: Environment, model: Model, operation: str) -> None:
    """Raises `AccessError`, worded as Odoo's, where the access lists forbid the operation."""
    if not may(env, model, operation):
        raise AccessError(_model_error(env, model, operation))


def check(env: Environment, model: Model, ids: Sequence[int], operation: str) -> None:
    """Raises `AccessError` where lists or rules forbid the operation on one of these records."""
    error = _refusal(env, model, ids, operation)
    if error is not None:
        raise error


def has(env: Environment, model: Model, ids: Sequence[int], operation: str) -> bool:
    """Whether `check` would pass."""
    return _refusal(env, model, ids, operation) is None


def allowed(env: Environment, model: Model, ids: Sequence[int], operation: str = "read") -> list[int]:
    """Those of these records that rules leave to the user; access lists are not asked."""
    if env.su:
        return list(ids)
    own = ownership.FILTERS.get(model.name)
    if own is not None:
        ids = own(env, ids, operation)
    tests = _rules(env, model, operation)
    return [id_ for id_ in ids if all(test(id_) for test in tests)]


def check_exists(env: Environment, model: Model, ids: Iterable[int]) -> None:
    """Raises `MissingError` for records that are not there."""
    missing = tuple(id_ for id_ in ids if env.db.tables.get(model.name, id_) is None)
    if missing:
        raise missing_error(env, model, missing)


def check_exists_first(env: Environment, model: Model, ids: Sequence[int]) -> None:
    """As Odoo's `write`: the access lists come first, then what is missing."""
    if model.name not in ownership.FILTERS:
        check_model(env, model, "write")
    check_exists(env, model, ids)


def check_guarded(env: Environment, model: Model, ids: Sequence[int]) -> None:
    """As Odoo's `unlink`: what is missing shows only where rules have to be looked at."""
    if not env.su and (model.name in ownership.FILTERS or _rule_rows(env, model, "unlink")):
        check_exists(env, model, ids)


def missing_error(env: Environment, model: Model, ids: tuple[int, ...]) -> MissingError:
    """Odoo's words for records that are gone."""
    return MissingError(f"Record does not exist or has been deleted.\n(Record: {model.name}{ids!r}, User: {env.uid})")


def sees(env: Environment, field: Field) -> bool:
    """Whether the user's groups show this field."""
    return env.su or not field.groups or any(_in_group(env, name) for name in field.groups)


def check_related(env: Environment, model: Model, field: Field) -> None:
    """Raises `AccessError` for a field that lists records of a model which the user may not read at all."""
    comodel = env.db.schema.models.get(field.comodel_name)
    if field.type not in {"one2many", "many2many"} or comodel is None or comodel.name in ownership.FILTERS:
        return
    if not may(env, comodel, "read"):
        prefix = f"Failed to read field {model.name}.{field.name}\n" if env.db.version >= 19 else ""
        raise AccessError(prefix + _model_error(env, comodel, "read"))


def check_fields(env: Environment, model: Model, names: Iterable[str], operation: str) -> None:
    """Raises `AccessError` for fields that are not for this user."""
    hidden = [name for name in names if name in model.fields and not sees(env, model.fields[name])]
    if not hidden:
        return
    hidden = hidden if env.db.version < 19 else hidden[:1]
    noun = "fields" if env.db.version < 19 else "field"
    text = (
        f'You do not have enough rights to access the {noun} "{",".join(hidden)}" on {model.label} ({model.name}). '
        f"Please contact your system administrator.\n\nOperation: {operation}"
    )
    raise AccessError(text + _fields_detail(env, model, hidden))


def _fields_detail(env: Environment, model: Model, names: Sequence[str]) -> str:
    if not env.has_group("base.group_no_one"):
        return ""
    lines = {name: f"allowed for groups {_group_titles(env, model.fields[name])}" for name in names}
    if env.db.version < 19:
        listed = "\n".join(f"- {name} ({text})" for name, text in lines.items())
        return f"\nUser: {env.uid}\nFields:\n{listed}"
    return f"\nUser: {env.uid}\nGroups: {lines[names[0]]}"


def _group_titles(env: Environment, field: Field) -> str:
    found = [env(su=True).ref(name, raise_if_not_found=False) for name in field.groups]
    there = sorted((group for group in found if group is not None), key=lambda group: group.id)
    return ", ".join(repr(group.display_name) for group in there)


def _in_group(env: Environment, name: str) -> bool:
    return not env.has_group(name[1:]) if name.startswith("!") else env.has_group(name)


def _access_rows(db: Database, model: Model, operation: str) -> list[dict[str, Any]]:
    model_id = model_id_of(db, model.name)
    found = (
        db.tables.get("ir.model.access", id_) for id_ in db.tables.by_value("ir.model.access", "model_id", model_id)
    )
    return [row for row in found if row and row.get("active", True) and row.get(f"perm_{operation}")]


def model_id_of(db: Database, name: str) -> int:
    """Id of the model's row in `ir.model`; 0 where there is none."""
    found = db.tables.by_value("ir.model", "model", name)
    return found[0] if found else 0


def _refusal(env: Environment, model: Model, ids: Sequence[int], operation: str) -> AccessError | None:
    if env.su:
        return None
    own = model.name in ownership.FILTERS and bool(ids)
    if not own and not may(env, model, operation):
        return AccessError(_model_error(env, model, operation))
    there = [id_ for id_ in ids if env.db.tables.get(model.name, id_) is not None]
    kept = set(allowed(env, model, there, operation))
    refused = [id_ for id_ in there if id_ not in kept]
    if not refused:
        return None
    if own:
        return _document_error(env, model, refused, operation)
    return AccessError(_rule_error(env, model, refused, operation))


def _model_error(env: Environment, model: Model, operation: str) -> str:
    groups = {row["group_id"] for row in _access_rows(env.db, model, operation) if row.get("group_id")}
    titles = sorted(_group_parts(env, group) for group in groups)
    listed = "\n".join(f"\t- {category}/{name}" if category else f"\t- {name}" for _, category, name in titles)
    advice = (
        f"This operation is allowed for the following groups:\n{listed}"
        if titles
        else "No group currently allows this operation."
    )
    return (
        f"You are not allowed to {_VERBS[operation]} '{model.label}' ({model.name}) records.\n\n{advice}\n\n"
        "Contact your administrator to request access if necessary."
    )


def _group_parts(env: Environment, group_id: int) -> tuple[bool, str, str]:
    """Whether the group has no category, its category, its name: groups without one come last."""
    group = env(su=True)["res.groups"].browse(group_id)
    category = group["category_id" if "category_id" in group else "privilege_id"].name or ""
    return not category, str(category), str(group.name)


def _document_error(env: Environment, model: Model, ids: Sequence[int], operation: str) -> AccessError:
    return AccessError(
        "The requested operation cannot be completed due to security restrictions. "
        "Please contact your system administrator.\n\n"
        f"(Document type: {model.label}, Operation: {operation})\n\n"
        f"Records: {list(ids)[:6] if env.db.version < 19 else ', '.join(map(str, ids[:6]))}, User: {env.uid}"
    )


def _rule_error(env: Environment, model: Model, ids: Sequence[int], operation: str) -> str:
    user = env.user
    head = (
        "Uh-oh! Looks like you have stumbled upon some top-secret records.\n\n"
        f"Sorry, {user.name} (id={env.uid}) doesn't have '{operation}' access to:"
    )
    advice = (
        "If you really, really need access, perhaps you can win over your friendly administrator with a batch of "
        "freshly baked cookies."
    )
    if not env.has_group("base.group_no_one"):
        return f"{head}\n- {model.label} ({model.name})\n\n{advice}"
    lines = "\n".join(
        f"- {model.label}, {values.display_name(env, model.name, id_)} ({model.name}: {id_})" for id_ in ids[:6]
    )
    blamed = "\n".join(f"- {name}" for name in _failing_rules(env, model, ids, operation))
    return f"{head}\n{lines}\n\nBlame the following rules:\n{blamed}\n\n{advice}"


def _rule_rows(env: Environment, model: Model, operation: str) -> list[dict[str, Any]]:
    tables = env.db.tables
    ids = tables.by_value("ir.rule", "model_id", model_id_of(env.db, model.name))
    rows = [row for id_ in ids if (row := tables.get("ir.rule", id_))]
    return [row for row in rows if row.get("active", True) and row.get(f"perm_{operation}", True)]


def _rules(env: Environment, model: Model, operation: str) -> list[domains.Test]:
    """Tests that a record must all pass: each global rule, and one of the rules of the user's groups."""
    rows = _rule_rows(env, model, operation)
    tests = [_rule_test(env, model, row) for row in rows if not row.get("groups")]
    own = [_rule_test(env, model, row) for row in rows if set(row.get("groups", ())) & env.group_ids]
    if own:
        tests.append(lambda id_: any(test(id_) for test in own))
    tests += [
        functools.partial(_parent_allowed, env, model, parent, link, operation)
        for parent, link in model.inherits.items()
    ]
    return tests


def _parent_allowed(env: Environment, model: Model, parent: str, link: str, operation: str, id_: int) -> bool:
    held = values.raw(env(su=True), model, id_, link)
    return not held or bool(allowed(env, env.db.schema[parent], [held], operation))


def _rule_test(env: Environment, model: Model, row: dict[str, Any]) -> domains.Test:
    elevated = env(su=True)
    names = {
        "user": env.user,
        "company_ids": list(env.company_ids),
        "company_id": env.company_ids[0] if env.company_ids else False,
    }
    domain = restricted.evaluate(row.get("domain_force") or "[]", names)
    return domains.compile_domain(elevated, model, domain)


def _failing_rules(env: Environment, model: Model, ids: Sequence[int], operation: str) -> list[str]:
    rows = _rule_rows(env, model, operation)
    mine = [row for row in rows if not row.get("groups") or set(row["groups"]) & env.group_ids]
    return [row["name"] for row in mine if not all(map(_rule_test(env, model, row), ids))]


def check_company_access(env: Environment) -> None:
    """Raises `AccessError` for companies in the context that are not the user's."""
    _ = env.company_ids


__all__ = [
    "OPERATIONS",
    "UserError",
    "allowed",
    "check",
    "check_company_access",
    "check_exists",
    "check_exists_first",
    "check_fields",
    "check_guarded",
    "check_model",
    "check_related",
    "groups_of",
    "has",
    "may",
    "missing_error",
    "model_id_of",
    "sees",
]

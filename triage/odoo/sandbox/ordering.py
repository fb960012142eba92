"""Odoo's `order`: by stored fields, many2one by the order of the other model, empty values as PostgreSQL puts them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from triage.odoo.sandbox import values

if TYPE_CHECKING:
    from triage.odoo.sandbox.environment import Environment
    from triage.odoo.sandbox.schema import Model

_DEPTH = 3


@dataclass(frozen=True)
class _Key:
    path: tuple[str, ...]
    descending: bool
    empty_last: bool


def sort(env: Environment, model: Model, ids: Iterable[int], order: str) -> list[int]:
    """The ids in this order. Raises `ValueError` for a field that is not there."""
    found = sorted(ids)
    elevated = env(su=True)
    for key in reversed(list(_keys(elevated, model, order, (), False, _DEPTH))):
        held = {id_: _follow(elevated, model, id_, key.path) for id_ in found}
        full = sorted((id_ for id_ in found if held[id_] is not None), key=held.__getitem__, reverse=key.descending)
        empty = [id_ for id_ in found if held[id_] is None]
        found = full + empty if key.empty_last else empty + full
    return found


def _keys(
    env: Environment, model: Model, order: str, prefix: tuple[str, ...], flipped: bool, depth: int
) -> Iterator[_Key]:
    for part in [part.strip() for part in order.split(",") if part.strip()]:
        name, *rest = part.split()
        words = [word.lower() for word in rest]
        field = model.fields.get(name.partition(".")[0])
        if field is None:
            raise ValueError(f"Invalid field {name!r} on model {model.name!r}")
        descending = ("desc" in words) != flipped
        empty_last = "last" in words or ("first" not in words and not descending)
        path = (*prefix, field.name)
        if field.type == "many2one" and depth:
            comodel = env.db.schema[field.comodel_name]
            yield from _keys(env, comodel, comodel.order, path, descending, depth - 1)
        else:
            yield _Key(path, descending, empty_last)


def _follow(env: Environment, model: Model, id_: int, path: tuple[str, ...]) -> Any:
    for name in path[:-1]:
        value = values.raw(env, model, id_, name)
        if not value:
            return None
        model, id_ = env.db.schema[model.fields[name].comodel_name], value
    field = model.fields[path[-1]]
    value = values.raw(env, model, id_, field.name)
    if field.type == "boolean":
        return bool(value)
    if value is False or value is None or isinstance(value, tuple):
        return None
    return value  # text by code point: Odoo creates its databases with collation C

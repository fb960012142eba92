"""The order in which parts are made, and in which they go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from triage.odoo.setup.parts import FieldOf, ModelOf, Part, Ref
from triage.odoo.setup.present import Found
from triage.odoo.setup.values import Pointer, pointers_of

_LAST_FIRST = (
    "ir.ui.menu",
    "ir.cron",
    "base.automation",
    "ir.ui.view",
    "ir.actions.act_window.view",
    "ir.actions.act_window",
    "ir.actions.act_url",
    "ir.actions.server",
    "ir.rule",
    "ir.model.access",
    "res.groups",
    "ir.model.fields.selection",
    "ir.model.fields",
    "ir.model",
)
"""Models by the order in which their records go: what refers before what is referred to."""


_FIRST_FIRST = (
    "ir.model",
    "ir.model.fields",
    "res.groups",
    "ir.model.access",
    "ir.rule",
    "base.automation",
    "ir.actions.server",
    "ir.ui.view",
    "ir.actions.act_window",
    "ir.cron",
)
"""The order in which they are made where nothing else says so: those of a kind together, for one call to make."""


def provider(pointer: Pointer, parts: Mapping[str, Part]) -> str | None:
    """Name of the part that makes what is pointed at, or none."""
    if isinstance(pointer, Ref):
        return pointer.part if pointer.part in parts else None
    if isinstance(pointer, ModelOf):
        return next((name for name, part in parts.items() if _makes_model(part, pointer.model)), None)
    if isinstance(pointer, FieldOf):
        made = (name for name, part in parts.items() if _makes_field(part, pointer, parts))
        return next(made, None) or provider(ModelOf(pointer.model), parts)
    return None


def _makes_model(part: Part, model: str) -> bool:
    return part.model == "ir.model" and part.values.get("model") == model


def _makes_field(part: Part, pointer: FieldOf, parts: Mapping[str, Part]) -> bool:
    if part.model != "ir.model.fields" or part.values.get("name") != pointer.name:
        return False
    owner = part.values.get("model_id")
    if isinstance(owner, Ref):
        return owner.part in parts and parts[owner.part].values.get("model") == pointer.model
    return isinstance(owner, ModelOf) and owner.model == pointer.model


def ordered(parts: Sequence[Part]) -> list[Part]:
    """Those of a kind together, as they were declared, but each after all that it refers to.

    Raises `ValueError` for a circle or a name twice.
    """
    named = {part.name: part for part in parts}
    if len(named) != len(parts):
        names = [part.name for part in parts]
        raise ValueError(f"parts: {next(name for name in names if names.count(name) > 1)!r} is declared twice")
    done: dict[str, Part] = {}

    def visit(part: Part, above: tuple[str, ...]) -> None:
        if part.name in above:
            raise ValueError(f"parts: {' → '.join((*above, part.name))} refer to each other")
        if part.name in done:
            return
        for pointer in pointers_of(part):
            before = provider(pointer, named)
            if before is not None and before != part.name:
                visit(named[before], (*above, part.name))
        done[part.name] = part

    rank = {model: number for number, model in enumerate(_FIRST_FIRST)}
    for part in sorted(parts, key=lambda each: rank.get(each.model, len(rank))):
        visit(part, ())
    return list(done.values())


def going(found: Iterable[Found]) -> list[Found]:
    """Records in the order in which they can be deleted: the newest first within a model."""
    rank = {model: number for number, model in enumerate(_LAST_FIRST)}
    return sorted(found, key=lambda each: (rank.get(each.model, -1), -each.id))


def away_for_upgrade(parts: Sequence[Part]) -> list[str]:
    """Names of what must be away while Odoo upgrades modules, with all that refers to it."""
    named = {part.name: part for part in parts}
    names = {part.name for part in parts if _in_the_way(part)}
    while True:
        more = {
            part.name
            for part in parts
            if part.name not in names
            and part.upgrade is not False
            and any(provider(pointer, named) in names for pointer in pointers_of(part))
        }
        if not more:
            return [part.name for part in parts if part.name in names]
        names |= more


def _in_the_way(part: Part) -> bool:
    if part.upgrade is not None:
        return part.upgrade
    return part.model == "base.automation" or (part.model == "ir.ui.view" and bool(part.values.get("inherit_id")))

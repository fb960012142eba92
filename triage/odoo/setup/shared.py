"""Pieces of parts that several features have: models of ours with their fields and rights, scheduled actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.odoo.setup.parts import SERVICE_GROUP, FieldOf, Known, Many, ModelOf, Needs, Part, Place, Ref, Value

INTERNAL, ADMINISTRATORS = Known("base.group_user"), Known("base.group_system")
CODE = Needs(code=True)
_RIGHTS = {"r": "perm_read", "w": "perm_write", "c": "perm_create", "u": "perm_unlink"}


def model(name: str, technical: str, title: str, why: str, **more: Value) -> Part:
    """A model of ours."""
    return Part(name, "ir.model", {"name": title, "model": technical, **more}, why=why, unique=("model",))


def model_field(name: str, owner: str, technical: str, kind: str, title: str, why: str, **more: Value) -> Part:
    """A field of the model that the part `owner` makes."""
    values: dict[str, Value] = {"model_id": Ref(owner), "name": technical, "ttype": kind, "field_description": title}
    return Part(name, "ir.model.fields", values | more, why=why, unique=("model_id", "name"))


def right(name: str, owner: str, group: Known | None, rights: str, why: str) -> Part:
    """Rights (of `rwcu`) of a group, or of the service user without one, on a model of ours."""
    values: dict[str, Value] = {
        "name": f"Order triage: {name}",
        "model_id": Ref(owner),
        "group_id": group or Known(SERVICE_GROUP),
    }
    values |= {field: letter in rights for letter, field in _RIGHTS.items()}
    return Part(name, "ir.model.access", values, why=why)


def groups_of(place: Place, model_name: str) -> str:
    """Name of the field with an action's, menu's or view's groups: Odoo 19 calls it `group_ids`."""
    return "group_ids" if place.has(model_name, "group_ids") else "groups_id"


def action(place: Place, name: str, title: str, on: ModelOf | Ref, code: str, why: str, **more: Value) -> Part:
    """A server action with code, for internal users only."""
    values: dict[str, Value] = {
        "name": title,
        "model_id": on,
        "state": "code",
        "code": code,
        groups_of(place, "ir.actions.server"): Many((INTERNAL,)),
    }
    return Part(name, "ir.actions.server", values | more, why=why, needs=CODE, unique=("name", "model_id"))


def scheduled(
    place: Place, name: str, title: str, on: ModelOf | Ref, code: str, why: str, every: Mapping[str, Any]
) -> list[Part]:
    """Code that Odoo runs by the clock as its own user: the action and its schedule.

    Odoo's own user is an administrator. Without a group Odoo would run the action for whoever may write the model.
    """
    act: dict[str, Value] = {"name": title, "model_id": on, "state": "code", "code": code, "usage": "ir_cron"}
    act[groups_of(place, "ir.actions.server")] = Many((ADMINISTRATORS,))
    once: dict[str, Value] = {"active": True, **every}
    if place.has("ir.cron", "numbercall"):
        once |= {"numbercall": -1, "doall": False}
    clock: dict[str, Value] = {"ir_actions_server_id": Ref(f"{name}_code"), "user_id": Known("base.user_root")}
    return [
        Part(f"{name}_code", "ir.actions.server", act, why=why, needs=CODE, unique=("name", "model_id")),
        Part(name, "ir.cron", clock, why=f"runs it: {why}", once=once, needs=CODE, unique=("ir_actions_server_id",)),
    ]


def webhook(
    name: str,
    title: str,
    on: ModelOf | Ref,
    values: Mapping[str, Value],
    url: str,
    payload: tuple[FieldOf, ...],
    why: str,
) -> list[Part]:
    """An automation rule that posts to the service: the rule, and the call that it makes."""
    rule: dict[str, Value] = {"name": title, "model_id": on, **values}
    call: dict[str, Value] = {
        "model_id": on,
        "state": "webhook",
        "usage": "base_automation",
        "base_automation_id": Ref(name),
        "webhook_url": url,
        "webhook_field_ids": Many(payload),
    }
    needs = Needs(first=17, models=("base.automation",))
    named: dict[str, Value] = {"name": f"{title}: call"}
    return [
        Part(name, "base.automation", rule, why=why, once={"active": True}, needs=needs),
        Part(
            f"{name}_call",
            "ir.actions.server",
            call,
            why="posts model and id to the service; Odoo waits one second for it at the most",
            once=named,
            unique=("base_automation_id",),
            needs=needs,
            secret=True,
        ),
    ]

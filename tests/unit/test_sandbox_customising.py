"""The look-alike is customised as administrators customise Odoo: manual models and fields, views, import, rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from triage.odoo.sandbox import Environment, Sandbox
from triage.odoo.sandbox.errors import UserError, ValidationError


@pytest.fixture(params=[18, 19])
def box(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """Not served: its engine is asked directly."""
    yield Sandbox(request.param)


def _thing(env: Environment, **more: Any) -> int:
    env = env(context={"install_mode": True})  # as on import: no field comes by itself
    model = env["ir.model"].create({"name": "Thing", "model": "x_thing", "is_mail_thread": True})
    for name, kind, extra in (
        ("x_name", "char", {}),
        ("x_state", "selection", {"selection": "[('open', 'Open'), ('done', 'Done')]"}),
        ("x_order_id", "many2one", {"relation": "sale.order"}),
    ):
        row = {"model_id": model.id, "name": name, "ttype": kind, "field_description": name, **extra}
        env["ir.model.fields"].create(row | more)
    env["ir.model.access"].create(
        {"name": "a", "model_id": model.id, "group_id": env.ref("base.group_user").id, "perm_read": True}  # type: ignore[union-attr]
    )
    return int(model.id)


def test_a_manual_model_is_used_like_any_other_and_goes_with_all_it_had(box: Sandbox) -> None:
    user = box.add_user("mila")
    held = {name: len(box.rows(name)) for name in ("ir.model", "ir.model.fields", "ir.model.access", "mail.message")}
    number = box.edit(_thing)
    made = box.edit(lambda env: env["x_thing"].create({"x_name": "One", "x_state": "open"}).id)
    box.edit(lambda env: env["x_thing"].browse(made).message_post(body="seen"))
    assert box.env(user)["x_thing"].search([("x_state", "=", "open")]).x_name == "One"
    with pytest.raises(ValueError, match="Wrong value"):
        box.edit(lambda env: env["x_thing"].browse(made).write({"x_state": "lost"}))
    box.edit(lambda env: env["x_thing"].search([]).unlink())
    box.edit(lambda env: env["ir.model"].browse(number).unlink())
    assert "x_thing" not in box.env()
    assert {name: len(box.rows(name)) for name in held} == held


def test_what_is_rolled_back_was_never_there(box: Sandbox) -> None:
    def broken(env: Environment) -> None:
        _thing(env)
        assert "x_thing" in env
        raise RuntimeError

    with pytest.raises(RuntimeError):
        box.edit(broken)
    assert "x_thing" not in box.env()
    snapshot = box.snapshot()
    box.edit(_thing)
    box.restore(snapshot)
    assert "x_thing" not in box.env()


@pytest.mark.parametrize(
    ("model", "values"),
    [
        ("ir.model", {"name": "Bad", "model": "thing"}),
        ("ir.model", {"name": "Twice", "model": "sale.order"}),
        ("ir.ui.view", {"name": "v", "model": "sale.order", "arch": "<form><field name='nothing'/></form>"}),
        ("ir.ui.view", {"name": "v", "model": "sale.order", "arch": "<form>"}),
        ("ir.ui.view", {"name": "v", "model": "sale.order", "arch": "<form><button name='9' type='action'/></form>"}),
    ],
)
def test_what_odoo_would_not_take_is_refused(box: Sandbox, model: str, values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        box.edit(lambda env: env[model].create(values))


def test_a_field_in_a_view_and_what_came_with_a_module_stay(box: Sandbox) -> None:
    box.edit(_thing)
    view = {"name": "v", "model": "x_thing", "arch": '<list><field name="x_name"/></list>'}
    box.edit(lambda env: env["ir.ui.view"].create(view))
    for domain in ([("name", "=", "x_name")], [("name", "=", "partner_id"), ("model", "=", "sale.order")]):
        with pytest.raises(UserError):
            box.edit(lambda env, domain=domain: env["ir.model.fields"].search(domain).unlink())


def test_loading_makes_record_and_external_id_together_or_nothing(box: Sandbox) -> None:
    def load(*rows: list[str]) -> Any:
        return box.edit(lambda env: env["res.groups"].load(["id", "name", "implied_ids/.id"], list(rows)))

    internal = str(box.env().ref("base.group_user").id)  # type: ignore[union-attr]
    found = load(["__here__.one", "One", internal], ["__here__.two", "Two", ""])
    assert len(found["ids"]) == 2
    assert box.env().ref("__here__.one").implied_ids.ids == [int(internal)]  # type: ignore[union-attr]
    again = load(["__here__.one", "Renamed", internal])
    assert again["ids"] == found["ids"][:1]
    assert box.env().ref("__here__.one").name == "Renamed"  # type: ignore[union-attr]
    refused = load(["__here__.three", "Three", ""], ["__here__.four", "Four", "99999"])
    assert refused["ids"] is False and "99999" in refused["messages"][0]["message"]
    assert box.env().ref("__here__.three", raise_if_not_found=False) is None

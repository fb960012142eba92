"""Parts without an Odoo: their order, their values in one form, what is remembered, and which calls go together."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from triage.cli.setting_up import unswept
from triage.errors import UsageError
from triage.odoo.connection import Connection, Sweeping
from triage.odoo.rows import Row
from triage.odoo.setup.applying import batches
from triage.odoo.setup.features import DEFAULT, FEATURES
from triage.odoo.setup.manifest import Manifest, read_manifest, write_manifest
from triage.odoo.setup.ordering import away_for_upgrade, going, ordered
from triage.odoo.setup.parts import FieldOf, Filled, Known, Many, ModelOf, Part, Ref
from triage.odoo.setup.plan import Do, Step, with_needed
from triage.odoo.setup.present import Found
from triage.odoo.setup.rules import RULES
from triage.odoo.setup.values import Resolver, as_row, canonical, digest, pointers_of


class Place:
    """An Odoo that has everything."""

    code = True
    address = "https://triage.example.com"
    watchers = (2,)

    def __init__(self, major: int = 19) -> None:
        self.major = major

    def has(self, model: str, *fields: str) -> bool:
        return True

    def hook(self) -> str:
        return "https://triage.example.com/hooks/odoo/odoo/secret-of-a-test"

    def silent_minutes(self) -> int:
        return 30


def part(name: str, model: str = "ir.actions.server", /, **values: Any) -> Part:
    return Part(name, model, values, why="a test")


def test_names_are_stable_unique_and_fit_an_external_id() -> None:
    every = [each for feature in FEATURES.values() for each in feature.parts(Place())]
    names = [each.name for each in every]
    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").isalnum() and name == name.lower() for name in names)
    assert not any(name.startswith("made") for name in names), "these names are for what parts make while they work"
    assert all(each.why for each in every)


def test_code_inside_odoo_imports_nothing() -> None:
    codes = [str(each.values["code"]) for f in FEATURES.values() for each in f.parts(Place()) if "code" in each.values]
    assert codes
    for code in codes:
        assert "import " not in code
        compile(code, "<action>", "exec")


def test_rules_are_asked_for_one_by_one_and_say_what_they_cost() -> None:
    assert {feature.name for feature in RULES} == {
        f"rule:{name}"
        for name in ("price", "credit", "stock", "delay", "return", "supplier", "email", "document", "approval")
    }
    assert not set(DEFAULT) & {feature.name for feature in RULES}
    for feature in RULES:
        assert feature.rule is not None
        assert feature.rule.owner and feature.rule.trigger and "secret" in feature.rule.audit
        assert "83 minutes" in feature.rule.exception
        assert ("sweep.models" in feature.rule.exception) == (feature.name == "rule:document")
        for each in feature.parts(Place()):
            assert each.secret == ("webhook_url" in each.values)


def test_the_plan_says_which_uploads_a_rule_tells_of_and_no_sweep_finds() -> None:
    told = ["sale.order", "ir.attachment", "dms.file"]
    at = Connection(url="http://odoo.example", database="odoo")
    assert unswept(told, at) == ["ir.attachment", "dms.file"]
    swept = at.model_copy(update={"sweep": Sweeping(models=("sale.order", "ir.attachment"))})
    assert unswept(told, swept) == ["dms.file"]
    assert unswept(["sale.order"], at) == []


def test_parts_come_after_what_they_refer_to() -> None:
    model = part("model", "ir.model", model="x_thing")
    name = part("name", "ir.model.fields", name="x_name", model_id=Ref("model"))
    rule = part(
        "rule", "base.automation", model_id=ModelOf("x_thing"), trigger_field_ids=Many((FieldOf("x_thing", "x_name"),))
    )
    view = part("view", "ir.ui.view", arch=Filled('<form><button name="%(action)d"/></form>'))
    action = part("action", model_id=ModelOf("x_thing"))
    found = [each.name for each in ordered([view, rule, name, action, model])]
    assert sorted(found) == ["action", "model", "name", "rule", "view"]
    for before, after in (("model", "name"), ("name", "rule"), ("model", "action"), ("action", "view")):
        assert found.index(before) < found.index(after)
    assert set(pointers_of(view)) == {Ref("action")}


def test_a_circle_and_a_name_twice_are_errors() -> None:
    with pytest.raises(ValueError, match="refer to each other"):
        ordered([part("one", other=Ref("two")), part("two", other=Ref("one"))])
    with pytest.raises(ValueError, match="declared twice"):
        ordered([part("one"), part("one")])


def test_what_refers_goes_before_what_is_referred_to() -> None:
    models = ["ir.model", "ir.ui.view", "ir.model.fields", "base.automation", "ir.ui.menu", "ir.model.access"]
    found = going(Found(f"part_{number}", model, number, number, True) for number, model in enumerate(models))
    assert [each.model for each in found] == [
        "ir.ui.menu", "base.automation", "ir.ui.view", "ir.model.access", "ir.model.fields", "ir.model",
    ]  # fmt: skip


def test_before_an_upgrade_go_rules_changed_views_and_what_hangs_on_them() -> None:
    parts = [
        part("own_list", "ir.ui.view", arch="<list/>"),
        part("page", "ir.ui.view", arch="<xpath/>", inherit_id=Known("sale.view_order_form")),
        part("rule", "base.automation"),
        part("call", base_automation_id=Ref("rule")),
        part("menu", "ir.ui.menu"),
        replace(part("kept", base_automation_id=Ref("rule")), upgrade=False),
    ]
    assert away_for_upgrade(parts) == ["page", "rule", "call"]


@pytest.mark.parametrize(
    ("name", "kind", "told", "declared"),
    [
        ("user_id", "many2one", [7, "Mila"], 7),
        ("user_id", "many2one", False, False),
        ("group_ids", "many2many", [9, 3], [3, 9]),
        ("code", "text", "x = 1\n", "  x = 1"),
        ("help", "html", "<p>It <b>is</b></p>", "<p>It is</p>"),
        ("active", "boolean", True, 1),
        ("sequence", "integer", 0, False),
        ("name", "char", False, ""),
("arch", "text", '<?xml version="1.0"?>\n<form>\n <a c="2"  b="1"/>\n</form>', '<form><a b="1" c="2"/></form>'),
    ],
)  # fmt: skip
def test_what_odoo_tells_and_what_is_declared_compare_equal(name: str, kind: str, told: Any, declared: Any) -> None:
    assert canonical(name, kind, told) == canonical(name, kind, declared)
    assert digest(canonical(name, kind, told)) == digest(canonical(name, kind, declared))


def test_a_row_for_loading_names_relations_by_id() -> None:
    kinds = {
        "model_id": "many2one",
        "group_ids": "many2many",
        "active": "boolean",
        "name": "char",
        "sequence": "integer",
    }
    columns, texts = as_row({"model_id": 5, "group_ids": [2, 3], "active": True, "name": "A", "sequence": 9}, kinds)
    assert columns == ["model_id/.id", "group_ids/.id", "active", "name", "sequence"]
    assert texts == ["5", "2,3", "1", "A", "9"]
    assert as_row({"active": False, "model_id": None}, kinds)[1] == ["0", ""]


def test_calls_go_together_where_nothing_refers_to_the_other() -> None:
    def create(each: Part) -> Step:
        return Step(Do.CREATE, each.name, each.model, "f", "", part=each)

    steps = [
        create(part("a", "ir.model.fields", name="x_a", ttype="char")),
        create(part("b", "ir.model.fields", name="x_b", ttype="many2one", relation="res.users")),
        create(part("c", "ir.model.fields", name="x_c", ttype="char")),
        create(part("d", "ir.model.fields", name="x_d", ttype="char", model_id=Ref("a"))),
        Step(Do.KEEP, "k", "ir.model", "f", ""),
        create(part("e", "ir.ui.menu", name="E")),
        create(part("f", "ir.model.fields", name="x_f", ttype="char")),
        create(part("g", "ir.model.fields", name="x_g", ttype="one2many")),
    ]
    assert [[step.name for step in batch] for batch in batches(steps)] == [
        ["a", "c"],
        ["b"],
        ["d"],
        ["e"],
        ["f"],
        ["g"],
    ]


class Parameters:
    """An Odoo that has system parameters and nothing else."""

    server = "https://odoo.example"

    def __init__(self, value: str | None) -> None:
        self.rows = {} if value is None else {4: value}
        self.written: list[str] = []

    def search(self, model: str, domain: Any, names: Any) -> list[Row]:
        return [Row(model, {"id": number, "value": value}) for number, value in self.rows.items()]

    def call(self, model: str, method: str, ids: Any = None, named: Any = None) -> Any:
        self.written.append(method)
        return [4]


LEFT_BY_VERSION_1 = (
    '{"features":["asking"],"parts":{"ask_sale_order":{"code":"0f3c","name":"9d1e"},"request_model":{"name":"77aa"}},'
    '"version":1}'
)
"""As the first version wrote it. Later versions must go on reading it."""


def test_what_the_first_version_remembered_is_still_read() -> None:
    found = read_manifest(Parameters(LEFT_BY_VERSION_1))  # type: ignore[arg-type]
    assert (found.version, found.features, found.parameter) == (1, ("asking",), 4)
    assert found.is_ours("ask_sale_order", "code", "0f3c")
    assert not found.is_ours("ask_sale_order", "code", "ffff")
    assert not found.is_ours("other", "code", "0f3c")
    assert found.text() == LEFT_BY_VERSION_1


def test_all_that_is_remembered_is_read_again() -> None:
    full = Manifest(1, ("asking",), {"a": {"name": "1"}}, 4, {"a": {"name": "2"}}, True, (2, 7), ("rule_credit",))
    found = read_manifest(Parameters(full.text()))  # type: ignore[arg-type]
    assert found == full
    assert found.is_ours("a", "name", "1") and found.is_ours("a", "name", "2")
    assert (found.is_new_to("a", "code"), found.is_new_to("a", "name"), found.is_new_to("b", "code")) == (
        True,
        False,
        False,
    )


def test_what_is_as_it_was_is_not_written_again() -> None:
    odoo: Any = Parameters(LEFT_BY_VERSION_1)
    found = read_manifest(odoo)
    assert write_manifest(odoo, found, Manifest(found.version, found.features, found.parts)) == found
    assert odoo.written == []
    write_manifest(odoo, found, Manifest(found.version, (), found.parts))
    assert odoo.written == ["write"]


@pytest.mark.parametrize("value", ["", "[]", '{"version": 1}', "no JSON"])
def test_what_cannot_be_read_is_said(value: str) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_manifest(Parameters(value))  # type: ignore[arg-type]


def test_what_a_newer_version_left_is_not_touched() -> None:
    newer = json.dumps({"version": 999, "features": [], "parts": {}})
    with pytest.raises(UsageError, match="newer version"):
        read_manifest(Parameters(newer))  # type: ignore[arg-type]


def test_an_unknown_feature_is_named() -> None:
    with pytest.raises(UsageError, match="no feature 'rule:nothing'"):
        with_needed(["rule:nothing"], FEATURES)


def test_ids_in_a_text_are_filled_in() -> None:
    resolver = Resolver(None, {"action": 12}.get)  # type: ignore[arg-type]
    assert resolver.value(Filled("50% of %(action)d")) == "50% of 12"
    assert resolver.missing(part("one", arch=Filled("%(gone)d"))) == [Ref("gone")]

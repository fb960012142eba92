"""The gate's code is what Odoo can evaluate, carries the allow-list, and does not change unseen."""

from __future__ import annotations

import ast

import pytest

from triage.odoo.gate.code import allowed, gate_code, gate_hash

BUILT_IN = {
    "True", "False", "None", "bytes", "str", "bool", "int", "float", "enumerate", "dict", "list", "tuple", "map", "abs",
    "min", "max", "sum", "filter", "sorted", "round", "len", "repr", "set", "all", "any", "ord", "chr", "divmod",
    "isinstance", "range", "zip", "Exception",
}  # fmt: skip
GIVEN = {"env", "user", "UserError"}


def names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


@pytest.mark.parametrize("major", [16, 17, 18, 19])
def test_it_uses_only_what_odoo_gives_server_actions(major: int) -> None:
    tree = ast.parse(gate_code(major))
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    arguments = {argument.arg for node in ast.walk(tree) if isinstance(node, ast.arguments) for argument in node.args}
    assert names(tree) - defined - stored - arguments - BUILT_IN - GIVEN == set()
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom | ast.AnnAssign)]


@pytest.mark.parametrize("major", [17, 18, 19])
def test_no_name_or_attribute_has_two_underscores_in_a_row(major: int) -> None:
    tree = ast.parse(gate_code(major))
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not [name for name in attributes | names(tree) if "__" in name]


@pytest.mark.parametrize("major", [16, 17, 18, 19])
def test_no_part_takes_a_name_that_another_has(major: int) -> None:
    """The parts are modules of their own here and one code in Odoo, where the later one of a name would count."""
    body = ast.parse(gate_code(major)).body
    made = [node.name for node in body if isinstance(node, ast.FunctionDef)]
    made += [target.id for node in body if isinstance(node, ast.Assign) for target in node.targets
             if isinstance(target, ast.Name)]  # fmt: skip
    assert sorted(made) == sorted(set(made))


def test_it_carries_the_allow_list() -> None:
    for node in ast.parse(gate_code(18)).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "ALLOWED":
            assert ast.literal_eval(node.value) == allowed()
            return
    pytest.fail("no allow-list in the gate")


def test_versions_differ_where_odoo_differs() -> None:
    assert gate_code(18) == gate_code(19)
    assert "check_access_rule" in gate_code(17)
    assert "body_is_html" in gate_code(17)
    assert "body_is_html" not in gate_code(16)


def test_any_change_shows_in_the_hash_but_for_white_space_at_the_ends() -> None:
    code = gate_code(18)
    assert gate_hash(f"\n{code}  ") == gate_hash(code)
    assert gate_hash(code.replace("mt_note", "mt_comment")) != gate_hash(code)


def test_no_business_field_is_on_the_list() -> None:
    forbidden = {
        "price_unit",
        "discount",
        "credit_limit",
        "commitment_date",
        "date_planned",
        "product_uom_qty",
        "state",
    }
    assert forbidden.isdisjoint(field for fields in allowed()["apply"].values() for field in fields)
    assert "stage_id" not in allowed()["apply"]["helpdesk.ticket"]

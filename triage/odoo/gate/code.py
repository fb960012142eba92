"""The text of the gate's server action, made from `triage.odoo.gate.inside` and what it needs, and its hash.

Annotations and imports go, docstrings stay, so that an administrator reads in Odoo what it does. What differs between
versions of Odoo is replaced here, so that the text of one version has one hash.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
from functools import cache
from importlib.resources import files
from types import ModuleType
from typing import Any

import yaml

from triage.odoo.gate import cards_inside, inside, running, tasks_inside

GATE = "gate"
"""Name of the gate's external id in the module of ours."""
CONTEXT_KEY = "triage"
_ADVICE = "# odoo-triage: the gate. Made by `triage odoo grant`; `triage odoo check` compares every character.\n"
_END = f"""
action = {{
    "type": "ir.actions.act_window_close",
    "infos": {{"triage": run(env, user, UserError, env.context.get("{CONTEXT_KEY}") or [])}},
}}
"""
_OLD_CHECK = (
    "def check_readable(records):\n    records.check_access_rights('read')\n    records.check_access_rule('read')\n"
)
_FIRST_WITH_CHECK_ACCESS = 18
_FIRST_WITH_HTML_FLAG = 17


@cache
def allowed() -> dict[str, Any]:
    """The allow-list: models and fields that may be written, and how."""
    found: dict[str, Any] = yaml.safe_load(files("triage.odoo").joinpath("allowed.yaml").read_text("utf-8"))
    return found


@cache
def gate_code(major: int) -> str:
    """The gate's code for an Odoo of this version."""
    return (
        _ADVICE
        + "\n\n".join(plain(module, major) for module in (inside, cards_inside, tasks_inside, running))
        + "\n"
        + _END
    )


def plain(module: ModuleType, major: int) -> str:
    """A module of functions as Odoo of this version can evaluate it."""
    tree = _Plain(major).visit(ast.parse(inspect.getsource(module)))
    return ast.unparse(ast.fix_missing_locations(tree))


def gate_hash(code: str) -> str:
    """SHA-256 (hex) of a gate's code; white space at the ends does not count, because Odoo trims it."""
    return hashlib.sha256(code.strip().encode()).hexdigest()


class _Plain(ast.NodeTransformer):
    """Leaves what Odoo can evaluate: no imports, no annotations."""

    def __init__(self, major: int) -> None:
        self._major = major

    def visit_Module(self, node: ast.Module) -> ast.AST:
        """Without the module's own docstring, which speaks to readers of this package."""
        node.body = node.body[1:]
        return self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """No imports."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """The allow-list takes its place here."""
        value = ast.parse(repr(allowed()), mode="eval").body if _name(node.target) == "ALLOWED" else node.value
        return ast.Assign(targets=[node.target], value=value or ast.Constant(None))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Without annotations; what the version lacks is written as it was before."""
        if node.name == "check_readable" and self._major < _FIRST_WITH_CHECK_ACCESS:
            return ast.parse(_OLD_CHECK).body[0]
        node.returns = None
        for argument in node.args.args:
            argument.annotation = None
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`message_post` takes HTML as it is before version 17."""
        posts = isinstance(node.func, ast.Attribute) and node.func.attr == "message_post"
        if posts and self._major < _FIRST_WITH_HTML_FLAG:
            node.keywords = [each for each in node.keywords if each.arg != "body_is_html"]
        return self.generic_visit(node)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""

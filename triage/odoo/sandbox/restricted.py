"""Python as Odoo lets server actions and record rules run it: few builtins, no imports, no `__` names."""

from __future__ import annotations

import ast
import functools
import math
import time
from collections.abc import Mapping
from types import CodeType, SimpleNamespace
from typing import Any

from triage.odoo.sandbox.errors import OperationalError, ServerError

_FORBIDDEN_WORDS = (
    "f_builtins f_code f_globals f_locals func_code func_globals co_code _co_code_adaptive mro tb_frame gi_code "
    "gi_frame gi_yieldfrom cr_await cr_code cr_frame ag_await ag_code ag_frame"
)
FORBIDDEN = frozenset(_FORBIDDEN_WORDS.split())
_FORBIDDEN_NODES = (
    ast.Import,
    ast.ImportFrom,
    ast.Global,
    ast.Nonlocal,
    ast.ClassDef,
    ast.AsyncFunctionDef,
    ast.Await,
    ast.Yield,
    ast.YieldFrom,
    ast.With,
    ast.AsyncWith,
)


def _no_import(name: str, *_: Any, **__: Any) -> None:
    raise ImportError(f"module {name} should be imported before calling safe_eval()")


BUILTINS: dict[str, Any] = {
    "__import__": _no_import,
    "True": True,
    "False": False,
    "None": None,
    "unicode": str,
    "xrange": range,
    "reduce": functools.reduce,
    **{
        each.__name__: each
        for each in (
            bytes, str, bool, int, float, enumerate, dict, list, tuple, map, abs, min, max, sum, filter, sorted, round,
            len, repr, set, all, any, ord, chr, divmod, isinstance, range, zip, Exception,
        )
    },
}  # fmt: skip
"""The builtins that code inside Odoo has, and no other."""

_RULE_NAMES = {"time": SimpleNamespace(strftime=time.strftime, time=time.time), "math": math}


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """Value of an expression, such as a record rule's domain."""
    code = _compiled(text.strip(), "eval")
    return eval(code, {"__builtins__": BUILTINS, **_RULE_NAMES, **names})  # noqa: S307  checked by _compiled


def execute(text: str, names: dict[str, Any]) -> dict[str, Any]:
    """Run statements over these names, which it changes and returns.

    Errors of Odoo and of the database pass; every other becomes a `ValueError` that quotes the code, as in Odoo.
    """
    source = text.strip()
    code = _compiled(source, "exec")
    names["__builtins__"] = BUILTINS
    try:
        exec(code, names)  # noqa: S102  checked by _compiled
    except (ServerError, OperationalError, ZeroDivisionError):
        raise
    except Exception as error:
        if getattr(error, "path", "").startswith("psycopg2"):
            raise
        raise ValueError(f"{error!r} while evaluating\n{source!r}") from error
    finally:
        names.pop("__builtins__", None)
    return names


@functools.lru_cache(maxsize=256)
def _compiled(source: str, mode: str) -> CodeType:
    try:
        tree: Any = ast.parse(source, mode=mode)
    except SyntaxError as error:
        raise ValueError(f"{type(error).__name__}: {error} at {source!r}") from error
    for node in ast.walk(tree):
        if isinstance(node, _FORBIDDEN_NODES):
            raise ValueError(f"forbidden opcode(s) in {source!r}: {type(node).__name__.upper()}")  # noqa: TRY004  as Odoo
        name = getattr(node, "attr", None) or getattr(node, "id", None)
        if isinstance(name, str) and ("__" in name or name in FORBIDDEN):
            raise NameError(f"Access to forbidden name {name!r} ({source!r})")
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)):
            raise ValueError(f"forbidden opcode(s) in {source!r}: STORE_ATTR")  # noqa: TRY004  as Odoo
    code: CodeType = compile(tree, "<action>", mode)
    return code

"""Python as Odoo lets server actions and record rules run it: few builtins, no imports, no `__` names."""

from __future__ import annotations

import ast
import functools
import math
import symtable
import time
from collections.abc import Mapping
from types import CodeType, SimpleNamespace
from typing import Any

from triage.odoo.sandbox.errors import IntegrityError, OperationalError, ServerError

_FORBIDDEN_WORDS = (
    "f_builtins f_code f_globals f_locals func_code func_globals co_code _co_code_adaptive mro tb_frame gi_code "
    "gi_frame gi_yieldfrom cr_await cr_code cr_frame ag_await ag_code ag_frame"
)
FORBIDDEN = frozenset(_FORBIDDEN_WORDS.split())
_OPCODES: dict[type[ast.AST], str] = {
    ast.Import: "IMPORT_NAME",
    ast.ImportFrom: "IMPORT_NAME, IMPORT_FROM",
    ast.Global: "STORE_GLOBAL",
    ast.ClassDef: "LOAD_BUILD_CLASS",
    ast.With: "WITH_EXCEPT_START, BEFORE_WITH",
    ast.Assert: "LOAD_ASSERTION_ERROR",
    ast.AsyncFunctionDef: "RETURN_GENERATOR",
    ast.Await: "GET_AWAITABLE",
    ast.YieldFrom: "GET_YIELD_FROM_ITER",
}
"""What Odoo's check of the byte code finds where such a statement stands."""


_IMPORTED = frozenset({"_strptime", "math", "time"})
"""What Python's own functions may import while the code runs: `strftime` does."""


def _no_import(name: str, *more: Any, **named: Any) -> Any:
    if name in _IMPORTED:
        return __import__(name, *more, **named)
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
    return eval(code, {"__builtins__": BUILTINS, **_RULE_NAMES, **names})  # noqa: S307  checked by _compiled  # nosec B307


def execute(text: str, names: dict[str, Any], version: int) -> dict[str, Any]:
    """Run statements over these names, which it changes and returns.

    Errors of Odoo and lost connections pass, on Odoo 19 also broken constraints; every other error becomes a
    `ValueError` that quotes the code.
    """
    source = text.strip()
    code = _compiled(source, "exec")
    names["__builtins__"] = BUILTINS
    passing = (ServerError, OperationalError, ZeroDivisionError, *((IntegrityError,) if version >= 19 else ()))
    try:
        exec(code, names)  # noqa: S102  checked by _compiled  # nosec B102
    except passing:
        raise
    except Exception as error:
        raise ValueError(f"{error!r} while evaluating\n{source!r}") from error
    finally:
        names.pop("__builtins__", None)
    return names


def complaint(text: str) -> str:
    """What Odoo says against storing this code; empty where it may be stored."""
    source = text.strip()
    try:
        _compiled(source, "exec")
    except SyntaxError as error:
        return f"SyntaxError : {error.msg} at line {error.lineno}\n{error.text or source}" + (
            "" if (error.text or source).endswith("\n") else "\n"
        )
    except ValueError as error:
        return str(error)
    except NameError:
        return ""  # found when the code runs
    return ""


@functools.lru_cache(maxsize=256)
def _compiled(source: str, mode: str) -> CodeType:
    """The code, checked. Raises `SyntaxError`, `ValueError` for forbidden statements, `NameError` for names."""
    tree: Any = ast.parse(source, mode=mode)
    for node in ast.walk(tree):
        opcode = _forbidden(node)
        if opcode:
            raise ValueError(f"forbidden opcode(s) in {source!r}: {opcode}")
        name = getattr(node, "attr", None) or getattr(node, "id", None)
        if isinstance(name, str) and ("__" in name or name in FORBIDDEN):
            raise NameError(f"Access to forbidden name {name!r} ({source!r})")
    if mode == "exec" and _has_closure(symtable.symtable(source, "<action>", "exec")):
        raise ValueError("forbidden opcode(s) in 'lambda': LOAD_CLOSURE, STORE_DEREF, MAKE_CELL")
    code: CodeType = compile(tree, "<action>", mode)
    return code


def _forbidden(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
        return "STORE_ATTR" if isinstance(node.ctx, ast.Store) else "DELETE_ATTR"
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Del):
        return "DELETE_SUBSCR"
    if isinstance(node, ast.Starred) and isinstance(node.ctx, ast.Store):
        return "UNPACK_EX"
    return _OPCODES.get(type(node), "")


def _has_closure(table: symtable.SymbolTable) -> bool:
    """Whether an inner function or comprehension uses a variable of the function around it."""
    own = isinstance(table, symtable.Function) and bool(table.get_frees())
    return own or any(_has_closure(child) for child in table.get_children())

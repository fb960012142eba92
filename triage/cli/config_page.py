"""The list of every setting for docs/configuration.md. `python -m triage.cli.config_page FILE` renews it there.

Names and defaults come from the types that read the files, meanings from what stands beneath each entry there.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from triage.cli.config_variables import VARIABLES

BEGIN, END = "<!-- settings: begin -->", "<!-- settings: end -->"
"""Between these the list stands on the page."""

_HEAD = "| entry | default | what |\n|---|---|---|"


def page() -> str:
    """All tables, as Markdown."""
    service = import_module("service.configuration")  # this room lies above ours
    from triage.domain.policy import Policy
    from triage.jobs.configuration import JobsConfiguration
    from triage.odoo.connection import Connection

    parts = ["**Variables of the environment**", "", "| variable | what |\n|---|---|"]
    parts += [f"| `{name}` | {what} |" for name, what in VARIABLES.items()]
    parts += ["| `<ENDPOINT>_API_KEY`, `<ENDPOINT>_API_KEY_FILE` | key of a model server, or the file that holds it |"]
    for name, model in (
        ("policy.yaml", Policy),
        ("odoo.yaml", Connection),
        ("service.yaml", service.ServiceConfiguration),
        ("jobs.yaml", JobsConfiguration),
    ):
        parts += ["", f"**{name}**", "", _HEAD, *_rows(model)]
    return "\n".join(parts) + "\n"


def _rows(model: type[BaseModel], above: str = "") -> Iterator[str]:
    said = _docstrings(model)
    for name, field in model.model_fields.items():
        if field.exclude:
            continue
        inner, several = _model_in(field.annotation)
        if inner is not None:
            yield from _rows(inner, f"{above}{name}{several}.")
            continue
        default = "needed" if field.is_required() else _shown(field.get_default(call_default_factory=True))
        yield f"| `{above}{name}` | {default} | {said.get(name, '').replace('|', chr(92) + '|')} |"


def _model_in(annotation: Any) -> tuple[type[BaseModel] | None, str]:
    """The model that an entry holds, and `[]` where it holds a list of them, `.NAME` where a table of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, ""
    arguments = [each for each in get_args(annotation) if each is not type(None)]
    for each in arguments:
        found, below = _model_in(each)
        if found is not None:
            origin = getattr(annotation, "__origin__", None)
            return found, f".NAME{below}" if origin is dict else f"[]{below}" if origin is tuple else below
    return None, ""


@cache
def _docstrings(model: type[BaseModel]) -> Mapping[str, str]:
    """What stands beneath each entry, in one line."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if not issubclass(each, BaseModel) or each is BaseModel:
            continue
        (body,) = ast.parse(textwrap.dedent(inspect.getsource(each))).body
        assert isinstance(body, ast.ClassDef)
        last = None
        for statement in body.body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant) and last:
                found[last] = " ".join(str(statement.value.value).split())
            last = None
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                last = statement.target.id
    return found


def _shown(value: Any) -> str:
    if value is None or value is PydanticUndefined or value in ((), {}, "", frozenset()):
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return f"`{value.value}`"
    if isinstance(value, frozenset | tuple):
        each = [getattr(one, "value", one) for one in value]
        return ", ".join(sorted(map(str, each)) if isinstance(value, frozenset) else map(str, each))
    return f"{value:,}" if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)


def renewed(text: str) -> str:
    """A page with the list between its two marks as it is now. Raises `ValueError` where the marks are not there."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page lacks {BEGIN} or {END}")
    return f"{before}{begin}\n{page()}{end}{after}"


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.write_text(renewed(place.read_text(encoding="utf-8")), encoding="utf-8")

"""Placeholders `?` and `:name`, as callers write them, to the numbered ones of PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

_TOKEN = re.compile(
    r"'(?:[^']|'')*'"  # a text
    r'|"(?:[^"]|"")*"'  # a name in quotes
    r"|--[^\n]*"
    r"|::"  # a cast
    r"|\?"
    r"|:([A-Za-z_]\w*)"
)


def arranged(sql: str, parameters: Sequence[Any] | dict[str, Any]) -> tuple[str, Sequence[Any]]:
    """The statement with `$1`, `$2`, … and the values in that order.

    Without values the text stays as it is, so that a script may hold any character.
    """
    if not parameters:
        return sql, ()
    text, names = _numbered(sql)
    if isinstance(parameters, dict):
        return text, [parameters[name] for name in names]
    return text, parameters


@lru_cache(maxsize=512)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    names: list[str] = []
    count = 0

    def number(found: re.Match[str]) -> str:
        nonlocal count
        if found[1]:
            if found[1] not in names:
                names.append(found[1])
            return f"${names.index(found[1]) + 1}"
        if found[0] == "?":
            count += 1
            return f"${count}"
        return found[0]

    return _TOKEN.sub(number, sql), tuple(names)

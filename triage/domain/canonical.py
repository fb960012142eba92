"""Canonical JSON as RFC 8785 has it: the same bytes as the package `rfc8785` gives, in a fifth of the time.

A review makes some fifty fingerprints. Texts, tables and lists are written here, with the standard library's fast
writer of texts; numbers, and everything that is an error, are left to the package.
"""

from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

import rfc8785


def canonical(value: Any) -> bytes:
    """The canonical bytes of a JSON value.

    Raises `rfc8785.CanonicalizationError` for what has none: integers beyond 2**53, texts that are no Unicode.
    """
    parts: list[str] = []
    try:
        _write(value, parts.append)
        return "".join(parts).encode()
    except (UnicodeEncodeError, TypeError, AttributeError, RecursionError):
        return rfc8785.dumps(value)  # says what is wrong


def _write(value: Any, out: Callable[[str], None]) -> None:
    kind = type(value)
    if kind is str:
        out(encode_basestring(value))
    elif kind is dict:
        _write_table(value, out)
    elif kind is list or kind is tuple:
        separator = "["
        for each in value:
            out(separator)
            _write(each, out)
            separator = ","
        out("]" if value else "[]")
    elif value is None:
        out("null")
    elif kind is bool:
        out("true" if value else "false")
    else:
        out(rfc8785.dumps(value).decode())


def _write_table(value: dict[str, Any], out: Callable[[str], None]) -> None:
    separator = "{"
    for key in sorted(value) if all(map(str.isascii, value)) else sorted(value, key=_in_utf16):
        out(separator)
        out(encode_basestring(key))
        out(":")
        _write(value[key], out)
        separator = ","
    out("}" if value else "{}")


def _in_utf16(key: str) -> bytes:
    """Keys are ordered as JavaScript orders them."""
    return key.encode("utf-16-be")


__all__ = ["canonical"]

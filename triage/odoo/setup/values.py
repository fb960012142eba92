"""From declared values to Odoo's ids, and both sides of a comparison in one form."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from triage.odoo.client import Odoo
from triage.odoo.setup.parts import MODULE, FieldOf, Filled, Known, Many, ModelOf, Part, Ref, Value

Pointer = Ref | Known | ModelOf | FieldOf
_PLACES = re.compile(r"%\(([a-z0-9_.]+)\)d", re.IGNORECASE)
_XML = ("arch", "arch_db", "arch_base")
_TAGS = re.compile(r"<[^>]*>")


def pointers(value: Value) -> Iterator[Pointer]:
    """Everything that a value refers to."""
    if isinstance(value, Many):
        for each in value.of:
            if not isinstance(each, int):
                yield each
    elif isinstance(value, Filled):
        yield from (_pointer(name) for name in _PLACES.findall(value.text))
    elif isinstance(value, Ref | Known | ModelOf | FieldOf):
        yield value


def pointers_of(part: Part) -> Iterator[Pointer]:
    """Everything that a part refers to."""
    for value in (*part.values.values(), *part.once.values()):
        yield from pointers(value)


def _pointer(name: str) -> Pointer:
    return Known(name) if "." in name else Ref(name)


class Resolver:
    """Finds ids; what is not there yet is none. `found` tells the id of a part by its name."""

    def __init__(self, odoo: Odoo, found: Callable[[str], int | None]) -> None:
        self._odoo = odoo
        self._found = found
        self._ids: dict[Pointer, int] = {}

    def fetch(self, parts: list[Part]) -> None:
        """Look up all that these parts refer to, in three calls."""
        wanted = {each for part in parts for each in pointers_of(part) if not isinstance(each, Ref)}
        known = [each for each in wanted if isinstance(each, Known) and each not in self._ids]
        models = [each for each in wanted if isinstance(each, ModelOf) and each not in self._ids]
        fields = [each for each in wanted if isinstance(each, FieldOf) and each not in self._ids]
        if known:
            names = [each.xmlid.partition(".")[2] for each in known]
            for row in self._odoo.search("ir.model.data", [("name", "in", names)], ["module", "name", "res_id"]):
                self._ids[Known(f"{row.text('module')}.{row.text('name')}")] = int(row.number("res_id") or 0)
        if models:
            domain = [("model", "in", [each.model for each in models])]
            for row in self._odoo.search("ir.model", domain, ["model"]):
                self._ids[ModelOf(row.text("model") or "")] = row.id
        if fields:
            domain = [
                ("model", "in", sorted({each.model for each in fields})),
                ("name", "in", sorted({each.name for each in fields})),
            ]
            for row in self._odoo.search("ir.model.fields", domain, ["model", "name"]):
                self._ids[FieldOf(row.text("model") or "", row.text("name") or "")] = row.id

    def id_of(self, pointer: Pointer) -> int | None:
        """The id, or none where there is nothing like that."""
        if isinstance(pointer, Ref):
            return self._found(pointer.part)
        return self._ids.get(pointer)

    def missing(self, part: Part) -> list[Pointer]:
        """What a part refers to and is not there."""
        return [each for each in pointers_of(part) if self.id_of(each) is None]

    def value(self, value: Value) -> Any:
        """The value with ids; of a many2many a list. What is not there is `None` or left out."""
        if isinstance(value, Many):
            ids = [each if isinstance(each, int) else self.id_of(each) for each in value.of]
            return [each for each in ids if each is not None]
        if isinstance(value, Filled):
            return _PLACES.sub(lambda found: str(self.id_of(_pointer(found[1])) or 0), value.text)
        return self.id_of(value) if isinstance(value, Ref | Known | ModelOf | FieldOf) else value


def canonical(name: str, kind: str, value: Any) -> Any:
    """A value of a field of this type as it is compared: what Odoo tells and what is declared come out equal."""
    if kind in _PLAIN:
        return _PLAIN[kind](value)
    text = str(value).strip() if value not in (None, False) else ""
    if name in _XML:
        return _same_xml(text)
    return (" ".join(_TAGS.sub(" ", text).split()) if kind == "html" else text) or False


def _one(value: Any) -> Any:
    value = value[0] if isinstance(value, list | tuple) and value else value
    return int(value) if value else False


def _many(value: Any) -> list[int]:
    return sorted(int(each) for each in value or ())


_PLAIN: Mapping[str, Callable[[Any], Any]] = {
    "many2one": _one,
    "many2many": _many,
    "one2many": _many,
    "boolean": bool,
    "integer": lambda value: int(value or 0),
    "many2one_reference": lambda value: int(value or 0),
    "float": lambda value: float(value or 0.0),
    "monetary": lambda value: float(value or 0.0),
}


def _same_xml(text: str) -> str:
    """Canonical form (C14N 2.0) without white space around texts."""
    try:
        return ElementTree.canonicalize(text, strip_text=True)
    except ElementTree.ParseError:
        return text


def digest(value: Any) -> str:
    """A short hash of a canonical value: tells whether it is the one that set-up wrote, and not what it is."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def as_row(values: Mapping[str, Any], kinds: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Columns and texts in the form that Odoo's `load` takes: relations by database id."""
    columns, texts = [], []
    for name, value in values.items():
        kind = kinds.get(name, "char")
        columns.append(f"{name}/.id" if kind in {"many2one", "many2many"} else name)
        texts.append(_text(kind, value))
    return columns, texts


def _text(kind: str, value: Any) -> str:
    if kind == "boolean":
        return "1" if value else "0"
    if kind == "many2many":
        return ",".join(str(each) for each in value or ())
    return "" if value is None or value is False else str(value)


def external(part: Part) -> str:
    """The part's whole external id."""
    return f"{MODULE}.{part.name}"

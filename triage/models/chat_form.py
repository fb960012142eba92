"""How structure is asked for: the ways down the ladder, and strict JSON schemas from pydantic types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from triage.errors import UsageError

Turn = dict[str, str]
"""One message: `role` (`system`, `user`, `assistant`) and `content`."""


class Api(StrEnum):
    """Which interface of a server is spoken to."""

    RESPONSES = "responses"
    CHAT = "chat"
    PLAIN = "plain"
    """Any other LangChain chat model: text in, text out."""


class Rung(StrEnum):
    """How structure is asked for, the most reliable first."""

    JSON_SCHEMA = "json_schema"
    JSON_OBJECT = "json_object"
    TOOL = "tool"
    TEXT = "text"


@dataclass(frozen=True)
class Way:
    """One step of the ladder."""

    api: Api
    rung: Rung


@dataclass(frozen=True)
class Form:
    """What the answer must look like, and by which way it is asked for."""

    way: Way
    name: str
    schema: Mapping[str, Any]
    volatile: tuple[str, ...] = ()
    """Random strings in the messages (fence markers) that do not change what is asked; recordings ignore them."""


LADDER = tuple(Way(api, rung) for api in (Api.RESPONSES, Api.CHAT) for rung in Rung)
PLAIN = Way(Api.PLAIN, Rung.TEXT)

_DROPPED = frozenset(
    [
        *("title", "default", "examples", "discriminator", "deprecated", "readOnly", "writeOnly"),
        *("minLength", "maxLength", "pattern", "format", "minItems", "maxItems", "uniqueItems"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    ]
)
"""Keywords that not every server takes in strict mode; pydantic checks them when the answer is back."""


@lru_cache(maxsize=64)
def strict_schema(answer_type: type[BaseModel]) -> dict[str, Any]:
    """JSON schema of a type by OpenAI's rules for strict structured output.

    Every object closed (`additionalProperties: false`) and all its properties required, references resolved, keywords
    for values left out. Raises `UsageError` for types that have no such schema: open dictionaries, tuples of fixed
    length, types that contain themselves. It is made once for each type, and never changed.
    """
    whole = answer_type.model_json_schema()
    return _Strict(answer_type.__name__, whole.pop("$defs", {})).node(whole, ())


@dataclass(frozen=True)
class _Strict:
    name: str
    definitions: Mapping[str, Any]

    def node(self, node: Mapping[str, Any], inside: tuple[str, ...]) -> dict[str, Any]:
        if reference := node.get("$ref"):
            return self._resolved(str(reference), node, inside)
        if "prefixItems" in node:
            raise self._cannot("a tuple of fixed length", inside)
        strict: dict[str, Any] = {}
        for key, value in node.items():
            if key in _DROPPED or key in ("properties", "additionalProperties", "required"):
                continue
            if key in ("anyOf", "oneOf"):
                strict["anyOf"] = [self.node(option, inside) for option in value]
            elif key == "items":
                strict["items"] = self.node(value, inside)
            elif key == "const":
                strict["enum"] = [value]
            else:
                strict[key] = value
        return strict | self._object(node, inside) if node.get("type") == "object" else strict

    def _object(self, node: Mapping[str, Any], inside: tuple[str, ...]) -> dict[str, Any]:
        if "properties" not in node or node.get("additionalProperties") not in (None, False):
            raise self._cannot("an open dictionary", inside)
        properties = {name: self.node(value, inside) for name, value in node["properties"].items()}
        return {"properties": properties, "required": list(properties), "additionalProperties": False}

    def _resolved(self, reference: str, node: Mapping[str, Any], inside: tuple[str, ...]) -> dict[str, Any]:
        target = reference.removeprefix("#/$defs/")
        if target in inside:
            raise self._cannot(f"{target} within itself", inside)
        resolved = self.node(self.definitions[target], (*inside, target))
        if description := node.get("description"):
            resolved["description"] = description
        return resolved

    def _cannot(self, what: str, inside: tuple[str, ...]) -> UsageError:
        where = ".".join((self.name, *inside))
        return UsageError(f"{where}: {what} has no strict JSON schema; describe it with lists of closed objects.")

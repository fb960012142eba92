"""Strict JSON schemas from pydantic types, by OpenAI's rules."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from triage.errors import UsageError
from triage.models.chat_form import strict_schema
from triage.tasks.classify.prompted import ClassifyAnswer
from triage.tasks.extract.prompted import ExtractAnswer
from triage.tasks.summarise.prompted import SummariseAnswer


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Part(BaseModel):
    """A part."""

    colour: Colour = Colour.RED
    size: int | None = Field(default=None, ge=1, le=9)


class Whole(BaseModel):
    name: str = Field(min_length=1, pattern="^x", description="its name")
    kind: Literal["a"] = "a"
    parts: list[Part] = Field(default=[], max_length=3)
    best: Part | None = None


def test_closed_complete_and_without_references() -> None:
    part = {
        "type": "object",
        "description": "A part.",
        "properties": {
            "colour": {"type": "string", "enum": ["red", "blue"]},
            "size": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        },
        "required": ["colour", "size"],
        "additionalProperties": False,
    }
    assert strict_schema(Whole) == {
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "its name"},
            "kind": {"type": "string", "enum": ["a"]},
            "parts": {"type": "array", "items": part},
            "best": {"anyOf": [part, {"type": "null"}]},
        },
        "required": ["name", "kind", "parts", "best"],
        "additionalProperties": False,
    }


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from nodes(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from nodes(value)


@pytest.mark.parametrize("answer_type", [ClassifyAnswer, SummariseAnswer, ExtractAnswer])
def test_types_of_the_tasks_follow_the_rules(answer_type: type[BaseModel]) -> None:
    for node in nodes(strict_schema(answer_type)):
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
            assert node["required"] == list(node["properties"])
        if "properties" not in node.get("properties", {}):
            assert not {"$ref", "default", "oneOf", "minItems", "pattern"} & node.keys()


class Open(BaseModel):
    values: dict[str, int]


class Pair(BaseModel):
    pair: tuple[int, str]


class Node(BaseModel):
    children: list[Node]


@pytest.mark.parametrize(("kind", "told"), [(Open, "open dictionary"), (Pair, "fixed length"), (Node, "within itself")])
def test_types_without_such_a_schema_are_refused(kind: type[BaseModel], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        strict_schema(kind)

"""What is wrong in a YAML file, each with the line where it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from triage.errors import ConfigurationError

MOST = 100
"""Flaws that are told of one file."""

Flaw = tuple[int, str]
"""Line, and what is wrong there."""


@dataclass(frozen=True)
class Tree:
    """A file with its lines."""

    node: yaml.MappingNode | None
    """None where the file is empty."""
    data: dict[str, Any]


def read_tree(path: Path) -> Tree | Flaw:
    """What a file holds, or its one flaw where it is no YAML with entries.

    Raises `ConfigurationError` where it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8 text. Save it as UTF-8.") from error
    try:
        tree, data = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or "cannot be read"
        return (mark.line + 1 if mark else 1, f"is not YAML: {said}.")
    if tree is None:
        return Tree(None, {})
    if not isinstance(tree, yaml.MappingNode) or not isinstance(data, dict):
        return (1, "holds no entries (`name: value`).")
    return Tree(tree, data)


def flaws_of(path: Path, model: type[BaseModel]) -> list[str]:
    """Each flaw of a file that holds this model as `LINE: what is wrong`; none where it is good. Raises as `read_tree`
    does.
    """
    tree = read_tree(path)
    if isinstance(tree, tuple):
        return told([tree])
    if tree.node is None:
        return []
    return told([*twice(tree.node), *invalid([tree.node], "", tree.data, model)])


def told(found: Sequence[Flaw]) -> list[str]:
    """In order of lines, each once."""
    return [f"{line}: {said}" for line, said in sorted(dict.fromkeys(found))][:MOST]


def twice(tree: yaml.Node, path: str = "") -> Iterator[Flaw]:
    """Entries that stand there twice: YAML would take the last and say nothing."""
    if isinstance(tree, yaml.SequenceNode):
        for each in tree.value:
            yield from twice(each, path)
    if not isinstance(tree, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in tree.value:
        name = str(key.value)
        if name in seen:
            yield line_of(key), f"{path}{name}: stands there twice."
        seen.add(name)
        yield from twice(value, f"{path}{name}.")


def invalid(trees: Sequence[yaml.Node], about: str, data: Mapping[str, Any], model: type[BaseModel]) -> Iterator[Flaw]:
    """What the model does not take, with the line in the first of these trees that leads furthest. No value is told."""
    try:
        model.model_validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            where = ".".join(str(part) for part in each["loc"]) or "the whole file"
            yield _place(trees, each["loc"]), f"{about}{where}: {each['msg'].removeprefix('Value error, ')}."


def child(node: yaml.Node | None, step: str, *, is_key: bool = False) -> yaml.Node | None:
    """What stands under a name or place, or the name itself."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if str(key.value) == step:
                found: yaml.Node = key if is_key else value
                return found
    if isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
        item: yaml.Node = node.value[int(step)]
        return item
    return None


def line_of(node: yaml.Node) -> int:
    """Where it begins, counted from 1."""
    return int(node.start_mark.line) + 1


def _place(trees: Sequence[yaml.Node], steps: Sequence[int | str]) -> int:
    """Line of what the steps lead to, or of the last thing on the way that is there."""
    best: tuple[int, int] = (0, 1)
    for tree in trees:
        node, depth, line = tree, 0, line_of(tree)
        for step in steps:
            found = child(node, str(step), is_key=True)
            below = child(node, str(step))
            if below is None:
                break
            node, depth, line = below, depth + 1, line_of(found or below)
        if depth > best[0]:
            best = (depth, line)
    return best[1]


__all__ = ["Flaw", "Tree", "child", "flaws_of", "invalid", "line_of", "read_tree", "told", "twice"]

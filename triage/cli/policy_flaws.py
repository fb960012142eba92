"""Everything that is wrong in a policy file, with the line where it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from triage.domain.policies import COMPANIES, FOR_ALL, merged
from triage.domain.policy import Policy
from triage.errors import ConfigurationError

_MOST = 100


def flaws(path: Path) -> list[str]:
    """Each flaw as `LINE: what is wrong`, in order of lines; none where the file is good.

    Raises `ConfigurationError` where the file cannot be read.
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
        return [f"{mark.line + 1 if mark else 1}: is not YAML: {said}."]
    if tree is None:
        return []
    if not isinstance(tree, yaml.MappingNode) or not isinstance(data, dict):
        return ["1: holds no entries (`name: value`)."]
    found = [*_twice(tree), *_wrong(tree, data)]
    return [f"{line}: {said}" for line, said in sorted(dict.fromkeys(found))][:_MOST]


def _twice(tree: yaml.Node, path: str = "") -> Iterator[tuple[int, str]]:
    """Entries that stand there twice: YAML would take the last and say nothing."""
    if isinstance(tree, yaml.SequenceNode):
        for each in tree.value:
            yield from _twice(each, path)
    if not isinstance(tree, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in tree.value:
        name = str(key.value)
        if name in seen:
            yield _line(key), f"{path}{name}: stands there twice."
        seen.add(name)
        yield from _twice(value, f"{path}{name}.")


def _wrong(tree: yaml.MappingNode, data: dict[str, Any]) -> Iterator[tuple[int, str]]:
    own = data.pop(COMPANIES, None) or {}
    yield from _invalid([tree], "", data)
    node = _child(tree, COMPANIES)
    if not isinstance(own, dict) or not all(isinstance(entries, dict) for entries in own.values()):
        yield _line(node or tree), f"{COMPANIES}: must hold, under each company's name, what differs there."
        return
    for name, entries in own.items():
        below = _child(node, str(name)) if node else None
        about = f"{COMPANIES}.{name}."
        for fixed in sorted(FOR_ALL & set(entries)):
            yield (
                _line(_child(below, fixed) or tree),
                f"{about}{fixed}: is the same for all. Write it outside of {COMPANIES}.",
            )
        rest = {key: value for key, value in entries.items() if key not in FOR_ALL}
        # what is wrong for all is said there
        said = {text for _, text in _invalid([tree], about, data)}
        for line, text in _invalid([below or tree, tree], about, merged(data, rest)):
            if text not in said:
                yield line, text


def _invalid(trees: Sequence[yaml.Node], about: str, data: Mapping[str, Any]) -> Iterator[tuple[int, str]]:
    try:
        Policy.model_validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            where = ".".join(str(part) for part in each["loc"]) or "the whole file"
            yield _place(trees, each["loc"]), f"{about}{where}: {each['msg'].removeprefix('Value error, ')}."


def _place(trees: Sequence[yaml.Node], steps: Sequence[int | str]) -> int:
    """Line of what the steps lead to, or of the last thing on the way that is there."""
    best: tuple[int, int] = (0, 1)
    for tree in trees:
        node, depth, line = tree, 0, _line(tree)
        for step in steps:
            found = _child(node, str(step), is_key=True)
            below = _child(node, str(step))
            if found is None or below is None:
                break
            node, depth, line = below, depth + 1, _line(found)
        if depth > best[0]:
            best = (depth, line)
    return best[1]


def _child(node: yaml.Node | None, step: str, *, is_key: bool = False) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if str(key.value) == step:
                found: yaml.Node = key if is_key else value
                return found
    if isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
        item: yaml.Node = node.value[int(step)]
        return item
    return None


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


__all__ = ["flaws"]

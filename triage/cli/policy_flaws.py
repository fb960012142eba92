"""Everything that is wrong in a policy file, with the line where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from triage.cli.yaml_flaws import Flaw, child, invalid, line_of, read_tree, told, twice
from triage.domain.policies import COMPANIES, FOR_ALL, merged
from triage.domain.policy import Policy


def flaws(path: Path) -> list[str]:
    """Each flaw as `LINE: what is wrong`, in order of lines; none where the file is good.

    Raises `ConfigurationError` where the file cannot be read.
    """
    tree = read_tree(path)
    if isinstance(tree, tuple):
        return told([tree])
    return [] if tree.node is None else told([*twice(tree.node), *_wrong(tree.node, tree.data)])


def _wrong(tree: yaml.MappingNode, data: dict[str, Any]) -> Iterator[Flaw]:
    own = data.pop(COMPANIES, None) or {}
    yield from invalid([tree], "", data, Policy)
    node = child(tree, COMPANIES)
    if not isinstance(own, dict) or not all(isinstance(entries, dict) for entries in own.values()):
        yield line_of(node or tree), f"{COMPANIES}: must hold, under each company's name, what differs there."
        return
    for name, entries in own.items():
        below = child(node, str(name)) if node else None
        about = f"{COMPANIES}.{name}."
        for fixed in sorted(FOR_ALL & set(entries)):
            yield (
                line_of(child(below, fixed) or tree),
                f"{about}{fixed}: is the same for all. Write it outside of {COMPANIES}.",
            )
        rest = {key: value for key, value in entries.items() if key not in FOR_ALL}
        # what is wrong for all is said there
        said = {text for _, text in invalid([tree], about, data, Policy)}
        for line, text in invalid([below or tree, tree], about, merged(data, rest), Policy):
            if text not in said:
                yield line, text


__all__ = ["flaws"]

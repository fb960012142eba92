"""Each threat on the page names tests that exist, are collected, and are not skipped or left for another day."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def _rows() -> list[str]:
    section = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").split("## Threats", 1)[1].split("\n## ", 1)[0]
    return [line for line in section.splitlines() if line.startswith("|")][2:]


def _functions(path: Path) -> dict[str, list[str]]:
    """Test functions with their marks."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.name: [ast.unparse(mark) for mark in node.decorator_list]
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_threat_has_a_test_and_every_test_exists() -> None:
    rows = _rows()
    assert len(rows) >= 25
    for row in rows:
        threat, holds, tests = (cell.strip() for cell in row.strip("|").split("|"))
        assert threat and holds
        named = _NAMED.findall(tests)
        assert named, threat
        assert len(named) == tests.count("::"), threat
        for file, function in named:
            marks = _functions(ROOT / file).get(function)
            assert marks is not None, f"{file} has no {function}"
            assert not any("skip" in mark or "xfail" in mark for mark in marks), f"{function} is not run"
            assert "pytestmark" not in (ROOT / file).read_text(encoding="utf-8"), f"{file} is marked as a whole"
            assert not any("slow" in mark for mark in marks), f"{function} is run with the slow ones only"

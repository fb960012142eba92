"""Imports go downwards only, and what must start quickly imports nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

ROOMS = [
    "service", "evals", "triage.cli", "triage.reports", "triage.jobs", "triage.pipeline", "triage.odoo",
    "triage.intake", "triage.tasks", "triage.verify", "triage.models", "triage.privacy", "triage.documents",
    "triage.facts", "triage.cards", "triage.audit", "triage.storage", "triage.domain",
]  # fmt: skip
BELOW_ALL = {"triage", "triage.errors", "triage.settings", "triage.locking", "prompts", "triage.sample_day"}


def room_of(module: str) -> str | None:
    return next((room for room in ROOMS if module == room or module.startswith(room + ".")), None)


def modules() -> Iterator[tuple[str, Path]]:
    for top in ("triage", "service", "evals"):
        for path in (ROOT / top).rglob("*.py"):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def test_imports_go_downwards_only() -> None:
    upwards = []
    for module, path in modules():
        here = room_of(module)
        for target in imports(path):
            there = room_of(target)
            if here and there and here != there and ROOMS.index(there) < ROOMS.index(here):
                upwards.append(f"{module} imports {target}")
    assert upwards == []


def test_every_module_stands_in_a_room() -> None:
    homeless = [
        module
        for module, _ in modules()
        if room_of(module) is None and not any(module == b or module.startswith(b + ".") for b in BELOW_ALL)
    ]
    assert homeless == []


def test_facts_import_the_domain_only() -> None:
    allowed = ("triage.domain", "triage.facts", "triage.errors")
    foreign = [
        f"{path.name}: {target}"
        for path in (ROOT / "triage" / "facts").glob("*.py")
        for target in imports(path)
        if target.startswith("triage") and not target.startswith(allowed)
    ]
    assert foreign == []


def test_modules_stay_readable() -> None:
    long = {module: n for module, path in modules() if (n := len(path.read_text(encoding="utf-8").splitlines())) > 650}
    assert long == {}


def test_help_imports_nothing_heavy() -> None:
    heavy = [
        "pydantic",
        "langchain_core",
        "openai",
        "numpy",
        "onnxruntime",
        "fastapi",
        "pypdfium2",
        "sqlite_utils",
        "dateparser",
    ]
    program = f"import sys, triage.cli.app; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""The docs cannot rot: taxonomy page, commands and dependencies are held against the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from triage.cli.app import app
from triage.domain import MEANING, SUBTYPES, Category, Fact, Policy

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def every_command(command=None, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    command = command or get_command(app)
    if not hasattr(command, "commands"):
        return [path]
    return [found for name, child in command.commands.items() for found in every_command(child, (*path, name))]


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_every_command_is_documented(path: tuple[str, ...]) -> None:
    pages = (ROOT / "README.md").read_text() + "".join(page.read_text() for page in DOCS.glob("*.md"))
    assert f"triage {' '.join(path)}" in pages


def test_the_taxonomy_page_says_what_the_code_says() -> None:
    page = (DOCS / "taxonomy.md").read_text()
    for category in Category:
        assert f"`{category.value}`" in page
        assert MEANING[category] in page
        for code, meaning in SUBTYPES[category].items():
            assert f"`{code}`" in page
            assert meaning in page


def test_every_dependency_has_a_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    page = (DOCS / "dependencies.md").read_text()
    names = [re.split(r"[<>=\[; ]", requirement)[0] for requirement in wanted]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_every_policy_entry_is_documented() -> None:
    page = (DOCS / "configuration.md").read_text()
    thresholds = type(Policy().thresholds).model_fields
    limits = type(Policy().limits).model_fields
    assert [name for name in [*Policy.model_fields, *thresholds, *limits] if f"`{name}`" not in page] == []


def test_local_links_lead_somewhere() -> None:
    broken = []
    for page in [ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
            if not target.startswith("http") and not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


def test_facts_are_listed_in_the_reference() -> None:
    page = (DOCS / "facts.md").read_text()
    source = "".join(path.read_text() for path in (ROOT / "triage" / "facts").glob("*.py"))
    names = set(
        re.findall(
            r'"((?:stock|approval|lead|quality|credit|price|promise|shipment|confirmation|invoice|delivery|data|owner)'
            r'\.[a-z_]+)"',
            source,
        )
    )
    assert names, Fact
    assert [name for name in sorted(names) if f"`{name}`" not in page] == []

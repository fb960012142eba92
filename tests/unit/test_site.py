"""The site of the docs: its reference is made from the code, and nothing there is without a word."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site() -> ModuleType:
    spec = importlib.util.spec_from_file_location("site_pages", ROOT / ".ci" / "site.py")
    assert spec is not None and spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_nothing_is_undocumented(site: ModuleType) -> None:
    assert site.undocumented() == []


def test_the_reference_holds_what_the_code_has(site: ModuleType) -> None:
    pages = site.pages()
    assert "## triage odoo grant" in pages["commands.md"]
    assert "| `--accounting" in pages["commands.md"]
    assert "| `second_person`" in pages["settings.md"]
    assert "## Decision" in pages["records.md"]
    assert "## POST /events/{source}" in pages["api.md"]


def test_what_has_no_words_is_noticed(site: ModuleType) -> None:
    plain = {"properties": {"depth": {"type": "integer"}, "at": {"type": "string"}}}
    assert list(site._without_words(plain)) == ["depth"]


def test_every_page_stands_in_the_sites_contents() -> None:
    settings = yaml.safe_load((ROOT / ".ci" / "mkdocs.yml").read_text(encoding="utf-8"))
    named = str(settings["nav"])
    pages = [page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "decisions"]
    assert [page.name for page in pages if f"{page.relative_to(ROOT / 'docs')}'" not in named] == []


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    command = ["mkdocs", "build", "--strict", "--config-file", ".ci/mkdocs.yml", "--site-dir", tmp_path / "site"]
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "triage odoo grant" in (tmp_path / "site" / "reference" / "commands.html").read_text(encoding="utf-8")
    for page in (tmp_path / "site").rglob("*.html"):  # nothing is loaded from elsewhere
        text = page.read_text(encoding="utf-8")
        assert 'src="http' not in text and "src='http" not in text, page.name

"""Every `triage` command that stands in the docs, parsed by the command line itself: names, options and their values.

The tutorial's commands and the runbooks' are also run, by tests of their own.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.exceptions import TyperException
from typer.main import get_command

from triage.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCED = re.compile(r"^[ \t]*```(\w*)\n(.*?)^[ \t]*```", re.S | re.M)
_TYPED = re.compile(r"^\s*(?:\$ |sudo (?:-\w+ \S+ )*)?(?:[A-Z_]+=\S+ )*(triage\s.*)$")
_INLINE = re.compile(r"`(triage [^`]+)`")
_ENDS = {"|", ">", ">>", "<", "&&", "||", ";", "&", "2>", "2>&1"}
_NOT_COMMANDS = ("yaml", "json", "python", "ini", "xml", "sql", "promql")
ELLIPSES = ("...", "…")


def typed_on(page: Path) -> Iterator[str]:
    """The commands of the blocks of a page, fenced or indented: what is there to be typed."""
    text = page.read_text(encoding="utf-8")
    blocks = [block for language, block in _FENCED.findall(text) if language not in _NOT_COMMANDS]
    indented = [line for line in _FENCED.sub("", text).replace("\\\n", " ").splitlines() if line.startswith("    ")]
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return (found[1] for line in [*lines, *indented] if (found := _TYPED.match(line)))


def _commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        where = str(page.relative_to(ROOT))
        for found in typed_on(page):
            yield where, found
        for found in _INLINE.findall(_FENCED.sub("", page.read_text(encoding="utf-8"))):
            yield where, found


def words_of(text: str) -> list[str]:
    """The words of one command, up to a pipe or a remark."""
    words = shlex.split(text, comments=True)
    end = next((place for place, word in enumerate(words) if word in _ENDS), len(words))
    return words[1:end]


@cache
def _root() -> Any:
    return get_command(app)


def _parse(words: list[str]) -> str | None:
    """What the command line has against these words; none where it takes them."""
    command: Any = _root()
    path = "triage"
    while hasattr(command, "commands"):
        if not words or words[0] in ("--help", "-h", "--version"):
            return None
        child = command.commands.get(words[0])
        if child is None and words[0].startswith("-"):
            break  # a group that does something by itself
        if child is None:
            return f"{path} has no {words[0]}"
        path, command, words = f"{path} {words[0]}", child, words[1:]
    if any(word in ("--help", "-h") for word in words):
        return None
    try:
        command.make_context(path, list(words))
    except TyperException as error:
        return str(error)
    return None


def _is_mentioned_only(where: str, text: str) -> bool:
    """In a sentence a command may stand without its arguments, or shortened."""
    return any(each in text for each in ELLIPSES) or "[" in text or "|" in text


@pytest.mark.parametrize("page", sorted({where for where, _ in _commands()}))
def test_commands_on_a_page_are_taken_by_the_command_line(page: str) -> None:
    wrong = []
    for where, text in _commands():
        if where != page or _is_mentioned_only(where, text):
            continue
        said = _parse(words_of(text))
        if said is not None and not said.startswith("Missing") and "requires an argument" not in said:
            wrong.append(f"{text}: {said}")
    assert wrong == []


def test_commands_in_blocks_are_whole() -> None:
    """What stands in a block is there to be typed: nothing that it needs is missing."""
    missing = []
    for page in PAGES:
        for line in typed_on(page):
            if not any(each in line for each in ELLIPSES):
                said = _parse(words_of(line))
                if said is not None:
                    missing.append(f"{page.name}: {line}: {said}")
    assert missing == []


def test_indented_blocks_are_looked_at() -> None:
    assert sum(line.startswith("triage people") for line in typed_on(ROOT / "docs" / "people.md")) >= 7


_MODULE = re.compile(r"python3? -m ((?:triage|service|evals|tests)[\w.]*)([^`|\n#]*)")
_TARGET = re.compile(r"`make ([a-z][a-z-]*)|^make ([a-z][a-z-]*) {2,}#", re.M)


def _modules() -> Iterator[tuple[str, str, list[str]]]:
    """Page, module and the options that the page gives it."""
    for page in PAGES:
        for name, rest in _MODULE.findall(page.read_text(encoding="utf-8")):
            yield str(page.relative_to(ROOT)), name, re.findall(r"(?:^|\s)(--[a-z][\w-]*)", rest)


def test_programs_that_pages_name_are_there_and_have_the_options() -> None:
    wrong, count = [], 0
    for page, name, options in _modules():
        count += 1
        found = importlib.util.find_spec(name)
        if found is None:
            wrong.append(f"{page}: no module {name}")
            continue
        place = Path(str(found.origin))
        texts = [each.read_text(encoding="utf-8") for each in (place, *place.parent.glob("*.py"))]
        for option in options:
            plain = option.removeprefix("--").replace("-", "_")
            if not any(option in text or re.search(rf"^ +{plain}: ", text, re.M) for text in texts):
                wrong.append(f"{page}: {name} knows no {option}")
    assert wrong == []
    assert count > 20


def test_targets_that_pages_name_are_there() -> None:
    made = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    found = [each for page in PAGES for each in _TARGET.findall(page.read_text(encoding="utf-8"))]
    named = {target for pair in found for target in pair if target}
    assert {"demo", "test", "test-all", "security"} <= named
    assert named - made == set()


def test_a_wrong_command_is_noticed() -> None:
    assert _parse(["cards", "--no-such-option"]) is not None
    assert _parse(["no-such-command"]) is not None
    assert _parse(["decide"]) is not None
    assert _parse(["worker", "--concurrency", "many"]) is not None

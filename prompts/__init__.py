"""One Markdown file per prompt and version: `prompts/<task>/<version>.md`.

A file has strict YAML front matter and a template of two sections, `# System` and `# User`. A version that was released
is never edited: a change is a new version, so that a record's `classify/1` always means the same words.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

from triage.errors import ConfigurationError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from jinja2 import Template

_SECTION = re.compile(r"^# (System|User)[ \t]*$", re.MULTILINE)
_VERSION = re.compile(r"^([1-9]\d*)\.md$")


@dataclass(frozen=True)
class Prompt:
    """A released version of a task's prompt."""

    task: str
    version: int
    inputs: frozenset[str]
    output: str
    """Name of the type that is asked for."""
    notes: str
    hash: str
    """SHA-256 (hex) of the file."""
    _sections: tuple[tuple[str, Template], ...] = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """How records name it: `classify/1`."""
        return f"{self.task}/{self.version}"

    def render(self, **inputs: Any) -> list[dict[str, str]]:
        """Messages of `role` and `content`. Raises `ConfigurationError` for missing or surplus inputs."""
        from jinja2 import TemplateError

        missing, surplus = sorted(self.inputs - inputs.keys()), sorted(inputs.keys() - self.inputs)
        if missing or surplus:
            told = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"does not know {', '.join(surplus)}"] * bool(
                surplus
            )
            raise ConfigurationError(f"prompts/{self.id}.md: {' and '.join(told)}. Its inputs: {_listed(self.inputs)}.")
        try:
            return [{"role": role, "content": template.render(inputs).strip()} for role, template in self._sections]
        except TemplateError as error:
            raise ConfigurationError(f"prompts/{self.id}.md: cannot be filled in: {error}") from error


def load(task: str, version: int | Literal["latest"] = "latest") -> Prompt:
    """The prompt of a task in one version. Raises `ConfigurationError` that names the file and what is wrong."""
    found = versions(task)
    if not found:
        raise ConfigurationError(f"prompts/{task}: there is no such prompt. There are: {', '.join(tasks())}.")
    number = found[-1] if version == "latest" else version
    if number not in found:
        raise ConfigurationError(
            f"prompts/{task}/{number}.md: is missing. There are versions {_listed(map(str, found))}."
        )
    return _loaded(task, number)


def tasks() -> list[str]:
    """Tasks that have prompts."""
    return sorted(folder.name for folder in _root().iterdir() if folder.is_dir() and _numbers(folder))


def versions(task: str) -> list[int]:
    """Versions of a task's prompt, the oldest first; empty for an unknown task."""
    folder = _root().joinpath(task)
    return sorted(_numbers(folder)) if re.fullmatch(r"[a-z_]+", task) and folder.is_dir() else []


def parse(name: str, text: str) -> Prompt:
    """A prompt from the text of its file; `name` (`classify/1`) is what the front matter must say too."""
    where = f"prompts/{name}.md"
    values, body = _split(where, text)
    matter = _front_matter(where, values)
    if matter["id"] != name or f"{matter['task']}/{matter['version']}" != name:
        raise ConfigurationError(f"{where}: id, task and version must say {name}.")
    return Prompt(
        task=matter["task"],
        version=matter["version"],
        inputs=frozenset(matter["inputs"]),
        output=matter["output"],
        notes=matter["notes"],
        hash=hashlib.sha256(text.encode()).hexdigest(),
        _sections=_sections(where, body, frozenset(matter["inputs"])),
    )


@cache
def _loaded(task: str, version: int) -> Prompt:
    content = _root().joinpath(task, f"{version}.md").read_bytes()
    return parse(f"{task}/{version}", content.decode("utf-8").replace("\r\n", "\n"))


def _root() -> Traversable:
    return resources.files(__name__)


def _numbers(folder: Traversable) -> list[int]:
    return [int(match[1]) for file in folder.iterdir() if (match := _VERSION.match(file.name))]


def _split(where: str, text: str) -> tuple[dict[str, Any], str]:
    import frontmatter
    from yaml import YAMLError

    try:
        values, body = frontmatter.parse(text)
    except YAMLError as error:
        raise ConfigurationError(f"{where}: the front matter is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict) or not values:
        raise ConfigurationError(f"{where}: begins with no front matter. Put it between two lines of ---.")
    return values, body


def _front_matter(where: str, values: dict[str, Any]) -> dict[str, Any]:
    from pydantic import ValidationError

    from prompts.front_matter import FrontMatter

    try:
        return FrontMatter.model_validate(values).model_dump()
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        told = "; ".join(f"{'.'.join(map(str, p['loc'])) or 'front matter'}: {p['msg']}" for p in problems)
        raise ConfigurationError(f"{where}: {told}.") from error


def _sections(where: str, body: str, inputs: frozenset[str]) -> tuple[tuple[str, Template], ...]:
    from jinja2 import StrictUndefined, TemplateSyntaxError, meta
    from jinja2.sandbox import SandboxedEnvironment

    names = [match[1] for match in _SECTION.finditer(body)]
    before, *parts = _SECTION.split(body)
    if names != ["System", "User"] or before.strip():
        raise ConfigurationError(f"{where}: needs the sections # System and # User, in this order, and nothing before.")
    environment = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    try:
        used = meta.find_undeclared_variables(environment.parse(body))
        templates = [environment.from_string(text) for text in parts[1::2]]
    except TemplateSyntaxError as error:
        raise ConfigurationError(f"{where}: template, line {error.lineno}: {error.message}") from error
    if used != inputs:
        raise ConfigurationError(f"{where}: declares {_listed(inputs)}, but its template uses {_listed(used)}.")
    return tuple(zip(("system", "user"), templates, strict=True))


def _listed(names: Any) -> str:
    return ", ".join(sorted(names)) or "nothing"


__all__ = ["Prompt", "load", "parse", "tasks", "versions"]

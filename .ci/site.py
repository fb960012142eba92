"""The reference pages of the site, made from the code while MkDocs builds: commands, policy, settings, records, API.

A hook of MkDocs. `pages()` gives them by name; `undocumented()` lists what has no word of explanation in the code.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from typer.main import get_command

from service.configuration import ServiceConfiguration
from triage.cli.app import app
from triage.domain import TYPES, Policy, schema
from triage.jobs.configuration import JobsConfiguration
from triage.odoo.connection import Connection

ROOT = Path(__file__).parents[1]
FOLDER = "reference"
SETTINGS = {
    "policy.yaml": Policy,
    "odoo.yaml": Connection,
    "service.yaml": ServiceConfiguration,
    "jobs.yaml": JobsConfiguration,
}


def pages() -> dict[str, str]:
    """Markdown by name of the file."""
    return {
        "commands.md": "# Commands\n\n" + "\n".join(_commands()),
        "settings.md": "# Settings\n\n" + "\n".join(_settings()),
        "records.md": "# Records\n\n" + "\n".join(_records()),
        "api.md": "# API\n\n" + "\n".join(_api()),
    }


def undocumented() -> list[str]:
    """Options, settings, fields and operations without a word."""
    found = []
    for path, command in _leaves():
        found += [f"command {path}"] if not command.help else []
        found += [f"{path} {_named(each)}" for each in command.params if not getattr(each, "help", None)]
    for file, model in SETTINGS.items():
        found += [f"{file}: {name}" for name in _without_words(model.model_json_schema())]
    for name, told in _schemas().items():
        found += [f"record {name}: {field}" for field in _without_words({**told, "$defs": {}}, _types())]
    for name, told in _nested().items():
        found += [f"part of records {name}: {field}" for field in _without_words(told, _types())]
    for method, path, told in _operations():
        found += [] if told.get("summary") else [f"{method.upper()} {path}"]
        found += [
            f"{method.upper()} {path}: {each['name']}"
            for each in told.get("parameters", ())
            if not each.get("description")
        ]
    return found


COMMON = {
    "at": "When.",
    "by": "Who, by name.",
    "card": "The card that it is about, by id.",
    "kind": "Which of these it is.",
    "task": "Which task answered.",
    "warnings": "What a reader should know of it, in words.",
    "why": "The reason, in words.",
    "received_at": "When it came in.",
    "created_at": "When it came into being.",
    "updated_at": "When it was last changed.",
    "captured_at": 'When it was read: "now" for everything that is computed.',
}
"""What entries of these names mean wherever they stand."""


# MkDocs' hooks


def on_files(files: Any, config: Any) -> Any:
    """Add the reference to what is built."""
    from mkdocs.structure.files import File

    for name, text in pages().items():
        files.append(File.generated(config, f"{FOLDER}/{name}", content=text))
    return files


# Commands


def _leaves(command: Any = None, path: str = "triage") -> Iterator[tuple[str, Any]]:
    command = command or get_command(app)
    children = getattr(command, "commands", None)
    if not children:
        yield path, command
        return
    for name, child in sorted(children.items()):
        if not child.hidden:
            yield from _leaves(child, f"{path} {name}")


def _commands() -> Iterator[str]:
    for path, command in _leaves():
        yield f"## {path}\n\n{_plain(command.help)}\n"
        rows = [each for each in command.params if _named(each) != "--help" and not getattr(each, "hidden", False)]
        if rows:
            yield "| option or argument | meaning | default |\n|---|---|---|"
            for each in rows:
                default = "" if each.default in (None, False, ()) or callable(each.default) else f"`{each.default}`"
                yield f"| `{_named(each)}` | {_cell(getattr(each, 'help', ''))} | {default} |"
            yield ""


def _named(parameter: Any) -> str:
    return ", ".join(parameter.opts) if parameter.param_type_name == "option" else parameter.name.upper()


# Settings and records


def _settings() -> Iterator[str]:
    yield "Files in the folder of an installation; [Configuration](../configuration.md) explains them and names the "
    yield "variables.\n"
    for file, model in SETTINGS.items():
        yield f"## {file}\n"
        yield from _model(model.model_json_schema(), 3)


def _records() -> Iterator[str]:
    yield "What is recorded; `triage schema NAME` prints it as JSON schema. [The journal](../journal.md) explains.\n"
    for name, told in _schemas().items():
        yield f"## {name}\n"
        yield from _model({**told, "$defs": {}}, 3, _types())
    yield "## Parts of records\n\nWhat stands inside others.\n"
    for name, told in _nested().items():
        yield f"### {name}\n"
        yield from _model(told, 4, _types())


@cache
def _schemas() -> dict[str, dict[str, Any]]:
    return {name: schema(name) for name in sorted([*TYPES, "Outcome"])}


@cache
def _nested() -> dict[str, dict[str, Any]]:
    """Types that stand inside records and are none themselves."""
    found = {name: told for record in _schemas().values() for name, told in record.get("$defs", {}).items()}
    return {name: found[name] for name in sorted(found) if name not in _schemas()}


def _types() -> dict[str, dict[str, Any]]:
    return {**_schemas(), **_nested()}


def _model(
    told_of: Mapping[str, Any], depth: int, types: Mapping[str, Mapping[str, Any]] | None = None
) -> Iterator[str]:
    types = told_of.get("$defs", {}) if types is None else types
    yield f"{_plain(told_of.get('description'))}\n"
    if told_of.get("properties"):
        yield "| entry | type | default | meaning |\n|---|---|---|---|"
        for name, told in told_of["properties"].items():
            default = (
                f"`{json.dumps(told['default'])}`"
                if "default" in told and told["default"] not in (None, [], {})
                else ""
            )
            meaning = told.get("description") or COMMON.get(name) or _of_type(told, types)
            yield f"| `{name}` | {_type(told)} | {_cell(default)} | {_cell(meaning)} |"
        yield ""
    if told_of.get("enum"):
        yield "One of " + ", ".join(f"`{each}`" for each in told_of["enum"]) + ".\n"
    for name, below in told_of.get("$defs", {}).items():
        yield f"{'#' * depth} {name}\n"
        yield from _model({**below, "$defs": {}}, depth, types)


def _of_type(told: Mapping[str, Any], types: Mapping[str, Mapping[str, Any]]) -> str:
    """The first sentence about the types that an entry refers to."""
    said = [_plain(types[name].get("description")) for name in _referred(told) if name in types]
    return " ".join(re.split(r"(?<=\.)\s", each)[0] for each in said if each)


def _referred(told: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(re.findall(r"#/\$defs/(\w+)", json.dumps(told))))


def _type(told: Mapping[str, Any]) -> str:
    if "$ref" in told:
        return f"{str(told['$ref']).rpartition('/')[2]}"
    for several in ("anyOf", "oneOf", "allOf"):
        if several in told:
            return " or ".join(dict.fromkeys(_type(each) for each in told[several]))
    if told.get("type") == "array":
        return f"list of {_type(told.get('items', {}))}"
    if "enum" in told:
        return ", ".join(f"`{each}`" for each in told["enum"])
    if "const" in told:
        return f"`{told['const']}`"
    return str(told.get("type", "anything")).replace("null", "none")


def _without_words(told_of: Mapping[str, Any], types: Mapping[str, Mapping[str, Any]] | None = None) -> Iterator[str]:
    """Entries whose name alone stands there; a type that is explained explains its entry."""
    types = told_of.get("$defs", {}) if types is None else types
    for name, told in {"": told_of, **told_of.get("$defs", {})}.items():
        for entry, field in told.get("properties", {}).items():
            if entry not in COMMON and not field.get("description") and not _of_type(field, types):
                yield f"{name}.{entry}".strip(".")


# API


@cache
def _document() -> dict[str, Any]:
    from service.app import create_app

    with tempfile.TemporaryDirectory(prefix="triage-site-") as home:
        before = os.environ.get("TRIAGE_HOME")
        os.environ["TRIAGE_HOME"] = home
        try:
            document = create_app().openapi()
        finally:
            if before is None:
                del os.environ["TRIAGE_HOME"]
            else:
                os.environ["TRIAGE_HOME"] = before
    return document


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in _document()["paths"].items():
        for method, told in methods.items():
            yield method, path, told


def _api() -> Iterator[str]:
    yield "Every operation; `/openapi.json` of a running service has the schemas and an example for each body.\n"
    yield "[The service](../service.md) explains them.\n"
    for method, path, told in _operations():
        yield f"## {method.upper()} {path}\n\n{_plain(told.get('summary'))}. {_plain(told.get('description'))}\n"
        if told.get("parameters"):
            yield "| parameter | in | meaning |\n|---|---|---|"
            for each in told["parameters"]:
                yield f"| `{each['name']}` | {each['in']} | {_cell(each.get('description'))} |"
            yield ""
        answers = ", ".join(f"{status} {_plain(each.get('description'))}" for status, each in told["responses"].items())
        yield f"Answers: {answers}\n"


def _plain(text: str | None) -> str:
    return " ".join((text or "").split())


def _cell(text: str | None) -> str:
    return _plain(text).replace("|", "\\|").replace("<", "&lt;")

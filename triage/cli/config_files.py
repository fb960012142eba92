"""What is wrong in the files of an installation: entries, names, who may read them, and what they refer to."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from triage.cli.config_findings import Finding, bad, note, warning
from triage.cli.policy_flaws import flaws
from triage.cli.yaml_flaws import flaws_of
from triage.errors import ConfigurationError
from triage.odoo import connection as odoo
from triage.settings import Settings

FILES = ("policy.yaml", "odoo.yaml", "service.yaml", "jobs.yaml")
"""The files in the home folder that are read."""

_OTHERS_READ = stat.S_IRWXO
_GROUP_READS = stat.S_IRWXG


def check_home(settings: Settings) -> Iterator[Finding]:
    """The folder itself, and files in it whose names are nearly those that are read."""
    home = settings.home
    if not home.exists():
        yield note(str(home), "is not there yet; the first run makes it.")
        return
    if not home.is_dir() or not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield bad(str(home), "this account cannot read and write there. Name another folder, or give it the rights.")
        return
    yield from _mode(home, "the store's folder", is_secret=False)
    for path in sorted(home.glob("*.y*ml")):
        near = get_close_matches(path.stem, [Path(name).stem for name in FILES], 1, 0.7)
        if path.name not in FILES and near:
            yield warning(str(path), f"is not read. Is {near[0]}.yaml meant?")
    if settings.database_url is None:
        yield from _mode(settings.keys, "the keys of the cases", is_secret=True)


def check_files(settings: Settings) -> Iterator[Finding]:
    """Every flaw of the files, with its line."""
    for name in FILES:
        path = settings.home / name
        if not path.exists():
            continue
        try:
            found = flaws(path) if name == "policy.yaml" else flaws_of(path, _model(name))
        except ConfigurationError as error:
            yield bad(str(path), str(error).partition(": ")[2] or str(error))
            continue
        for flaw in found:
            line, _, said = flaw.partition(": ")
            yield bad(f"{path}:{line}", said)


def check_odoo(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """The connection and its key."""
    path = settings.home / odoo.FILE
    try:
        found = odoo.read_connection(settings.home, environment)
    except ConfigurationError as error:
        if not _was_told(path, odoo.Connection):
            yield bad(str(path), str(error).removeprefix(f"{path}: "))
        return
    if found is None:
        yield note(str(path), "no Odoo is named: files are read, nothing is looked up or posted.")
        return
    try:
        found.server(environment)
    except ConfigurationError as error:
        yield bad(str(path), str(error))
    named = environment.get(odoo.KEY_FILE) or found.key_file
    if named and not environment.get(odoo.KEY):
        yield from _mode(Path(named).expanduser(), "the key of Odoo", is_secret=True)
    if found.url.startswith("http://") and not found.url.startswith(("http://localhost", "http://127.0.0.1")):
        yield warning(str(path), f"{found.url}: the key travels unencrypted. Use https.")


def check_service(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """The sources' secrets and the way to sign in, as the web process would read them."""
    path = settings.home / "service.yaml"
    if not path.exists():
        return
    service = import_module("service.configuration")
    try:
        told = service.read_configuration(settings.home)
    except ConfigurationError:
        return  # said with its line
    holders: dict[bytes, str] = {}
    for source in told.sources:
        try:
            opened = service.open_sources(told.with_(sources=(source,)), settings.home, environment)[source.name]
        except ConfigurationError as error:
            yield bad(str(path), str(error).removeprefix(f"{path}: "))
            continue
        for secret in opened.secrets:
            other = holders.setdefault(secret, source.name)
            if other != source.name:
                yield warning(
                    str(path), f"sources {other} and {source.name} have the same secret: either can be the other."
                )
    for about, secret in _secrets(told):
        if secret.file is not None:
            yield from _mode(settings.home / secret.file.expanduser(), f"the secret of {about}", is_secret=True)
    if told.sign_in.odoo and odoo.read_connection(settings.home, environment) is None:
        yield bad(str(path), "sign_in.odoo: people come from Odoo, and no Odoo is named.")
    if not (told.sign_in.passwords or told.sign_in.odoo or told.sign_in.provider):
        yield bad(str(path), "sign_in: no way is left to sign in to the review pages.")


def service_environment(settings: Settings) -> frozenset[str]:
    """Variables that `service.yaml` says hold secrets."""
    try:
        told = import_module("service.configuration").read_configuration(settings.home)
    except ConfigurationError:
        return frozenset()
    return frozenset(secret.environment for _, secret in _secrets(told) if secret.environment)


def check_mode(path: Path, what: str) -> Iterator[Finding]:
    """Whether others may read a file that holds a secret."""
    yield from _mode(path, what, is_secret=True)


def _mode(path: Path, what: str, *, is_secret: bool) -> Iterator[Finding]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return  # whoever reads it says so
    if os.name != "posix":
        return
    if mode & _OTHERS_READ:
        said = f"{what}: everybody on this machine may get at it (mode {mode:o}). Run `chmod go-rwx {path}`."
        yield bad(str(path), said) if is_secret else warning(str(path), said)
    elif is_secret and mode & _GROUP_READS:
        yield warning(str(path), f"{what}: its group may read it (mode {mode:o}). `chmod go-rwx {path}` ends that.")


def _secrets(told: BaseModel, above: str = "") -> Iterator[tuple[str, Any]]:
    """Every place of a secret in what `service.yaml` says, by its entry."""
    for name in type(told).model_fields:
        found = getattr(told, name)
        for number, each in enumerate(found if isinstance(found, tuple) else (found,)):
            about = f"{above}{name}" + (f"[{number}]" if isinstance(found, tuple) else "")
            if type(each).__name__ == "SecretFrom":
                yield about, each
            elif isinstance(each, BaseModel):
                yield from _secrets(each, f"{about}.")


def _model(name: str) -> Any:
    if name == "odoo.yaml":
        return odoo.Connection
    if name == "jobs.yaml":
        from triage.jobs.configuration import JobsConfiguration

        return JobsConfiguration
    return import_module("service.configuration").ServiceConfiguration  # this room lies above ours


def _was_told(path: Path, model: Any) -> bool:
    try:
        return path.exists() and bool(flaws_of(path, model))
    except ConfigurationError:
        return True


__all__ = ["FILES", "check_files", "check_home", "check_mode", "check_odoo", "check_service", "service_environment"]

"""`triage config check`: what is wrong in files and variables, and where. Changes nothing and shows no secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from triage.cli.options import AsJson, Home, guarded

if TYPE_CHECKING:
    from triage.cli.config_findings import Finding
    from triage.settings import Settings

T = TypeVar("T")

config_app = typer.Typer(help="Say what is wrong with files, variables and what they lead to.", no_args_is_help=True)


@config_app.command("check")
def check(
    online: Annotated[
        bool, typer.Option("--online", help="Also ask Odoo and the model servers whether they are there.")
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Say what is wrong and where: files, variables, secrets, store, policy. Exit status 1 where something is."""
    guarded(run_check, online, as_json, home)


def run_check(online: bool, as_json: bool, home: Path | None) -> int:
    """A line a finding, the worst first."""
    import os
    import sys
    from dataclasses import asdict

    from triage.cli.config_findings import Level
    from triage.cli.show import console, json_line, literal

    order = list(Level)
    found = sorted(set(findings(home, os.environ, online)), key=lambda each: (order.index(each.level), each))
    for each in found:
        if as_json:
            typer.echo(json_line(asdict(each), sys.stdout.encoding))
        else:
            console().print(literal(f"{each.level.value:<8} {each.where}: {each.text}"))
    is_bad = any(each.level is Level.BAD for each in found)
    if not as_json:
        wrong = sum(each.level is Level.BAD for each in found)
        typer.echo(f"{wrong} things are wrong." if is_bad else "Nothing is wrong.", err=is_bad)
    return 1 if is_bad else 0


def findings(home: Path | None, environment: Mapping[str, str], online: bool = False) -> Iterator[Finding]:
    """Everything that is found of the installation in a folder."""
    from triage.cli import config_files as files
    from triage.cli.config_parts import check_acting, check_keeper, check_online, check_store
    from triage.cli.config_policy import check_models, check_policy
    from triage.cli.config_variables import check_variables
    from triage.errors import ConfigurationError
    from triage.jobs.configuration import JobsConfiguration, read_configuration
    from triage.odoo.connection import read_connection
    from triage.settings import Settings

    try:
        settings = Settings.of(home, environment)
    except ConfigurationError:
        left_out = ("TRIAGE_DATABASE", "TRIAGE_KEYS", "TRIAGE_KEYS_KEK", "TRIAGE_KEYS_KMS")
        without = {name: value for name, value in environment.items() if name not in left_out}
        settings, environment_is_good = Settings.of(home, without), False
    else:
        environment_is_good = True
    yield from check_variables(environment, files.service_environment(settings))
    yield from files.check_home(settings)
    yield from files.check_files(settings)
    yield from files.check_odoo(settings, environment)
    yield from files.check_service(settings, environment)
    yield from check_acting(environment)
    yield from check_keeper(settings)
    book = _quietly(settings.policies)
    jobs = _quietly(lambda: read_configuration(settings.home)) or JobsConfiguration()
    if book is not None:
        has_odoo = _quietly(lambda: read_connection(settings.home, environment)) is not None
        yield from check_policy(settings, book, has_odoo)
        models = {str(settings.home / "jobs.yaml"): jobs.model} | _service_model(settings)
        yield from check_models(settings, book.base, jobs, models, environment)
    if environment_is_good:
        yield from check_store(settings, book)
    if online:
        yield from check_online(settings, book, environment)


def _service_model(settings: Settings) -> dict[str, str]:
    from importlib import import_module

    told = _quietly(lambda: import_module("service.configuration").read_configuration(settings.home))
    return {str(settings.home / "service.yaml"): told.model} if told is not None else {}


def _quietly(look: Callable[[], T]) -> T | None:
    """What a look gives; none where that is wrong, which is said with its line."""
    from triage.errors import ConfigurationError

    try:
        return look()
    except ConfigurationError:
        return None


__all__ = ["config_app", "findings"]

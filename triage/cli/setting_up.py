"""What `triage odoo setup` and `status` do: connect as administrator, plan, show, apply."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from triage.cli.connected import connection_of, using
from triage.cli.odoo import as_admin
from triage.cli.setup_hook import hook_of, unlisted
from triage.cli.show import shown
from triage.errors import UsageError
from triage.settings import Settings

if TYPE_CHECKING:
    from triage.cli.connected import Connected
    from triage.odoo.client import Odoo
    from triage.odoo.connection import Connection
    from triage.odoo.setup.manifest import Manifest
    from triage.odoo.setup.parts import Feature
    from triage.odoo.setup.place import Surroundings
    from triage.odoo.setup.plan import Plan, Step
    from triage.odoo.setup.present import Present


@dataclass(frozen=True)
class Wanted:
    """What the person asked for beside what is there."""

    features: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    overwrite: bool = False
    code: bool | None = None
    """Whether server actions with code are made; none: as was said before."""


@dataclass(frozen=True)
class Desk:
    """An administrator's session with what of set-up stands there."""

    odoo: Odoo
    connection: Connection
    place: Surroundings
    present: Present
    manifest: Manifest
    at: Connected
    settings: Settings = field(repr=False)


@contextmanager
def administration(admin: str | None, home: Path | None, code: bool | None = None) -> Iterator[Desk]:
    """Connect as administrator; `code` overrules what was said before of server actions with code.

    Raises `UsageError` without a login, `AccessDenied` for somebody else's.
    """
    from triage.odoo.setup.features import FEATURES
    from triage.odoo.setup.manifest import read_manifest
    from triage.odoo.setup.place import Asked, Surroundings
    from triage.odoo.setup.present import read_present
    from triage.odoo.setup.recovering import recovered

    if admin is None:
        raise UsageError("who sets up? Name an administrator of Odoo with --admin.")
    settings = Settings.of(home)
    connection = connection_of(settings)
    if code and not connection.setup.code:
        raise UsageError("odoo.yaml says `setup: {code: false}`: take that out before you say --code.")
    with using(as_admin(connection, admin)) as at:
        Surroundings(at.odoo, Asked()).need_administrator()
        present = read_present(at.odoo)
        manifest = recovered(read_manifest(at.odoo), present, FEATURES, at.odoo.version.major)
        asked = Asked(
            address=settings.address(),
            hook=lambda: hook_of(settings, connection),
            watchers=connection.setup.watchers,
            silent_minutes=connection.setup.silent_minutes,
            no_code=(manifest.no_code if code is None else not code) or not connection.setup.code,
        )
        place = Surroundings(at.odoo, asked, manifest.watchers)
        yield Desk(at.odoo, connection, place, present, manifest, at, settings)


def run_setup(
    admin: str | None, wanted: Wanted, only_plan: bool, before_upgrade: bool, as_json: bool, home: Path | None
) -> int:
    """Plan, and unless only that is wanted, apply; 1 where something was refused."""
    from triage.odoo.setup.applying import Applier

    with administration(admin, home, wanted.code) as desk:
        desk.place.need_grant()
        if before_upgrade:
            return _before_upgrade(desk, only_plan)
        plan = planned(desk, wanted)
        show(plan, desk, as_json)
        if only_plan:
            return 0
        Applier(desk.odoo, desk.present, desk.manifest, _tell).apply(plan)
        if not as_json:
            typer.echo("Done." if plan.writes else "Nothing to do.")
    return 1 if _refused(plan) else 0


def run_status(admin: str | None, as_json: bool, home: Path | None) -> int:
    """Show how what stands in Odoo differs; 1 where it does."""
    from triage.odoo.setup.plan import Do

    with administration(admin, home) as desk:
        if desk.manifest.version == 0 and not desk.present.parts:
            typer.echo("Nothing is set up in this Odoo. `triage odoo setup --plan` shows what would be.")
            return 1
        plan = planned(desk, Wanted())
        show(plan, desk, as_json)
        kept, all_of = len(plan.of(Do.KEEP)), len(plan.steps) - len(plan.of(Do.LEAVE))
        if not as_json:
            typer.echo(f"{kept} of {all_of} parts are as they should be; set-up {desk.manifest.version}.")
    return 0 if not plan.writes and not _refused(plan) else 1


def planned(desk: Desk, wanted: Wanted) -> Plan:
    """What is to be done for what was chosen before and what is asked for now."""
    from triage.odoo.setup.features import DEFAULT, FEATURES
    from triage.odoo.setup.plan import Planner
    from triage.odoo.setup.rules import PREFIX

    rules = [name for name in FEATURES if name.startswith(PREFIX)]
    asked = rules if "all" in wanted.rules else [f"{PREFIX}{name}" for name in wanted.rules]
    first = desk.manifest.version == 0 and not wanted.features
    known = [name for name in desk.manifest.features if name in FEATURES]
    chosen = [*known, *(DEFAULT if first else ()), *wanted.features, *asked]
    manifest = desk.manifest if wanted.code is None else replace(desk.manifest, no_code=not wanted.code)
    planner = Planner(desk.place, FEATURES, desk.present, manifest, wanted.overwrite)
    return planner.plan(list(dict.fromkeys(chosen)))


def show(plan: Plan, desk: Desk, as_json: bool) -> None:
    """One line a part, under its feature; of rules what an administrator should know."""
    from triage.odoo.setup.features import FEATURES, told_of

    if as_json:
        for step in plan.steps:
            told = {"do": step.do, "part": step.name, "model": step.model, "feature": step.feature, "why": step.why}
            typer.echo(json.dumps(told | {"changed": list(step.changed)}, ensure_ascii=False))
        return
    for name in [*plan.features, ""]:
        steps = [step for step in plan.steps if step.feature == name]
        if steps:
            typer.echo(f"\n{FEATURES[name].title} ({name})" if name else "\nNo longer set up")
            _show_rule(FEATURES[name] if name else None)
            for step in steps:
                typer.echo(shown(_line(step)))
    typer.echo("")
    missing = [name for name in FEATURES if name not in plan.features]
    if missing:
        typer.echo(f"Not chosen: {', '.join(missing)}.")
    models = told_of(plan, desk.place)
    if models and (names := unlisted(desk.settings, desk.connection, models)):
        typer.echo(f"service.yaml: let the source {desk.connection.setup.source!r} name {', '.join(names)}, too.")
    if names := unswept(models, desk.connection):
        typer.echo(
            f"odoo.yaml: let sweep.models name {', '.join(names)}, too, or what a lost call told is never found."
        )


def unswept(models: Sequence[str], connection: Connection) -> list[str]:
    """Models of uploads that rules tell of and the sweep does not look through: it does where it is asked to."""
    from triage.odoo.uploads import UPLOADS

    return [name for name in models if name in UPLOADS and name not in connection.sweep.models]


def _show_rule(feature: Feature | None) -> None:
    if feature is not None and feature.rule is not None:
        typer.echo(f"  owner      {feature.rule.owner}")
        typer.echo(f"  trigger    {feature.rule.trigger}")
        typer.echo(f"  exception  {feature.rule.exception}")
        typer.echo(f"  audit      {feature.rule.audit}")


def _line(step: Step) -> str:
    changed = f" [{', '.join(step.changed)}]" if step.changed else ""
    return f"  {step.do.value:<9}  {step.name:<28} {step.model:<22} {step.why}{changed}"


def _tell(step: Step) -> None:
    """Say what is done next, so that a slow server shows that something happens."""
    from triage.odoo.setup.plan import WRITES

    if step.do in WRITES:
        typer.echo(f"{step.do.value} {step.name}", err=True)


def _refused(plan: Plan) -> bool:
    from triage.odoo.setup.plan import Do

    return bool(plan.of(Do.REFUSE))


def _before_upgrade(desk: Desk, only_plan: bool) -> int:
    from triage.odoo.setup.features import FEATURES
    from triage.odoo.setup.removing import Remover, planned_upgrade

    found = planned_upgrade(desk.present, FEATURES, desk.place.major)
    for each in found:
        typer.echo(f"  {'delete':<9}  {each.name:<28} {each.model}")
    if not only_plan:
        Remover(desk.odoo, desk.manifest).before_upgrade(found)
        typer.echo("Now upgrade Odoo. Afterwards `triage odoo setup` brings all of it back.")
    return 0

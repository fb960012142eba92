"""`triage odoo setup`, `status` and `remove`: the options. What they do is in `setting_up`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli.options import AsJson, Home, guarded

_Admin = Annotated[
    str | None,
    typer.Option("--admin", metavar="LOGIN", help="An administrator's login; the key from TRIAGE_ODOO_ADMIN_KEY."),
]
_Feature = Annotated[
    list[str] | None, typer.Option("--feature", help="Only this one, beside what is there. Repeatable.")
]


def setup(
    admin: _Admin = None,
    plan: Annotated[bool, typer.Option("--plan", help="Show what would be done, and do nothing.")] = False,
    feature: _Feature = None,
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", help="Also this automation rule: price, credit, stock, … or `all`. Repeatable."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also write anew what was changed by hand in Odoo.")
    ] = False,
    code: Annotated[
        bool | None,
        typer.Option(
            "--code/--no-code",
            help="--no-code: make no server action with code, where Odoo refuses them. It is remembered until --code.",
        ),
    ] = None,
    before_upgrade: Annotated[
        bool,
        typer.Option("--before-upgrade", help="Take away what an upgrade of Odoo's modules would stumble over."),
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Make, or bring up to date, what people use inside Odoo: actions, menu, heartbeat, cards, rules. No module."""
    from triage.cli.setting_up import Wanted, run_setup

    wanted = Wanted(tuple(feature or ()), tuple(rule or ()), overwrite, code)
    guarded(run_setup, admin, wanted, plan, before_upgrade, as_json, home)


def status(admin: _Admin = None, as_json: AsJson = False, home: Home = None) -> None:
    """Compare what stands in Odoo with what this version would set up. Writes nothing; exit status 1: it differs."""
    from triage.cli.setting_up import run_status

    guarded(run_status, admin, as_json, home)


def remove(
    admin: _Admin = None,
    feature: _Feature = None,
    export: Annotated[
        Path | None,
        typer.Option("--export", help="File for what people decided in Odoo. Default: a new one in the home folder."),
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="Also take back all that was posted.")] = False,
    everything: Annotated[
        bool,
        typer.Option("--all", help="Also what `triage odoo grant` made: gate, group, rights. Its user is archived."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask, nor wait for what is not answered yet.")] = False,
    home: Home = None,
) -> None:
    """Take away what was set up, decisions exported first. Posted notes stay unless --notes is given."""
    from triage.cli.taking_away import run_remove

    guarded(run_remove, admin, tuple(feature or ()), export, notes, everything, yes, home)

"""`triage switch`: stop every worker, let them go on, and say how it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli.options import AsJson, Home, guarded

switch_app = typer.Typer(
    help="The kill switch: workers stop within seconds, doors still take in.", no_args_is_help=True
)

Why = Annotated[str, typer.Option("--why", help="The reason; it is recorded.")]
By = Annotated[str | None, typer.Option("--by", help="Who. Default: TRIAGE_USER, else your account.")]
Whose = Annotated[str | None, typer.Option("--company", help="Only this company's events. Default: everything.")]


@switch_app.command("off")
def off(why: Why, by: By = None, company: Whose = None, home: Home = None) -> None:
    """Stop: nothing is read, asked or written until it is switched on again. What comes in waits."""
    guarded(run_switch, True, by, why, company, home)


@switch_app.command("on")
def on(why: Why, by: By = None, company: Whose = None, home: Home = None) -> None:
    """Let it go on where it stopped."""
    guarded(run_switch, False, by, why, company, home)


@switch_app.command("status")
def status(as_json: AsJson = False, home: Home = None) -> None:
    """Say what is switched off, since when, by whom and why. Exit status 1 where anything is off."""
    guarded(run_status, as_json, home)


def run_switch(is_off: bool, by: str | None, why: str, company: str | None, home: Path | None) -> int:
    """Move a switch and say so."""
    from triage.cli.wiring import now, open_store
    from triage.jobs.switching import Switch
    from triage.settings import Settings, person

    with open_store(Settings.of(home)) as store:
        switch = Switch(store.journal, now)
        moved = (switch.off if is_off else switch.on)(by or person(), why, company)
    whose = company or "everything"
    typer.echo(f"{whose}: {'off' if is_off else 'on'} since {moved.at:%Y-%m-%d %H:%M:%S} UTC, by {moved.by}.")
    if is_off:
        typer.echo("Events are still taken in and wait. `triage switch on --why ...` lets them go on.")
    return 0


def run_status(as_json: bool, home: Path | None) -> int:
    """Say how all switches stand."""
    import json

    from triage.cli.show import shown
    from triage.cli.wiring import now, open_store
    from triage.jobs.switching import Switch
    from triage.settings import Settings
    from triage.storage.switch import EVERYBODY

    with open_store(Settings.of(home)) as store:
        found = Switch(store.journal, now).every()
    for row, told in found:
        whose = None if row.scope == EVERYBODY else row.scope
        by, why = (told.by, told.why) if told else ("somebody whose name was erased", "")
        if as_json:
            said = {"company": whose, "off": row.is_off, "since": row.changed_at.isoformat(), "by": by, "why": why}
            typer.echo(json.dumps(said))
        else:
            state = "off" if row.is_off else "on"
            typer.echo(
                shown(f"{whose or 'everything'}: {state} since {row.changed_at:%Y-%m-%d %H:%M:%S} UTC, by {by}: {why}")
            )
    if not found and not as_json:
        typer.echo("everything: on. It was never switched off.")
    return 1 if any(row.is_off for row, _ in found) else 0

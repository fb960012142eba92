"""What `triage odoo remove` does: export, ask, take away."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from triage.cli.setting_up import Desk, administration
from triage.cli.wiring import now
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.odoo.setup.removing import Removal


def run_remove(
    admin: str | None,
    features: tuple[str, ...],
    file: Path | None,
    notes: bool,
    everything: bool,
    yes: bool,
    home: Path | None,
) -> int:
    """Take away; 1 where a note could not be taken back."""
    from triage.odoo.setup.features import FEATURES
    from triage.odoo.setup.removing import Remover, export, planned_removal

    if features and (notes or everything):
        raise UsageError("--feature takes a part away; --notes and --all go with all of it.")
    with administration(admin, home) as desk:
        removal = planned_removal(desk.present, desk.manifest, FEATURES, desk.place.major, features)
        _announce(desk, removal, notes, everything)
        if not yes:
            _confirm()
        path = file or desk.settings.home / f"odoo-decisions-{now():%Y%m%dT%H%M%SZ}.jsonl"
        if rows := export(desk.odoo, removal.exports, path):
            typer.echo(f"{rows} rows that people decided on are in {path}.")
        status = _take_back(home) if notes else 0
        Remover(desk.odoo, desk.manifest, lambda line: typer.echo(f"delete {line}", err=True)).remove(removal)
        if everything and status:
            typer.echo("The gate stays: without it nothing that is left could be taken back. Run this again.", err=True)
        elif everything:
            from triage.odoo.setup.ungrant import ungrant

            for line in ungrant(desk.odoo):
                typer.echo(line)
    typer.echo("Removed." if not features else f"Removed: {', '.join(features)}.")
    return status


def _announce(desk: Desk, removal: Removal, notes: bool, everything: bool) -> None:
    typer.echo(f"From {desk.connection.url}, database {desk.connection.database}:")
    typer.echo(f"  {len(removal.parts)} parts and {len(removal.made)} activities that they made")
    typer.echo("  posted notes, drafts and review activities" if notes else "  posted notes stay")
    if everything:
        typer.echo("  the gate, the service user's group and rights; the service user is archived, its keys end")


def _confirm() -> None:
    if not sys.stdin.isatty():
        raise UsageError("this takes things away: say --yes where nobody can be asked.")
    if not typer.confirm("Take all of this away?"):
        raise UsageError("nothing was taken away.")


def _take_back(home: Path | None) -> int:
    from triage.cli.withdraw import run_withdraw

    return run_withdraw("2000-01-01", (), None, "set-up in Odoo was removed", home)

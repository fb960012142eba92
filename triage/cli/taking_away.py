"""What `triage odoo remove` does: export, ask, take away."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from triage.cli.setting_up import Desk, administration
from triage.cli.wiring import now
from triage.errors import UsageError

if TYPE_CHECKING:
    from triage.domain import Arrival
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
            _stop_for_unanswered(desk, removal)
            _confirm()
        path = file or desk.settings.home / f"odoo-decisions-{now():%Y%m%dT%H%M%SZ}.jsonl"
        if rows := export(desk.odoo, removal.exports, path):
            typer.echo(f"{rows} rows of what people decided and asked for are in {path}.")
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


def _stop_for_unanswered(desk: Desk, removal: Removal) -> None:
    """Raises `UsageError` where people have asked for something that the service has not taken in."""
    from triage.odoo.requests import MODEL
    from triage.odoo.setup.removing import unanswered

    pressed = unanswered(desk.odoo, removal.exports)
    asked = _not_taken_in(desk) if any(each.model == MODEL for each in removal.exports) else 0
    if pressed or asked:
        raise UsageError(
            f"nothing was taken away: {pressed} pressed buttons of cards and {asked} requests for triage wait for the "
            "service. Let a worker run until they are answered (`triage worker`), or say --yes: then they are only "
            "written into the file."
        )


def _not_taken_in(desk: Desk) -> int:
    """How many requests are not in the inbox; all of them where there is no store."""
    from triage.cli.wiring import open_store
    from triage.jobs.inbox import Inbox
    from triage.storage.database import Database

    if not Database.exists(desk.settings.database):
        return _waiting(desk, lambda arrival: False)
    with open_store(desk.settings) as store:
        inbox = Inbox(store.journal, now)
        return _waiting(desk, lambda arrival: inbox.get(inbox.id_of(arrival.source, arrival.key)) is not None)


def _waiting(desk: Desk, is_known: Callable[[Arrival], bool]) -> int:
    """Look for requests as a worker does, and keep none."""
    from triage.jobs.configuration import read_configuration
    from triage.jobs.inbox import Accepted
    from triage.jobs.looks import Place
    from triage.jobs.requests import Requests

    class Counting:
        """Takes nothing in."""

        def accept_many(self, arrivals: Sequence[Arrival]) -> list[Accepted]:
            """As an inbox."""
            return [Accepted(arrival.key, not is_known(arrival)) for arrival in arrivals]

    at = desk.at
    place = Place(at.odoo, at.place, at.company(), at.capture.company, at.connection.sweep)
    keep_days = read_configuration(desk.settings.home).keep_days
    return Requests(place, Counting(), now, keep_days=keep_days).once() or 0


def _confirm() -> None:
    if not sys.stdin.isatty():
        raise UsageError("this takes things away: say --yes where nobody can be asked.")
    if not typer.confirm("Take all of this away?"):
        raise UsageError("nothing was taken away.")


def _take_back(home: Path | None) -> int:
    from triage.cli.withdraw import run_withdraw

    return run_withdraw("2000-01-01", (), None, "set-up in Odoo was removed", home)

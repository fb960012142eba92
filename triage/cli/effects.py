"""`triage jobs effects`: what decisions set going and Odoo did not take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli.options import AsJson, Home, guarded

_MOST = 500


def effects(
    again: Annotated[bool, typer.Option("--again", help="Have all of them tried at once by the next worker.")] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List what decided cards still owe Odoo: notes, tickets and reviews that could not be written."""
    guarded(run_effects, again, as_json, home)


def run_effects(again: bool, as_json: bool, home: Path | None) -> int:
    """A line an effect; 1 where some were given up and are not tried again by themselves."""
    import sys
    from dataclasses import asdict

    from triage.cli.show import json_line, shown
    from triage.cli.wiring import now, open_store
    from triage.domain import utc
    from triage.errors import KeyMissing
    from triage.settings import Settings
    from triage.storage import effects as rows

    with open_store(Settings.of(home)) as store:
        found = rows.troubled(store.database, _MOST)
        if again:
            with store.database.transaction():
                moved = sum(rows.again(store.database, each, utc(now())) for each in found)
            typer.echo(f"{moved} are tried again by the next worker.")
            return 0
        for each in found:
            try:
                card = store.cards.get(each.card)
                called = f"card {card.number} · {card.proposal.record.name}"
            except KeyMissing:
                called = f"card {each.card} (erased)"
            if as_json:
                typer.echo(json_line(asdict(each), sys.stdout.encoding))
                continue
            state = "given up" if each.state == rows.FAILED else f"again at {each.due_at[:19]}Z"
            typer.echo(shown(f"{called}: {each.error}, tried {each.attempts} times; {state}"))
    given_up = sum(each.state == rows.FAILED for each in found)
    if not found and not as_json:
        typer.echo("Everything that was decided stands in Odoo, or waits for its time.")
    if given_up:
        typer.echo(f"{given_up} are not tried again by themselves: `triage jobs effects --again`.", err=True)
    return 1 if given_up else 0


__all__ = ["effects"]

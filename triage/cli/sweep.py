"""`triage sweep`: look through Odoo once, by hand; workers do it by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli.options import AsJson, Home, guarded


def sweep(
    once: Annotated[
        bool, typer.Option("--once", help="One round only, even where there is more; the next goes on there.")
    ] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Look through Odoo for what has changed since the last sweep, and keep it for the workers."""
    guarded(run_sweep, once, as_json, home)


def run_sweep(once: bool, as_json: bool, home: Path | None) -> int:
    """Sweep until nothing is left, or one round; 1 where another worker is sweeping."""
    import json
    import os
    from dataclasses import asdict

    from triage.audit.activation import Activations
    from triage.cli.connected import connected
    from triage.cli.duties import sweeper_of
    from triage.cli.wiring import now, open_store
    from triage.jobs.inbox import Inbox
    from triage.settings import Settings

    settings = Settings.of(home)
    policies = settings.policies()
    with open_store(settings, create=True) as store, connected(settings, policies.base.limits) as at:
        Activations(store.journal, now).check(policies)
        sweeper = sweeper_of(at, store, Inbox(store.journal, now), policies, f"command {os.getpid()}")
        while True:
            swept = sweeper.once()
            if as_json:
                typer.echo(json.dumps(asdict(swept)))
            elif swept.is_elsewhere:
                typer.echo("Another worker is sweeping this Odoo just now.")
            else:
                typer.echo(
                    f"{swept.records} changes seen, {swept.arrivals} records to look at, {swept.new} of them new; "
                    f"{swept.calls} calls, {swept.seconds:.1f} s." + (" There is more." if swept.is_behind else "")
                )
            if swept.hidden and not as_json:
                typer.echo(f"The service user may not read: {', '.join(swept.hidden)}.", err=True)
            if once or swept.is_elsewhere or not swept.is_behind:
                return 1 if swept.is_elsewhere else 0

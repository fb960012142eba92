"""`triage replay`: the command and its options. What it does is imported when it runs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(name="replay", invoke_without_command=True)


@app.callback()
def replay(
    out: Annotated[Path, typer.Option("--out", help="New folder for what comes out.", show_default=False)],
    since: Annotated[datetime | None, typer.Option("--since", help="Recorded from this day or time on (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="Recorded before this day or time (UTC).")] = None,
    company: Annotated[str | None, typer.Option("--company", help="Of this company only.")] = None,
    model: Annotated[
        str,
        typer.Option(
            "--model",
            help="`recorded`: as was answered then. Or `embedded`, `openai:NAME`, `ENDPOINT:NAME`, `replay:FILE`.",
        ),
    ] = "recorded",
    policy: Annotated[
        Path | None, typer.Option("--policy", help="Policy to act in place of the recorded ones.")
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option("--home", help="Folder for store, keys and policy. Default: TRIAGE_HOME."),
    ] = None,
) -> None:
    """Run recorded cases once more, under another model, layer, prompt or policy. Publishes and records nothing."""
    # Imported here: the command line loads this module while it is being loaded itself.
    from evals.replaying import Wanted, run_replay
    from triage.cli.options import guarded

    guarded(run_replay, Wanted(out, since, until, company, model, policy, home))

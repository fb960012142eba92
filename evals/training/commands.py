"""`triage train`: the command and its options. What it does is imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="train",
    help="Train the embedded classifier on the shipped messages and your own decisions, or count its confidences anew.",
    invoke_without_command=True,
)


@app.callback()
def train(
    out: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Folder for the layer.")] = Path("layer"),
    decisions: Annotated[
        list[Path] | None,
        typer.Option("--decisions", metavar="FILE", help="Cases that `triage eval import` wrote, to learn from, too."),
    ] = None,
    calibrate: Annotated[
        Path | None,
        typer.Option(
            "--calibrate",
            metavar="FILE",
            help="Learn nothing: count the confidences of the active layer on these rows, labelled by people who did "
            "not see its suggestion (`blind: true`).",
        ),
    ] = None,
    agreement: Annotated[
        tuple[Path, Path] | None,
        typer.Option(
            "--agreement",
            metavar="RUN RUN",
            help="Learn nothing: from two runs of `triage eval run` on one set, with a chat model and embedded, count "
            "how often the chat model is right where both agree and where not.",
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(min=1, help="One cycle of so many readings instead of the usual three.", show_default=False),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed makes another layer.")] = 0,
    groups: Annotated[
        int,
        typer.Option(
            min=0,
            max=4,
            help="How many of four groups of authors are left out in turn to count confidences; each costs a training.",
        ),
    ] = 1,
    jobs: Annotated[int, typer.Option(min=1, help="Processes at once, of one thread each.")] = 2,
) -> None:
    """Write a layer with its version and hash into a folder. What to set to work with it is printed."""
    # Imported here: the command line loads this module while it is being loaded itself.
    from evals.training.running import Wanted, run_agreement, run_calibrate, run_train
    from triage.cli.options import guarded

    if calibrate is not None:
        guarded(run_calibrate, calibrate, out)
        return
    if agreement is not None:
        guarded(run_agreement, *agreement, out)
        return
    guarded(run_train, Wanted(out, tuple(decisions or ()), epochs, seed, groups, jobs))

"""`triage eval`: the commands and their options. What they do is imported when they run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    name="eval",
    help="Measure on sets of labelled cases, compare runs, report, and hold a change to its floors. Offline.",
    no_args_is_help=True,
)

Sets = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[SET|FOLDER]...",
        help="Sets (YAML files), folders of them, or names of shipped ones; all shipped sets where there is none.",
        show_default=False,
    ),
]
Run = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.", show_default=False)]
PolicyFile = Annotated[
    Path | None,
    typer.Option("--policy", help="Policy to measure under. Default: the shipped one, not the installation's."),
]


def _guarded(run: Callable[..., int], *arguments: Any) -> None:
    # Imported here: the command line loads this module while it is being loaded itself.
    from triage.cli.options import guarded

    guarded(run, *arguments)


@app.command()
def run(
    sets: Sets = None,
    model: Annotated[
        str, typer.Option("--model", help="`embedded` (no network), `openai:NAME`, `ENDPOINT:NAME` or `replay:FILE`.")
    ] = "embedded",
    record: Annotated[bool, typer.Option("--record", help="Keep every answer of the model, to replay it.")] = False,
    replay: Annotated[
        Path | None,
        typer.Option("--replay", metavar="RUN", help="Answer from the record of this run; a miss is an error."),
    ] = None,
    suite: Annotated[
        str | None,
        typer.Option(
            help="Only sets of this name or kind: classification, summary, extraction, priority, cause, link."
        ),
    ] = None,
    extra: Annotated[
        Path | None, typer.Option("--extra", metavar="DIR", help="Measure third-party data in this folder, too.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", min=1, help="Processes (embedded) or threads (models). Default: one a core, or 4."),
    ] = None,
    prompt: Annotated[
        list[str] | None, typer.Option("--prompt", metavar="TASK/VERSION", help="Another version of a prompt.")
    ] = None,
    price: Annotated[
        str | None, typer.Option("--price", metavar="IN/OUT", help="Money for a million tokens, for the cost.")
    ] = None,
    policy: PolicyFile = None,
    gate: Annotated[bool, typer.Option("--gate", help="Exit 1 where a floor of the gate is broken.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder of the run; an unfinished one there is continued."),
    ] = None,
) -> None:
    """Measure sets: answer every case, score it, print figures with their intervals, and keep a record."""
    from evals.running import Wanted, run_run

    wanted = Wanted(
        sets=tuple(sets or ()),
        model=model,
        record=record,
        replay=replay,
        suite=suite,
        extra=extra,
        jobs=jobs,
        prompts=tuple(prompt or ()),
        price=price,
        policy=policy,
        gate=gate,
        out=out,
    )
    _guarded(run_run, wanted)


@app.command()
def compare(
    base: Annotated[Path, typer.Argument(metavar="BASE", help="Folder of the run before.", show_default=False)],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Folder of the run after.", show_default=False)],
    flips: Annotated[int, typer.Option("--flips", min=0, help="How many flipped cases of a set to list.")] = 12,
    full: Annotated[
        bool, typer.Option("--full", help="Categories, fields and groups that did not change, too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a set instead of tables.")] = False,
) -> None:
    """Compare two runs case by case; exit 1 where something got worse beyond noise or fell below a floor."""
    from evals.comparing import run_compare

    _guarded(run_compare, base, new, flips, full, as_json)


@app.command()
def report(
    of: Run,
    base: Annotated[
        Path | None, typer.Option("--base", metavar="RUN", help="Show differences against this run.")
    ] = None,
    out: Annotated[Path, typer.Option("-o", "--output", help="The HTML file.")] = Path("report.html"),
    worst: Annotated[int, typer.Option("--worst", min=0, help="How many of the worst cases of a set to show.")] = 20,
) -> None:
    """Write a run as one HTML file that needs nothing else."""
    from evals.report.page import run_report

    _guarded(run_report, of, base, out, worst)


@app.command("import")
def import_decisions(
    store: Annotated[Path, typer.Option("--from", metavar="AUDIT.DB", help="The store.", show_default=False)],
    keys: Annotated[
        Path | None, typer.Option("--keys", help="The key file. Default: `keys.db` beside the store.")
    ] = None,
    out: Annotated[Path, typer.Option("-o", "--output", help="The JSONL file; it must not exist.")] = Path(
        "decisions.jsonl"
    ),
    split: Annotated[str, typer.Option(help="The split that the cases belong to.")] = "dev",
) -> None:
    """Turn what people decided into labelled cases. Without who decided, and without what was suggested."""
    from evals.importing import run_import

    _guarded(run_import, store, keys, out, split)


@app.command()
def check(sets: Sets = None) -> None:
    """Check sets: form, near-duplicates across splits and with training texts, styles; print the counts."""
    from evals.running import run_check

    _guarded(run_check, tuple(sets or ()))


@app.command()
def schema() -> None:
    """Print the JSON schemas of a set's head, of a case, and of each kind's target."""
    from evals.running import run_schema

    _guarded(run_schema)

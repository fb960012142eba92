"""The commands and their options. What they do is imported when they run, so that `--help` is quick."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from triage import __version__
from triage.errors import ConfigurationError, TriageError, UsageError

OK, SOME_FAILED, USAGE = 0, 1, 2

app = typer.Typer(
    name="triage",
    help="Reads stalled orders, their threads and supplier documents, and suggests what happened and who should act. "
    "People decide; everything is recorded.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
audit = typer.Typer(help="Show and verify what was recorded.", no_args_is_help=True)
app.add_typer(audit, name="audit")

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", help="Folder for store, keys and policy. Default: TRIAGE_HOME, else the user's data folder."
    ),
]
Model = Annotated[
    str,
    typer.Option("--model", help="`embedded` (no network), `openai:NAME`, `ENDPOINT:NAME` or `replay:FILE`."),
]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, or folders of them.", show_default=False)]
Jsonl = Annotated[
    Path,
    typer.Option("--jsonl", help="File with one JSON object a line; `-` reads standard input.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")]


def guarded(run: Callable[..., int], *arguments: Any, **options: Any) -> None:
    """Run a command; turn errors made on purpose, and those of disk and pipe, into one line and an exit status.

    Everything else becomes a traceback.
    """
    try:
        status = run(*arguments, **options)
        sys.stdout.flush()
    except (UsageError, ConfigurationError) as error:
        _complain(error)
        status = USAGE
    except TriageError as error:
        _complain(error)
        status = SOME_FAILED
    except BrokenPipeError:
        _nobody_reads()
        status = SOME_FAILED
    except OSError as error:
        _flush_or_drop()
        _complain(error)
        status = SOME_FAILED
    raise typer.Exit(status)


def _complain(error: Exception) -> None:
    from triage.cli.show import shown

    typer.echo(shown(f"triage: {error}"), err=True)


def _flush_or_drop() -> None:
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _nobody_reads()


def _nobody_reads() -> None:
    """Send what is left to nowhere, so that the interpreter does not stumble over it at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@app.command()
def demo(
    home: Annotated[
        Path | None, typer.Option("--home", help="Folder for the demo's store. Default: `demo` in the usual folder.")
    ] = None,
    model: Model = "embedded",
) -> None:
    """Triage a day at a small distributor's order desk."""
    from triage.cli.day import run_demo

    guarded(run_demo, home, model)


@app.command()
def run(
    files: Files,
    records: Annotated[
        Path | None,
        typer.Option("--records", help="JSON file with the Odoo side: partners, orders and what is around them."),
    ] = None,
    company: Annotated[
        str | None, typer.Option("--company", help="Company in whose name to record, where --records names none.")
    ] = None,
    model: Model = "embedded",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Triage .eml, .txt, .pdf and .json files. A thread of several mails is one case."""
    from triage.cli.day import run_files

    guarded(run_files, files, records, company, model, home, as_json)


@app.command()
def decide(
    card: Annotated[str, typer.Argument(help="Number of the card, or its id.")],
    verdict: Annotated[str, typer.Argument(help="accept, edit or reject.")],
    category: Annotated[str | None, typer.Option(help="With edit: the right category.")] = None,
    subtype: Annotated[str | None, typer.Option(help="With edit: the right subtype.")] = None,
    severity: Annotated[str | None, typer.Option(help="With edit: low, normal, high or urgent.")] = None,
    reason: Annotated[str | None, typer.Option(help="Reason code; a rejection needs one.")] = None,
    comment: Annotated[str, typer.Option(help="Anything else.")] = "",
    by: Annotated[
        str | None, typer.Option("--as", help="Who decides. Default: TRIAGE_USER, else your account.")
    ] = None,
    home: Home = None,
) -> None:
    """Record a decision on a card. It confirms or corrects the suggestion and changes nothing in Odoo."""
    from triage.cli.decisions import run_decide

    changes = {"category": category, "subtype": subtype, "severity": severity}
    guarded(run_decide, card, verdict, changes, reason, comment, by, home)


@app.command()
def cards(
    state: Annotated[
        str,
        typer.Option(help="Only cards in this state; `waiting`: open or awaiting a second person; `all`: every one."),
    ] = "waiting",
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List cards."""
    from triage.cli.decisions import run_cards

    guarded(run_cards, state, as_json, home)


@app.command()
def card(
    handle: Annotated[str, typer.Argument(metavar="CARD", help="Number of the card, or its id.")],
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Show one card with its evidence."""
    from triage.cli.decisions import run_card

    guarded(run_card, handle, as_json, home)


@app.command()
def classify(jsonl: Jsonl, model: Model = "embedded", home: Home = None) -> None:
    """Classify messages: a JSON line each in, a JSON line each out. Nothing is recorded."""
    from triage.cli.batch import run_classify

    guarded(run_classify, jsonl, model, home)


@app.command()
def summarize(jsonl: Jsonl, model: Model = "embedded", home: Home = None) -> None:
    """Summarise messages: a JSON line each in, a JSON line each out. Nothing is recorded."""
    from triage.cli.batch import run_summarize

    guarded(run_summarize, jsonl, model, home)


@app.command()
def extract(
    files: Files,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="One JSON object a document instead of a readable report.")
    ] = False,
    model: Model = "embedded",
    home: Home = None,
) -> None:
    """Read fields and lines out of supplier documents. Nothing is recorded."""
    from triage.cli.batch import run_extract

    guarded(run_extract, files, jsonl, model, home)


@app.command()
def schema(
    name: Annotated[str | None, typer.Argument(help="A type, for example `Case`; without one, all names.")] = None,
) -> None:
    """Print the JSON schema of a type that is recorded or read."""
    from triage.cli.decisions import run_schema

    guarded(run_schema, name)


@audit.command("show")
def audit_show(
    handle: Annotated[str, typer.Argument(metavar="CARD", help="Number of the card, or its id.")],
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Tell the whole story of a card in order: what was read, answered, suggested and decided."""
    from triage.cli.auditing import run_show

    guarded(run_show, handle, as_json, home)


@audit.command("verify")
def audit_verify(home: Home = None) -> None:
    """Prove that no record was changed, removed or inserted; name the first bad one otherwise."""
    from triage.cli.auditing import run_verify

    guarded(run_verify, home)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"odoo-triage {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Options that stand before the command."""


def _add_registered() -> None:
    """Add the commands of other packages (entry points `triage.commands`); one that cannot be loaded is named."""
    from importlib.metadata import entry_points

    for entry in sorted(entry_points(group="triage.commands"), key=lambda entry: entry.name):
        try:
            app.add_typer(entry.load(), name=entry.name)
        except (ImportError, AttributeError) as error:
            typer.echo(f"triage: the command {entry.name!r} ({entry.value}) cannot be loaded: {error}", err=True)


_add_registered()

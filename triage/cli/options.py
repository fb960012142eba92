"""What all commands share: common options, and how errors end a command. Imports nothing heavy."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from triage.errors import ConfigurationError, TriageError, UsageError

OK, SOME_FAILED, USAGE = 0, 1, 2

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

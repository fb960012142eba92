"""`triage jobs`: what came in and where it stands; dead letters are looked at, tried again or discarded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from triage.cli.options import AsJson, Home, guarded

if TYPE_CHECKING:
    from triage.jobs.inbox import Inbox
    from triage.storage.inbox import InboxRow

jobs_app = typer.Typer(
    help="List and show what came in; try dead letters again, or discard them.", no_args_is_help=True
)

Which = Annotated[str, typer.Argument(metavar="JOB", help="Id of the job, or its first eight characters or more.")]
By = Annotated[str | None, typer.Option("--as", help="Who decides. Default: TRIAGE_USER, else your account.")]
Why = Annotated[str, typer.Option("--why", help="The reason; it is recorded.")]

_SHORT = 12


@jobs_app.command("list")
def list_(
    state: Annotated[
        str,
        typer.Option(
            help="`dead`: given up, waits for a person; `open`: not finished; `done`; `all`; or one of the states."
        ),
    ] = "dead",
    limit: Annotated[int, typer.Option("--limit", min=1, help="The most lines.")] = 100,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List jobs, the oldest first, and how many there are in each state."""
    guarded(run_list, state, limit, as_json, home)


@jobs_app.command("show")
def show(job: Which, as_json: AsJson = False, home: Home = None) -> None:
    """Show one job: what came in, where it stands, what went wrong, how it ended."""
    guarded(run_show, job, as_json, home)


@jobs_app.command("status")
def status(as_json: AsJson = False, home: Home = None) -> None:
    """Show how it stands: what waits and why, workers, sweep, Odoo and its gate. Exit 1 where something is wrong."""
    from triage.cli.jobs_status import run_status

    guarded(run_status, as_json, home)


@jobs_app.command("retry")
def retry(job: Which, why: Why, by: By = None, home: Home = None) -> None:
    """Have a dead job tried again."""
    guarded(run_retry, job, why, by, home)


@jobs_app.command("discard")
def discard(job: Which, why: Why, by: By = None, home: Home = None) -> None:
    """Close a dead job for good; its outcome is a dead letter."""
    guarded(run_discard, job, why, by, home)


def run_list(state: str, limit: int, as_json: bool, home: Path | None) -> int:
    """A line a job; the counts go to standard error."""
    states = _states(state)
    with _inbox(home) as inbox:
        found, counts = inbox.page(states, limit), inbox.counts()
    if as_json:
        for row in found:
            _say(_plain(row))
    elif found:
        _table(found)
    typer.echo(", ".join(f"{number} {name}" for name, number in counts.items()) + ".", err=True)
    if not as_json and state == "dead" and found:
        typer.echo("Next: triage jobs show JOB; triage jobs retry JOB --why REASON", err=True)
    return 0


def run_show(handle: str, as_json: bool, home: Path | None) -> int:
    """Everything that is known of one job."""
    from triage.errors import StoreError

    with _inbox(home) as inbox:
        row = inbox.find(handle)
        told = _plain(row)
        try:
            arrival = inbox.load(row)
            told["reference"] = arrival.ref.model_dump(mode="json")
            told["brings"] = "a case" if arrival.case else None
        except StoreError as error:
            told["reference"] = None
            told["unreadable"] = str(error)
        try:
            outcome = inbox.outcome(row)
            told["outcome"] = None if outcome is None else outcome.model_dump(mode="json")
        except StoreError as error:
            told["outcome"] = {"kind": row.outcome, "unreadable": str(error)}
    if as_json:
        _say(told)
        return 0
    from triage.cli.show import console, literal

    for name, value in told.items():
        if value not in (None, ""):
            console().print(literal(f"{name.replace('_', ' '):<12} {_words(value)}"))
    return 0


def run_retry(handle: str, why: str, by: str | None, home: Path | None) -> int:
    """Try a dead job again."""
    from triage.settings import person

    with _inbox(home) as inbox:
        row = inbox.find(handle)
        inbox.retry(row.id, by or person(), why)
    typer.echo(f"Job {row.id[:_SHORT]} is tried again.")
    return 0


def run_discard(handle: str, why: str, by: str | None, home: Path | None) -> int:
    """Discard a dead job."""
    from triage.settings import person

    with _inbox(home) as inbox:
        row = inbox.find(handle)
        inbox.discard(row.id, by or person(), why)
    typer.echo(f"Job {row.id[:_SHORT]} is discarded: a dead letter.")
    return 0


def _states(wanted: str) -> list[str]:
    from triage.errors import UsageError
    from triage.storage.inbox import QUEUED, STATES, WAITING, WORKING

    several = {"all": list(STATES), "open": [WAITING, QUEUED, WORKING]}
    if wanted in several:
        return several[wanted]
    if wanted not in STATES:
        raise UsageError(f"--state {wanted}: say one of {', '.join([*STATES, *several])}.")
    return [wanted]


@contextmanager
def _inbox(home: Path | None) -> Iterator[Inbox]:
    from triage.cli.wiring import now, open_store
    from triage.jobs.inbox import Inbox
    from triage.settings import Settings

    with open_store(Settings.of(home)) as store:
        yield Inbox(store.journal, now)


def _plain(row: InboxRow) -> dict[str, Any]:
    """What may be told of a row without opening it."""
    return {
        "job": row.id,
        "state": row.state,
        "source": row.source,
        "door": row.door,
        "company": row.stream or row.company,
        "received_at": row.received_at,
        "due_at": row.due_at,
        "attempts": row.attempts,
        "error": row.error,
        "worker": row.worker,
        "event": row.event,
        "carried_by": row.carried_by,
        "outcome": row.outcome,
        "finished_at": row.finished_at,
    }


def _say(value: dict[str, Any]) -> None:
    import sys

    from triage.cli.show import json_line

    typer.echo(json_line(value, sys.stdout.encoding))


def _words(value: Any) -> str:
    return (
        ", ".join(f"{name} {_words(each)}" for name, each in value.items()) if isinstance(value, dict) else str(value)
    )


def _table(found: list[InboxRow]) -> None:
    from rich.table import Table

    from triage.cli.show import console, literal

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("job", "state", "received", "source", "company", "tried", "outcome or error"):
        table.add_column(column, overflow="fold", no_wrap=column == "job")
    for row in found:
        cells = (
            row.id[:_SHORT],
            row.state,
            row.received_at[:19],
            f"{row.source} ({row.door})",
            row.stream or row.company,
            str(row.attempts),
            row.outcome or row.error or "",
        )
        table.add_row(*(literal(cell) for cell in cells))
    console().print(table)


__all__ = ["jobs_app"]

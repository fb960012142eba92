"""API keys on the command line: make, list, rotate, revoke. A key is shown once, when it is made."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from triage.cli.options import Home, guarded

if TYPE_CHECKING:
    from triage.storage.apikeys import ApiKey

keys_app = typer.Typer(
    help="Make, list, rotate and revoke the keys of programs that use the API.", no_args_is_help=True
)

Which = Annotated[str, typer.Argument(metavar="KEY", help="Id of the key, or its name.")]
Days = Annotated[float, typer.Option("--days", help="How long the key works.")]


@keys_app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Which program will use it.")],
    scope: Annotated[list[str], typer.Option("--scope", help="What it may do, for example cards:read. Repeatable.")],
    person: Annotated[
        str | None, typer.Option("--person", help="Who decides with it, where it may decide cards.")
    ] = None,
    company: Annotated[
        list[str] | None, typer.Option("--company", help="Only this company. Repeatable. Default: all.")
    ] = None,
    rate: Annotated[
        str | None, typer.Option("--rate", help="The most requests, for example 300/minute. Default: the service's.")
    ] = None,
    days: Days = 90,
    home: Home = None,
) -> None:
    """Make a key and print it. It is printed this once; only a keyed hash of it is kept."""
    guarded(run_create, name, scope, person, company, rate, days, home)


@keys_app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False, home: Home = None) -> None:
    """List all keys: what they may do, until when, and when they were last used."""
    guarded(run_list, as_json, home)


@keys_app.command("rotate")
def rotate(
    key: Which,
    overlap_hours: Annotated[
        float, typer.Option("--overlap-hours", help="How long the old key works beside the new one.")
    ] = 24,
    days: Days = 90,
    home: Home = None,
) -> None:
    """Make a successor with the same rights and print it; the old key ends after the overlap."""
    guarded(run_rotate, key, overlap_hours, days, home)


@keys_app.command("revoke")
def revoke(key: Which, home: Home = None) -> None:
    """End a key at once; by its name, every working key of that name."""
    guarded(run_revoke, key, home)


def run_create(
    name: str,
    scopes: list[str],
    person: str | None,
    companies: list[str] | None,
    rate: str | None,
    days: float,
    home: Path | None,
) -> int:
    """Make a key; the key alone goes to standard output, what is to be known about it to standard error."""
    from triage.settings import person as whoever

    _check_rate(rate)
    with _keys(home) as keys:
        made, text = keys.create(
            name, scopes, by=whoever(), days=days, person=person, companies=companies or None, rate=rate
        )
    typer.echo(text)
    typer.echo(f"Key {made.id} for {made.name}: {', '.join(made.scopes)}; until {made.expires_at[:10]}.", err=True)
    if made.allows("cards:decide") and made.person is None and not made.allows("cards:decide-for-others"):
        typer.echo("It decides as nobody: name its person with --person, or no decision will be taken.", err=True)
    typer.echo("It is not shown again.", err=True)
    return 0


def run_list(as_json: bool, home: Path | None) -> int:
    """List the keys without anything secret."""
    from triage.cli.wiring import now
    from triage.domain import utc

    with _keys(home) as keys:
        found = keys.all()
    at = utc(now())
    if as_json:
        for key in found:
            typer.echo(json.dumps(_plain(key, at), ensure_ascii=False))
        return 0
    if not found:
        typer.echo("No keys. `triage keys create NAME --scope cards:read` makes one.")
        return 0
    _table(found, at)
    return 0


def run_rotate(handle: str, overlap_hours: float, days: float, home: Path | None) -> int:
    """Rotate a key; the new one alone goes to standard output."""
    from datetime import timedelta

    from triage.settings import person as whoever

    with _keys(home) as keys:
        old = keys.find(handle)
        made, text = keys.rotate(handle, by=whoever(), days=days, overlap=timedelta(hours=overlap_hours))
        ends = keys.find(old.id).expires_at
    typer.echo(text)
    typer.echo(f"Key {made.id} replaces {old.id}, which works until {ends[:16]}Z. It is not shown again.", err=True)
    return 0


def run_revoke(handle: str, home: Path | None) -> int:
    """Revoke a key, or all of a name."""
    with _keys(home) as keys:
        gone = keys.revoke(handle)
    for key in gone:
        typer.echo(f"Key {key.id} ({key.name}) is revoked.")
    return 0


def _table(found: list[ApiKey], at: str) -> None:
    from rich.table import Table

    from triage.cli.show import console, literal

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("key", "name", "state", "may", "companies", "person", "until", "last used"):
        table.add_column(column, overflow="fold")
    for key in found:
        cells = (
            key.id,
            key.name,
            key.state(at),
            ", ".join(key.scopes),
            "all" if key.companies is None else ", ".join(key.companies),
            key.person or "",
            key.expires_at[:10],
            (key.last_used_at or "never")[:16],
        )
        table.add_row(*(literal(cell) for cell in cells))
    console().print(table)


def _plain(key: ApiKey, at: str) -> dict[str, Any]:
    return {name: value for name, value in asdict(key).items() if name != "hash"} | {"state": key.state(at)}


def _check_rate(rate: str | None) -> None:
    import limits

    from triage.errors import UsageError

    if rate is not None:
        try:
            limits.parse(rate)
        except ValueError as error:
            raise UsageError(f"{rate!r} is no rate, as 300/minute or 10/second are.") from error


def _keys(home: Path | None) -> Any:
    from contextlib import contextmanager

    from triage.cli.wiring import now, open_store
    from triage.settings import Settings
    from triage.storage.apikeys import ApiKeys

    @contextmanager
    def opened() -> Any:
        with open_store(Settings.of(home), create=True) as store:
            yield ApiKeys(store.database, store.keys, now)

    return opened()

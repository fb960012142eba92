"""`triage jobs sources` and `triage jobs repeats`: who sends, since when nobody does, what comes again and again."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from triage.cli.options import AsJson, Home, guarded

if TYPE_CHECKING:
    from triage.jobs.inbox import Inbox
    from triage.storage.traffic import Repeat, Traffic

Since = Annotated[str, typer.Option("--since", help="From when to count: 2026-11-23, 2026-11-23T09:00, 90m, 6h, 2d.")]

_SWEEP = "sweep"


@dataclass(frozen=True)
class _Line:
    """What is told of a source."""

    source: str
    door: str
    is_silent: bool
    arrivals: int = 0
    carried: int = 0
    unfinished: int = 0
    dead: int = 0
    last: str | None = None
    silent_seconds: float | None = None
    unannounced: int | None = None
    """Of the sweep: changes that no source has named."""


def sources(
    since: Since = "1d",
    silent: Annotated[
        str | None,
        typer.Option("--silent", help="Exit status 1 where a source of service.yaml sent nothing since: 6h, 2d."),
    ] = None,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List who sends events: how many, how many were carried by others, and when the last one came."""
    guarded(run_sources, since, silent, as_json, home)


def repeats(
    since: Since = "1d",
    least: Annotated[int, typer.Option("--least", min=2, help="Only records that came so often.")] = 3,
    limit: Annotated[int, typer.Option("--limit", min=1, help="The most lines.")] = 20,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """List records that come again and again, with who sends them."""
    guarded(run_repeats, since, least, limit, as_json, home)


def run_sources(since: str, silent: str | None, as_json: bool, home: Path | None) -> int:
    """A line a source, those of `service.yaml` that never sent included; 1 where one was silent for too long."""
    from triage.cli.odoo import moment
    from triage.cli.wiring import now, open_store
    from triage.odoo.connection import read_connection
    from triage.settings import Settings
    from triage.storage import gauges, traffic

    settings, at = Settings.of(home), now()
    connection = read_connection(settings.home)
    bound = moment(silent, at) if silent else None
    with open_store(settings) as store:
        lines = _lines(settings.sources(), traffic.by_source(store.database, _utc(moment(since, at))), at, bound)
        lost = traffic.unannounced(store.database, _SWEEP, _utc(moment(since, at)))
        lines = [replace(line, unannounced=lost) if line.source == _SWEEP else line for line in lines]
        place = f"{connection.url} {connection.database}" if connection is not None else ""
        swept = gauges.swept_at(store.database, place)
    for line in lines if as_json else ():
        _say(asdict(line))
    if not as_json:
        _table(lines)
        if swept is not None:
            typer.echo(f"Odoo was last looked through at {swept[:19]}Z.")
        if lost and settings.sources():
            typer.echo(f"{lost} of what the sweep found was named by no other source.")
    quiet = list(dict.fromkeys(line.source for line in lines if line.is_silent))
    if quiet:
        typer.echo(f"Silent: {', '.join(quiet)}.", err=True)
    return 1 if quiet else 0


def run_repeats(since: str, least: int, limit: int, as_json: bool, home: Path | None) -> int:
    """A line a record, the most often first."""
    from triage.cli.odoo import moment
    from triage.cli.wiring import now, open_store
    from triage.jobs.inbox import Inbox
    from triage.settings import Settings
    from triage.storage import traffic

    begin = _utc(moment(since, now()))
    with open_store(Settings.of(home)) as store:
        inbox = Inbox(store.journal, now)
        found = traffic.repeats(store.database, begin, least, limit)
        told = [
            _repeat(each, inbox) | {"sources": traffic.sources_of(store.database, each.record, begin)} for each in found
        ]
    for each in told:
        if as_json:
            _say(each)
        else:
            by = ", ".join(f"{name} {number}" for name, number in each["sources"].items())
            _print(f"{each['record']}: {each['arrivals']} arrivals ({by}), {each['reviews']} reviews; {each['newest']}")
    if not told and not as_json:
        typer.echo(f"No record came {least} times or more.")
    return 0


def _lines(named: dict[str, str], found: list[Traffic], at: datetime, bound: datetime | None) -> list[_Line]:
    heard = {each.source for each in found if bound is not None and datetime.fromisoformat(each.last) >= bound}
    silent = set(named) - heard if bound is not None else set()
    lines = [_line(each, at, each.source in silent) for each in found]
    known = {line.source for line in lines}
    lines += [_Line(name, door, name in silent) for name, door in named.items() if name not in known]
    return sorted(lines, key=lambda line: (line.source, line.door))


def _line(found: Traffic, at: datetime, is_silent: bool) -> _Line:
    last = datetime.fromisoformat(found.last).astimezone(UTC)
    return _Line(is_silent=is_silent, silent_seconds=round((at - last).total_seconds(), 1), **asdict(found))


def _repeat(found: Repeat, inbox: Inbox) -> dict[str, Any]:
    """With what people call the record, as far as what came can still be opened."""
    from triage.errors import StoreError

    row, called = inbox.get(found.newest), None
    try:
        called = str(inbox.load(row).ref.key) if row is not None else None
    except StoreError:
        called = None
    return {
        "record": called or f"(record {found.record[:8]})",
        "arrivals": found.arrivals,
        "reviews": found.reviews,
        "newest": found.newest[:12],
    }


def _table(lines: list[_Line]) -> None:
    from rich.table import Table

    from triage.cli.show import console, literal

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("source", "door", "came", "carried", "open", "dead", "last", "ago"):
        table.add_column(column, overflow="fold", justify="right" if column in _NUMBERS else "left")
    for line in lines:
        cells = (
            line.source,
            line.door,
            str(line.arrivals),
            str(line.carried),
            str(line.unfinished),
            str(line.dead),
            (line.last or "never")[:19],
            "" if line.silent_seconds is None else _ago(line.silent_seconds),
        )
        table.add_row(*(literal(cell) for cell in cells))
    console().print(table)


_NUMBERS = frozenset({"came", "carried", "open", "dead"})


def _ago(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def _utc(at: datetime) -> str:
    from triage.domain import utc

    return utc(at)


def _print(text: str) -> None:
    from triage.cli.show import shown

    typer.echo(shown(text))


def _say(value: dict[str, Any]) -> None:
    import sys

    from triage.cli.show import json_line

    typer.echo(json_line(value, sys.stdout.encoding))


__all__ = ["repeats", "sources"]

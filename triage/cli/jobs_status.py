"""`triage jobs status`: how the installation stands, at a glance, and what keeps jobs waiting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from triage.cli.wiring import Store
    from triage.settings import Settings

LATE_SECONDS = 300.0
"""From here on something is due for too long. Like all of these as in `service/monitoring/alerts.yaml`."""
SWEEP_SECONDS = 600.0
"""A sweep may be later than its interval by so much."""
CHECKPOINT_HOURS = 26
_SILENT = timedelta(seconds=60)


@dataclass(frozen=True)
class Line:
    """One thing that was looked at."""

    name: str
    value: Any
    trouble: str = ""
    """What is not as it should be, and what to do."""

    @property
    def key(self) -> str:
        """Its name for programs."""
        return self.name.replace(",", "").replace(" ", "_")


def run_status(as_json: bool, home: Path | None) -> int:
    """Print how it stands; 1 where something is not as it should be."""
    from triage.cli.wiring import open_store
    from triage.settings import Settings

    settings = Settings.of(home)
    with open_store(settings) as store:
        lines = [*_of_store(store, settings), *_of_odoo(settings)]
    if as_json:
        import sys

        from triage.cli.show import json_line

        troubles = {line.key: line.trouble for line in lines if line.trouble}
        told = {line.key: line.value for line in lines} | {"troubles": troubles}
        typer.echo(json_line(told, sys.stdout.encoding))
    else:
        _print(lines)
    return 1 if any(line.trouble for line in lines) else 0


def _of_store(store: Store, settings: Settings) -> Iterator[Line]:
    from triage.cli.wiring import now
    from triage.domain import utc
    from triage.odoo.connection import read_connection
    from triage.storage import gauges, inbox, switch, workers

    database, at = store.database, now()
    counts = inbox.counts(database)
    dead = "give up or try again: triage jobs list" if counts["dead"] else ""
    yield Line("arrivals", counts, dead)
    open_ = [one for one in gauges.held(database) if one.state != "dead"]
    due = max((_since(one.due_since, at) for one in open_), default=0.0)
    late = f"the longest due has been for {due:.0f} seconds" if due > LATE_SECONDS else ""
    yield Line("due for, seconds", max(0, round(due)), late)
    yield Line("oldest arrival, seconds", round(max((_since(one.received, at) for one in open_), default=0.0)))
    errors = dict.fromkeys(row.error for row in inbox.page(database, ["waiting"], 500) if row.error)
    yield Line("waits because of", list(errors)[:5])
    alive = workers.alive(database, utc(at - _SILENT))
    nobody = "" if alive else "no worker gave a sign for a minute: start `triage worker`"
    yield Line("workers", [f"{row.id} ({row.jobs} jobs)" for row in alive], nobody)
    off = [row.scope or "everything" for row in switch.every(database) if row.is_off]
    yield Line("switched off", off, "triage switch status says who did it and why" if off else "")
    effects = gauges.effects(database)
    failed = "Odoo refused what a decision brings with it; see the log" if effects["failed"] else ""
    yield Line("effects of decisions", effects, failed)
    yield _checkpoint(gauges.last_checkpoint(database), at)
    if (connection := read_connection(settings.home)) is not None:
        place = f"{connection.url} {connection.database}"
        yield _swept(gauges.swept_at(database, place), connection.sweep.every_seconds, at)


def _checkpoint(made: str | None, at: datetime) -> Line:
    hours = None if made is None else round(_since(made, at) / 3600, 1)
    late = "" if hours is None or hours <= CHECKPOINT_HOURS else "look at the timer of `triage audit checkpoint`"
    return Line("last checkpoint, or beginning, hours ago", hours, late)


def _swept(last: str | None, every: float, at: datetime) -> Line:
    ago = None if last is None else round(_since(last, at))
    late = f"a pass is due every {every:.0f} seconds: `triage sweep` shows what keeps it"
    return Line("swept, seconds ago", ago, "" if ago is None or ago <= every + SWEEP_SECONDS else late)


def _of_odoo(settings: Settings) -> Iterator[Line]:
    """The connected Odoo, asked now."""
    from triage.domain import Category, Mode
    from triage.odoo.connection import read_connection
    from triage.odoo.gate.standing import standing

    connection = read_connection(settings.home)
    if connection is None:
        yield Line("odoo", None)
        return
    wanted = any(p.mode(each) is Mode.ADVISE for p in settings.policies().every() for each in Category)
    found = standing(connection, wanted)
    said = found.trouble or ""
    is_gate = found.is_up and found.gate_matches is False
    yield Line("odoo", "answers" if found.is_up else "does not answer", "" if is_gate else said)
    words = {True: "matches", False: "does not match", None: "not asked" if said else "not needed"}
    waits = " Jobs about its records wait." if is_gate else ""
    yield Line("gate", words[found.gate_matches], said + waits if is_gate else "")


def _print(lines: list[Line]) -> None:
    from triage.cli.show import console, literal

    for line in lines:
        console().print(literal(f"{line.name:<41} {_words(line.value)}"))
        if line.trouble:
            console().print(literal(f"  ! {line.trouble}"))


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{number} {name}" for name, number in value.items()) or "none"
    if isinstance(value, list):
        return "; ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)


def _since(text: str, at: datetime) -> float:
    return (at - datetime.fromisoformat(text).astimezone(UTC)).total_seconds()


__all__ = ["run_status"]

"""What a thousand companies and millions of events a day need, computed from what one event costs.

    python -m evals.load.many_sites                                       # 1,000 companies, 5 million events a day
    python -m evals.load.many_sites --companies 50 --events 200000 --json

First the sample day goes down the real path (embedded models, then a model server that answers), and what an event
leaves and takes is counted: records, bytes, questions, letters. What only an idle machine shows (computing,
acknowledging, the store's commits) is taken from docs/benchmarks.md. Both are multiplied by the load of the busiest
hour; the part with the least room saturates first. Every line says whether its unit was measured or assumed; the
multiplication itself is an extrapolation over three orders of magnitude, and nobody has run it.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from evals.load.fake_model import Model
from tests.fake_model_server import FakeModelServer
from triage.cli.wiring import open_store
from triage.domain import Answer, Paper
from triage.errors import KeyMissing
from triage.settings import Settings
from triage.storage import records

_SECRET = "only-for-this-run"  # noqa: S105


@dataclass(frozen=True)
class Load:
    """What is asked for."""

    companies: int = 1000
    events: int = 5_000_000
    """A day, all companies together."""
    working_hours: float = 10.0
    peak: float = 2.0
    """The busiest hour beside the mean of the working hours."""
    reviewed: float = 0.6
    """Share of events that become a review: bursts on one record are one."""
    exceptions: float = 0.2
    """Share of reviews that make or change a card."""
    kept_days: int = 365
    money_per_million_tokens: float = 0.5

    @property
    def peak_events(self) -> float:
        """Events a second in the busiest hour."""
        return self.events / (self.working_hours * 3600) * self.peak


@dataclass(frozen=True)
class Unit:
    """What one of something costs, or gives."""

    value: float
    unit: str
    source: str
    """`measured now`, the section of docs/benchmarks.md, or `assumed`."""


@dataclass(frozen=True)
class Part:
    """One part of the installation in the busiest hour."""

    name: str
    need: float
    of_one: float
    """What one piece gives."""
    unit: str
    piece: str
    most: float | None
    """So many pieces can work together today; none: as many as are bought."""
    is_measured: bool
    do: str

    @property
    def pieces(self) -> float:
        """How many pieces are needed."""
        return self.need / self.of_one

    @property
    def used(self) -> float | None:
        """Share of what can be had today; over 1 it does not go."""
        return None if self.most is None else self.pieces / self.most


def measured_units() -> dict[str, Unit]:
    """Run the sample day twice and count."""
    with tempfile.TemporaryDirectory(prefix="triage-sites-") as folder:
        own = Path(folder)
        _demo(own / "embedded", [], {})
        plain = _counted(own / "embedded")
        with FakeModelServer() as server:
            server.plan(Model(0.0, 0.0))
            settings = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": _SECRET}
            _demo(own / "asked", ["--model", "openai:counted"], settings)
            asked = _counted(own / "asked")
    now = "measured now, sample day"
    return {
        "records": Unit(plain["records"] / plain["events"], "records an event", now),
        "store_bytes": Unit(plain["store_bytes"] / plain["events"], "bytes an event", now),
        "key_bytes": Unit(plain["key_bytes"] / plain["events"], "bytes an event", now),
        "questions": Unit(asked["questions"] / max(1, asked["cards"]), "questions a card", now),
        "letters": Unit(asked["letters"] / max(1, asked["questions"]), "letters a question", now),
    }


def known_units() -> dict[str, Unit]:
    """What an idle machine showed; the commands stand in docs/benchmarks.md."""
    return {
        "accept_cpu": Unit(0.0016, "core seconds an event", "Acknowledging events"),
        "review_cpu": Unit(0.100, "core seconds a review with three questions", "Kills, faults and the whole path"),
        "quiet_cpu": Unit(0.062, "core seconds a review by the embedded models alone", "Jobs"),
        "odoo_calls": Unit(14, "calls a review", "Odoo"),
        "odoo_cpu": Unit(0.020, "core seconds a review, in the look-alike", "Kills, faults and the whole path"),
        "verify": Unit(56_700, "records a second and core", "The journal"),
        "model_seconds": Unit(2.0, "seconds a question", "assumed"),
        "calls_at_once": Unit(32, "questions at once of an endpoint", "assumed"),
        "odoo_site": Unit(15, "calls a second, one after the other, a real Odoo 18 on two cores", "Odoo"),
        "appends": Unit(1728, "records a second, one PostgreSQL, eight writers on two cores", "The journal"),
        "letters_token": Unit(4.0, "letters a token", "assumed"),
    }


def parts_of(load: Load, units: dict[str, Unit]) -> list[Part]:
    """What the busiest hour asks of each part, the fullest first."""
    of = {name: unit.value for name, unit in units.items()}
    reviews = load.peak_events * load.reviewed
    cards = reviews * load.exceptions
    questions = cards * of["questions"]
    found = [
        Part("web processes", load.peak_events * of["accept_cpu"], 0.7, "cores", "process", None, True,
             "another process beside it (0.7 of a core is taken as much as one should do); they share nothing"),
        Part("workers", cards * of["review_cpu"] + (reviews - cards) * of["quiet_cpu"], 1.0, "cores",
             "core", None, True, "cores are bought; the embedded classifier is the largest share"),
        Part("journal appends", reviews * of["records"], of["appends"], "records a second", "PostgreSQL", 1, True,
             "more cores first; then databases for groups of companies: a stream never spans two"),
        Part("model endpoint", questions * of["model_seconds"], of["calls_at_once"], "questions at once", "quota", None,
             False, "ask only where the embedded models abstain (`combine`), and buy quota"),
        Part("Odoo, each company's own", reviews * of["odoo_calls"] / load.companies, of["odoo_site"],
             "calls a second and site", "site", 1, True,
             "where a site gives one call a second (said of Odoo Online): lengthen delay_seconds, sweep less"),
        Part("store for a year", load.events * load.reviewed * load.kept_days * of["store_bytes"] / 1e12, 4.0, "TB",
             "disk of 4 TB", None, True, "retention by policy: payloads of what made no card after 30 days"),
        Part("verification of a day", load.events * load.reviewed * of["records"] / of["verify"] / 3600, 24.0,
             "core hours", "core", None, True, "verify by company, on several cores"),
    ]  # fmt: skip
    return sorted(found, key=lambda part: -(part.used or 0))


def money_of(load: Load, units: dict[str, Unit]) -> float:
    """What a model would take a day."""
    of = {name: unit.value for name, unit in units.items()}
    asked = load.events * load.reviewed * load.exceptions * of["questions"]
    return asked * of["letters"] / of["letters_token"] / 1e6 * load.money_per_million_tokens


def _demo(home: Path, words: list[str], settings: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "triage", "demo", "--home", str(home), *words],
        env=os.environ | settings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"the sample day did not end well:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


def _counted(home: Path) -> dict[str, float]:
    found: dict[str, float] = {"questions": 0, "letters": 0}
    with open_store(Settings(home)) as store:
        database = store.database
        for event, company in {(row[0], row[1]) for row in database.query("SELECT event, stream FROM journal")}:
            for record in records.of_event(database, event, company) if event else ():
                try:
                    value = store.journal.opened(record)
                except KeyMissing:
                    continue
                if isinstance(value, Answer | Paper):
                    found["questions"] += len(value.calls)
                    found["letters"] += sum(len(json.dumps(call.sent)) + len(call.received) for call in value.calls)
        found["records"] = float(database.query("SELECT count(*) FROM journal")[0][0])
        events = "SELECT count(DISTINCT event) FROM journal WHERE step = 'capture'"
        found["events"] = float(database.query(events)[0][0])
        found["cards"] = float(database.query("SELECT count(*) FROM cards")[0][0])
    found["store_bytes"] = _size(home / "audit.db")
    found["key_bytes"] = _size(home / "keys.db")
    return found


def _size(path: Path) -> float:
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return float(path.stat().st_size)


def told(load: Load, units: dict[str, Unit]) -> dict[str, Any]:
    """Everything, for other programs."""
    parts = parts_of(load, units)
    return {
        "load": asdict(load) | {"peak_events": load.peak_events},
        "units": {name: asdict(unit) for name, unit in units.items()},
        "parts": [asdict(part) | {"pieces": part.pieces, "used": part.used} for part in parts],
        "first": next((part.name for part in parts if part.used), None),
        "model_money_a_day": money_of(load, units),
    }


def _print(load: Load, units: dict[str, Unit]) -> None:
    out = Console(width=150)
    out.print(
        f"{load.companies:,} companies, {load.events:,} events a day: in the busiest hour {load.peak_events:,.0f} a "
        "second, "
        f"{load.peak_events * load.reviewed:,.0f} reviews, "
        f"{load.peak_events * load.reviewed * load.exceptions:,.0f} cards."
    )
    table = Table("unit", "value", "", "from", title="What one costs")
    for name, unit in units.items():
        table.add_row(name, f"{unit.value:,.4g}", unit.unit, unit.source)
    out.print(table)
    table = Table(
        "part", "need", "one gives", "pieces", "of what goes today", "unit measured", "then", title="Busiest hour"
    )
    for part in parts_of(load, units):
        table.add_row(
            part.name, f"{part.need:,.4g} {part.unit}", f"{part.of_one:,.4g}", f"{part.pieces:,.3g} × {part.piece}",
            "as many as are bought" if part.used is None else f"{part.used:.0%}", "yes" if part.is_measured else "no",
            part.do,
        )  # fmt: skip
    out.print(table)
    out.print(f"A language model for all cards: {money_of(load, units):,.0f} a day at the assumed price.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, compute, print."""
    parser = argparse.ArgumentParser(prog="python -m evals.load.many_sites", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    for name, default in asdict(Load()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    parser.add_argument("--json", action="store_true")
    given = vars(parser.parse_args(arguments))
    as_json = given.pop("json")
    load = Load(**given)
    if load.companies < 1 or load.events < 1:
        parser.error("--companies and --events are at least 1.")
    units = measured_units() | known_units()
    if as_json:
        print(json.dumps(told(load, units)))
    else:
        _print(load, units)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

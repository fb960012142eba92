"""A day of faults in half an hour: every event accounted for, every alert that should have fired did, and no other.

    python -m evals.load.chaos_day --minutes 30
    python -m evals.load.chaos_day --minutes 30 --database postgresql --json day.json

Web process, workers with their sweeps, a look-alike of Odoo and a model server run as processes of their own, and
exceptions come in all the time. Two hands do harm meanwhile, at times and in an order drawn from a seed: one does what
is over soon, the other what lasts until an alert fires. A real Prometheus (`apt install prometheus`) watches with the
rules of `service/monitoring/alerts.yaml`, their durations divided by a factor; thresholds, and how often the software
itself looks, stay as they are. Without the program it runs all the same, and says that no alert was looked at.

At the end all harm is gone, what is left is worked off, and store, look-alike and alerts are compared with what was
sent and done. Exit status 1, and a list, where anything is not as it should be.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from evals.load import parts
from evals.load.alerts import Site
from evals.load.chaos import accounted
from evals.load.day_alerts import Claims
from evals.load.day_hands import Hand
from evals.load.day_long import LONG
from evals.load.day_short import CARRIER, SHORT
from evals.load.day_site import Day, DaySender, Keeper
from evals.load.kills import calls_of, compare, table
from evals.load.parts import Helper
from evals.load.prometheus import watching
from triage.audit.checkpoints import make
from triage.cli.wiring import now, open_store
from triage.errors import StoreError
from triage.settings import Settings

if TYPE_CHECKING:
    from tests.databases import PostgresServer

_AGAIN = 0.05
_QUIET_SECONDS = 20.0
"""Before the first fault and after the last: nothing may fire by itself."""
_REST_SECONDS = 12.0
"""What was hurt is let alone for so long by the quick hand, so that two short faults are no long one."""
_APART_A_MINUTE = 6


@dataclass
class Asked:
    """What to run."""

    minutes: float = 30
    rate: float = 1.0
    every: float = 6.0
    workers: int = 2
    concurrency: int = 3
    database: str = "sqlite"
    factor: float = 5.0
    seed: int = 7
    patience: float = 15
    """Minutes that are allowed for working off what is left."""
    only: Sequence[str] = ()
    """Names of the faults to make; without any, all."""


def run(asked: Asked, home: Path, stack: ExitStack) -> dict[str, Any]:
    """Run it; what was found. `wrong` lists what is not as it should be."""
    day, sender, refs = _installed(asked, home, stack)
    keeping = threading.Thread(target=day.keeper.run, daemon=True)
    with parts.running(day.keeper.members):
        stack.callback(sender.stopped.set)
        parts.wait_for(f"http://127.0.0.1:{day.site.port}/livez", 300)
        keeping.start()
        _until(lambda: _is_watched(day), asked.patience * 60, day)
        began = time.time()
        sender.thread.start()
        time.sleep(_QUIET_SECONDS)
        hands = _hands(asked, day, began + asked.minutes * 60)
        working = [threading.Thread(target=hand.run, daemon=True) for hand in hands]
        for each in working:
            each.start()
        for each in working:
            each.join()
        harmed = time.time()
        _until(lambda: not sender.thread.is_alive() and _worked_off(day), asked.patience * 60, day)
        time.sleep(_QUIET_SECONDS)
        ended = time.time()
        fired = day.watch.spans(began, ended) if day.watch else {}
        day.keeper.ended.set()
        keeping.join()
    sender.ids.update(day.ids)
    wanted = {ref.id: ref for ref in [*refs, *day.wanted]}
    found = compare(day.store, day.inbox, list(wanted.values()), sender, day.site.odoo, day.site.model)
    found["outcomes recorded beyond one"] -= day.retried
    wrong = [*day.wrong, *accounted(found), *_given_up(day, found)]
    if day.watch:
        wrong += day.claims.judged(fired)
    return {
        "minutes": round((harmed - began) / 60, 1),
        "worked off after, s": round(ended - harmed - _QUIET_SECONDS),
        "faults": dict(sorted(Counter(name for hand in hands for _, name, _ in hand.happened).items())),
        "alerts looked at": f"by Prometheus, durations divided by {asked.factor:g}" if day.watch else "no",
        "alerts that had to fire": ", ".join(day.claims.wanted()),
        "alerts that fired": ", ".join(f"{name} {len(spans)}x" for name, spans in sorted(fired.items())),
        **found,
        "load": parts.load_now(),
        "script": sorted(
            (round(at), name, round(seconds, 1)) for hand in hands for at, name, seconds in hand.happened
        ),
        "wrong": wrong,
    }  # fmt: skip


def _installed(asked: Asked, home: Path, stack: ExitStack) -> tuple[Day, DaySender, list[Any]]:
    server = _server(asked.database, stack)
    environment = {"TRIAGE_DATABASE": server.database()} if server else {}
    apart = max(10, round(asked.minutes * _APART_A_MINUTE))
    orders = max(10, round(asked.minutes * 60 * asked.rate)) + apart
    words = ("--orders", str(orders), "--apart", str(apart), "--home", str(home))
    odoo = stack.enter_context(Helper("evals.load.parts", *words))
    model = stack.enter_context(Helper("evals.load.fake_model", "--seconds", "0.1"))
    parts.write_home(home, model.told, concurrency=asked.concurrency, schedule=True, off_seconds=1)
    _configure(home)
    store = stack.enter_context(open_store(Settings.of(home, environment), create=True))
    make(store.journal, now)
    port, refs = parts.free_port(), parts.refs_of(odoo)
    members = [parts.web(home, environment | {"CARRIER_SECRET": CARRIER}, port)]
    members += [parts.worker(home, environment, number) for number in range(1, asked.workers + 1)]
    watch = None
    if shutil.which("prometheus"):
        watch = stack.enter_context(watching(home / "prometheus", [f"127.0.0.1:{port}"], asked.factor, every=2.0))
    else:
        print("prometheus is not here (apt install prometheus): no alert is looked at.", flush=True)
    site = Site(home, port, members[1], stack, odoo, model, watch, iter(()))  # type: ignore[arg-type]  # no alert is asked of it
    claims = Claims(asked.factor)
    day = Day(site, environment, Keeper(members), store, claims, iter(refs[-apart:]), watch, server)
    chance, pace = random.Random(asked.seed), 1 / asked.rate  # noqa: S311

    def paced() -> int:
        time.sleep(pace)
        return 0

    sender = DaySender(port, calls_of(refs[:-apart], _AGAIN, chance), paced, day=day)
    return day, sender, refs[:-apart]


def _configure(home: Path) -> None:
    carrier = {
        "name": "carrier", "door": "signed", "secrets": [{"environment": "CARRIER_SECRET"}], "company": parts.COMPANY,
        "models": ["sale.order"], "delay_seconds": 1,
    }  # fmt: skip
    service = yaml.safe_load((home / "service.yaml").read_text())
    service |= {"metrics": {"seconds": 1}, "sources": [*service["sources"], carrier]}
    (home / "service.yaml").write_text(yaml.safe_dump(service))
    odoo = yaml.safe_load((home / "odoo.yaml").read_text())
    (home / "odoo.yaml").write_text(yaml.safe_dump(odoo | {"sweep": {"every_seconds": 2, "pause_seconds": 0.0}}))


def _hands(asked: Asked, day: Day, until: float) -> list[Hand]:
    engine = "postgresql" if day.server else "sqlite"
    locks = {place: threading.Lock() for fault in [*SHORT.values(), *LONG.values()] for place in fault.touches}
    made = []
    for number, (faults, pause, rest) in enumerate(((SHORT, asked.every / 2, _REST_SECONDS), (LONG, asked.every, 0.0))):
        able = {name: fault for name, fault in faults.items() if fault.only in (None, engine)}
        chosen = {name: fault for name, fault in able.items() if not asked.only or name in asked.only}
        chance = random.Random(asked.seed * 2 + number)  # noqa: S311
        if chosen:
            made.append(Hand(day, chosen, chance, pause, rest, locks, until))
    return made


def _is_watched(day: Day) -> bool:
    """Whether all is started and nothing fires: what was missing until then is no trouble."""
    if day.watch is None:
        return True
    alive = day.watch.value("min(triage_workers_alive)")
    return alive == len(day.workers) and day.watch.value("min(triage_odoo_up)") == 1 and not day.watch.firing()


def _worked_off(day: Day) -> bool:
    counts = day.inbox.counts()
    return counts["waiting"] + counts["queued"] + counts["working"] == 0


def _until(work: Callable[[], bool], seconds: float, day: Day) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(StoreError, OSError):
            if work():
                return
        time.sleep(0.5)
    day.wrong.append(f"not ready, or not worked off, within {seconds:.0f} s: {day.inbox.counts()}")


def _given_up(day: Day, found: Mapping[str, Any]) -> list[str]:
    """Only what a person discarded ends as a dead letter."""
    told = found["outcomes"].get("dead_letter", 0)
    return [] if told == len(day.discarded) else [f"dead letters: {told}, of which {len(day.discarded)} were discarded"]


def _server(database: str, stack: ExitStack) -> PostgresServer | None:
    if database == "sqlite":
        return None
    from tests.databases import postgres_server

    return stack.enter_context(postgres_server(durable=True))


def main(arguments: list[str] | None = None) -> int:
    """Run and print; the exit status."""
    parts.end_in_order()
    usual = Asked()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=usual.minutes, help="how long harm is done")
    parser.add_argument("--rate", type=float, default=usual.rate, help="exceptions a second")
    parser.add_argument("--every", type=float, default=usual.every, help="mean seconds between two faults of one hand")
    parser.add_argument("--workers", type=int, default=usual.workers)
    parser.add_argument("--concurrency", type=int, default=usual.concurrency, help="jobs at once in each worker")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default=usual.database)
    parser.add_argument("--factor", type=float, default=usual.factor, help="the rules' durations are divided by it")
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--patience", type=float, default=usual.patience, help="minutes for what is left at the end")
    names = sorted({**SHORT, **LONG})
    parser.add_argument("--only", action="append", default=[], choices=names, metavar="FAULT", help="may be repeated")
    parser.add_argument("--json", type=Path, help="file for everything that was found")
    given = vars(parser.parse_args(arguments))
    told = given.pop("json")
    with tempfile.TemporaryDirectory(prefix="triage-day-") as folder, ExitStack() as stack:
        found = run(Asked(**given), Path(folder), stack)
    if told is not None:
        told.write_text(json.dumps({"asked": given, **found}, indent=2) + "\n")
    bad = found.pop("wrong")
    for at, name, seconds in found.pop("script"):
        print(f"{at:6} s  {name} for {seconds:g} s")
    print(table(found))
    alerts = "no alert was looked at" if found["alerts looked at"] == "no" else "every alert, too"
    print("\n".join(["", *bad]) if bad else f"\nevery event is accounted for; {alerts}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

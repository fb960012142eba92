"""The whole path from webhook to note, beside a plain FastAPI-with-BackgroundTasks version of the same job.

    python -m evals.load.whole_path                         # throughput, then faults, of both
    python -m evals.load.whole_path --only throughput --events 300 --database postgresql
    python -m evals.load.whole_path --only faults --events 475 --rate 8 --kills 3 --outage 10

Both get the same calls, the same look-alike of Odoo and the same model server (200 ms); all of it shares the machine.
*Throughput*: all events at once; notes a second from the first call to the last note. *Faults*: events at a fixed rate,
a twentieth twice, each sent once as Odoo sends it; one process is killed again and again and started anew, the model
fails one request in ten and is down for a while in the middle. Lost: acknowledged, and no note in the end. A call that
found no process is counted as refused: of ours, a sweep finds what it was about, here switched off.

Ours asks the model three questions for each event (classify, summarise, reply), the plain version as many as
`--questions` says, usually one. Exit status 1 where ours lost or doubled something.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.load import parts
from evals.load.kills import calls_of, database_of
from evals.load.parts import Helper, Member

SYSTEMS = ("ours", "plain")
_AGAIN = 0.05
_QUIET_SECONDS = 20.0
"""No new note for so long: what is not there then, is lost."""


@dataclass
class Asked:
    """What to run."""

    events: int = 475
    rate: float = 8.0
    kills: int = 3
    failing: float = 0.1
    outage: float = 10.0
    model_seconds: float = 0.2
    questions: int = 1
    workers: int = 2
    concurrency: int = 16
    database: str = "sqlite"
    seed: int = 3
    minutes: float = 8


@dataclass
class Place:
    """One system with all that is around it."""

    members: Sequence[Member]
    port: int
    path: str
    odoo: Helper
    model: Helper

    def notes(self) -> Counter[int]:
        """How many notes each order has."""
        return Counter({int(number): count for number, count in self.odoo.ask("notes")["notes"].items()})


@dataclass
class Sent:
    """What became of the calls."""

    accepted: Counter[int]
    refused: int = 0


def place(system: str, asked: Asked, failing: float, home: Path, stack: ExitStack) -> Place:
    """Everything of one system, not started yet."""
    odoo = stack.enter_context(Helper("evals.load.parts", "--orders", str(asked.events), "--home", str(home)))
    words = ("--seconds", str(asked.model_seconds), "--failing", str(failing))
    model = stack.enter_context(Helper("evals.load.fake_model", *words))
    port = parts.free_port()
    if system == "ours":
        environment = database_of(asked.database, stack)
        parts.write_home(home, model.told, concurrency=asked.concurrency)
        members = [parts.web(home, environment, port)]
        members += [parts.worker(home, environment, number) for number in range(1, asked.workers + 1)]
        return Place(members, port, f"/hooks/odoo/odoo/{parts.SECRET}", odoo, model)
    told = odoo.told
    environment = {
        "PLAIN_MODEL": model.told, "PLAIN_ODOO": told["url"], "PLAIN_DATABASE": told["database"],
        "PLAIN_UID": str(told["uid"]), "PLAIN_PASSWORD": told["password"], "PLAIN_QUESTIONS": str(asked.questions),
    }  # fmt: skip
    command = [sys.executable, "-m", "uvicorn", "--factory", "evals.load.plain_version:create_app"]
    command += ["--port", str(port), "--log-level", "critical"]
    return Place([Member("plain", command, environment, home / "plain.log")], port, "/hook", odoo, model)


def send(at: Place, calls: Sequence[tuple[int, bytes]], rate: float | None, on: Callable[[int], None]) -> Sent:
    """Send each call once, at its time; `on` is told the number of each before it goes."""
    sent, began = Sent(Counter()), time.monotonic()
    for number, (order, body) in enumerate(calls):
        if rate is not None and (left := began + number / rate - time.monotonic()) > 0:
            time.sleep(left)
        on(number)
        try:
            status, _ = parts.post(at.port, at.path, body)
        except (OSError, http.client.HTTPException, ValueError):
            status = 0
        if status == 202:
            sent.accepted[order] += 1
        else:
            sent.refused += 1
    return sent


def throughput(system: str, asked: Asked) -> dict[str, Any]:
    """All events at once."""
    with tempfile.TemporaryDirectory(prefix="triage-path-") as folder, ExitStack() as stack:
        at = place(system, asked, 0.0, Path(folder), stack)
        refs, busy = parts.refs_of(at.odoo), parts.load_now()
        with parts.running(at.members):
            parts.wait_for(f"http://127.0.0.1:{at.port}/livez")
            time.sleep(8)  # workers load their models
            before = _spent(at)
            began = time.monotonic()
            sent = send(
                at, [(int(json.loads(body)["_id"]), body) for body in map(parts.call_of, refs)], None, lambda _: None
            )
            last, count = _watch(at, asked, len(sent.accepted))
            after = _spent(at)
        spent = {name: round(1000 * (after[name] - before[name]) / max(1, count), 1) for name in after}
        return {
            "notes": count,
            "events": len(refs),
            "notes a second": round(count / (last - began), 1),
            "seconds to the last": round(last - began, 1),
            "computing, ms an event": spent,
            "computing together": round(sum(spent.values()), 1),
            "load average": f"{busy} before, {parts.load_now()} after",
        }


def _watch(at: Place, asked: Asked, wanted: int) -> tuple[float, int]:
    """When the last note was seen, and how many there are then."""
    until, seen = time.monotonic() + asked.minutes * 60, 0
    last = time.monotonic()
    while time.monotonic() < until and seen < wanted and time.monotonic() - last < _QUIET_SECONDS + asked.outage:
        time.sleep(0.3)
        found = len(at.notes())
        if found > seen:
            seen, last = found, time.monotonic()
    return last, seen


def faults(system: str, asked: Asked) -> dict[str, Any]:
    """Events at a rate, with kills, errors and an outage."""
    chance = random.Random(asked.seed)  # noqa: S311
    with tempfile.TemporaryDirectory(prefix="triage-path-") as folder, ExitStack() as stack:
        at = place(system, asked, asked.failing, Path(folder), stack)
        refs = parts.refs_of(at.odoo)
        calls = [(int(json.loads(body)["_id"]), body) for body in calls_of(refs, _AGAIN, chance)]
        kills = set(chance.sample(range(len(calls) // 10, len(calls) * 9 // 10), asked.kills))
        down, killed = len(calls) // 2, Counter[str]()

        def meanwhile(number: int) -> None:
            if number == down and asked.outage:
                at.model.ask(f"fail {asked.outage}")
            if number in kills:
                victim = chance.choice(at.members)
                victim.kill()
                killed[victim.name] += 1
                threading.Thread(target=victim.start, daemon=True).start()

        with parts.running(at.members):
            parts.wait_for(f"http://127.0.0.1:{at.port}/livez")
            sent = send(at, calls, asked.rate, meanwhile)
            _watch(at, asked, len(refs))
            notes = at.notes()
        told = at.model.ask("counts")
        return {
            "calls": len(calls),
            "events": len(refs),
            "killed": dict(killed),
            "refused calls": sent.refused,
            "never acknowledged": len({ref.id for ref in refs} - set(sent.accepted)),
            "acknowledged and lost": len(set(sent.accepted) - set(notes)),
            "doubled": sum(notes.values()) - len(notes),
            "notes": sum(notes.values()),
            "asked twice": told["again"],
            "load average": parts.load_now(),
        }


def _spent(at: Place) -> dict[str, float]:
    helpers = {"look-alike": parts.cpu(at.odoo.pid), "model": parts.cpu(at.model.pid)}
    return {member.name: member.computing for member in at.members} | helpers


def beside(found: dict[str, dict[str, Any]]) -> str:
    """A table with a column for each system."""
    names = list(dict.fromkeys(name for one in found.values() for name in one))
    rows = [["", *found], *([name, *(str(one.get(name, "")) for one in found.values())] for name in names)]
    wide = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, wide, strict=True)) for row in rows)


def main(arguments: list[str] | None = None) -> int:
    """Run and print; the exit status."""
    parts.end_in_order()
    usual = Asked()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("throughput", "faults"))
    parser.add_argument("--system", choices=SYSTEMS, action="append", help="default: both")
    parser.add_argument("--events", type=int, default=usual.events)
    parser.add_argument("--rate", type=float, default=usual.rate, help="events a second, of the faults")
    parser.add_argument("--kills", type=int, default=usual.kills)
    parser.add_argument("--failing", type=float, default=usual.failing, help="share of the model's answers that fail")
    parser.add_argument("--outage", type=float, default=usual.outage, help="seconds in which the model is down")
    parser.add_argument("--model-seconds", type=float, default=usual.model_seconds)
    parser.add_argument("--questions", type=int, default=usual.questions, help="of the plain version, for each event")
    parser.add_argument("--workers", type=int, default=usual.workers)
    parser.add_argument("--concurrency", type=int, default=usual.concurrency, help="jobs at once in each worker")
    parser.add_argument("--database", default=usual.database, help="sqlite, postgresql (one is started), or an address")
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--minutes", type=float, default=usual.minutes, help="give up after so long")
    given = vars(parser.parse_args(arguments))
    only, systems = given.pop("only"), given.pop("system") or SYSTEMS
    asked, bad = Asked(**given), False
    if only != "faults":
        print("all at once\n" + beside({system: throughput(system, asked) for system in systems}), flush=True)
    if only != "throughput":
        found = {system: faults(system, asked) for system in systems}
        print("\nwith faults\n" + beside(found))
        bad = any(found.get("ours", {}).get(name) for name in ("acknowledged and lost", "doubled"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

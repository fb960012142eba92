"""Web process and workers killed at random while exceptions come in: is anything lost, doubled or asked twice?

    python -m evals.load.kills                                   # 2,000 exceptions, 50 kills, a file
    python -m evals.load.kills --database postgresql --exceptions 200 --kills 10

Real processes on loopback: the web process takes Odoo's webhook, workers read the record in a look-alike of Odoo, ask a
model server that fails one request in ten, and publish. A twentieth of the calls comes twice. `kill -9` hits one of the
processes each time a random share of the work is done; it is started again at once. The sender repeats a call that was
not acknowledged. At the end store, look-alike and model server are compared. Exit status 1 where anything is lost or
doubled, or where more than 2 % of the questions were asked without need; 2 where it was not done in time.
"""

from __future__ import annotations

import argparse
import http.client
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.load import parts
from evals.load.parts import Helper, Member
from triage.audit.verify import verify
from triage.cli.wiring import Store, now, open_store
from triage.domain import RecordRef
from triage.jobs.inbox import Inbox
from triage.settings import Settings

_ALLOWED = 0.02
_AGAIN = 0.05
_BACKLOG = 60
"""The sender waits while so many are open: so the web process has something to do until the end."""


@dataclass
class Asked:
    """What to run."""

    exceptions: int = 2000
    kills: int = 50
    workers: int = 2
    concurrency: int = 4
    database: str = "sqlite"
    model_seconds: float = 0.2
    failing: float = 0.1
    seed: int = 1
    minutes: float = 30


@dataclass
class Sender:
    """Sends Odoo's calls in order, each until it is acknowledged."""

    port: int
    calls: Sequence[bytes]
    backlog: Any
    """Tells how many arrivals are open."""
    ids: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0
    repeated: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        for body in self.calls:
            while self.backlog() > _BACKLOG and not self.stopped.wait(0.1):
                pass
            while not self.stopped.is_set() and not self._sent(body):
                self.repeated += 1
                self.stopped.wait(0.05)

    def _sent(self, body: bytes) -> bool:
        try:
            status, said = parts.post(self.port, f"/hooks/odoo/odoo/{parts.SECRET}", body)
        except (OSError, http.client.HTTPException, ValueError):
            return False
        if status == 202:
            self.ids[said["id"]] += 1
            self.duplicates += bool(said["duplicate"])
        return status == 202


def calls_of(refs: Sequence[RecordRef], again: float, chance: random.Random) -> list[bytes]:
    """Calls about every record, and a share of them twice, soon after the first."""
    calls = [parts.call_of(ref) for ref in refs]
    for place in sorted(chance.sample(range(len(refs)), round(again * len(refs))), reverse=True):
        calls.insert(min(len(calls), place + 1 + chance.randrange(3)), parts.call_of(refs[place]))
    return calls


class Killing:
    """Kills one of the members each time a random share of the work is done."""

    def __init__(self, members: Sequence[Member], kills: int, work: int, chance: random.Random) -> None:
        self._members = members
        self._chance = chance
        self._when = sorted(chance.uniform(0.01, 0.98) * work for _ in range(kills))
        self.killed: Counter[str] = Counter()

    def look(self, done: int) -> None:
        """Kill one where it is time, and start again what is not running."""
        for member in self._members:
            member.look()
        if self._when and done >= self._when[0]:
            del self._when[0]
            victim = self._chance.choice(self._members)
            victim.kill()
            self.killed[victim.name] += 1
            time.sleep(self._chance.uniform(0, 0.5))
            victim.start()


def run(asked: Asked, home: Path, stack: ExitStack) -> dict[str, Any]:
    """Run it; what was found."""
    chance = random.Random(asked.seed)  # noqa: S311
    environment = database_of(asked.database, stack)
    odoo = stack.enter_context(Helper("evals.load.parts", "--orders", str(asked.exceptions), "--home", str(home)))
    model = stack.enter_context(
        Helper("evals.load.fake_model", "--seconds", str(asked.model_seconds), "--failing", str(asked.failing))
    )
    parts.write_home(home, model.told, concurrency=asked.concurrency)
    store = stack.enter_context(open_store(Settings.of(home, environment), create=True))
    inbox, port = Inbox(store.journal, now), parts.free_port()
    members = [parts.web(home, environment, port)]
    members += [parts.worker(home, environment, number) for number in range(1, asked.workers + 1)]
    refs = parts.refs_of(odoo)
    calls = calls_of(refs, _AGAIN, chance)
    open_now = Counter[str]()
    sender = Sender(port, calls, lambda: open_now["open"])
    killing = Killing(members, asked.kills, asked.exceptions, chance)
    stack.callback(sender.stopped.set)
    busy, began = parts.load_now(), time.monotonic()
    with parts.running(members):
        sender.thread.start()
        while True:
            counts = inbox.counts()
            open_now["open"] = counts["waiting"] + counts["queued"] + counts["working"]
            if not sender.thread.is_alive() and open_now["open"] == 0:
                break
            if time.monotonic() - began > asked.minutes * 60:
                raise SystemExit(_late(asked, counts, members))
            killing.look(counts["done"])
            time.sleep(0.1)
        seconds = time.monotonic() - began
    found = compare(store, inbox, refs, sender, odoo, model)
    computing = {member.name: round(member.computing, 1) for member in members}
    return {
        "kills": dict(sorted(killing.killed.items())),
        **found,
        "seconds": round(seconds, 1),
        "exceptions a second": round(asked.exceptions / seconds, 2),
        "computing, s": computing
        | {"look-alike": round(parts.cpu(odoo.pid), 1), "model": round(parts.cpu(model.pid), 1)},
        "load average": f"{busy} at the begin, {parts.load_now()} at the end",
    }


def compare(
    store: Store, inbox: Inbox, refs: Sequence[RecordRef], sender: Sender, odoo: Helper, model: Helper
) -> dict[str, Any]:
    """What stands in the store, in Odoo and at the model server, beside what was sent."""
    wanted = {ref.id for ref in refs}
    cards = Counter(card.proposal.record.id for card in store.cards.all())
    notes = Counter({int(number): count for number, count in odoo.ask("notes")["notes"].items()})
    rows = inbox.page(["waiting", "queued", "working", "done", "dead"], 10_000_000)
    told = model.ask("counts")
    recorded = int(store.database.query("SELECT count(*) FROM journal WHERE kind = 'arrival'")[0][0])
    sql = "SELECT event, count(*) FROM journal WHERE kind = 'outcome' GROUP BY event, stream HAVING count(*) > 1"
    return {
        "exceptions": len(refs),
        "calls": len(sender.calls),
        "acknowledged": sender.ids.total(),
        "duplicates told": sender.duplicates,
        "calls repeated": sender.repeated,
        "arrivals": len(rows),
        "outcomes": dict(Counter(row.outcome or row.state for row in rows)),
        "arrivals acknowledged and not there": len(set(sender.ids) - {row.id for row in rows}),
        "arrivals without outcome": sum(row.state != "done" or row.outcome is None for row in rows),
        "outcomes recorded beyond one": recorded - len(rows),
        "events with two outcomes": len(store.database.query(sql)),
        "exceptions without card": len(wanted - set(cards)),
        "cards beyond one": sum(cards.values()) - len(cards),
        "exceptions without note": len(wanted - set(notes)),
        "notes beyond one": sum(notes.values()) - len(notes),
        "cards answered by the embedded model": sum(
            any("answered by" in warning for warning in card.proposal.warnings) for card in store.cards.all()
        ),
        "questions": told["different"],
        "answers": told["good"],
        "failed on purpose": told["failed"],
        "asked without need": told["again"],
        "of these under way when the asker was killed": told["left"],
        "asked without need, share": round(told["again"] / max(1, told["different"] + told["failed"]), 4),
        "chain": str(verify(store.database, store.keys).first_bad or "whole"),
    }


WRONG = (
    "arrivals acknowledged and not there",
    "arrivals without outcome",
    "outcomes recorded beyond one",
    "events with two outcomes",
    "exceptions without card",
    "cards beyond one",
    "exceptions without note",
    "notes beyond one",
)


def wrong(found: Mapping[str, Any]) -> list[str]:
    """What must not be, and is."""
    bad = [f"{name}: {found[name]}" for name in WRONG if found[name]]
    if found["asked without need, share"] > _ALLOWED:
        bad.append(f"{found['asked without need']} questions asked without need")
    return bad if found["chain"] == "whole" else [*bad, f"chain: {found['chain']}"]


def table(found: Mapping[str, Any]) -> str:
    """One line for each figure."""
    wide = max(map(len, found))
    return "\n".join(f"{name:{wide}}  {value}" for name, value in found.items())


def database_of(database: str, stack: ExitStack) -> dict[str, str]:
    """The environment that names this database; a server that is started ends with `stack`."""
    if database == "sqlite":
        return {}
    if database.startswith("postgresql://"):
        return {"TRIAGE_DATABASE": database}
    from tests.databases import postgres_server

    return {"TRIAGE_DATABASE": stack.enter_context(postgres_server(durable=True)).database()}


def _late(asked: Asked, counts: Mapping[str, int], members: Sequence[Member]) -> str:
    last = "\n".join(f"{one.name}: {one.log.read_text(errors='replace')[-500:]}" for one in members if one.log.exists())
    return f"not done within {asked.minutes} minutes: {dict(counts)}\n{last}"


def main(arguments: list[str] | None = None) -> int:
    """Run and print; the exit status."""
    parts.end_in_order()
    usual = Asked()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", default=usual.database, help="sqlite, postgresql (one is started), or an address")
    parser.add_argument("--exceptions", type=int, default=usual.exceptions)
    parser.add_argument("--kills", type=int, default=usual.kills)
    parser.add_argument("--workers", type=int, default=usual.workers)
    parser.add_argument("--concurrency", type=int, default=usual.concurrency, help="jobs at once in each worker")
    parser.add_argument("--model-seconds", type=float, default=usual.model_seconds, help="time of a model's answer")
    parser.add_argument("--failing", type=float, default=usual.failing, help="share of the model's answers that fail")
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--minutes", type=float, default=usual.minutes, help="give up after so long")
    asked = Asked(**vars(parser.parse_args(arguments)))
    with tempfile.TemporaryDirectory(prefix="triage-kills-") as folder, ExitStack() as stack:
        found = run(asked, Path(folder), stack)
    print(table(found))
    bad = wrong(found)
    print("\n".join(["", *bad]) if bad else "\nnothing lost, nothing doubled")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

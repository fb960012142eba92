"""Minutes of random faults while exceptions come in; at the end everything that came in must be accounted for.

    python -m evals.load.chaos --seconds 180 --database postgresql

Every few seconds one of these happens, each as often as the others: Odoo is down, the model server is down, the
database is restarted (PostgreSQL), the web process or a worker is killed, a worker is asked to stop, everything is
switched off and on again. The sender repeats a call that was not acknowledged. Then all of that ends, what is left is
worked off, and store, look-alike and model server are compared as `evals.load.kills` does. Exit status 1 where anything
is lost or doubled.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.load import parts
from evals.load.kills import Sender, calls_of, compare, table, wrong
from evals.load.parts import Helper
from triage.cli.wiring import now, open_store
from triage.errors import StoreError
from triage.jobs.inbox import Inbox
from triage.jobs.switching import Switch
from triage.settings import Settings

if TYPE_CHECKING:
    from tests.databases import PostgresServer

_AGAIN = 0.05


@dataclass
class Asked:
    """What to run."""

    seconds: float = 120
    rate: float = 2.0
    every: float = 4.0
    workers: int = 2
    concurrency: int = 3
    database: str = "sqlite"
    failing: float = 0.05
    seed: int = 5
    minutes: float = 8


def run(asked: Asked, home: Path, stack: ExitStack) -> dict[str, Any]:
    """Run it; what was found."""
    chance = random.Random(asked.seed)  # noqa: S311
    server = _server(asked.database, stack)
    environment = {"TRIAGE_DATABASE": server.database()} if server else {}
    exceptions = round(asked.seconds * asked.rate)
    odoo = stack.enter_context(Helper("evals.load.parts", "--orders", str(exceptions), "--home", str(home)))
    model = stack.enter_context(Helper("evals.load.fake_model", "--seconds", "0.1", "--failing", str(asked.failing)))
    parts.write_home(home, model.told, concurrency=asked.concurrency, off_seconds=1)
    store = stack.enter_context(open_store(Settings.of(home, environment), create=True))
    inbox, switch, port = Inbox(store.journal, now), Switch(store.journal, now), parts.free_port()
    members = [parts.web(home, environment, port)]
    members += [parts.worker(home, environment, number) for number in range(1, asked.workers + 1)]
    refs, pace = parts.refs_of(odoo), 1 / asked.rate

    def paced() -> int:
        time.sleep(pace)
        return 0

    sender = Sender(port, calls_of(refs, _AGAIN, chance), paced)
    stack.callback(sender.stopped.set)

    def off_and_on() -> None:
        switch.off("mila", "a test")
        time.sleep(chance.uniform(1, 4))
        switch.on("mila", "a test")

    faults: dict[str, Callable[[], object]] = {
        "Odoo down": lambda: odoo.ask(f"down {chance.uniform(0.5, 6):.1f}"),
        "model down": lambda: model.ask(f"fail {chance.uniform(1, 8):.1f}"),
        "process killed": lambda: chance.choice(members).kill(),
        "worker stopped": lambda: chance.choice(members[1:]).stop(),
        "switched off": off_and_on,
    }
    if server:
        faults["database restarted"] = lambda: server.restart(chance.uniform(0, 3))
    happened, deck = Counter[str](), list[str]()
    began = time.monotonic()
    with parts.running(members):
        sender.thread.start()
        while sender.thread.is_alive():
            time.sleep(chance.uniform(0.2, 2 * asked.every))
            deck = deck or chance.sample(list(faults), len(faults))  # each as often as the others
            fault = deck.pop()
            with suppress(StoreError):
                faults[fault]()
                happened[fault] += 1
            for member in members:
                member.look()
        _until(lambda: switch.on("mila", "the end"), asked.minutes * 60)
        left = began + asked.seconds + asked.minutes * 60 - time.monotonic()
        _until(lambda: _worked_off(inbox, [member.look() for member in members]), left)
    return {"faults": dict(happened), **compare(store, inbox, refs, sender, odoo, model), "load": parts.load_now()}


def _worked_off(inbox: Inbox, _: object) -> bool:
    counts = inbox.counts()
    return counts["waiting"] + counts["queued"] + counts["working"] == 0


def _until(work: Callable[[], object], seconds: float) -> None:
    """Until it gives something; a store that is away for a moment is waited for."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(StoreError):
            if work():
                return
        time.sleep(0.3)
    raise SystemExit(f"not done within {seconds:.0f} s.")


def _server(database: str, stack: ExitStack) -> PostgresServer | None:
    if database == "sqlite":
        return None
    from tests.databases import postgres_server

    return stack.enter_context(postgres_server(durable=True))


def accounted(found: dict[str, Any]) -> list[str]:
    """What must not be, and is. Questions that were asked again are no fault here: a server that goes down in the
    middle of an answer has it asked again.
    """
    return [one for one in wrong(found) if "asked without need" not in one]


def main(arguments: list[str] | None = None) -> int:
    """Run and print; the exit status."""
    parts.end_in_order()
    usual = Asked()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="how long exceptions come in")
    parser.add_argument("--rate", type=float, default=usual.rate, help="exceptions a second")
    parser.add_argument("--every", type=float, default=usual.every, help="mean seconds between two faults")
    parser.add_argument("--workers", type=int, default=usual.workers)
    parser.add_argument("--concurrency", type=int, default=usual.concurrency, help="jobs at once in each worker")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default=usual.database)
    parser.add_argument("--failing", type=float, default=usual.failing, help="share of the model's answers that fail")
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--minutes", type=float, default=usual.minutes, help="give up after so long")
    asked = Asked(**vars(parser.parse_args(arguments)))
    with tempfile.TemporaryDirectory(prefix="triage-chaos-") as folder, ExitStack() as stack:
        found = run(asked, Path(folder), stack)
    print(table(found))
    bad = accounted(found)
    print("\n".join(["", *bad]) if bad else "\nnothing lost, nothing doubled")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

"""Every alert that should fire does, and no other: a real Prometheus over a real service that is hurt in turn.

    python -m evals.load.alerts                   # all of it, some minutes
    python -m evals.load.alerts --only model --only odoo

A web process, a worker with its sweeps, a look-alike of Odoo, a model server, and Prometheus (`apt install
prometheus`) with the rules of `service/monitoring/alerts.yaml`, ten times faster. First a while in which nothing is
wrong and nothing may fire; then each trouble is made, its alert must fire alone, the trouble is taken away, and
everything must be quiet again. Exit status 1 where that is not so.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from evals.load import parts
from evals.load.parts import Helper, Member
from evals.load.prometheus import Watch, watching
from triage.domain import RecordRef
from triage.odoo.gate.code import GATE
from triage.odoo.gate.inside import MODULE

_FACTOR = 10.0
_QUIET_SECONDS = 25.0
_PATIENCE = 90.0
_LONGEST = 3600 / _FACTOR + _PATIENCE
"""An alert that looks back an hour goes on for so long."""
_LONG_AGO = timedelta(days=3)


@dataclass
class Site:
    """Everything that runs."""

    home: Path
    port: int
    worker: Member
    stack: ExitStack
    odoo: Helper
    model: Helper
    watch: Watch
    orders: Iterator[RecordRef]
    refused: int = 0
    _workers: int = field(default=1, repr=False)

    def send(self, count: int = 1) -> None:
        """Call about so many orders that were not called about yet."""
        for _ in range(count):
            with suppress(OSError):
                status, _ = parts.post(self.port, f"/hooks/odoo/odoo/{parts.SECRET}", parts.call_of(next(self.orders)))
                self.refused += status != 202

    def renew_worker(self) -> None:
        """Another worker in place of this one, which ends when the new one has given a sign."""
        old, self._workers = self.worker, self._workers + 1
        self.worker = parts.worker(self.home, {}, self._workers)
        self.stack.callback(self.worker.stop)
        self.worker.start()
        until = time.monotonic() + _PATIENCE
        while self.watch.value("max(triage_workers_alive)") != 2 and time.monotonic() < until:
            time.sleep(0.5)
        old.stop()

    def rewrite(self, name: str, **entries: Any) -> None:
        """Change entries of a configuration file."""
        path = self.home / name
        path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | entries))

    def triage(self, *words: str) -> str:
        """What a command of ours prints."""
        command = [sys.executable, "-m", "triage", *words, "--home", str(self.home)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def admin(self, model: str, method: str, *given: Any) -> Any:
        """A call to Odoo as its administrator."""
        told = self.odoo.told
        words = [told["database"], told["uid"], told["password"], model, method, list(given)]
        body = {"jsonrpc": "2.0", "params": {"service": "object", "method": "execute_kw", "args": words}}
        asked = urllib.request.Request(  # noqa: S310
            f"{told['url']}/jsonrpc", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
            return json.load(answer)["result"]


@contextmanager
def dead_letters(site: Site) -> Iterator[None]:
    """A team that is not there: publishing fails, again and again."""
    site.rewrite("odoo.yaml", tickets={"team": "Nowhere"})
    site.renew_worker()
    site.send(2)
    yield
    site.rewrite("odoo.yaml", tickets={})
    site.renew_worker()
    for line in site.triage("jobs", "list", "--json").splitlines():
        site.triage("jobs", "discard", json.loads(line)["job"], "--as", "load", "--why", "measured")


@contextmanager
def model_outage(site: Site) -> Iterator[None]:
    """The model server answers 503. It is well again when nothing is asked any more: nobody finds out."""
    site.model.ask("fail 600")
    site.send(6)
    yield
    site.model.ask("fail 0")


@contextmanager
def odoo_down(site: Site) -> Iterator[None]:
    """Odoo's port is closed."""
    site.odoo.ask("down 75")
    site.send(2)
    yield
    until = time.monotonic() + _PATIENCE
    while site.watch.value("min(triage_odoo_up)") != 1 and time.monotonic() < until:
        time.sleep(1)


@contextmanager
def gate_mismatch(site: Site) -> Iterator[None]:
    """Somebody has changed the gate's code in Odoo."""
    [row] = site.admin("ir.model.data", "search_read", [("module", "=", MODULE), ("name", "=", GATE)], ["res_id"])
    [action] = site.admin("ir.actions.server", "read", [row["res_id"]], ["code"])
    changed = action["code"] + "\n# changed by somebody\n"
    site.admin("ir.actions.server", "write", [row["res_id"]], {"code": changed})
    yield
    site.admin("ir.actions.server", "write", [row["res_id"]], {"code": action["code"]})


@contextmanager
def checkpoint_overdue(site: Site) -> Iterator[None]:
    """The last checkpoint is days old."""
    _checkpoint(site.home, ago=_LONG_AGO)
    yield
    _checkpoint(site.home)


@contextmanager
def no_worker(site: Site) -> Iterator[None]:
    """The worker is gone."""
    site.worker.kill()
    yield
    site.worker.start()


@contextmanager
def events_lost(site: Site) -> Iterator[None]:
    """An order changes, and no call tells of it."""
    order = next(site.orders)
    site.admin("sale.order", "write", [order.id], {"client_order_ref": "changed without a call"})
    yield


@contextmanager
def budget_nearly_used(site: Site) -> Iterator[None]:
    """Ninety-five hundredths of a day's budget are spent."""
    spent = site.watch.value("sum(triage_model_tokens_total)") or 0
    site.rewrite("policy.yaml", budgets={"tokens_per_day": int(spent / 0.95)})
    yield
    site.rewrite("policy.yaml", budgets={})


@contextmanager
def store_locked(site: Site) -> Iterator[None]:
    """Another program holds the store's file for itself: events cannot be written in time."""
    with sqlite3.connect(site.home / "audit.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        site.send(3)
        other.execute("ROLLBACK")
    yield


@dataclass(frozen=True)
class Trouble:
    """Something that goes wrong, and the alerts that must fire, no others."""

    make: Callable[[Site], Any]
    alerts: frozenset[str]


TROUBLES: dict[str, Trouble] = {
    "dead": Trouble(dead_letters, frozenset({"TriageDeadLetters"})),
    "model": Trouble(model_outage, frozenset({"TriageModelOutage"})),
    "odoo": Trouble(odoo_down, frozenset({"TriageOdooUnreachable"})),
    "gate": Trouble(gate_mismatch, frozenset({"TriageGateMismatch"})),
    "checkpoint": Trouble(checkpoint_overdue, frozenset({"TriageCheckpointOverdue"})),
    "worker": Trouble(no_worker, frozenset({"TriageNoWorker"})),
    "refused": Trouble(store_locked, frozenset({"TriageEventsRefused"})),
    "budget": Trouble(budget_nearly_used, frozenset({"TriageBudgetNearlyUsed"})),
    "lost": Trouble(events_lost, frozenset({"TriageEventsLost"})),
}


def _checkpoint(home: Path, ago: timedelta = timedelta()) -> None:
    """Make one as `triage audit checkpoint` does, at a time of one's own choice."""
    from triage.audit.checkpoints import make
    from triage.cli.wiring import now, open_store
    from triage.settings import Settings

    with open_store(Settings.of(home, {}), create=True) as store:
        make(store.journal, lambda: now() - ago)


@contextmanager
def site(home: Path, orders: int) -> Iterator[Site]:
    """Everything, running."""
    with ExitStack() as stack:
        odoo = stack.enter_context(Helper("evals.load.parts", "--orders", str(orders), "--home", str(home)))
        model = stack.enter_context(Helper("evals.load.fake_model", "--seconds", "0.05"))
        parts.write_home(home, model.told, concurrency=4, attempts=1, schedule=True)
        _change(home / "odoo.yaml", sweep={"every_seconds": 2, "pause_seconds": 0.0})
        _change(home / "service.yaml", metrics={"seconds": 1})
        _change(home / "policy.yaml", advice={})
        _checkpoint(home)
        port = parts.free_port()
        worker = parts.worker(home, {}, 1)
        stack.enter_context(parts.running([parts.web(home, {}, port), worker]))
        parts.wait_for(f"http://127.0.0.1:{port}/livez")
        watch = stack.enter_context(watching(home / "prometheus", [f"127.0.0.1:{port}"], _FACTOR))
        yield Site(home, port, worker, stack, odoo, model, watch, iter(parts.refs_of(odoo)))


def _change(path: Path, **entries: Any) -> None:
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | entries))


def hurt(at: Site, name: str, trouble: Trouble) -> list[str]:
    """Make one trouble and take it away; what was not as it should be."""
    wrong, began = [], time.monotonic()
    with trouble.make(at):
        if not at.watch.wait(trouble.alerts, _PATIENCE):
            wrong.append(f"{name}: fires {sorted(at.watch.firing())}, wanted {sorted(trouble.alerts)}")
        took = time.monotonic() - began
    if not at.watch.wait((), _LONGEST):
        wrong.append(f"{name}: {sorted(at.watch.firing())} still fires afterwards")
    fired = at.watch.fired(time.monotonic() - began)
    if others := fired - trouble.alerts:
        wrong.append(f"{name}: {sorted(others)} fired, too")
    print(
        f"{name:<12} {', '.join(sorted(fired)):<28} after {took:4.0f} s, quiet after {time.monotonic() - began:4.0f} s"
    )
    return wrong


def run(names: Sequence[str], orders: int = 300) -> list[str]:
    """Hurt it in each of these ways; what was not as it should be."""
    with tempfile.TemporaryDirectory(prefix="triage-alerts-") as folder, site(Path(folder), orders) as at:
        began = time.monotonic()
        while at.watch.value("max(triage_workers_alive)") != 1 and time.monotonic() - began < _PATIENCE:
            time.sleep(1)
        at.send(20)
        time.sleep(_QUIET_SECONDS)
        wrong = [f"nothing was wrong, and {alert} fired" for alert in sorted(at.watch.fired(600))]
        print(f"{'healthy':<12} {len(wrong)} alerts", flush=True)
        for name in names:
            wrong += hurt(at, name, TROUBLES[name])
            sys.stdout.flush()
        return wrong


def main(arguments: list[str] | None = None) -> int:
    """Run and print; the exit status."""
    parts.end_in_order()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=sorted(TROUBLES), action="append", help="default: all")
    given = parser.parse_args(arguments)
    wrong = run(given.only or list(TROUBLES))
    print("\n".join(wrong) or "every alert that should have fired did, and no other")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""What the tests of jobs share: an Odoo with many stalled orders, a home folder, worker processes, waiting."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.odoo_home import write_connection
from triage.cli.wiring import Store, now, open_store
from triage.cli.working import put_together
from triage.domain import Arrival, Door, RecordRef
from triage.jobs.configuration import read_configuration
from triage.jobs.inbox import Inbox
from triage.jobs.slots import slot
from triage.jobs.worker import Worker
from triage.odoo.sandbox.demo import SampleDay
from triage.settings import Settings
from triage.storage import workers
from triage.storage.workers import WorkerRow

QUICK: dict[str, Any] = {
    "concurrency": 3,
    "poll_seconds": 0.05,
    "backoff_seconds": 0.1,
    "backoff_most_seconds": 0.5,
    "outage_seconds": 0.3,
    "outage_most_seconds": 1,
    "off_seconds": 0.3,
    "busy_seconds": 0.1,
    "heartbeat_seconds": 0.3,
    "dead_seconds": 1.5,
    "lost_seconds": 3,
    "stop_seconds": 10,
}
LONGEST = 60.0
COMPANY = "Northwind"
"""The sources' own company; the records are of the sample day's."""

LETTER = (
    "Hello, order {name} arrived this morning and {number} of the boxes are crushed, the parts inside are bent. "
    "The driver noted the damage. Please send replacements."
)


def stalled_orders(day: SampleDay, count: int, first: int = 1) -> list[RecordRef]:
    """So many new orders of one customer, with a mail about damage on each."""

    def work(env: Any) -> list[tuple[int, str]]:
        customer = env["res.partner"].create({"name": f"Buyer {first}", "email": f"buyer{first}@example.com"})
        made = []
        for number in range(first, first + count):
            order = env["sale.order"].create({"partner_id": customer.id, "name": f"T{number:05}", "state": "sale"})
            body = LETTER.format(name=f"T{number:05}", number=number)
            order.message_post(body=body, message_type="email", author_id=customer.id, subtype_xmlid="mail.mt_comment")
            made.append((order.id, f"T{number:05}"))
        return made

    return [RecordRef(model="sale.order", id=number, name=name) for number, name in day.box.edit(work)]


def notes(day: SampleDay) -> list[dict[str, Any]]:
    """Notes of ours in Odoo."""
    return [row for row in day.box.rows("mail.message") if "a person decides" in str(row["body"])]


def write_home(home: Path, day: SampleDay, mode: str = "advise", **more: Any) -> None:
    """Connection, policy and quick times."""
    home.mkdir(exist_ok=True)
    write_connection(home, day.connection, day.key)
    (home / "policy.yaml").write_text(yaml.safe_dump({"default_mode": mode}))
    (home / "jobs.yaml").write_text(yaml.safe_dump({"schedule": False, **QUICK, **more}))


def hook(ref: RecordRef, key: str | None = None, *, delay: float = 0.0, **more: Any) -> Arrival:
    """An arrival at the hook's door."""
    at = datetime.now(UTC)
    values = {"source": "odoo", "door": Door.HOOK, "company": COMPANY, "received_at": at}
    due = at + timedelta(seconds=delay)
    return Arrival.model_validate({"key": key or f"{ref.key}:{at}", "ref": ref, "due_at": due, **values, **more})


@dataclass
class Place:
    """An installation: its home, and the open store to look into."""

    home: Path
    store: Store
    inbox: Inbox
    environment: dict[str, str]
    processes: list[Process] = field(default_factory=list)
    """What was started there; a test that fails leaves none behind."""

    def outcomes(self) -> dict[str, str | None]:
        """Kind of outcome by job."""
        return {row.id: row.outcome for row in self.inbox.page(["done"], 100_000)}

    def wait(self, done: Callable[[], bool], seconds: float = LONGEST) -> None:
        """Until it is so; fails with where everything stands."""
        until = time.monotonic() + seconds
        while not done():
            if time.monotonic() > until:
                rows = self.inbox.page(["waiting", "queued", "working", "dead"], 20)
                told = [(row.id[:8], row.state, row.run, row.attempts, row.waits, row.error) for row in rows]
                raise AssertionError(f"not within {seconds} seconds: {self.inbox.counts()} {told}")
            time.sleep(0.05)

    def finished(self) -> bool:
        """Whether nothing is open."""
        counts = self.inbox.counts()
        return counts["waiting"] + counts["queued"] + counts["working"] == 0

    def workers(self) -> list[WorkerRow]:
        """Workers that have not stopped."""
        return workers.alive(self.store.database, "")

    def ended(self, *jobs: str) -> bool:
        """Whether these have ended, or were given up."""
        rows = [self.inbox.get(job) for job in jobs]
        return all(row is not None and row.state in {"done", "dead"} for row in rows)

    def once(self, refs: Sequence[RecordRef], day: SampleDay) -> bool:
        """Whether each of these records has one card, one note, and one outcome of its event."""
        wanted = {ref.id for ref in refs}
        cards = [card.proposal.record.id for card in self.store.cards.all() if card.proposal.record.id in wanted]
        noted = [row["res_id"] for row in notes(day) if row["res_id"] in wanted]
        sql = "SELECT event, count(*) FROM journal WHERE kind = 'outcome' GROUP BY event, stream HAVING count(*) > 1"
        assert self.store.database.query(sql) == []
        assert sorted(cards) == sorted(noted) == sorted(wanted)
        return True

    def arrivals_recorded(self) -> int:
        """Records of how arrivals ended."""
        return int(self.store.database.query("SELECT count(*) FROM journal WHERE kind = 'arrival'")[0][0])


@contextmanager
def place(home: Path, **environment: str) -> Iterator[Place]:
    """The installation in a home folder, opened to look into."""
    settings = Settings.of(home, {name: value for name, value in environment.items() if value})
    with open_store(settings, create=True) as store:
        found = Place(home, store, Inbox(store.journal, now), environment)
        try:
            yield found
        finally:
            for each in found.processes:
                each.kill()


@contextmanager
def installed(home: Path, day: SampleDay) -> Iterator[Place]:
    """An installation that works on this day; the day is as before when the block ends."""
    before = day.box.snapshot()
    write_home(home, day)
    with place(home) as found:
        yield found
    day.box.start()
    day.box.faults.clear()
    day.box.restore(before)


@contextmanager
def installed_for_commands(home: Path, day: SampleDay, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The same, found by commands without `--home`; typed by Mila, who knows the administrator's key."""
    home.mkdir(exist_ok=True)
    home.chmod(0o700)
    monkeypatch.setenv("TRIAGE_HOME", str(home))
    monkeypatch.setenv("TRIAGE_USER", "mila")
    monkeypatch.setenv("TRIAGE_ODOO_ADMIN_KEY", day.box.admin.password)
    with installed(home, day) as found:
        yield found


class Process:
    """A worker process, or any other command of ours."""

    def __init__(self, at: Place, *words: str) -> None:
        self.log = at.home / f"log-{time.monotonic_ns()}.jsonl"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TRIAGE_")}
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "triage", *words, "--home", str(at.home)],
                stdout=out,
                stderr=out,
                env={**clean, **at.environment},
            )
        at.processes.append(self)

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait(10)

    def stop(self, seconds: float = 30) -> int:
        """Ask it to stop; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]


@contextmanager
def worker_inside(at: Place, settings: Settings) -> Iterator[Worker]:
    """A worker in a thread of this process: it starts faster. For what needs no process to die."""
    with ExitStack() as stack:
        name = stack.enter_context(slot(at.home))
        made = put_together(settings, at.store, read_configuration(at.home), name, stack)
        thread = threading.Thread(target=made.run, name="worker", daemon=True)
        thread.start()
        try:
            yield made
        finally:
            made.stop()
            thread.join(LONGEST)
            assert not thread.is_alive()


@contextmanager
def worker(at: Place, *words: str) -> Iterator[Process]:
    """A running worker, stopped with the block."""
    started = Process(at, "worker", *words)
    try:
        yield started
    finally:
        if started.process.poll() is None:
            started.stop()

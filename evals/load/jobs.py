"""How many arrivals workers review in a second, what a job costs, and what the queue adds to it.

    python -m evals.load.jobs [--jobs 400] [--workers 1] [--concurrency 4] [--database postgresql://...]

Orders with a mail about damage each, in a look-alike of Odoo in a process of its own; each arrival is accepted, then
worker processes start, with the embedded models and publishing switched on. Time counts from the first outcome to the
last. Then the same number of jobs that do nothing runs through the queue alone.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from triage.cli.wiring import now, open_store
from triage.domain import Arrival, Door, RecordRef
from triage.jobs.configuration import JobsConfiguration
from triage.jobs.inbox import Inbox
from triage.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

_LETTER = (
    "Hello, order {name} arrived this morning and {number} of the boxes are crushed, the parts inside are bent. "
    "The driver noted the damage. Please send replacements."
)
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def serve_odoo(count: int, folder: Path) -> None:
    """Serve the look-alike with so many stalled orders, and tell where it is, until standard input ends."""
    from triage.odoo.sandbox.demo import sample_day

    with sample_day(18) as day:

        def work(env: Any) -> list[tuple[int, str]]:
            customer = env["res.partner"].create({"name": "Buyer", "email": "buyer@example.com"})
            made = []
            for number in range(1, count + 1):
                name = f"T{number:05}"
                order = env["sale.order"].create({"partner_id": customer.id, "name": name, "state": "sale"})
                order.message_post(
                    body=_LETTER.format(name=name, number=number),
                    message_type="email",
                    author_id=customer.id,
                    subtype_xmlid="mail.mt_comment",
                )
                made.append((order.id, name))
            return made

        orders = day.box.edit(work)
        (folder / "key").write_text(day.key)
        told = day.connection.with_(key_file=folder / "key").model_dump(mode="json", exclude_defaults=True)
        (folder / "odoo.yaml").write_text(yaml.safe_dump(told))
        print(json.dumps(orders), flush=True)
        sys.stdin.read()
        notes = sum("a person decides" in str(row["body"]) for row in day.box.rows("mail.message"))
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps({"notes": notes, "cpu": used.ru_utime + used.ru_stime}), flush=True)


@contextmanager
def odoo(count: int, folder: Path, figures: dict[str, float]) -> Iterator[list[RecordRef]]:
    """The look-alike in a process of its own, for the length of the block."""
    command = [sys.executable, "-m", "evals.load.jobs", "--odoo", str(folder), "--jobs", str(count)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        made = json.loads(process.stdout.readline())
        yield [RecordRef(model="sale.order", id=number, name=name) for number, name in made]
        process.stdin.close()
        told = json.loads(process.stdout.readline())
        figures["notes"], figures["odoo_cpu"] = told["notes"], told["cpu"]


def review(count: int, workers: int, concurrency: int, database: str | None, home: Path) -> dict[str, float]:
    """Have everything reviewed; the figures."""
    figures: dict[str, float] = {}
    (home / "policy.yaml").write_text("default_mode: advise\nadvice: {tickets: never}\n")
    quiet = {"concurrency": concurrency, "schedule": False, "poll_seconds": 0.1}
    (home / "jobs.yaml").write_text(yaml.safe_dump(quiet))
    environment = {"TRIAGE_DATABASE": database} if database else {}
    with (
        odoo(count, home, figures) as refs,
        open_store(Settings.of(home, environment), create=True) as store,
    ):
        inbox = Inbox(store.journal, now)
        began = time.perf_counter()
        for ref in refs:
            at = datetime.now(UTC)
            inbox.accept(
                Arrival(
                    key=ref.key,
                    source="odoo",
                    door=Door.HOOK,
                    ref=ref,
                    company="Load",
                    received_at=at,
                    due_at=at,
                )
            )
        figures["accept"] = (time.perf_counter() - began) / count
        running = [_worker(home, environment) for _ in range(workers)]
        _watch(inbox, running, count, figures)
        for process in running:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        figures["cards"] = len(store.cards.all())
    return figures


def _worker(home: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "triage", "worker", "--home", str(home)]
    with (home / "workers.log").open("ab") as log:
        return subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)


def _watch(inbox: Inbox, running: list[subprocess.Popen[bytes]], count: int, figures: dict[str, float]) -> None:
    first: float | None = None
    done = at_first = 0
    before: list[float] = []
    while done < count:
        time.sleep(0.2)
        counts = inbox.counts()
        if counts["dead"]:
            raise SystemExit(f"{counts['dead']} jobs are dead: see `triage jobs list`")
        done = counts["done"]
        if done and first is None:
            first, at_first, before = time.perf_counter(), done, [_cpu(process.pid) for process in running]
            figures["memory_first"] = max(_memory(process.pid) for process in running)
    assert first is not None
    figures["seconds"] = time.perf_counter() - first
    figures["per_second"] = (count - at_first) / figures["seconds"]
    spent = sum(_cpu(process.pid) - was for process, was in zip(running, before, strict=True))
    figures["cpu"] = spent / max(1, count - at_first)
    figures["memory"] = max(_memory(process.pid) for process in running)


def _cpu(pid: int) -> float:
    """Seconds of computing of a process so far (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(pid: int) -> float:
    """Megabytes that a process holds (Linux)."""
    found = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(found.split()[1]) / 1024


def queue_alone(count: int, target: Path | str) -> dict[str, float]:
    """Jobs that do nothing, through the queue alone."""
    from triage.jobs.engine import Engine, Pace

    seen, all_seen = [], threading.Event()

    def nothing(job: str, _run: int) -> None:
        seen.append(job)
        if len(seen) == count:
            all_seen.set()

    usual = JobsConfiguration()
    engine = Engine(target, "load", Pace(usual.concurrency, usual.ahead, usual.poll_seconds), nothing)
    engine.start()
    runs = [(hashlib.sha256(f"{number} {time.time_ns()}".encode()).hexdigest(), 1) for number in range(count)]
    cpu, began = time.process_time(), time.perf_counter()
    for place in range(0, count, 16):
        engine.enqueue(runs[place : place + 16])
    all_seen.wait(600)
    figures = {
        "queue": (time.perf_counter() - began) / count,
        "queue_cpu": (time.process_time() - cpu) / count,
    }
    engine.stop(2)
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=400)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--concurrency", type=int, default=4)
    parser.add_argument("--database", help="postgresql://...; default: a file")
    parser.add_argument("--odoo", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.odoo:
        serve_odoo(asked.jobs, asked.odoo)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        found = review(asked.jobs, asked.workers, asked.concurrency, asked.database, home)
        found |= queue_alone(asked.jobs, asked.database or home / "alone.db")
    print(f"{asked.jobs} arrivals, {found['cards']:.0f} cards, {found['notes']:.0f} notes")
    print(f"accept                {1000 * found['accept']:7.2f} ms each, one after the other")
    print(f"reviewed              {found['per_second']:7.1f} a second, {asked.workers} workers of {asked.concurrency}")
    print(f"computing, workers    {1000 * found['cpu']:7.1f} ms a job")
    print(f"computing, look-alike {1000 * found['odoo_cpu'] / asked.jobs:7.1f} ms a job, its start and orders included")
    share = found["queue_cpu"] / found["cpu"]
    print(f"computing, queue      {1000 * found['queue_cpu']:7.2f} ms a job ({100 * share:.1f} % of the workers')")
    print(
        f"memory                {found['memory_first']:7.0f} MB at the first outcome, {found['memory']:.0f} at the last"
    )


if __name__ == "__main__":
    main()

"""Worker processes from start to stop, and `triage serve` with its children, against a look-alike of Odoo."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.integration.jobs_setting import (
    Place,
    Process,
    hook,
    installed,
    stalled_orders,
    worker,
)
from triage.odoo.sandbox.demo import SampleDay, sample_day


@pytest.fixture(scope="module")
def day() -> Iterator[SampleDay]:
    with sample_day(18) as found:
        yield found


@pytest.fixture
def at(day: SampleDay, tmp_path: Path) -> Iterator[Place]:
    with installed(tmp_path / "home", day) as found:
        yield found


def test_asked_to_stop_it_finishes_what_it_has_begun_and_returns_the_rest(at: Place, day: SampleDay) -> None:
    orders = stalled_orders(day, 20)
    for ref in orders:
        at.inbox.accept(hook(ref))
    first = Process(at, "worker")
    at.wait(lambda: at.inbox.counts()["done"] >= 1)
    assert first.stop() == 0
    counts = at.inbox.counts()
    assert counts["working"] == 0
    assert counts["done"] < 20
    with worker(at):
        at.wait(at.finished)
    assert at.once(orders, day)


def test_two_workers_cannot_have_one_name(at: Place) -> None:
    with worker(at, "--slot", "one") as running:
        at.wait(lambda: any(line["event"] == "worker started" for line in running.lines()))
        second = Process(at, "worker", "--slot", "one")
        assert second.process.wait(20) == 2
        assert "runs here already" in second.log.read_text()


def test_serve_starts_web_and_worker_starts_a_dead_one_again_and_stops_both(at: Place, day: SampleDay) -> None:
    port = free_port()
    orders = stalled_orders(day, 4)
    serving = Process(at, "serve", "--port", str(port))
    try:
        at.wait(lambda: answers(f"http://127.0.0.1:{port}/livez"))
        at.wait(lambda: len(at.workers()) == 1)
        children = psutil.Process(serving.process.pid).children()
        assert len(children) == 2
        started = at.workers()
        next(child for child in children if "worker" in child.cmdline()).kill()
        for ref in orders:
            at.inbox.accept(hook(ref))
        at.wait(at.finished)
        assert [row.id for row in at.workers()] == [row.id for row in started]
        family = psutil.Process(serving.process.pid).children()
    finally:
        assert serving.stop() == 0
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in family)
    assert at.once(orders, day)


def test_children_end_when_serve_itself_is_killed(at: Place) -> None:
    serving = Process(at, "serve", "--port", str(free_port()))
    at.wait(lambda: len(at.workers()) == 1)
    family = psutil.Process(serving.process.pid).children()
    serving.kill()
    gone, left = psutil.wait_procs(family, timeout=30)
    assert (len(gone), left) == (2, [])


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False

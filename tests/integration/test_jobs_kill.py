"""Workers that are killed, against a look-alike of Odoo over HTTP: nothing is lost, nothing is doubled."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.jobs_setting import (
    Place,
    Process,
    hook,
    installed,
    stalled_orders,
    worker,
)
from triage.audit.verify import verify
from triage.odoo.sandbox import hang
from triage.odoo.sandbox.demo import SampleDay, sample_day


@pytest.fixture(scope="module")
def day() -> Iterator[SampleDay]:
    with sample_day(18) as found:
        yield found


@pytest.fixture
def at(day: SampleDay, tmp_path: Path) -> Iterator[Place]:
    with installed(tmp_path / "home", day) as found:
        yield found


def test_workers_that_are_killed_lose_and_double_nothing(at: Place, day: SampleDay) -> None:
    orders = stalled_orders(day, 16)
    for ref in orders:
        at.inbox.accept(hook(ref))
    chance = random.Random(7)
    running = [Process(at, "worker"), Process(at, "worker")]
    for killing in range(3):
        done = at.inbox.counts()["done"]
        more = done + 2 + chance.randrange(3)
        at.wait(lambda: at.finished() or at.inbox.counts()["done"] >= more)  # noqa: B023
        victim = killing % 2
        running[victim].kill()
        running[victim] = Process(at, "worker")
    at.wait(at.finished)
    assert [each.stop() for each in running] == [0, 0]
    assert list(at.outcomes().values()) == ["advised"] * 16
    assert at.once(orders, day)
    assert at.arrivals_recorded() == 16
    assert verify(at.store.database, at.store.keys).first_bad is None


def test_a_dead_workers_jobs_are_taken_up_by_another_one(at: Place, day: SampleDay) -> None:
    orders = stalled_orders(day, 10)
    day.box.faults.plan(*[hang(0.2)] * 160)
    for ref in orders:
        at.inbox.accept(hook(ref))
    first = Process(at, "worker", "--slot", "first")
    at.wait(lambda: at.inbox.counts()["working"] >= 2)
    first.kill()
    held = {row.id for row in at.inbox.page(["queued", "working"], 100)}
    day.box.faults.clear()
    with worker(at, "--slot", "second") as second:
        at.wait(at.finished)
    assert held
    assert any(line["event"] == "dead worker" and line["worker"] == "first" for line in second.lines())
    assert at.once(orders, day)

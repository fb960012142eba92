"""Worker processes against a look-alike of Odoo over HTTP: nothing is lost, nothing is doubled."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.jobs_setting import (
    Place,
    Process,
    hook,
    notes,
    place,
    stalled_orders,
    worker,
    write_home,
)
from triage.audit.verify import verify
from triage.cli.wiring import now
from triage.domain import RecordRef
from triage.jobs.switching import Switch
from triage.odoo.sandbox import hang
from triage.odoo.sandbox.demo import SampleDay, sample_day


@pytest.fixture(scope="module")
def day() -> Iterator[SampleDay]:
    with sample_day(18) as found:
        yield found


@pytest.fixture
def at(day: SampleDay, tmp_path: Path) -> Iterator[Place]:
    before = day.box.snapshot()
    write_home(tmp_path / "home", day)
    with place(tmp_path / "home") as found:
        yield found
    day.box.start()
    day.box.faults.clear()
    day.box.restore(before)


def one_of_each(at: Place, day: SampleDay, count: int) -> None:
    """So many cards and notes, one outcome for each event, one record for each arrival, and a whole chain."""
    assert len(at.store.cards.all()) == count
    assert len(notes(day)) == count
    assert [number for _, number in at.outcome_records()] == [1] * count
    assert at.arrival_records() == len(at.outcomes())
    assert verify(at.store.database, at.store.keys).first_bad is None


def test_each_arrival_ends_in_one_outcome_one_card_and_one_note(at: Place, day: SampleDay) -> None:
    for ref in stalled_orders(day, 8):
        at.inbox.accept(hook(ref))
    with worker(at) as running:
        at.wait(at.finished)
        assert running.stop() == 0
    assert list(at.outcomes().values()) == ["advised"] * 8
    one_of_each(at, day, 8)


def test_a_burst_on_one_record_is_one_review_and_an_unchanged_record_is_no_new_event(at: Place, day: SampleDay) -> None:
    ref, other = stalled_orders(day, 2)
    burst = [at.inbox.accept(hook(ref, f"b{number}", delay=0.1 * number)).id for number in range(6)]
    alone = at.inbox.accept(hook(other)).id
    with worker(at):
        at.wait(at.finished)
        first = at.outcomes()
        late = at.inbox.accept(hook(ref)).id
        at.wait(at.finished)
    assert first[alone] == "advised"
    assert [first[job] for job in burst].count("advised") == 1
    assert {first[job] for job in burst} <= {"advised", "coalesced", "superseded"}
    assert at.outcomes()[late] == "coalesced"
    one_of_each(at, day, 2)


def test_a_record_that_changed_is_read_again_and_its_note_brought_up_to_date(at: Place, day: SampleDay) -> None:
    (ref,) = stalled_orders(day, 1)
    at.inbox.accept(hook(ref))
    with worker(at):
        at.wait(at.finished)
        day.box.edit(
            lambda env: (
                env["sale.order"]
                .browse(ref.id)
                .message_post(
                    body="Please answer: when do the replacements for the damaged parts come?",
                    message_type="email",
                    author_id=env["sale.order"].browse(ref.id).partner_id.id,
                    subtype_xmlid="mail.mt_comment",
                )
            )
        )
        at.inbox.accept(hook(ref))
        at.wait(at.finished)
    assert list(at.outcomes().values()) == ["advised", "advised"]
    assert len(at.outcome_records()) == 2
    assert len(at.store.cards.all()) == len(notes(day)) == 1


def test_a_record_that_is_gone_ends_as_gone(at: Place) -> None:
    job = at.inbox.accept(hook(RecordRef(model="sale.order", id=999_999, name="S999999"))).id
    with worker(at):
        at.wait(at.finished)
    assert at.outcomes()[job] == "gone"


def test_workers_that_are_killed_lose_and_double_nothing(at: Place, day: SampleDay) -> None:
    orders = stalled_orders(day, 40)
    for ref in orders:
        at.inbox.accept(hook(ref))
    chance = random.Random(7)
    running = [Process(at, "worker"), Process(at, "worker")]
    for killing in range(5):
        done = at.inbox.counts()["done"]
        more = done + 4 + chance.randrange(3)
        at.wait(lambda: at.finished() or at.inbox.counts()["done"] >= more)  # noqa: B023
        victim = killing % 2
        running[victim].kill()
        running[victim] = Process(at, "worker")
    at.wait(at.finished)
    assert [each.stop() for each in running] == [0, 0]
    assert list(at.outcomes().values()) == ["advised"] * 40
    one_of_each(at, day, 40)


def test_a_dead_workers_jobs_are_taken_up_by_another_one(at: Place, day: SampleDay) -> None:
    orders = stalled_orders(day, 10)
    day.box.faults.plan(*[hang(0.2)] * 400)
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
    one_of_each(at, day, 10)


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
    one_of_each(at, day, 20)


def test_what_always_fails_becomes_a_dead_letter_and_can_be_tried_again(at: Place, day: SampleDay) -> None:
    policy = {"default_mode": "advise", "advice": {"tickets": "advised"}}
    (at.home / "policy.yaml").write_text(yaml.safe_dump(policy))
    connection = yaml.safe_load((at.home / "odoo.yaml").read_text())
    (at.home / "odoo.yaml").write_text(yaml.safe_dump({**connection, "tickets": {"team": "Nobody"}}))
    (ref,) = stalled_orders(day, 1)
    job = at.inbox.accept(hook(ref)).id
    with worker(at) as running:
        at.wait(lambda: at.inbox.counts()["dead"] == 1)
    (dead,) = at.inbox.dead()
    assert (dead.id, dead.attempts) == (job, 3)
    assert dead.error is not None
    assert dead.error.startswith("UsageError")
    assert ref.name not in running.log.read_text()
    (at.home / "odoo.yaml").write_text(yaml.safe_dump(connection))
    at.inbox.retry(job, "mila", "the team's name was wrong")
    with worker(at):
        at.wait(at.finished)
    assert at.outcomes() == {job: "advised"}
    assert len(at.store.cards.all()) == 1


def test_while_odoo_is_down_jobs_wait_without_failing(at: Place, day: SampleDay) -> None:
    orders = stalled_orders(day, 5)
    day.box.stop()
    for ref in orders:
        at.inbox.accept(hook(ref))
    with worker(at):
        at.wait(lambda: any(row.waits for row in at.inbox.page(["waiting"], 10)))
        day.box.start()
        at.wait(at.finished)
    one_of_each(at, day, 5)
    rows = at.inbox.page(["done"], 10)
    assert [row.attempts for row in rows] == [0] * 5


def test_while_the_switch_is_off_nothing_is_done_and_nothing_is_lost(at: Place, day: SampleDay) -> None:
    switch = Switch(at.store.journal, now)
    orders = stalled_orders(day, 3)
    switch.off("mila", "trying it")
    for ref in orders:
        at.inbox.accept(hook(ref))
    with worker(at) as running:
        at.wait(lambda: any(line["event"] == "worker started" for line in running.lines()))
        assert notes(day) == []
        assert at.inbox.counts()["waiting"] == 3
        switch.on("mila", "tried")
        at.wait(at.finished)
    one_of_each(at, day, 3)


def test_a_policy_that_is_off_closes_without_reading(at: Place, day: SampleDay) -> None:
    (at.home / "policy.yaml").write_text(yaml.safe_dump({"default_mode": "off"}))
    (ref,) = stalled_orders(day, 1)
    job = at.inbox.accept(hook(ref)).id
    with worker(at):
        at.wait(at.finished)
    row = at.inbox.get(job)
    assert row is not None
    outcome: Any = at.inbox.outcome(row)
    assert (outcome.kind, outcome.why) == ("no_exception", "policy switches every category off")
    assert row.event is None


def test_two_workers_cannot_have_one_name(at: Place) -> None:
    with worker(at, "--slot", "one") as running:
        at.wait(lambda: any(line["event"] == "worker started" for line in running.lines()))
        second = Process(at, "worker", "--slot", "one")
        assert second.process.wait(20) == 2
        assert "runs here already" in second.log.read_text()

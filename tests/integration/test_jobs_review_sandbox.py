"""Jobs against a look-alike of Odoo over HTTP, with one worker for all tests, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml

from tests.databases import ENGINES
from tests.integration.jobs_setting import LETTER, Place, hook, notes, place, stalled_orders, worker_inside, write_home
from triage.audit.verify import verify
from triage.cli.wiring import now
from triage.domain import Case, Company, Door, RecordRef
from triage.intake.rows import case_from_row
from triage.jobs.switching import Switch
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.settings import Settings


@dataclass
class Scene:
    """An Odoo, an installation and a worker that works."""

    day: SampleDay
    at: Place
    orders_made: int = 0

    def orders(self, count: int) -> list[RecordRef]:
        """New stalled orders."""
        found = stalled_orders(self.day, count, self.orders_made + 1)
        self.orders_made += count
        return found

    def accept(self, *refs: RecordRef, **more: Any) -> list[str]:
        """One arrival for each, kept."""
        return [self.at.inbox.accept(hook(ref, **more)).id for ref in refs]

    def outcomes(self, *jobs: str) -> list[str | None]:
        """How these ended, once they have."""
        self.at.wait(lambda: self.at.ended(*jobs))
        rows = [self.at.inbox.get(job) for job in jobs]
        return [row.outcome if row else None for row in rows]

    def policy(self, **values: Any) -> None:
        """Another policy from now on."""
        given = {"default_mode": "advise", "advice": {"tickets": "never"}, **values}
        (self.at.home / "policy.yaml").write_text(yaml.safe_dump(given))


@pytest.fixture(scope="module", params=ENGINES)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    home = tmp_path_factory.mktemp("home")
    url = request.getfixturevalue("postgres").schema() if request.param == "postgresql" else ""
    environment = {"TRIAGE_DATABASE": url} if url else {}
    with sample_day(18) as day:
        write_home(home, day)
        connection = yaml.safe_load((home / "odoo.yaml").read_text())
        (home / "odoo.yaml").write_text(yaml.safe_dump({**connection, "tickets": {"team": "Nobody"}}))
        with place(home, **environment) as at, worker_inside(at, Settings.of(home, environment)):
            found = Scene(day, at)
            found.policy()
            yield found


def test_each_arrival_ends_in_one_outcome_one_card_and_one_note(scene: Scene) -> None:
    orders = scene.orders(6)
    assert scene.outcomes(*scene.accept(*orders)) == ["advised"] * 6
    assert scene.at.once(orders, scene.day)


def test_the_same_key_again_is_no_second_arrival(scene: Scene) -> None:
    (ref,) = scene.orders(1)
    first = scene.at.inbox.accept(hook(ref, "same"))
    again = scene.at.inbox.accept(hook(ref, "same"))
    assert scene.outcomes(first.id) == ["advised"]
    late = scene.at.inbox.accept(hook(ref, "same"))
    assert (first.new, again.new, late.new) == (True, False, False)
    assert scene.at.once([ref], scene.day)


def test_a_burst_on_one_record_is_one_review(scene: Scene) -> None:
    (ref,) = scene.orders(1)
    jobs = [scene.at.inbox.accept(hook(ref, f"burst {n}", delay=0.1 * n)).id for n in range(8)]
    found = scene.outcomes(*jobs)
    assert found.count("advised") == 1
    assert set(found) <= {"advised", "coalesced", "superseded"}
    assert scene.at.once([ref], scene.day)


def test_an_unchanged_record_is_no_new_event(scene: Scene) -> None:
    (ref,) = scene.orders(1)
    assert scene.outcomes(*scene.accept(ref)) == ["advised"]
    assert scene.outcomes(*scene.accept(ref)) == ["coalesced"]
    assert scene.at.once([ref], scene.day)


def test_a_record_that_changed_is_read_again_and_its_note_brought_up_to_date(scene: Scene) -> None:
    (ref,) = scene.orders(1)
    assert scene.outcomes(*scene.accept(ref)) == ["advised"]

    def ask(env: Any) -> None:
        order = env["sale.order"].browse(ref.id)
        words = LETTER.format(name=ref.name, number=77)
        order.message_post(
            body=words, message_type="email", author_id=order.partner_id.id, subtype_xmlid="mail.mt_comment"
        )

    scene.day.box.edit(ask)
    assert scene.outcomes(*scene.accept(ref)) == ["advised"]
    assert scene.at.once([ref], scene.day)


def test_a_record_that_is_gone_ends_as_gone(scene: Scene) -> None:
    assert scene.outcomes(*scene.accept(RecordRef(model="sale.order", id=999_999, name="S999999"))) == ["gone"]


def test_a_case_that_comes_along_is_reviewed_as_it_is_once(scene: Scene) -> None:
    words = "The pallet of order 4711 arrived crushed and half of the parts are broken. Please replace them."
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    case = case_from_row({"id": "m1", "subject": "Damaged", "text": words}, 1, at, Company(name="Northwind"))
    jobs = [
        scene.at.inbox.accept(hook(case.record, key, case=given, door=Door.API)).id
        for key, given in (("c1", case), ("c2", case.with_(captured_at=at + timedelta(hours=1))))
    ]
    assert sorted(str(one) for one in scene.outcomes(*jobs)) == ["advised", "coalesced"]


def test_what_always_fails_is_a_dead_letter_that_says_nothing_personal_and_can_be_tried_again(scene: Scene) -> None:
    (ref,) = scene.orders(1)
    scene.policy(advice={"tickets": "advised"})  # the team for drafts is not there
    (job,) = scene.accept(ref)
    scene.at.wait(lambda: scene.at.ended(job))
    dead = scene.at.inbox.get(job)
    assert dead is not None
    assert (dead.state, dead.attempts) == ("dead", 3)
    assert dead.error is not None
    assert dead.error.startswith("UsageError at triage/odoo/publish.py:")
    scene.policy()
    scene.at.inbox.retry(job, "mila", "no tickets any more")
    assert scene.outcomes(job) == ["advised"]
    assert scene.at.once([ref], scene.day)


def test_while_odoo_is_down_jobs_wait_without_failing_and_others_go_on(scene: Scene) -> None:
    orders = scene.orders(4)
    scene.policy(default_mode="shadow")
    scene.day.box.stop()
    try:
        jobs = scene.accept(*orders)
        scene.at.wait(lambda: any(row.waits for row in scene.at.inbox.page(["waiting"], 10)))
        case = Case(
            record=RecordRef(model="file", id=None, name="mail 2"),
            company=Company(name="Northwind"),
            captured_at=now(),
        )
        brought = scene.at.inbox.accept(hook(case.record, "while down", case=case, door=Door.API)).id
        assert scene.outcomes(brought) != ["dead_letter"]
        assert not scene.at.ended(*jobs)
    finally:
        scene.day.box.start()
        scene.policy()
    assert scene.outcomes(*jobs) == ["advised"] * 4
    rows = [scene.at.inbox.get(job) for job in jobs]
    assert [row.attempts for row in rows if row] == [0] * 4


def test_while_the_switch_is_off_nothing_is_done_and_nothing_is_lost(scene: Scene) -> None:
    orders, switch = scene.orders(3), Switch(scene.at.store.journal, now)
    switch.off("mila", "trying it")
    before = len(notes(scene.day))
    jobs = scene.accept(*orders)
    marker = scene.at.store.database.query("SELECT max(beat_at) FROM workers")[0][0]
    beats = "SELECT count(*) FROM workers WHERE beat_at > ?"
    scene.at.wait(lambda: bool(scene.at.store.database.query(beats, (marker,))[0][0]))
    assert len(notes(scene.day)) == before
    assert not any(scene.at.ended(job) for job in jobs)
    switch.on("mila", "tried")
    assert scene.outcomes(*jobs) == ["advised"] * 3
    assert scene.at.once(orders, scene.day)


def test_a_policy_that_is_off_closes_without_reading(scene: Scene) -> None:
    (ref,) = scene.orders(1)
    scene.policy(default_mode="off")
    try:
        (job,) = scene.accept(ref)
        assert scene.outcomes(job) == ["no_exception"]
    finally:
        scene.policy()
    row = scene.at.inbox.get(job)
    assert row is not None
    outcome: Any = scene.at.inbox.outcome(row)
    assert (outcome.why, row.event) == ("policy switches every category off", None)


def test_a_policy_that_is_broken_is_waited_for(scene: Scene) -> None:
    (ref,) = scene.orders(1)
    (scene.at.home / "policy.yaml").write_text("default_mode: loud\n")
    (job,) = scene.accept(ref)
    scene.at.wait(lambda: any(row.waits for row in scene.at.inbox.page(["waiting"], 10)))
    scene.policy()
    assert scene.outcomes(job) == ["advised"]


def test_in_the_end_every_arrival_has_its_record_and_the_chain_is_whole(scene: Scene) -> None:
    scene.at.wait(scene.at.finished)
    assert scene.at.arrivals_recorded() == len(scene.at.outcomes()) + 1  # and one that was tried again
    assert verify(scene.at.store.database, scene.at.store.keys).first_bad is None

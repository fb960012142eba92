"""Workers without any webhook: what changes in Odoo comes to one card and one note, and ends when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.jobs_setting import Place, notes, place, stalled_orders, worker, write_home
from triage.audit.verify import verify
from triage.domain import CardState
from triage.odoo.sandbox.demo import SampleDay, sample_day


@pytest.fixture(params=["sqlite", "postgresql"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[SampleDay, Place]]:
    url = request.getfixturevalue("postgres").schema() if request.param == "postgresql" else ""
    environment = {"TRIAGE_DATABASE": url} if url else {}
    with sample_day(18) as day:
        write_home(tmp_path, day, schedule=True)
        connection = yaml.safe_load((tmp_path / "odoo.yaml").read_text())
        (tmp_path / "odoo.yaml").write_text(yaml.safe_dump({**connection, "sweep": {"every_seconds": 1}}))
        (tmp_path / "policy.yaml").write_text(
            yaml.safe_dump({"default_mode": "advise", "advice": {"tickets": "never"}})
        )
        with place(tmp_path, **environment) as at:
            yield day, at


def swept(at: Place) -> bool:
    """Whether the first round is over: what comes from then on is new."""
    return len(at.store.database.query("SELECT part FROM watermarks")) > 12


@pytest.mark.slow
def test_two_workers_one_of_them_killed_bring_every_change_to_one_card_and_one_note(
    scene: tuple[SampleDay, Place],
) -> None:
    day, at = scene
    with worker(at) as first, worker(at):
        at.wait(lambda: swept(at))
        orders = stalled_orders(day, 8)
        at.wait(lambda: len(notes(day)) >= 3)
        first.kill()
        orders += stalled_orders(day, 8, first=100)
        at.wait(lambda: len(notes(day)) >= 16 and at.finished(), 180)  # it may have died while it swept
    assert at.once(orders, day)
    assert {arrival.source for arrival in map(at.inbox.load, at.inbox.page(["done"], 1000))} <= {"sweep", "recheck"}

    def thank(env: Any) -> None:
        order = env["sale.order"].browse(orders[0].id)
        body = "All fine now, you can close this."
        author = order.partner_id.id
        order.message_post(body=body, message_type="email", author_id=author, subtype_xmlid="mail.mt_comment")

    day.box.edit(thank)
    key = orders[0].key
    with worker(at):
        at.wait(lambda: any(c.state is CardState.RESOLVED for c in at.store.cards.all() if c.key.record == key))
        at.wait(lambda: any("is resolved since" in str(note["body"]) for note in notes(day)))
    assert verify(at.store.database, at.store.keys).first_bad is None

"""A decision through the API leads to the same draft ticket as one on the command line, once its minute is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.odoo_home import write_connection
from tests.unit.service_client import Service, service
from triage.cards.handling import UNDO
from triage.cli.app import app
from triage.cli.connected import connected
from triage.cli.duties import schedule_of
from triage.cli.office import InstalledOffice
from triage.cli.wiring import now, open_store
from triage.domain import utc
from triage.jobs.effects import Effects, Turn
from triage.jobs.inbox import Inbox
from triage.jobs.switching import Switch
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.settings import Settings

ACCEPT = {"verdict": "accept", "revision": 1}


@pytest.fixture
def day() -> Iterator[SampleDay]:
    with sample_day(18) as found:
        yield found


@pytest.fixture
def web(day: SampleDay, tmp_path: Path) -> Iterator[Service]:
    write_connection(tmp_path, day.connection, day.key)
    (tmp_path / "policy.yaml").write_text("{blind_share: 0, advice: {tickets: accepted}}\n")
    done = CliRunner().invoke(app, ["run", "--odoo", "sale.order:S00398", "--home", str(tmp_path)])
    assert done.exit_code == 0, done.output
    with service(tmp_path) as made:
        yield made


def decided(web: Service, later: timedelta = UNDO) -> Turn:
    """Accept the card, and let a worker do what comes of it so much later."""
    key = web.key("cards:decide", person="mila", companies=None)
    answer = web.client.post("/v1/cards/1/decisions", json=ACCEPT, headers=key)
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
    settings = Settings.of(web.home)
    with open_store(settings) as store, connected(settings) as at:
        policies = settings.policies()
        switch = Switch(store.journal, now)
        publisher = at.publisher(policies.base)
        return Effects(store.cards, store.journal, policies, lambda: now() + later, switch, publisher.publish).once()


def test_an_accepted_card_gets_its_ticket(web: Service, day: SampleDay) -> None:
    assert decided(web).done == 1
    [ticket] = day.box.rows("helpdesk.ticket")
    assert (ticket["user_id"], "S00398" in ticket["name"]) == (False, True)


def test_not_within_the_minute_for_taking_it_back(web: Service, day: SampleDay) -> None:
    assert decided(web, UNDO - timedelta(seconds=20)) == Turn()
    assert day.box.rows("helpdesk.ticket") == []


def test_what_is_switched_off_stays_off(web: Service, day: SampleDay) -> None:
    done = CliRunner().invoke(app, ["switch", "off", "--by", "mila", "--why", "a test", "--home", str(web.home)])
    assert done.exit_code == 0, done.output
    assert decided(web).put_off == 1
    assert day.box.rows("helpdesk.ticket") == []


def test_a_worker_makes_it_although_nothing_else_is_advised(web: Service, day: SampleDay) -> None:
    key = web.key("cards:decide", person="mila", companies=None)
    assert web.client.post("/v1/cards/1/decisions", json=ACCEPT, headers=key).status_code == 200
    settings = Settings.of(web.home)
    with ExitStack() as stack:
        store = stack.enter_context(open_store(settings))
        store.database.execute("UPDATE effects SET due_at = ?", (utc(now()),))
        office = InstalledOffice(settings, store, "embedded")
        stack.callback(office.close)
        switch = Switch(store.journal, now)
        schedule = schedule_of(office, store, Inbox(store.journal, now), switch, "one")
        switch.off("mila", "a test", "Brandt & Mercer Supply B.V.")
        [task] = [each for each in schedule._tasks if each.name == "effects"]
        task.run()
        assert day.box.rows("helpdesk.ticket") == []
        switch.on("mila", "done", "Brandt & Mercer Supply B.V.")
        store.database.execute("UPDATE effects SET due_at = ?", (utc(now()),))
        task.run()
    assert len(day.box.rows("helpdesk.ticket")) == 1

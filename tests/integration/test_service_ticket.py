"""A decision through the API leads to the same draft ticket in Odoo as one on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from tests.unit.service_client import Service, service
from triage.cli.app import app
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.odoo.sandbox.faults import refuse

ACCEPT = {"verdict": "accept", "revision": 1}


@pytest.fixture
def day() -> Iterator[SampleDay]:
    with sample_day(18) as found:
        yield found


@pytest.fixture
def web(day: SampleDay, tmp_path: Path) -> Iterator[Service]:
    (tmp_path / "key").write_text(day.key)
    told = day.connection.with_(key_file=tmp_path / "key").model_dump(mode="json", exclude_defaults=True)
    (tmp_path / "odoo.yaml").write_text(yaml.safe_dump(told))
    (tmp_path / "policy.yaml").write_text("advice: {tickets: accepted}\n")
    done = CliRunner().invoke(app, ["run", "--odoo", "sale.order:S00398", "--home", str(tmp_path)])
    assert done.exit_code == 0, done.output
    with service(tmp_path) as made:
        yield made


def decided(web: Service) -> str:
    """The log's line about the ticket."""
    key = web.key("cards:decide", person="mila", companies=None)
    answer = web.client.post("/v1/cards/1/decisions", json=ACCEPT, headers=key)
    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")
    [line] = [line for line in web.lines() if line["event"] == "ticket"]
    return str(line.get("error", "made"))


def test_an_accepted_card_gets_its_ticket(web: Service, day: SampleDay) -> None:
    assert decided(web) == "made"
    [ticket] = day.box.rows("helpdesk.ticket")
    assert (ticket["user_id"], "S00398" in ticket["name"]) == (False, True)


def test_when_odoo_is_away_the_decision_stands(web: Service, day: SampleDay) -> None:
    day.box.faults.plan(*[refuse() for _ in range(12)])
    assert decided(web) == "OdooUnavailable"
    day.box.faults.clear()
    assert day.box.rows("helpdesk.ticket") == []


def test_what_is_switched_off_stays_off(web: Service, day: SampleDay) -> None:
    done = CliRunner().invoke(app, ["switch", "off", "--by", "mila", "--why", "a test", "--home", str(web.home)])
    assert done.exit_code == 0, done.output
    assert decided(web) == "SwitchedOff"
    assert day.box.rows("helpdesk.ticket") == []

"""Gate and model of cards are taken away and made anew while a worker runs: it needs no restart to notice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.cards_in_odoo import Desk, desk, set_up
from tests.odoo_setup import Setting
from triage.cli import card_duties, office
from triage.errors import OdooError
from triage.odoo.client import Odoo
from triage.odoo.gate.client import gate_id
from triage.odoo.grant import grant
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.odoo.sandbox.faults import html
from triage.odoo.transport import Api, Server


@pytest.fixture(scope="module")
def day() -> Iterator[SampleDay]:
    with sample_day(19) as found:
        yield found


@pytest.fixture
def at(day: SampleDay, tmp_path: Path) -> Iterator[Desk]:
    set_up(day)
    with desk(tmp_path, day) as made:
        yield made


def admin(day: SampleDay) -> Odoo:
    box = day.box
    return Odoo.connect(Server(box.url, box.database, box.admin.login, box.admin.password, Api.JSONRPC))


def make_gate_anew(at: Desk) -> None:
    by = admin(at.day)
    before = gate_id(by)
    by.call("ir.actions.server", "unlink", [before or 0])
    grant(by, login=at.day.connection.login, stage="Suggested by triage", accounting=True)
    assert gate_id(by) not in (None, before)
    by.close()


def test_rows_go_on_through_a_gate_that_was_made_anew(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at.card()
    at.duties.mirror()
    later = at.card()
    make_gate_anew(at)
    monkeypatch.setattr(card_duties, "_LOOK_AGAIN", -1.0)  # a minute later
    at.duties.mirror()
    assert at.row(later)["x_state"] == "open"


def test_a_list_that_was_taken_away_and_made_anew_is_filled_at_once(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    card = at.card()
    at.duties.mirror()
    setting = Setting(lambda: admin(at.day))
    setting.remove()
    setting.setup(["cards"])
    monkeypatch.setattr(card_duties, "_LOOK_AGAIN", -1.0)
    at.duties.mirror()
    assert at.row(card)["x_state"] == "open"


def test_notes_go_on_through_a_gate_that_was_made_anew(at: Desk) -> None:
    card, writing = at.card(), at.office.writing()
    assert writing is not None
    assert writing.publish(card).advisories
    make_gate_anew(at)
    with pytest.raises(OdooError):
        writing.publish(card)  # found out
    assert [each.status for each in writing.publish(card).advisories if each.verb == "note"] == ["updated"]


def test_who_publishes_is_kept_as_long_as_the_gate_is_the_same_one(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    found = at.office.publisher()
    monkeypatch.setattr(office, "_LOOK_AGAIN", -1.0)  # five minutes later
    assert at.office.publisher() is found
    at.day.box.faults.plan(*[html(502)] * 4)
    assert at.office.publisher() is found, "nothing is known to have changed"
    make_gate_anew(at)
    assert at.office.publisher() is not found

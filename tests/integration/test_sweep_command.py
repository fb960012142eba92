"""`triage sweep`, and a worker's schedule over an installation with a look-alike of Odoo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from tests.integration.jobs_setting import write_home
from triage.cli.app import app
from triage.cli.duties import schedule_of
from triage.cli.office import InstalledOffice
from triage.cli.wiring import now, open_store
from triage.jobs.inbox import Inbox
from triage.jobs.switching import Switch
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.settings import Settings

run = CliRunner().invoke


@pytest.fixture(scope="module")
def day() -> Iterator[SampleDay]:
    with sample_day() as found:
        yield found


@pytest.fixture
def place(day: SampleDay, tmp_path: Path) -> Path:
    write_home(tmp_path, day, mode="shadow")
    connection = yaml.safe_load((tmp_path / "odoo.yaml").read_text())
    sweep = {"first_days": 60, "pause_seconds": 0, "page": 50, "most_records": 60}
    (tmp_path / "odoo.yaml").write_text(yaml.safe_dump({**connection, "sweep": sweep}))
    return tmp_path


def test_one_round_or_all_of_them(place: Path) -> None:
    home = ["--home", str(place)]
    first = run(app, ["sweep", "--once", "--json", *home])
    assert first.exit_code == 0
    told = json.loads(first.stdout)
    assert told["is_behind"]
    assert 0 < told["new"] <= told["arrivals"]
    rest = run(app, ["sweep", *home])
    assert rest.exit_code == 0
    assert "changes seen" in rest.stdout
    assert "There is more" not in rest.stdout.splitlines()[-1]
    again = json.loads(run(app, ["sweep", "--json", *home]).stdout.splitlines()[-1])
    assert (again["new"], again["is_behind"]) == (0, False)


def test_without_an_odoo_it_says_what_to_do(tmp_path: Path) -> None:
    found = run(app, ["sweep", "--home", str(tmp_path)])
    assert found.exit_code == 2
    assert "no Odoo is named" in found.output


def test_a_wrong_entry_is_named(place: Path) -> None:
    connection = yaml.safe_load((place / "odoo.yaml").read_text())
    (place / "odoo.yaml").write_text(yaml.safe_dump({**connection, "sweep": {"page": 1}}))
    found = run(app, ["sweep", "--home", str(place)])
    assert found.exit_code == 2
    assert "sweep.page" in found.output


def test_a_workers_schedule_sweeps_and_while_switched_off_still_takes_in(place: Path) -> None:
    settings = Settings.of(place)
    with ExitStack() as stack:
        store = stack.enter_context(open_store(settings, create=True))
        office = InstalledOffice(settings, store, "embedded")
        stack.callback(office.close)
        inbox, switch = Inbox(store.journal, now), Switch(store.journal, now)
        switch.off("mila", "wrong prices")
        schedule = schedule_of(office, store, inbox, switch, "one")
        for _ in range(30):
            schedule.turn()
        assert inbox.counts()["waiting"] > 30
        assert store.cards.all() == []


def test_without_an_odoo_a_schedule_does_what_it_can(tmp_path: Path) -> None:
    settings = Settings.of(tmp_path)
    with open_store(settings, create=True) as store:
        office = InstalledOffice(settings, store, "embedded")
        inbox, switch = Inbox(store.journal, now), Switch(store.journal, now)
        schedule = schedule_of(office, store, inbox, switch, "one")
        schedule.turn()
        assert [task.failures for task in schedule._tasks] == [0] * len(schedule._tasks)

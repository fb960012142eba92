"""The kill switch: it holds everything before the next step, is recorded, loses nothing, and commands move it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.integration.test_pipeline import COMPANY, Office, event
from tests.unit.opened_store import Opened
from triage.audit.verify import verify
from triage.cli.app import app
from triage.domain import Advised, Summary, Switched
from triage.errors import SwitchedOff, UsageError
from triage.jobs.switching import STREAM, Switch, obeying
from triage.pipeline import triage
from triage.storage import records

run = CliRunner().invoke


@pytest.fixture
def opened(home: Path):
    with Opened(home) as found:
        yield found


def test_off_is_for_everybody_until_it_is_on_again(opened: Opened) -> None:
    switch = Switch(opened.journal, opened.clock)
    switch.check("Anybody B.V.")
    switch.off("mila", "wrong prices")
    for company in (None, "Anybody B.V."):
        with pytest.raises(SwitchedOff, match="switched off for everything since"):
            switch.check(company)
    switch.on("mila", "prices are right")
    switch.check("Anybody B.V.")


def test_one_companys_switch_holds_only_that_company(opened: Opened) -> None:
    switch = Switch(opened.journal, opened.clock)
    switch.off("mila", "audit", "Brandt")
    switch.check(None)
    switch.check("Another")
    with pytest.raises(SwitchedOff, match="for Brandt"):
        switch.check("Brandt")
    switch.off("tariq", "fire")
    switch.on("mila", "over", "Brandt")
    with pytest.raises(SwitchedOff, match="for everything"):
        switch.check("Brandt")


def test_each_move_is_a_record_with_who_and_why(opened: Opened) -> None:
    switch = Switch(opened.journal, opened.clock)
    switch.off("mila", "wrong prices")
    switch.on("tariq", "prices are right")
    found = [opened.journal.opened(record) for record in records.every(opened.database) if record.stream == STREAM]
    assert [(each.is_off, each.by, each.why) for each in found if isinstance(each, Switched)] == [
        (True, "mila", "wrong prices"),
        (False, "tariq", "prices are right"),
    ]
    [(row, told)] = switch.every()
    assert (row.is_off, told) == (False, found[-1])
    assert verify(opened.database, opened.keys).first_bad is None


@pytest.mark.parametrize(("by", "why"), [("", "x"), ("mila", " ")])
def test_nobody_and_no_reason_move_nothing(opened: Opened, by: str, why: str) -> None:
    with pytest.raises(UsageError, match="who switches, and why"):
        Switch(opened.journal, opened.clock).off(by, why)
    assert Switch(opened.journal, opened.clock).every() == []


def test_a_long_job_stops_before_its_next_step_and_goes_on_without_doing_anything_twice(tmp_path: Path) -> None:
    office = Office(tmp_path)
    switch = Switch(office.journal, office.cards.now)

    def answer_and_switch_off(view: object) -> object:
        switch.off("mila", "stop")
        return classify(view)

    classify = office.classify.invoke
    office.classify.invoke = answer_and_switch_off  # type: ignore[method-assign]
    desk = obeying(office.desk(), lambda: switch.check(COMPANY.name))
    with pytest.raises(SwitchedOff):
        triage(event(), desk)
    assert (office.summarise.times, office.cards.all()) == (0, [])
    switch.on("mila", "go on")
    assert isinstance(triage(event(), desk), Advised)
    assert (office.classify.times, office.summarise.times) == (1, 1)
    office.database.close()


def test_while_it_is_off_nothing_is_written_into_odoo(tmp_path: Path) -> None:
    office = Office(tmp_path)
    written: list[object] = []
    desk = replace(office.desk(), publish=written.append, withdraw=written.append)  # type: ignore[arg-type]
    switch = Switch(office.journal, office.cards.now)
    switch.off("mila", "stop")
    held = obeying(desk, switch.check)
    assert held.publish is not None
    assert held.withdraw is not None
    for write in (held.publish, held.withdraw):
        with pytest.raises(SwitchedOff):
            write(None)  # type: ignore[arg-type]
    assert written == []
    office.database.close()


def test_what_acts_is_the_same_with_and_without_the_switch(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.summarise.acting = {"model": "1"}  # type: ignore[attr-defined]
    triage(event(), office.desk())
    again = obeying(office.desk(), lambda: None)
    assert [dict(task.acting) for task in again.tasks] == [{"model": "0"}, {"model": "1"}]
    assert again.tasks[1].key == "summarise"
    assert isinstance(office.summarise.answer, Summary)
    office.database.close()


def test_the_commands_move_it_and_say_how_it_stands(tmp_path: Path) -> None:
    with Opened(tmp_path):
        pass
    home = ["--home", str(tmp_path)]
    assert run(app, ["switch", "status", *home]).stdout == "everything: on. It was never switched off.\n"
    done = run(app, ["switch", "off", "--by", "mila", "--why", "wrong prices", *home])
    assert (done.exit_code, "everything: off since" in done.stdout) == (0, True)
    told = run(app, ["switch", "status", *home])
    assert told.exit_code == 1
    assert "by mila: wrong prices" in told.stdout
    assert run(app, ["switch", "on", "--by", "mila", "--why", "right again", *home]).exit_code == 0
    told = run(app, ["switch", "status", "--json", *home])
    assert (told.exit_code, '"off": false' in told.stdout) == (0, True)
    assert run(app, ["switch", "off", "--why", " ", "--by", "mila", *home]).exit_code == 2

"""The commands against a look-alike of Odoo over HTTP: check, run, post, withdraw, changes, grant."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.odoo_home import forget_variables, write_connection
from triage.cli import app as commands
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.odoo.sandbox.faults import refuse

RUNNER = CliRunner()


@pytest.fixture(scope="module", params=[18, 19])
def day(request: pytest.FixtureRequest) -> Iterator[SampleDay]:
    with sample_day(request.param) as found:
        yield found


@pytest.fixture(scope="module")
def morning(day: SampleDay) -> Any:
    """The look-alike as the day begins."""
    return day.box.snapshot()


@pytest.fixture
def home(day: SampleDay, morning: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    forget_variables(monkeypatch)
    write_connection(tmp_path, day.connection, day.key)
    monkeypatch.setenv("TRIAGE_HOME", str(tmp_path))
    monkeypatch.setenv("TRIAGE_USER", "mila")
    day.box.restore(morning)
    day.box.mails.clear()
    return tmp_path


def triage(*words: object) -> Result:
    return RUNNER.invoke(commands.app, [str(word) for word in words])


def done(*words: object) -> str:
    found = triage(*words)
    assert found.exit_code == 0, found.output
    return found.output


def notes(day: SampleDay) -> list[dict[str, Any]]:
    return [row for row in day.box.rows("mail.message") if "a person decides" in str(row["body"])]


def tickets(day: SampleDay) -> list[dict[str, Any]]:
    return day.box.rows("helpdesk.ticket")


def test_check_says_what_it_found_and_that_the_service_only_reads(home: Path, day: SampleDay, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    said = done("odoo", "check", "--report", report)
    for word in (
        f"Odoo {day.box.version}.0",
        "Community",
        "helpdesk_mgmt",
        "dms",
        "reads only",
        "is known",
        "mails nobody",
    ):
        assert word in said
    found = json.loads(report.read_text())
    assert not [each for each in found["findings"] if each["level"] == "bad"]
    assert found["models"]["sale.order"] is True


def test_check_as_an_administrator_reads_the_gate_itself(home: Path, day: SampleDay, monkeypatch: Any) -> None:
    monkeypatch.setenv("TRIAGE_ODOO_ADMIN_KEY", day.box.admin.password)
    assert "read by an administrator, is the one it tells" in done("odoo", "check", "--admin", "admin")


def test_a_changed_gate_is_found_and_nothing_is_posted_through_it(home: Path, day: SampleDay) -> None:
    gate = next(row for row in day.box.rows("ir.actions.server") if row["name"].endswith("gate"))
    day.box.env()["ir.actions.server"].browse(gate["id"]).write({"code": gate["code"].replace("mt_note", "mt_comment")})
    checked = triage("odoo", "check")
    assert checked.exit_code == 1
    assert "not the one of this version" in checked.output
    posted = triage("run", "--odoo", "sale.order:S00398", "--post")
    assert posted.exit_code == 2
    assert notes(day) == []


def test_a_record_is_read_and_shown_and_nothing_is_written(home: Path, day: SampleDay) -> None:
    calls = len(day.box.calls)
    assert "S00398" in done("run", "--odoo", "sale.order:S00398")
    assert {call.method for call in day.box.calls[calls:]} <= {"login", "search_read", "fields_get", "context_get"}
    assert notes(day) == []


def test_posting_again_updates_and_our_own_note_is_no_change(home: Path, day: SampleDay) -> None:
    assert "note posted" in done("run", "--odoo", "sale.order:S00398", "--post")
    said = done("run", "--odoo", "sale.order:S00398", "--post")
    assert "note brought up to date" in said
    assert (len(notes(day)), len(tickets(day))) == (1, 1)
    [card] = [json.loads(line) for line in done("cards", "--json").splitlines()]
    assert len(card["events"]) == 1
    assert day.box.mails == []


def test_one_record_that_is_not_there_does_not_stop_the_others(home: Path) -> None:
    found = triage(
        "run", "--odoo", "sale.order:S99999", "--odoo", "res.partner:1", "--odoo", "sale.order:S00398", "--json"
    )
    assert found.exit_code == 1
    rows = [json.loads(line) for line in found.output.splitlines()]
    assert "no record is called 'S99999'" in rows[0]["error"]
    assert "cannot be captured" in rows[1]["error"]
    assert rows[2]["cards"]


def test_withdrawing_takes_everything_back_but_what_people_took_up(home: Path, day: SampleDay) -> None:
    done("run", "--odoo", "sale.order:S00398", "--odoo", "sale.order:S00437", "--post")
    assert (len(notes(day)), len(tickets(day))) == (2, 2)
    taken_up = tickets(day)[0]
    day.box.env()["helpdesk.ticket"].browse(taken_up["id"]).write({"user_id": 2})
    said = done("odoo", "withdraw", "--since", "1h")
    assert "draft ticket left alone (taken up by people" in said
    assert (notes(day), [row["id"] for row in tickets(day)]) == ([], [taken_up["id"]])
    assert "withdrawal" in done("audit", "show", "1")
    assert "whole" in done("audit", "verify")


def test_a_card_can_be_posted_later_and_taken_back_alone(home: Path, day: SampleDay) -> None:
    done("run", "--odoo", "sale.order:S00398", "--odoo", "sale.order:S00437")
    assert "note posted" in done("odoo", "post", "1", "2")
    done("odoo", "withdraw", "--card", "1")
    assert len(notes(day)) == 1


def test_a_rejected_card_is_not_posted_and_says_why(home: Path, day: SampleDay) -> None:
    done("run", "--odoo", "sale.order:S00398")
    done("decide", "1", "reject", "--reason", "no_action")
    refused = triage("odoo", "post", "1")
    assert refused.exit_code == 1
    assert "it is rejected" in refused.output
    assert notes(day) == []


def test_after_a_restore_posting_puts_back_what_is_missing_once(home: Path, day: SampleDay) -> None:
    before = day.box.snapshot()
    done("run", "--odoo", "sale.order:S00398", "--post")
    day.box.restore(before)
    assert notes(day) == []
    assert "note posted" in done("odoo", "post", "1")
    assert "brought up to date" in done("odoo", "post", "1")
    assert (len(notes(day)), len(tickets(day))) == (1, 1)


def test_a_ticket_on_acceptance_where_policy_asks_for_it(home: Path, day: SampleDay) -> None:
    (home / "policy.yaml").write_text("advice: {tickets: accepted}\n")
    said = done("run", "--odoo", "sale.order:S00398", "--post")
    assert "review activity posted" in said
    assert tickets(day) == []
    assert "draft ticket posted" in done("decide", "1", "accept")
    [ticket] = tickets(day)
    assert (ticket["user_id"], "S00398" in ticket["name"]) == (False, True)


def test_when_odoo_is_away_the_decision_stands_and_the_ticket_comes_later(home: Path, day: SampleDay) -> None:
    (home / "policy.yaml").write_text("advice: {tickets: accepted}\n")
    done("run", "--odoo", "sale.order:S00398")
    day.box.faults.plan(*[refuse() for _ in range(12)])
    refused = triage("decide", "1", "accept")
    day.box.faults.clear()
    assert refused.exit_code == 1
    assert "The decision stands" in refused.output
    assert "draft ticket posted" in done("odoo", "post", "1")


def test_mails_find_their_orders_in_odoo(home: Path, day: SampleDay, tmp_path: Path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(
        b"From: Dawn Whitcombe <d.whitcombe@northgate-fab.example>\r\nTo: orders@brandt-mercer.example\r\n"
        b"Subject: NF-PO-20881\r\nMessage-ID: <t1@northgate-fab.example>\r\n"
        b"Date: Tue, 17 Nov 2026 09:00:00 +0000\r\n\r\n"
        b"The gloves on our order NF-PO-20881 were confirmed at 4.66 instead of 4.10. Please correct the price.\r\n"
    )
    [row] = [json.loads(line) for line in done("run", mail, "--records", "odoo", "--json").splitlines()]
    assert (row["case"], row["cards"][0]["key"]["category"]) == ("S00412", "pricing")


def test_what_others_changed_is_listed_and_our_own_is_not(home: Path, day: SampleDay) -> None:
    day.box.env()["sale.order"].browse(398).write({"client_order_ref": "changed"})
    done("run", "--odoo", "sale.order:S00398", "--post")
    listed = [json.loads(line) for line in done("odoo", "changes", "--since", "1h", "--json").splitlines()]
    names = {(row["model"], row["name"]) for row in listed}
    assert ("sale.order", "S00398") in names
    assert "helpdesk.ticket" not in {model for model, _ in names}
    assert triage("odoo", "changes", "--model", "res.partner").exit_code == 2


def test_without_a_gate_or_rights_odoo_is_only_read_and_says_so(home: Path, day: SampleDay) -> None:
    gate = next(row for row in day.box.rows("ir.model.data") if row["name"] == "gate")
    day.box.env()["ir.model.data"].browse(gate["id"]).unlink()
    refused = triage("run", "--odoo", "sale.order:S00398", "--post")
    assert refused.exit_code == 1
    assert "only read" in refused.output
    assert "no gate" in triage("odoo", "check").output


def test_granting_again_brings_up_to_date_and_makes_nothing_twice(home: Path, day: SampleDay, monkeypatch: Any) -> None:
    monkeypatch.setenv("TRIAGE_ODOO_ADMIN_KEY", day.box.admin.password)
    count = {model: len(day.box.rows(model)) for model in ("res.users", "res.groups", "ir.rule", "ir.actions.server")}
    said = done("odoo", "grant", "--admin", "admin", "--accounting", "--key-days", "30")
    assert "up to date" in said
    assert "API key for 30 days" in said
    assert count == {model: len(day.box.rows(model)) for model in count}


def test_what_granting_makes_can_be_printed_instead(home: Path) -> None:
    said = done("odoo", "grant", "--print", "--version", "19")
    assert "def note(" in said
    assert "__triage__.gate" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "nothing to triage"),
        (["odoo", "withdraw"], "what is to be taken back?"),
        (["odoo", "withdraw", "--since", "soon"], "is no time"),
        (["odoo", "grant"], "who grants?"),
        (["odoo", "sandbox", "--version", "12"], "18 or 19"),
    ],
)
def test_a_call_that_makes_no_sense_says_what_would(home: Path, words: list[str], said: str) -> None:
    found = triage(*words)
    assert found.exit_code == 2
    assert said in found.output


def test_without_a_connection_it_says_how_to_name_one(home: Path) -> None:
    (home / "odoo.yaml").unlink()
    found = triage("odoo", "check")
    assert found.exit_code == 2
    assert "TRIAGE_ODOO_URL" in found.output


def test_a_wrong_key_is_one_line(home: Path) -> None:
    (home / "key").write_text("wrong")
    found = triage("odoo", "check")
    assert found.exit_code == 1
    assert "is refused" in found.output
    assert "Traceback" not in found.output


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_look_alike_serves_with_a_home_of_its_own_and_leaves_nothing_behind(end: signal.Signals) -> None:
    words = [sys.executable, "-m", "triage", "odoo", "sandbox", "--version", "19"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=os.environ | {"COLUMNS": "200"}) as process:
        assert process.stdout is not None
        folder = Path(next(line for line in process.stdout if "TRIAGE_HOME=" in line).partition("=")[2].strip())
        told = (folder / "odoo.yaml").read_text()
        next(line for line in process.stdout if "Ctrl-C" in line)
        process.send_signal(end)
        rest = process.stdout.read()
    assert "fields:" in told
    assert (process.returncode, "Ended." in rest, folder.exists()) == (0, True, False)

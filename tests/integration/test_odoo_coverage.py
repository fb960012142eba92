"""Whatever record it starts from: what the card says, through a look-alike of Odoo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.odoo_home import write_connection
from triage.cli import app as commands
from triage.domain import SUBTYPES, Category, Severity
from triage.odoo.sandbox.demo import SampleDay, sample_day

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def day() -> Iterator[SampleDay]:
    with sample_day(18) as found:
        yield found


@pytest.fixture
def home(day: SampleDay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_connection(tmp_path, day.connection, day.key)
    monkeypatch.setenv("TRIAGE_HOME", str(tmp_path))
    monkeypatch.setenv("TRIAGE_USER", "mila")
    return tmp_path


def run(*words: object) -> list[dict[str, Any]]:
    """The cards that a run left, the first one first."""
    found = RUNNER.invoke(commands.app, ["run", *map(str, words)])
    assert found.exit_code == 0, found.output
    listed = RUNNER.invoke(commands.app, ["cards", "--json"])
    assert listed.exit_code == 0, listed.output
    return [json.loads(line) for line in listed.output.splitlines()]


def suggestion(card: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = card["proposal"]["suggestion"]
    assert found["subtype"] in {None, *SUBTYPES[Category(found["category"])]}
    assert Severity(found["severity"])
    assert found["severity_why"]
    assert found["evidence"]
    return found


def test_an_order_shows_credit_with_its_measured_confidence(home: Path) -> None:
    (card, *_) = run("--odoo", "sale.order:S00437")
    told = suggestion(card)
    assert (told["category"], told["subtype"]) == ("credit", "hold")
    assert told["confidence"]["n"] >= 25
    assert told["confidence"]["low"] < told["confidence"]["value"]
    assert {one["kind"] for one in told["evidence"]} == {"fact"}
    names = {fact["name"] for fact in card["proposal"]["facts"]}
    assert {"credit.on_hold", "credit.over_limit", "credit.overdue_days"} <= names


def test_a_transfer_leads_to_its_order_and_shows_that_it_is_stuck(home: Path, day: SampleDay) -> None:
    (card, *_) = run("--odoo", "stock.picking:WH/OUT/00872")
    told = suggestion(card)
    assert told["category"] == "delay"
    assert "late" in told["severity_why"]
    assert any(fact["name"] == "shipment.no_scan_days" for fact in card["proposal"]["facts"])


def test_a_purchase_order_shows_a_supplier_who_is_late(home: Path, day: SampleDay) -> None:
    number = next(row["id"] for row in day.box.rows("purchase.order") if row["name"] == "P00187")
    lines = [row["id"] for row in day.box.rows("purchase.order.line") if row["order_id"] == number]
    day.box.edit(lambda env: env["purchase.order.line"].browse(lines).write({"date_planned": "2026-11-02 10:00:00"}))
    (card, *_) = run("--odoo", "purchase.order:P00187")
    told = suggestion(card)
    assert (told["category"], told["subtype"], told["side"]) == ("delay", "late", "supplier")
    assert "due on 2026-11-02" in told["evidence"][0]["text"]


def test_a_ticket_reads_the_customers_words_beside_the_orders_facts(home: Path, day: SampleDay) -> None:
    ticket = {
        "name": "Two cartons crushed",
        "description": "<p>Two of the cartons of S00388 arrived crushed, the contents are broken. Photos follow.</p>",
        "partner_id": next(row["partner_id"] for row in day.box.rows("sale.order") if row["name"] == "S00388"),
    }
    number = day.box.edit(lambda env: env["helpdesk.ticket"].create(ticket).id)
    (card, *_) = run("--odoo", f"helpdesk.ticket:{number}")
    told = suggestion(card)
    assert told["category"] == "damage_loss"
    assert any(one["kind"] == "quote" for one in told["evidence"])
    assert told["confidence"] is not None


def test_a_bare_mail_says_that_no_record_was_found(home: Path, tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Anna Poe <anna@poe.example>", "orders@brandt-mercer.example"
    mail["Subject"], mail["Message-ID"] = "Delivery", "<bare@poe.example>"
    mail.set_content("The valves that came yesterday are the wrong size, we ordered 2 inch and got 3 inch.\n")
    (tmp_path / "bare.eml").write_bytes(bytes(mail))
    (card, *_) = run(tmp_path / "bare.eml", "--records", "odoo")
    told = suggestion(card)
    assert (told["category"], told["subtype"]) == ("wrong_missing", "wrong_item")
    assert any("no record found" in warning for warning in card["proposal"]["warnings"])


def test_a_mail_with_next_to_nothing_in_it_says_what_is_missing(home: Path, tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "anna@poe.example", "orders@brandt-mercer.example"
    mail["Message-ID"] = "<empty@poe.example>"
    mail.set_content("zzqx 4711\n")
    (tmp_path / "empty.eml").write_bytes(bytes(mail))
    (card, *_) = run(tmp_path / "empty.eml", "--records", "odoo")
    abstained = card["proposal"]["suggestion"]["abstained"]
    assert abstained is not None
    assert abstained["reason"]
    assert abstained["missing"] or "sure" in abstained["reason"]

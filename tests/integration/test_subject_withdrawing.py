"""What stands in Odoo because of a person goes with them, also where no card or record tells of it any more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

from tests.odoo_home import forget_variables, write_connection
from triage.audit import forgetting, retention, retiring
from triage.audit.journal import Journal
from triage.cli import app as commands
from triage.cli.posting import said
from triage.cli.wiring import now, open_store
from triage.domain import Advisory, Publication, RecordRef
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.settings import Settings

HERS, HIS = "sale.order:S00398", "sale.order:S00437"
CUSTOMER = "Hoekstra Staalbouw B.V."
"""Of the second order."""
LATER = timedelta(days=40)
CARD = UUID(int=7)


@pytest.fixture(scope="module")
def served() -> Iterator[SampleDay]:
    with sample_day(18) as found:
        yield found


@pytest.fixture(scope="module")
def morning(served: SampleDay) -> Any:
    """The look-alike as the day begins."""
    return served.box.snapshot()


@pytest.fixture
def day(served: SampleDay, morning: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SampleDay:
    """The look-alike with both orders' notes and drafts in it, and the installation that posted them."""
    forget_variables(monkeypatch)
    write_connection(tmp_path, served.connection, served.key)
    monkeypatch.setenv("TRIAGE_HOME", str(tmp_path))
    monkeypatch.setenv("TRIAGE_USER", "dpo")
    served.box.restore(morning)
    assert triage("run", "--odoo", HERS, "--odoo", HIS, "--post").exit_code == 0
    assert (len(notes(served)), len(tickets(served))) == (2, 2)
    return served


def triage(*words: object) -> Result:
    return CliRunner().invoke(commands.app, [str(word) for word in words])


def erase(*more: str) -> Result:
    return triage("subject", "erase", CUSTOMER, "--yes", "--why", "request 12", *more)


def notes(day: SampleDay) -> list[dict[str, Any]]:
    return [row for row in day.box.rows("mail.message") if "a person decides" in str(row["body"])]


def tickets(day: SampleDay) -> list[dict[str, Any]]:
    return day.box.rows("helpdesk.ticket")


def retire(home: Path) -> None:
    """Both cards are closed, and policy's time for what they say is over."""
    for number in (1, 2):
        assert triage("decide", number, "accept").exit_code == 0
    with opened(home) as journal:
        for company in companies(journal):
            retiring.apply(journal, company, 30, now() + LATER, "timer")


@contextmanager
def opened(home: Path) -> Iterator[Journal]:
    with open_store(Settings.of(home)) as store:
        yield store.journal


def companies(journal: Journal) -> list[str]:
    return [str(row[0]) for row in journal.database.query("SELECT DISTINCT company FROM cards")]


def test_on_hold_nothing_is_taken_out_of_odoo_either(day: SampleDay) -> None:
    assert triage("audit", "hold", "2", "--why", "claim 7").exit_code == 0
    refused = erase("--withdraw")
    assert refused.exit_code == 2
    assert "on hold, and so not erased: S00437" in refused.output
    assert (len(notes(day)), len(tickets(day))) == (2, 2)


def test_what_was_posted_of_a_card_that_was_emptied_since_is_taken_back(day: SampleDay, tmp_path: Path) -> None:
    retire(tmp_path)
    done = erase("--withdraw")
    assert done.exit_code == 0, done.output
    assert "taken back" in done.output
    assert "Erased: 1 keys of 1 cases." in done.output
    assert len(notes(day)) == 1
    assert [row["name"].partition(":")[0] for row in tickets(day)] == ["S00398"]
    assert "whole" in triage("audit", "verify").output


def test_what_was_posted_and_no_record_tells_of_any_more_is_taken_back(day: SampleDay, tmp_path: Path) -> None:
    retire(tmp_path)
    with opened(tmp_path) as journal:
        for company in companies(journal):
            assert list(retention.apply(journal, company, {"publish": 30}, now() + LATER, "timer"))
    told = triage("subject", "find", CUSTOMER).output
    assert "of which no record tells any more" in told
    done = erase("--withdraw")
    assert done.exit_code == 0, done.output
    assert (len(notes(day)), len(tickets(day))) == (1, 1)


def test_what_an_erasure_left_there_is_taken_back_by_the_next_one(day: SampleDay) -> None:
    left = erase()
    assert "What stands in Odoo stays there" in left.output
    assert (len(notes(day)), len(tickets(day))) == (2, 2)
    done = erase("--withdraw")
    assert done.exit_code == 0, done.output
    assert (len(notes(day)), len(tickets(day))) == (1, 1)
    assert "whole" in triage("audit", "verify").output


def test_what_people_have_taken_up_is_named_and_stays(day: SampleDay, tmp_path: Path) -> None:
    retire(tmp_path)
    [his] = [row for row in tickets(day) if row["name"].startswith("S00437")]
    day.box.env()["helpdesk.ticket"].browse(his["id"]).write({"user_id": 2})
    done = erase("--withdraw")
    assert done.exit_code == 0, done.output
    assert f"left to people: helpdesk.ticket:{his['id']}" in done.output
    assert len(tickets(day)) == 2


def test_where_odoo_takes_nothing_back_nothing_is_erased(day: SampleDay, tmp_path: Path) -> None:
    retire(tmp_path)
    gate = next(row for row in day.box.rows("ir.actions.server") if row["name"].endswith("gate"))
    day.box.env()["ir.actions.server"].browse(gate["id"]).write({"code": "raise UserError('closed')"})
    refused = erase("--withdraw")
    assert refused.exit_code != 0
    assert "Erased" not in refused.output
    with opened(tmp_path) as journal:
        assert next(each for each in forgetting.find(journal, [CUSTOMER])).record is not None


@pytest.mark.parametrize("verb", get_args(Advisory.model_fields["verb"].annotation))
def test_all_that_can_be_taken_back_has_a_name(verb: Any) -> None:
    taken = Advisory(verb=verb, marker=f"card-{CARD}.{verb}", status="withdrawn")
    on = RecordRef(model="sale.order", id=42, name="S00042")
    assert said(Publication(card=CARD, on=on, advisories=(taken,))).endswith(" taken back")

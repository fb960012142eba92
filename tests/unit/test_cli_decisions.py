"""What `triage cards` lists, and who decides."""

from __future__ import annotations

import getpass
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.unit.opened_store import Opened, decision, proposal, ref
from triage.cards.transitions import decide
from triage.cli.app import app
from triage.domain import Policy, Verdict
from triage.errors import UsageError
from triage.settings import person


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Card 1 awaits a second person, card 2 is accepted, card 3 is open."""
    with Opened(tmp_path) as opened:
        for number in (1, 2, 3):
            card = opened.cards.put(proposal(record=ref(number), second_person=number == 1), f"file:{number}")
            if number < 3:
                opened.cards.save(decide(card, decision(card, Verdict.ACCEPT), Policy()), card.revision)
    return tmp_path


def listed(home: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["cards", *options, "--home", str(home)])


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ((), [1, 3]),
        (("--state", "waiting"), [1, 3]),
        (("--state", "open"), [3]),
        (("--state", "awaiting_second"), [1]),
        (("--state", "accepted"), [2]),
        (("--state", "rejected"), []),
        (("--state", "all"), [1, 2, 3]),
    ],
)
def test_cards_that_wait_are_listed_unless_asked_otherwise(
    home: Path, options: tuple[str, ...], numbers: list[int]
) -> None:
    done = listed(home, "--json", *options)
    assert [json.loads(line)["number"] for line in done.stdout.splitlines()] == numbers


def test_an_empty_list_says_so(tmp_path: Path) -> None:
    Opened(tmp_path).__exit__()
    assert "No cards wait for a decision." in listed(tmp_path).stdout
    assert "No cards in state open." in listed(tmp_path, "--state", "open").stdout
    assert "No cards." in listed(tmp_path, "--state", "all").stdout


def test_an_unknown_state_names_those_there_are(home: Path) -> None:
    done = listed(home, "--state", "sleeping")
    assert done.exit_code == 2
    assert "waiting, all, open" in done.output


def test_who_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "account")
    assert person({"TRIAGE_USER": "mila"}) == "mila"
    assert person({}) == "account"


@pytest.mark.parametrize("failure", [KeyError("uid not found: 1000"), OSError("no name")])
def test_an_account_without_a_name_says_what_to_set(monkeypatch: pytest.MonkeyPatch, failure: Exception) -> None:
    def nobody() -> str:
        raise failure

    monkeypatch.setattr(getpass, "getuser", nobody)
    with pytest.raises(UsageError, match="set TRIAGE_USER"):
        person({})
    assert person({"TRIAGE_USER": "mila"}) == "mila"

"""What `triage cards` lists, and who decides."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.unit.opened_store import Opened, decision, proposal, ref
from triage.cards.transitions import decide
from triage.cli.app import app
from triage.domain import ActBy, Method, Origin, Policy, Priority, Producer, Reply, Role, Verdict
from triage.errors import UsageError
from triage.settings import person

BY = Producer(method=Method.EMBEDDED, model="test", version="0")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Card 1 awaits a second person, card 2 is accepted, card 3 is open."""
    with Opened(tmp_path) as opened:
        for number in (1, 2, 3):
            card = opened.cards.put(proposal(record=ref(number), second_person=number == 1), f"file:{number}")
            if number < 3:
                opened.cards.save(decide(card, decision(card, Verdict.ACCEPT), Policy()), card.revision)
    return tmp_path


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Card 1 of three orders that wait for one purchase order, with a draft of a reply."""
    origin = Origin(key="purchase.order:31", text="P00031, due 2026-11-20")
    text = "Hello,\n\nYou will have it on [date].\n\nKind regards"
    reply = Reply(by=BY, text=text, language="en", to=Role.CUSTOMER, blanks=("date",))
    with Opened(tmp_path) as opened:
        for number in (1, 2, 3):
            opened.cards.put(
                proposal(record=ref(number), origins=(origin,), reply=reply, reader="nl"), f"file:{number}"
            )
    return tmp_path


def asked(home: Path, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(home)], env={"COLUMNS": "120"})


def test_a_shared_card_lists_its_cases_and_each_can_be_decided(shared: Path) -> None:
    shown = asked(shared, "card", "1").output
    for told in ("Zelfde oorzaak", "P00031, due 2026-11-20", "S00001 (stock, normal, open)", "S00003", "--member"):
        assert told in shown
    one = asked(shared, "decide", "1", "accept", "--member", "S00002", "--as", "mila")
    assert "2 of its 3 cases still wait" in one.output
    assert "S00002 (stock, normal, accepted)" in asked(shared, "card", "1").output
    wrong = asked(shared, "decide", "1", "accept", "--member", "S00009")
    assert wrong.exit_code != 0
    assert "S00009 is not on it" in wrong.output
    assert "accepted by mila" in asked(shared, "decide", "1", "accept", "--as", "mila").output


def test_the_draft_of_a_reply_is_printed_alone(shared: Path) -> None:
    done = asked(shared, "card", "1", "--reply")
    assert done.stdout.startswith("Hello,\n\nYou will have it on [date].")
    assert "to fill in: date" in done.output
    assert json.loads(asked(shared, "card", "1", "--reply", "--json").stdout)["blanks"] == ["date"]


def test_a_card_without_a_draft_says_so(home: Path) -> None:
    none = asked(home, "card", "3", "--reply")
    assert none.exit_code != 0
    assert "has no draft of an answer" in none.output


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


def test_cards_can_be_listed_by_urgency(tmp_path: Path) -> None:
    """Of equals what must be done first; cards without a priority last."""
    scores = {1: None, 2: (10.0, None), 3: (80.0, 18), 4: (80.0, 9)}
    with Opened(tmp_path) as opened:
        for number, told in scores.items():
            made = proposal(record=ref(number))
            if told is not None:
                at = None if told[1] is None else datetime(2026, 11, 17, told[1], tzinfo=UTC)
                act_by = None if at is None else ActBy(at=at, source="promise")
                made = made.with_(priority=Priority(by=BY, score=told[0], act_by=act_by))
            opened.cards.put(made, f"file:{number}")
    done = listed(tmp_path, "--json", "--by", "priority")
    assert [json.loads(line)["number"] for line in done.output.splitlines()] == [4, 3, 2, 1]


def test_another_order_is_refused(home: Path) -> None:
    done = listed(home, "--by", "colour")
    assert done.exit_code == 2
    assert "none of: number, priority" in done.output + done.stderr

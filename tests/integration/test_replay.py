"""Recorded cases once more: the same gives the same, byte for byte; another model or policy shows what would change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.acceptance.command import ROOT, no_traceback, triage
from tests.fake_model_server import FakeModelServer
from tests.integration.test_model_kill import mails, slowly
from triage.storage.database import Database

SAMPLE_DAY = ROOT / "triage" / "sample_day"
HOLDOUT = ROOT / "evals" / "sets" / "classify_holdout.jsonl"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with some of the sample day's mails, of whose cards most were decided."""
    home = tmp_path_factory.mktemp("replay")
    mails = sorted((SAMPLE_DAY / "mails").iterdir())[:12]
    assert triage(home, "run", *mails, "--records", SAMPLE_DAY / "odoo.json").returncode == 0
    for card in range(2, 12):
        triage(home, "decide", str(card), "accept")
    triage(home, "decide", "1", "edit", "--category", "invoice")
    return home


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def counted(home: Path) -> int:
    with Database.open(home / "audit.db") as database:
        return int(database.query("SELECT count(*) FROM journal")[0][0])


def test_the_same_gives_the_same_byte_for_byte_and_records_nothing(home: Path, tmp_path: Path) -> None:
    before = counted(home)
    done = triage(home, "replay", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "recorded.jsonl").read_bytes() == (tmp_path / "out" / "replayed.jsonl").read_bytes()
    events = lines(tmp_path / "out" / "recorded.jsonl")
    assert f"{len(events)} the same" in done.stdout
    assert sum(len(event["proposals"]) for event in events) >= 6
    assert counted(home) == before
    assert (tmp_path / "out" / "replayed.jsonl").stat().st_mode & 0o077 == 0


def test_decided_cases_become_two_runs_that_can_be_compared(home: Path, tmp_path: Path) -> None:
    done = triage(home, "replay", "--out", tmp_path / "out")
    assert "of them were decided by people" in done.stdout
    again = triage(home, "eval", "compare", tmp_path / "out" / "recorded", tmp_path / "out" / "new")
    assert "cases flipped: 0 got worse, 0 better" in again.stdout, again.stderr
    recorded, new = (lines(tmp_path / "out" / name / "cases.jsonl") for name in ("recorded", "new"))
    assert len(recorded) >= 4
    assert [each["output"]["category"] for each in recorded] == [each["output"]["category"] for each in new]
    assert "invoice" in {each["target"]["category"] for each in recorded}


def test_another_policy_shows_what_would_change(home: Path, tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("version: strict\nmin_confidence: 1.0\n")
    done = triage(home, "replay", "--out", tmp_path / "out", "--policy", tmp_path / "policy.yaml")
    assert done.returncode == 0, done.stderr
    assert "advised → abstained" in done.stdout
    assert "the same" in done.stdout or "another" in done.stdout


def test_a_period_without_events_says_so(home: Path, tmp_path: Path) -> None:
    done = triage(home, "replay", "--out", tmp_path / "out", "--until", "2001-01-01")
    assert done.returncode == 0
    assert done.stdout.startswith("0 events")


def test_a_folder_with_something_in_it_is_left_alone(home: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine")
    done = triage(home, "replay", "--out", tmp_path)
    assert (done.returncode, no_traceback(done)) == (2, True)
    assert "is not empty" in done.stderr


def test_what_a_model_answered_is_answered_again_without_asking_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with FakeModelServer() as server:
        server.plan(slowly)
        more = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "secret-key"}
        assert triage(home, "run", mails(tmp_path / "inbox"), "--model", "openai:m", **more).returncode == 0
        asked = len(server.requests)
        done = triage(home, "replay", "--out", tmp_path / "out")
        assert len(server.requests) == asked
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "recorded.jsonl").read_bytes() == (tmp_path / "out" / "replayed.jsonl").read_bytes()
    changed = triage(home, "replay", "--out", tmp_path / "embedded", "--model", "embedded")
    assert "8 the same" not in changed.stdout


@pytest.mark.slow
def test_a_thousand_cases_give_the_same_byte_for_byte(tmp_path: Path) -> None:
    home, inbox = tmp_path / "home", tmp_path / "inbox"
    inbox.mkdir()
    texts = [json.loads(line)["text"] for line in HOLDOUT.read_text("utf-8").splitlines()]
    for number in range(1000):
        head = f"From: A <a@firm{number}.example>\nMessage-ID: <{number}@x.example>\nSubject: Message {number}\n\n"
        (inbox / f"{number}.eml").write_text(head + texts[number % len(texts)], encoding="utf-8")
    assert triage(home, "run", inbox, "--json").returncode == 0
    done = triage(home, "replay", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    recorded = (tmp_path / "out" / "recorded.jsonl").read_bytes()
    assert recorded.count(b"\n") == 1000
    assert recorded == (tmp_path / "out" / "replayed.jsonl").read_bytes()

"""`triage audit` as an auditor uses it, on both databases, and with wrong input."""

from __future__ import annotations

import csv
import json
import threading
from pathlib import Path

import pytest
import yaml

from tests.databases import ENGINES, damage
from tests.integration.audit_store import ELSEWHERE, MARK, Place, place_on
from tests.unit.opened_store import COMPANY
from triage.cards.handling import Handler
from triage.cli.wiring import now
from triage.domain import Reading
from triage.storage import records
from triage.storage.keys import Keys


@pytest.fixture(params=ENGINES)
def at(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place_on(request, tmp_path)


@pytest.fixture
def in_file(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place_on(request, tmp_path)


@pytest.fixture
def key(tmp_path: Path, in_file: Place) -> Path:
    path = tmp_path / "signing.key"
    from typer.testing import CliRunner

    from triage.cli.app import app

    made = CliRunner().invoke(app, ["audit", "keygen", str(path)])
    assert made.exit_code == 0
    assert "signing.key.pub" in made.output
    return path


def readings(at: Place) -> list[tuple[str, str, str, int]]:
    with at.open() as store:
        values = [store.journal.opened(record) for record in records.every(store.database) if record.kind == "reading"]
    return [(each.by, each.what, each.why, each.records) for each in values if isinstance(each, Reading)]


def test_a_key_is_made_once_and_never_over_another(tmp_path: Path, in_file: Place) -> None:
    from typer.testing import CliRunner

    from triage.cli.app import app

    (tmp_path / "a.key.pub").write_text("somebody's")
    refused = CliRunner().invoke(app, ["audit", "keygen", str(tmp_path / "a.key")])
    assert refused.exit_code == 2
    assert "there is a file already" in refused.output
    assert not (tmp_path / "a.key").exists()
    assert (tmp_path / "a.key.pub").read_text() == "somebody's"


def test_a_checkpoint_kept_elsewhere_shows_what_is_cut_off_later(at: Place, key: Path, tmp_path: Path) -> None:
    made = at.run("audit", "checkpoint", "--key", key, "--out", tmp_path / "kept")
    assert made.exit_code == 0, made.output
    assert "Checkpoint 1: 12 records in 2 streams, signed by key" in made.output
    kept = tmp_path / "kept" / "checkpoint-00000001.json"
    asked = ("audit", "verify", "--checkpoint", kept, "--public-key", f"{key}.pub")
    whole = at.run(*asked)
    assert whole.exit_code == 0
    assert "the store holds all it saw; signed by the given key" in whole.output
    target = at.environment.get("TRIAGE_DATABASE") or at.home / "audit.db"
    for table in ("card_events", "queue", "cards", "checkpoints"):
        damage(target, f"DELETE FROM {table}")
    for table in ("payloads", "journal"):
        damage(target, f"DELETE FROM {table} WHERE stream IN (?, '@store')", ELSEWHERE)
        damage(target, f"DELETE FROM {table} WHERE seq > 2")
    assert at.run("audit", "verify").exit_code == 0, "a shorter chain is a chain, too"
    cut = at.run(*asked)
    assert cut.exit_code == 1
    assert "were cut off" in cut.output


def test_a_checkpoint_for_a_timer(in_file: Place, key: Path) -> None:
    due = ("audit", "checkpoint", "--if-due", "--records", "5")
    assert "Checkpoint 1" in in_file.run(*due, TRIAGE_SIGNING_KEY=str(key)).output
    assert in_file.run(*due).output == "No checkpoint is due.\n"
    assert "not signed" in in_file.run("audit", "checkpoint").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify", "--public-key", "x.pub"), "--public-key is the key of a checkpoint"),
        (("verify", "--checkpoint", "nowhere.json"), "nowhere.json: cannot be read"),
        (("checkpoint", "--key", "nowhere.key"), "the signing key cannot be read"),
        (("checkpoint", "--key", "a", "--signer", "b"), "one of them signs, not both"),
        (("checkpoint", "--signer", " "), "names no command"),
        (("checkpoint", "--signer", "no-such-command-here"), "cannot be started"),
        (("export", "{}/new", "--company", "Brant"), "--company Brant: nothing is recorded of it. There is: "),
        (("export", "{}/new", "--since", "2026-11-02", "--until", "2026-11-01"), "lies before"),
        (("hold", "99", "--why", "x"), "there is no card 99"),
        (("hold", "1"), "needs a reason"),
        (("hold", "1", "--lift"), "it is not on hold"),
        (("show", "99"), "there is no card 99"),
        (("show", "?"), "names no card"),
    ],
)
def test_what_is_asked_wrongly_is_said_and_changes_nothing(
    in_file: Place, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    asked = in_file.run("audit", *(word.format(tmp_path) for word in arguments))
    assert (asked.exit_code, said in asked.output) == (2, True), asked.output
    assert not (tmp_path / "new").exists()
    with in_file.open() as store:
        assert sorted({record.stream for record in records.every(store.database)}) == sorted([COMPANY, ELSEWHERE])
        assert sum(1 for _ in records.every(store.database)) == 12


def test_a_damaged_store_is_named_and_the_status_says_so(at: Place) -> None:
    target = at.environment.get("TRIAGE_DATABASE") or at.home / "audit.db"
    damage(target, "UPDATE journal SET kind = 'outcome' WHERE seq = 2 AND stream = ?", COMPANY)
    found = at.run("audit", "verify")
    assert found.exit_code == 1
    assert f"BROKEN: stream {COMPANY}, record 2" in found.output


def test_a_period_is_handed_over_and_that_is_recorded(at: Place, key: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    done = at.run("audit", "export", folder, "--company", COMPANY, "--key", key, "--with-keys", "--why", "audit 7")
    assert done.exit_code == 0, done.output
    assert "8 records, 2 cards, 0 decisions" in done.output
    assert readings(at) == [("dpo", "export", "audit 7", 8)]
    with (folder / "cards.csv").open(newline="") as file:
        assert [row["record"] for row in csv.DictReader(file)] == ["S00042", "S00043"]
    assert at.run("audit", "verify").exit_code == 0


def test_what_cannot_be_finished_or_recorded_is_not_handed_over(in_file: Place, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    (tmp_path / "sign.sh").write_text("#!/bin/sh\nexit 3\n")
    failed = in_file.run("audit", "export", folder, "--signer", f"sh {tmp_path / 'sign.sh'}")
    assert failed.exit_code == 2
    assert not folder.exists()
    folder.mkdir()
    (folder / "mine").write_text("x")
    refused = in_file.run("audit", "export", folder)
    assert (refused.exit_code, (folder / "mine").read_text()) == (2, "x")


def test_a_hold_keeps_everything_a_card_was_made_of(at: Place) -> None:
    held = at.run("audit", "hold", "1", "--why", "claim 7")
    assert held.exit_code == 0, held.output
    assert held.output == "Card 1, S00042: on hold.\n"
    refused = at.run("subject", "erase", "Jane Doe", "--yes")
    assert refused.exit_code == 2
    assert "on hold, and so not erased: S00042" in refused.output
    assert at.run("audit", "hold", "1", "--lift", "--why", "settled").exit_code == 0
    assert at.run("subject", "erase", "Jane Doe", "--yes").exit_code == 0
    assert at.run("audit", "verify").exit_code == 0


def test_retention_is_each_companys_own(in_file: Place) -> None:
    policy = {"retention": {"outcome": 3650}, "companies": {ELSEWHERE: {"retention": {"outcome": 1}}}}
    (in_file.home / "policy.yaml").write_text(yaml.safe_dump(policy))
    counted = in_file.run("audit", "retain")
    assert counted.exit_code == 0, counted.output
    assert f"{ELSEWHERE}: outcome older than 1 day: 0" in counted.output
    assert f"{COMPANY}: outcome older than 3650 days: 0" in counted.output
    assert "Nothing was changed" in counted.output
    (in_file.home / "policy.yaml").write_text("")
    assert "keeps everything" in in_file.run("audit", "retain").output


def test_the_story_of_a_card_holds_all_that_was_done_with_it(at: Place) -> None:
    with at.open() as store:
        handler = Handler(store.cards, store.journal, now)
        handler.claim("1", "mila")
    assert at.run("decide", "1", "accept", "--as", "mila").exit_code == 0
    with at.open() as store:
        Handler(store.cards, store.journal, now).undo("1", "mila")
    at.run("audit", "hold", "1", "--why", "claim 7")
    at.run("audit", "show", "1", "--why", "audit 7")
    told = at.run("audit", "show", "1", "--json")
    titles = [json.loads(line)["kind"] for line in told.output.splitlines()]
    assert titles == ["event", "step", "step", "outcome", "handling", "decision", "handling", "hold", "reading"]
    lines = at.run("audit", "show", "1", "--why", "audit 8").output
    for said in (
        "claim by mila",
        "undo by mila",
        "on hold by dpo · claim 7",
        "read by dpo · card 1 · 8 records · audit 7",
    ):
        assert said in lines
    assert "hold" not in at.run("audit", "show", "2").output


def test_an_auditors_reading_is_recorded_or_nothing_is_shown(at: Place) -> None:
    assert MARK in at.run("audit", "show", "1").output
    assert at.run("audit", "show", "2", "--why", "audit 7").exit_code == 0
    assert readings(at) == [("dpo", "card 1", "", 4), ("dpo", "card 2", "audit 7", 4)]
    target = at.environment.get("TRIAGE_DATABASE") or at.home / "audit.db"
    at_fault = "CREATE TRIGGER full BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
    if "TRIAGE_DATABASE" in at.environment:
        at_fault = "ALTER TABLE journal ADD CONSTRAINT nothing_more CHECK (seq < 1) NOT VALID"
    damage(target, at_fault)
    refused = at.run("audit", "show", "1")
    assert refused.exit_code != 0
    assert MARK not in refused.output


def test_what_is_erased_while_somebody_verifies_is_no_fault(at: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """All records are seen as they were when the verification began, keys as they are now."""
    opening, erased = Keys.opening, []

    def erasing(keys: Keys, case: str, key_id: bytes) -> bytes:
        if not erased:
            erased.append("begun")
            other = threading.Thread(
                target=lambda: erased.append(at.run("subject", "erase", "Jane Doe", "--yes").output)
            )
            other.start()
            other.join()
        return opening(keys, case, key_id)

    monkeypatch.setattr(Keys, "opening", erasing)
    whole = at.run("audit", "verify")
    assert "Erased: 1 keys" in erased[1]
    assert (whole.exit_code, "4 erased" in whole.output) == (0, True), whole.output
    assert at.run("audit", "verify").exit_code == 0

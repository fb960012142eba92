"""Decisions become labelled cases: without the suggestion, without who decided, and only with the key."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from evals.importing import import_decisions, run_import
from evals.reading import read_set
from evals.runner import Plan, run
from tests.unit.eval_sets import HEAD, Keyed, by_words, tasks
from triage.cli.wiring import now, open_store
from triage.domain import Category, Changes, Policy, ReasonCode, Verdict
from triage.errors import ConfigurationError, InputError
from triage.pipeline import Desk, decide, one_policy, triage
from triage.settings import Settings

MAILS = {
    "late": "S00001 was due last week. Where is it?",
    "crushed": "The carton of S00002 arrived crushed.",
    "price": "The price on S00003 is not the one agreed.",
    "open": "S00004 was due last week, too.",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A store with four cards: one accepted, one corrected, one rejected, one open."""
    from triage.domain import Company
    from triage.odoo.source import FileSource

    mails = tmp_path / "mails"
    mails.mkdir()
    for name, text in MAILS.items():
        head = f"From: Ana Vos <ana@{name}.example>\nSubject: {name}\nMessage-ID: <{name}@x.example>\n\n"
        (mails / f"{name}.eml").write_text(head + text + "\n")
    source = FileSource([mails], book=None, company=Company(name="Brandt & Mercer Supply B.V."), clock=now)
    fakes = tasks(Keyed(by_words))
    with open_store(Settings(tmp_path / "home"), create=True) as store:
        parts = [fakes.of("classify"), fakes.of("summarise")]
        desk = Desk(store.journal, source, one_policy(Policy()), fakes.of("read"), parts, store.cards)
        for event in source.events():
            triage(event, desk)
        cards = {card.proposal.summary.split()[0] + card.key.category.value: str(card.id) for card in store.cards.all()}
        arguments = (store.cards, store.journal, now)
        decide(cards["S00001delay"], Verdict.ACCEPT, "femke", *arguments, policy=Policy())
        changes = Changes(category=Category.WRONG_MISSING)
        more = {"reason": ReasonCode.WRONG_CATEGORY, "changes": changes}
        decide(cards["Thedamage_loss"], Verdict.EDIT, "joris", *arguments, policy=Policy(), **more)
        decide(cards["Thepricing"], Verdict.REJECT, "femke", *arguments, policy=Policy(), reason=ReasonCode.NO_ACTION)
    return tmp_path / "home"


def test_accepted_and_corrected_cards_are_labelled(home: Path) -> None:
    made, left = import_decisions(home / "audit.db", home / "keys.db", "dev")
    labels = {case.input.case["messages"][0]["body"][:6]: case for case in made if case.input.case}  # type: ignore[index]
    assert {start: case.target.category.value for start, case in labels.items()} == {  # type: ignore[union-attr]
        "S00001": "delay",
        "The ca": "wrong_missing",
    }
    assert labels["S00001"].tags == ("saw_suggestion",)
    assert labels["The ca"].tags == ("corrected",)
    assert {why.split(":")[0]: n for why, n in left.items()} == {"cards in state open": 1, "cards in state rejected": 1}


def test_the_file_is_blind_private_and_a_set(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "set" / "desk.jsonl"
    out.parent.mkdir()
    assert run_import(home / "audit.db", None, out, "test") == 0
    assert "2 labelled cases" in capsys.readouterr().out
    text = out.read_text()
    for told in ("femke", "joris", "confidence", '"suggestion"', "damage_loss"):
        assert told not in text
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    (out.parent / "desk.yaml").write_text(json.dumps(HEAD))
    of = read_set(out.parent / "desk.yaml")
    results = run(Plan([of], tasks(Keyed(by_words)), "fake", tmp_path / "run")).results()
    assert sorted(float(result.scored.values["right"] or 0) for result in results) == [0.0, 1.0]


def test_nothing_is_written_over_and_nothing_read_without_the_key(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "there.jsonl"
    out.write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        run_import(home / "audit.db", None, out, "dev")
    assert out.read_text() == "mine"
    with pytest.raises(ConfigurationError, match="no key file"):
        import_decisions(home / "audit.db", home / "elsewhere.db", "dev")
    with pytest.raises(ConfigurationError, match="no store"):
        import_decisions(tmp_path / "none.db", home / "keys.db", "dev")

"""Somebody labels everything wrongly on purpose: the next suggestion is what it would have been without them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from triage.cli.app import app

run = CliRunner().invoke
MAILS = (
    "Hello, order S00412 was promised for Tuesday and nothing has come. Where is it?",
    "Good morning, two of the boxes of S00413 were crushed by the driver, the parts are bent.",
    "You invoiced 14.20 each, our contract says 12.90. Please correct S00414.",
    "We got 40 bolts instead of 400 with S00415, please send the rest.",
)
NEW = "Our delivery S00416 is late again, it was promised for last Friday."


def _write(folder: Path, texts: tuple[str, ...]) -> list[str]:
    folder.mkdir(exist_ok=True)
    for number, text in enumerate(texts):
        head = f"From: kim{number}@customer{number}.example\nTo: desk@example.com\nSubject: order\n\n"
        (folder / f"{number}.eml").write_text(head + text + "\n", encoding="utf-8")
    return [str(path) for path in sorted(folder.iterdir())]


def _cards(home: Path) -> list[dict[str, Any]]:
    done = run(app, ["cards", "--state", "all", "--json", "--home", str(home)])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def _suggested(home: Path, files: list[str]) -> dict[str, Any]:
    before = {card["number"] for card in _cards(home)} if (home / "audit.db").exists() else set()
    done = run(app, ["run", *files, "--company", "Brandt", "--home", str(home)])
    assert done.exit_code == 0, done.output
    new = [card for card in _cards(home) if card["number"] not in before]
    assert len(new) == 1
    shown = run(app, ["card", str(new[0]["number"]), "--json", "--home", str(home)])
    found: dict[str, Any] = json.loads(shown.stdout)["proposal"]["suggestion"]
    return found


def test_decisions_teach_nothing_by_themselves(tmp_path: Path) -> None:
    new = _write(tmp_path / "new", (NEW,))
    untouched = _suggested(tmp_path / "untouched", new)
    poisoned = tmp_path / "poisoned"
    done = run(app, ["run", *_write(tmp_path / "mails", MAILS), "--company", "Brandt", "--home", str(poisoned)])
    assert done.exit_code == 0, done.output
    wrong = 0
    for card in _cards(poisoned):
        for attempt in (["edit", "--category", "other", "--reason", "wrong_category"], ["reject", "--reason", "other"]):
            said = run(app, ["decide", str(card["number"]), *attempt, "--as", "mallory", "--home", str(poisoned)])
            if said.exit_code == 0:
                wrong += 1
                break
    assert wrong == len(_cards(poisoned)) >= 3
    assert _suggested(poisoned, new) == untouched

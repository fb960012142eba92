"""The demo: what it shows is what the README says, and it ends the same however often it is killed."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.command import ROOT, environment, lines, no_traceback, triage
from triage.domain import Category


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    home = tmp_path_factory.mktemp("demo")
    done = triage(home, "demo", "--home", home, COLUMNS="120")
    assert done.returncode == 0, done.stdout + done.stderr
    assert no_traceback(done)
    return home, done.stdout


def cards(home: Path) -> list[dict[str, Any]]:
    """All cards without what differs from run to run: ids and clocks."""
    found = lines(triage(home, "cards", "--state", "all", "--json"))
    for card in found:
        for name in ("id", "created_at", "updated_at"):
            del card[name]
    return found


def test_the_demo_touches_every_exception_category(demo: tuple[Path, str]) -> None:
    home, shown = demo
    suggested = {card["proposal"]["suggestion"]["category"] for card in cards(home)}
    assert suggested >= {category.value for category in Category} - {Category.OTHER.value}
    assert "no exception" in shown


def test_the_demo_shows_a_card_verifies_the_chain_and_says_what_next(demo: tuple[Path, str]) -> None:
    home, shown = demo
    assert re.search(r"Card \d+ · ", shown)
    assert "Evidence" in shown
    assert re.search(r"\d+ records", shown)
    assert "triage decide" in shown
    assert triage(home, "audit", "verify", "--home", home).returncode == 0


def test_the_demo_again_shows_the_same(demo: tuple[Path, str]) -> None:
    home, shown = demo
    again = triage(home, "demo", "--home", home, COLUMNS="120")
    table = shown.split("Next:")[0]
    assert again.stdout.split("Next:")[0] == table


def test_the_readme_transcript_is_true(demo: tuple[Path, str]) -> None:
    _, shown = demo
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    transcript = readme.split("<!-- transcript -->")[1].split("```")[1].split("\n", 1)[1]
    told = [line.rstrip() for line in transcript.splitlines() if line.strip() and line.strip() != "..."]
    printed = [line.rstrip() for line in shown.splitlines()]
    assert len(told) > 15
    assert [line for line in told if line not in printed] == []


def test_killed_at_any_moment_the_demo_ends_with_the_same_cards(demo: tuple[Path, str], tmp_path: Path) -> None:
    chance = random.Random(7)
    home = tmp_path / "killed"
    kills = 0
    for _ in range(12):
        process = subprocess.Popen(
            [sys.executable, "-m", "triage", "demo", "--home", str(home)],
            env=environment(home),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0.3, 4))
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    done = triage(home, "demo", "--home", home)
    assert kills > 0
    assert done.returncode == 0, done.stdout + done.stderr
    assert cards(home) == cards(demo[0])
    assert triage(home, "audit", "verify", "--home", home).returncode == 0

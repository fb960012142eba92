"""What stands in the blocks of the docs to be typed is typed, page by page, with a look-alike of Odoo.

The tutorial and the runbooks have tests of their own, which also look at what comes of it; here it is enough that each
command ends as the page lets one expect.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from tests.integration.jobs_setting import Place, hook, installed_for_commands, stalled_orders
from tests.unit.test_docs_commands import ELLIPSES, ROOT, typed_on, words_of
from triage.cli.app import app
from triage.odoo.sandbox.demo import SampleDay, sample_day

CARDS = 8
ELSEWHERE = {
    "triage serve": "goes on for ever: tests of the service and of deployment start it",
    "triage worker": "goes on for ever: tests of the jobs start it",
    "triage odoo sandbox": "goes on for ever: the stranger's path starts it",
    "triage eval": "takes minutes: tests of the evaluation run it",
    "triage train": "takes minutes: tests of the training run it",
    "triage jobs retry": "needs a dead letter: the runbook's test has one",
    "triage jobs discard": "needs a dead letter: the runbook's test has one",
    "triage decide 7 reject --member": "needs a card with several cases: tests of members and of the pages have one",
}
"""Commands that are not run here, and why."""
ENDS_WITH_ONE = (
    "triage odoo status",  # something differs, or nothing was set up yet
    "triage odoo check",  # says what is missing for what was not granted
    "triage jobs sources --silent",
    "triage jobs status",  # no worker is at work
    "triage switch status",  # it is off
    "triage config check",
)
"""Commands whose exit status 1 is an answer."""
PAGES = ["advice", "causes", "journal", "monitoring", "odoo", "odoo-cards", "odoo-setup", "people"]
PAGES += ["reports", "service"]


@pytest.fixture(scope="module")
def day() -> Iterator[SampleDay]:
    with sample_day(18) as found:
        yield found


@pytest.fixture
def at(day: SampleDay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """An installation with cards, a dead letter and all that commands of the docs name."""
    home, work = tmp_path / "home", tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    with installed_for_commands(home, day, monkeypatch) as made:
        first = 1 + sum(str(row["name"]).startswith("T") for row in day.box.rows("sale.order"))
        orders = stalled_orders(day, CARDS, first)
        done = typed(["run", *(word for ref in orders for word in ("--odoo", f"sale.order:{ref.name}"))])
        assert done.exit_code == 0, done.output
        files(work, home)
        made.inbox.accept(hook(orders[0], delay=3600))
        yield made


def files(work: Path, home: Path) -> None:
    """The files that pages name."""
    (work / "mails").mkdir()
    letter = "From: Jane Doe <jane@doe-fixings.example>\nTo: desk@example.com\nSubject: Order S00042\n\nWhere is it?\n"
    (work / "mails" / "one.eml").write_text(letter)
    (home / "service.yaml").write_text(yaml.safe_dump({"address": "https://triage.example.com"}))


def typed(words: list[str], says: str = "") -> Result:
    """Type a command, and what it asks for."""
    found = CliRunner().invoke(app, words, input=says)
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exc_info
    return found


def values(at: Place, work: Path) -> dict[str, str]:
    """What stands for what only an example has, by what stands on the page."""
    job = at.inbox.page(["waiting"], 1)[0].id
    return {"S00042": "T00001", "867ebb56": job, "--from 1 --to 7": "--from 1 --to 1", "/secure": str(work),
            "/mnt/elsewhere": str(work / "kept"), "/mnt/a": str(work / "a"), "/mnt/b": str(work / "b"),
            "/etc/triage": str(work), "triage odoo remove": "triage odoo remove --yes"}  # fmt: skip


def is_elsewhere(line: str) -> bool:
    return any(line.startswith(command) for command in ELSEWHERE)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_what_stands_on_a_page_can_be_typed(
    page: str, at: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = []
    for line in typed_on(ROOT / "docs" / f"{page}.md"):
        if is_elsewhere(line) or any(each in line for each in ELLIPSES):
            continue
        given = line
        for word, value in values(at, tmp_path / "work").items():
            given = given.replace(word, value)
        if given.startswith("triage case-keys rotate"):
            monkeypatch.setenv("TRIAGE_KEYS_KEK", str(tmp_path / "work" / "kek"))
        done = typed(words_of(given), says="correct horse battery\ncorrect horse battery\n")
        good = (0, 1) if line.startswith(ENDS_WITH_ONE) else (0,)
        if done.exit_code not in good:
            wrong.append(f"{given}\n    {done.exit_code}: {done.output[-300:]}")
    assert wrong == [], "\n".join(wrong)

"""Killed in the middle of a run with a chat model, the run goes on: no answer that was recorded is asked for again."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.command import environment, lines, triage
from tests.fake_model_server import Asked, FakeModelServer, says
from triage.audit.journal import Journal
from triage.audit.verify import verify
from triage.cli.wiring import now
from triage.domain import Answer
from triage.settings import Settings
from triage.storage import records
from triage.storage.database import Database
from triage.storage.keys import KeyFile

MAILS = 8
CLASSIFIED = {
    "suggestions": [
        {
            "category": "order_change", "subtype": "cancel", "secondary": [], "side": "customer", "severity": "normal",
            "severity_why": "", "quotes": [{"source": "message:0", "text": "please cancel"}], "against": [],
            "facts": [], "record": None, "abstain": False, "reason": "", "missing": [],
        }
    ],
    "language": "en",
}  # fmt: skip


def answer(asked: Asked) -> dict[str, Any]:
    """A good answer to whichever task this request is."""
    asks_for = asked.body["text"]["format"]["schema"]["properties"]
    if "suggestions" in asks_for:
        return CLASSIFIED
    filled: dict[str, Any] = {name: [] for name in asks_for}
    texts = {name: "They cancel the order." for name, form in asks_for.items() if form.get("type") == "string"}
    return filled | texts | ({"language": "en"} if "language" in asks_for else {})


def slowly(handler: Any, asked: Asked) -> None:
    time.sleep(0.15)
    says(json.dumps(answer(asked)))(handler, asked)


def mails(folder: Path) -> Path:
    folder.mkdir()
    for n in range(MAILS):
        head = f"From: Anna <anna@poe{n}.example>\nMessage-ID: <{n}@poe.example>\nSubject: Order S0004{n}\n\n"
        (folder / f"{n}.eml").write_text(
            head + f"Dear all, please cancel order S0004{n}, item {n}.\n", encoding="utf-8"
        )
    return folder


def recorded_calls(home: Path) -> Iterator[str]:
    """What was sent in every call whose answer the journal holds."""
    settings = Settings(home)
    if not settings.store.exists():
        return
    with Database.open(settings.store) as database, KeyFile(settings.keys) as keys:
        journal = Journal(database, keys, now)
        for record in list(records.every(database)):
            value = journal.opened(record)
            if isinstance(value, Answer):
                yield from (json.dumps(call.sent, sort_keys=True) for call in value.calls)


def essence(text: str) -> str:
    """The order number that a request speaks of, with its task: each mail has its own."""
    number = next(f"S0004{n}" for n in range(MAILS) if f"S0004{n}" in text)
    if "You draft a reply" in text:
        return f"{number} reply"
    return f"{number} {'classify' if 'suggestions' in text and 'subtype' in text else 'summarise'}"


@pytest.mark.slow
def test_no_recorded_answer_is_asked_for_again(tmp_path: Path) -> None:
    home, inbox = tmp_path / "home", mails(tmp_path / "inbox")
    chance = random.Random(3)
    with FakeModelServer() as server:
        server.plan(slowly)
        more = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "secret-key"}
        command = [sys.executable, "-m", "triage", "run", str(inbox), "--model", "openai:m"]
        kills = 0
        for _ in range(6):
            known = len(server.requests)
            recorded = {essence(sent) for sent in recorded_calls(home)}
            process = subprocess.Popen(
                command, env=environment(home, **more), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            enough = known + chance.randint(1, 4)
            while process.poll() is None and len(server.requests) < enough:
                time.sleep(0.02)
            time.sleep(chance.uniform(0, 0.3))
            ended = process.poll() is not None
            process.send_signal(signal.SIGKILL)
            process.wait()
            again = {essence(asked.text) for asked in server.requests[known:]}
            assert not recorded & again
            if ended:
                break
            kills += 1
        recorded = {essence(sent) for sent in recorded_calls(home)}
        known = len(server.requests)
        done = triage(home, "run", inbox, "--model", "openai:m", "--json", **more)
        assert not recorded & {essence(asked.text) for asked in server.requests[known:]}
    assert kills >= 2
    assert {essence(asked.text) for asked in server.requests} == {
        f"S0004{n} {task}" for n in range(MAILS) for task in ("classify", "summarise", "reply")
    }
    assert len(recorded) >= 2
    assert done.returncode == 0, done.stderr
    rows = lines(done)
    assert len(rows) == MAILS
    assert all(row["cards"][0]["proposal"]["suggestion"]["category"] == "order_change" for row in rows)
    with Database.open(Settings(home).store) as database, KeyFile(Settings(home).keys) as keys:
        assert verify(database, keys).first_bad is None
    assert b"secret-key" not in Settings(home).store.read_bytes()

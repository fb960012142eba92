"""A service, a look-alike of Odoo, a chat, a mailbox and a real n8n between them, set up as docs/n8n.md says."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml
from standardwebhooks import Webhook

from service.n8n.preparing import CREDENTIALS, FLOWS, LISTENING, SIGNING, addressed
from tests.integration import chat as chats
from tests.integration import mailbox as mailboxes
from tests.integration.jobs_setting import QUICK
from tests.integration.n8n_process import N8n, n8n
from triage.cli.wiring import open_store
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.settings import Settings

COMPANY = "Brandt & Mercer Supply B.V."
LONGEST = 180.0
CARRIER, SUPPLIER, UNSURE, DEAD, GATE = (
    "triageCarrier0Wf",
    "triageSupplierWf",
    "triageUnsure00Wf",
    "triageDead0000Wf",
    "triageGate0000Wf",
)


def wait_for(done: Callable[[], Any], seconds: float = LONGEST, said: Callable[[], str] = str) -> Any:
    """What it gives, once that is something."""
    until = time.monotonic() + seconds
    while not (found := done()):
        assert time.monotonic() < until, f"not within {seconds:g} seconds: {said()}"
        time.sleep(0.1)
    return found


@dataclass
class Scene:
    """Everything that runs."""

    day: SampleDay
    home: Path
    out: Path
    n8n: N8n
    chat: chats.Chat
    mailbox: mailboxes.Mailbox
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def service(self) -> str:
        """Where triage answers."""
        return f"http://127.0.0.1:{self.port}"

    def serve(self) -> None:
        """Start `triage serve`: web process and worker."""
        command = [sys.executable, "-m", "triage", "serve", "--port", str(self.port), "--home", str(self.home)]
        with (self.home / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for(self._answers, said=self.log)

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)

    def log(self) -> str:
        """The end of what the service wrote."""
        return (self.home / "serve.log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def rows(self, source: str) -> list[tuple[str, str, str | None]]:
        """State and outcome of what came in from a source."""
        with open_store(Settings.of(self.home, {})) as store:
            found = store.database.query("SELECT id, state, outcome FROM inbox WHERE source = ? ORDER BY id", (source,))
            return [tuple(row) for row in found]

    def credential(self, name: str) -> dict[str, Any]:
        """What n8n was given under this name."""
        given = json.loads((self.out / CREDENTIALS).read_text())
        found: dict[str, Any] = next(each["data"] for each in given if each["name"] == name)
        return found

    def secret(self, file: str) -> bytes:
        """A signing secret."""
        return base64.b64decode((self.home / file).read_text().strip().removeprefix("whsec_"))

    def carrier(self, status: dict[str, Any], token: str | None = None) -> httpx.Response:
        """The carrier calls n8n."""
        header = self.credential("Carrier: what it sends along")
        headers = {header["name"]: header["value"] if token is None else token}
        return httpx.post(f"{self.n8n.url}/webhook/triage/carrier", json=status, headers=headers, timeout=60)

    def signed(self, event: dict[str, Any], secret: bytes | None = None) -> httpx.Response:
        """A signed event, as n8n would send it."""
        body = json.dumps({"specversion": "1.0", "source": "/test", "type": "test"} | event)
        at = datetime.now(UTC)
        headers = {
            "content-type": "application/cloudevents+json",
            "webhook-id": event["id"],
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret or self.secret(SIGNING)).sign(event["id"], at, body),
        }
        return httpx.post(f"{self.service}/events/n8n", content=body, headers=headers, timeout=30)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.service}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def scene_in(folder: Path) -> Iterator[Scene]:
    """Everything, in a folder, for the length of the block: step by step as docs/n8n.md says."""
    home, out = folder / "home", folder / "prepared"
    home.mkdir(parents=True)
    with ExitStack() as stack:
        day = stack.enter_context(sample_day(18))
        engine = stack.enter_context(n8n(folder / "n8n"))
        chat = stack.enter_context(chats.chat())
        mailbox = stack.enter_context(mailboxes.mailbox())
        made = Scene(day, home, out, engine, chat, mailbox, _free_port())
        _install(made)
        _prepare(made)
        _hurry(out / FLOWS / "nightly-gate.json")
        engine.take(out / CREDENTIALS, out / FLOWS)
        engine.start()
        wait_for(lambda: made.carrier({}, token="wrong").status_code == 403, said=engine.log)  # it is taken up
        stack.callback(made.stop)
        made.serve()
        yield made


def _install(at: Scene) -> None:
    """An installation that wants to publish to a team which is not there: what it advises becomes dead letters."""
    (at.home / "key").write_text(at.day.key)
    told = at.day.connection.with_(key_file=at.home / "key").model_dump(mode="json", exclude_defaults=True)
    (at.home / "odoo.yaml").write_text(yaml.safe_dump(told | {"tickets": {"team": "Nobody's team"}}))
    (at.home / "policy.yaml").write_text(yaml.safe_dump({"default_mode": "advise", "min_confidence": 0.5}))
    listening = {"secret_files": [LISTENING], "timeout_seconds": 60}
    listeners = [
        {"name": "n8n-chat", "url": f"{at.n8n.url}/webhook/triage/unsure", "events": ["card.unsure"], **listening},
        {"name": "n8n-tickets", "url": f"{at.n8n.url}/webhook/triage/dead", "events": ["arrival.dead"], **listening},
    ]
    (at.home / "jobs.yaml").write_text(yaml.safe_dump({**QUICK, "attempts": 2, "listeners": listeners}))
    source = {
        "name": "n8n",
        "door": "signed",
        "secrets": [{"file": SIGNING}],
        "company": COMPANY,
        "models": ["stock.picking", "purchase.order", "sale.order"],
        "delay_seconds": 0,
    }
    (at.home / "service.yaml").write_text(yaml.safe_dump({"sources": [source]}))


def _prepare(at: Scene) -> None:
    command = [sys.executable, "-m", "service.n8n", str(at.out), "--home", str(at.home), "--service", at.service]
    command += ["--n8n", at.n8n.url, "--chat", at.chat.url]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    path = at.out / CREDENTIALS
    assert os.name != "posix" or path.stat().st_mode & 0o077 == 0
    given = json.loads(path.read_text())
    admin = at.day.box.admin
    known = {
        "Chat: token": {"value": f"Bearer {chats.TOKEN}"},
        "Odoo: a user of n8n's own": {"username": admin.login, "password": admin.password},
        "Mailbox of supplier mails": {
            "user": mailboxes.USER,
            "password": mailboxes.PASSWORD,
            "host": "127.0.0.1",
            "port": at.mailbox.port,
            "secure": False,
        },
    }
    for each in given:
        each["data"] |= known.get(each["name"], {})
    path.write_text(json.dumps(given))


def _hurry(path: Path) -> None:
    """One small set, and a look every second: as a person sets it in the node Settings."""
    flow = json.loads(path.read_text())
    path.write_text(json.dumps(addressed(flow, {"suite": "order-causes", "seconds": "1"})))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])

"""The workflows, imported into a real n8n and executed there, between a running service and a look-alike of Odoo."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from standardwebhooks import Webhook

from service.n8n.preparing import CREDENTIALS, FLOWS, LISTENING, SIGNING, addressed
from tests.integration import chat as chats
from tests.integration import mailbox as mailboxes
from tests.integration.jobs_setting import QUICK, stalled_orders
from tests.integration.n8n_process import N8n, missing, n8n
from triage.cli.wiring import now, open_store
from triage.jobs.inbox import Inbox
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.sample_day import folder
from triage.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.skipif(missing() is not None, reason=missing() or "")]

COMPANY = "Brandt & Mercer Supply B.V."
LONGEST = 90.0
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


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """As docs/n8n.md says, step by step."""
    home, out = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("out")
    with ExitStack() as stack:
        day = stack.enter_context(sample_day(18))
        engine = stack.enter_context(n8n(tmp_path_factory.mktemp("n8n")))
        chat = stack.enter_context(chats.chat())
        mailbox = stack.enter_context(mailboxes.mailbox())
        made = Scene(day, home, out, engine, chat, mailbox, _free_port())
        _install(made)
        _prepare(made)
        _hurry(out / FLOWS / "nightly-gate.json")
        engine.take(out / CREDENTIALS, out / FLOWS)
        engine.start()
        stack.callback(made.stop)
        made.serve()
        yield made


def _install(at: Scene) -> None:
    """An installation that wants to publish to a team which is not there: what it advises becomes dead letters."""
    (at.home / "key").write_text(at.day.key)
    told = at.day.connection.with_(key_file=at.home / "key").model_dump(mode="json", exclude_defaults=True)
    (at.home / "odoo.yaml").write_text(yaml.safe_dump(told | {"tickets": {"team": "Nobody's team"}}))
    (at.home / "policy.yaml").write_text(yaml.safe_dump({"default_mode": "advise", "min_confidence": 0.5}))
    listening = {"secret_files": [LISTENING]}
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


def test_a_carriers_status_arrives_once(scene: Scene) -> None:
    [picking] = [row for row in scene.day.box.rows("stock.picking") if row["carrier_tracking_ref"] == "PXE77410293"]
    status = {"tracking": "PXE77410293", "status": "Damaged", "time": "2026-11-17T08:15:00+01:00", "id": "scan-1"}
    first, again = scene.carrier(status), scene.carrier(status)
    assert (first.status_code, first.json()["duplicate"]) == (202, False), (first.text, scene.n8n.log()[-3000:])
    assert (again.status_code, again.json()) == (202, {"id": first.json()["id"], "duplicate": True})
    [row] = scene.rows("n8n")
    assert row[0] == first.json()["id"]
    [written] = [row for row in scene.day.box.rows("stock.picking") if row["id"] == picking["id"]]
    assert (written["x_carrier_status"], written["x_last_scan"]) == ("exception", "2026-11-17 07:15:00")


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        ({"tracking": "PXE77410293", "status": "teleported", "time": "2026-11-17T08:15:00Z"}, 422, "status: known are"),
        ({"status": "delivered", "time": "soon"}, 422, "tracking"),
        ({"tracking": "NOBODY-KNOWS", "status": "delivered", "time": "2026-11-17T08:15Z"}, 404, "Tracking Reference"),
    ],
)
def test_a_status_that_cannot_be_used_is_refused_with_what_to_do(
    scene: Scene, status: dict[str, str], answer: int, said: str
) -> None:
    before = len(scene.rows("n8n"))
    refused = scene.carrier(status)
    assert (refused.status_code, said in refused.text) == (answer, True), refused.text
    assert len(scene.rows("n8n")) == before


def test_a_carrier_without_its_token_is_refused(scene: Scene) -> None:
    assert scene.carrier({"tracking": "PXE77410293"}, token="wrong").status_code == 403


def test_a_suppliers_document_is_compared_and_differences_are_told(scene: Scene) -> None:
    with folder() as mails:
        for name in ("08-pinnacle-1.eml", "07-hohenfels-1.eml", "21-joris-1.eml"):
            scene.mailbox.deliver((mails / "mails" / name).read_bytes())
    [told] = wait_for(lambda: scene.chat.saying("2026-30447.pdf of "), said=lambda: scene.n8n.log()[-3000:])
    assert "Auftragsbearbeitung Hohenfels" in told
    assert "P00187, FS-933-M8X40" in told
    wait_for(lambda: len(scene.mailbox.seen) == 3 and _ended(scene, SUPPLIER))
    assert scene.chat.saying("SO-118204.pdf") == []  # as ordered
    [purchase] = [row["id"] for row in scene.day.box.rows("purchase.order") if row["name"] == "P00187"]
    asked = httpx.post(f"{scene.service}/v1/compare", headers=_key(scene), content=b"x" * 9, timeout=60)
    assert asked.status_code == 422
    assert f"purchase.order:{purchase}" in _about(scene)


def test_a_document_that_comes_again_is_told_again_but_is_no_second_event(scene: Scene) -> None:
    before, told = len(scene.rows("n8n")), len(scene.chat.saying("2026-30447.pdf of "))
    with folder() as mails:
        scene.mailbox.deliver((mails / "mails" / "07-hohenfels-1.eml").read_bytes())
    wait_for(lambda: len(scene.chat.saying("2026-30447.pdf of ")) == told + 1 and _ended(scene, SUPPLIER))
    assert len(scene.rows("n8n")) == before


def test_a_dead_letter_becomes_one_draft_ticket_through_the_gate(scene: Scene) -> None:
    dead = wait_for(lambda: [row for row in scene.rows("n8n") if row[1] == "dead"], said=scene.log)
    tickets = wait_for(lambda: _tickets(scene), said=lambda: scene.log() + scene.n8n.log()[-2000:])
    wait_for(lambda: len(_tickets(scene)) == len(dead))
    assert {row["user_id"] for row in tickets} == {False}
    time.sleep(6)  # another round of the worker
    assert len(_tickets(scene)) == len(dead)


def _key(scene: Scene) -> dict[str, str]:
    found = scene.credential("Triage: API key")
    return {found["name"]: found["value"]}


def _about(scene: Scene) -> set[str]:
    """Records that signed events were about."""
    with open_store(Settings.of(scene.home, {})) as store:
        inbox = Inbox(store.journal, now)
        rows = [inbox.get(number) for number, _, _ in scene.rows("n8n")]
        return {inbox.load(row).ref.key for row in rows if row is not None}


def _tickets(scene: Scene) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = scene.day.box.rows("helpdesk.ticket")
    return [row for row in found if row["name"].startswith("Could not be read: ")]


def _ended(scene: Scene, workflow: str) -> bool:
    return all(each["status"] in {"success", "error"} for each in scene.n8n.executions(workflow))


@pytest.mark.parametrize("path", ["unsure", "dead"])
@pytest.mark.parametrize("fault", ["another secret", "too old", "another body", "none"])
def test_what_is_not_signed_by_triage_is_refused(scene: Scene, path: str, fault: str) -> None:
    body = json.dumps({"type": "odoo-triage.card.unsure", "data": {}})
    secret = b"some other secret of 32 bytes..." if fault == "another secret" else scene.secret(LISTENING)
    at = datetime.fromtimestamp(time.time() - (600 if fault == "too old" else 0), UTC)
    headers = {
        "content-type": "application/json",
        "webhook-id": "x",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("x", at, body),
    }
    if fault == "none":
        headers = {"content-type": "application/json"}
    sent = body + " " if fault == "another body" else body
    before = len(scene.chat.messages)
    refused = httpx.post(f"{scene.n8n.url}/webhook/triage/{path}", content=sent, headers=headers, timeout=60)
    assert (refused.status_code, "signature does not fit" in refused.text) == (401, True), refused.text
    assert len(scene.chat.messages) == before


def test_a_card_with_a_question_is_told_to_the_chat_once(scene: Scene) -> None:
    """The team is set right, the service started again; the chat is down at first, so triage calls until it is up."""
    scene.stop()
    known = yaml.safe_load((scene.home / "odoo.yaml").read_text())
    (scene.home / "odoo.yaml").write_text(
        yaml.safe_dump({name: value for name, value in known.items() if name != "tickets"})
    )
    policy = {"default_mode": "advise", "min_confidence": 1.0, "advice": {"tickets": "never"}}
    (scene.home / "policy.yaml").write_text(yaml.safe_dump(policy))
    scene.chat.status = 503
    scene.serve()
    [order] = stalled_orders(scene.day, 1)
    refused = scene.chat.refused
    answer = scene.signed({"id": "unsure-1", "data": {"record": {"model": order.model, "id": order.id}}})
    assert answer.status_code == 202, answer.text
    wait_for(lambda: scene.chat.refused > refused, said=lambda: scene.log() + scene.n8n.log()[-2000:])
    assert scene.chat.saying("needs a person") == []
    scene.chat.status = 200
    wait_for(lambda: scene.chat.saying(f"{order.name} needs a person"), said=scene.log)
    time.sleep(6)  # another round of the worker
    told = scene.chat.saying("needs a person")
    assert len(set(told)) == len(told)


def test_a_notice_that_comes_again_is_not_told_again(scene: Scene) -> None:
    data = {
        "card": 99,
        "record": None,
        "category": "stock",
        "severity": "high",
        "confidence": None,
        "team": "t",
        "link": None,
    }
    body = json.dumps({"type": "odoo-triage.card.unsure", "data": data})
    for _ in range(2):
        at = datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": "again",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(scene.secret(LISTENING)).sign("again", at, body),
        }
        answer = httpx.post(f"{scene.n8n.url}/webhook/triage/unsure", content=body, headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
    assert len(scene.chat.saying("Card 99, t")) == 1


def test_the_nightly_gate_is_reported(scene: Scene) -> None:
    """Executed by hand, as a person tries it; a second time on the same day it starts no second measurement."""
    for _ in range(2):
        scene.n8n.command("execute", f"--id={GATE}")
    told = scene.chat.saying("Gate of order-causes")
    assert len(told) == 2
    assert "floors hold" in told[0]
    assert len(list((scene.home / "evals").glob("*/asked.json"))) == 1


def test_the_service_refuses_what_n8n_did_not_sign(scene: Scene) -> None:
    before = len(scene.rows("n8n"))
    event = {"id": "forged", "data": {"record": {"model": "stock.picking", "id": 1}}}
    assert scene.signed(event, secret=b"some other secret of 32 bytes...").status_code == 401
    assert len(scene.rows("n8n")) == before


def test_no_workflow_was_left_with_an_error_that_nobody_expected(scene: Scene) -> None:
    """Errors are those of the carrier's bad calls and of the chat that was down; every one of them ended."""
    for workflow in (CARRIER, SUPPLIER, UNSURE, DEAD):
        assert _ended(scene, workflow)
    assert {each["status"] for each in scene.n8n.executions(SUPPLIER)} == {"success"}
    assert {each["status"] for each in scene.n8n.executions(DEAD)} == {"success"}

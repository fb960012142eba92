"""The workflows, imported into a real n8n and executed there, between a running service and a look-alike of Odoo."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import httpx
import pytest
import yaml
from standardwebhooks import Webhook

from service.n8n.preparing import LISTENING
from tests.integration.jobs_setting import stalled_orders
from tests.integration.n8n_process import NotInstalled, installed, missing
from tests.integration.n8n_scene import CARRIER, DEAD, GATE, SUPPLIER, UNSURE, Scene, scene_in, wait_for
from triage.cli.wiring import now, open_store
from triage.jobs.inbox import Inbox
from triage.sample_day import folder
from triage.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.skipif(missing() is not None, reason=missing() or "")]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    try:
        installed()
    except NotInstalled as error:
        pytest.skip(str(error))
    with scene_in(tmp_path_factory.mktemp("scene")) as made:
        yield made


def test_a_carriers_status_arrives_once(scene: Scene) -> None:
    [picking] = _tracked(scene, "PXE77410293")
    status = {"tracking": "PXE77410293", "status": "Damaged", "time": "2026-11-17T08:15:00+01:00", "id": "scan-1"}
    first, again = scene.carrier(status), scene.carrier(status)
    assert (first.status_code, first.json()["duplicate"]) == (202, False), (first.text, scene.n8n.log()[-3000:])
    assert (again.status_code, again.json()) == (202, {"id": first.json()["id"], "duplicate": True})
    [row] = scene.rows("n8n")
    assert row[0] == first.json()["id"]
    [written] = _tracked(scene, "PXE77410293")
    assert written["id"] == picking["id"]
    assert (written["x_carrier_status"], written["x_last_scan"]) == ("exception", "2026-11-17 07:15:00")


def test_an_older_scan_that_comes_late_is_kept_but_not_written(scene: Scene) -> None:
    """A carrier that was asked to send it again does so after the parcel has arrived."""
    news = {"tracking": "PXE77410293", "status": "delivered", "time": "2026-11-18T10:00:00Z"}
    late = {"tracking": "PXE77410293", "status": "in transit", "time": "2026-11-17T20:00:00Z"}
    before = len(scene.rows("n8n"))
    for status in (news, late):
        answer = scene.carrier(status)
        assert (answer.status_code, answer.json()["duplicate"]) == (202, False), (answer.text, scene.n8n.log()[-3000:])
    [written] = _tracked(scene, "PXE77410293")
    assert (written["x_carrier_status"], written["x_last_scan"]) == ("delivered", "2026-11-18 10:00:00")
    assert len(scene.rows("n8n")) == before + 2


def test_the_carrier_sends_it_again_where_one_of_two_transfers_was_not_written(scene: Scene) -> None:
    """One of them is deleted between the search and the write, so that Odoo takes the status for the other only."""
    [like] = _tracked(scene, "PXE77410293")
    places = {name: like[name] for name in ("picking_type_id", "location_id", "location_dest_id")}
    first, second = (
        scene.day.box.edit(
            lambda env, name=name: (
                env["stock.picking"].create({"name": name, "carrier_tracking_ref": "PXE-OF-TWO", **places}).id
            )
        )
        for name in ("WH/OUT/90001", "WH/OUT/90002")
    )
    scene.day.box.faults.before(
        "stock.picking", "write", lambda: scene.day.box.edit(lambda env: env["stock.picking"].browse(second).unlink())
    )
    status = {"tracking": "PXE-OF-TWO", "status": "delivered", "time": "2026-11-18T10:00:00Z"}
    refused = scene.carrier(status)
    assert (refused.status_code, "Send it again" in refused.text) == (503, True), refused.text
    again = scene.carrier(status)
    assert again.status_code == 202, again.text
    [written] = _tracked(scene, "PXE-OF-TWO")
    assert (written["id"], written["x_carrier_status"]) == (first, "delivered")
    assert sum(f"stock.picking:{first}" == about for about in _about(scene)) == 1


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


def test_two_attachments_of_one_name_are_two_events_and_their_name_is_only_shown(scene: Scene) -> None:
    before, name = len(scene.rows("n8n")), "<!channel> @all www.evil.example łódź.pdf"
    with folder() as mails:
        mail = message_from_bytes((mails / "mails" / "07-hohenfels-1.eml").read_bytes(), policy=default)
    [document] = [part.get_content() for part in mail.iter_attachments() if "pdf" in part.get_content_type()]
    made = EmailMessage()
    made["From"], made["Subject"], made["Message-ID"] = mail["From"], "Two of one name", "<two-of-one-name@example.org>"
    made.set_content("Both are attached.")
    for _ in range(2):
        made.add_attachment(document, maintype="application", subtype="pdf", filename=name)
    scene.mailbox.deliver(made.as_bytes())
    told = wait_for(lambda: scene.chat.saying("łódź.pdf of ")[1:] and scene.chat.saying("łódź.pdf of "))
    wait_for(lambda: len(scene.rows("n8n")) == before + 2 and _ended(scene, SUPPLIER), said=scene.n8n.log)
    for text in told:
        assert "channel" in text
        assert not any(sign in text for sign in ("<", ">", "www.e", "@all"))


def test_a_dead_letter_becomes_one_draft_ticket_through_the_gate(scene: Scene) -> None:
    wait_for(lambda: all(row[1] in {"done", "dead"} for row in scene.rows("n8n")), said=scene.log)
    dead = [row for row in scene.rows("n8n") if row[1] == "dead"]
    assert dead
    tickets = wait_for(lambda: _tickets(scene), said=lambda: scene.log() + scene.n8n.log()[-2000:])
    wait_for(lambda: len(_tickets(scene)) == len(dead))
    assert {row["user_id"] for row in tickets} == {False}
    time.sleep(6)  # another round of the worker
    assert len(_tickets(scene)) == len(dead)


def _tracked(scene: Scene, number: str) -> list[dict[str, Any]]:
    """Transfers with this tracking number, as Odoo has them."""
    found: list[dict[str, Any]] = scene.day.box.rows("stock.picking")
    return [row for row in found if row["carrier_tracking_ref"] == number]


def _key(scene: Scene) -> dict[str, str]:
    found = scene.credential("Triage: API key")
    return {found["name"]: found["value"]}


def _about(scene: Scene) -> list[str]:
    """Records that signed events were about, once for each event."""
    with open_store(Settings.of(scene.home, {})) as store:
        inbox = Inbox(store.journal, now)
        rows = [inbox.get(number) for number, _, _ in scene.rows("n8n")]
        return [inbox.load(row).ref.key for row in rows if row is not None]


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
    assert scene.chat.saying(f"{order.name} needs a person") == []
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

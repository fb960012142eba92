"""Odoo's webhook, OCA's bridge and signed events: kept once before they are acknowledged, or refused in one form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.configuration import Source
from service.hooks import hook_arrival
from tests.unit.opened_store import COMPANY
from tests.unit.service_client import (
    BRIDGE_SECRET,
    HOOK_SECRET,
    OLD_SIGNING,
    PERSONAL,
    SIGNING,
    Service,
    case,
    cloud_event,
    is_problem,
    service,
    signed,
)
from triage.domain import Door, NoException

HOOK = f"/hooks/odoo/odoo/{HOOK_SECRET}"
CALL = {"_action": "Changed(#1)", "_id": 26, "_model": "sale.order", "write_date": "2026-11-23 09:30:00.5"}


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Service]:
    with service(tmp_path) as made:
        yield made


def test_a_call_is_kept_and_its_content_is_a_hint_only(web: Service) -> None:
    answer = web.client.post(HOOK, json=CALL | {"name": PERSONAL, "amount_total": 1})
    assert answer.status_code == 202
    inbox = web.app.state.parts.installation.inbox()
    arrival = inbox.load(inbox.get(answer.json()["id"]))
    assert (arrival.ref.key, arrival.door, arrival.company) == ("sale.order:26", Door.HOOK, COMPANY)
    assert PERSONAL not in arrival.model_dump_json()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (HOOK, b"{", 400),
        (HOOK, b"[]", 400),
        (HOOK, b'{"_id": NaN}', 400),
        (HOOK, b"[" * 19_000, 400),
        (HOOK, b"\xff\xfe", 400),
        (HOOK, {}, 422),
        (HOOK, CALL | {"_model": "res.users"}, 422),
        (HOOK, CALL | {"_model": ["sale.order"]}, 422),
        (HOOK, CALL | {"_id": "26"}, 422),
        (HOOK, CALL | {"_id": True}, 422),
        (HOOK, CALL | {"_id": 2**40}, 422),
        (HOOK, CALL | {"_id": -1}, 422),
        (HOOK, CALL | {"pad": "x" * 30_000}, 413),
        ("/hooks/odoo/odoo/wrong-secret-wrong-secret", CALL, 404),
        (f"/hooks/odoo/nobody/{HOOK_SECRET}", CALL, 404),
        (f"/hooks/odoo/bridge/{BRIDGE_SECRET}", CALL, 404),
        (f"/hooks/bridge/odoo/{HOOK_SECRET}", CALL, 404),
    ],
)
def test_what_cannot_be_taken_is_refused_as_a_problem(web: Service, path: str, body: Any, status: int) -> None:
    given = {"content": body} if isinstance(body, bytes) else {"json": body}
    assert is_problem(web.client.post(path, **given), status)
    assert web.rows() == []


def test_unknown_source_and_wrong_secret_answer_alike(web: Service) -> None:
    paths = ("/hooks/odoo/odoo/wrong-secret-wrong", f"/hooks/odoo/nobody/{HOOK_SECRET}", "/hooks/bridge/bridge", "/x")
    answers = [web.client.post(path, json=CALL) for path in paths]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_a_rate_is_kept_and_says_when_to_come_again(web: Service) -> None:
    answers = [web.client.post(f"/hooks/odoo/slow/{HOOK_SECRET}", json=CALL) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert is_problem(answers[2], 429)
    assert int(answers[2].headers["retry-after"]) > 0


SOURCE = Source.model_validate(
    {
        "name": "odoo",
        "door": "hook",
        "secrets": [{"environment": "HOOK"}],
        "company": "A",
        "models": ["sale.order", "mail.message"],
        "delay_seconds": 10,
    }
)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_repeated_calls_of_one_save_are_one_arrival_and_a_later_save_is_another() -> None:
    first = hook_arrival(SOURCE, CALL, NOON)
    again = hook_arrival(SOURCE, CALL | {"_action": "Another rule(#2)"}, NOON + timedelta(seconds=3))
    later = hook_arrival(SOURCE, CALL | {"write_date": "2026-11-23 09:30:01"}, NOON + timedelta(seconds=3))
    assert first.key == again.key
    assert first.key != later.key


@pytest.mark.parametrize("body", [CALL, {"_id": 26, "_model": "sale.order"}])
@pytest.mark.parametrize("offset", [0.0, 0.001, 4.2, 9.999])
@pytest.mark.parametrize("gap", [0.0, 0.5, 5.0, 9.9, 10.0, 300.0])
def test_every_call_is_followed_by_a_reading_a_whole_delay_later(
    body: dict[str, Any], offset: float, gap: float
) -> None:
    """Odoo 18 calls before it commits: a call that joined an earlier arrival must not be read too early by it."""
    first = hook_arrival(SOURCE, body, NOON + timedelta(seconds=offset))
    at = NOON + timedelta(seconds=offset + gap)
    second = hook_arrival(SOURCE, body, at)
    read = first.due_at if second.key == first.key else second.due_at
    assert read >= at + timedelta(seconds=SOURCE.delay_seconds)
    assert second.due_at <= at + timedelta(seconds=2 * SOURCE.delay_seconds)


def test_a_message_is_about_the_record_that_it_stands_on(web: Service) -> None:
    call = {"_id": 900, "_model": "mail.message", "model": "sale.order", "res_id": 7}
    assert hook_arrival(SOURCE, call, NOON).ref.key == "sale.order:7"
    for wrong in ({"model": "res.users"}, {"model": "mail.message"}, {"res_id": 0}, {"model": None}):
        assert is_problem(web.client.post(HOOK, json=call | wrong), 422)


def test_the_same_call_again_adds_nothing(web: Service) -> None:
    body = cloud_event()
    first = web.client.post("/events/n8n", content=body, headers=signed(body))
    again = web.client.post("/events/n8n", content=body, headers=signed(body, "msg_2"))
    assert (first.status_code, again.status_code) == (202, 202)
    assert (first.json()["duplicate"], again.json()["duplicate"]) == (False, True)
    assert [row[0] for row in web.rows()] == [first.json()["id"]]


@pytest.mark.parametrize("secret", [SIGNING, OLD_SIGNING])
def test_both_secrets_are_good_while_they_are_rotated(web: Service, secret: str) -> None:
    body = cloud_event()
    assert web.client.post("/events/n8n", content=body, headers=signed(body, secret=secret)).status_code == 202


def test_a_signature_that_does_not_fit_is_refused_in_one_way(web: Service) -> None:
    body = cloud_event()
    now = datetime.now(UTC)
    good = signed(body)
    wrong: list[tuple[str, bytes, dict[str, str]]] = [
        ("/events/n8n", body + b" ", good),
        ("/events/nobody", body, good),
        ("/events/odoo", body, good),
        ("/events/n8n", body, {}),
        ("/events/n8n", body, signed(body, at=now - timedelta(minutes=6))),
        ("/events/n8n", body, signed(body, at=now + timedelta(minutes=6))),
        ("/events/n8n", body, signed(body, secret="whsec_" + "A" * 32)),
        ("/events/n8n", body, good | {"webhook-id": "msg_2"}),
        ("/events/n8n", body, good | {"webhook-signature": "v1"}),
        ("/events/n8n", body, good | {"webhook-signature": "v1,###"}),
        ("/events/n8n", body, good | {"webhook-timestamp": "1e400"}),
        ("/events/n8n", b"\xff", good),
    ]
    answers = [web.client.post(path, content=content, headers=headers) for path, content, headers in wrong]
    assert [answer.status_code for answer in answers] == [401] * len(wrong)
    assert len({answer.content for answer in answers}) == 1
    assert web.rows() == []


@pytest.mark.parametrize(
    ("changes", "content_type", "status"),
    [
        ({}, "application/json; charset=utf-8", 202),
        ({"traceparent": "an extension"}, "application/cloudevents+json", 202),
        (
            {"time": "2026-11-23T09:30:00Z", "subject": "x", "datacontenttype": "application/json"},
            "application/json",
            202,
        ),
        ({"data": {"message": {"text": "Where is S00042?"}}}, "application/json", 202),
        ({"data": {"case": case()}}, "application/json", 202),
        ({"data": {"case": case(company="Another Ltd")}}, "application/json", 422),
        ({"data": {"case": {"record": 1}}}, "application/json", 422),
        ({"data": {}}, "application/json", 422),
        ({"data": {"record": {"model": "purchase.order", "id": 1}}}, "application/json", 422),
        ({"data": {"record": {"model": "res.users", "id": 1}}}, "application/json", 422),
        ({"specversion": "0.3"}, "application/json", 422),
        ({"id": ""}, "application/json", 422),
        ({"time": "yesterday"}, "application/json", 422),
        ({}, "application/cloudevents-batch+json", 415),
        ({}, "text/plain", 415),
    ],
)
def test_an_envelope_is_checked(web: Service, changes: dict[str, Any], content_type: str, status: int) -> None:
    body = cloud_event(**changes)
    answer = web.client.post("/events/n8n", content=body, headers=signed(body) | {"content-type": content_type})
    assert answer.status_code == status
    assert status < 400 or is_problem(answer, status)
    assert len(web.rows()) == (status == 202)


def test_events_of_two_senders_with_one_id_are_two(web: Service) -> None:
    for source in ("/a", "/b"):
        body = cloud_event(source=source)
        web.client.post("/events/n8n", content=body, headers=signed(body))
    assert len(web.rows()) == 2


def test_a_bridge_without_an_address_waits_and_then_says_so(web: Service) -> None:
    answer = web.client.post(f"/hooks/bridge/bridge/{BRIDGE_SECRET}", json={"_model": "sale.order", "_id": 26})
    assert is_problem(answer, 504)
    assert len(web.rows()) == 1
    quiet = web.client.post(f"/hooks/bridge/quiet/{BRIDGE_SECRET}", json={"_model": "sale.order", "_id": 26})
    assert quiet.status_code == 202


def test_a_bridge_is_answered_with_what_message_post_takes(web: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = web.app.state.parts
    accept = parts.acceptor._inbox

    class Ended:
        """The inbox, with a worker so fast that it has ended what was just kept."""

        def accept_many(self, arrivals: Any) -> Any:
            kept = accept().accept_many(arrivals)
            for each in kept:
                parts.installation.inbox().finish(each.id, NoException(why="the order is on time"))
            return kept

    monkeypatch.setattr(parts.acceptor, "_inbox", Ended)
    headers = {"Authorization": f"Bearer {BRIDGE_SECRET}"}
    answer = web.client.post("/hooks/bridge/bridge", json={"_model": "sale.order", "_id": 26}, headers=headers)
    assert answer.status_code == 200
    told = answer.json()
    assert "on time" in told["body"]
    assert (told["message_type"], told["subtype_xmlid"]) == ("comment", "mail.mt_note")
    assert "partner_ids" not in told


@pytest.mark.parametrize("address", ["https://evil.example/ai/response/1/aaaaaaaaaaaaaaaa", "file:///etc/passwd", "x"])
def test_a_bridges_answer_goes_nowhere_but_to_the_configured_odoo(web: Service, address: str) -> None:
    (web.home / "odoo.yaml").write_text("url: https://odoo.example\ndatabase: odoo\n")
    body = {"_model": "sale.order", "_id": 26, "_response_url": address}
    assert is_problem(web.client.post(f"/hooks/bridge/bridge/{BRIDGE_SECRET}", json=body), 422)
    assert web.rows() == []


def test_a_later_answer_keeps_the_path_only(web: Service) -> None:
    (web.home / "odoo.yaml").write_text("url: https://odoo.example\ndatabase: odoo\n")
    path = "/ai/response/12/0123456789abcdef0123"
    body = {"_model": "sale.order", "_id": 26, "_response_url": f"https://odoo.example{path}", "record": {"name": "x"}}
    answer = web.client.post(f"/hooks/bridge/bridge/{BRIDGE_SECRET}", json=body)
    assert answer.status_code == 202
    inbox = web.app.state.parts.installation.inbox()
    assert inbox.load(inbox.get(answer.json()["id"])).answer_to == path
    assert web.client.post(f"/hooks/bridge/bridge/{BRIDGE_SECRET}", json=body).json()["duplicate"]


def test_no_secret_and_nothing_sent_stands_in_the_log(web: Service) -> None:
    body = cloud_event(data={"message": {"text": PERSONAL}})
    for path in (HOOK, f"{HOOK}wrong", f"/hooks/odoo/{HOOK_SECRET}", f"/nowhere/{HOOK_SECRET}"):
        web.client.post(f"{path}?q={PERSONAL}", json=CALL | {"name": PERSONAL})
        web.client.post(path, content=PERSONAL.encode())
    web.client.post("/events/n8n", content=body, headers=signed(body))
    web.client.post("/events/n8n", content=body, headers=signed(body) | {"webhook-id": PERSONAL})
    web.client.post("/hooks/bridge/bridge", json={}, headers={"Authorization": f"Bearer {BRIDGE_SECRET}"})
    text = web.log.getvalue()
    assert len(web.lines()) == 11
    assert {line["route"] for line in web.lines()} >= {"/hooks/odoo/{source}/{secret}", "/events/{source}", "(none)"}
    for hidden in (HOOK_SECRET, BRIDGE_SECRET, SIGNING, PERSONAL, "sale.order"):
        assert hidden not in text


def test_a_request_keeps_the_id_that_it_brings_if_that_is_harmless(web: Service) -> None:
    kept = web.client.post(HOOK, json=CALL, headers={"X-Request-Id": "abc-1"})
    made = web.client.post(HOOK, json=CALL, headers={"X-Request-Id": "a b\tc" + "x" * 100})
    assert kept.headers["x-request-id"] == "abc-1"
    assert made.headers["x-request-id"] != ""
    assert [line["request"] for line in web.lines()] == ["abc-1", made.headers["x-request-id"]]
    assert json.loads(web.log.getvalue().splitlines()[0])["source"] == "odoo"


def test_what_nobody_foresaw_is_a_500_that_tells_nothing(web: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: Any) -> Any:
        raise ValueError(PERSONAL)

    monkeypatch.setattr(web.app.state.parts.acceptor, "accept", fail)
    answer = web.client.post(HOOK, json=CALL)
    assert is_problem(answer, 500)
    assert answer.headers["x-request-id"] == web.lines()[0]["request"]
    assert "ValueError at" in web.lines()[0]["error"]
    assert PERSONAL not in answer.text + web.log.getvalue()


def test_a_call_about_a_cards_row_is_taken_where_the_source_may_name_it() -> None:
    named = {"name": "odoo", "door": "hook", "secrets": [{"file": "s"}], "company": "N", "models": ["x_triage_card"]}
    arrival = hook_arrival(Source.model_validate(named), {"_id": 5, "_model": "x_triage_card"}, datetime.now(UTC))
    assert arrival.ref.key == "x_triage_card:5"
    with pytest.raises(ValueError, match="is no name of a model"):
        Source.model_validate({**named, "models": ["x_other"]})

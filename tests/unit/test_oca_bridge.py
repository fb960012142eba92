"""Payloads as `ai_oca_bridge` makes them on 16 to 18: every kind of field, no fields, no payload, later, at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.opened_store import COMPANY, ORDER
from tests.unit.service_client import BRIDGE_SECRET, Service, is_problem, service
from triage.domain import Door, NoException
from triage.odoo.bridge import answer

SERVICE = f"""
accept_seconds: 0.9
sources:
  - {{name: orders, door: bridge, secrets: [{{environment: BRIDGE}}], company: "{COMPANY}", models: [sale.order],
      wait_seconds: 0, delay_seconds: 7}}
  - {{name: several, door: bridge, secrets: [{{environment: BRIDGE}}], company: "{COMPANY}", wait_seconds: 0,
      models: [sale.order, purchase.order]}}
"""
ODOO = "url: http://odoo.example:8069\ndatabase: production\n"
WHO = {"db": "0f3c9d52-0000-4000-8000-5b1f2c3d4e5f", "db_name": "production", "db_hash": "ab" * 32, "user_id": 2}
FIELDS: dict[str, Any] = {
    "id": 26,
    "name": "S00026",  # char; an empty one is false
    "origin": False,
    "note": "<p>Please <b>call</b> first &amp; ring</p>",  # html
    "state": "sale",  # selection
    "locked": True,
    "amount_total": 1190.0,  # monetary
    "currency_rate": 1.0,
    "validity_date": "2026-12-29",
    "date_order": "2026-11-29T15:41:17",
    "write_date": "2026-11-29T15:43:29.399459",
    "partner_id": [9, "Bolt Works"],  # many2one
    "journal_id": False,
    "order_line": [41, 42],  # one2many
    "tag_ids": [],
    "signature": "iVBORw0KGgo=",  # binary, as base64
    "customizable_pdf_form_fields": {"a": {"b": [1, None]}},  # json
    "reference": "sale.order,26",
    "properties": [{"name": "p1", "type": "char", "string": "Gate", "value": "7"}],
}
LATER = f"http://odoo.example:8069/ai/response/12/{'5e8669b1' * 8}"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Service]:
    (tmp_path / "odoo.yaml").write_text(ODOO)
    with service(tmp_path, SERVICE, {"BRIDGE": BRIDGE_SECRET}) as made:
        yield made


def call(web: Service, body: dict[str, Any], source: str = "orders") -> Any:
    """As the bridge calls with token authentication."""
    headers = {"Authorization": f"Bearer {BRIDGE_SECRET}", "Accept": "application/json"}
    return web.client.post(f"/hooks/bridge/{source}", json=body, headers=headers)


def arrival(web: Service, kept: str) -> Any:
    inbox = web.app.state.parts.installation.inbox()
    return inbox.load(inbox.get(kept))


PAYLOADS = {
    "record with every kind of field": {"record": FIELDS, "_model": "sale.order", "_id": 26},
    "record without fields": {"record": {}, "_model": "sale.order", "_id": 26},
    "record, older form of 16": {**FIELDS, "_model": "sale.order", "_id": 26},
    "no payload": {"_model": False, "_id": 26},
}


@pytest.mark.parametrize("later", [True, False], ids=["later", "at once"])
@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_each_payload_is_kept_and_nothing_of_its_fields_is_believed(
    web: Service, payload: dict[str, Any], later: bool
) -> None:
    told = call(web, payload | {"_odoo": WHO} | ({"_response_url": LATER} if later else {}))
    assert told.status_code == 202, told.text
    kept = arrival(web, told.json()["id"])
    assert (kept.ref.key, kept.door, kept.case) == ("sale.order:26", Door.BRIDGE, None)
    assert kept.answer_to == (LATER.partition(":8069")[2] if later else None)
    assert (kept.due_at - kept.received_at).total_seconds() == (7 if later else 0)
    assert "Bolt Works" not in kept.model_dump_json()


def test_no_payload_names_no_model_where_there_are_several(web: Service) -> None:
    refused = call(web, {"_model": False, "_id": 26, "_odoo": WHO}, "several")
    assert is_problem(refused, 422)
    assert web.rows() == []


@pytest.mark.parametrize("body", [{"_model": "res.partner", "_id": 9, "record": {}}, {"_model": False, "_id": False}])
def test_what_the_source_may_not_name_is_refused(web: Service, body: dict[str, Any]) -> None:
    assert is_problem(call(web, body | {"_odoo": WHO}), 422)


def test_each_call_that_waits_for_its_own_answer_is_its_own_arrival(web: Service) -> None:
    body = {"_model": "sale.order", "_id": 26, "record": {}, "_odoo": WHO}
    first, again = (call(web, body | {"_response_url": LATER}).json() for _ in range(2))
    other = call(web, body | {"_response_url": LATER.replace("/12/", "/13/")}).json()
    assert again == {"id": first["id"], "duplicate": True}
    assert other["id"] != first["id"]


def test_an_ending_without_words_is_told_in_one_sentence() -> None:
    said = answer(NoException(why="no order exception"), [], ORDER)["body"]
    assert "No order exception." in said
    assert said.count("order exception") == 1
    assert "No order exception: on time." in answer(NoException(why="no order exception: on time"), [], ORDER)["body"]

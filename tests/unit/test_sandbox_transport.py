"""The look-alike over HTTP: sign-in, both transports, envelopes and statuses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import odoorpc
import pytest

from triage.odoo.sandbox import Sandbox

ROWS: dict[str, list[dict[str, Any]]] = {
    "res.partner": [{"id": 70, "name": "Kessler Maschinenbau", "is_company": True, "email": "einkauf@kessler.example"}],
    "sale.order": [
        {"id": 42, "name": "S00042", "partner_id": 70, "date_order": "2026-11-16 10:40:00", "state": "sale"},
        {"id": 43, "name": "S00043", "partner_id": 70, "date_order": "2026-11-17 09:00:00"},
    ],
}


@pytest.fixture(params=[18, 19])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(request.param, rows=ROWS) as running:
        yield running


@pytest.fixture
def nineteen() -> Iterator[Sandbox]:
    with Sandbox(19, rows=ROWS) as running:
        yield running


def connect(sandbox: Sandbox, login: str = "admin", password: str = "admin") -> odoorpc.ODOO:
    client = odoorpc.ODOO("127.0.0.1", port=int(sandbox.url.rsplit(":", 1)[1]), timeout=20)
    client.login(sandbox.database, login, password)
    return client


def post(sandbox: Sandbox, service: str, method: str, *args: Any) -> dict[str, Any]:
    request = {"jsonrpc": "2.0", "method": "call", "id": 7, "params": {"service": service, "method": method}}
    request["params"]["args"] = list(args)  # type: ignore[index]
    answer = httpx2.post(f"{sandbox.url}/jsonrpc", json=request)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")
    return dict(answer.json())


def test_odoorpc_reads_and_writes(sandbox: Sandbox) -> None:
    run = connect(sandbox).execute_kw
    assert run("sale.order", "search", [[["state", "=", "sale"]]]) == [42]
    found = run("sale.order", "search_read", [[]], {"fields": ["name", "partner_id"], "order": "id"})
    assert found[0] == {"id": 42, "name": "S00042", "partner_id": [70, "Kessler Maschinenbau"]}
    assert run("sale.order", "write", [[42], {"client_order_ref": "PO 1"}]) is True
    assert run("sale.order", "read", [[42, 999]], {"fields": ["client_order_ref"]}) == [
        {"id": 42, "client_order_ref": "PO 1"}
    ]


def test_create_gives_one_id_or_a_list(sandbox: Sandbox) -> None:
    run = connect(sandbox).execute_kw
    one = run("res.partner", "create", [{"name": "A"}])
    assert run("res.partner", "create", [[{"name": "B"}, {"name": "C"}]]) == [one + 1, one + 2]


def test_a_note_is_an_int_on_18_and_a_list_on_19(sandbox: Sandbox) -> None:
    note = connect(sandbox).execute_kw("sale.order", "message_post", [[42]], {"body": "x"})
    assert isinstance(note, int if sandbox.version == 18 else list)


def test_a_wrong_password_gives_false_and_an_unknown_database_an_error(sandbox: Sandbox) -> None:
    assert post(sandbox, "common", "login", "sandbox", "admin", "no")["result"] is False
    error = post(sandbox, "common", "login", "other", "admin", "admin")["error"]
    assert error["code"] == (200 if sandbox.version == 18 else 0)
    assert error["message"] == "Odoo Server Error"
    assert error["data"]["name"] == "psycopg2.OperationalError"
    assert 'database "other" does not exist' in error["data"]["message"]
    assert set(error["data"]) == {"name", "debug", "message", "arguments", "context"}


def test_a_key_is_a_password_on_rpc_only(sandbox: Sandbox) -> None:
    assert connect(sandbox, "admin", sandbox.admin.api_key).execute_kw("sale.order", "search_count", [[]]) == 2
    request = {"params": {"db": "sandbox", "login": "admin", "password": sandbox.admin.api_key}}
    answer = httpx2.post(f"{sandbox.url}/web/session/authenticate", json=request).json()
    assert answer["error"]["data"]["name"] == "odoo.exceptions.AccessDenied"


def test_json2_answers_bare_and_with_statuses(nineteen: Sandbox) -> None:
    def call(path: str, body: dict[str, Any], key: str | None = nineteen.admin.api_key) -> httpx2.Response:
        headers = {"X-Odoo-Database": "sandbox"} | ({"Authorization": f"bearer {key}"} if key else {})
        return httpx2.post(f"{nineteen.url}/json/2/{path}", json=body, headers=headers)

    assert call("sale.order/read", {"ids": [42], "fields": ["name"]}).json() == [{"id": 42, "name": "S00042"}]
    assert call("sale.order/search_count", {"domain": []}, key="wrong").status_code == 401
    assert call("sale.order/search_count", {"domain": []}, key=None).status_code == 401
    assert call("sale.order/nope", {}).json()["message"] == "The method 'sale.order.nope' does not exist"
    assert call("no.such/search", {"domain": []}).json()["arguments"] == ["the model 'no.such' does not exist", 404]
    missing = call("sale.order/search_count", {"zz": 1})
    assert (missing.status_code, missing.json()["message"]) == (422, "missing a required argument: 'domain'")
    assert call("sale.order/write", {"ids": [999], "vals": {"origin": "x"}}).status_code == 404
    assert call("sale.order/search", {"domain": [["zz", "=", 1]]}).status_code == 500


def test_json2_is_no_route_of_18() -> None:
    with Sandbox(18) as sandbox:
        answer = httpx2.post(f"{sandbox.url}/json/2/sale.order/search", json={"domain": []})
        assert (answer.status_code, answer.headers["content-type"]) == (303, "text/html; charset=utf-8")
        assert answer.headers["location"].startswith("/web/login?redirect=")

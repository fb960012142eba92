"""The look-alike misbehaves on request; what took effect before the answer broke off stays in effect."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from triage.odoo.sandbox import (
    App,
    Sandbox,
    database_error,
    expired_key,
    half_response,
    hang,
    html,
    ok,
    refuse,
    throttle,
)

ROWS: dict[str, list[dict[str, Any]]] = {"res.partner": [{"id": 70, "name": "Joris"}, {"id": 71, "name": "Fenwick"}]}


@pytest.fixture(params=[18, 19])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(request.param, rows=ROWS) as running:
        yield running


def call(sandbox: Sandbox, model: str, method: str, *args: Any, timeout: float = 10, **kwargs: Any) -> httpx2.Response:
    given = [sandbox.database, sandbox.admin.id, sandbox.admin.password, model, method, list(args), kwargs]
    request = {"jsonrpc": "2.0", "id": 1, "params": {"service": "object", "method": "execute_kw", "args": given}}
    return httpx2.post(f"{sandbox.url}/jsonrpc", json=request, timeout=timeout)


def read(sandbox: Sandbox) -> httpx2.Response:
    return call(sandbox, "res.partner", "read", [70, 71], fields=["name"])


def test_each_request_takes_one_fault(sandbox: Sandbox) -> None:
    sandbox.faults.plan(html(502), ok(), html(200), throttle())
    first, second, third, fourth = (read(sandbox) for _ in range(4))
    assert (first.status_code, first.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert len(second.json()["result"]) == 2
    assert (third.status_code, third.text[:9]) == (200, "<!DOCTYPE")
    assert (fourth.status_code, fourth.headers["retry-after"]) == (429, "1")
    assert len(read(sandbox).json()["result"]) == 2


def test_a_connection_is_refused(sandbox: Sandbox) -> None:
    sandbox.faults.plan(refuse())
    with pytest.raises(httpx2.TransportError):
        read(sandbox)
    sandbox.stop()
    with pytest.raises(httpx2.ConnectError):
        read(sandbox)
    sandbox.start()
    assert read(sandbox).status_code == 200


def test_a_hanging_call_takes_effect_all_the_same(sandbox: Sandbox) -> None:
    sandbox.faults.plan(hang(0.4))
    with pytest.raises(httpx2.TimeoutException):
        call(sandbox, "res.partner", "write", [70], {"name": "Late"}, timeout=0.1)
    deadline = time.monotonic() + 5
    while sandbox.env()["res.partner"].browse(70).name != "Late":
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_half_an_answer(sandbox: Sandbox) -> None:
    sandbox.faults.plan(half_response())
    with pytest.raises(httpx2.TransportError):
        call(sandbox, "res.partner", "write", [70], {"name": "Done"})
    assert sandbox.env()["res.partner"].browse(70).name == "Done"


def test_keys_and_databases_fail_as_odoo_says_it(sandbox: Sandbox) -> None:
    sandbox.faults.plan(expired_key(), database_error())
    assert read(sandbox).json()["error"]["data"]["name"] == "odoo.exceptions.AccessDenied"
    assert read(sandbox).json()["error"]["data"]["name"] == "psycopg2.OperationalError"


def test_a_record_goes_between_two_reads(sandbox: Sandbox) -> None:
    def gone() -> None:
        sandbox.edit(lambda env: env["res.partner"].browse(70).unlink())

    sandbox.faults.before("res.partner", "read", gone)
    assert [row["name"] for row in read(sandbox).json()["result"]] == ["Fenwick"]


def test_keys_expire(sandbox: Sandbox) -> None:
    old = sandbox.add_key(sandbox.admin, expires="2020-01-01 00:00:00")
    fresh = sandbox.add_key(sandbox.admin, expires="2999-01-01 00:00:00")
    for key, uid in ((old, False), (fresh, 2)):
        given = {"service": "common", "method": "login", "args": [sandbox.database, "admin", key]}
        assert httpx2.post(f"{sandbox.url}/jsonrpc", json={"params": given}).json()["result"] == uid
    seen = call(sandbox, "res.users.apikeys", "search_read", [], fields=["name", "expiration_date"]).json()["result"]
    assert {row["expiration_date"] for row in seen} >= {"2020-01-01 00:00:00", False}
    assert "key" not in seen[0]


def test_calls_are_counted(sandbox: Sandbox) -> None:
    read(sandbox)
    seen = sandbox.calls[-1]
    assert (seen.transport, seen.login, seen.model, seen.method) == ("jsonrpc", "admin", "res.partner", "read")


def test_enterprise_says_so() -> None:
    with Sandbox(18, apps=[App.SALES, App.QUALITY]) as sandbox:
        info = httpx2.post(f"{sandbox.url}/web/webclient/version_info", json={}).json()["result"]
        assert info["server_version"] == "18.0+e"
        assert "quality.alert" in sandbox.env()


def test_other_pages(sandbox: Sandbox) -> None:
    assert httpx2.get(f"{sandbox.url}/web/health").json() == {"status": "pass"}
    version = httpx2.get(f"{sandbox.url}/web/version")
    assert version.status_code == (404 if sandbox.version == 18 else 200)
    assert httpx2.get(f"{sandbox.url}/nope").status_code == 404
    assert httpx2.get(f"{sandbox.url}/jsonrpc").status_code == (400 if sandbox.version == 18 else 415)
    assert httpx2.post(f"{sandbox.url}/jsonrpc", content=b"x").text == "Invalid JSON data"

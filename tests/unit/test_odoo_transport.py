"""What a call shows of itself, how often it goes out, and when it goes out again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.listening import in_thread
from triage.errors import OdooUnavailable
from triage.odoo.client import Odoo
from triage.odoo.transport import Api, Call, Server

SECRET = "s3cret-password"


def test_a_call_shows_no_argument() -> None:
    call = Call("res.users", "create", named={"vals_list": [{"password": SECRET}]}, context={"x": SECRET})
    assert call.describe() == "res.users.create"
    assert SECRET not in repr(call)
    assert "res.users" in repr(call)


def test_a_server_shows_no_key() -> None:
    assert SECRET not in repr(Server("https://odoo.example", "prod", "bot", SECRET))


class Slow:
    """A transport that limits our rate as often as it is told to."""

    api = "json2"
    version = "19.0"

    def __init__(self, *waits: float | None) -> None:
        self.waits = list(waits)

    def call(self, call: Call, /) -> Any:
        if self.waits:
            raise OdooUnavailable("too often", self.waits.pop(0))
        return "came through"

    def close(self) -> None:
        pass


def test_a_read_waits_as_long_as_the_server_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    odoo = Odoo(Slow(7.5, 3600.0, 0.0), "https://odoo.example")
    assert odoo.call("res.partner", "search_count", again=True) == "came through"
    assert slept == [7.5, 60.0, 0.2]


def test_without_such_a_word_pauses_grow_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    assert Odoo(Slow(None), "https://odoo.example").call("res.partner", "search_count", again=True) == "came through"
    assert len(slept) == 1
    assert 0 < slept[0] < 5


class Door(BaseHTTPRequestHandler):
    """Lets in, and hangs up on every method of a model after having read it whole."""

    protocol_version = "HTTP/1.1"
    received: list[str]

    def do_GET(self) -> None:
        self._answer({"version": "19.0"})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        params = body.get("params", {})
        if params.get("service") == "common" or "common" in self.path:
            self._answer({"jsonrpc": "2.0", "id": 1, "result": 7})
        elif "version_info" in self.path:
            self._answer({"jsonrpc": "2.0", "id": 1, "result": {"server_version": "18.0"}})
        elif "context_get" in json.dumps(params):
            self._answer({"jsonrpc": "2.0", "id": 1, "result": {"uid": 7}})
        elif "quiet" in json.dumps(params):
            self._answer({"jsonrpc": "2.0", "id": 1})
        else:
            self.received.append(self.path)
            self.close_connection = True

    def _answer(self, value: dict[str, Any]) -> None:
        content = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's name
        pass


@pytest.fixture
def door() -> Iterator[tuple[str, list[str]]]:
    """Its address, and what it received before it hung up."""
    received: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Door,), {"received": received}))
    with in_thread(server):
        yield f"http://127.0.0.1:{server.server_address[1]}", received


@pytest.mark.parametrize("api", [Api.JSONRPC, Api.JSON2])
def test_a_write_that_was_received_is_sent_once(door: tuple[str, list[str]], api: Api) -> None:
    url, received = door
    odoo = Odoo.connect(Server(url, "prod", "bot", SECRET, api))
    with pytest.raises(OdooUnavailable) as caught:
        odoo.call("crm.lead", "create", named={"vals_list": [{"name": "Once"}]})
    odoo.close()
    assert len(received) == 1
    assert SECRET not in str(caught.value)


def test_a_method_that_returns_nothing_gives_none(door: tuple[str, list[str]]) -> None:
    odoo = Odoo.connect(Server(door[0], "prod", "bot", SECRET, Api.JSONRPC))
    assert odoo.call("sale.order", "quiet", [1]) is None
    odoo.close()

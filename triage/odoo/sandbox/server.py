"""HTTP on loopback: Odoo's routes, its statuses, and the planned faults."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

from triage.odoo.sandbox.errors import AccessDenied, HttpError, OperationalError, serialise, status_of
from triage.odoo.sandbox.faults import Fault, Faults
from triage.odoo.sandbox.json2 import Json2
from triage.odoo.sandbox.rpc import Rpc, envelope, failure

_JSON = "application/json; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_CALL = re.compile(r"/json/2/([^/?]+)/([^/?]+)$")


@dataclass
class Answer:
    """What goes back."""

    status: int
    body: bytes
    content_type: str = _JSON
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Site:
    """All that a request can reach."""

    version: int
    database: str
    info: dict[str, Any]
    rpc: Rpc
    json2: Json2
    faults: Faults

    def answer(self, verb: str, path: str, headers: Any, body: bytes, fault: Fault) -> Answer:
        """The answer to one request."""
        path = path.partition("?")[0]
        if path == "/web/health":
            return _json({"status": "pass"}, content_type="application/json")
        if fault.kind == "html":
            return Answer(fault.status, _page("Odoo").encode(), _HTML)
        if fault.kind == "throttle":
            return Answer(fault.status, _page("Too Many Requests").encode(), _HTML, {"Retry-After": "1"})
        if path.startswith("/json/2"):
            return self._json2(verb, path, headers, body, fault)
        if path in _RPC_ROUTES:
            return self._rpc(verb, path, body, fault)
        return self._page(path)

    def _page(self, path: str) -> Answer:
        if path == "/web/version" and self.version >= 19:
            info = self.info
            return _json({"version_info": info["server_version_info"], "version": info["server_version"]})
        if path.startswith("/web/login"):
            return Answer(200, _page("Login | My Company").encode(), _HTML)
        return Answer(404, _page("404: Not Found").encode(), "text/html;charset=utf-8")

    def _rpc(self, verb: str, path: str, body: bytes, fault: Fault) -> Answer:
        if verb != "POST":
            status = 400 if self.version < 19 else 415
            return Answer(status, _page(f"{status} Bad Request").encode(), _HTML)
        try:
            request = json.loads(body)
        except ValueError:
            return Answer(400, b"Invalid JSON data", _HTML)
        try:
            _meet(fault)
            result = self._route(path, request.get("params") or {})
        except Exception as error:
            return _json(failure(request, error, self.version))
        return self._encoded(envelope(request, result))

    def _route(self, path: str, params: dict[str, Any]) -> Any:
        if path == "/web/webclient/version_info":
            return self.info
        if path == "/web/session/authenticate":
            return self.rpc.authenticate_session(params)
        if path == "/web/session/destroy":
            return None
        if path == "/web/database/list":
            return [self.database]
        return self.rpc.dispatch(params)

    def _json2(self, verb: str, path: str, headers: Any, body: bytes, fault: Fault) -> Answer:
        if self.version < 19:  # the web client takes the path for a page behind the sign-in
            target = f"/web/login?redirect={quote(path + '?', safe='')}"
            return Answer(303, _page("Redirecting...").encode(), _HTML, {"Location": target})
        if headers.get("X-Odoo-Database", self.database) != self.database:
            return Answer(404, _page("404 Not Found").encode(), _HTML)
        try:
            result = self._json2_result(verb, path, headers.get("Authorization"), body, fault)
        except Exception as error:
            extra = {"WWW-Authenticate": "Bearer"} if status_of(error) == 401 else {}
            return _json(serialise(error, self.version), status_of(error), extra)
        return self._encoded(result)

    def _json2_result(self, verb: str, path: str, authorization: str | None, body: bytes, fault: Fault) -> Any:
        if fault.kind == "key":
            raise HttpError("Unauthorized", 401, "Invalid apikey")
        _meet(fault)
        found = _CALL.match(path)
        if verb != "POST" or found is None:
            raise HttpError("NotFound", 404, "Did you mean POST /json/2/<model>/<method>?")
        uid = self.json2.user(authorization)
        return self.json2.call(uid, found[1], found[2], _parsed(body))

    def _encoded(self, value: Any) -> Answer:
        try:
            return _json(value)
        except UnicodeDecodeError:  # bytes that are no text, such as an attachment's `raw`
            return Answer(500, _page("500 Internal Server Error").encode(), _HTML)


_RPC_ROUTES = (
    "/jsonrpc",
    "/web/webclient/version_info",
    "/web/session/authenticate",
    "/web/session/destroy",
    "/web/database/list",
)


def _parsed(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        found = json.loads(body)
    except ValueError as error:
        raise HttpError("BadRequest", 400, f"could not parse the body as json: {error}") from error
    return found if isinstance(found, dict) else {}


def _meet(fault: Fault) -> None:
    if fault.kind == "key":
        raise AccessDenied
    if fault.kind == "database":
        raise OperationalError(
            'connection to server at "127.0.0.1", port 5432 failed: FATAL:  the database system is shutting down\n'
        )


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None, content_type: str = _JSON) -> Answer:
    text = json.dumps(value, ensure_ascii=False, default=_other)
    return Answer(status, text.encode(), content_type, headers or {})


def _other(value: Any) -> str:
    """What JSON does not know, as Odoo writes it: times in its own form, text of bytes, `repr` of the rest."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return value.decode() if isinstance(value, bytes) else str(value)


def _page(title: str) -> str:
    return f"<!DOCTYPE html>\n<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1></body>\n</html>\n"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Werkzeug/3.0"
    sys_version = ""
    wbufsize = -1  # head and body in one packet: in two, the second would wait for the client's delayed acknowledgement
    disable_nagle_algorithm = True
    site: Site

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's name
        """Quiet."""

    def _serve(self, verb: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = Fault("ok") if self.path == "/web/health" else self.site.faults.take()
        if fault.kind == "refuse":
            self._cut()
            return
        if fault.kind == "hang":
            time.sleep(fault.seconds)
        answer = self.site.answer(verb, self.path, self.headers, body, fault)
        try:
            self._send(answer, half=fault.kind == "half")
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _send(self, answer: Answer, half: bool) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body[: len(answer.body) // 2] if half else answer.body)
        if half:
            self._cut()

    def _cut(self) -> None:
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, *args: Any) -> None:
        self._connected: set[Any] = set()
        super().__init__(*args)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is nobody's error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connected.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connected.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep open."""
        for request in list(self._connected):
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)


class HttpServer:
    """The site on a port of loopback, served by threads until it is closed."""

    def __init__(self, site: Site, port: int) -> None:
        handler = type("Handler", (_Handler,), {"site": site})
        self._server = _Server(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()
        self._thread.join(5)

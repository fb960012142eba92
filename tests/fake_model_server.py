"""A model server on loopback that answers like OpenAI, and misbehaves on demand.

    with FakeModelServer() as server:
        server.plan(status(429, {"Retry-After": "0"}), says('{"a": 1}'))
        ...
        assert server.requests[0].path == "/v1/responses"

Each request takes the next planned behaviour; the last one stays. `lacks` makes the server decline what it does not
know, as servers of other makes do.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request as it arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def is_chat(self) -> bool:
        return self.path.endswith("/chat/completions")

    @property
    def text(self) -> str:
        turns = self.body["messages"] if self.is_chat else self.body["input"]
        return "\n".join(turn["content"] for turn in turns)

    @property
    def rung(self) -> str:
        if "tools" in self.body:
            return "tool"
        chosen = self.body.get("response_format") or self.body.get("text", {}).get("format") or {}
        return str(chosen.get("type", "text"))


Behaviour = Callable[["_Handler", Asked], None]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each body waits for the acknowledgement of its headers
    server: _Server

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length) or b"{}")
        asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        try:
            self.server.fake.take(asked)(self, asked)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def do_GET(self) -> None:
        """The list of models, as servers that speak this protocol give it."""
        if self.path.endswith("/models"):
            self.send(self.server.fake.listing, b'{"object": "list", "data": []}')
        else:
            self.send(404, b"{}")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        return

    def send(self, code: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", headers.pop("length", str(len(body))))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    fake: FakeModelServer


@dataclass
class FakeModelServer:
    """The server; `requests` holds what was asked, in order."""

    lacks: frozenset[str] = frozenset()
    """Any of `responses`, `chat`, `json_schema`, `json_object`, `tool`."""
    requests: list[Asked] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    sent_bytes: int = 0
    listing: int = 200
    """With what status it lists its models."""
    _planned: list[Behaviour] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> FakeModelServer:
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.fake = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._http.shutdown()
        self._http.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def plan(self, *behaviours: Behaviour) -> None:
        self._planned[:] = behaviours

    def take(self, asked: Asked) -> Behaviour:
        with self._lock:
            self.requests.append(asked)
            if declined := self._declined(asked):
                return declined
            return self._planned.pop(0) if len(self._planned) > 1 else self._planned[0]

    def _declined(self, asked: Asked) -> Behaviour | None:
        if ("chat" if asked.is_chat else "responses") in self.lacks:
            return status(404, message="Not Found")
        if asked.rung in self.lacks:
            name = {"tool": "tools"}.get(asked.rung, "response_format" if asked.is_chat else "text.format")
            return status(400, message=f"{name} of this type is not supported", param=name)
        return None


def reply(asked: Asked, text: str, *, usage: bool = True, cut: bool = False) -> dict[str, Any]:
    """The body of an ordinary answer to this request."""
    if asked.is_chat:
        message: dict[str, Any] = {"role": "assistant", "content": text}
        if asked.rung == "tool":
            name = asked.body["tools"][0]["function"]["name"]
            call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": text}}
            message = {"role": "assistant", "content": None, "tool_calls": [call]}
        choice = {"index": 0, "message": message, "finish_reason": "length" if cut else "stop"}
        body: dict[str, Any] = {"id": "chatcmpl-1", "object": "chat.completion", "choices": [choice]}
        return body | ({"usage": {"prompt_tokens": 11, "completion_tokens": 7}} if usage else {})
    item: dict[str, Any] = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
    if asked.rung == "tool":
        item = {"type": "function_call", "name": asked.body["tools"][0]["name"], "arguments": text}
    body = {"id": "resp_1", "object": "response", "output": [{"type": "reasoning", "content": []}, item]}
    if usage:
        body["usage"] = {"input_tokens": 11, "output_tokens": 7}
    if cut:
        return body | {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    return body | {"status": "completed"}


def says(text: str, *, usage: bool = True, cut: bool = False, kind: str = "application/json") -> Behaviour:
    """An ordinary answer."""
    return lambda handler, asked: handler.send(200, json.dumps(reply(asked, text, usage=usage, cut=cut)).encode(), kind)


def obeys(answer: Callable[[str], str]) -> Behaviour:
    """An answer made from the text that was asked."""
    return lambda handler, asked: says(answer(asked.text))(handler, asked)


def refuses(words: str) -> Behaviour:
    """The model declines."""

    def behave(handler: _Handler, asked: Asked) -> None:
        body = reply(asked, "")
        if asked.is_chat:
            body["choices"][0]["message"]["refusal"] = words
        else:
            body["output"][1]["content"] = [{"type": "refusal", "refusal": words}]
        handler.send(200, json.dumps(body).encode())

    return behave


def status(code: int, headers: Mapping[str, str] | None = None, *, message: str = "", param: str = "") -> Behaviour:
    """An error as OpenAI words it."""
    error = {"message": message, "type": "error", "param": param or None, "code": None}
    return lambda handler, _: handler.send(code, json.dumps({"error": error}).encode(), **dict(headers or {}))


def page(code: int) -> Behaviour:
    """A page of HTML, as proxies send."""
    return lambda handler, _: handler.send(code, b"<html><body><h1>Bad gateway</h1></body></html>", "text/html")


def hangs(*, in_body: bool = False) -> Behaviour:
    """Nothing comes; or headers and half a body, and then nothing."""

    def behave(handler: _Handler, asked: Asked) -> None:
        if in_body:
            body = json.dumps(reply(asked, "{}")).encode()
            handler.send(200, body[: len(body) // 2], length=str(len(body)))
        handler.server.fake.ended.wait(30)
        handler.close_connection = True

    return behave


def drips(text: str, pause: float) -> Behaviour:
    """A good answer, byte by byte."""

    def behave(handler: _Handler, asked: Asked) -> None:
        body = json.dumps(reply(asked, text)).encode()
        handler.send(200, b"", length=str(len(body)))
        for n in range(len(body)):
            handler.wfile.write(body[n : n + 1])
            time.sleep(pause)

    return behave


def breaks_off() -> Behaviour:
    """Half an answer, and then the connection is reset."""

    def behave(handler: _Handler, asked: Asked) -> None:
        body = json.dumps(reply(asked, "{}")).encode()
        handler.send(200, body[: len(body) // 2], length=str(len(body)))
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        handler.close_connection = True

    return behave


def floods(total: int) -> Behaviour:
    """A valid answer whose text has `total` bytes."""

    def behave(handler: _Handler, asked: Asked) -> None:
        head, tail = json.dumps(reply(asked, "FLOOD")).encode().split(b"FLOOD")
        handler.send(200, head, length=str(len(head) + total + len(tail)))
        block = b"x" * 65_536
        for _ in range(total // len(block)):
            handler.wfile.write(block)
            handler.server.fake.sent_bytes += len(block)
        handler.wfile.write(b"x" * (total % len(block)) + tail)

    return behave


def compresses(text: str) -> Behaviour:
    """A compressed answer although identity was asked for."""
    import gzip

    def behave(handler: _Handler, asked: Asked) -> None:
        body = gzip.compress(json.dumps(reply(asked, text)).encode())
        handler.send(200, body, **{"Content-Encoding": "gzip"})

    return behave


def redirects(address: str) -> Behaviour:
    """Points elsewhere."""
    return lambda handler, _: handler.send(307, b"", Location=address)

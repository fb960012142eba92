"""A chat for tests: takes messages over HTTP as a chat server's own interface does, and refuses where it is told to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.listening import in_thread

TOKEN = "a-chat-token-of-the-test"


class Chat(ThreadingHTTPServer):
    """What came, in order. `status` is what it answers with."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.messages: list[dict[str, Any]] = []
        self.refused = 0
        self.status = 200

    @property
    def url(self) -> str:
        """Where messages are posted."""
        return f"http://127.0.0.1:{self.server_port}/api/chat.postMessage"

    def saying(self, text: str) -> list[str]:
        """Messages that hold this text."""
        return [each["text"] for each in list(self.messages) if text in each["text"]]


class _Handler(BaseHTTPRequestHandler):
    server: Chat

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        status = self.server.status if self.headers.get("authorization") == f"Bearer {TOKEN}" else 401
        if status == 200:
            self.server.messages.append(json.loads(body))
        else:
            self.server.refused += 1
        told = b'{"ok": true}' if status == 200 else b'{"ok": false}'
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def chat() -> Iterator[Chat]:
    """A chat that listens."""
    with in_thread(Chat()) as server:
        yield server

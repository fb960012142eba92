"""A mail server that keeps what it is sent, for an Odoo that really mails."""

from __future__ import annotations

import socketserver
import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self


@dataclass(frozen=True)
class Mail:
    """One mail as it was handed in: envelope recipients and the text with its head."""

    to: tuple[str, ...]
    text: str


@dataclass
class Catcher:
    """Listens at an address until it is closed."""

    host: str
    port: int
    _taken: list[Mail] = field(default_factory=list)
    _server: socketserver.ThreadingTCPServer | None = None

    def __enter__(self) -> Self:
        taken = self._taken
        handler = type("Handler", (_Session,), {"taken": taken})
        self._server = _Server((self.host, self.port), handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.port = int(self._server.server_address[1])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    @property
    def mails(self) -> list[Mail]:
        """What has arrived, the oldest first."""
        return list(self._taken)

    def wait_for(self, count: int, seconds: float = 10.0) -> list[Mail]:
        """Wait until so many mails are there; returns what is there then."""
        deadline = time.monotonic() + seconds
        while len(self._taken) < count and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.mails


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Session(socketserver.StreamRequestHandler):
    taken: list[Mail]

    def handle(self) -> None:
        to: list[str] = []
        self._say("220 catcher")
        while line := self.rfile.readline():
            word, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if word.upper() == "RCPT":
                to.append(rest.partition("<")[2].partition(">")[0])
            elif word.upper() == "DATA":
                self._say("354 go on")
                self.taken.append(Mail(tuple(to), self._text()))
                to = []
            elif word.upper() == "RSET":
                to = []
            elif word.upper() == "QUIT":
                self._say("221 bye")
                return
            self._say("250 ok")

    def _text(self) -> str:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines).decode("utf-8", "replace")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

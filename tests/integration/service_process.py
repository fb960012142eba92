"""A real web process on a free port, with what it wrote to its log."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx


class WebProcess:
    """uvicorn with the application, as anybody starts it."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = home / f"web-{self.port}.log"
        command = [sys.executable, "-m", "uvicorn", "--factory", "service.app:create_app", "--port", str(self.port)]
        with self._log.open("wb") as lines:
            self.process = subprocess.Popen(
                command, env=os.environ | dict(environment) | {"TRIAGE_HOME": str(home)}, stdout=lines, stderr=lines
            )

    def log(self) -> str:
        """Everything that it wrote so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait(self) -> None:
        """Until it answers."""
        until = time.monotonic() + 120
        while self.process.poll() is None and time.monotonic() < until:
            try:
                if httpx.get(f"{self.url}/livez", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError(f"the web process does not answer:\n{self.log()}")

    def kill(self) -> None:
        """As a power cut would."""
        self.process.kill()
        self.process.wait(30)

    def stop(self) -> None:
        """As an operator would."""
        self.process.terminate()
        self.process.wait(60)


@contextmanager
def web_process(home: Path, environment: Mapping[str, str]) -> Iterator[WebProcess]:
    """A web process that answers."""
    web = WebProcess(home, environment)
    try:
        web.wait()
        yield web
    finally:
        if web.process.poll() is None:
            web.kill()

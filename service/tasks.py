"""Asks the answering process, and ends it where an answer takes too long."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from service.problems import Problem, unavailable


class Tasks:
    """One answering process, started when first needed, and again where it has ended."""

    def __init__(self, home: Path, model: str, seconds: float, most_waiting: int) -> None:
        self._command = [sys.executable, "-m", "service.answering", str(home), model]
        self._seconds = seconds
        self._free = threading.Semaphore(most_waiting)
        self._pool = ThreadPoolExecutor(1, "tasks")
        self._process: subprocess.Popen[str] | None = None
        self._ready = threading.Event()
        self._problem: str | None = None
        self._closed = False

    def start(self) -> None:
        """Begin to load the models, without waiting for them."""
        with contextlib.suppress(RuntimeError):  # it is stopping
            self._pool.submit(self._running)

    async def ask(self, kind: str, given: dict[str, Any]) -> dict[str, Any]:
        """One answer. Raises a 503 where too many wait or no answer comes in time, a 422 where none can be given."""
        if not self._free.acquire(blocking=False):
            raise unavailable("Too many answers are being waited for. Try again.")
        until = time.monotonic() + self._seconds
        try:
            said = await asyncio.get_running_loop().run_in_executor(self._pool, self._ask, kind, given, until)
        finally:
            self._free.release()
        if "line" in said:
            line: dict[str, Any] = said["line"]
            return line
        raise Problem(int(said["status"]), said["detail"])

    def trouble(self, seconds: float) -> str | None:
        """What is wrong with the models, after waiting so long for them at most; none where they are loaded."""
        if self._problem is not None or not self._ready.is_set():
            self.start()
            if not self._ready.wait(seconds):
                return "the models are still being loaded."
        return self._problem

    def close(self) -> None:
        """End the process."""
        self._closed = True
        self._end()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, kind: str, given: dict[str, Any], until: float) -> dict[str, Any]:
        left = until - time.monotonic()
        if left <= 0:
            raise unavailable("No answer in time: others were asked before. Try again.")
        timer = threading.Timer(left, self._end)
        timer.daemon = True
        timer.start()
        try:
            process = self._running()
            answer = self._exchange(process, json.dumps({"kind": kind, "given": given}))
        finally:
            timer.cancel()
        if answer is None:
            raise unavailable(f"No answer within {self._seconds:g} seconds. Send less, or try again.")
        return answer

    def _running(self) -> subprocess.Popen[str]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        if self._closed:
            raise unavailable("The service is stopping.")
        self._ready.clear()
        self._drop()
        self._process = process = subprocess.Popen(  # noqa: S603
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        said = self._exchange(process, None)
        self._problem = "the answering process ended while it loaded." if said is None else said["problem"]
        self._ready.set()
        if self._problem is not None:
            self._end()
            raise unavailable("The models cannot be loaded; `/readyz` says why.")
        return process

    def _drop(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout) if self._process else ():
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _exchange(self, process: subprocess.Popen[str], line: str | None) -> dict[str, Any] | None:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            if line is not None:
                process.stdin.write(line + "\n")
                process.stdin.flush()
            said = process.stdout.readline()
            return json.loads(said) if said else None
        except (OSError, ValueError):  # it was ended meanwhile
            return None

    def _end(self) -> None:
        """End the process; whoever reads from it finds the end of its answers."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

"""The processes of `triage serve`: started, watched, started again, and stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import structlog

log = structlog.get_logger("triage.serve")

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_STEADY_SECONDS = 30.0
"""A process that ran for so long is started again at once when it dies."""
_USAGE = 2
"""Exit status of a command that was told something wrong: at the first start there is no use in trying again."""
_PATIENCE = 40.0
"""Seconds that the processes have to stop before they are killed."""


@dataclass(frozen=True)
class Member:
    """One process: what it is called, and its command."""

    name: str
    command: Sequence[str]


def commands(host: str, port: int, workers: int, home: Path) -> list[Member]:
    """The web process and the workers of an installation."""
    web = [sys.executable, "-m", "triage.cli.web", host, str(port)]
    worker = [sys.executable, "-m", "triage", "worker", "--with-parent", "--home", str(home)]
    return [Member("web", web), *(Member(f"worker {number}", worker) for number in range(1, workers + 1))]


@dataclass
class _Child:
    member: Member
    process: subprocess.Popen[bytes]
    started: float = field(default_factory=time.monotonic)
    pause: float = _FIRST_PAUSE
    again_at: float | None = None
    is_first: bool = True
    """It was not started again yet."""


class Family:
    """Runs until SIGTERM or SIGINT, or until one of the processes says at its first start that it was told something
    wrong. Later it is tried again: the others need not end because a file is wrong while somebody edits it.
    """

    def __init__(self, members: Sequence[Member], home: Path | None = None, patience: float = _PATIENCE) -> None:
        self._members = members
        self._home = home
        self._patience = patience
        self._stop = threading.Event()

    def run(self) -> int:
        """The exit status: 0 after a signal, else that of the process that could not be started."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._signalled)
        children = [_Child(member, self._start(member)) for member in self._members]
        status = 0
        try:
            while not self._stop.wait(0.1):
                status = self._look(children)
                if status:
                    break
        finally:
            self._end(children)
        return status

    def _signalled(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _start(self, member: Member) -> subprocess.Popen[bytes]:
        log.info("process started", process=member.name)
        environment = None if self._home is None else {**os.environ, "TRIAGE_HOME": str(self._home)}
        # Its input stays open as long as this process lives: that is how it learns of our death. A session of its own
        # keeps Ctrl-C from it: we pass the word on.
        return subprocess.Popen(  # noqa: S603
            list(member.command), env=environment, stdin=subprocess.PIPE, start_new_session=True
        )

    def _look(self, children: Sequence[_Child]) -> int:
        """Start again what died, with growing pauses where it dies again and again; a status to end with, or 0."""
        for child in children:
            status = child.process.poll()
            if status is None:
                continue
            now = time.monotonic()
            if child.again_at is None:
                if status == _USAGE and child.is_first:
                    return status
                steady = now - child.started > _STEADY_SECONDS
                child.pause = _FIRST_PAUSE if steady else min(_LONGEST_PAUSE, 2 * child.pause)
                child.again_at = now + (0.0 if steady else child.pause / 2)
                log.warning("process ended", process=child.member.name, status=status)
            elif now >= child.again_at:
                child.process, child.started, child.again_at = self._start(child.member), now, None
                child.is_first = False
        return 0

    def _end(self, children: Sequence[_Child]) -> None:
        """Ask all to stop; kill what does not."""
        for child in children:
            if child.process.poll() is None:
                child.process.terminate()
        until = time.monotonic() + self._patience
        for child in children:
            try:
                child.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("process killed", process=child.member.name)
                child.process.kill()
                child.process.wait(5)


__all__ = ["Family", "Member", "commands"]

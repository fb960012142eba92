"""Measurements that gate a change, run by themselves: `triage eval run --gate` in a process of its own.

One at a time in an installation, whatever web process was asked: the process holds a lock for as long as it lives.
Each has a folder under `evals/` in the home folder, which holds the run's record; the newest thirty are kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from evals.gate import check, read_gates
from evals.record import CASES, RunFolder
from service.problems import Problem
from triage.domain import utc
from triage.errors import ConfigurationError, InputError
from triage.locking import hold

KEPT = 30
ASKED, LOG = "asked.json", "log.txt"
_RUN = "import os, sys; os.nice(10) if hasattr(os, 'nice') else None; from triage.cli import main; main()"
_MOST_LOG = 4000
_LOCK = "running.lock"
_PATIENCE = 0.3
"""Seconds: who only asks how it stands holds the lock for a moment."""


class Measurements:
    """The measurements of one installation."""

    def __init__(self, home: Path, clock: Callable[[], datetime]) -> None:
        self._folder = home / "evals"
        self._clock = clock

    def start(self, key: str, suite: str | None, model: str, by: str) -> dict[str, Any]:
        """Begin a measurement, or go on with the one of this key; how it stands.

        Raises a 409 where another one is running, a 422 where the key was used for another request.
        """
        name = hashlib.sha256(key.encode()).hexdigest()[:32]
        asked = {"suite": suite, "model": model}
        known = self._asked(name)
        if known is not None and {each: known[each] for each in asked} != asked:
            raise Problem(422, "This Idempotency-Key was used for another measurement. Use a new one.")
        if known is not None and (stands := self.status(name))["state"] in {"running", "held", "broken"}:
            return stands
        with self._alone(name) as lock:
            told = known or {**asked, "by": by, "started_at": utc(self._clock())}
            self._begin(name, told, lock)
        self._clean()
        return self.status(name)

    def status(self, name: str) -> dict[str, Any]:
        """How a measurement stands. Raises a 404 where there is none."""
        asked = self._asked(name)
        if asked is None:
            raise Problem(404, "There is no such measurement.")
        run = RunFolder(self._folder / name / "run")
        told = {
            "id": name,
            "state": "running" if self._running() == name else "interrupted",
            "suite": asked["suite"],
            "model": asked["model"],
            "started_at": asked["started_at"],
            "finished_at": None,
            "cases": _lines(run.path / CASES),
            "unanswered": 0,
            "floors": 0,
            "broken": [],
            "why": None,
        }
        finished = run.head().finished_at if run.exists else None
        if finished is not None:
            return told | _result(run) | {"finished_at": utc(finished)}
        if told["state"] == "interrupted" and (why := self._complaint(name)):
            return told | {"state": "failed", "why": why}
        return told

    def _asked(self, name: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads((self._folder / name / ASKED).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found

    def _begin(self, name: str, asked: dict[str, Any], lock: IO[str]) -> None:
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / ASKED).write_text(json.dumps(asked), encoding="utf-8")
        command = [sys.executable, "-c", _RUN, "eval", "run", "--gate", "--model", asked["model"]]
        command += ["--out", str(folder / "run"), *(["--suite", asked["suite"]] if asked["suite"] else [])]
        with (folder / LOG).open("wb") as log:
            process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=[lock.fileno()] if os.name == "posix" else (),
            )
        _reap(process)

    @contextmanager
    def _alone(self, name: str) -> Iterator[IO[str]]:
        """The lock, which goes to the process that is started under it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = hold(self._folder / _LOCK, patience=_PATIENCE)
        if lock is None:
            raise Problem(409, "Another measurement is running. Try again when it has ended.")
        with lock:
            lock.truncate(0)
            lock.write(name)
            lock.flush()
            yield lock

    def _running(self) -> str | None:
        """Id of the measurement that is running, or none."""
        path = self._folder / _LOCK
        if not path.exists():
            return None
        free = hold(path)
        if free is None:
            return path.read_text(encoding="ascii").strip()
        free.close()
        return None

    def _complaint(self, name: str) -> str | None:
        """What the process said last where it gave up by itself; what it says to people names no secret."""
        try:
            text = (self._folder / name / LOG).read_text(encoding="utf-8", errors="replace")[-_MOST_LOG:]
        except FileNotFoundError:
            return None
        said = [line for line in text.splitlines() if line.startswith("triage: ")]
        return said[-1].removeprefix("triage: ")[:500] if said else None

    def _clean(self) -> None:
        found = [each for each in self._folder.iterdir() if (each / ASKED).exists()]
        newest = sorted(found, key=lambda each: (each / ASKED).stat().st_mtime, reverse=True)
        for each in newest[KEPT:]:
            shutil.rmtree(each, ignore_errors=True)


def _result(run: RunFolder) -> dict[str, Any]:
    try:
        checked, results = check(run.figures(), read_gates()), run.results()
    except (InputError, ConfigurationError) as error:
        raise Problem(500, "The record of this measurement cannot be read; start it again under a new key.") from error
    unanswered = sum(1 for result in results if result.error)
    broken = [
        {
            "set": each.set,
            "measure": each.gate.measure,
            "group": each.gate.group,
            "bound": str(each.gate).rpartition(": ")[2],
            "value": each.value,
            "reason": each.why or each.gate.reason,
        }
        for each in checked
        if not each.holds
    ]
    held = not broken and not unanswered
    return {
        "state": "held" if held else "broken",
        "cases": len(results),
        "unanswered": unanswered,
        "floors": len(checked),
        "broken": broken,
    }


def _lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for _ in file)
    except FileNotFoundError:
        return 0


def _reap(process: subprocess.Popen[bytes]) -> None:
    """Take note of its end in a thread, so that it does not stay as a zombie."""
    import threading

    threading.Thread(target=process.wait, name="measurement", daemon=True).start()


__all__ = ["Measurements"]

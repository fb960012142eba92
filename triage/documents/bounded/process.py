"""Reading processes from their parent's side: started when first needed, used again, ended when they misbehave.

Each parent process has its own readers: after a fork the child starts new ones. Threads may ask at the same time; as
many readers run as there are processors, four at most.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from triage.documents.bounded.bounds import PATIENCE
from triage.documents.bounded.wire import Frame, WireBroken, receive, send

_MOST_READERS = min(4, os.cpu_count() or 1)
_START_SECONDS = 60.0
"""For a new reader to import its libraries on a slow machine; added to the first document's time."""
_LAST_BREATH = 0.2
_KILLED = 9
"""The signal that nobody can refuse; a file makes a reader end by another one."""
_TOO_LONG = frozenset(int(getattr(signal, name)) for name in ("SIGPROF", "SIGALRM") if hasattr(signal, name))
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR", "TEMP", "LD_LIBRARY_PATH")
"""Variables that a reader gets. It gets no key, since it needs none."""
_PROGRAM = "import sys; sys.path[:] = {path!r}; from triage.documents.bounded.child import main; main()"


class ReaderLost(Exception):
    """A reader ended before it was done. `why` says so in plain words."""

    def __init__(self, why: str, *, is_killed: bool = False) -> None:
        self.why, self.is_killed = why, is_killed
        super().__init__(why)


@dataclass(frozen=True, slots=True)
class Bounds:
    """For one request."""

    seconds: float
    """Of computing; on the clock it may take `PATIENCE` times as long."""
    memory_bytes: int


class _Reader:
    """One child process."""

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment |= {"MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1"}
        self._child = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", _PROGRAM.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            bufsize=0,  # a buffer has a lock, and a fork could copy it while it is held
        )
        self.is_new = True

    @property
    def is_alive(self) -> bool:
        return self._child.poll() is None

    @property
    def pid(self) -> int:
        return self._child.pid

    def frames(self, request: Frame, seconds: float) -> Iterator[Frame]:
        """Answers to a request, the last of kind `done`. Raises `ReaderLost`."""
        timed_out = threading.Event()
        timer = threading.Timer(
            PATIENCE * seconds + (_START_SECONDS if self.is_new else 0), self._too_late, [timed_out]
        )
        timer.daemon = True
        timer.start()
        self.is_new = False
        try:
            send(_open(self._child.stdin), request)
            while True:
                frame = receive(_open(self._child.stdout))
                yield frame
                if frame.kind == "done":
                    return
        except (OSError, ValueError, WireBroken) as error:
            self.end()
            is_killed = self._child.returncode == -_KILLED and not timed_out.is_set()
            raise ReaderLost(self._why(timed_out.is_set(), seconds), is_killed=is_killed) from error
        finally:
            timer.cancel()

    def _too_late(self, timed_out: threading.Event) -> None:
        timed_out.set()
        self._child.kill()

    def _why(self, timed_out: bool, seconds: float) -> str:
        if timed_out or -(self._child.returncode or 0) in _TOO_LONG:
            return f"takes longer than {seconds:g} seconds to read"
        return "needs more memory than is allowed, or is damaged so that reading it broke off"

    def end(self) -> None:
        """Kill it and wait until it is gone."""
        if not self._ends_by_itself():
            self._child.kill()
        self._child.wait()
        self._close()

    def _ends_by_itself(self) -> bool:
        """Whether it was about to: then how it ended is still to be told."""
        try:
            self._child.wait(_LAST_BREATH)
        except subprocess.TimeoutExpired:
            return False
        return True

    def leave(self) -> None:
        """Let it end by itself: it does when nobody can ask it any more."""
        self._close()
        try:
            self._child.wait(1.0)
        except subprocess.TimeoutExpired:
            self.end()

    def forget(self) -> None:
        """In a forked copy of the parent: it is the other one's reader. Only the copies of its pipes are closed."""
        self._child.returncode = 0
        self._close()

    def _close(self) -> None:
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                with suppress(OSError, ValueError):
                    stream.close()


def _open(stream: Any) -> Any:
    if stream is None:
        raise WireBroken("no pipe")
    return stream


class Readers:
    """Readers for one kind of work."""

    def __init__(self, most: int = _MOST_READERS) -> None:
        self._most = most
        self._start_anew()
        atexit.register(self.close)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget)

    def _start_anew(self) -> None:
        self._free: list[_Reader] = []
        self._taken: set[_Reader] = set()
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(self._most)

    def _forget(self) -> None:
        for reader in (*self._free, *self._taken):
            reader.forget()
        self._start_anew()

    def ask(self, kind: str, head: Mapping[str, Any], content: bytes, bounds: Bounds) -> Iterator[Frame]:
        """Answers to one request as they come, without the last. Raises `ReaderLost` where the reader broke off.

        One that somebody killed before it answered is replaced once: that was not the file's doing.
        """
        told = Frame({**head, "kind": kind, "seconds": bounds.seconds, "memory_bytes": bounds.memory_bytes}, content)
        answered = False
        try:
            for frame in self._answers(told, bounds):
                answered = True
                yield frame
        except ReaderLost as lost:
            if answered or not lost.is_killed:
                raise
            yield from self._answers(told, bounds)

    def _answers(self, told: Frame, bounds: Bounds) -> Iterator[Frame]:
        with self._reader() as reader:
            for frame in reader.frames(told, bounds.seconds):
                if frame.kind != "done":
                    yield frame
                elif frame.head.get("retires"):
                    reader.leave()

    @contextmanager
    def _reader(self) -> Iterator[_Reader]:
        with self._places:
            reader = self._take()
            try:
                yield reader
            except BaseException:
                # Where somebody stopped in the middle, the rest of the answer still lies in the pipe.
                reader.end()
                raise
            finally:
                with self._lock:
                    self._taken.discard(reader)
                    if reader.is_alive:
                        self._free.append(reader)

    def _take(self) -> _Reader:
        with self._lock:
            while self._free:
                reader = self._free.pop()
                if reader.is_alive:
                    break
                reader.end()
            else:
                try:
                    reader = _Reader()
                except OSError as error:
                    raise ReaderLost(f"could not be read: no reading process could be started ({error})") from error
            self._taken.add(reader)
            return reader

    def pids(self) -> tuple[int, ...]:
        """Of the readers that wait for work."""
        with self._lock:
            return tuple(reader.pid for reader in self._free)

    def close(self) -> None:
        """End all readers that wait."""
        with self._lock:
            waiting, self._free = self._free, []
        for reader in waiting:
            reader.leave()

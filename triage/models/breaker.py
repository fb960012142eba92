"""A circuit breaker: an endpoint that does not answer is left alone for a while, then tried with one question.

closed ── most of the last answers failed ──▶ open ── pause over ──▶ half open ── one answer ──▶ closed
                                               ▲                        └── it fails ──▶ open, twice as long

The state is one process's own, shared by its threads and kept by the endpoint's address. Workers find out by
themselves, at the price of a few questions each: a shared state would cost a write for every answer.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

_REMEMBERED = 20
_UNTRIED = 300.0
"""Seconds after a pause: where nobody asks, nobody knows better."""


class State(StrEnum):
    """Whether questions pass."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Refused(Exception):
    """The breaker lets nothing through. Whoever uses it turns this into an error of its own tree."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        """After which it may let one question through."""
        super().__init__(f"left alone for {seconds:.0f} s")


@dataclass(frozen=True)
class Patience:
    """When a breaker opens, and for how long. Times are in seconds."""

    failures: int = 5
    """So many of the last twenty answers must have failed, and at least half of them."""
    pause: float = 15.0
    """The first time; doubled whenever the question after it fails as well."""
    longest_pause: float = 300.0


class Breaker:
    """One endpoint's breaker. Safe for threads."""

    def __init__(self, patience: Patience | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience or Patience()
        self._clock = clock
        self._lock = threading.Lock()
        self._answers: deque[bool] = deque(maxlen=_REMEMBERED)
        self._pause = self._patience.pause
        self._until: float | None = None
        self._is_trying = False

    @property
    def state(self) -> State:
        """As it is now."""
        with self._lock:
            if self._until is None:
                return State.CLOSED
            return State.HALF_OPEN if self._is_trying or self._clock() >= self._until else State.OPEN

    @contextmanager
    def passing(self, is_failure: Callable[[BaseException], bool]) -> Iterator[None]:
        """Let one question through. An error of which `is_failure` holds counts against the endpoint; any other, and
        an answer, count for it. An error's `retry_after` (seconds) is waited for, where it is longer than the pause.

        Raises `Refused` where nothing is let through.
        """
        is_trying = self._enter()
        try:
            yield
        except BaseException as error:
            self._leave(is_trying, not is_failure(error), getattr(error, "retry_after", None))
            raise
        self._leave(is_trying, True, None)

    def _enter(self) -> bool:
        """Whether this question is the one that tries."""
        with self._lock:
            if self._until is None:
                return False
            left = self._until - self._clock()
            if left > 0 or self._is_trying:
                raise Refused(max(left, 1.0))
            self._is_trying = True
            return True

    def _leave(self, is_trying: bool, good: bool, wanted: float | None) -> None:
        with self._lock:
            if is_trying:
                self._is_trying = False
            elif self._until is not None:
                return  # asked before it opened: the question after the pause decides
            self._answers.append(good)
            if good and self._until is not None:
                self._until, self._pause = None, self._patience.pause
                self._answers.clear()
            elif not good and self._until is not None:
                self._pause = min(2 * self._pause, self._patience.longest_pause)
                self._open(wanted)
            elif not good and self._is_bad():
                self._open(wanted)

    def _is_bad(self) -> bool:
        failed = self._answers.count(False)
        return failed >= self._patience.failures and 2 * failed >= len(self._answers)

    @property
    def unanswered_seconds(self) -> float:
        """For how long, from now on, the endpoint counts as one that does not answer, unless it is asked again.

        As long as questions are kept back, and a while more, in which the one that tries may come; 0 while they pass.
        """
        with self._lock:
            return 0.0 if self._until is None else max(0.0, self._until + _UNTRIED - self._clock())

    def _open(self, wanted: float | None) -> None:
        pause = min(max(self._pause, wanted or 0.0), self._patience.longest_pause)
        self._until = self._clock() + pause


_BREAKERS: dict[str, Breaker] = {}
_MAKING = threading.Lock()


def breaker_of(address: str) -> Breaker:
    """This process's breaker of the endpoint at an address."""
    with _MAKING:
        return _BREAKERS.setdefault(address, Breaker())


def forget_breakers() -> None:
    """Begin with closed breakers again."""
    with _MAKING:
        _BREAKERS.clear()


__all__ = ["Breaker", "Patience", "Refused", "State", "breaker_of", "forget_breakers"]

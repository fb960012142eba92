"""Planned misbehaviour: what the next requests meet, and what happens just before a call is served."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Fault:
    """What one request meets instead of, or before, its answer."""

    kind: str
    status: int = 200
    seconds: float = 0.0


def ok() -> Fault:
    """Served as usual: to let requests pass before the next fault."""
    return Fault("ok")


def hang(seconds: float) -> Fault:
    """Served after this long; the call takes effect even if nobody waits for the answer."""
    return Fault("hang", seconds=seconds)


def refuse() -> Fault:
    """The connection is closed without a byte. (`Sandbox.stop` gives a refused connection.)"""
    return Fault("refuse")


def html(status: int) -> Fault:
    """A page of a proxy in front of Odoo, with this status: 502, or a login page with 200."""
    return Fault("html", status)


def half_response() -> Fault:
    """The call takes effect, but the answer breaks off in the middle."""
    return Fault("half")


def expired_key() -> Fault:
    """The login or key is not accepted (any more)."""
    return Fault("key")


def throttle(status: int = 429) -> Fault:
    """Too many requests; come back in a second."""
    return Fault("throttle", status)


def database_error() -> Fault:
    """The database is down; the call may be repeated later."""
    return Fault("database")


Callback = Callable[[], Any]


@dataclass
class Faults:
    """The plan. Each request takes the first fault; without one it is served as usual."""

    _next: list[Fault] = field(default_factory=list)
    _before: list[tuple[str, str, Callback]] = field(default_factory=list)
    _concurrent: list[tuple[str, str, Callback]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def plan(self, *faults: Fault) -> None:
        """What the next requests meet, one each, after what is planned already."""
        with self._lock:
            self._next += faults

    def before(self, model: str, method: str, callback: Callback) -> None:
        """Run this once, just before the next call of the method is served: what it changes, the call sees."""
        with self._lock:
            self._before.append((model, method, callback))

    def concurrently(self, model: str, method: str, callback: Callback) -> None:
        """Run this once as another transaction that commits while the next call of the method runs.

        The call does not see the rows that it adds, but they collide with its own: how a race for a unique value ends.
        """
        with self._lock:
            self._concurrent.append((model, method, callback))

    def clear(self) -> None:
        """Forget the plan."""
        with self._lock:
            self._next.clear()
            self._before.clear()
            self._concurrent.clear()

    def take(self) -> Fault:
        """The fault that this request meets."""
        with self._lock:
            return self._next.pop(0) if self._next else Fault("ok")

    def take_before(self, model: str, method: str) -> list[Callback]:
        """Callbacks for just before this call."""
        return self._take(self._before, model, method)

    def take_concurrent(self, model: str, method: str) -> list[Callback]:
        """Callbacks for while this call runs."""
        return self._take(self._concurrent, model, method)

    def _take(self, planned: list[tuple[str, str, Callback]], model: str, method: str) -> list[Callback]:
        with self._lock:
            found = [each for each in planned if each[:2] == (model, method)]
            for each in found:
                planned.remove(each)
        return [callback for _, _, callback in found]

"""Bounds on a job: a check before each step, and each model server's share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar

import limits

from triage.audit.journal import acting_of
from triage.domain import Answer, Case, Document, Paper, RecordRef, View
from triage.jobs.configuration import Share
from triage.models.turns import taking_turns
from triage.pipeline import Desk, Extract, Source, Task

InputT = TypeVar("InputT")
AnswerT = TypeVar("AnswerT")

Check = Callable[[], None]
"""Raises where a job must not go on."""


class Gate:
    """One model server's share: so many questions at once, and so many in a minute. The others wait their turn."""

    def __init__(self, share: Share) -> None:
        self._slots = threading.Semaphore(share.concurrency) if share.concurrency else None
        self._rate = limits.RateLimitItemPerMinute(share.per_minute) if share.per_minute else None
        self._window = limits.strategies.MovingWindowRateLimiter(limits.storage.MemoryStorage())

    @contextmanager
    def turn(self, check: Check) -> Iterator[None]:
        """The block runs when it may; `check` is asked while it waits."""
        with self._slot(check):
            while self._rate is not None and not self._window.hit(self._rate):
                check()
                threading.Event().wait(0.1)
            yield

    @contextmanager
    def _slot(self, check: Check) -> Iterator[None]:
        if self._slots is None:
            yield
            return
        while not self._slots.acquire(timeout=0.5):
            check()
        try:
            yield
        finally:
            self._slots.release()


def bounded(desk: Desk, check: Check, gate: Gate | None) -> Desk:
    """The same desk, but `check` is called before each of its steps, and each exchange with a model server waits for
    its turn at `gate`.

    What acts stays the same, so that recorded steps are found again.
    """
    return replace(
        desk,
        source=_Source(desk.source, check),
        extract=_Extract(desk.extract, check, gate),
        tasks=[_Task(task, check, gate) for task in desk.tasks],
        publish=_Write(desk.publish, check) if desk.publish else None,
        withdraw=_Write(desk.withdraw, check) if desk.withdraw else None,
    )


@dataclass(frozen=True)
class _Source:
    inner: Source
    check: Check

    def capture(self, ref: RecordRef) -> Case | None:
        self.check()
        return self.inner.capture(ref)


@dataclass(frozen=True)
class _Extract:
    inner: Extract
    check: Check
    gate: Gate | None

    @property
    def acting(self) -> Mapping[str, str]:
        return self.inner.acting

    def invoke(self, document: Document, /) -> Paper:
        self.check()
        return _in_turn(self.gate, self.check, self.inner.invoke, document)


@dataclass(frozen=True)
class _Task:
    inner: Task
    check: Check
    gate: Gate | None

    @property
    def key(self) -> str:
        return self.inner.key

    @property
    def acting(self) -> Mapping[str, str]:
        return self.inner.acting

    def invoke(self, view: View, /) -> Answer:
        self.check()
        return _in_turn(self.gate, self.check, self.inner.invoke, view)


@dataclass(frozen=True)
class _Write(Generic[InputT, AnswerT]):
    inner: Callable[[InputT], AnswerT]
    check: Check

    @property
    def acting(self) -> Mapping[str, str]:
        return acting_of(self.inner)

    def __call__(self, given: InputT) -> AnswerT:
        self.check()
        return self.inner(given)


def _in_turn(gate: Gate | None, check: Check, ask: Callable[[InputT], AnswerT], given: InputT) -> AnswerT:
    if gate is None:
        return ask(given)
    with taking_turns(partial(gate.turn, check)):
        return ask(given)

"""Keeps arrivals: one thread writes whatever waits in one commit, and tells each sender when its own is on the disk.

So two hundred events a second cost a few commits a second, and a store that hangs holds nobody for longer than the
bound.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from service.about import about
from service.problems import unavailable
from triage import metrics, tracing
from triage.domain import Arrival
from triage.errors import NotStorable, TriageError
from triage.jobs.inbox import Accepted

_AT_ONCE = 200
"""Arrivals in one commit at most."""


class TakesMany(Protocol):
    """The inbox as far as it is needed here."""

    def accept_many(self, arrivals: Sequence[Arrival], /) -> list[Accepted]:
        """Keep several in one commit, all or none."""


@dataclass(frozen=True)
class _Waiting:
    arrival: Arrival
    loop: asyncio.AbstractEventLoop
    kept: asyncio.Future[Accepted]


class Acceptor:
    """Takes arrivals from the event loop and writes them in a thread of its own.

    What nobody waits for any more is written all the same if it can be: Odoo does not call twice.
    """

    def __init__(self, inbox: Callable[[], TakesMany], seconds: float, most: int) -> None:
        self._inbox = inbox
        self._seconds = seconds
        self._waiting: queue.Queue[_Waiting | None] = queue.Queue(most)
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    async def accept(self, arrival: Arrival) -> Accepted:
        """Return once the arrival is durable. Raises a 503 where that takes too long or cannot be done."""
        counted, door, began = metrics.meters().events, arrival.door.value, time.time()
        try:
            kept = await self._accepted(arrival)
        except BaseException:
            counted.labels(door, "refused").inc()
            raise
        counted.labels(door, "new" if kept.new else "duplicate").inc()
        said: dict[str, tracing.Value] = {"triage.door": door, "triage.job": kept.id, "triage.duplicate": not kept.new}
        about(job=kept.id, trace=tracing.trace_of(kept.id))
        tracing.acknowledged(kept.id, began, said, is_new=kept.new)
        return kept

    async def _accepted(self, arrival: Arrival) -> Accepted:
        self._start()
        loop = asyncio.get_running_loop()
        waiting = _Waiting(arrival, loop, loop.create_future())
        try:
            self._waiting.put_nowait(waiting)
        except queue.Full:
            raise unavailable("Too much waits to be written. Try again.") from None
        try:
            async with asyncio.timeout(self._seconds):
                return await waiting.kept
        except TimeoutError:
            raise unavailable("The store is too slow to promise anything. Try again.") from None

    def close(self, seconds: float = 10.0) -> None:
        """Write what waits, then stop."""
        thread = self._thread
        if thread is None or not thread.is_alive():
            return
        try:
            self._waiting.put(None, timeout=seconds)
        except queue.Full:
            return
        thread.join(seconds)

    @property
    def depth(self) -> int:
        """How many wait to be written."""
        return self._waiting.qsize()

    def _start(self) -> None:
        if self._thread is not None and self._thread.is_alive():
            return
        with self._starting:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="acceptor", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch, last = self._gather(first)
            self._keep(batch)
            if last:
                return

    def _gather(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        batch = [first]
        while len(batch) < _AT_ONCE:
            try:
                more = self._waiting.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return batch, True
            batch.append(more)
        return batch, False

    def _keep(self, batch: Sequence[_Waiting]) -> None:
        try:
            kept = self._inbox().accept_many([each.arrival for each in batch])
        except NotStorable as error:
            self._apart(batch, error)
        except (TriageError, OSError):
            metrics.meters().store_errors.labels("acceptor").inc()
            _tell(batch, [unavailable("The store cannot be written now. Nothing was kept; try again.")] * len(batch))
        except Exception as error:
            self._apart(batch, error)
        else:
            _tell(batch, kept)

    def _apart(self, batch: Sequence[_Waiting], error: Exception) -> None:
        """One of them is at fault: the others go on without it."""
        if len(batch) == 1:
            _tell(batch, [error])
            return
        for each in batch:
            self._keep([each])


def _tell(batch: Sequence[_Waiting], results: Sequence[Accepted | Exception]) -> None:
    """Hand each result to the loop that waits for it, one call a loop."""
    loops = {id(each.loop): each.loop for each in batch}
    for key, loop in loops.items():
        pairs = [(each.kept, result) for each, result in zip(batch, results, strict=True) if id(each.loop) == key]
        try:
            loop.call_soon_threadsafe(_settle, pairs)
        except RuntimeError:  # the loop is closed: nobody waits there
            continue


def _settle(pairs: Sequence[tuple[asyncio.Future[Accepted], Accepted | Exception]]) -> None:
    for kept, result in pairs:
        if kept.done():
            continue
        if isinstance(result, Exception):
            kept.set_exception(result)
        else:
            kept.set_result(result)


__all__ = ["Acceptor", "TakesMany"]

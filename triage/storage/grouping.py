"""Group commit: what several threads want written at once shares one transaction and one wait for the disk."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar, cast

from triage.errors import Conflict, StoreError

if TYPE_CHECKING:
    from triage.storage.database import Database

ItemT = TypeVar("ItemT")
T = TypeVar("T")

LARGEST = 64
"""Works in one transaction; the others wait for the next."""

_LONGEST_WAIT = 0.005
_LONGEST_PATIENCE = 64

ATTEMPTS = 6
"""How often one work is run when the database undoes it for a reason that passes (two that wait for each other)."""


@dataclass(slots=True)
class _Waiting:
    """What one caller wants done and, afterwards, what came of it."""

    many: Callable[[list[Any]], list[Any]]
    item: Any
    locks: Sequence[str]
    at_once: Callable[[list[Any]], list[Any] | None] | None = None
    result: Any = None
    error: BaseException | None = None
    done: bool = False
    turn: threading.Lock | None = None
    """Released when it is done, or when its thread shall lead."""


class GroupCommit:
    """The first caller leads: it runs its own work and that of all who wait, commits, and lets them go.

    With one caller at a time that is a transaction like any other. Nobody is let go before the commit is durable.

    Those who were let go last are mostly about to come again, so the leader waits a moment for them: half of what the
    last commit took, and five thousandths of a second at the most. Whoever comes saves a commit of their own. Where
    they do not come, because they have something else to do, nobody is waited for for a while.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mutex = threading.Lock()
        self._came = threading.Condition(self._mutex)
        self._queue: list[_Waiting] = []
        self._led = False
        self._handed = False
        """Whether the leader was waiting when the one before it was done: then there is more than one."""
        self._wanted = 0
        """So many in the queue, and a leader that waits for others goes on."""
        self._last = 0
        """How many shared the last commit."""
        self._took = 0.0
        """Seconds that it took."""
        self._in_vain = 0
        """So many more commits nobody is waited for."""
        self._patience = 1
        """For how many commits that is, when they did not come."""

    def run(
        self,
        many: Callable[[list[ItemT]], list[T]],
        item: ItemT,
        locks: Sequence[str],
        at_once: Callable[[list[ItemT]], list[T] | None] | None = None,
    ) -> T:
        """What `many` makes of this item, once it is durable; raises what it raised.

        Items next to each other that have the same `many` are given to it together; to `at_once`, where all have it.
        """
        mine = _Waiting(many, item, locks, at_once)
        with self._mutex:
            self._queue.append(mine)
            if self._wanted and len(self._queue) >= self._wanted:
                self._came.notify()
            leads = not self._led
            self._led = True
            if not leads:
                mine.turn = threading.Lock()
                mine.turn.acquire()
        if mine.turn is not None:
            mine.turn.acquire()
        if not mine.done:
            self._lead()
        if mine.error is not None:
            raise mine.error
        return cast(T, mine.result)

    def _lead(self) -> None:
        with self._mutex:
            self._wait_for_others()
            group, self._queue = self._queue[:LARGEST], self._queue[LARGEST:]
            self._last = len(group)
        began = time.monotonic()
        try:
            self._commit(group)
        except BaseException:
            for one in group:
                if not one.done:
                    one.error = StoreError(
                        f"{self._database.name}: stopped in the middle of writing. Look whether it was recorded."
                    )
            raise
        finally:
            for one in group:
                one.done = True
                if one.turn is not None:
                    one.turn.release()
            self._took = time.monotonic() - began
            self._hand_over()

    def _wait_for_others(self) -> None:
        there = len(self._queue)
        alone = self._last == 1 and there == 1 and not self._handed
        if self._last == 0 or alone or there >= LARGEST:
            return
        if self._in_vain:
            self._in_vain -= 1
            return
        self._wanted = min(self._last + there, LARGEST)
        self._came.wait_for(lambda: len(self._queue) >= self._wanted, min(_LONGEST_WAIT, self._took / 2))
        enough = 2 * (len(self._queue) - there) >= self._wanted - there
        self._wanted = 0
        self._patience = 1 if enough else min(2 * self._patience, _LONGEST_PATIENCE)
        self._in_vain = 0 if enough else self._patience

    def _hand_over(self) -> None:
        with self._mutex:
            following = self._queue[0].turn if self._queue else None
            self._led = self._handed = following is not None
        if following is not None:
            following.release()

    def _commit(self, group: list[_Waiting]) -> None:
        if self._at_once(group):
            return
        if len(group) == 1:
            self._alone(group[0])
            return
        ran = False
        try:
            with self._database.locked(sorted({name for one in group for name in one.locks})):
                for many, some in groupby(group, key=lambda one: one.many):
                    _together(many, list(some))
                ran = True
        except Exception as error:
            if ran and not _passes(error):
                # The commit itself failed: all share its fate, and what it was is for the callers to find out.
                for one in group:
                    one.error = error
                return
            for one in group:
                self._alone(one)

    def _at_once(self, group: list[_Waiting]) -> bool:
        """Whether all is settled: done with one statement, or failed for good."""
        done = group[0].at_once
        if done is None or any(one.at_once != done for one in group):
            return False
        try:
            results = done([one.item for one in group])
        except Exception as error:
            if isinstance(error, Conflict) or _passes(error):
                return False
            for one in group:
                one.error = error
            return True
        for one, result in zip(group, results or (), strict=results is not None):
            one.result = result
        return results is not None

    def _alone(self, one: _Waiting) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._database.locked(one.locks):
                    _together(one.many, [one])
            except Exception as error:
                if attempt < ATTEMPTS and _passes(error):
                    time.sleep(random.random() * 0.01 * 2**attempt)  # noqa: S311
                    continue
                one.error = error
            one.done = True
            return


def _together(many: Callable[[list[Any]], list[Any]], some: list[_Waiting]) -> None:
    for one, result in zip(some, many([one.item for one in some]), strict=True):
        one.result = result


def _passes(error: Exception) -> bool:
    return isinstance(error, StoreError) and error.again

"""Group commit: what several threads want written at once shares one transaction and one wait for the disk."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar, cast

from triage.errors import StoreError

if TYPE_CHECKING:
    from triage.storage.database import Database

ItemT = TypeVar("ItemT")
T = TypeVar("T")

LARGEST = 64
"""Works in one transaction; the others wait for the next."""

ATTEMPTS = 6
"""How often one work is run when the database undoes it for a reason that passes (two that wait for each other)."""


@dataclass(slots=True)
class _Waiting:
    """What one caller wants done and, afterwards, what came of it."""

    many: Callable[[list[Any]], list[Any]]
    item: Any
    locks: Sequence[str]
    result: Any = None
    error: BaseException | None = None
    done: bool = False
    turn: threading.Lock | None = None
    """Released when it is done, or when its thread shall lead."""


class GroupCommit:
    """The first caller leads: it runs its own work and that of all who wait, commits, and lets them go.

    With one caller at a time that is a transaction like any other. Nobody is let go before the commit is durable.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._mutex = threading.Lock()
        self._queue: list[_Waiting] = []
        self._led = False

    def run(self, many: Callable[[list[ItemT]], list[T]], item: ItemT, locks: Sequence[str]) -> T:
        """What `many` makes of this item, once it is durable; raises what it raised.

        Items next to each other that have the same `many` are given to it together.
        """
        mine = _Waiting(many, item, locks)
        with self._mutex:
            self._queue.append(mine)
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
            group, self._queue = self._queue[:LARGEST], self._queue[LARGEST:]
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
            self._hand_over()

    def _hand_over(self) -> None:
        with self._mutex:
            following = self._queue[0].turn if self._queue else None
            self._led = following is not None
        if following is not None:
            following.release()

    def _commit(self, group: list[_Waiting]) -> None:
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

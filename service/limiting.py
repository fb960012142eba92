"""How often somebody may ask: a moving window for each key and source, in this process."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import limits
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from service.problems import Problem

_parsed = cache(limits.parse)


@dataclass
class Attempt:
    """Something that is tried, and counts only where it was wrong."""

    was_wrong: bool = False


class Limiter:
    """Counts requests. Each web process counts for itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: Counter[str] = Counter()
        self._window = MovingWindowRateLimiter(MemoryStorage())

    @contextmanager
    def attempt(self, tries: Sequence[tuple[str, str]]) -> Iterator[Attempt | None]:
        """Take a place in each of these windows (who, rate) while something is tried; none where one of them is full.

        What is tried at the same time counts from its beginning. A place stays taken where the attempt says at its end
        that it was wrong, else it is given back.
        """
        with self._lock:
            has_room = all(self._left(who, rate) > 0 for who, rate in tries)
            if has_room:
                self._open.update(who for who, _ in tries)
        if not has_room:
            yield None
            return
        made = Attempt()
        try:
            yield made
        finally:
            with self._lock:
                for who, rate in tries:
                    self._open[who] -= 1
                    if made.was_wrong:
                        self._window.hit(_parsed(rate), who)
                self._open += Counter()  # forgets who has nothing open

    def _left(self, who: str, rate: str) -> int:
        return self._window.get_window_stats(_parsed(rate), who).remaining - self._open[who]

    def check(self, who: str, rate: str) -> None:
        """Count one request of somebody. Raises a 429 that says when to come again."""
        allowed = _parsed(rate)
        if self._window.hit(allowed, who):
            return
        again = self._window.get_window_stats(allowed, who).reset_time - time.time()
        wait = str(max(1, math.ceil(again)))
        raise Problem(429, f"More than {allowed} is not taken. Wait.", headers={"Retry-After": wait})

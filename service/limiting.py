"""How often somebody may ask: a moving window for each key and source, in this process."""

from __future__ import annotations

import math
import time
from functools import cache

import limits
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from service.problems import Problem

_parsed = cache(limits.parse)


class Limiter:
    """Counts requests. Each web process counts for itself."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def has_room(self, who: str, rate: str) -> bool:
        """Whether one more request of somebody would be taken; counts nothing."""
        return self._window.test(_parsed(rate), who)

    def check(self, who: str, rate: str) -> None:
        """Count one request of somebody. Raises a 429 that says when to come again."""
        allowed = _parsed(rate)
        if self._window.hit(allowed, who):
            return
        again = self._window.get_window_stats(allowed, who).reset_time - time.time()
        wait = str(max(1, math.ceil(again)))
        raise Problem(429, f"More than {allowed} is not taken. Wait.", headers={"Retry-After": wait})

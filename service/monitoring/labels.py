"""Which companies are named in labels: a bounded number, the others together as `other`."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

OTHER = "other"


class Companies:
    """The names that labels may have. What is configured comes first, then the busiest; who was named stays so."""

    def __init__(self, configured: Iterable[str], most: int) -> None:
        self._configured = tuple(configured)
        self._most = most
        self._lock = threading.Lock()
        self._named: dict[str, None] = {}
        self.admit(dict.fromkeys(self._configured, 0.0))

    def apart(self) -> Companies:
        """A list of its own that begins with the same: for figures whose companies are chosen otherwise."""
        return Companies(self._configured, self._most)

    def admit(self, weights: Mapping[str, float]) -> None:
        """Name those that there is room for, the heaviest first."""
        with self._lock:
            for name in sorted(weights, key=lambda each: (-weights[each], each)):
                if len(self._named) >= self._most:
                    return
                self._named.setdefault(name)

    def every(self) -> list[str]:
        """Those that are named."""
        with self._lock:
            return list(self._named)

    def label(self, company: str) -> str:
        """How a company is called in a label."""
        return company if company in self._named else OTHER


__all__ = ["OTHER", "Companies"]

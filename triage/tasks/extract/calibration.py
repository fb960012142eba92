"""How often values of a field were right, by how they were supported: counted on layouts that no rule had seen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from triage.documents.places import Support
from triage.domain import Confidence
from triage.domain.shares import Z, wilson

_FILE = "calibration-2.json"
_FEWEST = 5
"""Fewer counted values than this say nothing: then there is no confidence."""


@dataclass(frozen=True)
class Calibration:
    """Counts of right values. Keys of `counts` are a field and a support; values are (right, counted).

    Fields `*` and `line.*` hold the sums over all header and line fields, for those counted too rarely themselves.
    """

    population: str
    counts: dict[tuple[str, str], tuple[int, int]]
    sha256: str
    _known: dict[tuple[str, str], Confidence | None] = field(default_factory=dict, repr=False, compare=False)
    """Confidences that were asked for: one object for the ten thousand lines of a long document."""

    def confidence(self, name: str, support: Support) -> Confidence | None:
        """The measured share of right values of a field so supported; where that was counted too rarely that of all
        fields so supported; none where even those are too few.

        The value is the middle of the Wilson interval rather than the bare share, which is 1 too easily.
        """
        if (name, support) not in self._known:
            self._known[name, support] = self._measured(name, support)
        return self._known[name, support]

    def _measured(self, name: str, support: Support) -> Confidence | None:
        pool = "line.*" if name.startswith("line.") else "*"
        right, n = self.counts.get((name, support), (0, 0))
        if n < _FEWEST:
            name = "any line field" if pool == "line.*" else "any field"
            right, n = self.counts.get((pool, support), (0, 0))
        if n < _FEWEST:
            return None
        low, high = wilson(right, n)
        middle = (right + Z**2 / 2) / (n + Z**2)
        return Confidence(
            value=round(middle, 3),
            population=f"{self.population}, {name}, {support}",
            n=n,
            low=round(low, 3),
            high=round(high, 3),
        )


@cache
def calibration() -> Calibration:
    """The calibration that ships with the package."""
    text = resources.files("triage.tasks.extract").joinpath("data", _FILE).read_text(encoding="utf-8")
    return parsed(text)


def parsed(text: str) -> Calibration:
    """A calibration file: population, and for each field and support how many were right of how many."""
    data = json.loads(text)
    counts = {
        (field, support): (int(pair[0]), int(pair[1]))
        for field, by_support in data["counts"].items()
        for support, pair in by_support.items()
    }
    return Calibration(str(data["population"]), counts, hashlib.sha256(text.encode()).hexdigest())

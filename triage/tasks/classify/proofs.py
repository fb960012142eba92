"""How often a fact that shows an exception was right: counted, kept with its population, n and interval."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib import resources

from triage.domain import Confidence
from triage.facts.reported import canonical
from triage.tasks.classify.signals import Signal

PROOFS_FILE = "proofs-1.json"


class Use(StrEnum):
    """What a signal is used for; each was counted apart."""

    MAIN = "main"
    """It decides the main exception."""
    CONTRADICTED = "contradicted"
    """It decides, and the message reads as another exception."""
    BESIDE = "beside"
    """It shows a further exception beside the main one."""


@dataclass(frozen=True)
class Counted:
    """How often signals of one kind, or of a range of strengths, were right."""

    use: Use
    kind: str | None
    weakest: float
    strongest: float
    right: int
    n: int
    low: float
    high: float

    def covers(self, use: Use, signal: Signal) -> bool:
        """Whether this was counted for such a signal."""
        if use is not self.use:
            return False
        if self.kind is not None:
            return self.kind == canonical(signal.fact.name)
        return self.weakest <= signal.strength <= self.strongest


@dataclass(frozen=True)
class Proofs:
    """The counts, those of one kind before those of many."""

    population: str
    counts: Sequence[Counted]
    sha256: str

    def confidence(self, use: Use, signal: Signal) -> Confidence | None:
        """The measured confidence of what a signal shows; none where too little was counted.

        The value is the middle of the Wilson interval rather than the bare share, which is 1 too easily.
        """
        found = next((one for one in self.counts if one.covers(use, signal)), None)
        if found is None:
            return None
        kind = found.kind or f"facts of strength {found.weakest:g} to {found.strongest:g}"
        return Confidence(
            value=round((found.low + found.high) / 2, 4),
            population=f"{self.population}, {found.use.value}, {kind}",
            n=found.n,
            low=found.low,
            high=found.high,
        )


@lru_cache(maxsize=1)
def shipped_proofs() -> Proofs:
    """The counts that come with the package (`python -m evals.count_proofs` makes them anew)."""
    content = resources.files("triage.tasks.classify").joinpath(f"data/{PROOFS_FILE}").read_bytes()
    told = json.loads(content)
    counts = [Counted(**{**row, "use": Use(row["use"])}) for row in told["counts"]]
    return Proofs(told["population"], counts, hashlib.sha256(content).hexdigest())

"""Which alerts a day of faults has to raise, and which it may: told by what was done and for how long.

A fault says what it did as claims: from when to when something was the case that an alert is about, and whether it was
so for long enough (`must`) or only possibly (`may`). Afterwards every alert that a `must` is about has to have fired
between its begin and the time that figures, rule and look-back take after its end; and whatever fired has to be covered
by some claim.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Timing:
    """Times of a rule in seconds, as they stand in `service/monitoring/alerts.yaml`."""

    waits: float
    """Its `for`."""
    looks_back: float = 0.0
    """The longest range in it whose end it outlasts."""
    seen: float = 5.0
    """Until a figure says so, whatever the rules' speed: how often Odoo is asked, when a worker counts as silent."""
    lingers: float = 5.0
    """Until a figure says that it is over."""


TIMINGS: Mapping[str, Timing] = MappingProxyType(
    {
        "TriageDown": Timing(120),
        "TriageNoWorker": Timing(120, seen=65),
        "TriageDeadLetters": Timing(60),
        "TriageModelOutage": Timing(120, seen=30, lingers=310),  # a breaker leaves a server alone for up to 300 s
        "TriageOdooUnreachable": Timing(120, seen=35, lingers=15),
        "TriageGateMismatch": Timing(120, seen=35, lingers=35),
        "TriageEventsLost": Timing(0, looks_back=3600, seen=15),
        "TriageEventsRefused": Timing(60, looks_back=300),
        "TriageAcknowledgeSlow": Timing(120, looks_back=300),
        "TriageStoreErrors": Timing(60, looks_back=300),
        "TriageCheckpointOverdue": Timing(120),
        "TriageBudgetNearlyUsed": Timing(120),
    }
)
_MARGIN = 20.0


@dataclass(frozen=True)
class Claim:
    """What an alert is about was so from `began` to `ended` (Unix times)."""

    alert: str
    began: float
    ended: float
    must: bool
    why: str


@dataclass
class Claims:
    """What was claimed so far; threads add to it."""

    factor: float
    """The rules' durations are divided by it."""
    made: list[Claim] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, alert: str, began: float, ended: float, why: str, *, must: bool) -> None:
        """One more."""
        with self._lock:
            self.made.append(Claim(alert, began, ended, must, why))

    def waits(self, alert: str) -> float:
        """For how many seconds something must be so before the alert fires."""
        return TIMINGS[alert].waits / self.factor

    def enough(self, alert: str) -> float:
        """After how many seconds it certainly fires, a margin for a busy machine included."""
        return TIMINGS[alert].seen + self.waits(alert) + _MARGIN

    def lasted(self, alert: str, began: float, ended: float, why: str) -> None:
        """Something was so for this long: a `must`, a `may` or nothing, by the alert's own times."""
        seconds = ended - began
        if seconds >= self.waits(alert) * 0.8:
            self.add(alert, began, ended, why, must=seconds >= self.enough(alert))

    def last(self, claim: Claim) -> float:
        """Until when (Unix time) an alert may fire by reason of this claim."""
        rule = TIMINGS[claim.alert]
        return claim.ended + (rule.waits + rule.looks_back) / self.factor + rule.seen + rule.lingers + _MARGIN

    def judged(self, fired: Mapping[str, Iterable[tuple[float, float]]]) -> list[str]:
        """What is not as it should be, given when each alert fired."""
        bad = []
        for claim in self.made:
            spans = fired.get(claim.alert, ())
            if claim.must and not any(began <= self.last(claim) and claim.began <= ended for began, ended in spans):
                bad.append(f"{claim.alert} did not fire, though {claim.why} for {claim.ended - claim.began:.0f} s")
        for alert, spans in sorted(fired.items()):
            known = [claim for claim in self.made if claim.alert == alert]
            for began, ended in spans:
                if not any(claim.began <= began <= self.last(claim) for claim in known):
                    bad.append(f"{alert} fired for {ended - began:.0f} s at {began:.0f} for no reason in the script")
        return bad

    def wanted(self) -> list[str]:
        """Names of the alerts that must have fired."""
        return sorted({claim.alert for claim in self.made if claim.must})


__all__ = ["TIMINGS", "Claim", "Claims", "Timing"]

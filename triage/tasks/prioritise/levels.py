"""How much of each factor there is, from 0 to 1: never less where there is more of what it stands for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from triage.domain import Factor, Severity, Thresholds

_FAR = 14
"""Days to the promise from which it does not press at all."""
_TODAY = 0.6
"""Level of a promise that is due today; the rest is lateness."""
_OLD = 60
_OFTEN = 3
_MARGIN_SHARE = Decimal("0.3")
_PENALTY_SHARE = Decimal("0.02")
_STEPS = (Severity.LOW, Severity.NORMAL, Severity.HIGH, Severity.URGENT)


@dataclass(frozen=True)
class Measured:
    """What the factors stand for, as facts give it. None: nothing is known, which adds nothing."""

    days_to_promise: int | None = None
    """Below nought: late."""
    hours_to_cut_off: float | None = None
    severity: Severity | None = None
    is_safety: bool = False
    amount: Decimal | None = None
    margin: Decimal | None = None
    is_important: bool = False
    penalty_per_day: Decimal | None = None
    age_days: int | None = None
    repeats: int = 0


def levels(measured: Measured, thresholds: Thresholds) -> dict[Factor, float]:
    """The level of every factor."""
    unit = thresholds.high_amount or Decimal(1)
    return {
        Factor.PROMISE: _promise(measured.days_to_promise, thresholds.late_grave_days),
        Factor.CUT_OFF: _cut_off(measured.hours_to_cut_off),
        Factor.SEVERITY: _STEPS.index(measured.severity) / 3 if measured.severity else 0.0,
        Factor.SAFETY: float(measured.is_safety),
        Factor.AMOUNT: _share(measured.amount, unit),
        Factor.MARGIN: _share(measured.margin, unit * _MARGIN_SHARE),
        Factor.CUSTOMER: float(measured.is_important),
        Factor.PENALTY: _share(measured.penalty_per_day, unit * _PENALTY_SHARE),
        Factor.AGE: _up_to(measured.age_days, _OLD),
        Factor.REPEATS: _up_to(measured.repeats, _OFTEN),
    }


def _promise(days: int | None, grave: int) -> float:
    """Rises as the promise comes near, and on, more slowly, while it is broken, until lateness is grave."""
    if days is None or days >= _FAR:
        return 0.0
    if days >= 0:
        return _TODAY * (1 - days / _FAR)
    return _TODAY + (1 - _TODAY) * min(1.0, -days / max(1, grave))


def _cut_off(hours: float | None) -> float:
    return 0.0 if hours is None else max(0.0, 1 - max(0.0, hours) / 24)


def _share(amount: Decimal | None, half: Decimal) -> float:
    """Half a point at `half`, nearing one: twice the money is never twice as urgent."""
    if amount is None or amount <= 0:
        return 0.0
    return float(amount / (amount + half))


def _up_to(count: int | None, most: int) -> float:
    return min(1.0, max(0, count or 0) / most)

"""Periods of whole days, and the part of the desk that a report is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from triage.domain.zones import UTC_ZONE
from triage.errors import UsageError

SCOPES = ("company", "warehouse")
"""What a report can be limited to."""


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included, in a time zone."""

    first: date
    last: date
    zone: ZoneInfo

    @classmethod
    def of(cls, text: str, zone: ZoneInfo) -> Period:
        """`2026-09-01..2026-09-30`. Raises `UsageError` that says what a period looks like."""
        first, dots, last = text.partition("..")
        try:
            found = cls(date.fromisoformat(first.strip()), date.fromisoformat(last.strip()), zone)
        except ValueError as error:
            raise UsageError(f"{text!r} is no period: write first and last day, 2026-09-01..2026-09-30.") from error
        if not dots or found.last < found.first:
            raise UsageError(f"{text!r} is no period: its last day lies before its first.")
        return found

    @classmethod
    def of_weeks(cls, now: datetime, weeks: int, zone: ZoneInfo = UTC_ZONE) -> Period:
        """The last whole weeks, Monday to Sunday: two looks at them never part a single day from the rest."""
        today = now.astimezone(zone).date()
        monday = today - timedelta(days=today.weekday())
        return cls(monday - timedelta(weeks=weeks), monday - timedelta(days=1), zone)

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def since(self) -> datetime:
        """Its first moment, in UTC."""
        return datetime.combine(self.first, time(), self.zone).astimezone(UTC)

    @property
    def until(self) -> datetime:
        """The first moment after it, in UTC."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone).astimezone(UTC)

    def has(self, moment: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.since <= moment < self.until

    def overlaps(self, other: Period) -> bool:
        """Whether a day lies in both."""
        return self.first <= other.last and other.first <= self.last

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


@dataclass(frozen=True)
class Scope:
    """One part of the desk: a company or a warehouse by name. Without either, the whole."""

    kind: str | None = None
    value: str = ""

    @classmethod
    def of(cls, text: str | None) -> Scope:
        """`warehouse=Rotterdam`. Raises `UsageError` for what is no such part."""
        if text is None:
            return cls()
        kind, _, value = text.partition("=")
        if kind.strip() not in SCOPES or not value.strip():
            raise UsageError(f"--scope {text!r}: write {' or '.join(f'{each}=NAME' for each in SCOPES)}.")
        return cls(kind.strip(), value.strip())

    def has(self, company: str, warehouse: str) -> bool:
        """Whether an order of this company and warehouse belongs to it."""
        if self.kind is None:
            return True
        return (company if self.kind == "company" else warehouse).casefold() == self.value.casefold()

    def __str__(self) -> str:
        return "everything" if self.kind is None else f"{self.kind} {self.value}"


_SPAN = re.compile(r"^(\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?$")


def span_of(text: str, option: str) -> tuple[float, float]:
    """`8..15` or `12`: an assumption as a range. Raises `UsageError`."""
    found = _SPAN.match(text.strip())
    if not found:
        raise UsageError(f"{option} {text!r}: write a number or a range such as 8..15.")
    low = float(found[1])
    high = float(found[2]) if found[2] else low
    if high < low:
        raise UsageError(f"{option} {text!r}: the range ends before it begins.")
    return low, high

"""What a worker counts of its jobs."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType

from triage import metrics
from triage.domain import Arrival, Outcome, utc
from triage.errors import (
    AccessDenied,
    ConfigurationError,
    KeyMissing,
    ModelUnavailable,
    OdooUnavailable,
    StoreError,
    SwitchedOff,
)
from triage.jobs.inbox import Inbox
from triage.storage import gauges
from triage.storage.inbox import InboxRow

SWEPT = "sweep"
"""Source of arrivals that a sweep has seen; those that only look at an open card again have another."""
REVIEWED = frozenset({"advised", "no_exception", "abstained"})
"""Outcomes of an arrival that was the first to bring what it brings."""
_BEFORE = timedelta(minutes=15)
"""A call that came so shortly before the sweep saw the change is taken for one about it, though it was not read yet."""
_WHY = MappingProxyType(
    {
        SwitchedOff: "switch",
        OdooUnavailable: "odoo",
        AccessDenied: "odoo_access",
        ModelUnavailable: "model",
        ConfigurationError: "configuration",
        StoreError: "store",
    }
)


def count_outcome(inbox: Inbox, row: InboxRow, outcome: Outcome, now: datetime) -> None:
    """An arrival has come to its outcome."""
    counted = metrics.meters()
    counted.outcomes.labels(outcome.kind).inc()
    counted.attempts.labels("done").inc()
    counted.to_outcome.observe(max(0.0, (now - datetime.fromisoformat(row.received_at)).total_seconds()))
    if row.source == SWEPT and outcome.kind in REVIEWED and is_lost(inbox, row):
        counted.lost_found.inc()


def count_wait(error: Exception) -> None:
    """A job went back to wait."""
    why = next((word for kind, word in _WHY.items() if isinstance(error, kind)), "other")
    counted = metrics.meters()
    counted.attempts.labels("waits").inc()
    counted.waits.labels(why).inc()
    if isinstance(error, StoreError):
        counted.store_errors.labels("jobs").inc()


def count_failure(is_dead: bool) -> None:
    """A try has failed; the arrival is given up, or not yet."""
    metrics.meters().attempts.labels("dead" if is_dead else "failed").inc()


def is_lost(inbox: Inbox, row: InboxRow) -> bool:
    """Whether nobody has called about what a sweep saw: a change of a record itself, or a message on it.

    Changes elsewhere that hit a record are never called about, and are not meant; nor are uploads, which are swept
    without a rule that calls about them as well.
    """
    try:
        arrival = inbox.load(row)
    except KeyMissing:
        return False
    if not is_of_record(arrival):
        return False
    since = datetime.fromisoformat(row.received_at) - _BEFORE
    return not gauges.has_other_call(inbox.database, row.record, utc(since))


def is_of_record(arrival: Arrival) -> bool:
    """Whether a sweep's arrival tells of its record's own change, or of a message on it (`triage.jobs.looks`)."""
    cause = arrival.key.rpartition(" ")[2]
    return cause.startswith((f"{arrival.ref.model}@", "mail.message:"))


__all__ = ["REVIEWED", "SWEPT", "count_failure", "count_outcome", "count_wait", "is_lost", "is_of_record"]

"""Approvals that an order or a request waits for: since when, and how many have approved. Counted, never who.

Nothing follows from these facts but that somebody reads them: approving and refusing is done by people, in Odoo.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from triage.domain import Fact
from triage.domain.requests import Approval, ApprovalStatus
from triage.facts.grounds import Grounds, tidy

_OPEN = (ApprovalStatus.WAITING, ApprovalStatus.PENDING)


def facts(grounds: Grounds) -> Iterator[Fact]:
    """What the requests and reviews of the case say."""
    for each in grounds.case.approvals:
        if each.status in _OPEN:
            yield from _open(grounds, each)
        elif each.status is ApprovalStatus.REFUSED:
            yield Fact(
                name="approval.refused",
                value=True,
                about=each.what,
                sources=(_status(each),),
                how=f"{each.what} was refused",
            )


def _open(grounds: Grounds, each: Approval) -> Iterator[Fact]:
    days = grounds.days_since(each.asked_at) if each.asked_at else None
    since = f" since {grounds.day(each.asked_at)}" if each.asked_at else ""
    asks = f" for {tidy(each.amount)}" if each.amount else ""
    turn = "waits for another one first" if each.status is ApprovalStatus.WAITING else "waits to be approved"
    yield Fact(
        name="approval.pending",
        value=Decimal(days) if days is not None else True,
        unit="days" if days is not None else None,
        about=each.what,
        sources=(_status(each), *([_asked(each)] if each.asked_at else [])),
        how=f"{each.what}{asks} {turn}{since}",
    )
    if each.given is not None:
        of = f" of {each.needed}" if each.needed else ""
        yield Fact(
            name="approval.given",
            value=Decimal(each.given),
            unit="approvals",
            about=each.what,
            sources=(f"{each.ref.key}.approver_ids",),
            how=f"{each.given}{of} have approved {each.what}",
        )
    bound = grounds.thresholds.stalled_hours
    if each.asked_at and each.status is ApprovalStatus.PENDING and grounds.age(each.asked_at) > timedelta(hours=bound):
        yield Fact(
            name="approval.stalled",
            value=True,
            about=each.what,
            sources=(_status(each), _asked(each)),
            how=f"{each.what} has waited for more than {bound} hours",
        )


def _status(each: Approval) -> str:
    return f"{each.ref.key}.{'request_status' if each.ref.model == 'approval.request' else 'status'}"


def _asked(each: Approval) -> str:
    return f"{each.ref.key}.{'date_confirmed' if each.ref.model == 'approval.request' else 'create_date'}"

"""What a case knows of requests inside the house: approvals that are asked for, and leads."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from triage.domain.base import Frozen, Moment
from triage.domain.event import RecordRef


class ApprovalStatus(StrEnum):
    """How an approval stands. People change it, in Odoo; this software never does."""

    DRAFT = "draft"
    """Written, and nobody is asked yet."""
    WAITING = "waiting"
    """Somebody else is asked first."""
    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Approval(Frozen):
    """An approval that was asked for (`approval.request`, `tier.review`). Who is asked is not kept, only how many."""

    ref: RecordRef
    what: str
    """The kind of request, or the rule that wants a review."""
    status: ApprovalStatus
    asked_at: Moment | None = None
    """When it was asked for."""
    given: int | None = None
    """How many have approved; none where that could not be read."""
    needed: int | None = None
    """How many must."""
    amount: Decimal | None = None
    """As the request has it; Odoo gives it no currency."""


class Lead(Frozen):
    """What a lead or opportunity says of itself (`crm.lead`)."""

    stage: str | None = None
    """Name of the stage."""
    stage_since: Moment | None = None
    """When it came to the stage."""
    is_closed: bool = False
    """Won, lost or archived."""
    has_owner: bool = False
    """Whether a salesperson is named."""
    deadline: date | None = None
    """When its owner expects it to be decided."""
    expected_revenue: Decimal | None = None
    """As its owner expects it, in the company's currency."""


__all__ = ["Approval", "ApprovalStatus", "Lead"]

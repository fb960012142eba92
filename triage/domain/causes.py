"""Why an order is late or at risk: competing causes, each with what speaks for it, against it, and what is missing."""

from __future__ import annotations

from enum import StrEnum

from triage.domain.answers import Answer
from triage.domain.base import Frozen
from triage.domain.evidence import Confidence, Evidence
from triage.domain.impact import Impact


class CauseKind(StrEnum):
    """Where the hold-up began. Codes are stable."""

    SUPPLIER_LATE = "supplier_late"
    ALLOCATION = "allocation"
    CREDIT = "credit"
    PICKING_BACKLOG = "picking_backlog"
    CARRIER = "carrier"
    ADDRESS = "address"
    QUALITY_BLOCK = "quality_block"
    EQUIPMENT_DOWN = "equipment_down"
    STAFF = "staff"
    MASTER_DATA = "master_data"
    CUSTOMER_CHANGE = "customer_change"


CAUSE_MEANING: dict[CauseKind, str] = {
    CauseKind.SUPPLIER_LATE: "the supplier delivers late, less or not at all",
    CauseKind.ALLOCATION: "the goods go to other orders, or nobody ordered enough for all",
    CauseKind.CREDIT: "the customer's account holds the order back",
    CauseKind.PICKING_BACKLOG: "the goods are there and wait to be picked",
    CauseKind.CARRIER: "it went wrong on the road",
    CauseKind.ADDRESS: "the address cannot be delivered to",
    CauseKind.QUALITY_BLOCK: "the goods are there and blocked for quality",
    CauseKind.EQUIPMENT_DOWN: "equipment stands still",
    CauseKind.STAFF: "people or a slot were lacking, or took the wrong thing",
    CauseKind.MASTER_DATA: "a record, rule or interface is wrong",
    CauseKind.CUSTOMER_CHANGE: "the customer changed, doubled or sent back",
}
"""One line a cause, for people and for prompts."""


class Cause(Frozen):
    """One explanation that competes with the others."""

    kind: CauseKind
    score: float
    """By which causes are ranked: points for less points against. Not a probability."""
    score_why: str = ""
    """The points with what each is given for."""
    evidence: tuple[Evidence, ...] = ()
    against: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    """What would decide it and is not in the case."""
    probability: Confidence | None = None
    """Only where it was measured how often a cause with such a score is the right one."""


class CauseAssessment(Answer):
    """The causes that a case shows, the likeliest first; none where nothing holds the order up."""

    task: str = "cause"
    causes: tuple[Cause, ...] = ()
    impact: Impact | None = None
    """Whom it hits, where the case knows who waits for the goods."""

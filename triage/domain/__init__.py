"""The types of the one path: no I/O, no clock, no randomness.

`TYPES` names every type that is written into a record; `schema(name)` gives its JSON schema.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from triage.domain.activation import Activated
from triage.domain.advice import Advice, Advisory, Publication, TicketsWhen, Withdrawal
from triage.domain.answers import (
    Abstention,
    ActBy,
    Answer,
    Classification,
    Failure,
    Method,
    ModelCall,
    Producer,
    Promised,
    Suggestion,
    Summary,
    Usage,
)
from triage.domain.arrival import Arrival, ArrivalRecord, Door
from triage.domain.audit import (
    KEPT,
    OF_THE_STORE,
    PROOFS,
    Checkpoint,
    Erasure,
    Hold,
    Reading,
    Removal,
    StreamHead,
)
from triage.domain.base import Frozen, fingerprint, utc
from triage.domain.budgets import Budgets, Price
from triage.domain.cards import (
    Before,
    Card,
    CardKey,
    CardState,
    Changes,
    Decision,
    MemberWord,
    Proposal,
    ReasonCode,
    Verdict,
)
from triage.domain.case import (
    Case,
    Company,
    Credit,
    Document,
    Invoice,
    InvoiceKind,
    Line,
    Link,
    LinkCandidate,
    LinkStatus,
    Message,
    MessageKind,
    Move,
    Order,
    Partner,
    Promise,
    Purchase,
    Role,
    Shipment,
    ShipmentKind,
    Waiting,
)
from triage.domain.causes import CAUSE_MEANING, Cause, CauseAssessment, CauseKind
from triage.domain.closing import Ending, Endings, Stall, Stalled, Switched
from triage.domain.event import (
    Abstained,
    Advised,
    Coalesced,
    DeadLetter,
    Event,
    Gone,
    NoException,
    Outcome,
    RecordRef,
    Superseded,
)
from triage.domain.evidence import Box, Confidence, Evidence, FactEvidence, OnPage, Quote
from triage.domain.facts import Fact
from triage.domain.handling import Act, BlindChoice, Handling
from triage.domain.hindrances import Hindrance, HindranceKind
from triage.domain.impact import Flow, Hit, Impact, Network, Node, NodeKind, Shift
from triage.domain.members import Member, MemberState, Origin
from triage.domain.notice import Notice
from triage.domain.papers import (
    FIELD_NAMES,
    LINE_FIELD_NAMES,
    Check,
    DocumentType,
    FieldValue,
    Page,
    Paper,
    PaperLine,
    PaperXml,
    ReadBy,
    Word,
)
from triage.domain.people import Duty, Person
from triage.domain.policy import Endpoint, Limits, Mode, Policy, PrivateKind, Thresholds
from triage.domain.priority import Contribution, Factor, Priority, PriorityWeights
from triage.domain.reply import Reply
from triage.domain.routing import Choice, Option, PastTicket, Route, Routing, RoutingBook, Slot
from triage.domain.taxonomy import MEANING, SUBTYPES, Category, Severity, Side
from triage.domain.view import View

TYPES: dict[str, type[Frozen]] = {
    kind.__name__: kind
    for kind in (
        Event,
        Arrival,
        ArrivalRecord,
        Case,
        Policy,
        Paper,
        Classification,
        Summary,
        Reply,
        Routing,
        CauseAssessment,
        Priority,
        Before,
        Failure,
        Proposal,
        Card,
        Decision,
        MemberWord,
        Fact,
        RecordRef,
        Advised,
        NoException,
        Abstained,
        Coalesced,
        Superseded,
        Gone,
        DeadLetter,
        Publication,
        Withdrawal,
        Endings,
        Stalled,
        Switched,
        Activated,
        Checkpoint,
        Erasure,
        Removal,
        Reading,
        Hold,
        Handling,
        BlindChoice,
        Notice,
    )
}
"""Types that may stand in a record, by the name under which they stand there."""


def schema(name: str) -> dict[str, Any]:
    """JSON schema of a type in `TYPES`, or of `Outcome`.

    Raises `KeyError` for any other name.
    """
    if name == "Outcome":
        return TypeAdapter(Outcome).json_schema()
    return TYPES[name].model_json_schema()


__all__ = [
    "CAUSE_MEANING",
    "FIELD_NAMES",
    "KEPT",
    "LINE_FIELD_NAMES",
    "MEANING",
    "OF_THE_STORE",
    "PROOFS",
    "SUBTYPES",
    "TYPES",
    "Abstained",
    "Abstention",
    "Act",
    "ActBy",
    "Activated",
    "Advice",
    "Advised",
    "Advisory",
    "Answer",
    "Arrival",
    "ArrivalRecord",
    "Before",
    "BlindChoice",
    "Box",
    "Budgets",
    "Card",
    "CardKey",
    "CardState",
    "Case",
    "Category",
    "Cause",
    "CauseAssessment",
    "CauseKind",
    "Changes",
    "Check",
    "Checkpoint",
    "Choice",
    "Classification",
    "Coalesced",
    "Company",
    "Confidence",
    "Contribution",
    "Credit",
    "DeadLetter",
    "Decision",
    "Document",
    "DocumentType",
    "Door",
    "Duty",
    "Ending",
    "Endings",
    "Endpoint",
    "Erasure",
    "Event",
    "Evidence",
    "Fact",
    "FactEvidence",
    "Factor",
    "Failure",
    "FieldValue",
    "Flow",
    "Frozen",
    "Gone",
    "Handling",
    "Hindrance",
    "HindranceKind",
    "Hit",
    "Hold",
    "Impact",
    "Invoice",
    "InvoiceKind",
    "Limits",
    "Line",
    "Link",
    "LinkCandidate",
    "LinkStatus",
    "Member",
    "MemberState",
    "MemberWord",
    "Message",
    "MessageKind",
    "Method",
    "Mode",
    "ModelCall",
    "Move",
    "Network",
    "NoException",
    "Node",
    "NodeKind",
    "Notice",
    "OnPage",
    "Option",
    "Order",
    "Origin",
    "Outcome",
    "Page",
    "Paper",
    "PaperLine",
    "PaperXml",
    "Partner",
    "PastTicket",
    "Person",
    "Policy",
    "Price",
    "Priority",
    "PriorityWeights",
    "PrivateKind",
    "Producer",
    "Promise",
    "Promised",
    "Proposal",
    "Publication",
    "Purchase",
    "Quote",
    "ReadBy",
    "Reading",
    "ReasonCode",
    "RecordRef",
    "Removal",
    "Reply",
    "Role",
    "Route",
    "Routing",
    "RoutingBook",
    "Severity",
    "Shift",
    "Shipment",
    "ShipmentKind",
    "Side",
    "Slot",
    "Stall",
    "Stalled",
    "StreamHead",
    "Suggestion",
    "Summary",
    "Superseded",
    "Switched",
    "Thresholds",
    "TicketsWhen",
    "Usage",
    "Verdict",
    "View",
    "Waiting",
    "Withdrawal",
    "Word",
    "fingerprint",
    "schema",
    "utc",
]

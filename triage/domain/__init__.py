"""The types of the one path: no I/O, no clock, no randomness.

`TYPES` names every type that is written into a record; `schema(name)` gives its JSON schema.
"""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

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
    Suggestion,
    Summary,
    Usage,
)
from triage.domain.arrival import Arrival, Door
from triage.domain.audit import Checkpoint, Erasure, Reading, Removal, StreamHead
from triage.domain.base import Frozen, fingerprint, utc
from triage.domain.cards import (
    Card,
    CardKey,
    CardState,
    Changes,
    Decision,
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
from triage.domain.policy import Endpoint, Limits, Mode, Policy, PrivateKind, Thresholds
from triage.domain.taxonomy import MEANING, SUBTYPES, Category, Severity, Side
from triage.domain.view import View

TYPES: dict[str, type[Frozen]] = {
    kind.__name__: kind
    for kind in (
        Event,
        Arrival,
        Case,
        Policy,
        Paper,
        Classification,
        Summary,
        Failure,
        Proposal,
        Card,
        Decision,
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
        Checkpoint,
        Erasure,
        Removal,
        Reading,
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
    "FIELD_NAMES",
    "LINE_FIELD_NAMES",
    "MEANING",
    "SUBTYPES",
    "TYPES",
    "Abstained",
    "Abstention",
    "ActBy",
    "Advice",
    "Advised",
    "Advisory",
    "Answer",
    "Arrival",
    "Box",
    "Card",
    "CardKey",
    "CardState",
    "Case",
    "Category",
    "Changes",
    "Check",
    "Checkpoint",
    "Classification",
    "Coalesced",
    "Company",
    "Confidence",
    "Credit",
    "DeadLetter",
    "Decision",
    "Document",
    "DocumentType",
    "Door",
    "Endpoint",
    "Erasure",
    "Event",
    "Evidence",
    "Fact",
    "FactEvidence",
    "Failure",
    "FieldValue",
    "Frozen",
    "Gone",
    "Invoice",
    "InvoiceKind",
    "Limits",
    "Line",
    "Link",
    "LinkCandidate",
    "LinkStatus",
    "Message",
    "MessageKind",
    "Method",
    "Mode",
    "ModelCall",
    "Move",
    "NoException",
    "OnPage",
    "Order",
    "Outcome",
    "Page",
    "Paper",
    "PaperLine",
    "PaperXml",
    "Partner",
    "Policy",
    "PrivateKind",
    "Producer",
    "Promise",
    "Proposal",
    "Publication",
    "Purchase",
    "Quote",
    "ReadBy",
    "Reading",
    "ReasonCode",
    "RecordRef",
    "Removal",
    "Role",
    "Severity",
    "Shipment",
    "ShipmentKind",
    "Side",
    "StreamHead",
    "Suggestion",
    "Summary",
    "Superseded",
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

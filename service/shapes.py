"""What the requests and answers look like in the OpenAPI document, with an example each."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from triage.domain import Card, Changes, Outcome, ReasonCode, RecordRef, Severity, Verdict

ID = "5b3f0c7e9a1d4c28b6e0f1a2d3c4b5a69788796a5b4c3d2e1f0a9b8c7d6e5f40"


class _Answer(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class Kept(_Answer):
    """That an arrival is on the disk."""

    id: str = Field(pattern="^[0-9a-f]{64}$", examples=[ID])
    """Under this id `/v1/arrivals/{id}` tells what became of it."""
    duplicate: bool
    """The same had come before; nothing was added."""


class ArrivalStatus(_Answer):
    """Where an arrival stands, and how it ended."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "source": "odoo",
                    "door": "hook",
                    "company": "Brandt & Mercer Supply B.V.",
                    "state": "done",
                    "received_at": "2026-11-23T09:30:00.000000Z",
                    "due_at": "2026-11-23T09:30:10.000000Z",
                    "attempts": 0,
                    "error": None,
                    "outcome": {"kind": "no_exception", "why": "the order is on time"},
                    "outcome_kind": "no_exception",
                    "carried_by": None,
                    "finished_at": "2026-11-23T09:30:11.200000Z",
                }
            ]
        }
    )

    id: str = Field(examples=[ID])
    source: str
    door: str
    company: str
    state: Literal["waiting", "queued", "working", "done", "dead"]
    """`dead`: given up until somebody looks (`/v1/dead-letters`)."""
    received_at: str
    due_at: str
    attempts: int
    """How often it failed so far."""
    error: str | None
    """Why the last attempt failed."""
    outcome: Outcome | None
    """How it ended; none while it has not, or where what it was about was erased."""
    outcome_kind: str | None
    carried_by: str | None
    """Id of the arrival that was read in its place."""
    finished_at: str | None


class Cards(_Answer):
    """A page of cards, by number."""

    items: list[Card]
    next: str | None
    """Give it as `cursor` to get the next page; none where this is the last."""


class DeadLetters(_Answer):
    """A page of arrivals that were given up, oldest first."""

    items: list[ArrivalStatus]
    next: str | None


class TicketDrafted(_Answer):
    """The draft ticket of a dead letter."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"status": "posted", "ticket": {"model": "helpdesk.ticket", "id": 7, "name": "helpdesk.ticket 7"}}
            ]
        }
    )

    status: Literal["posted", "updated", "kept"]
    """`kept`: people have taken it up, so it was left alone."""
    ticket: RecordRef


class MeasurementRequest(BaseModel):
    """What to measure."""

    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={"examples": [{"suite": "messages"}, {"suite": "classification", "model": "embedded"}]},
    )

    suite: str | None = Field(default=None, pattern="^[a-z][a-z0-9-]{0,59}$")
    """Only shipped sets of this name or kind, as `triage eval run --suite`; without it all of them."""
    model: str = Field(default="embedded", pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$")
    """Who answers, as `triage eval run --model`. A chat model costs money and is sent the sets."""


class MeasurementStatus(_Answer):
    """How a measurement stands, and what the gate says of it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "5b3f0c7e9a1d4c28b6e0f1a2d3c4b5a6",
                    "state": "broken",
                    "suite": "messages",
                    "model": "embedded",
                    "started_at": "2026-11-24T02:00:00Z",
                    "finished_at": "2026-11-24T02:03:10Z",
                    "cases": 500,
                    "unanswered": 0,
                    "floors": 8,
                    "broken": [
                        {
                            "set": "messages",
                            "measure": "severity",
                            "group": "",
                            "bound": "at least 0.62",
                            "value": 0.58,
                            "reason": "0.667 was measured; the order of work depends on it",
                        }
                    ],
                    "why": None,
                }
            ]
        }
    )

    id: str
    state: Literal["running", "held", "broken", "interrupted", "failed"]
    """`held`: every floor holds and every case got an answer. `interrupted`: asked for again under the same
    Idempotency-Key it is continued."""
    suite: str | None
    model: str
    started_at: str
    finished_at: str | None
    cases: int
    """Cases that are finished."""
    unanswered: int
    """Cases that got no answer; they count as wrong, and the gate as broken."""
    floors: int
    """Floors that were looked at."""
    broken: list[dict[str, Any]]
    """Floors that do not hold, with what was measured and why each is there."""
    why: str | None
    """Why it failed, where it did."""


class DecisionRequest(BaseModel):
    """A person's word on a card."""

    model_config = ConfigDict(
        extra="forbid",
        use_attribute_docstrings=True,
        json_schema_extra={
            "examples": [{"verdict": "accept", "revision": 1}, {"verdict": "reject", "reason": "duplicate"}]
        },
    )

    verdict: Verdict
    reason: ReasonCode | None = None
    """A rejection needs one."""
    comment: str = Field(default="", max_length=4000)
    changes: Changes | None = None
    """With `edit`: what it is instead."""
    by: str | None = Field(default=None, min_length=1, max_length=200)
    """Who decided; another person than the key's own needs the scope `cards:decide-for-others`."""
    revision: int | None = Field(default=None, ge=1, le=2**31 - 1)
    """The card's revision that was seen; the header `If-Match` says the same."""


class Why(BaseModel):
    """The reason for what is done to a dead letter; it is recorded."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"why": "Odoo is back"}]})

    why: str = Field(min_length=1, max_length=1000, pattern=r"\S")


class Classified(_Answer):
    """What a message is about, as `triage classify` prints it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "message",
                    "category": "delay",
                    "subtype": "late",
                    "secondary": [],
                    "severity": "high",
                    "confidence": 0.9917,
                    "abstained": False,
                    "reason": None,
                    "scores": {"delay": 0.995, "stock": 0.005},
                    "language": "en",
                    "evidence": [
                        {"kind": "quote", "source": "message:0", "text": "Where is order S00042?", "verified": True}
                    ],
                    "warnings": [],
                    "model": "multilingual-e5-small-q4+layer-2",
                }
            ]
        }
    )

    id: str | int
    category: str
    subtype: str | None
    secondary: list[str]
    severity: Severity
    confidence: float | None
    """Measured; none where it was not measured or facts prove the suggestion."""
    abstained: bool
    reason: str | None
    scores: dict[str, float]
    language: str
    evidence: list[dict[str, Any]]
    warnings: list[str]
    model: str


class Summarized(_Answer):
    """A summary, as `triage summarize` prints it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "message",
                    "summary": "Where is order S00042? It was promised for Friday.",
                    "key_points": ["It was promised for Friday."],
                    "asks": ["Where is order S00042?"],
                    "references": ["S00042"],
                    "language": "en",
                    "warnings": [],
                    "model": "extractive-2",
                }
            ]
        }
    )

    id: str | int
    summary: str
    key_points: list[str]
    asks: list[str]
    references: list[str]
    language: str
    warnings: list[str]
    model: str


class Extracted(_Answer):
    """Fields and lines of a document with page and box, as `triage extract` prints them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "file": "confirmation.txt",
                    "fields": {
                        "document_number": {
                            "value": "AB-101",
                            "confidence": 0.802,
                            "page": 1,
                            "box": [95.0, 0.0, 125.0, 8.0],
                        }
                    },
                    "lines": [],
                    "checks": [],
                    "warnings": [],
                    "model": "layout-rules-1",
                }
            ]
        }
    )

    file: str
    fields: dict[str, Any]
    lines: list[dict[str, Any]]
    checks: list[dict[str, Any]]
    warnings: list[str]
    model: str


class Compared(Extracted):
    """What `Extracted` says, and the document beside its purchase order, as `triage extract --records` prints it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "file": "confirmation.pdf",
                    "fields": {"purchase_order_reference": {"value": "P00042", "confidence": 0.94, "page": 1}},
                    "lines": [],
                    "checks": [],
                    "warnings": [],
                    "model": "layout-rules-1",
                    "comparisons": [
                        {
                            "order": "P00042",
                            "record": {"model": "purchase.order", "id": 42},
                            "agrees": True,
                            "complete": True,
                            "lines": [],
                            "whole": [],
                        }
                    ],
                    "not_compared": None,
                }
            ]
        }
    )

    comparisons: list[dict[str, Any]]
    """For each order that it is about: `order`, `record`, `agrees`, `complete`, `lines` with their differences, and
    `whole`: what differs in the whole."""
    not_compared: str | None
    """Why it was not compared, where it was not."""


class DocumentSent(BaseModel):
    """A document as base64; the bytes themselves may be sent instead, with their own content type."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200, examples=["confirmation.pdf"])
    content: str = Field(json_schema_extra={"contentEncoding": "base64"})


def _body(schema: dict[str, Any], examples: dict[str, Any], *types: str) -> dict[str, Any]:
    named = {name: {"value": value} for name, value in examples.items()}
    content = {kind: {"schema": schema, "examples": named} for kind in types or ("application/json",)}
    return {"requestBody": {"required": True, "content": content}}


_HINT = {"_id": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}, "_model": {"type": "string"}}

HOOK_BODY = _body(
    {
        "type": "object",
        "required": ["_id", "_model"],
        "properties": {**_HINT, "_action": {"type": "string"}, "write_date": {"type": "string"}},
    },
    {
        "order": {
            "_action": "Order changed(#610)",
            "_id": 26,
            "_model": "sale.order",
            "write_date": "2026-11-23 09:30:00.123456",
        }
    },
)
BRIDGE_BODY = _body(
    {
        "type": "object",
        "required": ["_id", "_model"],
        "properties": {**_HINT, "_response_url": {"type": "string"}, "record": {"type": "object"}},
    },
    {"thread": {"_odoo": {"db_name": "odoo"}, "_model": "sale.order", "_id": 26, "record": {"name": "S00026"}}},
)
EVENT_BODY = _body(
    {"$ref": "#/components/schemas/CloudEvent"},
    {
        "record": {
            "specversion": "1.0",
            "id": "2026-11-23-000117",
            "source": "/carrier/north",
            "type": "com.example.parcel.exception",
            "data": {"record": {"model": "stock.picking", "id": 42}},
        },
        "message": {
            "specversion": "1.0",
            "id": "118",
            "source": "/edi",
            "type": "com.example.order.changed",
            "data": {"message": {"text": "Please cancel the 40 bolts of S00042.", "from_role": "customer"}},
        },
    },
    "application/cloudevents+json",
    "application/json",
)
EXTRACT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/DocumentSent"},
                "example": {"name": "confirmation.txt", "content": "T3JkZXIgY29uZmlybWF0aW9uIEFCLTEwMQ=="},
            },
            "application/pdf": {"schema": {"type": "string", "format": "binary"}},
            "application/xml": {"schema": {"type": "string", "format": "binary"}},
            "text/plain": {"schema": {"type": "string"}},
        },
    }
}
KEPT: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "It is on the disk.",
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Kept"},
                "example": {"id": ID, "duplicate": False},
            }
        },
    }
}

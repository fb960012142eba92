"""Cards to publish, and a hand that remembers what it was asked to do."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from triage.domain import (
    Card,
    CardKey,
    Category,
    Fact,
    FactEvidence,
    Link,
    LinkStatus,
    Proposal,
    Quote,
    RecordRef,
    Suggestion,
)
from triage.odoo.verbs import Done, Posted, Verb, check

ORDER = RecordRef(model="sale.order", id=42, name="S00042")
CARD_ID = UUID("01a223e2-69e9-74af-b676-179e62fc4e3d")
AT = datetime(2026, 11, 17, 14, 30, tzinfo=UTC)

EXPOSURE = Fact(
    name="credit.over_limit",
    value=Decimal("4210.55"),
    unit="EUR",
    sources=("res.partner:7.credit", "res.partner:7.credit_limit"),
    how="exposure 29210.55 EUR - limit 25000.00 EUR",
    confidential=True,
)
OVERDUE = Fact(
    name="credit.overdue_amount",
    value=Decimal("15180.00"),
    unit="EUR",
    sources=("account.move:733.amount_residual",),
    how="INV/2026/00733: 15180.00 EUR due 2026-10-15",
)
LATE = Fact(
    name="promise.days_late",
    value=Decimal(11),
    unit="days",
    sources=("sale.order:42.commitment_date",),
    how="promised for 2026-11-06, not delivered on 2026-11-17: 11 days late",
)


def card(record: RecordRef = ORDER, summary: str = "They wait.", **suggestion: Any) -> Card:
    said = {
        "category": Category.DELAY,
        "subtype": "late",
        "evidence": (
            FactEvidence(fact=LATE.id, text=LATE.how, verified=True),
            FactEvidence(fact=EXPOSURE.id, text=EXPOSURE.how, confidential=True, verified=True),
            FactEvidence(fact=OVERDUE.id, text=OVERDUE.how, verified=True),
            Quote(source="message:0", text="Where <b>are</b> they?", verified=True),
        ),
    } | suggestion
    proposal = Proposal(
        company="Brandt & Mercer Supply B.V.",
        record=record,
        suggestion=Suggestion.model_validate(said),
        summary=summary,
        asks=("Tell us a date.",),
        facts=(EXPOSURE, OVERDUE, LATE),
        link=Link(status=LinkStatus.GIVEN),
        team="order desk",
        case="0" * 64,
    )
    key = CardKey(company=proposal.company, record=record.key, category=proposal.suggestion.category, episode=1)
    return Card(id=CARD_ID, number=12, key=key, proposal=proposal, events=("e",), created_at=AT, updated_at=AT)


class Remembering:
    """A hand that does nothing but answer as Odoo would."""

    def __init__(self, has_tickets: bool = True) -> None:
        self.has_tickets = has_tickets
        self.has_cards = True
        self.has_tasks = False
        self.acting = {"gate": "none"}
        self.asked: list[Verb] = []

    def do(self, verbs: list[Verb]) -> list[Done]:
        self.asked += [check(verb) for verb in verbs]
        return [_done(verb) for verb in verbs]

    def posted(self, since: str | None = None) -> list[Posted]:
        return [
            Posted(marker=marker, ref=RecordRef(model="mail.message", id=1, name="mail.message 1"))
            for marker in (f"card-{CARD_ID}.note", "card-nonsense.note", "draft_stage")
        ]

    def visible(self, user: int, records: list[RecordRef]) -> list[bool]:
        return [False for _ in records]


def _done(verb: Verb) -> Done:
    model = {"note": "mail.message", "activity": "mail.activity", "ticket": "helpdesk.ticket"}.get(verb.verb)
    if model is None:
        return Done(verb=verb.verb, marker=getattr(verb, "marker", None), status="withdrawn")
    ref = RecordRef(model=model, id=1, name=f"{model} 1")
    return Done(verb=verb.verb, marker=getattr(verb, "marker", None), status="posted", ref=ref)

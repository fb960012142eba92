"""Ownership: orders that nobody looks after, and customers that nobody answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from triage.domain import Fact, Message, MessageKind, Role
from triage.facts.grounds import Grounds


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`owner.*` of the case."""
    yield from _missing(grounds)
    yield from _stalled(grounds)


def _missing(grounds: Grounds) -> Iterator[Fact]:
    order = grounds.case.order
    if order is None or grounds.lacks("owner", "user") or order.state not in {"draft", "sent", "sale"}:
        return
    if not (order.owner or "").strip():
        yield Fact(
            name="owner.missing",
            value=True,
            sources=(f"{order.ref.key}.user_id",),
            how=f"{order.ref.name} has no salesperson",
        )


def _stalled(grounds: Grounds) -> Iterator[Fact]:
    written = [m for m in grounds.case.messages if m.kind is MessageKind.MESSAGE and m.role is not Role.SYSTEM]
    newest: Message | None = written[-1] if written else None
    if newest is None or newest.role is not Role.CUSTOMER or newest.sent_at is None:
        return
    age = grounds.age(newest.sent_at)
    if age > timedelta(hours=grounds.thresholds.stalled_hours):
        hours = int(age.total_seconds() // 3600)
        yield Fact(
            name="owner.stalled_hours",
            value=Decimal(hours),
            unit="hours",
            sources=(f"mail.message:{newest.id}.date",),
            how=f"the customer wrote on {grounds.day(newest.sent_at)}; no answer for {hours} hours",
        )

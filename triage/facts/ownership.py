"""Ownership: orders that nobody looks after, and customers that nobody answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from triage.domain import Fact, Message, MessageKind, Role
from triage.facts.grounds import Grounds, in_days
from triage.facts.promise import arrival, original_promise


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`owner.*` of the case."""
    yield from _missing(grounds)
    yield from _stalled(grounds)
    yield from _idle(grounds)


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


def _unanswered(grounds: Grounds) -> Message | None:
    """The newest message, where a customer wrote it."""
    written = [m for m in grounds.case.messages if m.kind is MessageKind.MESSAGE and m.role is not Role.SYSTEM]
    return written[-1] if written and written[-1].role is Role.CUSTOMER else None


def _idle(grounds: Grounds) -> Iterator[Fact]:
    """How long nobody of ours has written, note or message, while a customer waits for goods or for an answer."""
    known = [m for m in grounds.case.messages if m.sent_at and m.kind in {MessageKind.MESSAGE, MessageKind.NOTE}]
    if not known or not (_unanswered(grounds) or _overdue(grounds)):
        return
    ours = [m for m in known if m.role is Role.COLLEAGUE]
    last = max(ours, key=lambda m: m.sent_at or m.id) if ours else min(known, key=lambda m: m.sent_at or m.id)
    assert last.sent_at is not None
    days = grounds.days_since(last.sent_at)
    if days >= grounds.thresholds.idle_days:
        words = "we wrote last" if ours else "nobody of ours has written since"
        yield Fact(
            name="owner.idle_days",
            value=Decimal(days),
            unit="days",
            sources=(f"mail.message:{last.id}.date",),
            how=f"{words} {'on ' if ours else ''}{grounds.day(last.sent_at)}, {in_days(days)} before {grounds.today}",
        )


def _overdue(grounds: Grounds) -> bool:
    """Whether the first promise has passed and the goods have not arrived."""
    promised = original_promise(grounds)
    return promised is not None and promised.day < grounds.today and arrival(grounds) is None


def _stalled(grounds: Grounds) -> Iterator[Fact]:
    newest = _unanswered(grounds)
    if newest is None or newest.sent_at is None:
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

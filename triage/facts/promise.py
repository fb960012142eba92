"""Promise: the first date that was promised, what became of it, and how late or safe the order is.

Odoo's own deadlines drift when somebody moves them; lateness is measured against the first promise kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from triage.domain import Fact, Promise, Shipment, ShipmentKind
from triage.facts.grounds import Grounds
from triage.facts.stock import Need, expected_receipts, needs

_NOT_THERE = frozenset({"booked", "in_transit", "exception", "out_for_delivery", "returned", "lost"})


@dataclass(frozen=True)
class Dated:
    """A day with where it was read and the words for it."""

    day: date
    source: str
    how: str


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`promise.*` of the order."""
    original = original_promise(grounds)
    if original is None:
        return
    yield Fact(name="promise.original", value=original.day, sources=(original.source,), how=original.how)
    current = _current(grounds) or original
    yield Fact(name="promise.current", value=current.day, sources=(current.source,), how=current.how)
    yield from _standing(grounds, original)


def _to_customer(grounds: Grounds) -> list[Promise]:
    """The case's promises to the customer, oldest first; a supplier's promise to us is not one."""
    ours = [p for p in grounds.case.promises if not p.source.startswith(("purchase.", "stock.picking.in"))]
    return sorted(ours, key=lambda promise: promise.made_at)


def original_promise(grounds: Grounds) -> Dated | None:
    """The first promise to the customer that is known; none for purchases, quotations and cancelled orders."""
    order = grounds.case.order
    if not grounds.about_sales or (order and order.state == "cancel"):
        return None
    promises = _to_customer(grounds)
    if promises:
        first = promises[0]
        made = grounds.day(first.made_at)
        return Dated(first.promised_for, first.source, f"promised on {made} for {first.promised_for}")
    if order is None or order.commitment_date is None or order.state in {"draft", "sent"}:
        return None
    return _current(grounds)


def _current(grounds: Grounds) -> Dated | None:
    order = grounds.case.order
    if order and order.commitment_date:
        day = grounds.day(order.commitment_date)
        return Dated(day, f"{order.ref.key}.commitment_date", f"{order.ref.name} is now promised for {day}")
    promises = _to_customer(grounds)
    if not promises:
        return None
    last = promises[-1]
    return Dated(last.promised_for, last.source, f"last promised for {last.promised_for}")


def _standing(grounds: Grounds, original: Dated) -> Iterator[Fact]:
    """Late, on time, or how much slack is left."""
    done = arrival(grounds)
    reached = done.day if done else grounds.today
    late = (reached - original.day).days
    sources = (original.source, done.source if done else f"{grounds.case.record.key}.captured_at")
    words = f"promised for {original.day}, " + (done.how if done else f"not delivered on {grounds.today}")
    if late >= max(1, grounds.thresholds.days_late):
        yield Fact(
            name="promise.days_late",
            value=Decimal(late),
            unit="days",
            sources=sources,
            how=f"{words}: {late} days late",
        )
        return
    ready = None if done else _ready(grounds)
    slack = (original.day - ready.day).days if ready else (0 if done else -late)
    if not done:
        yield _slack(original, ready, grounds, slack)
    if slack >= 0 and (done or not _in_trouble(grounds)):
        yield Fact(name="promise.on_time", value=True, sources=sources, how=words)


def _slack(original: Dated, ready: Dated | None, grounds: Grounds, slack: int) -> Fact:
    start = ready or Dated(grounds.today, f"{grounds.case.record.key}.captured_at", f"today is {grounds.today}")
    return Fact(
        name="promise.slack_days",
        value=Decimal(slack),
        unit="days",
        sources=(original.source, start.source),
        how=f"promised for {original.day}, {start.how}: {slack} days of slack",
    )


def _ready(grounds: Grounds) -> Dated | None:
    """The latest day on which goods for a short line are expected, never before today."""
    latest: Dated | None = None
    for need in needs(grounds):
        if need.short <= 0:
            continue
        receipts = sorted(expected_receipts(grounds, need), key=lambda receipt: receipt[0])
        if receipts:
            day, source, words = receipts[0]
            if latest is None or day > latest.day:
                latest = Dated(max(day, grounds.today), source, f"{need.product}: {words}")
    return latest


def _in_trouble(grounds: Grounds) -> bool:
    """Whether something stands against arriving in time: goods without a sound receipt, or a parcel gone wrong."""
    unplanned = any(need.short > 0 and not _has_receipt_ahead(grounds, need) for need in needs(grounds))
    wrong = any(s.carrier_status in {"exception", "returned", "lost"} for s in _outgoing(grounds))
    return unplanned or wrong


def _has_receipt_ahead(grounds: Grounds, need: Need) -> bool:
    """Whether the first receipt is still to come: one that is overdue has no date any more."""
    days = [day for day, _, _ in expected_receipts(grounds, need)]
    return bool(days) and min(days) >= grounds.today


def _outgoing(grounds: Grounds) -> list[Shipment]:
    return [
        s
        for s in grounds.case.shipments
        if s.kind is ShipmentKind.OUTGOING and s.state != "cancel" and s.return_of is None
    ]


def arrival(grounds: Grounds) -> Dated | None:
    """The day on which everything had arrived; none while something is owed or on the road.

    The carrier's word counts where there is one; otherwise the day the transfer was done.
    """
    lines, shipments = grounds.case.lines, _outgoing(grounds)
    if any(line.delivered < line.quantity for line in lines) or not shipments:
        return None
    if any(s.state != "done" or s.carrier_status in _NOT_THERE for s in shipments):
        return None
    days = [(s.delivered_at or s.date_done, s) for s in shipments]
    if any(moment is None for moment, _ in days):
        return None
    moment, last = max(((m, s) for m, s in days if m is not None), key=lambda pair: pair[0])
    field = "delivered_at" if last.delivered_at else "date_done"
    day = grounds.day(moment)
    return Dated(day, f"{last.ref.key}.{field}", f"{last.ref.name} arrived on {day}")

"""Promise: the first date that was promised, what became of it, and how late or safe the order is.

Odoo's own deadlines drift when somebody moves them; lateness is measured against the first promise kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from triage.domain import Fact, Promise, Shipment, ShipmentKind
from triage.facts.grounds import Grounds, in_days
from triage.facts.shipment import is_stuck
from triage.facts.stock import Need, Receipt, expected_receipts, needs

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
    if current.day != original.day:
        yield _moved(original, current)
    yield from _changes(grounds)
    yield from _standing(grounds, original)


def _changes(grounds: Grounds) -> Iterator[Fact]:
    """How often the promise was changed."""
    promises = _to_customer(grounds)
    if len(promises) > 1:
        steps = [
            f"{grounds.day(one.made_at)} to {one.promised_for}" + (f" by {one.by}" if one.by else "")
            for one in promises[1:]
        ]
        yield Fact(
            name="promise.changes",
            value=Decimal(len(promises) - 1),
            sources=tuple(dict.fromkeys(one.source for one in promises)),
            how=f"first promised for {promises[0].promised_for}, changed on " + ", on ".join(steps),
        )


def _moved(original: Dated, current: Dated) -> Fact:
    days = (current.day - original.day).days
    return Fact(
        name="promise.moved_days",
        value=Decimal(days),
        unit="days",
        sources=(original.source, current.source),
        how=f"first promised for {original.day}, now for {current.day}",
    )


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


def standing_promise(grounds: Grounds, moment: datetime) -> Dated | None:
    """The promise to the customer that was in force at a moment; none where none was made by then."""
    made = [promise for promise in _to_customer(grounds) if promise.made_at <= moment]
    if not made:
        return None
    last = made[-1]
    return Dated(last.promised_for, last.source, f"then promised for {last.promised_for}")


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
    """Late, on time, or how much slack is left; nothing where all was delivered and nobody knows when."""
    done = arrival(grounds)
    if done is None and _delivered_unseen(grounds):
        return
    if done:
        yield Fact(name="promise.arrived", value=done.day, sources=(done.source,), how=done.how)
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
            how=f"{words}: {in_days(late)} late",
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
        how=f"promised for {original.day}, {start.how}: {in_days(slack)} of slack",
    )


def _ready(grounds: Grounds) -> Dated | None:
    """The latest day on which goods for a short line are expected, never before today."""
    latest: Dated | None = None
    for need in needs(grounds):
        last = _last_needed(expected_receipts(grounds, need), need.short) if need.short > 0 else None
        if last is not None and (latest is None or last.day > latest.day):
            latest = Dated(max(last.day, grounds.today), last.source, f"{need.product}: {last.how}")
    return latest


def _last_needed(receipts: list[Receipt], short: Decimal) -> Receipt | None:
    """The receipt that closes the gap; the last one where they do not close it, none where there is none."""
    for receipt in receipts:
        short -= receipt.quantity
        if short <= 0:
            return receipt
    return receipts[-1] if receipts else None


def _in_trouble(grounds: Grounds) -> bool:
    """Whether something stands against arriving in time: no sound receipt of goods, a parcel gone wrong or stuck."""
    unplanned = any(need.short > 0 and not _has_receipt_ahead(grounds, need) for need in needs(grounds))
    wrong = any(s.carrier_status in {"exception", "returned", "lost"} for s in _outgoing(grounds))
    return unplanned or wrong or any(is_stuck(grounds, shipment) for shipment in _outgoing(grounds))


def _has_receipt_ahead(grounds: Grounds, need: Need) -> bool:
    """Whether receipts for all that is short are still to come: one that is overdue has no date any more."""
    receipts = expected_receipts(grounds, need)
    enough = sum((receipt.quantity for receipt in receipts), Decimal(0)) >= need.short
    return enough and bool(receipts) and receipts[0].day >= grounds.today


def _outgoing(grounds: Grounds) -> list[Shipment]:
    return [
        s
        for s in grounds.case.shipments
        if s.kind is ShipmentKind.OUTGOING and s.state != "cancel" and s.return_of is None
    ]


def _delivered_unseen(grounds: Grounds) -> bool:
    """Everything was delivered, and no transfer of ours tells when (a supplier shipped it, for example)."""
    lines = grounds.case.lines
    return bool(lines) and all(line.delivered >= line.quantity for line in lines) and not _outgoing(grounds)


def _sent_back(grounds: Grounds) -> bool:
    """Whether goods of a delivery came back: Odoo then takes them off the delivered quantity."""
    left = {shipment.ref.name for shipment in _outgoing(grounds)}
    return any(s.return_of in left and s.state == "done" for s in grounds.case.shipments)


def arrival(grounds: Grounds) -> Dated | None:
    """The day on which everything had arrived; none while something is owed or on the road.

    The carrier's word counts where there is one; otherwise the day the transfer was done.
    """
    lines, shipments = grounds.case.lines, _outgoing(grounds)
    owed = any(line.delivered < line.quantity for line in lines) and not _sent_back(grounds)
    if owed or not shipments:
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

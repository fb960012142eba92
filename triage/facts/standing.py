"""Standing: what an order is worth, how old it is, what lateness costs, and by which hour its carrier comes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from triage.domain import Fact, MessageKind, Order, Role, Shipment, ShipmentKind
from triage.facts.grounds import CLOSED, Grounds, cents, in_days, line_source, per_unit
from triage.facts.promise import original_promise

DEFAULT_CARRIER = "default"


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`order.*` of a sales order that is not cancelled, the carrier's hour, and how often the customer asked."""
    order = grounds.case.order
    if order is not None and grounds.about_sales and order.state != "cancel":
        yield from _amount(grounds, order)
        yield from _margin(grounds, order)
        yield from _penalty(order)
        yield from _age(grounds, order)
        yield from _cut_offs(grounds)
    yield from _reminders(grounds)


def _amount(grounds: Grounds, order: Order) -> Iterator[Fact]:
    """Only in the company's own currency, so that orders can be compared."""
    if order.amount_total is not None and order.currency == grounds.case.company.currency:
        yield Fact(
            name="order.amount",
            value=cents(order.amount_total),
            unit=order.currency,
            sources=(f"{order.ref.key}.amount_total",),
            how=f"the order is worth {cents(order.amount_total)} {order.currency}",
        )


def _margin(grounds: Grounds, order: Order) -> Iterator[Fact]:
    """What the lines earn, where cost and price of every one are known."""
    if order.currency != grounds.case.company.currency or not grounds.case.lines:
        return
    total, sources = Decimal(0), []
    for line in grounds.case.lines:
        if line.unit_price is None or line.cost is None:
            return
        total += (per_unit(line.unit_price, line.price_per) - per_unit(line.cost, line.price_per)) * line.quantity
        sources += [line_source(order.ref, line, "unit_price"), line_source(order.ref, line, "cost")]
    yield Fact(
        name="order.margin",
        value=cents(total),
        unit=order.currency,
        sources=tuple(sources),
        how=f"the lines' prices less their costs are {cents(total)} {order.currency}",
        confidential=True,
    )


def _penalty(order: Order) -> Iterator[Fact]:
    if order.penalty_per_day is not None and order.penalty_per_day > 0:
        yield Fact(
            name="order.penalty_per_day",
            value=cents(order.penalty_per_day),
            unit=order.currency,
            sources=(f"{order.ref.key}.penalty_per_day",),
            how=f"the contract takes {cents(order.penalty_per_day)} {order.currency} for each day of lateness",
            confidential=True,  # what a contract says is not for everybody who may read the order
        )


def _age(grounds: Grounds, order: Order) -> Iterator[Fact]:
    if order.date_order is not None and order.state not in {"draft", "sent"}:
        days = grounds.days_since(order.date_order)
        if days > 0:
            yield Fact(
                name="order.age_days",
                value=Decimal(days),
                unit="days",
                sources=(f"{order.ref.key}.date_order",),
                how=f"ordered on {grounds.day(order.date_order)}, {in_days(days)} ago",
            )


def _cut_offs(grounds: Grounds) -> Iterator[Fact]:
    """Hours until the carrier of a transfer that should leave by today comes, where policy says when that is."""
    promised = original_promise(grounds)
    for shipment in grounds.case.shipments:
        if shipment.kind is not ShipmentKind.OUTGOING or shipment.state in CLOSED or shipment.return_of:
            continue
        planned = grounds.day(shipment.scheduled) if shipment.scheduled else None
        pressing = [day for day in (planned, promised.day if promised else None) if day and day <= grounds.today]
        comes = collection(grounds, shipment)
        if not pressing or comes is None or comes < grounds.case.captured_at:
            continue
        hours = Decimal(int((comes - grounds.case.captured_at) / timedelta(minutes=6))) / 10
        yield Fact(
            name="shipment.cut_off",
            value=hours,
            unit="hours",
            about=shipment.ref.name,
            sources=("policy.cut_offs", f"{shipment.ref.key}.carrier_id"),
            how=f"{shipment.carrier or 'the carrier'} collects at {comes:%H:%M}, in {hours} hours",
        )


def collection(grounds: Grounds, shipment: Shipment) -> datetime | None:
    """Today's time at which a transfer's carrier collects, in the company's zone; none where policy names none."""
    named = {name.casefold(): hour for name, hour in grounds.policy.cut_offs.items()}
    hour = named.get((shipment.carrier or DEFAULT_CARRIER).casefold(), named.get(DEFAULT_CARRIER))
    return None if hour is None else datetime.combine(grounds.today, hour, tzinfo=grounds.zone)


def _reminders(grounds: Grounds) -> Iterator[Fact]:
    """How often the customer wrote again without a word of ours in between."""
    written = [m for m in grounds.case.messages if m.kind is MessageKind.MESSAGE and m.role is not Role.SYSTEM]
    count = 0
    for message in reversed(written):
        if message.role is not Role.CUSTOMER:
            break
        count += 1
    if count > 1:
        yield Fact(
            name="owner.reminders",
            value=Decimal(count - 1),
            sources=tuple(f"mail.message:{message.id}.date" for message in written[-count:]),
            how=f"the customer wrote {count} times without an answer",
        )

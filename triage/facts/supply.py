"""Supply: what suppliers owe of the goods that a sales order lacks, and whether the goods are here instead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from triage.domain import Fact, Line, Purchase, ShipmentKind
from triage.facts.grounds import CLOSED, Grounds, in_days, line_source, tidy
from triage.facts.promise import arrival, original_promise, standing_promise
from triage.facts.stock import expected_receipts, needs


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`supply.*` of the order's short products; whether all is here; when what left late had left."""
    order = grounds.case.order
    if order is None or not grounds.about_sales or order.state in {"cancel", "draft", "sent"}:
        return
    short = {need.product for need in needs(grounds) if need.short > 0}
    for purchase in grounds.case.purchases:
        for line in purchase.lines:
            if line.product in short and line.delivered < line.quantity:
                yield from _owed(grounds, purchase, line)
    yield from _after_promise(grounds)
    yield from _all_here(grounds)
    yield from _left(grounds)


def _owed(grounds: Grounds, purchase: Purchase, line: Line) -> Iterator[Fact]:
    """A supplier who is behind the own date, or an order to a supplier that was cancelled."""
    rest, about = tidy(line.quantity - line.delivered), f"{purchase.ref.name} {line.product}"
    if purchase.state == "cancel":
        yield Fact(
            name="supply.cancelled",
            value=True,
            about=about,
            sources=(f"{purchase.ref.key}.state",),
            how=f"{purchase.ref.name} was to bring {rest} {line.uom} of {line.product} and is cancelled",
        )
        return
    due = line.date_planned or purchase.date_planned
    days = (grounds.today - due).days if due else 0
    if purchase.state == "purchase" and due and days >= max(1, grounds.thresholds.days_late):
        yield Fact(
            name="supply.days_late",
            value=Decimal(days),
            unit="days",
            about=about,
            sources=(line_source(purchase.ref, line, "date_planned"), line_source(purchase.ref, line, "delivered")),
            how=f"{purchase.supplier.name} owes {rest} {line.uom} of {line.product} on {purchase.ref.name}, due on "
            f"{due}: {in_days(days)} late",
        )


def _after_promise(grounds: Grounds) -> Iterator[Fact]:
    """Goods that are planned to come only after the day that the customer was promised."""
    promised = original_promise(grounds)
    for need in needs(grounds):
        expected = expected_receipts(grounds, need) if need.short > 0 else []
        late = [receipt for receipt in expected if promised and receipt.day > promised.day]
        if promised and late:
            days = (late[-1].day - promised.day).days
            yield Fact(
                name="supply.after_promise",
                value=Decimal(days),
                unit="days",
                about=need.product,
                sources=(late[-1].source, promised.source),
                how=f"{need.product}: {late[-1].how}, {in_days(days)} after the promise of {promised.day}",
            )


def _all_here(grounds: Grounds) -> Iterator[Fact]:
    """Everything that is still owed is reserved, and the promise is broken; without one, its transfer is behind."""
    owed = [line for line in grounds.case.lines if line.delivered < line.quantity]
    if not owed or any((line.reserved or Decimal(0)) < line.quantity - line.delivered for line in owed):
        return
    promised = original_promise(grounds)
    behind = [
        shipment
        for shipment in grounds.case.shipments
        if shipment.kind is ShipmentKind.OUTGOING
        and shipment.state not in CLOSED
        and shipment.scheduled is not None
        and grounds.day(shipment.scheduled) < grounds.today
    ]
    if not behind if promised is None else promised.day >= grounds.today:
        return
    order = grounds.case.order.ref if grounds.case.order else grounds.case.record
    yield Fact(
        name="stock.ready",
        value=True,
        sources=tuple(line_source(order, line, "reserved") for line in owed),
        how="all that is still owed is reserved and has not left",
    )


def _left(grounds: Grounds) -> Iterator[Fact]:
    """When the transfers of a late order left: before or after what was promised at that time."""
    promised = original_promise(grounds)
    if promised is None:
        return
    there = arrival(grounds)
    reached: date = there.day if there else grounds.today
    if reached <= promised.day:
        return
    for shipment in grounds.case.shipments:
        is_out = shipment.kind is ShipmentKind.OUTGOING and not shipment.return_of and not shipment.backorder_of
        on_the_road = shipment.carrier or shipment.carrier_status or shipment.delivered_at
        if not is_out or shipment.state != "done" or shipment.date_done is None or not on_the_road:
            continue
        day = grounds.day(shipment.date_done)
        told = standing_promise(grounds, shipment.date_done) or promised
        then = "then " if told.day != promised.day else ""
        yield Fact(
            name="shipment.left_after_promise" if day > told.day else "shipment.left_in_time",
            value=day,
            about=shipment.ref.name,
            sources=(f"{shipment.ref.key}.date_done", told.source),
            how=f"{shipment.ref.name} left on {day}, {then}promised for {told.day}",
        )

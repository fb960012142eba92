"""Shipment: what the carrier says of each delivery, and what the transfers say of the goods."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from triage.domain import Fact, Shipment, ShipmentKind
from triage.facts.grounds import CLOSED, Grounds, in_days, tidy

_ON_THE_ROAD = frozenset({"booked", "in_transit", "exception", "out_for_delivery"})
_FLAGS = {
    "returned": "the carrier returned it",
    "exception": "the carrier reports an exception",
    "lost": "the carrier reports it lost",
}


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`shipment.*` of each transfer out of the house (and of each that came back)."""
    for shipment in grounds.case.shipments:
        if shipment.state == "cancel":
            continue
        if shipment.return_of:
            yield from _came_back(grounds, shipment)
        elif shipment.kind is ShipmentKind.OUTGOING:
            yield from _status(shipment)
            yield from _not_left(grounds, shipment)
            yield from _no_scan(grounds, shipment)
            yield from _delivered(grounds, shipment)
            yield from _partial(grounds, shipment)


def _came_back(grounds: Grounds, shipment: Shipment) -> Iterator[Fact]:
    when = f" on {grounds.day(shipment.date_done)}" if shipment.date_done else ""
    if shipment.state == "done" and shipment.return_of:
        yield Fact(
            name="shipment.returned",
            value=True,
            about=shipment.return_of,
            sources=(f"{shipment.ref.key}.return_id", f"{shipment.ref.key}.state"),
            how=f"{shipment.return_of} came back as {shipment.ref.name}{when}",
        )


def _status(shipment: Shipment) -> Iterator[Fact]:
    status = shipment.carrier_status
    key, name = shipment.ref.key, shipment.ref.name
    carrier = f"{shipment.carrier}: " if shipment.carrier else ""
    tracking = f", tracking {shipment.tracking}" if shipment.tracking else ""
    field = "carrier_status" if status else "state"
    yield Fact(
        name="shipment.status",
        value=status or shipment.state,
        about=name,
        sources=(f"{key}.{field}",),
        how=f"{carrier}{name} is {(status or shipment.state).replace('_', ' ')}{tracking}",
    )
    if status in _FLAGS:
        yield Fact(
            name=f"shipment.{status}",
            value=True,
            about=name,
            sources=(f"{key}.carrier_status",),
            how=f"{carrier}{_FLAGS[status]}{tracking}",
        )


def _not_left(grounds: Grounds, shipment: Shipment) -> Iterator[Fact]:
    """How long ago a transfer should have left that is still here."""
    if shipment.scheduled is None or shipment.state in CLOSED or shipment.state == "draft":
        return
    days = grounds.days_since(shipment.scheduled)
    if days > 0:
        yield Fact(
            name="shipment.not_left_days",
            value=Decimal(days),
            unit="days",
            about=shipment.ref.name,
            sources=(f"{shipment.ref.key}.scheduled_date", f"{shipment.ref.key}.state"),
            how=f"{shipment.ref.name} was to leave on {grounds.day(shipment.scheduled)}, {in_days(days)} before "
            f"{grounds.today}",
        )


def is_stuck(grounds: Grounds, shipment: Shipment) -> bool:
    """Whether a parcel is on the road and nobody has scanned it for as long as policy allows, or longer."""
    since = shipment.last_scan or shipment.date_done
    on_the_road = shipment.carrier_status in _ON_THE_ROAD
    return on_the_road and since is not None and grounds.days_since(since) >= grounds.thresholds.no_scan_days


def _no_scan(grounds: Grounds, shipment: Shipment) -> Iterator[Fact]:
    """How long a stuck parcel has not been scanned."""
    since, field = (shipment.last_scan, "last_scan") if shipment.last_scan else (shipment.date_done, "date_done")
    if since is None or not is_stuck(grounds, shipment):
        return
    days = grounds.days_since(since)
    word = "last scan" if field == "last_scan" else "no scan since it left"
    yield Fact(
        name="shipment.no_scan_days",
        value=Decimal(days),
        unit="days",
        about=shipment.ref.name,
        sources=(f"{shipment.ref.key}.{field}", f"{shipment.ref.key}.carrier_status"),
        how=f"{word} on {grounds.day(since)}, {in_days(days)} before {grounds.today}",
    )


def _arrival(shipment: Shipment) -> tuple[datetime, str] | None:
    if shipment.delivered_at:
        return shipment.delivered_at, "delivered_at"
    if shipment.carrier_status == "delivered" and shipment.last_scan:
        return shipment.last_scan, "last_scan"
    return None


def _delivered(grounds: Grounds, shipment: Shipment) -> Iterator[Fact]:
    arrived = _arrival(shipment)
    if arrived is None:
        return
    moment, field = arrived
    day = grounds.day(moment)
    source = f"{shipment.ref.key}.{field}"
    yield Fact(
        name="shipment.delivered",
        value=day,
        about=shipment.ref.name,
        sources=(source,),
        how=f"{shipment.carrier or 'the carrier'} delivered {shipment.ref.name} on {day}",
    )
    if shipment.signed_by:
        yield Fact(
            name="shipment.signed_by",
            value=shipment.signed_by,
            about=shipment.ref.name,
            sources=(f"{shipment.ref.key}.signed_by",),
            how=f"signed for by {shipment.signed_by} on {day}",
        )
    elif shipment.carrier_status == "delivered" and not grounds.lacks("signature", "proof of delivery"):
        yield Fact(
            name="shipment.unsigned",
            value=True,
            about=shipment.ref.name,
            sources=(source, f"{shipment.ref.key}.signed_by"),
            how=f"{shipment.carrier or 'the carrier'} says delivered on {day} and names nobody who signed",
        )
    yield from _claim_period(grounds, shipment, day, source)


def _claim_period(grounds: Grounds, shipment: Shipment, day: date, source: str) -> Iterator[Fact]:
    """Days left to report transport damage; absent once the period is over."""
    last = day + timedelta(days=grounds.thresholds.claim_days)
    left = (last - grounds.today).days
    if left >= 0:
        yield Fact(
            name="shipment.claim_days_left",
            value=Decimal(left),
            unit="days",
            about=shipment.ref.name,
            sources=(source,),
            how=f"delivered on {day}, {in_days(grounds.thresholds.claim_days)} to claim: until {last}",
        )


def _partial(grounds: Grounds, shipment: Shipment) -> Iterator[Fact]:
    """A delivery that left with less than was asked for, or that has a rest."""
    if shipment.state != "done":
        return
    name = shipment.ref.name
    short = [m for m in grounds.case.moves if m.shipment == name and m.state != "cancel" and m.done < m.quantity]
    rests = [s for s in grounds.case.shipments if s.backorder_of == name and s.state != "cancel"]
    if not short and not rests:
        return
    words = [f"{tidy(m.done)} of {tidy(m.quantity)} {m.product}" for m in short]
    words += [f"the rest is {s.ref.name}" for s in rests]
    yield Fact(
        name="shipment.partial",
        value=True,
        about=name,
        sources=(
            *(f"stock.move:{name if m.id is None else m.id}.quantity" for m in short),
            *(f"{s.ref.key}.backorder_id" for s in rests),
        ),
        how=f"{name} left in part: " + ", ".join(words),
    )

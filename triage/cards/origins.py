"""What caused a case, by facts that other cases can share: a late purchase, a carrier's standstill, a twin order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from triage.domain import Category, Origin, Purchase, Shipment, ShipmentKind, Suggestion, View

_WAITING = frozenset({"stock.shortage", "stock.backorder_age", "promise.days_late", "promise.slack_days"})
"""Facts of an order that waits for goods."""
_OVER = frozenset({"done", "cancel"})
_STANDSTILL = frozenset({"stuck", "untracked", "collection_missed", "late"})
_ON_THE_ROAD = ("shipment.no_scan_days", "shipment.exception", "shipment.not_left_days")
_ORDER_NAME = re.compile(r"^[A-Z]{1,4}[/-]?\d{3,}$")


def origins_of(view: View, suggestion: Suggestion) -> tuple[Origin, ...]:
    """What caused this exception of the case's own record; nothing where facts do not show it, or for an abstention."""
    record = suggestion.record or view.case.record
    if suggestion.abstained is not None or record.id is None or record != view.case.record:
        return ()
    return tuple(dict.fromkeys((*_late_purchases(view, suggestion), *_carrier(view, suggestion), *_twin(view))))


def _late_purchases(view: View, suggestion: Suggestion) -> Iterator[Origin]:
    """The purchase order for whose goods the order waits: overdue, or due after the promise. The latest one decides."""
    if suggestion.category not in (Category.STOCK, Category.DELAY) or view.case.order is None:
        return
    waits = [fact for fact in view.facts if fact.name in _WAITING]
    if not waits or _is_on_the_way(view):
        return
    products = {fact.about for fact in waits if fact.name == "stock.shortage"} or {ln.product for ln in view.case.lines}
    promised = view.fact("promise.original")
    today = view.case.captured_at.date()
    late: list[tuple[date, Purchase]] = []
    for purchase in view.case.purchases:
        due = _due(purchase, {product for product in products if product})
        after = isinstance(promised.value, date) and due is not None and due > promised.value if promised else False
        if due is not None and purchase.state not in _OVER and (due < today or after):
            late.append((due, purchase))
    if late:
        due, purchase = max(late, key=lambda one: (one[0], one[1].ref.key))
        yield Origin(key=purchase.ref.key, text=f"{purchase.ref.name}, due {due}")


def _is_on_the_way(view: View) -> bool:
    """Whether all goods have left: then no purchase holds them up."""
    out = [s for s in view.case.shipments if s.kind is ShipmentKind.OUTGOING and s.state != "cancel"]
    return bool(out) and all(shipment.state == "done" for shipment in out)


def _due(purchase: Purchase, products: set[str]) -> date | None:
    """When the last of these products is due; none where it brings none of them, or all have come."""
    open_lines = [line for line in purchase.lines if line.product in products and line.delivered < line.quantity]
    days = [day for line in open_lines if (day := line.date_planned or purchase.date_planned) is not None]
    return max(days, default=None)


def _carrier(view: View, suggestion: Suggestion) -> Iterator[Origin]:
    """A carrier with whom parcels have stood still since the same day."""
    if suggestion.category is not Category.DELAY or suggestion.subtype not in _STANDSTILL:
        return
    told = {fact.about for fact in view.facts if fact.name in _ON_THE_ROAD}
    for shipment in view.case.shipments:
        since = _since(shipment)
        if shipment.ref.name in told and shipment.carrier and since is not None:
            carrier = " ".join(shipment.carrier.casefold().split())
            yield Origin(key=f"carrier:{carrier}:{since}", text=f"{shipment.carrier}, nothing since {since}")


def _since(shipment: Shipment) -> date | None:
    moment = shipment.last_scan or shipment.date_done or shipment.scheduled
    return None if moment is None else moment.date()


def _twin(view: View) -> Iterator[Origin]:
    """Both sides of one order between two of our companies: the one's number is the other's reference."""
    order, record = view.case.order, view.case.record
    names: tuple[str | None, str] | None = None
    if record.model == "sale.order" and order is not None:
        names = (order.client_order_ref, order.ref.name)
    elif record.model == "purchase.order":
        own = next((one for one in view.case.purchases if one.ref == record), None)
        names = (record.name, own.partner_ref or "") if own is not None else None
    if names and names[0] and _ORDER_NAME.match(names[0]) and _ORDER_NAME.match(names[1]):
        yield Origin(key=f"twin:{names[0]}:{names[1]}", text=f"{names[0]} and {names[1]}", across=True)

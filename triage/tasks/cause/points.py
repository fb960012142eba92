"""Points for and against each cause: from facts along order, transfer, move, purchase, receipt and supplier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from triage.domain import CauseKind, Evidence, Fact, FactEvidence, Quote, View
from triage.facts.reported import amount, canonical

K = CauseKind
_ALTERNATIVES = frozenset({K.SUPPLIER_LATE, K.ALLOCATION})


@dataclass(frozen=True)
class Point:
    """What one piece of evidence gives a cause; below nought: it speaks against it."""

    kind: CauseKind
    points: float
    why: str
    evidence: Evidence | None = None


@dataclass(frozen=True)
class Known:
    """The facts of a view, by name."""

    view: View
    facts: dict[str, tuple[Fact, ...]]

    @classmethod
    def of(cls, view: View) -> Known:
        """Facts that are not nought or no."""
        found: dict[str, list[Fact]] = {}
        for fact in view.facts:
            if amount(fact) != 0:
                found.setdefault(canonical(fact.name), []).append(fact)
        return cls(view, {name: tuple(facts) for name, facts in found.items()})

    def first(self, *names: str) -> Fact | None:
        """The largest fact of the first of these names that is there."""
        found = next((self.facts[name] for name in names if name in self.facts), ())
        return max(found, key=_size, default=None)

    def has(self, *names: str) -> bool:
        """Whether there is a fact of any of these names."""
        return any(name in self.facts for name in names)

    def total(self, name: str, about: str | None = None) -> Decimal:
        """The sum over facts of a name."""
        facts = (fact for fact in self.facts.get(name, ()) if about is None or fact.about == about)
        return sum((amount(fact) for fact in facts), Decimal(0))


def _size(fact: Fact) -> Decimal:
    return Decimal(0) if isinstance(fact.value, date) else amount(fact)


def from_facts(known: Known) -> Iterator[Point]:
    """All points that facts give, for and against."""
    for rule in (_supplier, _allocation, _credit, _picking, _carrier, _address, _quality, _equipment, _staff, _data):
        yield from rule(known)
    yield from _customer(known)
    yield from _against(known)


def _give(kind: CauseKind, points: float, fact: Fact | None, why: str = "") -> Iterator[Point]:
    if fact is not None:
        text = fact.how or fact.id
        evidence = FactEvidence(fact=fact.id, text=text, confidential=fact.confidential)
        yield Point(kind, points, why or fact.name, evidence)


def _supplier(known: Known) -> Iterator[Point]:
    yield from _give(K.SUPPLIER_LATE, 4, known.first("supply.days_late", "purchase.days_late"))
    yield from _give(K.SUPPLIER_LATE, 3, known.first("supply.after_promise"))
    yield from _give(K.SUPPLIER_LATE, 3, known.first("supply.cancelled"))
    changed = ("confirmation.date_difference", "confirmation.split", "confirmation.missing_line")
    yield from _give(K.SUPPLIER_LATE, 3, known.first(*changed))
    if known.has("stock.shortage") and not known.has("supply.days_late", "supply.after_promise"):
        yield from _give(K.SUPPLIER_LATE, 1, known.first("stock.incoming"))
    if not known.has("stock.ready"):
        yield from _give(K.SUPPLIER_LATE, 3, known.first("stock.backorder_age"))


def _allocation(known: Known) -> Iterator[Point]:
    later = known.first("stock.reserved_later")
    yield from _give(K.ALLOCATION, 5, later)
    if later is None:
        yield from _give(K.ALLOCATION, 2, known.first("stock.reserved_elsewhere"))
    yield from _give(K.ALLOCATION, 2, known.first("stock.no_receipt_planned", "stock.uncovered"))
    if known.has("supply.after_promise") and len(known.view.case.purchases) > 1:
        yield from _give(K.ALLOCATION, 1, known.first("stock.shortage"), "only a part comes in time")


def _credit(known: Known) -> Iterator[Point]:
    yield from _give(K.CREDIT, 6, known.first("credit.on_hold"))
    yield from _give(K.CREDIT, 3, known.first("credit.over_limit", "credit.over_limit_with_order"))
    yield from _give(K.CREDIT, 2, known.first("credit.overdue_days", "credit.overdue_amount"))
    yield from _give(K.CREDIT, 1, known.first("credit.disputed_amount"))


def _picking(known: Known) -> Iterator[Point]:
    ready = known.first("stock.ready")
    yield from _give(K.PICKING_BACKLOG, 3, ready)
    if ready is not None or known.has("promise.days_late"):
        yield from _give(K.PICKING_BACKLOG, 1, known.first("shipment.not_left_days"))
    yield from _give(K.PICKING_BACKLOG, 4, known.first("shipment.left_after_promise"))
    if ready is not None:
        yield from _give(K.PICKING_BACKLOG, 2, known.first("shipment.backlog"))


def _carrier(known: Known) -> Iterator[Point]:
    wrong = known.first("shipment.lost", "shipment.exception", "shipment.no_scan_days")
    yield from _give(K.CARRIER, 5, wrong)
    if _brought_back(known):
        yield from _give(K.CARRIER, 3, known.first("shipment.returned"))
    yield from _give(K.CARRIER, 3, known.first("shipment.left_in_time"))
    yield from _give(K.CARRIER, 3, known.first("shipment.unsigned"))
    if known.has("promise.days_late") and any(s.carrier_status in _ON_THE_ROAD for s in known.view.case.shipments):
        yield from _give(K.CARRIER, 2, known.first("promise.days_late"), "late and on the road")


_ON_THE_ROAD = frozenset({"in_transit", "out_for_delivery", "booked"})


def _brought_back(known: Known) -> bool:
    """Whether the carrier brought it back, rather than the customer sending it."""
    return any(shipment.carrier_status == "returned" for shipment in known.view.case.shipments)


def _address(known: Known) -> Iterator[Point]:
    gap = known.first("data.missing_address")
    yield from _give(K.ADDRESS, 5, gap)
    if gap is not None and _brought_back(known):
        yield from _give(K.ADDRESS, 2, known.first("shipment.returned"), "it came back, and the address has a gap")


def _quality(known: Known) -> Iterator[Point]:
    for fact in known.facts.get("quality.blocked", ()):
        lacking = known.total("stock.shortage", fact.about)
        is_small = isinstance(fact.value, Decimal) and lacking > 0 and fact.value < lacking / 2
        yield from _give(K.QUALITY_BLOCK, 2 if is_small else 6, fact)
    yield from _give(K.QUALITY_BLOCK, 2, known.first("quality.check_failed"))


def _equipment(known: Known) -> Iterator[Point]:
    promised = min((promise.made_at for promise in known.view.case.promises), default=None)
    for fact in known.facts.get("equipment.down", ()):
        days = amount(fact) if isinstance(fact.value, Decimal) else Decimal(0)
        age = (known.view.case.captured_at - promised).days if promised else None
        is_old = age is not None and days > age
        why = "out of order since before the promise was made" if is_old else ""
        yield from _give(K.EQUIPMENT_DOWN, 1 if is_old else 2, fact, why)
    yield from _give(K.EQUIPMENT_DOWN, 1, known.first("stock.ready"), "the goods are here and do not leave")


def _staff(known: Known) -> Iterator[Point]:
    yield from _give(K.STAFF, 5, known.first("stock.substituted"))
    shifts = known.first("staff.open_shifts")
    yield from _give(K.STAFF, 2 if shifts and amount(shifts) > 1 else 1, shifts)
    yield from _give(K.STAFF, 1, known.first("stock.ready"), "the goods are here and do not leave")


def _data(known: Known) -> Iterator[Point]:
    wrong = known.first("data.unknown_item", "data.uom_mismatch", "data.edi_error", "data.reference_missing")
    is_short = known.has("stock.shortage")
    yield from _give(K.MASTER_DATA, 2 if is_short else 5, wrong)
    if wrong is not None and wrong.name != "data.edi_error" and not is_short:
        yield from _give(K.MASTER_DATA, 2, known.first("data.edi_error"), "the import stopped at it")
    order = known.view.case.order
    if order is not None and order.channel == "edi":
        yield from _give(K.MASTER_DATA, 4, known.first("price.difference_percent"), "ordered at another price by EDI")
    if not known.has("price.difference"):
        yield from _give(K.MASTER_DATA, 4, known.first("price.below_margin"), "at list price and below the margin")
    yield from _give(K.MASTER_DATA, 1, known.first("stock.no_receipt_planned"), "nobody was told to order")


def _customer(known: Known) -> Iterator[Point]:
    yield from _give(K.CUSTOMER_CHANGE, 5, known.first("data.duplicate_reference"))
    if not _brought_back(known):
        yield from _give(K.CUSTOMER_CHANGE, 5, known.first("shipment.returned"))


def _against(known: Known) -> Iterator[Point]:
    left = known.first("shipment.left_in_time")
    gone = left or known.first("shipment.left_after_promise")
    for kind in (K.SUPPLIER_LATE, K.ALLOCATION, K.CREDIT):
        yield from _give(kind, -3, gone, "it left all the same")
    for kind in _ALTERNATIVES:
        yield from _give(kind, -3, known.first("stock.ready"), "the goods are here")
    yield from _give(K.PICKING_BACKLOG, -3, left, "it left in time")
    yield from _give(K.PICKING_BACKLOG, -2, known.first("credit.on_hold"), "nobody may pick it")
    if not known.has("supply.days_late", "supply.after_promise", "supply.cancelled"):
        yield from _give(K.SUPPLIER_LATE, -1, known.first("promise.on_time"), "what comes, comes in time")
    yield from _give(K.CARRIER, -2, known.first("shipment.left_after_promise"), "it was late when it left")
    yield from _give(K.CARRIER, -2, known.first("stock.ready"), "it has not left")


def quoted(kind: CauseKind, points: float, role: str, quote: Quote) -> Point:
    """What a sentence of the thread gives."""
    return Point(kind, points, f"said by the {role}", quote)

"""Facts to categories: what an established fact says about which exception a case is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from triage.domain import Category, Fact, Side
from triage.facts.reported import amount, canonical

C = Category


@dataclass(frozen=True)
class Signal:
    """One fact's word on the category."""

    category: Category
    subtype: str | None
    strength: float
    """0 to 1: 1 proves the exception, below .5 only supports it."""
    side: Side
    fact: Fact
    blocks: bool = False
    """It is the reason why an order waits, so that its owner must act before anybody else."""


@dataclass(frozen=True)
class _Rule:
    category: Category
    subtype: str | None
    strength: float
    side: Side
    holds: Callable[[Decimal], bool] = lambda value: value != 0
    blocks: bool = False


def _above(limit: int) -> Callable[[Decimal], bool]:
    return lambda value: value > limit


_RULES: dict[str, _Rule] = {
    "credit.on_hold": _Rule(C.CREDIT, "hold", 1.0, Side.CUSTOMER, blocks=True),
    "credit.over_limit": _Rule(C.CREDIT, "over_limit", 0.9, Side.CUSTOMER, _above(0), blocks=True),
    "credit.over_limit_with_order": _Rule(C.CREDIT, "over_limit", 0.9, Side.CUSTOMER, _above(0), blocks=True),
    "credit.overdue_days": _Rule(C.CREDIT, "overdue", 0.6, Side.CUSTOMER, _above(0)),
    "credit.overdue_amount": _Rule(C.CREDIT, "overdue", 0.6, Side.CUSTOMER, _above(0)),
    "credit.disputed_amount": _Rule(C.CREDIT, "disputed_invoice", 0.5, Side.CUSTOMER, _above(0)),
    "price.below_floor": _Rule(C.PRICING, "below_floor", 0.9, Side.INTERNAL, blocks=True),
    "price.below_margin": _Rule(C.PRICING, "below_floor", 0.85, Side.INTERNAL),
    "price.discount_exceeded": _Rule(C.PRICING, "below_floor", 0.9, Side.INTERNAL, blocks=True),
    "price.difference_percent": _Rule(C.PRICING, "contract", 0.7, Side.INTERNAL),
    "stock.shortage": _Rule(C.STOCK, "shortage", 0.85, Side.INTERNAL, _above(0), blocks=True),
    "stock.no_receipt_planned": _Rule(C.STOCK, "no_receipt_planned", 0.9, Side.INTERNAL, blocks=True),
    "stock.backorder_age": _Rule(C.STOCK, "backorder", 0.85, Side.INTERNAL, _above(0), blocks=True),
    "stock.substituted": _Rule(C.STOCK, "substituted", 0.8, Side.INTERNAL),
    "promise.days_late": _Rule(C.DELAY, "late", 0.8, Side.INTERNAL, _above(0)),
    "purchase.days_late": _Rule(C.DELAY, "late", 0.8, Side.SUPPLIER, _above(0)),
    "shipment.not_left_days": _Rule(C.DELAY, "late", 0.3, Side.INTERNAL, _above(0)),
    "shipment.unsigned": _Rule(C.DAMAGE_LOSS, "not_received", 0.1, Side.CARRIER),
    "shipment.no_scan_days": _Rule(C.DELAY, "stuck", 0.85, Side.CARRIER, _above(0)),
    "shipment.exception": _Rule(C.DELAY, "stuck", 0.7, Side.CARRIER),
    "shipment.lost": _Rule(C.DAMAGE_LOSS, "lost", 1.0, Side.CARRIER),
    "shipment.returned": _Rule(C.RETURNS, "unannounced", 0.8, Side.CARRIER),
    "shipment.damaged": _Rule(C.DAMAGE_LOSS, "damaged", 1.0, Side.CARRIER),
    "shipment.partial": _Rule(C.WRONG_MISSING, "missing_item", 0.25, Side.INTERNAL),
    "confirmation.price_difference": _Rule(C.SUPPLIER_CHANGE, "price", 1.0, Side.SUPPLIER),
    "confirmation.quantity_difference": _Rule(C.SUPPLIER_CHANGE, "quantity", 1.0, Side.SUPPLIER),
    "confirmation.date_difference": _Rule(C.SUPPLIER_CHANGE, "date", 1.0, Side.SUPPLIER),
    "confirmation.split": _Rule(C.SUPPLIER_CHANGE, "split", 1.0, Side.SUPPLIER),
    "confirmation.substitute": _Rule(C.SUPPLIER_CHANGE, "substitute", 0.95, Side.SUPPLIER),
    "confirmation.unit_difference": _Rule(C.SUPPLIER_CHANGE, "quantity", 0.7, Side.SUPPLIER),
    "confirmation.charge": _Rule(C.SUPPLIER_CHANGE, "price", 0.5, Side.SUPPLIER),
    "confirmation.unclear": _Rule(C.SUPPLIER_CHANGE, None, 0.3, Side.SUPPLIER),
    "confirmation.missing_line": _Rule(C.SUPPLIER_CHANGE, "cannot_deliver", 0.9, Side.SUPPLIER),
    "confirmation.extra_line": _Rule(C.SUPPLIER_CHANGE, "substitute", 0.7, Side.SUPPLIER),
    "confirmation.amount_difference": _Rule(C.SUPPLIER_CHANGE, "price", 0.7, Side.SUPPLIER),
    "confirmation.currency_difference": _Rule(C.SUPPLIER_CHANGE, "price", 0.7, Side.SUPPLIER),
    "invoice.amount_difference": _Rule(C.INVOICE, "amount", 0.9, Side.SUPPLIER),
    "invoice.price_difference": _Rule(C.INVOICE, "amount", 0.95, Side.SUPPLIER),
    "invoice.quantity_difference": _Rule(C.INVOICE, "amount", 0.9, Side.SUPPLIER),
    "invoice.not_received": _Rule(C.INVOICE, "amount", 0.9, Side.SUPPLIER),
    "delivery.proof": _Rule(C.INVOICE, "no_pod", 0.1, Side.CUSTOMER),
    "delivery.quantity_difference": _Rule(C.WRONG_MISSING, "missing_item", 0.85, Side.SUPPLIER),
    "data.missing_address": _Rule(C.DATA, "master_data", 0.9, Side.INTERNAL, blocks=True),
    "data.reference_missing": _Rule(C.DATA, "reference_missing", 0.9, Side.CUSTOMER, blocks=True),
    "data.duplicate_reference": _Rule(C.DATA, "duplicate", 0.95, Side.CUSTOMER),
    "data.unknown_item": _Rule(C.DATA, "unknown_item", 0.9, Side.CUSTOMER, blocks=True),
    "data.uom_mismatch": _Rule(C.DATA, "uom", 0.9, Side.CUSTOMER),
    "data.edi_error": _Rule(C.DATA, "edi", 0.8, Side.INTERNAL),
    "owner.idle_days": _Rule(C.DELAY, None, 0.1, Side.INTERNAL, _above(0)),
    "owner.stalled_hours": _Rule(C.DELAY, None, 0.1, Side.INTERNAL, _above(0)),
}

_EXPLAINED = 0.7
"""Of what another fact explains: it stands beside the main exception, and is none of its own."""
_HARMLESS = 0.3

_STATUSES: dict[str, str] = {
    "lost": "shipment.lost",
    "returned": "shipment.returned",
    "exception": "shipment.exception",
    "damaged": "shipment.damaged",
    "in_exception": "shipment.exception",
}


def _signal(fact: Fact) -> Signal | None:
    name = canonical(fact.name)
    if name == "shipment.status" and isinstance(fact.value, str):
        name = _STATUSES.get(fact.value.strip().lower(), name)
    rule, value = _RULES.get(name), amount(fact)
    if rule is None or not rule.holds(value):
        return None
    subtype, category = rule.subtype, rule.category
    if name == "delivery.quantity_difference" and value > 0:
        subtype = "surplus"
    return Signal(category, subtype, rule.strength, rule.side, fact, rule.blocks)


def signals(facts: Iterable[Fact]) -> tuple[Signal, ...]:
    """What the facts say, strongest first. Facts that say nothing about a category are left out."""
    known = tuple(facts)
    found = [signal for fact in known if (signal := _signal(fact)) is not None]
    names = frozenset(canonical(fact.name) for fact in known if amount(fact) != 0)
    return tuple(sorted((_beside(signal, names) for signal in found), key=lambda signal: -signal.strength))


def _beside(signal: Signal, names: frozenset[str]) -> Signal:
    """A signal in the light of the other facts: what explains it, or takes its weight away."""
    name = canonical(signal.fact.name)
    if name == "stock.shortage":
        return _shortage(signal, names)
    if name == "stock.substituted":
        return replace(signal, strength=0.95) if "stock.shortage" in names else signal
    if name == "credit.on_hold" and "credit.disputed_amount" in names and "credit.overdue_amount" not in names:
        return replace(signal, subtype="disputed_invoice")
    if name in {"credit.over_limit", "credit.over_limit_with_order"} and "credit.over_limit_by_dispute" in names:
        return replace(signal, subtype="disputed_invoice")
    if name in {"shipment.returned", "promise.days_late"} and "data.missing_address" in names:
        return replace(signal, strength=_EXPLAINED)
    return signal


def _shortage(signal: Signal, names: frozenset[str]) -> Signal:
    """A shortage that is filled before the promise harms nobody; where the promise is broken already and all goods are
    on their way, whoever talks to the customer must act, not whoever buys."""
    if "promise.on_time" in names:
        return replace(signal, strength=_HARMLESS, blocks=False)
    planned = "stock.incoming" in names and not names & {"stock.no_receipt_planned", "stock.uncovered"}
    if planned and "promise.days_late" in names:
        return replace(signal, strength=_EXPLAINED, blocks=False)
    return signal


def on_time(facts: Iterable[Fact]) -> Fact | None:
    """The fact that the order is on time, where it is established."""
    return next((f for f in facts if canonical(f.name) == "promise.on_time" and amount(f) == 1), None)

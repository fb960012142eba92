"""Facts to categories: what an established fact says about which exception a case is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from triage.domain import Category, Fact, Side

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
    "price.difference_percent": _Rule(C.PRICING, "contract", 0.7, Side.INTERNAL),
    "stock.shortage": _Rule(C.STOCK, "shortage", 0.85, Side.INTERNAL, _above(0), blocks=True),
    "stock.no_receipt_planned": _Rule(C.STOCK, "no_receipt_planned", 0.9, Side.INTERNAL, blocks=True),
    "stock.backorder_age": _Rule(C.STOCK, "backorder", 0.85, Side.INTERNAL, _above(0), blocks=True),
    "stock.substituted": _Rule(C.STOCK, "substituted", 0.8, Side.INTERNAL),
    "promise.days_late": _Rule(C.DELAY, "late", 0.8, Side.INTERNAL, _above(0)),
    "shipment.no_scan_days": _Rule(C.DELAY, "stuck", 0.85, Side.CARRIER, _above(0)),
    "shipment.exception": _Rule(C.DELAY, "stuck", 0.7, Side.CARRIER),
    "shipment.lost": _Rule(C.DAMAGE_LOSS, "lost", 1.0, Side.CARRIER),
    "shipment.returned": _Rule(C.RETURNS, "unannounced", 0.8, Side.CARRIER),
    "shipment.damaged": _Rule(C.DAMAGE_LOSS, "damaged", 1.0, Side.CARRIER),
    "shipment.partial": _Rule(C.WRONG_MISSING, "missing_item", 0.25, Side.INTERNAL),
    "confirmation.price_difference": _Rule(C.SUPPLIER_CHANGE, "price", 1.0, Side.SUPPLIER),
    "confirmation.quantity_difference": _Rule(C.SUPPLIER_CHANGE, "quantity", 1.0, Side.SUPPLIER),
    "confirmation.date_difference": _Rule(C.SUPPLIER_CHANGE, "date", 1.0, Side.SUPPLIER),
    "confirmation.missing_line": _Rule(C.SUPPLIER_CHANGE, "cannot_deliver", 0.9, Side.SUPPLIER),
    "confirmation.extra_line": _Rule(C.SUPPLIER_CHANGE, "substitute", 0.7, Side.SUPPLIER),
    "confirmation.amount_difference": _Rule(C.SUPPLIER_CHANGE, "price", 0.7, Side.SUPPLIER),
    "confirmation.currency_difference": _Rule(C.SUPPLIER_CHANGE, "price", 0.7, Side.SUPPLIER),
    "invoice.amount_difference": _Rule(C.INVOICE, "amount", 0.9, Side.SUPPLIER),
    "invoice.price_difference": _Rule(C.INVOICE, "amount", 0.95, Side.SUPPLIER),
    "invoice.quantity_difference": _Rule(C.INVOICE, "amount", 0.9, Side.SUPPLIER),
    "invoice.not_received": _Rule(C.INVOICE, "amount", 0.9, Side.SUPPLIER),
    "delivery.quantity_difference": _Rule(C.WRONG_MISSING, "missing_item", 0.85, Side.SUPPLIER),
    "data.missing_address": _Rule(C.DATA, "master_data", 0.9, Side.INTERNAL, blocks=True),
    "data.reference_missing": _Rule(C.DATA, "reference_missing", 0.9, Side.CUSTOMER, blocks=True),
    "data.duplicate_reference": _Rule(C.DATA, "duplicate", 0.95, Side.CUSTOMER),
    "data.unknown_item": _Rule(C.DATA, "unknown_item", 0.9, Side.CUSTOMER, blocks=True),
    "data.uom_mismatch": _Rule(C.DATA, "uom", 0.9, Side.CUSTOMER),
    "data.edi_error": _Rule(C.DATA, "edi", 0.8, Side.INTERNAL),
    "owner.stalled_hours": _Rule(C.DELAY, None, 0.1, Side.INTERNAL, _above(0)),
}

_STATUSES: dict[str, str] = {
    "lost": "shipment.lost",
    "returned": "shipment.returned",
    "exception": "shipment.exception",
    "damaged": "shipment.damaged",
    "in_exception": "shipment.exception",
}

_ALIASES: dict[str, str] = {
    "days_late": "promise.days_late",
    "late_days": "promise.days_late",
    "delay_days": "promise.days_late",
    "days_overdue": "credit.overdue_days",
    "overdue_days": "credit.overdue_days",
    "overdue_amount": "credit.overdue_amount",
    "over_limit": "credit.over_limit",
    "over_credit_limit": "credit.over_limit",
    "credit_over_limit": "credit.over_limit",
    "credit_hold": "credit.on_hold",
    "on_hold": "credit.on_hold",
    "blocked": "credit.on_hold",
    "shortage": "stock.shortage",
    "stock_shortage": "stock.shortage",
    "backorder_days": "stock.backorder_age",
    "no_scan_days": "shipment.no_scan_days",
    "days_without_scan": "shipment.no_scan_days",
    "carrier_status": "shipment.status",
    "shipment_status": "shipment.status",
    "on_time": "promise.on_time",
    "price_difference_percent": "price.difference_percent",
    "below_floor": "price.below_floor",
    "duplicate_reference": "data.duplicate_reference",
    "reference_missing": "data.reference_missing",
    "unknown_item": "data.unknown_item",
    "edi_error": "data.edi_error",
    "claim_days_left": "shipment.claim_days_left",
}


def canonical(name: str) -> str:
    """The name under which we know a fact that a caller reported under another one."""
    plain = re.sub(r"[^a-z0-9.]+", "_", name.strip().lower()).strip("_.")
    if plain in _RULES or "." in plain:
        return plain
    return _ALIASES.get(plain, plain)


def _amount(fact: Fact) -> Decimal | None:
    """The fact as a number; texts that hold no number stand for yes."""
    if isinstance(fact.value, bool):
        return Decimal(int(fact.value))
    if isinstance(fact.value, Decimal):
        return fact.value
    if isinstance(fact.value, str):
        plain = fact.value.strip().lower()
        if plain in {"", "no", "false", "none", "0"}:
            return Decimal(0)
        number = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)(?:\s*(?:days?|%|h|hours?))?", plain)
        return Decimal(number.group(1)) if number else Decimal(1)
    return Decimal(1)


def _signal(fact: Fact) -> Signal | None:
    name = canonical(fact.name)
    if name == "shipment.status" and isinstance(fact.value, str):
        name = _STATUSES.get(fact.value.strip().lower(), name)
    rule, amount = _RULES.get(name), _amount(fact)
    if rule is None or amount is None or not rule.holds(amount):
        return None
    subtype, category = rule.subtype, rule.category
    if name == "delivery.quantity_difference" and amount > 0:
        subtype = "surplus"
    return Signal(category, subtype, rule.strength, rule.side, fact, rule.blocks)


def signals(facts: Iterable[Fact]) -> tuple[Signal, ...]:
    """What the facts say, strongest first. Facts that say nothing about a category are left out."""
    found = [signal for fact in facts if (signal := _signal(fact)) is not None]
    return tuple(sorted(found, key=lambda signal: -signal.strength))


def on_time(facts: Iterable[Fact]) -> Fact | None:
    """The fact that the order is on time, where it is established."""
    return next((f for f in facts if canonical(f.name) == "promise.on_time" and _amount(f) == 1), None)

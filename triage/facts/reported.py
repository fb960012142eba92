"""What a caller reports: the names under which callers know our facts, and values that stand for numbers."""

from __future__ import annotations

import re
from decimal import Decimal

from triage.domain import Fact

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
    return plain if "." in plain else _ALIASES.get(plain, plain)


def amount(fact: Fact) -> Decimal:
    """The fact as a number: yes is one, no and nothing are nought; a text that holds no number stands for yes."""
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

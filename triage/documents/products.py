"""Whether quantity times price makes an amount."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from triage.documents.printed import Number

FACTORS = ("quantity", "unit_price", "net_amount")
_BASES = (Decimal(1), Decimal(10), Decimal(100), Decimal(1000))


def multiplies(numbers: Mapping[str, Number]) -> bool:
    """Whether quantity times price is the amount, also per ten, hundred or thousand and less a discount.

    The slack is what rounding the price to its printed decimals explains, and half a cent of the amount.
    """
    if not all(role in numbers for role in FACTORS):
        return False
    quantity, price, amount = (numbers[role].amount.value for role in FACTORS)
    slack = Decimal("0.0061") + abs(quantity) * Decimal(5).scaleb(-numbers["unit_price"].amount.decimals - 2)
    product = abs(quantity * price)
    for factor in _factors(numbers, product):
        for base in _bases(numbers):
            if abs(product * factor / base - abs(amount)) <= slack:
                return True
    return False


def _bases(numbers: Mapping[str, Number]) -> tuple[Decimal, ...]:
    stated = numbers["unit_price"].amount.per
    if stated:
        return (stated,)
    printed = numbers.get("price_basis")
    if printed is not None and printed.amount.value > 0:
        return (printed.amount.value, Decimal(1))
    return _BASES


def _factors(numbers: Mapping[str, Number], product: Decimal) -> tuple[Decimal, ...]:
    printed = numbers.get("discount")
    if printed is None or not product:
        return (Decimal(1),)
    discount = abs(printed.amount.value)
    return (Decimal(1), 1 - discount / 100, 1 - discount / product)

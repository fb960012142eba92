"""Budgets: what a company's day may take of models is counted in the store, for all workers together.

A call that begins below the bound is finished, so a day's bound may be passed by what is under way at that moment.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from triage.domain import Budgets, Company, Usage
from triage.domain.zones import UTC_ZONE, zone_of
from triage.errors import OverBudget
from triage.models.charged import charged
from triage.storage.budgets import Spending


class Budget:
    """Checks and counts what models take. Calls outside of `charged_to` are nobody's, and are not bounded."""

    def __init__(self, spending: Spending, budgets: Callable[[str], Budgets], clock: Callable[[], datetime]) -> None:
        self._spending = spending
        self._budgets = budgets
        self._clock = clock

    def check(self) -> None:
        """Raise `OverBudget` where the company has spent what its policy allows for this day."""
        company = charged()
        if company is None:
            return
        allowed = self._budgets(company.name)
        if allowed.tokens_per_day is None and allowed.money_per_day is None:
            return
        spent = self._spending.of(company.name, self._day(company))
        if allowed.tokens_per_day is not None and spent.tokens >= allowed.tokens_per_day:
            raise self._over(company, f"{spent.tokens:,} of {allowed.tokens_per_day:,} tokens")
        if allowed.money_per_day is not None and spent.money >= allowed.money_per_day:
            raise self._over(company, f"{spent.money:.2f} of {allowed.money_per_day:.2f}")

    def add(self, endpoint: str, model: str, usage: Usage) -> None:
        """Count one exchange. Raises `StoreError` where it cannot be kept."""
        company = charged()
        if company is None:
            return
        price = self._budgets(company.name).price(endpoint, model)
        money = price.of(usage.input_tokens, usage.output_tokens) if price else Decimal(0)
        day, used = self._day(company), (usage.input_tokens, usage.output_tokens)
        self._spending.add(company.name, day, endpoint, model, *used, money, self._midnight(company))

    def _day(self, company: Company) -> date:
        return self._clock().astimezone(_zone(company)).date()

    def _midnight(self, company: Company) -> datetime:
        """When the company's day ends."""
        now = self._clock().astimezone(_zone(company))
        return datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=now.tzinfo)

    def _over(self, company: Company, spent: str) -> OverBudget:
        return OverBudget(
            f"the day's budget of models is spent ({spent}); it begins anew at midnight ({company.timezone}).",
            # Of UTC both: a day may have 23 or 25 hours.
            (self._midnight(company).astimezone(UTC) - self._clock().astimezone(UTC)).total_seconds(),
        )


def _zone(company: Company) -> ZoneInfo:
    return zone_of(company.timezone) or UTC_ZONE  # facts say what is wrong with the company's own


__all__ = ["Budget"]

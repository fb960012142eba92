"""What may be spent on models in a day, and what a token costs."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from triage.domain.base import Frozen

_MILLION = Decimal(1_000_000)


class Price(Frozen):
    """What a million tokens cost, in the currency of the budget."""

    input: Decimal = Field(ge=0)
    """Of a million tokens that go there."""
    output: Decimal = Field(ge=0)
    """Of a million tokens that come back."""

    def of(self, input_tokens: int, output_tokens: int) -> Decimal:
        """What so many tokens cost."""
        return (self.input * input_tokens + self.output * output_tokens) / _MILLION


class Budgets(Frozen):
    """Bounds of one company for one day of its own calendar. Beyond them the embedded models answer."""

    tokens_per_day: int | None = Field(default=None, ge=0)
    """Tokens that go to models and come back."""
    money_per_day: Decimal | None = Field(default=None, ge=0)
    """In whatever currency `prices` are written in. A model without a price costs nothing here."""
    prices: dict[str, Price] = {}
    """`ENDPOINT:MODEL`, or `ENDPOINT` for all its models → price."""

    def price(self, endpoint: str, model: str) -> Price | None:
        """What this model's tokens cost, if that was told."""
        return self.prices.get(f"{endpoint}:{model}") or self.prices.get(endpoint)

"""Which order at risk comes first: a score that anybody can add up, and by when somebody must act."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from triage.domain.answers import ActBy, Answer
from triage.domain.base import Frozen

WEIGHED = frozenset({"order.amount", "order.margin", "order.age_days"})
"""Facts that only say how much an order weighs beside others: the priority shows them."""


class Factor(StrEnum):
    """What makes an order more urgent than another one."""

    PROMISE = "promise"
    CUT_OFF = "cut_off"
    SEVERITY = "severity"
    SAFETY = "safety"
    AMOUNT = "amount"
    MARGIN = "margin"
    CUSTOMER = "customer"
    PENALTY = "penalty"
    AGE = "age"
    REPEATS = "repeats"


class PriorityWeights(Frozen):
    """How many points each factor can add at the most. The score is their sum; the scale is the company's own."""

    promise: float = Field(default=40, ge=0)
    """Points for a promise that is near or broken."""
    cut_off: float = Field(default=10, ge=0)
    """Points for the carrier's cut-off of today."""
    severity: float = Field(default=60, ge=0)
    """Points for the severity."""
    safety: float = Field(default=30, ge=0)
    """Points where people may come to harm."""
    amount: float = Field(default=10, ge=0)
    """Points for the order's value."""
    margin: float = Field(default=5, ge=0)
    """Points for the margin that is at risk."""
    customer: float = Field(default=12, ge=0)
    """Points for the customer's class."""
    penalty: float = Field(default=15, ge=0)
    """Points for a penalty that a contract names."""
    age: float = Field(default=5, ge=0)
    """Points for the time that the card has waited."""
    repeats: float = Field(default=8, ge=0)
    """Points for the customer having been hit before."""

    def of(self, factor: Factor) -> float:
        """The most that a factor adds."""
        return float(getattr(self, factor.value))


class Contribution(Frozen):
    """What one factor adds to the score."""

    factor: Factor
    level: float = Field(ge=0, le=1)
    """How much of it there is: never less where there is more of what it stands for."""
    points: float = Field(ge=0)
    """`level` times the weight in policy."""
    why: str
    facts: tuple[str, ...] = ()
    """Ids of the facts that it rests on."""
    confidential: bool = False
    """As those facts: not every reader of the record may see it."""


class Priority(Answer):
    """How urgent a case is beside the others."""

    task: str = "priority"
    score: float = Field(default=0.0, ge=0)
    """The sum of the contributions; nought where the case shows no exception."""
    contributions: tuple[Contribution, ...] = ()
    """The largest first."""
    act_by: ActBy | None = None

    @property
    def shown(self) -> Decimal:
        """The score as people see it: one decimal."""
        return Decimal(str(self.score)).quantize(Decimal("0.1"))

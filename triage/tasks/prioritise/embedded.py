"""The priority task: adds up what facts show by the weights of the policy that the view was made under."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from langchain_core.runnables import Runnable, RunnableConfig

from triage.domain import (
    ActBy,
    Category,
    Contribution,
    Fact,
    Factor,
    Method,
    Priority,
    Producer,
    Severity,
    Suggestion,
    View,
)
from triage.facts.reported import amount, canonical
from triage.tasks.classify.urgency import shipped_scale
from triage.tasks.prioritise.levels import Measured, levels

RULES = "1"
"""Version of the levels; raise it with every change of them."""
_HARM = frozenset({"safety", "care"})
"""Signs of a message that people may come to harm, or depend on it."""


class Prioritiser(Runnable[View, Priority]):
    """How urgent a view is. Weights come from the view's policy. The same view always gets the same answer."""

    key = "priority"

    def __init__(self) -> None:
        self.acting: Mapping[str, str] = {"rules": RULES}
        self.producer = Producer(method=Method.EMBEDDED, model=f"priority-rules-{RULES}", version=RULES)

    def invoke(self, input: View, config: RunnableConfig | None = None, **kwargs: Any) -> Priority:  # noqa: A002
        """Score one view; nought where it shows no exception."""
        suggestion = _gravest(input)
        if suggestion is None:
            return Priority(by=self.producer)
        known = {canonical(fact.name): fact for fact in reversed(input.facts)}
        found = [one for one in _contributions(input, suggestion, known) if one.points > 0]
        return Priority(
            by=self.producer,
            score=round(sum(one.points for one in found), 4),
            contributions=tuple(sorted(found, key=lambda one: -one.points)),
            act_by=act_by(input, suggestion, known),
        )


def _gravest(view: View) -> Suggestion | None:
    """The exception that weighs most; none where the view shows none."""
    answer = view.classification
    found = [one for one in answer.suggestions if _is_at_risk(one)] if answer else []
    return max(found, key=lambda one: tuple(Severity).index(one.severity), default=None)


def _is_at_risk(suggestion: Suggestion) -> bool:
    return suggestion.category is not Category.OTHER or suggestion.abstained is not None


def measured(view: View, suggestion: Suggestion, known: Mapping[str, Fact]) -> Measured:
    """What the facts say of each factor."""
    hours = [float(amount(fact)) for fact in view.facts if fact.name == "shipment.cut_off"]
    return Measured(
        days_to_promise=_days_left(view, suggestion, known),
        hours_to_cut_off=min(hours, default=None),
        severity=suggestion.severity,
        is_safety=bool(_harm(suggestion)) or "safety.risk" in known,
        amount=_value(known.get("order.amount")),
        margin=_value(known.get("order.margin")),
        is_important="customer.important" in known,
        penalty_per_day=_value(known.get("order.penalty_per_day")),
        age_days=int(amount(known["order.age_days"])) if "order.age_days" in known else None,
        repeats=int(sum((amount(known[name]) for name in _REPEATS if name in known), Decimal(0))),
    )


_REPEATS = ("promise.changes", "owner.reminders")
_RESTS_ON: dict[Factor, tuple[str, ...]] = {
    Factor.PROMISE: ("promise.original", "promise.days_late", "purchase.days_late", "shipment.claim_days_left"),
    Factor.CUT_OFF: ("shipment.cut_off",),
    Factor.SAFETY: ("safety.risk",),
    Factor.AMOUNT: ("order.amount",),
    Factor.MARGIN: ("order.margin",),
    Factor.CUSTOMER: ("customer.important",),
    Factor.PENALTY: ("order.penalty_per_day",),
    Factor.AGE: ("order.age_days",),
    Factor.REPEATS: _REPEATS,
}
"""The facts of each factor; severity rests on what the classification gives as its reasons."""


def _contributions(view: View, suggestion: Suggestion, known: Mapping[str, Fact]) -> Iterator[Contribution]:
    weights = view.policy.priority
    for factor, level in levels(measured(view, suggestion, known), view.policy.thresholds).items():
        facts = [known[name] for name in _RESTS_ON.get(factor, ()) if name in known]
        yield Contribution(
            factor=factor,
            level=round(level, 6),
            points=round(level * weights.of(factor), 4),
            why=_why(factor, facts, suggestion),
            facts=tuple(fact.id for fact in facts),
            confidential=any(fact.confidential for fact in facts),
        )


def _why(factor: Factor, facts: list[Fact], suggestion: Suggestion) -> str:
    if factor is Factor.SEVERITY:
        return f"the exception is {suggestion.severity.value}"
    if factor is Factor.SAFETY:
        return _harm(suggestion) or "; ".join(fact.how or fact.id for fact in facts)
    if factor is Factor.PROMISE:
        facts = facts[-1:]
    return "; ".join(fact.how or fact.id for fact in facts)


def _harm(suggestion: Suggestion) -> str:
    """What the classification says of harm to people, in its words."""
    said = [sign.why for sign in shipped_scale().signs if sign.code in _HARM and sign.why in suggestion.severity_why]
    return "; ".join(said)


def _value(fact: Fact | None) -> Decimal | None:
    return fact.value if fact is not None and isinstance(fact.value, Decimal) else None


def _days_left(view: View, suggestion: Suggestion, known: Mapping[str, Fact]) -> int | None:
    """Days to the promise while the goods are still to come; to the end of the claim period where they are damaged."""
    claim = known.get("shipment.claim_days_left")
    if suggestion.category is Category.DAMAGE_LOSS and claim is not None:
        return int(amount(claim))
    if "promise.arrived" in known:
        return None
    late = known.get("promise.days_late") or known.get("purchase.days_late")
    if late is not None:
        return -int(amount(late))
    promised = known.get("promise.original")
    if promised is None or not isinstance(promised.value, date):
        return None
    today = view.case.captured_at.astimezone(ZoneInfo(view.case.company.timezone)).date()
    return (promised.value - today).days


def act_by(view: View, suggestion: Suggestion, known: Mapping[str, Fact]) -> ActBy | None:
    """The earliest of what the suggestion says (promise, claim period) and the carrier's hour, with its source."""
    found = [suggestion.act_by] if suggestion.act_by else []
    for fact in view.facts:
        if fact.name == "shipment.cut_off":
            found.append(ActBy(at=_in_hours(view.case.captured_at, fact), source=f"cut-off, {fact.about}: {fact.how}"))
    return min(found, key=lambda one: one.at, default=None)


def _in_hours(now: datetime, fact: Fact) -> datetime:
    return now + timedelta(hours=float(amount(fact)))

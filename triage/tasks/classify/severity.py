"""How much harm waiting does: from facts and from what the message says, with the reasons in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from triage.domain import ActBy, Case, Category, Fact, Severity
from triage.facts.reported import amount, canonical
from triage.tasks.classify.signals import signals
from triage.tasks.classify.urgency import shipped_scale

_STEPS = (Severity.LOW, Severity.NORMAL, Severity.HIGH, Severity.URGENT)
_SHOWS = 0.5
"""Strength of a fact that shows the exception itself: then the matter is no lighter than most."""
_POINTS = {"shipment.claim_pressing": 1, "shipment.lost": 1, "credit.on_hold": 1}
_NOTHING = "nothing in the text or the facts makes it more or less urgent"
_WEIGHTY = ("order.high_value", "customer.important")
"""One step together: what is at stake, not what went wrong."""
_CLAIMED = frozenset({Category.DAMAGE_LOSS, Category.WRONG_MISSING})
"""What is claimed from a carrier, so that the end of the claim period presses."""
_BESIDE_WORDS = 0.5
"""What a reason of the facts weighs where a message tells how urgent it is, too: part of both is the same reason."""
_STOPS_AN_ORDER = frozenset(
    {
        Category.PRICING,
        Category.CREDIT,
        Category.STOCK,
        Category.DELAY,
        Category.ORDER_CHANGE,
        Category.SUPPLIER_CHANGE,
        Category.DATA,
    }
)
"""Exceptions while the goods are still to come: a promise presses."""


@dataclass(frozen=True)
class Weight:
    """A severity with its reasons and a time where the facts give one."""

    severity: Severity
    why: str
    act_by: ActBy | None


def _from_facts(facts: Iterable[Fact], category: Category) -> list[tuple[int, str]]:
    """What facts add. Policy has decided already what is serious, high, important or near (`triage.facts.weight`)."""
    known = {canonical(fact.name): fact for fact in reversed(tuple(facts)) if amount(fact) != 0 or _is_near(fact)}
    fitting = (name for name in _POINTS if name != "shipment.claim_pressing" or category in _CLAIMED)
    found = [(_POINTS[name], _said(known[name])) for name in fitting if name in known]
    if "promise.lateness" in known:
        fact = known["promise.lateness"]
        found.append((2 if fact.value == "grave" else 1, _said(fact)))
    if "promise.near" in known and category in _STOPS_AN_ORDER:
        found.append((1, _said(known["promise.near"])))
    weighty = [_said(known[name]) for name in _WEIGHTY if name in known]
    return [*found, *([(1, "; ".join(weighty))] if weighty else [])]


def _is_near(fact: Fact) -> bool:
    return fact.name in {"promise.near", "shipment.claim_pressing"}


def _said(fact: Fact) -> str:
    return fact.how or canonical(fact.name).replace(".", ": ").replace("_", " ")


def _act_by(case: Case, facts: Iterable[Fact], category: Category) -> ActBy | None:
    """The end of the claim period for damage, the promised day for what stops an order; a broken one means today."""
    zone = ZoneInfo(case.company.timezone)
    today = case.captured_at.astimezone(zone).date()
    known = {canonical(fact.name): fact for fact in reversed(tuple(facts))}
    name = case.order.ref.name if case.order else case.record.name
    left, promised = known.get("shipment.claim_days_left"), known.get("promise.original")
    if category is Category.DAMAGE_LOSS and left is not None:
        last = today + timedelta(days=int(amount(left)))
        return ActBy(at=_end_of(last, case, zone), source="claim period of the carrier")
    if category not in _STOPS_AN_ORDER or promised is None or not isinstance(promised.value, date):
        return None
    if promised.value >= today:
        return ActBy(at=_end_of(promised.value, case, zone), source=f"promise {name}")
    if "promise.days_late" in known and "promise.arrived" not in known:
        return ActBy(at=_end_of(today, case, zone), source=f"promise {name}, broken since {promised.value}")
    return None


def _end_of(day: date, case: Case, zone: ZoneInfo) -> datetime:
    """Five in the afternoon, or the end of the day where that has passed."""
    closing = datetime.combine(day, time(17, 0), tzinfo=zone)
    return closing if closing >= case.captured_at else datetime.combine(day, time(23, 59), tzinfo=zone)


def weigh_severity(case: Case, facts: tuple[Fact, ...], text: str, category: Category, subtype: str | None) -> Weight:
    """Severity of one suggestion.

    The matter and the signs in the text (sentences on lines of their own) have learnt weights (`Scale`). Without a
    text, or where a fact shows the exception, the matter weighs at least as most do. Every reason of the facts adds a
    step.
    """
    scale = shipped_scale()
    words = scale.said(text)
    base = scale.matter(category, subtype) if text.strip() else scale.middle
    if category is Category.OTHER:
        base = base if text.strip() else scale.cuts[0] - 1
        added: list[tuple[int, str]] = []
    else:
        shown = any(one.category is category and one.strength >= _SHOWS for one in signals(facts))
        base = max(base, scale.middle) if shown else base
        added = _from_facts(facts, category)
    step = scale.step * (_BESIDE_WORDS if text.strip() else 1.0)
    total = base + sum(one.weight for one in words) + step * sum(points for points, _ in added)
    place = min(scale.place(total), 2 if category is Category.OTHER else 3)
    why = "; ".join([*(why for _, why in added), *map(str, words)]) or _NOTHING
    return Weight(_STEPS[place], why, _act_by(case, facts, category))

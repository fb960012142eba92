"""Which task a card suggests for later, from its facts and category alone: pure, by rules in a fixed order.

The next step says what to do about the exception now. This is what is left once that is done: goods that must be
released, a date that must be confirmed, a record that must be corrected. One task at the most, and none where nothing
is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from triage.domain import Category, Fact, Suggestion, View
from triage.domain.follow_up import FollowUp, FollowUpKind

K = FollowUpKind


@dataclass(frozen=True)
class _Rule:
    """Where one of these facts stands, and the card is of one of these categories (any where none is named)."""

    kind: FollowUpKind
    facts: tuple[str, ...]
    categories: tuple[Category, ...] = ()
    days: int = 1
    """Due so many days after the capture, moved to a working day."""


_LATE_GOODS = (Category.DELAY, Category.STOCK, Category.SUPPLIER_CHANGE, Category.ORDER_CHANGE)
_RULES: tuple[_Rule, ...] = (
    _Rule(K.RELEASE_GOODS, ("quality.blocked", "quality.check_failed")),
    _Rule(K.ASK_APPROVAL, ("approval.stalled",)),
    _Rule(K.SOURCE_GOODS, ("supply.cancelled", "stock.no_receipt_planned"), _LATE_GOODS),
    _Rule(K.CONFIRM_DATE, ("supply.days_late", "supply.after_promise", "purchase.days_late"), _LATE_GOODS),
    _Rule(K.REPAIR, ("equipment.down",)),
    _Rule(K.FILE_CLAIM, (), (Category.DAMAGE_LOSS,), 2),
    _Rule(K.INSPECT_RETURN, (), (Category.RETURNS,), 5),
    _Rule(K.CORRECT_RECORD, ("data.",), (Category.DATA, Category.PRICING), 3),
    _Rule(K.ASSIGN_LEAD, ("lead.unassigned",)),
    _Rule(K.DECIDE_LEAD, ("lead.deadline_passed",)),
)


def follow_up(view: View, suggestion: Suggestion) -> FollowUp | None:
    """The task that this suggestion leaves for later; none where it abstains or nothing is left. It says nothing
    confidential.
    """
    if suggestion.abstained is not None or (suggestion.record is not None and suggestion.record != view.case.record):
        return None
    facts = [fact for fact in view.facts if not fact.confidential]
    for rule in _RULES:
        if rule.categories and suggestion.category not in rule.categories:
            continue
        found = list(_matching(rule, facts))
        if rule.facts and not found:
            continue
        today = view.case.captured_at.astimezone(ZoneInfo(view.case.company.timezone)).date()
        about = found[0].about if found else None
        return FollowUp(
            kind=rule.kind,
            about=about or view.case.record.name,
            why=tuple(fact.id for fact in found[:3]),
            due=working_day(today + timedelta(days=rule.days)),
        )
    return None


def working_day(day: date) -> date:
    """The day itself, or the Monday after it."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _matching(rule: _Rule, facts: Sequence[Fact]) -> Iterator[Fact]:
    """The rule's facts; a name that ends with a dot stands for a whole room of them."""
    for name in rule.facts:
        yield from (fact for fact in facts if fact.name == name or (name.endswith(".") and fact.name.startswith(name)))


__all__ = ["follow_up", "working_day"]

"""The page of what acts now and what it may spend: policy, activation, and each company's budget of today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import yaml
from starlette.responses import Response

from service.review.frame import Frame
from service.review.rendering import Words, Writing
from triage.audit.activation import Activations, Last
from triage.cli.wiring import now
from triage.domain import Budgets
from triage.domain.policies import PolicyBook
from triage.storage import queue
from triage.storage.budgets import Spending, Spent
from triage.storage.people import Session


@dataclass(frozen=True)
class BudgetShown:
    """What a company has spent today of what it may."""

    company: str
    calls: str
    tokens: str
    money: str
    state: str
    is_shut: bool


def policy_page(frame: Frame, session: Session) -> Response:
    """The policies of the companies that somebody sees, with budgets and the latest activation."""
    store, policies = frame.opened().store, frame.installation.policies()
    t, w = Words(session.person.language), Writing(session.person.language)
    spent = Spending(store.database).today(now())
    named = sorted({*queue.values(store.database, "company"), *policies.by_company, *spent})
    seen = [each for each in named if session.person.sees(each)]
    shown = [("", policies.base), *((each, policies.of(each)) for each in seen)]
    texts = [
        (
            name,
            yaml.safe_dump(policy.model_dump(mode="json", exclude_defaults=True), allow_unicode=True),
            policy.fingerprint(),
        )
        for name, policy in shown
    ]
    last = Activations(store.journal, now).last()
    return frame.page(
        "policy.html",
        session,
        policies=texts,
        budgets=[budget_shown(each, policies.of(each).budgets, spent, t, w) for each in seen],
        activation=list(_activation(last, policies, t, w)),
        models=sorted(last.value.models.items()) if last and last.value else [],
    )


def budget_shown(
    company: str, budget: Budgets, spent: Mapping[str, tuple[Spent, datetime]], t: Words, w: Writing
) -> BudgetShown:
    """One company's line. The day ends by its own calendar; that time is written in UTC."""
    used, ends = spent.get(company, (Spent(), None))
    is_shut = _is_over(used.tokens, budget.tokens_per_day) or _is_over(used.money, budget.money_per_day)
    at = "" if ends is None else w.moment(ends.astimezone(UTC))
    open_word = t("budgets.anew", at=at) if at else t("budgets.open")
    return BudgetShown(
        company=company,
        calls=w.value(used.calls),
        tokens=_of(used.tokens, budget.tokens_per_day, t, w),
        money=_of(used.money, budget.money_per_day, t, w),
        state=t("budgets.shut", at=at or "–") if is_shut else open_word,
        is_shut=is_shut,
    )


def _is_over(used: Decimal | int, most: Decimal | int | None) -> bool:
    return most is not None and used >= most


def _of(used: Decimal | int, most: Decimal | int | None, t: Words, w: Writing) -> str:
    if most is None:
        return t("budgets.free", used=w.value(used))
    return t("budgets.of", used=w.value(used), most=w.value(most), left=w.value(max(most - used, 0)))


def _activation(last: Last | None, policies: PolicyBook, t: Words, w: Writing) -> Iterator[str]:
    if last is None:
        yield t("policy.never")
        return
    if last.value is None:
        yield t("policy.erased")
        return
    who = " + ".join(filter(None, (last.value.by, last.value.second)))
    yield t("policy.activated", at=w.moment(last.value.at), who=who, why=last.value.why)
    if last.value.policy != policies.fingerprint():
        yield t("policy.other", hash=last.value.policy[:12])


__all__ = ["BudgetShown", "budget_shown", "policy_page"]

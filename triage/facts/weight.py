"""Weight: what policy calls serious, high or important. Tasks read these facts and need no policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from triage.domain import Fact, Role
from triage.facts.grounds import Grounds, cents, in_days
from triage.facts.promise import arrival, original_promise
from triage.facts.reported import amount, canonical


def facts(grounds: Grounds, known: Sequence[Fact]) -> Iterator[Fact]:
    """What thresholds make of the case and of the facts that are `known`, computed or reported."""
    yield from _high_value(grounds)
    yield from _important(grounds)
    yield from _lateness(grounds, known)
    yield from _near(grounds)
    yield from _claims(grounds, known)


def _worth(grounds: Grounds) -> tuple[str, Decimal, str] | None:
    """Key, total and currency of the order that the case is about."""
    case = grounds.case
    order = case.order if grounds.about_sales else next((p for p in case.purchases if p.ref == case.record), None)
    if order is None or order.amount_total is None or order.state == "cancel":
        return None
    return order.ref.key, order.amount_total, order.currency


def _high_value(grounds: Grounds) -> Iterator[Fact]:
    """Only in the company's own currency, which policy's amount is in."""
    worth = _worth(grounds)
    if worth is None or worth[2] != grounds.case.company.currency or worth[1] < grounds.thresholds.high_amount:
        return
    key, total, currency = worth
    yield Fact(
        name="order.high_value",
        value=cents(total),
        unit=currency,
        sources=(f"{key}.amount_total",),
        how=f"the order is worth {cents(total)} {currency}, from {cents(grounds.thresholds.high_amount)} {currency} on "
        f"it counts as high",
    )


def _important(grounds: Grounds) -> Iterator[Fact]:
    partner = grounds.case.partner
    if partner is None or partner.role is Role.SUPPLIER or not (partner.customer_class or "").strip():
        return
    own = (partner.customer_class or "").strip()
    if own.upper() in {one.strip().upper() for one in grounds.thresholds.important_classes}:
        yield Fact(
            name="customer.important",
            value=own,
            sources=(f"{partner.ref.key if partner.ref else 'res.partner'}.customer_class",),
            how=f"a customer of class {own}",
        )


def _lateness(grounds: Grounds, known: Sequence[Fact]) -> Iterator[Fact]:
    """How grave lateness is that still goes on; goods that have arrived are late no longer."""
    late = next((fact for fact in known if canonical(fact.name) == "promise.days_late"), None)
    if late is None or arrival(grounds) is not None:
        return
    days, limits = amount(late), grounds.thresholds
    if days < min(limits.late_serious_days, limits.late_grave_days):
        return
    grave = days >= limits.late_grave_days
    since = limits.late_grave_days if grave else limits.late_serious_days
    yield Fact(
        name="promise.lateness",
        value="grave" if grave else "serious",
        sources=late.sources or ("reported",),
        how=f"{in_days(days)} late; {since} or more are {'grave' if grave else 'serious'}",
    )


def _near(grounds: Grounds) -> Iterator[Fact]:
    """A promise of today or the next days, while the goods have not arrived."""
    promised = original_promise(grounds)
    if promised is None or arrival(grounds) is not None:
        return
    days = (promised.day - grounds.today).days
    if 0 <= days <= grounds.thresholds.near_days:
        yield Fact(
            name="promise.near",
            value=Decimal(days),
            unit="days",
            sources=(promised.source,),
            how=f"promised for {promised.day}, " + ("which is today" if days == 0 else f"in {in_days(days)}"),
        )


def _claims(grounds: Grounds, known: Sequence[Fact]) -> Iterator[Fact]:
    for fact in known:
        if canonical(fact.name) == "shipment.claim_days_left":
            left = amount(fact)
            if 0 <= left <= grounds.thresholds.claim_pressing_days:
                yield fact.with_(
                    name="shipment.claim_pressing",
                    value=left,
                    unit="days",
                    sources=fact.sources or ("reported",),
                    how=f"the claim period ends in {in_days(left)}",
                )

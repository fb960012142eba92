"""What a pilot changed: two periods beside each other, what cannot be concluded, and what it may be worth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from triage.reports import estimates
from triage.reports.estimates import FEWEST, Estimate
from triage.reports.kpi import Kpi, kpis
from triage.reports.observed import Observed

_MIX_SHIFT = 0.15
"""A share of orders or cards that moved by more than this makes two periods hard to compare."""
_SEASONS = 45
"""Days between two periods after which the season is named as a cause."""
_COUNT = "a count, not a rate: it moves with how much work there is"
_LOWER_IS_BETTER = {
    "cycle_time", "approval_turnaround", "second_person", "fill_lost", "first_action",
}  # fmt: skip

Range = tuple[float, float]


@dataclass(frozen=True)
class Comparison:
    """One figure before and after."""

    kpi: Kpi
    before: Estimate
    after: Estimate
    difference: Estimate | None
    verdict: str
    """`better`, `worse`, `no clear change` or `cannot be said`."""
    why: str = ""


@dataclass(frozen=True)
class Assumptions:
    """What nobody measured: each a range, from a careful to a hopeful figure."""

    minutes_by_hand: Range | None = None
    """To find out by hand what a card says."""
    minutes_with_card: Range | None = None
    """To review a card."""
    hourly_cost: Range | None = None
    currency: str = "EUR"


@dataclass(frozen=True)
class Worth:
    """Hours and money of the pilot, as far as the assumptions hold."""

    cards: int
    """Accepted or corrected by people."""
    rejected: int
    hours: Range
    money: Range | None
    spent: float
    """What models cost."""
    spent_by: tuple[str, ...] = ()
    """The companies whose whole cost that is, where the pilot was only a warehouse of theirs."""


@dataclass(frozen=True)
class Pilot:
    """The whole report."""

    before: Observed
    after: Observed
    comparisons: tuple[Comparison, ...]
    beside: Estimate | None
    """Change of the cycle time less the change outside of the scope, in hours; none without a scope."""
    doubts: tuple[str, ...]
    worth: Worth | None
    assumptions: Assumptions


def compare(before: Observed, after: Observed, assumptions: Assumptions) -> Pilot:
    """Put the pilot beside its baseline."""
    pairs = zip(kpis(before), kpis(after), strict=True)
    beside = None
    if after.scope.kind and before.other_cycle_hours and after.other_cycle_hours:
        groups = (before.cycle_hours, after.cycle_hours, before.other_cycle_hours, after.other_cycle_hours)
        beside = estimates.double_difference(groups)
    return Pilot(
        before,
        after,
        tuple(_compared(old, new, before, after) for old, new in pairs),
        beside,
        tuple(_doubts(before, after, beside)),
        _worth(after, assumptions),
        assumptions,
    )


def _compared(old: Kpi, new: Kpi, before: Observed, after: Observed) -> Comparison:
    made = _DIFFERENCES.get(new.code)
    gap = made(before, after) if made else None
    if gap is None or old.estimate.value is None or new.estimate.value is None:
        return Comparison(new, old.estimate, new.estimate, None, "cannot be said", _missing(old, new) or _COUNT)
    if gap.value is None or gap.n < FEWEST:
        why = f"{gap.n} on the smaller side; {FEWEST} are the fewest to conclude from"
        told = None if gap.value is None else gap
        return Comparison(new, old.estimate, new.estimate, told, "cannot be said", why)
    if not gap.is_clear:
        return Comparison(new, old.estimate, new.estimate, gap, "no clear change", "the interval contains zero")
    is_better = (gap.value < 0) == (new.code in _LOWER_IS_BETTER)
    return Comparison(new, old.estimate, new.estimate, gap, "better" if is_better else "worse")


def _missing(old: Kpi, new: Kpi) -> str:
    told = {
        name: kpi.note for name, kpi in (("baseline", old), ("pilot", new)) if kpi.estimate.value is None
    }  # fmt: skip
    if len(set(told.values())) == 1 and len(told) == 2:
        return old.note
    return "; ".join(f"{name}: {note}" for name, note in told.items())


_DIFFERENCES: Mapping[str, Callable[[Observed, Observed], Estimate]] = {
    "cycle_time": lambda b, a: estimates.median_difference(b.cycle_hours, a.cycle_hours),
    "approval_turnaround": lambda b, a: estimates.waiting_difference(b.approvals, a.approvals),
    "second_person": lambda b, a: estimates.waiting_difference(b.second_looks, a.second_looks),
    "line_fill_rate": lambda b, a: estimates.share_difference((b.filled, b.lines), (a.filled, a.lines)),
    "fill_lost": lambda b, a: estimates.share_difference(
        (b.lost_to_exceptions, b.lines), (a.lost_to_exceptions, a.lines)
    ),
    "integration": lambda b, a: estimates.share_difference((b.done, b.done + b.dead), (a.done, a.done + a.dead)),
    "first_action": lambda b, a: estimates.waiting_difference(b.first_actions, a.first_actions),
}


def _doubts(before: Observed, after: Observed, beside: Estimate | None) -> list[str]:
    """What a careful reader should hold against the comparison."""
    found = ["Two periods of one desk show what changed, not why: nobody was assigned to pilot or baseline by lot."]
    found += _times(before, after)
    if not before.cards:
        found.append(
            "The baseline has no cards. Run it in shadow mode: without them, nothing that rests on exceptions "
            "(fill rate lost to them, times with a card) can be compared."
        )
    found += [
        f"Cards of the {name} that can no longer be read: {seen.erased}. They are in no figure."
        for name, seen in (("baseline", before), ("pilot", after))
        if seen.erased
    ]
    if before.is_decided_on:
        found.append("Cards of the baseline were decided by people, so it was not without the software's help.")
    if not after.is_decided_on:
        found.append("Nobody decided a card in the pilot: what changed cannot come from reviewing cards.")
    found += _shifts("orders of warehouse", before.warehouses, after.warehouses)
    found += _shifts("cards of category", before.categories, after.categories)
    if after.scope.kind is None:
        found.append(
            "Everything was in the pilot: there is nothing beside it that shows what would have changed anyway."
        )
    elif beside is None:
        found.append("Outside of the pilot no orders were finished to compare with.")
    elif beside.n < FEWEST:
        found.append(
            f"One side of the comparison with the rest of the desk has {beside.n} orders; {FEWEST} are the fewest to "
            "conclude from."
        )
    elif not beside.is_clear:
        found.append("Against the change outside of the pilot, the change of the cycle time is not clear.")
    if any(each.has_odoo is False for each in (before, after)):
        found.append("No Odoo was read: only what the store holds is compared.")
    found.append(
        "Cycle times are those of orders that were finished: one that still waits is in no figure but the backorders."
    )
    return found


def _times(before: Observed, after: Observed) -> list[str]:
    """What days the two sides rest on."""
    found = [
        f"The {name} has not ended: it was looked at until {seen.looked_until:%Y-%m-%d %H:%M} UTC, on day {seen.days} "
        f"of {seen.period.days}."
        for name, seen in (("baseline", before), ("pilot", after))
        if seen.looked_until is not None
    ]
    if before.period.overlaps(after.period):
        found.append("The periods overlap: the same days stand on both sides.")
    if before.days != after.days:
        found.append(f"The periods differ in length ({before.days} and {after.days} days).")
    if abs((after.period.first - before.period.first).days) > _SEASONS:
        found.append("The periods lie more than six weeks apart: season, prices or staff may have changed.")
    return found


def _shifts(what: str, before: Mapping[str, int], after: Mapping[str, int]) -> list[str]:
    """Groups whose share moved much: then the whole may change although no group did."""
    totals = sum(before.values()), sum(after.values())
    if not all(totals):
        return []
    moved = {
        name: (before.get(name, 0) / totals[0], after.get(name, 0) / totals[1]) for name in {*before, *after}
    }  # fmt: skip
    return [
        f"The share of {what} {name or 'unknown'} went from {old:.0%} to {new:.0%}: other work, other times."
        for name, (old, new) in sorted(moved.items())
        if abs(new - old) > _MIX_SHIFT
    ]


def _worth(after: Observed, given: Assumptions) -> Worth | None:
    """Hours: what accepted and corrected cards saved, less the review of all that were decided. Nothing without
    assumptions: how long the work takes by hand is not measured here, and no employee's time is."""
    if given.minutes_by_hand is None or given.minutes_with_card is None:
        return None
    useful = sum(after.states.get(state, 0) for state in ("accepted", "edited"))
    rejected = after.states.get("rejected", 0)
    by_hand, with_card = given.minutes_by_hand, given.minutes_with_card
    hours = (
        (useful * by_hand[0] - (useful + rejected) * with_card[1]) / 60,
        (useful * by_hand[1] - (useful + rejected) * with_card[0]) / 60,
    )
    money = None
    if given.hourly_cost is not None:
        ends = [hour * cost - after.spent for hour in hours for cost in given.hourly_cost]
        money = min(ends), max(ends)
    return Worth(useful, rejected, hours, money, after.spent, after.spent_by)

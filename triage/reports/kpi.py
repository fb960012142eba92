"""The order desk's key figures of one period, each with what it means, its interval and what it was counted from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median as middle

from triage.domain.shares import FEWEST_PEOPLE
from triage.reports import estimates
from triage.reports.estimates import Estimate, Waits
from triage.reports.observed import AGED_DAYS, Observed

_NO_ODOO = "no Odoo was read"
_FORGOTTEN = 0.05
"""A greater share of arrivals than this must not be unreadable."""
_FEW_PEOPLE = f"not shown: fewer than {FEWEST_PEOPLE} people did it"


@dataclass(frozen=True)
class Kpi:
    """One figure."""

    code: str
    title: str
    unit: str
    """`hours`, `share` or `count`."""
    estimate: Estimate
    meaning: str
    """What is counted, in a sentence."""
    note: str = ""
    """Why it is missing, or what stands beside it."""
    is_withheld: bool = False
    """Whether it is known and not told, because too few people stand behind it."""
    groups: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """What was counted, by what it can be told apart by."""


def kpis(seen: Observed) -> list[Kpi]:
    """All figures; what could not be counted says why."""
    odoo = "" if seen.has_odoo else _NO_ODOO
    if seen.missing:
        odoo = f"this Odoo has no {', '.join(seen.missing)}, or the service user may not read it"
    lines = odoo or ("" if seen.lines else "no line was promised for a day of the period")
    return [
        Kpi(
            "cycle_time", "Order cycle time", "hours", estimates.median(seen.cycle_hours),
            "Median time from the order's date to its last delivery, of orders finished in the period.",
            odoo or _beside(seen) or "no order was finished",
        ),
        Kpi(
            "approval_turnaround", "Approval turnaround", "hours", estimates.waiting(seen.approvals),
            "Half of the approvals asked for in the period (OCA's tiers) were settled after this time; open ones count "
            "as waiting.",
            odoo or _of_companies(seen, "approvals")
            or ("none were asked for, or this Odoo has no tiers" if not seen.approvals.hours else ""),
        ),
        Kpi(
            "second_person", "Second person's turnaround", "hours", _of_people(seen.second_looks),
            "Half of the cards that a second person had to confirm were confirmed after this time.",
            _why(seen.second_looks, "" if seen.second_looks.hours else "no card asked for a second person"),
            is_withheld(seen.second_looks),
        ),
        Kpi(
            "line_fill_rate", "Line fill rate", "share", estimates.share(seen.filled, seen.lines),
            "Order lines that left in full by the day first promised, of those promised for a day of the period.",
            lines,
        ),
        Kpi(
            "fill_lost", "Fill rate lost to exceptions", "share",
            estimates.share(seen.lost_to_exceptions, seen.lines),
            "Order lines that did not, and whose order had a card; of those promised for a day of the period.",
            lines,
        ),
        Kpi(
            "integration", "Integration success", "share", _arrived(seen),
            "Arrivals of the period (webhooks, sweeps, mails, API calls) that came to an end of their own, of all that "
            "ended; the others were given up, whether they wait for a person or were discarded.",
            _of_companies(seen, "arrivals") or _sources(seen),
        ),
        Kpi(
            "aged_backorders", "Aged backorders", "count", _count(seen.aged, seen.has_odoo, len(seen.backorders)),
            f"Backorders that waited at the end of the period and were older than {AGED_DAYS} days.",
            odoo or f"{len(seen.backorders)} waited in all",
        ),
        Kpi(
            "first_action", "Time to first action", "hours", _of_people(seen.first_actions),
            "Half of the period's cards were claimed or decided after this time; others count as waiting.",
            _why(seen.first_actions, _acted(seen)),
            is_withheld(seen.first_actions),
        ),
        Kpi(
            "exceptions", "Exceptions", "count", _count(seen.cards, True),
            "Cards that came into being.",
            ", ".join(
                [f"{name} {number}" for name, number in seen.categories.items()]
                + ([f"{seen.erased} more can no longer be read"] if seen.erased else [])
            ),
            groups={name: dict(each) for name, each in seen.volumes.items()},
        ),
    ]  # fmt: skip


def is_withheld(waits: Waits) -> bool:
    """Whether so few people did what was waited for that nothing is told of it."""
    return waits.people is not None and 0 < waits.people < FEWEST_PEOPLE


def _of_companies(seen: Observed, what: str) -> str:
    return f"{what} are known by company, not by warehouse" if seen.scope.kind == "warehouse" else ""


def _of_people(waits: Waits) -> Estimate:
    return Estimate(None, None, None, len(waits.hours)) if is_withheld(waits) else estimates.waiting(waits)


def _why(waits: Waits, otherwise: str) -> str:
    return _FEW_PEOPLE if is_withheld(waits) else otherwise


def _count(number: int, is_known: bool, of: int | None = None) -> Estimate:
    return Estimate(float(number) if is_known else None, None, None, number if of is None else of)


def _beside(seen: Observed) -> str:
    """What orders with a card took beside those without."""
    with_card = [hours for hours, hit in zip(seen.cycle_hours, seen.cycle_hit, strict=True) if hit]
    without = [hours for hours, hit in zip(seen.cycle_hours, seen.cycle_hit, strict=True) if not hit]
    parts: Sequence[str] = [
        f"{name} {middle(values):.1f} ({len(values)})"
        for name, values in (("with a card", with_card), ("without", without))
        if values
    ]
    return "; ".join(parts)


def _acted(seen: Observed) -> str:
    acted, cards = sum(seen.first_actions.seen), len(seen.first_actions.seen)
    if not cards:
        return "no card came into being"
    return f"somebody acted on {acted} of {cards}" + (", fewer than half" if acted * 2 < cards else "")


def _arrived(seen: Observed) -> Estimate:
    ended = seen.done + seen.dead
    return Estimate(None, None, None, ended) if _is_forgotten(seen) else estimates.share(seen.done, ended)


def _is_forgotten(seen: Observed) -> bool:
    """Whether so much cannot be read any more that the rest tells nothing of the whole."""
    return seen.unread > _FORGOTTEN * (seen.unread + seen.done + seen.dead)


def _sources(seen: Observed) -> str:
    if _is_forgotten(seen):
        return f"{seen.unread} of {seen.unread + seen.done + seen.dead} arrivals of then can no longer be read"
    told = [f"{each.source} {each.done} of {each.done + each.dead}" for each in seen.arrived]
    told += [f"{seen.unread} more can no longer be read"] if seen.unread else []
    return ", ".join(told) or "nothing arrived"

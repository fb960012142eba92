"""A lead or opportunity: where it stands, since when, and whether anybody has it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from triage.domain import Fact
from triage.facts.grounds import Grounds, tidy


def facts(grounds: Grounds) -> Iterator[Fact]:
    """Of an open lead; one that is won, lost or archived says nothing."""
    lead, key = grounds.case.lead, grounds.case.record.key
    if lead is None or lead.is_closed:
        return
    if lead.stage is not None:
        yield Fact(
            name="lead.stage", value=lead.stage, sources=(f"{key}.stage_id",), how=f"stands in stage {lead.stage}"
        )
    if lead.stage_since is not None:
        days = grounds.days_since(lead.stage_since)
        yield Fact(
            name="lead.stage_days",
            value=Decimal(days),
            unit="days",
            sources=(f"{key}.date_last_stage_update",),
            how=f"has stood there since {grounds.day(lead.stage_since)}",
        )
    if not lead.has_owner:
        yield Fact(name="lead.unassigned", value=True, sources=(f"{key}.user_id",), how="nobody has it")
    if lead.deadline is not None and (late := (grounds.today - lead.deadline).days) > 0:
        yield Fact(
            name="lead.deadline_passed",
            value=Decimal(late),
            unit="days",
            sources=(f"{key}.date_deadline",),
            how=f"was to be decided by {lead.deadline}",
        )
    if lead.expected_revenue:
        currency = grounds.case.company.currency
        yield Fact(
            name="lead.expected_revenue",
            value=tidy(lead.expected_revenue),
            unit=currency,
            sources=(f"{key}.expected_revenue",),
            how=f"{tidy(lead.expected_revenue)} {currency} are expected of it",
        )

"""Purchase: what a supplier should have delivered by now, where the case is about the purchase order itself."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from triage.domain import Fact
from triage.facts.grounds import Grounds, in_days, line_source, tidy


def facts(grounds: Grounds) -> Iterator[Fact]:
    """`purchase.days_late` of the case's own purchase order: its oldest date that has passed with goods still owed."""
    own = next((one for one in grounds.case.purchases if one.ref == grounds.case.record), None)
    if own is None or own.state != "purchase":
        return
    owed = [
        (day, line)
        for line in own.lines
        if line.delivered < line.quantity and (day := line.date_planned or own.date_planned) is not None
    ]
    if not owed:
        return
    day, line = min(owed, key=lambda pair: pair[0])
    days = (grounds.today - day).days
    if days >= max(1, grounds.thresholds.days_late):
        yield Fact(
            name="purchase.days_late",
            value=Decimal(days),
            unit="days",
            sources=(line_source(own.ref, line, "date_planned"), line_source(own.ref, line, "delivered")),
            how=f"{tidy(line.quantity - line.delivered)} {line.uom} of {line.product} were due on {day}: "
            f"{in_days(days)} late",
        )

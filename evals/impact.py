"""What a policy would have made of recorded events: `triage policy activate --impact`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from evals.replaying import differences, line, past, recorded_model, replay

if TYPE_CHECKING:
    from triage.audit.export import Period
    from triage.cli.wiring import Store
    from triage.domain.policies import PolicyBook


def impact(store: Store, book: PolicyBook, period: Period, model: str | None = None) -> Mapping[str, int]:
    """How many events of a period end alike, and what is different in how many others, each under its company's policy.

    `model` is asked; without one, answers of remote models are those that were recorded. Nothing is published and
    nothing is added to the store.
    """
    found, left = past(store.journal, period)
    asked = recorded_model(found) if model is None else model
    counted: Counter[str] = Counter()
    for company in sorted({each.event.company for each in found}):
        theirs = [each for each in found if each.event.company == company]
        before = [line(each.event, each.outcome, each.proposals) for each in theirs]
        counted += differences(before, list(replay(theirs, asked, book.of(company))))
    counted += Counter({f"left out: {why}": count for why, count in left.items()})
    return dict(counted.most_common())

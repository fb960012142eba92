"""Facts, computed from the case alone: pure, each with the fields it came from and how."""

from __future__ import annotations

from collections.abc import Sequence

from triage.domain import Case, Fact, Paper, Policy


def establish_facts(case: Case, papers: Sequence[Paper], policy: Policy) -> tuple[Fact, ...]:
    """All facts that the case and its read documents show, what policy calls serious in them, then what was reported.

    "Now" is `case.captured_at`; days are calendar days in the company's time zone. A fact whose inputs are absent is
    absent. Raises `InputError` where the company's time zone is none.
    """
    from triage.facts import (
        approval,
        billed,
        confirmation,
        credit,
        data,
        documents,
        hindrance,
        impact_facts,
        lead,
        ownership,
        price,
        promise,
        purchase,
        shipment,
        standing,
        stock,
        supply,
        weight,
    )
    from triage.facts.grounds import Grounds

    grounds = Grounds(case, tuple(papers), policy)
    rooms = (
        stock, supply, hindrance, credit, price, promise, purchase, shipment, confirmation, documents, billed, data,
        ownership, standing, impact_facts, approval, lead,
    )  # fmt: skip
    computed = [fact for room in rooms for fact in room.facts(grounds)]
    reported = [_as_reported(fact) for fact in case.reported]
    return (*computed, *weight.facts(grounds, [*computed, *reported]), *reported)


def _as_reported(fact: Fact) -> Fact:
    return fact if fact.sources else fact.with_(sources=("reported",))


__all__ = ["establish_facts"]

"""What a card says of why, how urgent and whom it hits."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from tests.unit.opened_store import proposal
from triage.cards import explained
from triage.domain import (
    Cause,
    CauseKind,
    Contribution,
    FactEvidence,
    Factor,
    Hit,
    Impact,
    Method,
    Priority,
    Producer,
    Proposal,
    Quote,
    RecordRef,
)

BY = Producer(method=Method.EMBEDDED, model="test", version="0")
FACT = FactEvidence(fact="supply.days_late", text="P00311 is\n10 days late")
SECRET = FactEvidence(fact="credit.over_limit", text="300 above the limit", confidential=True)


def test_a_cause_says_what_speaks_for_it_against_it_and_what_is_missing() -> None:
    cause = Cause(
        kind=CauseKind.SUPPLIER_LATE, score=4, evidence=(FACT, Quote(source="message:0", text="two weeks later")),
        against=(SECRET,), missing=("a new date",),
    )  # fmt: skip
    (line,) = explained.causes(proposal().with_(causes=(cause,)))
    assert line == (
        "the supplier delivers late, less or not at all (supplier_late, 4 points): P00311 is 10 days late; "
        "“two weeks later”. Against: 300 above the limit (confidential). To decide: a new date"
    )


def test_only_the_first_three_are_shown() -> None:
    many = tuple(Cause(kind=kind, score=9 - n) for n, kind in enumerate(CauseKind))
    assert len(list(explained.causes(proposal().with_(causes=many)))) == 3


def test_a_priority_is_shown_as_its_sum() -> None:
    parts = [(Factor.SEVERITY, 60.0), (Factor.PROMISE, 24.0), (Factor.CUT_OFF, 9.5), (Factor.PENALTY, 5.0),
             (Factor.AGE, 2.6)]  # fmt: skip
    shown = tuple(
        Contribution(factor=factor, level=0.5, points=points, why="w", confidential=factor is Factor.PENALTY)
        for factor, points in parts
    )
    line = explained.priority(Priority(by=BY, score=101.1, contributions=shown))
    assert line == "101 points: severity 60, promise 24, cut-off 10, penalty 5 (confidential), others 3"


def test_whom_it_hits_needs_the_right_to_be_named() -> None:
    hit = Hit(
        order=RecordRef(model="sale.order", id=1, name="S00601"), customer="Veldkamp", product="M12",
        quantity=Decimal(5), promised=date(2026, 3, 1), before=date(2026, 3, 1), after=None, path=("P", "S"),
    )  # fmt: skip
    card = proposal().with_(impact=Impact(of="P00311 comes later", hits=(hit,)))
    assert "Veldkamp" in "\n".join(explained.impact(card, confidential=True))
    assert "Veldkamp" not in "\n".join(explained.impact(card, confidential=False))
    assert explained.impact(proposal(), confidential=True) == []


def test_a_card_of_an_earlier_version_still_opens() -> None:
    old = json.loads(proposal().model_dump_json())
    for name in ("causes", "impact", "priority"):
        del old[name]
    found = Proposal.model_validate_json(json.dumps(old))
    assert (found.causes, found.impact, found.priority) == ((), None, None)

"""What a card tells a reader who may not see confidential facts."""

from __future__ import annotations

from decimal import Decimal

from service.readers import shown
from tests.unit.opened_store import COMPANY, NOW, proposal, ref
from triage.cards import clusters
from triage.domain import Card, CardKey, Contribution, Fact, Factor, Method, Priority, Producer

MARGIN = Fact(name="order.margin", value=Decimal("48123.45"), unit="EUR", how="48123.45", confidential=True)


def card(*contributions: Contribution) -> Card:
    by = Producer(method=Method.EMBEDDED, model="sum", version="1")
    priority = Priority(by=by, score=sum(one.points for one in contributions), contributions=contributions)
    made = proposal(priority=priority, facts=(MARGIN,))
    return Card(
        id="01890000-0000-7000-8000-000000000001",
        number=1,
        key=CardKey(company=made.company, record=made.record.key, category=made.suggestion.category, episode=1),
        proposal=made,
        events=("e:1",),
        created_at=NOW,
        updated_at=NOW,
    )


def test_hidden_points_are_not_told_by_the_score() -> None:
    age = Contribution(factor=Factor.AGE, level=0.5, points=2.5, why="30 days old")
    margin = Contribution(factor=Factor.MARGIN, level=0.9, points=4.5, why="48123.45", confidential=True)
    told = shown(card(margin, age), False)["proposal"]["priority"]
    assert [one["factor"] for one in told["contributions"]] == ["age"]
    assert told["score"] == 2.5
    assert shown(card(margin, age), True)["proposal"]["priority"]["score"] == 7.0
    assert shown(card(age), False)["proposal"]["priority"]["score"] == 2.5


def test_cases_of_other_companies_are_told_to_those_who_see_them() -> None:
    theirs = proposal(record=ref(7), company="Elsewhere B.V.")
    shared = clusters.joined(card(), theirs, NOW)
    told = shown(shared, True, lambda company: company == COMPANY)
    assert [one["company"] for one in told["members"]] == [COMPANY]
    assert "Elsewhere" not in str(told)
    assert len(shown(shared, True)["members"]) == 2

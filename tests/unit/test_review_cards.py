"""What a card's page shows of a proposal, and cards that several cases share: decided together or one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.opened_store import COMPANY, proposal, ref
from tests.unit.review_site import ACCEPT, Someone, put
from tests.unit.service_client import Service, service
from triage.audit import retiring
from triage.cli.wiring import now
from triage.domain import (
    CardState,
    Category,
    Cause,
    CauseKind,
    Contribution,
    Duty,
    FactEvidence,
    Hit,
    Impact,
    Method,
    Origin,
    Priority,
    Producer,
    Promised,
    Proposal,
    Reply,
    Role,
)
from triage.domain.priority import Factor

LATE = Origin(key="purchase.order:31", text="P00031, due 2026-11-20")
BY = Producer(method=Method.EMBEDDED, model="rules", version="1")


def rich() -> Proposal:
    """A proposal with everything that a page can tell."""
    hit = Hit(
        order=ref(77), customer="Steiger & Söhne <GmbH>", product="Anchor M10", quantity=Decimal(40),
        promised=date(2026, 11, 24), after=date(2026, 11, 30), slack=-6, path=("a", "b"),
    )  # fmt: skip
    return proposal(
        Category.STOCK,
        record=ref(1),
        news=("The supplier moved the date.",),
        news_since=datetime(2026, 11, 20, 9, tzinfo=UTC),
        promised=(Promised(by=Role.SUPPLIER, text="on Friday", source="message:0"),),
        questions=("When does it come?",),
        causes=(
            Cause(
                kind=CauseKind.SUPPLIER_LATE, score=3.5, missing=("a date from the supplier",),
                evidence=(FactEvidence(fact="supply.days_late", text="six days late"),),
                against=(FactEvidence(fact="stock.ready", text="forty lie at the other site", confidential=True),),
            ),
        ),
        impact=Impact(of="P00031 comes later", hits=(hit,), labels={"a": "IN/0001", "b": "OUT/0002"}),
        priority=Priority(
            by=BY, score=61.0,
            contributions=(
                Contribution(factor=Factor.PROMISE, level=1, points=40, why="six days late"),
                Contribution(factor=Factor.MARGIN, level=1, points=21, why="the margin is 33 %", confidential=True),
            ),
        ),
        reply=Reply(by=BY, text="Dear customer,\nwe deliver on [new date].", language="en", blanks=("[new date]",)),
    )  # fmt: skip


def late(number: int) -> Proposal:
    return proposal(Category.STOCK, record=ref(number), origins=(LATE,), summary=f"Order {number} waits.")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Service]:
    put(tmp_path, [rich(), late(11), late(12), late(13)])
    with service(tmp_path) as found:
        yield found


def test_a_card_tells_news_promises_questions_causes_and_a_draft_with_its_blanks(made: Service) -> None:
    shown = Someone(made, "Joris").text("/cards/1")
    for wanted in (
        "The supplier moved the date.", "“on Friday”", "When does it come?", "the supplier is late", "six days late",
        "a date from the supplier", "<mark>[new date]</mark>", "Priority: 40 points",
    ):  # fmt: skip
        assert wanted in shown, wanted


def test_whom_it_hits_is_drawn_for_leads_and_counted_for_others(made: Service) -> None:
    lead = Someone(made, "Mila", Duty.LEAD).get("/cards/1").text
    assert '<svg xmlns="http://www.w3.org/2000/svg" role="img"' in lead
    assert "Steiger &amp; Söhne &lt;GmbH&gt;" in lead
    assert "style=" not in lead
    assert "the margin is 33 %" in lead
    other = Someone(made, "Joris").get("/cards/1").text
    assert "Steiger" not in other
    assert "hits 1 customers" in other
    assert "the margin is 33 %" not in other
    assert "forty lie at the other site" not in other
    assert "Other factors" in other
    assert "61" not in other.split("Priority:")[1][:40]


def test_cases_of_one_card_are_decided_one_by_one_or_together(made: Service) -> None:
    joris = Someone(made, "Joris")
    shown = joris.text("/cards/2")
    assert "Cases on this card (3)" in shown
    assert "P00031, due 2026-11-20" in shown
    assert "Accept all 3" in shown
    revision = joris.store.cards.get(2).revision
    answer = joris.post("/cards/2/accept", revision=revision, member="sale.order:12")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cards/2#members")
    card = joris.store.cards.get(2)
    assert [one.state.value for one in card.members] == ["open", "accepted", "open"]
    again = joris.post("/cards/2/accept", revision=card.revision, member="sale.order:12")
    assert again.status_code == 409
    rejected = joris.post("/cards/2/reject", revision=card.revision, member="sale.order:13", reason="already_solved")
    assert rejected.status_code == 303
    rest = joris.post("/cards/2/accept", revision=joris.store.cards.get(2).revision)
    assert rest.headers["location"].startswith("/queue")
    card = joris.store.cards.get(2)
    assert [one.state.value for one in card.members] == ["accepted", "accepted", "rejected"]
    assert card.state is CardState.EDITED


def test_a_case_that_is_not_on_the_card_is_refused(made: Service) -> None:
    joris = Someone(made, "Joris")
    answer = joris.post("/cards/2/accept", revision=joris.store.cards.get(2).revision, member="sale.order:99")
    assert answer.status_code == 409
    assert joris.store.cards.get(2).decisions == ()


def test_a_correction_of_one_case_is_compared_with_that_case(made: Service) -> None:
    joris = Someone(made, "Joris")
    revision = joris.store.cards.get(2).revision
    fields = {"revision": revision, "member": "sale.order:11", "category": "stock", "severity": "urgent"}
    assert joris.post("/cards/2/edit", **fields).status_code == 303
    changes = joris.store.cards.get(2).decisions[0].changes
    assert changes is not None
    assert (changes.category, changes.severity.value) == (None, "urgent")


def test_who_does_not_see_every_case_decides_them_one_by_one(tmp_path: Path) -> None:
    across = LATE.with_(across=True)
    other = late(11).with_(origins=(across,))
    put(tmp_path, [other, other.with_(company="Another Ltd", record=ref(12))])
    with service(tmp_path) as made:
        joris = Someone(made, "Joris", companies=[COMPANY])
        shown = joris.text("/cards/1")
        assert "1 of them are not yours to see" in shown
        assert "S00012" not in shown
        revision = joris.store.cards.get(1).revision
        refused = joris.post("/cards/1/accept", revision=revision)
        assert refused.status_code == 409
        assert "one by one" in refused.text
        assert joris.post("/cards/1/accept", revision=revision, member="sale.order:11").status_code == 303
        assert [one.state.value for one in joris.store.cards.get(1).members] == ["accepted", "open"]


def test_a_link_ends_with_what_its_card_says(made: Service) -> None:
    """There is no other date on it: whoever may see the card finds it by its number as long as it is kept."""
    joris = Someone(made, "Joris")
    assert joris.post("/cards/1/accept", revision=1).status_code == 303
    assert joris.get("/cards/1").status_code == 200
    assert retiring.apply(joris.store.journal, COMPANY, 30, now() + timedelta(days=31), "timer") == 1
    assert joris.get("/cards/1").status_code == joris.get("/cards/999").status_code == 404
    assert made.client.get("/cards/1", headers=ACCEPT, follow_redirects=False).status_code == 303

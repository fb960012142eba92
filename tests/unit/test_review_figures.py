"""Figures: what they count, and that none of them is about one person."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.review.figure_pages import as_csv
from service.review.figures import Column, Figures, Row, Table
from service.review.parts import Week
from tests.unit.opened_store import COMPANY, Opened, event, proposal, ref
from tests.unit.review_site import Someone, put
from tests.unit.service_client import service
from triage.domain import (
    Category,
    Changes,
    Confidence,
    Duty,
    Policy,
    ReasonCode,
    Suggestion,
    Verdict,
    utc,
)
from triage.domain.shares import wilson
from triage.pipeline import decide
from triage.storage import outcomes
from triage.storage.budgets import Spending

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
"""A Wednesday; the decisions are of the week before."""
WORKED = datetime(2026, 11, 17, 12, tzinfo=UTC)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    with Opened(tmp_path) as found:
        found.clock.now = WORKED
        yield found


def confident(value: float) -> Confidence:
    return Confidence(value=value, n=100, low=value - 0.05, high=min(1.0, value + 0.05), population="tests")


def decided(
    opened: Opened, number: int, by: str, verdict: Verdict = Verdict.ACCEPT, category: Category = Category.STOCK,
    confidence: float | None = None, reason: ReasonCode | None = None, changes: Changes | None = None,
) -> None:  # fmt: skip
    suggestion = Suggestion(category=category, confidence=None if confidence is None else confident(confidence))
    made = proposal(category, record=ref(number), suggestion=suggestion)
    happened = event(f"e{number}", ref(number))
    opened.journal.of(happened)
    opened.cards.put(made, happened.key)
    card = opened.cards.of_event(happened.key, COMPANY)[0]
    decide(
        str(card.number), verdict, by, opened.cards, opened.journal, opened.clock,
        policy=Policy(), reason=reason, changes=changes,
    )  # fmt: skip


def tables(opened: Opened, now: datetime = NOW, companies: list[str] | None = None, weeks: int = 4) -> dict[str, Table]:
    figures = Figures(lambda: opened.journal, lambda: now)
    return {table.name: table for table in figures.tables(companies, weeks)}


def test_what_few_people_decided_is_not_shown(opened: Opened) -> None:
    for number in range(12):
        decided(opened, number, f"person {number % 4}")
    assert tables(opened)["accepted"].rows == (Row(("stock",), True),)
    decided(opened, 99, "person 5")
    (row,) = tables(opened)["accepted"].rows
    assert row.values[:5] == ("stock", 13, 13, 0, 0)


def test_what_is_hidden_cannot_be_had_by_subtracting(opened: Opened) -> None:
    for number in range(20):
        decided(opened, number, f"person {number % 7}")
    for number in range(20, 30):
        decided(opened, number, f"person {number % 5}", category=Category.DELAY)
    decided(opened, 40, "person 1", category=Category.CREDIT)
    rows = {row.values[0]: row.is_hidden for row in tables(opened)["accepted"].rows}
    assert rows == {"stock": False, "delay": True, "credit": True}


def test_one_persons_work_cannot_be_had_by_subtracting_periods(opened: Opened) -> None:
    """Somebody alone two weeks earlier, five last week: four weeks less one would be the one alone."""
    opened.clock.now = WORKED - timedelta(weeks=2)
    decided(opened, 1, "alone")
    opened.clock.now = WORKED
    for number in range(2, 7):
        decided(opened, number, f"person {number}")
    week, month = (tables(opened, weeks=weeks)["accepted"] for weeks in (1, 4))
    assert week.rows == (Row(("stock",), True),)
    assert as_csv(week).splitlines()[1] == "stock,,,,,,,,fewer than five people"
    assert month.rows[0].values[:2] == ("stock", 6)


def test_one_persons_work_cannot_be_had_by_looking_again_a_week_later(opened: Opened) -> None:
    for number in range(5):
        decided(opened, number, f"person {number}")
    assert tables(opened)["accepted"].rows[0].values[:2] == ("stock", 5)
    opened.clock.now = WORKED + timedelta(weeks=1)
    decided(opened, 5, "alone")
    later = NOW + timedelta(weeks=1)
    assert all(row.is_hidden for weeks in (1, 4, 13) for row in tables(opened, later, weeks=weeks)["accepted"].rows)


def test_the_running_week_is_not_shown(opened: Opened) -> None:
    for number in range(6):
        decided(opened, number, f"person {number}")
    assert tables(opened, now=WORKED + timedelta(days=1))["accepted"].rows == ()
    assert len(tables(opened)["accepted"].rows) == 1
    week = Week(Week.of(NOW).number - 1)
    assert (week.since, week.until) == (datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC))


def test_confidence_beside_what_came_of_it(opened: Opened) -> None:
    for number in range(10):
        decided(opened, number, f"person {number % 6}", confidence=0.96)
    wrong = Changes(category=Category.DELAY)
    decided(opened, 20, "person 1", Verdict.EDIT, confidence=0.98, changes=wrong)
    decided(opened, 21, "person 2", Verdict.REJECT, confidence=0.98, reason=ReasonCode.WRONG_CATEGORY)
    decided(opened, 22, "person 3", Verdict.REJECT, confidence=0.98, reason=ReasonCode.TOO_LATE)  # says nothing of it
    (row,) = tables(opened)["calibration"].rows
    assert row.values[:2] == ("95–100 %", 12)
    assert row.values[2] == pytest.approx((10 * 0.96 + 2 * 0.98) / 12)
    assert row.values[3] == pytest.approx(10 / 12)
    assert row.values[4] < 10 / 12 < row.values[5]


def test_a_decision_taken_back_is_counted_no_more(opened: Opened) -> None:
    from triage.cards.handling import Handler

    for number in range(5):
        decided(opened, number, f"person {number}")
    assert not tables(opened)["accepted"].rows[0].is_hidden
    Handler(opened.cards, opened.journal, opened.clock).undo("5", "person 4")
    rows = tables(opened)["accepted"].rows
    assert rows == (Row(("stock",), True),)


def test_volumes_and_ageing_count_cards(opened: Opened) -> None:
    for number, language in enumerate(("de", "de", "nl")):
        opened.cards.put(proposal(Category.STOCK, record=ref(number), language=language), f"e{number}")
    opened.clock.now = NOW - timedelta(minutes=5)
    opened.cards.put(proposal(Category.STOCK, record=ref(9), company="Another Ltd"), "e9")
    found = tables(opened)
    assert [row.values for row in found["language"].rows] == [("de", 2, 2), ("nl", 1, 1), ("und", 1, 1)]
    assert [row.values[:2] for row in found["company"].rows] == [(COMPANY, 3), ("Another Ltd", 1)]
    assert [sum(row.values[1:]) for row in found["ageing"].rows] == [1, 0, 0, 0, 3]
    mine = tables(opened, companies=["Another Ltd"])
    assert [row.values for row in mine["company"].rows] == [("Another Ltd", 1, 1)]
    assert [sum(row.values[1:]) for row in mine["ageing"].rows] == [1, 0, 0, 0, 0]
    assert tables(opened, companies=[])["company"].rows == ()


def test_choices_made_unseen_are_counted_apart(opened: Opened) -> None:
    for number in range(6):
        card = opened.cards.put(proposal(Category.STOCK, record=ref(number)), f"e{number}")
        chosen = outcomes.Blind("stock" if number else "delay", f"hash {number}", utc(WORKED))
        with opened.database.transaction():
            assert outcomes.put_blind(opened.database, str(card.id), chosen)
            assert not outcomes.put_blind(opened.database, str(card.id), chosen)
    (row,) = tables(opened)["blind"].rows
    assert row.values[:3] == ("stock", 6, 5 / 6)


def test_what_models_took(opened: Opened) -> None:
    from decimal import Decimal

    Spending(opened.database).add(
        COMPANY, NOW.date(), "house", "small", 100, 20, Decimal("0.25"), NOW + timedelta(hours=9)
    )
    assert [row.values for row in tables(opened)["cost"].rows] == [("house", "small", 1, 120, Decimal("0.25"))]


def test_an_interval_holds_the_share() -> None:
    low, high = wilson(9, 10)
    assert (round(low, 3), round(high, 3)) == (0.596, 0.982)
    assert wilson(0, 5)[0] == 0.0


def test_csv_says_what_is_missing_and_holds_no_formula() -> None:
    table = Table("team", (Column("team"), Column("share", "share")), (Row(("=1+1", 0.5)), Row(("b",), True)))
    assert list(csv.reader(io.StringIO(as_csv(table)))) == [
        ["team", "share", "note"],
        ["'=1+1", "0.5000", ""],
        ["b", "", "fewer than five people"],
    ]


def test_the_page_and_its_tables_as_csv(tmp_path: Path) -> None:
    put(tmp_path, [proposal(Category.STOCK, record=ref(number)) for number in range(3)])
    with service(tmp_path) as made:
        lead = Someone(made, "Mila", Duty.LEAD)
        shown = lead.text("/figures?weeks=13")
        assert "Cards by category" in shown
        assert "13 weeks" in shown
        for name in ("category", "accepted", "models", "calibration", "blind", "ageing", "cost", "latency", "failures"):
            answer = lead.get(f"/figures/{name}.csv")
            assert answer.status_code == 200, name
            assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert list(csv.reader(io.StringIO(lead.get("/figures/category.csv").text)))[1] == ["stock", "3", "3", ""]
        assert lead.get("/figures/people.csv").status_code == 404
        assert Someone(made, "Joris").get("/figures").status_code == 403

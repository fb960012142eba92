"""Which task a card leaves for later: by facts and category, in five languages, never with anything confidential."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.unit.opened_store import abstained
from triage.cards.follow_up import follow_up, working_day
from triage.domain import Case, Category, Company, Fact, RecordRef, Suggestion, View
from triage.domain.follow_up import FollowUpKind
from triage.facts.labels import LABELS, LANGUAGES, later_title

K = FollowUpKind
FRIDAY = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)


def view(*facts: Fact, zone: str = "UTC") -> View:
    company = Company(name="Brandt", currency="EUR", timezone=zone)
    case = Case(record=RecordRef(model="sale.order", id=1, name="S00001"), company=company, captured_at=FRIDAY)
    return View(case=case, papers=(), facts=facts)


def fact(name: str, about: str | None = "M8", confidential: bool = False) -> Fact:
    return Fact(name=name, value=Decimal(2), about=about, how=f"{name} of {about}", confidential=confidential)


@pytest.mark.parametrize(
    ("names", "category", "kind"),
    [
        (["quality.blocked", "supply.days_late"], Category.DELAY, K.RELEASE_GOODS),
        (["quality.check_failed"], Category.RETURNS, K.RELEASE_GOODS),
        (["approval.stalled"], Category.PRICING, K.ASK_APPROVAL),
        (["stock.no_receipt_planned", "supply.after_promise"], Category.STOCK, K.SOURCE_GOODS),
        (["supply.days_late"], Category.DELAY, K.CONFIRM_DATE),
        (["supply.days_late"], Category.INVOICE, None),
        (["equipment.down"], Category.DELAY, K.REPAIR),
        ([], Category.DAMAGE_LOSS, K.FILE_CLAIM),
        ([], Category.RETURNS, K.INSPECT_RETURN),
        (["data.duplicate"], Category.DATA, K.CORRECT_RECORD),
        ([], Category.DATA, None),
        (["lead.unassigned", "lead.deadline_passed"], Category.ORDER_CHANGE, K.ASSIGN_LEAD),
        (["lead.deadline_passed"], Category.ORDER_CHANGE, K.DECIDE_LEAD),
        ([], Category.CREDIT, None),
    ],
)
def test_the_first_rule_that_holds(names: list[str], category: Category, kind: FollowUpKind | None) -> None:
    found = follow_up(view(*map(fact, names)), Suggestion(category=category))
    assert (found.kind if found else None) is kind


def test_it_names_what_it_is_about_and_the_facts_that_it_follows_from() -> None:
    found = follow_up(view(fact("quality.blocked", "FS-933")), Suggestion(category=Category.DELAY))
    assert found is not None
    assert later_title(found, "en") == "Decide about FS-933: release it, sort it out or send it back"
    assert found.why == ("quality.blocked[FS-933]",)
    claim = follow_up(view(), Suggestion(category=Category.DAMAGE_LOSS))
    assert claim is not None
    assert (later_title(claim, "de"), claim.why) == ("Den Schaden zu S00001 beim Spediteur anmelden", ())


def test_it_is_due_on_a_working_day_of_the_company() -> None:
    [in_utc, in_auckland] = [
        follow_up(view(fact("equipment.down"), zone=zone), Suggestion(category=Category.DELAY))
        for zone in ("UTC", "Pacific/Auckland")
    ]
    assert in_utc is not None
    assert in_auckland is not None
    assert (in_utc.due, in_auckland.due) == (date(2026, 11, 23), date(2026, 11, 23))
    days = [working_day(date(2026, 11, day)).day for day in range(19, 25)]
    assert days == [19, 20, 23, 23, 23, 24]


def test_a_confidential_fact_a_question_and_another_record_leave_nothing() -> None:
    one = view(fact("quality.blocked", confidential=True))
    assert follow_up(one, Suggestion(category=Category.DELAY)) is None
    assert follow_up(view(fact("quality.blocked")), abstained(Category.DELAY)) is None
    other = Suggestion(category=Category.DAMAGE_LOSS, record=RecordRef(model="sale.order", id=2, name="S2"))
    assert follow_up(view(), other) is None


@pytest.mark.parametrize("kind", list(K))
def test_every_kind_is_told_in_every_language(kind: FollowUpKind) -> None:
    told = LABELS[f"later_{kind.value}"]
    assert len(set(told)) == len(LANGUAGES)
    assert all("{about}" in one for one in told)

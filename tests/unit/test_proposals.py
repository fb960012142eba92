"""From answers to cards: policy filters, abstentions ask, one card an exception."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from triage.cards.proposals import is_exception, judge, may_advise, propose
from triage.domain import (
    Abstention,
    Case,
    Category,
    Check,
    Classification,
    Company,
    Confidence,
    Fact,
    FactEvidence,
    Link,
    LinkCandidate,
    LinkStatus,
    Method,
    Mode,
    Paper,
    Policy,
    Producer,
    RecordRef,
    Suggestion,
    Summary,
    View,
)
from triage.errors import ModelInvalid

BY = Producer(method=Method.EMBEDDED, model="test", version="0")
ORDER = RecordRef(model="sale.order", id=42, name="S00042")


def measured(value: float) -> Confidence:
    return Confidence(value=value, population="test", n=100, low=max(0, value - 0.1), high=min(1, value + 0.1))


def view_of(*suggestions: Suggestion, link: Link | None = None, facts: tuple[Fact, ...] = (), papers=()) -> View:
    case = Case(
        record=ORDER,
        company=Company(name="Brandt & Mercer Supply B.V."),
        captured_at=datetime(2026, 11, 17, tzinfo=UTC),
        link=link or Link(status=LinkStatus.GIVEN),
    )
    answer = Classification(by=BY, suggestions=suggestions, language="en")
    summary = Summary(by=BY, text="They wait.", key_points=("wait",), warnings=("a sentence was removed",))
    return View(case, papers, facts).plus(answer).plus(summary)


def test_a_sure_suggestion_becomes_a_card_with_the_summary() -> None:
    [card] = propose(view_of(Suggestion(category=Category.STOCK, confidence=measured(0.9))), Policy())
    assert (card.record, card.suggestion.category, card.summary) == (ORDER, Category.STOCK, "They wait.")
    assert card.suggestion.abstained is None
    assert "a sentence was removed" in card.warnings


def test_a_sure_other_makes_no_card() -> None:
    assert propose(view_of(Suggestion(category=Category.OTHER, confidence=measured(0.9))), Policy()) == []


def test_an_unsure_other_asks_a_person() -> None:
    [card] = propose(view_of(Suggestion(category=Category.OTHER, confidence=measured(0.2))), Policy())
    assert card.suggestion.abstained is not None


@pytest.mark.parametrize(("value", "abstains"), [(0.49, True), (0.5, False), (0.51, False)])
def test_the_threshold_of_policy_is_a_floor(value: float, abstains: bool) -> None:
    judged = judge(Suggestion(category=Category.DELAY, confidence=measured(value)), Policy(min_confidence=0.5))
    assert (judged.abstained is not None) is abstains


def test_a_category_can_have_its_own_threshold() -> None:
    policy = Policy(min_confidence=0.5, min_confidence_by_category={Category.CREDIT: 0.8})
    assert judge(Suggestion(category=Category.CREDIT, confidence=measured(0.7)), policy).abstained
    assert not judge(Suggestion(category=Category.STOCK, confidence=measured(0.7)), policy).abstained


def test_an_unmeasured_suggestion_is_not_judged_by_a_threshold() -> None:
    assert judge(Suggestion(category=Category.CREDIT), Policy(min_confidence=0.99)).abstained is None


def test_a_tasks_own_abstention_stays() -> None:
    own = Abstention(reason="no text")
    judged = judge(Suggestion(category=Category.CREDIT, confidence=measured(0.99), abstained=own), Policy())
    assert judged.abstained == own


def test_two_exceptions_are_two_cards_and_one_exception_twice_is_one() -> None:
    cards = propose(
        view_of(
            Suggestion(category=Category.STOCK, confidence=measured(0.9)),
            Suggestion(category=Category.INVOICE, confidence=measured(0.8)),
            Suggestion(category=Category.STOCK, confidence=measured(0.7)),
        ),
        Policy(),
    )
    assert [card.suggestion.category for card in cards] == [Category.STOCK, Category.INVOICE]


def test_the_same_exception_on_two_orders_is_two_cards() -> None:
    other = RecordRef(model="sale.order", id=43, name="S00043")
    cards = propose(
        view_of(
            Suggestion(category=Category.DELAY, confidence=measured(0.9)),
            Suggestion(category=Category.DELAY, confidence=measured(0.9), record=other),
        ),
        Policy(),
    )
    assert [card.record for card in cards] == [ORDER, other]


def test_a_category_that_policy_switches_off_makes_no_card() -> None:
    policy = Policy(modes={Category.STOCK: Mode.OFF})
    assert propose(view_of(Suggestion(category=Category.STOCK, confidence=measured(0.9))), policy) == []


def test_only_mode_advise_publishes_and_never_an_abstention() -> None:
    advise = Policy(default_mode=Mode.ADVISE)
    [sure] = propose(view_of(Suggestion(category=Category.STOCK, confidence=measured(0.9))), advise)
    [unsure] = propose(view_of(Suggestion(category=Category.STOCK, confidence=measured(0.1))), advise)
    assert may_advise(sure, advise)
    assert not may_advise(unsure, advise)
    assert not may_advise(sure, Policy())


def test_facts_that_are_evidence_come_first() -> None:
    facts = (Fact(name="owner.missing", value=True), Fact(name="stock.shortage", value=4))
    evidence = (FactEvidence(fact="stock.shortage", text="4 short", verified=True),)
    [card] = propose(view_of(Suggestion(category=Category.STOCK, evidence=evidence), facts=facts), Policy())
    assert [fact.name for fact in card.facts] == ["stock.shortage", "owner.missing"]


def test_an_uncertain_link_is_the_cards_first_question() -> None:
    candidates = tuple(
        LinkCandidate(record=RecordRef(model="sale.order", id=n, name=f"S{n:05}"), matched=("sender",)) for n in (7, 8)
    )
    link = Link(status=LinkStatus.SEVERAL, candidates=candidates, refused=("S00009 belongs to somebody else",))
    [card] = propose(view_of(Suggestion(category=Category.DELAY, confidence=measured(0.9)), link=link), Policy())
    assert card.warnings[:2] == ("which record? S00007, S00008", "S00009 belongs to somebody else")


def test_failed_checks_and_unread_documents_are_said() -> None:
    papers = (
        Paper(
            by=BY, document="a.pdf", sha256="0", checks=(Check(name="x", passed=False, detail="sums differ by 3.00"),)
        ),
        Paper(by=BY, document="b.pdf", sha256="1", abstained=Abstention(reason="password")),
    )
    [card] = propose(view_of(Suggestion(category=Category.INVOICE), papers=papers), Policy())
    assert {"a.pdf: sums differ by 3.00", "b.pdf: not read: password"} <= set(card.warnings)


def test_policy_names_team_and_second_person() -> None:
    policy = Policy(teams={Category.CREDIT: "accounts"}, second_person={Category.CREDIT})
    credit, stock = propose(view_of(Suggestion(category=Category.CREDIT), Suggestion(category=Category.STOCK)), policy)
    assert (credit.team, credit.second_person) == ("accounts", True)
    assert (stock.team, stock.second_person) == ("order desk", False)


def test_a_view_without_classification_proposes_nothing() -> None:
    view = view_of(Suggestion(category=Category.STOCK))
    with pytest.raises(ModelInvalid, match="S00042"):
        propose(View(view.case), Policy())


def test_what_counts_as_an_exception() -> None:
    assert is_exception(Suggestion(category=Category.DATA))
    assert is_exception(Suggestion(category=Category.OTHER, abstained=Abstention(reason="?")))
    assert not is_exception(Suggestion(category=Category.OTHER))

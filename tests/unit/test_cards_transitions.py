"""Who may say what of a card, and what it then is."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.opened_store import NOW, abstained, decision, proposal
from triage.cards.transitions import decide, is_undecided
from triage.domain import Card, CardKey, CardState, Category, Changes, Policy, ReasonCode, Severity, Suggestion, Verdict
from triage.errors import DecisionRefused

ID = UUID("01931f3e-0000-7000-8000-000000000001")
POLICY = Policy()
TO_DELAY = Changes(category=Category.DELAY)


def card(state: CardState = CardState.OPEN, **more: object) -> Card:
    made = proposal(**more)
    key = CardKey(company=made.company, record=made.record.key, category=made.suggestion.category, episode=1)
    return Card(
        id=ID, number=7, key=key, proposal=made, state=state, events=("file:1",), created_at=NOW, updated_at=NOW
    )


def said(on: Card, verdict: Verdict, by: str = "mila", policy: Policy = POLICY, **more: object) -> Card:
    return decide(on, decision(on, verdict, by, **more), policy)


@pytest.mark.parametrize(
    ("verdict", "more", "state"),
    [
        (Verdict.ACCEPT, {}, CardState.ACCEPTED),
        (Verdict.EDIT, {"changes": TO_DELAY}, CardState.EDITED),
        (Verdict.REJECT, {"reason": ReasonCode.NO_ACTION}, CardState.REJECTED),
    ],
)
def test_a_decision_closes_the_card(verdict: Verdict, more: dict, state: CardState) -> None:
    before = card()
    after = said(before, verdict, **more)
    assert (after.state, after.revision, after.updated_at) == (state, 2, NOW)
    assert after.decisions == (decision(before, verdict, **more),)
    assert (after.key, after.proposal) == (before.key, before.proposal)


@pytest.mark.parametrize("state", [state for state in CardState if not is_undecided(card(state))])
def test_a_closed_card_stays_closed(state: CardState) -> None:
    with pytest.raises(DecisionRefused, match=f"{state.value} at 2026-11-23T09:30"):
        said(card(state), Verdict.ACCEPT)


def test_who_closed_it_and_when_is_said() -> None:
    closed = said(card(), Verdict.ACCEPT)
    with pytest.raises(DecisionRefused, match="#7 is closed: accepted by mila at 2026-11-23T09:30"):
        said(closed, Verdict.REJECT, by="tariq", reason=ReasonCode.DUPLICATE)


def test_only_who_policy_allows() -> None:
    policy = Policy(deciders={"tariq": {Category.STOCK}, "mila": {Category.INVOICE}})
    with pytest.raises(DecisionRefused, match=r"mila may not decide stock cards.*tariq"):
        said(card(), Verdict.ACCEPT, policy=policy)
    assert said(card(), Verdict.ACCEPT, by="tariq", policy=policy).state is CardState.ACCEPTED
    with pytest.raises(DecisionRefused, match="name of a person"):
        said(card(), Verdict.ACCEPT, by="  ")


def test_an_edit_needs_the_right_for_both_categories() -> None:
    policy = Policy(
        deciders={
            "mila": {Category.STOCK},
            "ines": {Category.DELAY},
            "tariq": {Category.STOCK, Category.DELAY},
        }
    )
    with pytest.raises(DecisionRefused, match=r"mila may not decide delay cards.*allows: tariq\."):
        said(card(), Verdict.EDIT, changes=TO_DELAY, policy=policy)
    with pytest.raises(DecisionRefused, match="ines may not decide stock cards"):
        said(card(), Verdict.EDIT, by="ines", changes=TO_DELAY, policy=policy)
    assert said(card(), Verdict.EDIT, by="tariq", changes=TO_DELAY, policy=policy).state is CardState.EDITED
    urgent = Changes(severity=Severity.URGENT)
    assert said(card(), Verdict.EDIT, changes=urgent, policy=policy).state is CardState.EDITED


def test_who_confirms_an_edit_needs_the_right_for_both_categories() -> None:
    both = {Category.STOCK, Category.DELAY}
    policy = Policy(deciders={"mila": {Category.STOCK}, "tariq": both, "ines": both})
    waiting = said(card(second_person=True), Verdict.EDIT, by="tariq", changes=TO_DELAY, policy=policy)
    with pytest.raises(DecisionRefused, match="mila may not decide delay cards"):
        said(waiting, Verdict.ACCEPT, policy=policy)
    assert said(waiting, Verdict.ACCEPT, by="ines", policy=policy).state is CardState.EDITED
    rejected = said(waiting, Verdict.REJECT, reason=ReasonCode.OTHER, policy=policy)
    assert rejected.state is CardState.REJECTED


def test_a_decision_on_another_card_is_refused() -> None:
    other = card().with_(id=UUID("01931f3e-0000-7000-8000-000000000002"))
    with pytest.raises(DecisionRefused, match="another card"):
        decide(card(), decision(other), POLICY)


@pytest.mark.parametrize(
    ("verdict", "more", "what"),
    [
        (Verdict.REJECT, {}, "reason"),
        (Verdict.EDIT, {}, "needs changes"),
        (Verdict.EDIT, {"changes": Changes()}, "needs changes"),
        (Verdict.EDIT, {"changes": Changes(category=Category.STOCK)}, "use accept"),
        (Verdict.EDIT, {"changes": Changes(subtype="copy")}, "none of stock: shortage"),
        (Verdict.EDIT, {"changes": Changes(category=Category.DELAY, subtype="backorder")}, "none of delay"),
        (Verdict.ACCEPT, {"changes": TO_DELAY}, "use edit"),
        (Verdict.REJECT, {"reason": ReasonCode.OTHER, "changes": TO_DELAY}, "use edit"),
    ],
)
def test_what_is_incomplete_is_refused(verdict: Verdict, more: dict, what: str) -> None:
    with pytest.raises(DecisionRefused, match=what):
        said(card(), verdict, **more)


@pytest.mark.parametrize(
    "changes",
    [Changes(severity=Severity.URGENT), Changes(subtype="backorder"), Changes(category=Category.DELAY, subtype="late")],
)
def test_an_edit_may_change_any_part(changes: Changes) -> None:
    assert said(card(), Verdict.EDIT, changes=changes).decisions[-1].changes == changes


def test_a_question_cannot_be_accepted_but_answered() -> None:
    question = card(suggestion=abstained())
    with pytest.raises(DecisionRefused, match=r"nothing to accept.*0.20 is below 0.50.*use edit"):
        said(question, Verdict.ACCEPT)
    assert said(question, Verdict.EDIT, changes=Changes(category=Category.STOCK)).state is CardState.EDITED
    assert said(question, Verdict.REJECT, reason=ReasonCode.NO_ACTION).state is CardState.REJECTED


class TestSecondPerson:
    first = card(second_person=True)

    def test_the_first_word_waits(self) -> None:
        waiting = said(self.first, Verdict.ACCEPT)
        assert waiting.state is CardState.AWAITING_SECOND
        done = said(waiting, Verdict.ACCEPT, by="tariq")
        assert (done.state, done.revision, len(done.decisions)) == (CardState.ACCEPTED, 3, 2)

    def test_an_edit_is_confirmed_as_an_edit(self) -> None:
        waiting = said(self.first, Verdict.EDIT, changes=TO_DELAY)
        assert said(waiting, Verdict.ACCEPT, by="tariq").state is CardState.EDITED

    def test_an_answered_question_can_be_confirmed(self) -> None:
        waiting = said(card(suggestion=abstained(), second_person=True), Verdict.EDIT, changes=TO_DELAY)
        assert said(waiting, Verdict.ACCEPT, by="tariq").state is CardState.EDITED

    @pytest.mark.parametrize("by", ["mila", "MILA", " mila "])
    def test_the_same_person_is_no_second(self, by: str) -> None:
        with pytest.raises(DecisionRefused, match=r"mila decided first.*different person"):
            said(said(self.first, Verdict.ACCEPT), Verdict.ACCEPT, by=by)

    @pytest.mark.parametrize("by", ["mila", "tariq"])
    def test_anybody_allowed_may_reject(self, by: str) -> None:
        waiting = said(self.first, Verdict.ACCEPT)
        assert said(waiting, Verdict.REJECT, by=by, reason=ReasonCode.TOO_LATE).state is CardState.REJECTED

    def test_an_edit_by_the_second_needs_a_second_again(self) -> None:
        waiting = said(said(self.first, Verdict.ACCEPT), Verdict.EDIT, by="tariq", changes=TO_DELAY)
        assert waiting.state is CardState.AWAITING_SECOND
        with pytest.raises(DecisionRefused, match="tariq decided first"):
            said(waiting, Verdict.ACCEPT, by="tariq")
        assert said(waiting, Verdict.ACCEPT, by="mila").state is CardState.EDITED

    def test_policy_asks_for_it_by_the_category_it_becomes(self) -> None:
        policy = Policy(second_person={Category.CREDIT})
        assert said(card(), Verdict.ACCEPT, policy=policy).state is CardState.ACCEPTED
        to_credit = Changes(category=Category.CREDIT)
        assert said(card(), Verdict.EDIT, changes=to_credit, policy=policy).state is CardState.AWAITING_SECOND

    def test_policy_asks_for_it_by_the_category_it_was(self) -> None:
        policy = Policy(second_person={Category.STOCK})
        assert said(card(), Verdict.EDIT, changes=TO_DELAY, policy=policy).state is CardState.AWAITING_SECOND


people = st.sampled_from(["mila", "tariq", "ines"])
words = st.lists(
    st.tuples(
        st.sampled_from(Verdict),
        people,
        st.sampled_from([None, ReasonCode.OTHER]),
        st.sampled_from([None, Changes(), TO_DELAY, Changes(severity=Severity.HIGH)]),
    ),
    max_size=8,
)


@given(words, st.booleans(), st.booleans())
def test_whatever_people_say(sequence: list, second: bool, question: bool) -> None:
    now = card(second_person=second, suggestion=abstained() if question else Suggestion(category=Category.STOCK))
    for verdict, by, reason, changes in sequence:
        before = now
        try:
            now = said(now, verdict, by=by, reason=reason, changes=changes)
        except DecisionRefused:
            continue
        assert is_undecided(before)
        assert now.revision == before.revision + 1
        assert now.decisions[:-1] == before.decisions
    if second and now.state in {CardState.ACCEPTED, CardState.EDITED}:
        assert now.decisions[-1].by != now.decisions[-2].by
    assert len(now.decisions) == now.revision - 1

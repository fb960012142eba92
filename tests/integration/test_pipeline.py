"""The one path over a real store, with a dict for a source and tasks that count how often they are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.databases import target_in
from triage.audit.journal import Journal
from triage.audit.story import story
from triage.audit.verify import verify
from triage.cards.store import CardStore
from triage.domain import (
    Abstained,
    Advised,
    Advisory,
    Answer,
    CardState,
    Case,
    Category,
    Changes,
    Classification,
    Company,
    Confidence,
    Document,
    Duty,
    Event,
    Failure,
    Gone,
    Line,
    Message,
    Method,
    Mode,
    ModelCall,
    NoException,
    Order,
    Paper,
    Policy,
    Producer,
    Publication,
    Quote,
    ReasonCode,
    RecordRef,
    Suggestion,
    Summary,
    Verdict,
    View,
)
from triage.errors import Conflict, DecisionRefused, ModelUnavailable, OdooUnavailable, StoreError, UsageError
from triage.pipeline import Desk, decide, one_policy, triage
from triage.storage.database import Database
from triage.storage.keys import KeyFile
from triage.storage.people import People

NOW = datetime(2026, 11, 17, 14, 30, tzinfo=UTC)
BY = Producer(method=Method.EMBEDDED, model="test", version="0")
ORDER = RecordRef(model="sale.order", id=42, name="S00042")
COMPANY = Company(name="Brandt & Mercer Supply B.V.", currency="EUR")
CASE = Case(
    record=ORDER,
    company=COMPANY,
    captured_at=NOW,
    order=Order(ref=ORDER, state="sale", currency="EUR", owner="Mila"),
    lines=(
        Line(
            id=1, product="HB-M8", name="Hex bolt M8", quantity=Decimal(100), reserved=Decimal(60), forecast=Decimal(60)
        ),
    ),
    messages=(Message(id="<1@x.example>", body="Where are the 40 bolts? We need them on Friday.", subject="S00042"),),
    documents=(Document(name="a.txt", media_type="text/plain", content=b"nothing"),),
)


class Asked:
    """A task that answers what it was given and counts."""

    def __init__(self, key: str, answer: Answer | Exception) -> None:
        self.key, self.answer, self.acting = key, answer, {"model": "0"}
        self.times = 0

    def invoke(self, view: object) -> Answer:
        self.times += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Records(dict[str, Case]):
    """A source that is a dict."""

    times = 0

    def capture(self, ref: RecordRef) -> Case | None:
        self.times += 1
        return self.get(ref.key)


def suggestion(category: Category = Category.STOCK, confidence: float = 0.9, **more: object) -> Suggestion:
    measured = Confidence(value=confidence, population="test", n=50, low=0, high=1)
    quotes = (
        Quote(source="message:0", text="Where are the 40 bolts?"),
        Quote(source="message:0", text="Your credit is released."),
    )
    return Suggestion(category=category, confidence=measured, evidence=quotes, **more)


class Office:
    """A desk whose parts can be looked at, over one store."""

    def __init__(self, home: Path) -> None:
        self.database = Database.open(target_in(home))
        self.keys = KeyFile(home / "keys.db")
        self.journal = Journal(self.database, self.keys, lambda: NOW)
        self.cards = CardStore(self.database, self.keys, lambda: NOW)
        self.records = Records({ORDER.key: CASE})
        self.extract = Asked("extract", Paper(by=BY, document="a.txt", sha256="0"))
        self.classify = Asked("classify", Classification(by=BY, suggestions=(suggestion(),), language="en"))
        self.summarise = Asked("summarise", Summary(by=BY, text="They ask for 40 bolts by Friday."))

    def desk(self, policy: Policy | None = None, publish: Callable | None = None) -> Desk:
        return Desk(
            journal=self.journal,
            source=self.records,
            policies=one_policy(policy or Policy()),
            extract=self.extract,
            tasks=[self.classify, self.summarise],
            cards=self.cards,
            publish=publish,
        )

    def decide(self, verdict: Verdict, by: str = "mila", **more):
        policy = more.pop("policy", Policy())
        return decide("1", verdict, by, self.cards, self.journal, lambda: NOW, policy=policy, **more)

    @property
    def asked(self) -> list[int]:
        return [self.records.times, self.extract.times, self.classify.times, self.summarise.times]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.database.close()


def event(key: str = "file:1") -> Event:
    return Event(key=key, source="file", company=COMPANY.name, ref=ORDER, received_at=NOW)


def test_an_exception_becomes_one_card_with_verified_evidence(office: Office) -> None:
    outcome = triage(event(), office.desk())
    [card] = office.cards.all()
    assert outcome == Advised(cards=(card.id,))
    assert card.proposal.suggestion.category is Category.STOCK
    assert [(e.text, e.verified) for e in card.proposal.suggestion.evidence] == [("Where are the 40 bolts?", True)]
    assert any(fact.name == "stock.shortage" for fact in card.proposal.facts)
    assert verify(office.database, office.keys).first_bad is None


def test_the_same_event_again_asks_nobody(office: Office) -> None:
    first = triage(event(), office.desk())
    asked = office.asked
    assert triage(event(), office.desk()) == first
    assert office.asked == asked == [1, 1, 1, 1]
    assert len(office.cards.all()) == 1


def test_after_a_failure_only_what_is_missing_is_done(office: Office) -> None:
    down = ModelUnavailable("model server: no answer within 60 s")
    down.calls = (ModelCall(endpoint="house", model="m", rung="json_schema", sent=({"content": "?"},), received=""),)
    office.summarise.answer = down
    with pytest.raises(ModelUnavailable):
        triage(event(), office.desk())
    [failed] = [entry for entry in story(office.database, office.keys, "file:1") if entry.kind == "failure"]
    assert isinstance(failed.value, Failure)
    assert failed.value.calls == down.calls
    office.summarise.answer = Summary(by=BY, text="They ask for 40 bolts.")
    assert isinstance(triage(event(), office.desk()), Advised)
    assert office.asked == [1, 1, 1, 2]


def test_a_changed_model_is_asked_anew_in_an_unfinished_event(office: Office) -> None:
    office.summarise.answer = ModelUnavailable("down")
    with pytest.raises(ModelUnavailable):
        triage(event(), office.desk())
    office.classify.acting = {"model": "1"}
    office.summarise.answer = Summary(by=BY, text="They ask.")
    triage(event(), office.desk())
    assert office.classify.times == 2


def test_a_second_event_on_the_same_exception_updates_the_card(office: Office) -> None:
    triage(event("file:1"), office.desk())
    triage(event("file:2"), office.desk())
    [card] = office.cards.all()
    assert card.events == ("file:1", "file:2")


def test_a_record_that_is_gone_ends_the_event(office: Office) -> None:
    office.records.clear()
    assert triage(event(), office.desk()) == Gone()
    assert office.cards.all() == []


def test_a_sure_other_ends_without_a_card(office: Office) -> None:
    office.classify.answer = Classification(by=BY, suggestions=(suggestion(Category.OTHER, subtype="thanks"),))
    outcome = triage(event(), office.desk())
    assert isinstance(outcome, NoException)
    assert "thanks" in outcome.why


def test_an_unsure_answer_ends_as_a_question(office: Office) -> None:
    office.classify.answer = Classification(by=BY, suggestions=(suggestion(confidence=0.2),))
    outcome = triage(event(), office.desk())
    assert isinstance(outcome, Abstained)
    assert "20% sure, 50% needed" in outcome.why
    with pytest.raises(DecisionRefused, match="edit"):
        office.decide(Verdict.ACCEPT)


def test_two_exceptions_in_one_mail_are_two_cards(office: Office) -> None:
    both = (suggestion(), suggestion(Category.INVOICE))
    office.classify.answer = Classification(by=BY, suggestions=both)
    outcome = triage(event(), office.desk())
    assert isinstance(outcome, Advised)
    assert len(outcome.cards) == 2


def test_publishing_happens_once_and_only_in_mode_advise(office: Office) -> None:
    published: list[object] = []

    def publish(card):
        published.append(card.id)
        note = RecordRef(model="mail.message", id=len(published), name="note")
        posted = Advisory(verb="note", marker="m", status="posted", ref=note)
        return Publication(card=card.id, on=card.proposal.record, advisories=(posted,))

    triage(event("file:1"), office.desk(publish=publish))
    assert published == []
    policy = Policy(default_mode=Mode.ADVISE)
    outcome = triage(event("file:2"), office.desk(policy, publish))
    triage(event("file:2"), office.desk(policy, publish))
    assert len(published) == 1
    assert isinstance(outcome, Advised)
    assert outcome.advisories[0].name == "note"


def test_a_card_that_was_decided_while_odoo_was_away_is_not_published(office: Office) -> None:
    def away(card):
        raise OdooUnavailable("down")

    published: list[object] = []

    def back(card):
        published.append(card.id)
        return Publication(card=card.id, on=card.proposal.record)

    policy = Policy(default_mode=Mode.ADVISE)
    with pytest.raises(OdooUnavailable):
        triage(event("file:1"), office.desk(policy, away))
    assert office.cards.get(1).state is CardState.OPEN
    office.decide(Verdict.REJECT, reason=ReasonCode.NO_ACTION)
    outcome = triage(event("file:1"), office.desk(policy, back))
    assert isinstance(outcome, Advised)
    assert (published, outcome.advisories) == ([], ())


def test_what_odoo_did_not_take_is_published_when_it_is_back_and_no_model_is_asked_again(office: Office) -> None:
    def away(card):
        raise OdooUnavailable("down")

    policy = Policy(default_mode=Mode.ADVISE)
    with pytest.raises(OdooUnavailable):
        triage(event("file:1"), office.desk(policy, away))
    note = Advisory(verb="note", marker="m", status="posted", ref=RecordRef(model="mail.message", id=1, name="note"))
    outcome = triage(
        event("file:1"),
        office.desk(policy, lambda card: Publication(card=card.id, on=ORDER, advisories=(note,))),
    )
    assert isinstance(outcome, Advised)
    assert [ref.name for ref in outcome.advisories] == ["note"]
    assert (office.classify.times, office.records.times) == (1, 1)


def test_if_it_cannot_be_recorded_it_does_not_happen(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    triage(event("file:0"), office.desk())
    office.database.tables.conn.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError):
        triage(event("file:1"), office.desk())
    office.database.tables.conn.execute("PRAGMA query_only = OFF")
    [card] = office.cards.all()
    assert card.events == ("file:0",)


def test_accepting_is_recorded_once(office: Office) -> None:
    triage(event(), office.desk())
    assert office.decide(Verdict.ACCEPT).state is CardState.ACCEPTED
    with pytest.raises(DecisionRefused, match="mila"):
        office.decide(Verdict.REJECT, by="tariq", reason=ReasonCode.NO_ACTION)
    checked = verify(office.database, office.keys)
    assert checked.first_bad is None


def test_an_edit_keeps_what_was_suggested(office: Office) -> None:
    triage(event(), office.desk())
    card = office.decide(Verdict.EDIT, changes=Changes(category=Category.DELAY), reason=ReasonCode.WRONG_CATEGORY)
    assert card.state is CardState.EDITED
    assert card.proposal.suggestion.category is Category.STOCK
    assert card.decisions[0].changes == Changes(category=Category.DELAY)


def test_a_second_person_is_another_person(office: Office) -> None:
    policy = Policy(second_person={Category.STOCK})
    triage(event(), office.desk(policy))
    assert office.decide(Verdict.ACCEPT, policy=policy).state is CardState.AWAITING_SECOND
    with pytest.raises(DecisionRefused):
        office.decide(Verdict.ACCEPT, policy=policy)
    assert office.decide(Verdict.ACCEPT, by="tariq", policy=policy).state is CardState.ACCEPTED


def test_who_may_not_decide_is_told_so(office: Office) -> None:
    triage(event(), office.desk())
    policy = Policy(deciders={"tariq": {Category.STOCK}})
    with pytest.raises(DecisionRefused, match="mila"):
        office.decide(Verdict.ACCEPT, policy=policy)
    assert office.cards.all()[0].state is CardState.OPEN


def test_duties_decide_where_policy_names_them(office: Office) -> None:
    triage(event(), office.desk())
    policy = Policy(deciders={"duty:lead": {Category.STOCK}})
    people = People(office.database, lambda: NOW)
    people.add("mila", [Duty.REVIEWER], subject="mila")
    people.add("inès", [Duty.LEAD], subject="ines")
    people.add("joris", [Duty.LEAD], subject="joris")
    people.disable("joris")
    for by in ("mila", "joris", "nobody we know", "duty:lead"):
        with pytest.raises(DecisionRefused, match=r"may not decide stock cards.*allows: duty:lead"):
            office.decide(Verdict.ACCEPT, by=by, policy=policy)
    assert office.decide(Verdict.ACCEPT, by="inès", policy=policy).state is CardState.ACCEPTED


def test_an_unknown_card_is_a_usage_error(office: Office) -> None:
    with pytest.raises(UsageError, match="1"):
        office.decide(Verdict.ACCEPT)


def test_a_decision_on_a_stale_card_conflicts(office: Office) -> None:
    triage(event(), office.desk())
    [card] = office.cards.all()
    office.decide(Verdict.ACCEPT)
    with pytest.raises(Conflict):
        office.cards.save(card.with_(state=CardState.REJECTED), card.revision)


def test_the_view_a_task_sees_holds_facts_and_papers(office: Office) -> None:
    seen: list[View] = []
    answer = office.classify.answer
    office.classify.invoke = lambda view: (seen.append(view), answer)[1]  # type: ignore[method-assign]
    triage(event(), office.desk())
    assert seen[0].papers[0].document == "a.txt"
    assert seen[0].fact("stock.shortage") is not None

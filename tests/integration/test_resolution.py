"""Cards end by themselves on the one path: once, recorded, whatever breaks off in between, whoever works beside it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.integration.test_pipeline import BY, CASE, NOW, ORDER, Office, event, suggestion
from triage.audit.story import story
from triage.audit.verify import verify
from triage.domain import (
    Advised,
    Advisory,
    Card,
    CardState,
    Case,
    Category,
    Classification,
    Endings,
    Event,
    FactEvidence,
    Mode,
    NoException,
    Policy,
    Publication,
    Quote,
    ReasonCode,
    RecordRef,
    Suggestion,
    Summary,
    Verdict,
    Withdrawal,
)
from triage.errors import DecisionRefused, OdooUnavailable
from triage.pipeline import triage, withdraw

SHORT = Suggestion(
    category=Category.STOCK, evidence=(FactEvidence(fact="stock.no_receipt_planned[HB-M8]", text="nothing comes"),)
)
NOTHING = Classification(by=BY, suggestions=(suggestion(Category.OTHER, subtype="enquiry"),))
IN_STOCK = CASE.with_(lines=(CASE.lines[0].with_(forecast=Decimal(100), reserved=Decimal(100)),))
ADVISE = Policy(default_mode=Mode.ADVISE)


class Board:
    """Where advice is put: what stands there by card, and how often it was touched."""

    def __init__(self) -> None:
        self.notes: dict[int, str] = {}
        self.times = 0
        self.is_down = False

    def publish(self, card: Card) -> Publication:
        self._touch()
        self.notes[card.number] = card.state.value
        note = RecordRef(model="mail.message", id=card.number, name="note")
        return Publication(
            card=card.id, on=ORDER, advisories=(Advisory(verb="note", marker="m", status="posted", ref=note),)
        )

    def withdraw(self, card: Card) -> Withdrawal:
        self._touch()
        stood = self.notes.pop(card.number, None)
        status = "withdrawn" if stood else "absent"
        return Withdrawal(card=card.id, advisories=(Advisory(verb="note", marker="m", status=status),))

    def _touch(self) -> None:
        if self.is_down:
            raise OdooUnavailable("down")
        self.times += 1


class Desks(Office):
    """An office with a board."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.board = Board()

    def triage(self, key: str, policy: Policy = ADVISE):
        desk = replace(self.desk(policy, self.board.publish), withdraw=self.board.withdraw)
        return triage(event(key), desk)

    def says(self, case: Case, answer: Classification) -> None:
        """What Odoo and the classifier say from now on."""
        self.records[ORDER.key] = case
        self.classify.answer = answer


@pytest.fixture
def at(home: Path) -> Iterator[Desks]:
    office = Desks(home)
    office.says(CASE, Classification(by=BY, suggestions=(SHORT,)))
    yield office
    office.database.close()


def states(at: Desks) -> list[str]:
    return [card.state.value for card in at.cards.all()]


def test_goods_that_came_resolve_the_card_and_its_note_says_so(at: Desks) -> None:
    at.triage("first")
    at.says(IN_STOCK, NOTHING)
    assert isinstance(at.triage("second"), NoException)
    [card] = at.cards.all()
    assert (card.state, card.revision, card.decisions) == (CardState.RESOLVED, 2, ())
    assert card.ended is not None
    assert "stock.no_receipt_planned" in card.ended.why
    assert at.board.notes == {1: "resolved"}
    [told] = [entry for entry in story(at.database, at.keys, "second") if isinstance(entry.value, Endings)]
    assert told.text == f"resolved: {card.ended.why}"
    assert verify(at.database, at.keys).first_bad is None


def test_a_resolved_card_takes_no_decision_and_names_nobody(at: Desks) -> None:
    at.triage("first")
    at.says(IN_STOCK, NOTHING)
    at.triage("second")
    with pytest.raises(DecisionRefused, match="closed: resolved at"):
        at.decide(Verdict.ACCEPT)


def test_an_event_without_anything_that_ends_records_nothing_of_it(at: Desks) -> None:
    at.triage("first")
    at.triage("second")
    assert states(at) == ["open"]
    assert not [entry for entry in story(at.database, at.keys, "second") if isinstance(entry.value, Endings)]


def test_again_does_nothing_twice(at: Desks) -> None:
    at.triage("first")
    at.says(IN_STOCK, NOTHING)
    outcome = at.triage("second")
    touched = at.board.times
    assert at.triage("second") == outcome
    assert at.board.times == touched == 2
    assert at.cards.get(1).revision == 2


def test_odoo_down_between_card_and_note_is_made_good_later(at: Desks) -> None:
    at.triage("first")
    at.says(IN_STOCK, NOTHING)
    at.board.is_down = True
    with pytest.raises(OdooUnavailable):
        at.triage("second")
    assert states(at) == ["resolved"]
    assert at.board.notes == {1: "open"}
    at.board.is_down = False
    at.triage("second")
    assert at.board.notes == {1: "resolved"}
    assert at.cards.get(1).revision == 2


def test_what_was_never_published_gets_no_note_when_it_ends(at: Desks) -> None:
    at.triage("first", Policy())
    at.says(IN_STOCK, NOTHING)
    at.triage("second")
    assert states(at) == ["resolved"]
    assert at.board.times == 0


def test_a_note_whose_record_was_lost_is_taken_back_when_the_card_ended_meanwhile(at: Desks) -> None:
    publish = at.board.publish

    def breaks_off(card: Card) -> Publication:
        publish(card)
        raise OdooUnavailable("the answer was lost")

    at.board.publish = breaks_off  # type: ignore[method-assign]
    with pytest.raises(OdooUnavailable):
        at.triage("first")
    at.board.publish = publish  # type: ignore[method-assign]
    at.says(IN_STOCK, NOTHING)
    at.triage("second")
    assert (states(at), at.board.notes) == (["resolved"], {1: "open"})
    at.triage("first")
    assert at.board.notes == {}


def test_an_old_snapshot_ends_nothing_that_a_newer_one_has_shown(at: Desks) -> None:
    clock = iter(NOW + timedelta(seconds=n) for n in range(1000))
    at.journal._clock = at.cards._clock = lambda: next(clock)
    at.says(IN_STOCK, NOTHING)
    at.summarise.answer = OdooUnavailable("killed here")
    with pytest.raises(OdooUnavailable):
        at.triage("old")
    at.summarise.answer = Summary(by=BY, text="They ask.")
    at.says(CASE, Classification(by=BY, suggestions=(SHORT,)))
    at.triage("new")
    at.classify.answer = NOTHING
    at.triage("old")
    assert states(at) == ["open"]


def test_what_was_taken_back_stays_so_until_the_card_changes(at: Desks) -> None:
    at.triage("first")
    [card] = at.cards.all()
    withdraw(card, at.board.withdraw, at.cards, at.journal, by="mila", why="wrong price list")
    assert isinstance(at.triage("second"), Advised)
    assert at.board.notes == {}
    at.says(
        CASE.with_(lines=(CASE.lines[0].with_(quantity=Decimal(2000)),)), Classification(by=BY, suggestions=(SHORT,))
    )
    at.triage("third")
    assert at.cards.all()[0].revision > card.revision
    assert at.board.notes == {1: "open"}


def test_two_workers_on_two_events_resolve_it_once(at: Desks) -> None:
    at.triage("first")
    at.says(IN_STOCK, NOTHING)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(at.triage, [f"event {n % 4}" for n in range(16)]))
    assert at.cards.get(1).revision == 2
    told = [e for n in range(4) for e in story(at.database, at.keys, f"event {n}") if isinstance(e.value, Endings)]
    assert len(told) == 1
    assert verify(at.database, at.keys).first_bad is None


def test_who_decides_first_wins_over_the_end(at: Desks) -> None:
    at.triage("first")
    at.decide(Verdict.REJECT, reason=ReasonCode.NO_ACTION)
    at.says(IN_STOCK, NOTHING)
    at.triage("second")
    assert states(at) == ["rejected"]


def test_when_it_comes_back_a_new_episode_begins(at: Desks) -> None:
    at.triage("first")
    at.says(IN_STOCK, NOTHING)
    at.triage("second")
    at.says(CASE, Classification(by=BY, suggestions=(SHORT,)))
    at.triage("third")
    assert states(at) == ["resolved", "open"]
    assert at.cards.get(2).key.episode == 2


def test_another_reading_of_the_same_message_supersedes(at: Desks) -> None:
    quote = Quote(source="message:0", text="Where are the 40 bolts?")
    told = [Suggestion(category=each, evidence=(quote,)) for each in (Category.RETURNS, Category.ORDER_CHANGE)]
    at.says(IN_STOCK, Classification(by=BY, suggestions=(told[0],)))
    at.triage("first")
    at.says(IN_STOCK, Classification(by=BY, suggestions=(told[1],)))
    at.triage("second")
    old, new = at.cards.all()
    assert (old.state, new.state, new.supersedes) == (CardState.SUPERSEDED, CardState.OPEN, old.id)
    assert at.board.notes == {1: "superseded", 2: "open"}


def test_another_companys_card_on_the_same_number_stays(at: Desks) -> None:
    at.triage("first")
    other = IN_STOCK.with_(company=CASE.company.with_(name="Another B.V."))
    at.says(other, NOTHING)
    theirs = Event(key="second", source="file", company="Another B.V.", ref=ORDER, received_at=NOW)
    triage(theirs, at.desk(ADVISE, at.board.publish))
    assert states(at) == ["open"]

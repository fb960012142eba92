"""What a decision sets going is done once, after its minute, and again where it failed; never what was taken back."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.opened_store import event, proposal
from tests.unit.test_cards_handling import Desk
from triage.cards.handling import UNDO
from triage.domain import (
    Advisory,
    Card,
    CardState,
    Category,
    Mode,
    Policy,
    Publication,
    ReasonCode,
    RecordRef,
    Verdict,
)
from triage.domain.policies import PolicyBook
from triage.errors import AccessDenied, DecisionRefused, OdooRejected, OdooUnavailable
from triage.jobs.effects import Effects
from triage.jobs.switching import Switch
from triage.pipeline import decide
from triage.storage import effects

ADVISING = Policy(default_mode=Mode.ADVISE)


class Odoo:
    """Takes what is published, or raises what it was told to."""

    acting = {"odoo": "test"}

    def __init__(self) -> None:
        self.cards: list[Card] = []
        self.errors: list[Exception] = []

    def __call__(self, card: Card) -> Publication:
        if self.errors:
            raise self.errors.pop(0)
        self.cards.append(card)
        note = Advisory(verb="note", marker="m", status="posted", ref=RecordRef(model="mail.message", id=1, name="1"))
        return Publication(card=card.id, on=card.proposal.record, advisories=(note,))


@pytest.fixture
def desk(home: Path):
    with Desk(home) as made:
        yield made


@pytest.fixture
def odoo() -> Odoo:
    return Odoo()


def worker(desk: Desk, odoo: Odoo | None, policy: Policy = ADVISING) -> Effects:
    switch = Switch(desk.journal, desk.clock)
    return Effects(desk.cards, desk.journal, PolicyBook(base=policy), desk.clock, switch, odoo)


def later(desk: Desk, by: timedelta = UNDO) -> None:
    desk.time += by


def states(desk: Desk) -> list[str]:
    return [each.state for each in effects.of_card(desk.database, str(desk.cards.get(1).id))]


def test_done_once_after_the_minute(desk: Desk, odoo: Odoo) -> None:
    desk.decide()
    assert worker(desk, odoo).once().done == 0
    later(desk, UNDO - timedelta(seconds=1))
    assert worker(desk, odoo).once().done == 0
    later(desk, timedelta(seconds=1))
    assert worker(desk, odoo).once().done == 1
    assert worker(desk, odoo).once().done == 0
    assert [card.state for card in odoo.cards] == [CardState.ACCEPTED]
    assert states(desk) == ["done"]


def test_a_first_word_of_two_reaches_odoo_too(desk: Desk, odoo: Odoo) -> None:
    desk.decide(policy=Policy(second_person=frozenset({Category.STOCK})))
    later(desk)
    assert worker(desk, odoo).once().done == 1
    assert [card.state for card in odoo.cards] == [CardState.AWAITING_SECOND]


def test_a_second_word_taken_back_leaves_the_first_to_be_told(desk: Desk, odoo: Odoo) -> None:
    """Both in one minute: what the first word set going is of a revision that is gone."""
    two = Policy(second_person=frozenset({Category.STOCK}))
    desk.decide(policy=two)
    desk.decide(by="jo", policy=two)
    desk.handler.undo("1", "jo")
    later(desk)
    worker(desk, odoo).once()
    assert [card.state for card in odoo.cards] == [CardState.AWAITING_SECOND]


def test_nothing_comes_of_what_was_taken_back(desk: Desk, odoo: Odoo) -> None:
    desk.decide()
    desk.handler.undo("1", "mila")
    later(desk, timedelta(days=1))
    assert worker(desk, odoo).once().done == 0
    assert odoo.cards == []
    assert states(desk) == ["cancelled"]


def test_what_a_worker_has_taken_up_cannot_be_taken_back(desk: Desk, odoo: Odoo) -> None:
    """Where the worker's clock runs before the web process's, or the press comes in the very last moment."""
    desk.decide()
    (effect,) = effects.of_card(desk.database, str(desk.cards.get(1).id))
    with desk.database.transaction():
        assert effects.take(desk.database, effect, effect.due_at, "2026-12-01T00:00:00.000000Z")
    with pytest.raises(DecisionRefused, match="under way"):
        desk.handler.undo("1", "mila")
    assert states(desk) == ["waiting"]
    assert desk.cards.get(1).state is CardState.ACCEPTED


def test_in_shadow_nothing_is_written_unless_something_stands_there(desk: Desk, odoo: Odoo) -> None:
    shadow = Policy(default_mode=Mode.SHADOW)
    desk.decide()
    later(desk)
    assert worker(desk, odoo, shadow).once().done == 1
    assert odoo.cards == []


def test_a_rejection_after_a_note_reaches_odoo_even_in_shadow(desk: Desk, odoo: Odoo) -> None:
    from triage.pipeline import publish

    publish(desk.cards.get(1), odoo, desk.cards, desk.journal)
    desk.decide(Verdict.REJECT, reason=ReasonCode.NO_ACTION)
    later(desk)
    worker(desk, odoo, Policy(default_mode=Mode.SHADOW)).once()
    assert [card.state for card in odoo.cards] == [CardState.OPEN, CardState.REJECTED]


def test_an_odoo_that_is_down_is_waited_for_as_long_as_it_takes(desk: Desk, odoo: Odoo) -> None:
    desk.decide()
    later(desk)
    for _ in range(12):
        odoo.errors = [OdooUnavailable("down")]
        assert worker(desk, odoo).once().put_off == 1
        later(desk, timedelta(hours=1))
    assert worker(desk, odoo).once().done == 1
    assert len(odoo.cards) == 1


@pytest.mark.parametrize("error", [OdooUnavailable("down"), AccessDenied("the key is expired")])
def test_an_outage_burns_no_attempt(desk: Desk, odoo: Odoo, error: Exception) -> None:
    desk.decide()
    later(desk)
    for _ in range(6):
        odoo.errors = [error]
        assert worker(desk, odoo).once().put_off == 1
        later(desk, timedelta(minutes=1))
    odoo.errors = [OdooRejected("not now")]
    turn = worker(desk, odoo).once()
    assert (turn.put_off, turn.failed) == (1, 0)
    later(desk, timedelta(minutes=1))
    assert worker(desk, odoo).once().done == 1


def test_while_odoo_is_down_the_others_are_not_tried_either(desk: Desk, odoo: Odoo) -> None:
    other = RecordRef(model="sale.order", id=7, name="S00007")
    desk.cards.put(proposal(record=other), event().key)
    desk.decide()
    decide("2", Verdict.ACCEPT, "mila", desk.cards, desk.journal, desk.clock, policy=Policy())
    later(desk)
    odoo.errors = [OdooUnavailable("down"), OdooUnavailable("asked again")]
    turn = worker(desk, odoo).once()
    assert (turn.put_off, turn.is_down, len(odoo.errors)) == (1, True, 1)
    odoo.errors = []
    later(desk, timedelta(minutes=1))
    assert worker(desk, odoo).once().done == 2


def test_what_odoo_refuses_is_given_up_in_the_end_and_stays_visible(desk: Desk, odoo: Odoo) -> None:
    desk.decide()
    later(desk)
    found = []
    for _ in range(6):
        odoo.errors = [OdooRejected("no")]
        turn = worker(desk, odoo).once()
        found.append((turn.put_off, turn.failed))
        later(desk, timedelta(hours=1))
    assert found == [(1, 0)] * 4 + [(0, 1), (0, 0)]
    (effect,) = effects.of_card(desk.database, str(desk.cards.get(1).id))
    assert (effect.state, effect.error) == ("failed", "OdooRejected")


def test_while_switched_off_it_waits(desk: Desk, odoo: Odoo) -> None:
    switch = Switch(desk.journal, desk.clock)
    switch.off("mila", "strange notes")
    desk.decide()
    later(desk)
    assert worker(desk, odoo).once().put_off == 1
    switch.on("mila", "fine again")
    later(desk, timedelta(hours=1))
    assert worker(desk, odoo).once().done == 1


def test_a_worker_that_died_is_stood_in_for_after_a_while(desk: Desk, odoo: Odoo) -> None:
    desk.decide()
    later(desk)
    (effect,) = effects.due(desk.database, "9999", 10)
    with desk.database.transaction():
        assert effects.take(desk.database, effect, "9999", "2026-11-23T09:33:00.000000Z")
        assert not effects.take(desk.database, effect, "9999", "2026-11-23T09:33:00.000000Z")
    assert worker(desk, odoo).once().done == 0
    later(desk, timedelta(minutes=5))
    assert worker(desk, odoo).once().done == 1


def test_two_workers_at_once_do_it_once(desk: Desk, odoo: Odoo) -> None:
    desk.decide()
    later(desk)
    turns = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        turns.append(worker(desk, odoo).once().done)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(turns) == [0, 0, 0, 1]
    assert len(odoo.cards) == 1


def test_without_an_odoo_there_is_nothing_to_do(desk: Desk) -> None:
    desk.decide()
    later(desk)
    assert worker(desk, None).once().done == 1


def test_who_asked_in_time_to_take_a_word_back_is_heard_before_it_is_done(desk: Desk, odoo: Odoo) -> None:
    desk.decide()
    desk.time += UNDO + timedelta(seconds=1)
    switch = Switch(desk.journal, desk.clock)

    def hear() -> None:
        desk.handler.undo("1", "mila", asked_at=desk.time - timedelta(seconds=2))

    policies = PolicyBook(base=ADVISING)
    turn = Effects(desk.cards, desk.journal, policies, desk.clock, switch, odoo, hear).once()
    assert (turn.done, odoo.cards, desk.cards.get(1).state) == (0, [], CardState.OPEN)


def test_nothing_is_done_while_nobody_can_be_heard(desk: Desk, odoo: Odoo) -> None:
    desk.decide()
    desk.time += UNDO + timedelta(seconds=1)
    switch = Switch(desk.journal, desk.clock)

    def hear() -> None:
        raise OdooUnavailable("it is down")

    turn = Effects(desk.cards, desk.journal, PolicyBook(base=ADVISING), desk.clock, switch, odoo, hear).once()
    assert (turn.is_down, turn.done, odoo.cards, desk.waiting()) == (True, 0, [], ["waiting"])

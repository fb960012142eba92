"""Claim, put aside, hand over, take back: once each, recorded, and refused with a reason."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.opened_store import COMPANY, NOW, Opened, event, proposal
from triage.audit.story import story
from triage.audit.verify import verify
from triage.cards.handling import UNDO, Handler
from triage.domain import ActBy, CardState, Category, Changes, Handling, Policy, ReasonCode, Suggestion, Verdict
from triage.errors import Conflict, DecisionRefused
from triage.pipeline import decide
from triage.storage import effects, queue, records
from triage.storage.queue import Chosen


class Desk(Opened):
    """A store with a card, and a clock that stands still."""

    def __init__(self, home: Path, **more: object) -> None:
        super().__init__(home)
        self.time = NOW
        self.journal._clock = self.cards._clock = self.clock = lambda: self.time
        log = self.journal.of(event())
        log.atomic("card", proposal(**more), lambda it: self.cards.put(it, event().key))
        self.handler = Handler(self.cards, self.journal, self.clock)

    def decide(self, verdict: Verdict = Verdict.ACCEPT, by: str = "mila", **more: object):
        policy = more.pop("policy", Policy())
        return decide("1", verdict, by, self.cards, self.journal, self.clock, policy=policy, **more)

    def row(self):
        found = queue.of_card(self.database, str(self.cards.get(1).id))
        assert found is not None
        return found

    def acts(self) -> list[str]:
        values = [self.journal.opened(record) for record in records.every(self.database)]
        return [value.act.value for value in values if isinstance(value, Handling)]

    def waiting(self) -> list[str]:
        found = effects.due(self.database, "9999", 10)
        return [effect.state for effect in found]


@pytest.fixture
def desk(home: Path):
    with Desk(home) as made:
        yield made
        assert verify(made.database, made.keys).first_bad is None


def test_one_person_claims_a_card(desk: Desk) -> None:
    desk.handler.claim("1", "mila")
    desk.handler.claim("1", "mila")
    assert desk.row().claimed_by == "mila"
    with pytest.raises(DecisionRefused, match="mila has had it"):
        desk.handler.claim("1", "jo")
    with pytest.raises(DecisionRefused, match="not claimed by jo"):
        desk.handler.release("1", "jo")
    desk.handler.hand_over("1", "lead", "jo")
    assert desk.row().claimed_by == "jo"
    desk.handler.release("1", "jo")
    assert desk.row().claimed_by is None
    assert desk.acts() == ["claim", "hand_over", "release"]


def test_a_card_sleeps_until_its_time(desk: Desk) -> None:
    desk.handler.claim("1", "mila")
    desk.handler.snooze("1", "mila", NOW + timedelta(hours=2))
    awake = Chosen(awake_at="2026-11-23T11:29:59.000000Z")
    assert queue.page(desk.database, awake, 10) == []
    assert len(queue.page(desk.database, Chosen(awake_at="2026-11-23T11:30:00.000000Z"), 10)) == 1
    assert desk.row().claimed_by == "mila"
    desk.handler.wake("1", "mila")
    assert len(queue.page(desk.database, awake, 10)) == 1
    with pytest.raises(DecisionRefused, match="is past"):
        desk.handler.snooze("1", "mila", NOW)


def test_no_card_sleeps_past_its_deadline(home: Path) -> None:
    act_by = ActBy(at=NOW + timedelta(hours=1), source="carrier cut-off")
    with Desk(home, suggestion=Suggestion(category=Category.STOCK, act_by=act_by)) as desk:
        desk.handler.snooze("1", "mila", NOW + timedelta(hours=1))
        with pytest.raises(DecisionRefused, match="carrier cut-off"):
            desk.handler.snooze("1", "mila", NOW + timedelta(hours=1, seconds=1))


def test_a_decision_is_taken_back_within_its_minute_and_nothing_comes_of_it(desk: Desk) -> None:
    decided = desk.decide()
    assert (decided.state, desk.waiting()) == (CardState.ACCEPTED, ["waiting"])
    desk.time += UNDO
    restored = desk.handler.undo("1", "mila")
    assert (restored.state, restored.decisions, restored.revision) == (CardState.OPEN, (), 3)
    assert desk.waiting() == []
    assert desk.acts() == ["undo"]
    again = desk.decide(Verdict.REJECT, reason=ReasonCode.NO_ACTION)
    assert again.state is CardState.REJECTED
    assert desk.waiting() == ["waiting"]


def test_too_late_to_take_back(desk: Desk) -> None:
    desk.decide()
    desk.time += UNDO + timedelta(microseconds=1)
    with pytest.raises(DecisionRefused, match="minute"):
        desk.handler.undo("1", "mila")


def test_a_clock_of_odoo_that_goes_ahead_takes_nothing_of_the_minute(desk: Desk) -> None:
    desk.decide()
    desk.time += timedelta(seconds=30)
    assert desk.handler.undo("1", "mila", asked_at=desk.time + timedelta(minutes=2)).state is CardState.OPEN


def test_the_minute_ends_when_somebody_asked_not_when_they_are_heard(desk: Desk) -> None:
    desk.decide()
    desk.time += timedelta(seconds=75)
    with pytest.raises(DecisionRefused, match="minute"):
        desk.handler.undo("1", "mila", asked_at=NOW + UNDO + timedelta(seconds=1))
    asked = {"asked_at": NOW + timedelta(seconds=59), "channel": "odoo", "request": "x_triage_card:3.2"}
    assert desk.handler.undo("1", "mila", **asked).state is CardState.OPEN
    told = [each for each in story(desk.database, desk.keys, desk.cards.get(1)) if each.kind == "handling"]
    assert [dict(each.acting) for each in told] == [{"channel": "odoo", "request": "x_triage_card:3.2"}]


def test_what_is_done_is_not_taken_back(desk: Desk) -> None:
    desk.decide()
    (effect,) = effects.due(desk.database, "9999", 10)
    with desk.database.transaction():
        effects.finish(desk.database, effect, "2026")
    with pytest.raises(DecisionRefused, match="under way or done"):
        desk.handler.undo("1", "mila")


def test_nobody_takes_back_another_ones_word(desk: Desk) -> None:
    with pytest.raises(DecisionRefused, match="not mila's"):
        desk.handler.undo("1", "mila")
    desk.decide()
    with pytest.raises(DecisionRefused, match="not jo's"):
        desk.handler.undo("1", "jo")


def test_the_second_word_taken_back_leaves_the_first(desk: Desk) -> None:
    policy = Policy(second_person=frozenset({Category.STOCK}))
    desk.decide(Verdict.EDIT, changes=Changes(severity="high"), policy=policy)
    desk.decide(by="jo", policy=policy)
    restored = desk.handler.undo("1", "jo")
    assert restored.state is CardState.AWAITING_SECOND
    assert [each.by for each in restored.decisions] == ["mila"]
    assert desk.handler.undo("1", "mila").state is CardState.OPEN


def test_a_closed_card_is_neither_claimed_nor_put_aside(desk: Desk) -> None:
    desk.decide()
    for act in (lambda: desk.handler.claim("1", "jo"), lambda: desk.handler.snooze("1", "jo", NOW + UNDO)):
        with pytest.raises(DecisionRefused, match="closed: accepted by mila"):
            act()


def test_who_saw_another_revision_decides_nothing(desk: Desk) -> None:
    with pytest.raises(Conflict, match="you saw 7"):
        desk.decide(seen=7)
    assert desk.decide(seen=1).state is CardState.ACCEPTED


def test_the_queue_chooses_and_goes_on_by_page(home: Path) -> None:
    with Opened(home) as opened:
        for number in range(12):
            category = list(Category)[number % 3]
            company = COMPANY if number % 2 else "Elsewhere B.V."
            log = opened.journal.of(event(f"mail:{number}", company=company))
            log.atomic(
                "card", proposal(category, company=company, language="de" if number % 4 else "nl"),
                lambda it, number=number: opened.cards.put(it, f"mail:{number}"),
            )  # fmt: skip
        found = queue.page(opened.database, Chosen(), 4)
        numbers = [row.number for row in found]
        while found:
            found = queue.page(opened.database, Chosen(), 4, (found[-1].priority, found[-1].number))
            numbers += [row.number for row in found]
        assert numbers == sorted(numbers)
        assert len(numbers) == queue.count(opened.database, Chosen(), 1000) == 6
        assert queue.count(opened.database, Chosen(), 3) == 3
        assert {row.company for row in queue.page(opened.database, Chosen(companies=[COMPANY]), 99)} == {COMPANY}
        assert queue.page(opened.database, Chosen(companies=[]), 99) == []
        assert {row.language for row in queue.page(opened.database, Chosen(languages=["nl"]), 99)} <= {"nl"}
        assert queue.page(opened.database, Chosen(least_confidence=1), 99) == []

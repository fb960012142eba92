"""What people did, as reports tell it: who still waited then counts, and nothing is told of few people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.unit.opened_store import NOW, Opened, decision, event, proposal, ref
from triage.cards.handling import Handler
from triage.domain import Card, CardState, Decision, Policy, Verdict
from triage.pipeline import decide
from triage.reports.cards import Cards
from triage.reports.estimates import Waits
from triage.reports.kpi import Kpi, kpis
from triage.reports.observed import Observed, observe
from triage.reports.periods import Period, Scope
from triage.reports.pilot import Assumptions, compare

HOURS = tuple(1.0 + number / 10 for number in range(40))
SEEN = Observed(Period(date(2026, 9, 1), date(2026, 9, 30), ZoneInfo("UTC")), Scope(), has_odoo=False)


def _hour(card: Card, hour: int, by: str) -> Decision:
    return decision(card, by=by).with_(at=NOW + timedelta(hours=hour))


def test_who_waited_for_a_second_person_then_is_not_forgotten_because_they_have_come_since(home: Path) -> None:
    with Opened(home) as opened:
        card = opened.cards.put(proposal(record=ref(1)), "file:1")
        asked = card.with_(proposal=card.proposal.with_(second_person=True))
        both = (_hour(card, 1, "mila"), _hour(card, 30, "Noor"))
        confirmed = asked.with_(decisions=both, state=CardState.ACCEPTED)
        refused = asked.with_(decisions=both[:1], state=CardState.REJECTED)
        cards = Cards(opened.database, opened.keys, opened.cards)
        then = cards.second_looks([confirmed, refused], NOW + timedelta(hours=11))
        assert then == Waits((10.0,), (False,), 0)
        later = cards.second_looks([confirmed, refused], NOW + timedelta(hours=99))
        assert later == Waits((29.0,), (True,), 1)
        acted = cards.first_actions([confirmed, refused, card], NOW + timedelta(hours=99))
        assert (acted.seen, acted.people) == ((True, True, False), 1)


def test_the_first_who_took_a_card_counts_whoever_has_it_now(home: Path) -> None:
    with Opened(home) as opened:
        cards = []
        for number in range(1, 5):
            happened = event(f"e{number}", ref(number))
            opened.journal.of(happened)
            cards.append(opened.cards.put(proposal(record=ref(number)), happened.key))
        handler = Handler(opened.cards, opened.journal, opened.clock)
        begun = opened.clock.now
        handler.claim("1", "mila")
        handler.claim("2", "noor")
        handler.hand_over("3", "ada", "noor")
        opened.clock.now = begun + timedelta(hours=9)
        handler.hand_over("1", "ada", "noor")
        handler.release("2", "noor")
        found = Cards(opened.database, opened.keys, opened.cards).first_actions(cards, begun + timedelta(hours=20))
        assert found.seen == (True, True, True, False)
        assert max(found.hours[:3]) < 0.1
        assert found.people == 3  # mila, noor, ada: who acted, not who was given it
        then = Cards(opened.database, opened.keys, opened.cards).first_actions(cards, begun + timedelta(seconds=1))
        assert then.seen == (False,) * 4


def test_who_decided_and_took_it_back_has_acted(home: Path) -> None:
    with Opened(home) as opened:
        happened = event("e1", ref(1))
        opened.journal.of(happened)
        card = opened.cards.put(proposal(record=ref(1)), happened.key)
        opened.clock.now = card.created_at + timedelta(hours=2)
        decide("1", Verdict.ACCEPT, "mila", opened.cards, opened.journal, opened.clock, policy=Policy())
        opened.clock.now += timedelta(seconds=30)
        again = Handler(opened.cards, opened.journal, opened.clock).undo("1", "mila")
        assert not again.decisions
        until = opened.clock.now + timedelta(hours=9)
        found = Cards(opened.database, opened.keys, opened.cards).first_actions([again], until)
        assert (found.seen, found.people) == ((True,), 1)
        assert found.hours[0] == pytest.approx(2, abs=0.02)


def test_cards_that_can_no_longer_be_read_are_not_passed_over_in_silence(home: Path) -> None:
    with Opened(home) as opened:
        for number in (1, 2, 3):
            happened = event(f"e{number}", ref(number))
            opened.journal.of(happened)
            opened.cards.put(proposal(record=ref(number)), happened.key)
        opened.keys.delete(opened.journal.case_key(event("e1", ref(1))))
        month = Period(date(2026, 11, 1), date(2026, 11, 30), ZoneInfo("UTC"))
        store = Cards(opened.database, opened.keys, opened.cards)
        seen = observe(None, store, month, Scope(), NOW + timedelta(days=30))
        assert (seen.cards, seen.erased) == (2, 1)
        assert _told(seen)["exceptions"].note == "stock 2, 1 more can no longer be read"
        doubts = compare(seen, replace(SEEN, period=Period(date(2026, 12, 1), date(2026, 12, 30), ZoneInfo("UTC"))),
                         Assumptions()).doubts  # fmt: skip
        assert "Cards of the baseline that can no longer be read: 1. They are in no figure." in doubts


def _told(seen: Observed) -> dict[str, Kpi]:
    return {each.code: each for each in kpis(seen)}


@pytest.mark.parametrize(("people", "is_told"), [(1, False), (4, False), (5, True)])
def test_a_figure_of_fewer_than_five_people_is_withheld(people: int, is_told: bool) -> None:
    waits = Waits(HOURS, (True,) * 40, people)
    after = replace(SEEN, first_actions=waits, second_looks=waits)
    for code in ("first_action", "second_person"):
        found = _told(after)[code]
        assert (found.estimate.value is not None, found.is_withheld) == (is_told, not is_told)
        assert is_told or "fewer than 5 people" in found.note
    many = replace(SEEN, first_actions=Waits(HOURS, (True,) * 40, 9))
    (told,) = (each for each in compare(many, after, Assumptions()).comparisons if each.kpi.code == "first_action")
    assert (told.difference is not None) == is_told
    assert told.verdict == ("no clear change" if is_told else "cannot be said")
    assert is_told or told.why == "pilot: not shown: fewer than 5 people did it"

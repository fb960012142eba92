"""What of the queue is in clear goes with the card: who had it when it closes, where it stood when it is erased."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.opened_store import COMPANY, NOW, ORDER, Opened, case, decision, event, proposal
from triage import pipeline
from triage.audit import forgetting, retention, retiring
from triage.audit.ledger import Ledger
from triage.audit.verify import verify
from triage.cards import transitions
from triage.cards.handling import Handler
from triage.cards.situating import Situation
from triage.domain import Category, NoException, Policy, Verdict
from triage.storage import queue

WHERE = Situation(site="Ulm", segment="Jane Doe Fixings", channel="fax of Jane")
TWO = Policy(second_person=frozenset({Category.STOCK}))


@pytest.fixture
def opened(home: Path) -> Iterator[Opened]:
    """A card about Jane Doe's order, which mila has taken."""
    with Opened(home) as found:
        log = found.journal.of(event())
        log.once("capture", ORDER, lambda _: case())
        log.atomic("card", proposal(), lambda it: found.cards.put(it, event().key, WHERE))
        log.close(NoException(why="thanks"))
        Handler(found.cards, found.journal, found.clock).claim("1", "mila")
        assert (claim(found)[0], where(found)) == ("mila", ("Ulm", "Jane Doe Fixings", "fax of Jane"))
        yield found


def claim(opened: Opened) -> tuple[str | None, str | None]:
    [row] = opened.database.query("SELECT claimed_by, claimed_at FROM queue")
    return row[0], row[1]


def where(opened: Opened) -> tuple[str, str, str]:
    [row] = opened.database.query("SELECT site, segment, channel FROM queue")
    return row[0], row[1], row[2]


def decide(opened: Opened, policy: Policy, by: str = "mila") -> None:
    card = opened.cards.get(1)
    opened.cards.save(transitions.decide(card, decision(card, by=by), policy), card.revision)


def claim_anew(opened: Opened) -> None:
    """As an earlier version left the row of a closed card."""
    queue.handle(opened.database, str(opened.cards.get(1).id), claimed_by="mila", claimed_at="2026", snoozed_until=None)


def test_a_claim_ends_when_its_card_closes_and_not_before(opened: Opened) -> None:
    decide(opened, TWO)
    assert claim(opened)[0] == "mila"
    decide(opened, TWO, by="jo")
    assert claim(opened) == (None, None)
    assert where(opened)[1] == "Jane Doe Fixings"  # figures count closed cards by it


@pytest.mark.parametrize("last", ["mila", "jo", None])
def test_who_had_a_card_has_it_again_when_its_decision_is_taken_back(opened: Opened, last: str | None) -> None:
    handler = Handler(opened.cards, opened.journal, opened.clock)
    if last == "jo":
        handler.hand_over("1", "mila", "jo")
    elif last is None:
        handler.release("1", "mila")
    before = claim(opened)
    pipeline.decide("1", Verdict.ACCEPT, "ann", opened.cards, opened.journal, opened.clock, policy=Policy())
    assert claim(opened) == (None, None)
    handler.undo("1", "ann")
    assert (before[0], claim(opened)[0]) == (last, last)


def test_claims_that_outlived_their_cards_are_ended(opened: Opened) -> None:
    assert queue.end_claims(opened.database, COMPANY) == 0
    decide(opened, Policy())
    claim_anew(opened)
    assert queue.end_claims(opened.database, "Elsewhere B.V.") == 0
    assert queue.end_claims(opened.database, COMPANY) == 1
    assert claim(opened) == (None, None)


@pytest.mark.parametrize("closed", [False, True])
def test_of_an_erased_card_the_queue_tells_nothing(opened: Opened, closed: bool) -> None:
    if closed:
        decide(opened, Policy())
        claim_anew(opened)
    found = forgetting.find(opened.journal, ["Jane Doe"])
    ledger = Ledger(opened.home / "erasures.jsonl")
    forgetting.erase(opened.journal, ledger, found, "Jane Doe", "dpo", "request 12", opened.clock)
    assert (claim(opened), where(opened)) == ((None, None), ("", "", ""))
    assert verify(opened.database, opened.keys, ledger.keys()).first_bad is None


def test_of_an_emptied_card_the_queue_tells_nothing(opened: Opened) -> None:
    decide(opened, Policy())
    claim_anew(opened)
    card, later = str(opened.cards.get(1).id), NOW + timedelta(days=40)
    assert retiring.apply(opened.journal, COMPANY, 30, later, "timer") == 1
    assert (claim(opened), where(opened)) == ((None, None), ("", "", ""))
    queue.situate(opened.database, card, "Ulm", "Jane Doe Fixings", "mail")  # as an earlier version left it
    assert retiring.apply(opened.journal, COMPANY, 30, later + timedelta(days=1), "timer") == 0
    assert where(opened) == ("", "", "")
    assert verify(opened.database, opened.keys).first_bad is None


def test_what_tells_nothing_any_more_is_not_written_again(opened: Opened) -> None:
    decide(opened, Policy())
    later = NOW + timedelta(days=40)
    assert retiring.apply(opened.journal, COMPANY, 30, later, "timer") == 1
    if opened.database.engine == "sqlite":
        refusing = "CREATE TRIGGER still BEFORE UPDATE ON queue BEGIN SELECT RAISE(ABORT, 'written again'); END"
    else:
        refusing = "ALTER TABLE queue ADD CONSTRAINT still CHECK (number < 0) NOT VALID"
    opened.database.execute(refusing)
    assert retiring.apply(opened.journal, COMPANY, 30, later + timedelta(days=1), "timer") == 0
    assert queue.forget(opened.database, "nobody's", opened.database.query("SELECT id FROM cards")[0][0]) == 0


def test_for_cards_on_hold_no_key_is_made(opened: Opened) -> None:
    decide(opened, Policy())
    retention.hold(opened.journal, opened.cards.case_key(opened.cards.get(1)), COMPANY, "legal", "claim 7", NOW)
    later = NOW + timedelta(days=40)
    assert list(retiring.due(opened.journal, COMPANY, 30, later)) == []
    assert retiring.apply(opened.journal, COMPANY, 30, later, "timer") == 0
    with closing(sqlite3.connect(opened.home / "keys.db")) as keys:
        made = {row[0] for row in keys.execute("SELECT case_id FROM keys")}
    assert retiring.key_case(opened.keys, later, 0) not in made

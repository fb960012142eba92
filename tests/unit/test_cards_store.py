"""One open card for each exception; every change by compare-and-set; content readable with its case's key only."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from uuid import UUID

import pytest

from tests.unit.opened_store import COMPANY, NOW, Opened, abstained, case, decision, event, proposal, ref
from triage.audit.verify import verify
from triage.cards.transitions import decide
from triage.domain import Card, CardState, Category, Policy, RecordRef, Severity, Suggestion, Verdict
from triage.errors import ChainBroken, Conflict, DecisionRefused, KeyMissing, StoreError, UsageError

MAIL = RecordRef(model="mail.message", id=None, name="<1@doe-fixings.example>")


@pytest.fixture
def opened(home: Path):
    with Opened(home) as store:
        yield store


@pytest.fixture
def in_file(tmp_path: Path):
    """A store in a file, for what only files have."""
    with Opened(tmp_path) as store:
        yield store


def accepted(opened: Opened, card: Card, by: str = "mila") -> Card:
    return opened.cards.save(decide(card, decision(card, by=by), Policy()), card.revision)


def test_a_proposal_becomes_a_card(opened: Opened) -> None:
    card = opened.cards.put(proposal(), "file:1")
    assert (card.number, card.revision, card.state, card.events) == (1, 1, CardState.OPEN, ("file:1",))
    assert (card.key.record, card.key.category, card.key.episode) == ("sale.order:42", Category.STOCK, 1)
    assert card.id.version == 7
    assert int.from_bytes(card.id.bytes[:6], "big") == int(card.created_at.timestamp() * 1000)
    assert opened.cards.get(1) == card


def test_another_record_category_or_company_is_another_card(opened: Opened) -> None:
    for each in (
        proposal(),
        proposal(Category.INVOICE),
        proposal(record=ref(7)),
        proposal(company="Elsewhere B.V."),
    ):
        opened.cards.put(each, "file:1")
    assert [card.number for card in opened.cards.all()] == [1, 2, 3, 4]


def test_an_identical_proposal_adds_the_event_only(opened: Opened) -> None:
    first = opened.cards.put(proposal(), "file:1")
    second = opened.cards.put(proposal(), "file:2")
    assert (second.id, second.revision, second.events) == (first.id, 1, ("file:1", "file:2"))
    assert opened.cards.put(proposal(), "file:2") == second
    assert opened.cards.of_event("file:2", COMPANY) == opened.cards.of_event("file:1", COMPANY) == [second]


def test_a_changed_proposal_updates_the_open_card(opened: Opened) -> None:
    first = opened.cards.put(proposal(), "file:1")
    urgent = proposal(suggestion=Suggestion(category=Category.STOCK, severity=Severity.URGENT), team="expediting")
    second = opened.cards.put(urgent, "file:2")
    assert (second.id, second.number, second.revision, second.proposal) == (first.id, 1, 2, urgent)
    assert second.updated_at > first.updated_at
    [row] = opened.database.query("SELECT severity, team, revision FROM cards")
    assert tuple(row) == ("urgent", "expediting", 2)


def test_after_a_decision_the_next_episode_begins(opened: Opened) -> None:
    first = accepted(opened, opened.cards.put(proposal(), "file:1"))
    second = opened.cards.put(proposal(), "file:2")
    assert (second.number, second.key.episode, second.state) == (2, 2, CardState.OPEN)
    assert opened.cards.get(1) == first


def test_a_first_word_does_not_survive_a_change_of_what_it_confirmed(opened: Opened) -> None:
    waiting = accepted(opened, opened.cards.put(proposal(second_person=True), "file:1"))
    assert waiting.state is CardState.AWAITING_SECOND
    same = opened.cards.put(proposal(second_person=True, summary="Jane asks again."), "file:2")
    assert same.state is CardState.AWAITING_SECOND
    question = opened.cards.put(proposal(second_person=True, suggestion=abstained()), "file:3")
    assert (question.state, len(question.decisions)) == (CardState.OPEN, 1)
    with pytest.raises(DecisionRefused, match="nothing to accept"):
        accepted(opened, question, by="tariq")


def test_a_stale_card_is_not_saved(opened: Opened) -> None:
    card = opened.cards.put(proposal(), "file:1")
    done = accepted(opened, card)
    assert done.revision == 2
    with pytest.raises(Conflict, match="at revision 2, you saw 1"):
        accepted(opened, card, by="tariq")
    assert opened.cards.get(1) == done


def test_saving_keeps_events_that_came_meanwhile(opened: Opened) -> None:
    card = opened.cards.put(proposal(), "file:1")
    opened.cards.put(proposal(), "file:2")
    assert accepted(opened, card).events == ("file:1", "file:2")


def test_only_known_cards_are_saved_and_never_renamed(opened: Opened) -> None:
    card = opened.cards.put(proposal(), "file:1")
    with pytest.raises(UsageError, match="never change"):
        opened.cards.save(card.with_(number=9), 1)
    stranger = card.with_(id=UUID("01931f3e-0000-7000-8000-000000000001"))
    with pytest.raises(StoreError, match="not in this store"):
        opened.cards.save(stranger, 1)
    with pytest.raises(StoreError, match="not in this store"):
        opened.cards.case_key(stranger)


def test_threads_decide_each_card_once(opened: Opened) -> None:
    cards = [opened.cards.put(proposal(record=ref(number)), f"file:{number}") for number in range(1, 6)]
    together = threading.Barrier(4)
    done: list[tuple[int, str]] = []
    refused: list[StoreError] = []

    def review(by: str) -> None:
        together.wait(timeout=20)
        for card in cards:
            try:
                accepted(opened, card, by)
                done.append((card.number, by))
            except Conflict as error:
                refused.append(error)

    reviewers = [threading.Thread(target=review, args=(by,)) for by in ("mila", "tariq", "ines", "otto")]
    for reviewer in reviewers:
        reviewer.start()
    for reviewer in reviewers:
        reviewer.join()
    assert sorted(number for number, _ in done) == [1, 2, 3, 4, 5]
    assert len(refused) == 15
    assert {(card.number, card.decisions[0].by) for card in opened.cards.all()} == set(done)


def test_threads_putting_one_exception_make_one_card(opened: Opened) -> None:
    writers = [threading.Thread(target=opened.cards.put, args=(proposal(), f"file:{n}")) for n in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    [card] = opened.cards.all()
    assert sorted(card.events) == [f"file:{n}" for n in range(6)]


@pytest.mark.parametrize("handle", [1, "1", "#1", " #1 "])
def test_a_card_is_found_by_its_number(opened: Opened, handle: str | int) -> None:
    card = opened.cards.put(proposal(), "file:1")
    opened.cards.put(proposal(record=ref(7)), "file:2")
    assert opened.cards.get(handle) == card


def test_a_card_is_found_by_its_id(opened: Opened) -> None:
    card = opened.cards.put(proposal(), "file:1")
    for handle in (card.id, str(card.id), str(card.id).upper(), str(card.id)[:8], str(card.id)[:20]):
        assert opened.cards.get(handle) == card


def test_what_names_no_card_is_said(opened: Opened) -> None:
    opened.cards.put(proposal(), "file:1")
    second = opened.cards.put(proposal(record=ref(7)), "file:2")
    for handle, said in (
        ("9", "no card 9"),
        ("ffffffff", "no card ffffffff"),
        ("S00042", "names no card"),
        ("0", "names no card"),
        ("", "names no card"),
        (str(second.id)[:8], "#1, #2"),
    ):
        with pytest.raises(UsageError, match=said):
            opened.cards.get(handle)


def test_cards_are_listed_in_pages(opened: Opened) -> None:
    for number in range(1, 6):
        opened.cards.put(proposal(record=ref(number)), f"file:{number}")
    accepted(opened, opened.cards.get(2))
    assert [card.number for card in opened.cards.all(CardState.OPEN)] == [1, 3, 4, 5]
    assert [card.number for card in opened.cards.all(limit=2, offset=1)] == [2, 3]
    assert [card.number for card in opened.cards.all(offset=3)] == [4, 5]
    assert opened.cards.of_event("file:9", COMPANY) == []


def test_putting_joins_the_transaction(opened: Opened) -> None:
    with pytest.raises(ZeroDivisionError), opened.database.transaction():
        opened.cards.put(proposal(), "file:1")
        raise ZeroDivisionError
    assert opened.cards.all() == []


def put_by_event(opened: Opened, key: str, record: RecordRef, **more: object) -> Card:
    log = opened.journal.of(event(key, record))
    log.once("capture", record, lambda _: case())
    return log.atomic("card", proposal(**more), lambda it: opened.cards.put(it, key))


def test_a_card_is_erased_with_the_case_its_content_came_from(opened: Opened) -> None:
    card = put_by_event(opened, "mail:1", MAIL)
    assert opened.cards.case_key(card) == opened.journal.case_key(event("mail:1", MAIL))
    opened.keys.delete(opened.cards.case_key(card))
    with pytest.raises(KeyMissing, match="card #1"):
        opened.cards.get(1)
    assert opened.cards.all() == opened.cards.of_event("mail:1", COMPANY) == []
    assert verify(opened.database, opened.keys).first_bad is None


def test_a_card_moves_to_the_case_that_replaced_its_content(opened: Opened) -> None:
    card = put_by_event(opened, "mail:1", MAIL)
    old = opened.cards.case_key(card)
    card = put_by_event(opened, "hook:2", ref(42), summary="40 bolts are short.")
    assert opened.cards.case_key(card) == opened.journal.case_key(event("hook:2", ref(42)))
    opened.keys.delete(old)
    assert opened.cards.get(1) == card
    opened.keys.delete(opened.cards.case_key(card))
    with pytest.raises(KeyMissing):
        opened.cards.get(1)


def test_after_an_erasure_the_exception_gets_a_new_card(opened: Opened) -> None:
    card = put_by_event(opened, "mail:1", MAIL)
    opened.keys.delete(opened.cards.case_key(card))
    new = put_by_event(opened, "mail:2", MAIL)
    assert (new.number, new.key.episode) == (2, 2)
    assert [each.number for each in opened.cards.all()] == [2]
    assert verify(opened.database, opened.keys).first_bad is None


def test_nothing_personal_is_readable_in_the_table(in_file: Opened) -> None:
    record = RecordRef(model="file", id=None, name="complaint-jane-doe.eml")
    in_file.cards.put(proposal(record=record), "file:complaint-jane-doe.eml")
    in_file.database.close()
    everything = b"".join(file.read_bytes() for file in in_file.home.iterdir()).lower()
    assert b"jane" + b"-doe" not in everything
    assert b"jane doe" not in everything


@pytest.mark.parametrize("change", ["state = 'accepted'", "team = 'x'", "revision = 5", "sealed = zeroblob(80)"])
def test_a_row_changed_from_outside_is_refused(in_file: Opened, change: str) -> None:
    in_file.cards.put(proposal(), "file:1")
    with sqlite3.connect(in_file.home / "audit.db") as other:
        other.execute(f"UPDATE cards SET {change}")
    other.close()
    with pytest.raises(ChainBroken, match="card #1"):
        in_file.cards.get(1)


def test_a_decision_after_the_card_was_closed_is_refused(opened: Opened) -> None:
    card = accepted(opened, opened.cards.put(proposal(), "file:1"))
    with pytest.raises(DecisionRefused, match="closed"):
        decide(card, decision(card, Verdict.ACCEPT, at=NOW), Policy())

"""Rows beside the journal are held against what its records say; nothing that the software did itself is a fault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.databases import damage, target_in
from tests.unit.opened_store import COMPANY, NOW, Opened, event, proposal, ref
from triage.audit import forgetting, retention
from triage.audit.checkpoints import make
from triage.audit.ledger import Ledger
from triage.audit.verify import verify
from triage.cards.handling import Handler
from triage.domain import Card, Category, NoException, Origin, Policy, Verdict
from triage.pipeline import decide

TWIN = Origin(key="twin:P00031:S00001", text="P00031 and S00001", across=True)


@pytest.fixture
def opened(home: Path) -> Iterator[Opened]:
    with Opened(home) as found:
        for number in (1, 2):
            put(found, number)
        yield found


def put(opened: Opened, number: int, key: str = "", company: str = COMPANY, **more: Any) -> Card:
    log = opened.journal.of(event(key or f"e:{number}", ref(number), company))
    given: dict[str, Any] = {"record": ref(number), "company": company} | more
    made = proposal(**given)
    card = log.atomic("card", made, lambda it: opened.cards.put(it, key or f"e:{number}"))
    log.close(NoException(why="thanks"))
    return card


def bad(opened: Opened) -> str:
    return verify(opened.database, opened.keys, Ledger(opened.home / "erasures.jsonl").growing()).first_bad or ""


def word(opened: Opened, number: int, member: str | None = None) -> Card:
    given = (opened.cards, opened.journal, opened.clock)
    return decide(str(number), Verdict.ACCEPT, "mila", *given, policy=Policy(), member=member)


def aged(opened: Opened) -> None:
    list(retention.apply(opened.journal, COMPANY, {"outcome": 1}, NOW + timedelta(days=9), "timer"))


def test_a_payload_that_goes_by_leave_given_for_others_shows(opened: Opened) -> None:
    aged(opened)
    assert bad(opened) == ""
    [row] = opened.database.query("SELECT seq FROM journal WHERE kind = 'retention'")
    target = target_in(opened.home)
    damage(target, "INSERT INTO removals VALUES (?, 2, ?, ?)", COMPANY, COMPANY, row["seq"])
    damage(target, "DELETE FROM payloads WHERE seq = 2")
    by = f"record {row['seq']} of {COMPANY}"
    assert bad(opened) == f"stream {COMPANY}, record 2: its payload was taken away, and {by} does not allow that"


def test_a_payload_that_goes_by_leave_of_an_erasure_shows(opened: Opened) -> None:
    forget(opened, 2)
    [row] = opened.database.query("SELECT seq FROM journal WHERE kind = 'erasure'")
    damage(target_in(opened.home), "INSERT INTO removals VALUES (?, 2, ?, ?)", COMPANY, COMPANY, row["seq"])
    damage(target_in(opened.home), "DELETE FROM payloads WHERE seq = 2")
    assert "record 2: its payload was taken away" in bad(opened)


def forget(opened: Opened, number: int) -> None:
    case = opened.cards.case_key(opened.cards.get(number))
    found = forgetting.Found(case, COMPANY, ref(number), 1, (number,), (), "", "")
    ledger = Ledger(opened.home / "erasures.jsonl")
    forgetting.erase(opened.journal, ledger, [found], "Jane Doe", "dpo", "request 12", opened.clock)


def test_a_key_that_is_deleted_without_an_erasure_shows(opened: Opened) -> None:
    forget(opened, 2)
    assert bad(opened) == ""
    case = opened.cards.case_key(opened.cards.get(1))
    opened.keys.delete(case, at=opened.clock())
    assert "record 1: its key" in bad(opened)
    assert "no record of an erasure says so" in bad(opened)
    assert verify(opened.database, opened.keys).first_bad is None, "without the ledger it may be a restored backup"


def test_a_key_that_only_the_ledger_names_was_forgotten_before_a_backup_came_back(opened: Opened) -> None:
    key = opened.keys.key(opened.cards.case_key(opened.cards.get(1))).id
    Ledger(opened.home / "erasures.jsonl").append([key], NOW)
    opened.keys.forget(key, at=opened.clock())
    assert bad(opened) == ""


@pytest.mark.parametrize("lifted", [False, True])
def test_a_hold_that_is_lifted_or_placed_without_a_record_shows(opened: Opened, lifted: bool) -> None:
    case = opened.cards.case_key(opened.cards.get(1))
    retention.hold(opened.journal, case, COMPANY, "legal", "claim 7", NOW)
    assert bad(opened) == ""
    if not lifted:
        damage(target_in(opened.home), "DELETE FROM holds")
        assert "the hold was taken away" in bad(opened)
        return
    retention.lift(opened.journal, case, COMPANY, "legal", "settled", NOW)
    assert bad(opened) == ""
    damage(target_in(opened.home), "INSERT INTO holds VALUES (?, ?, '2026')", case, COMPANY)
    assert "no record says who" in bad(opened)


def test_a_card_put_back_to_before_a_word_was_taken_back_shows(opened: Opened) -> None:
    word(opened, 1)
    [row] = opened.database.query("SELECT state, revision, updated_at, sealed FROM cards WHERE number = 1")
    Handler(opened.cards, opened.journal, opened.clock).undo("1", "mila")
    assert bad(opened) == ""
    sql = "UPDATE cards SET state = ?, revision = ?, updated_at = ?, sealed = ? WHERE number = 1"
    damage(target_in(opened.home), sql, *row)
    assert bad(opened) == "card #1: it stands at revision 2, the journal tells of 3"


def test_a_card_that_the_queue_hides_shows(opened: Opened) -> None:
    damage(target_in(opened.home), "UPDATE queue SET state = 'accepted' WHERE number = 2")
    assert bad(opened) == "card #2: the queue does not show it as it is"


def test_a_case_on_a_card_that_was_changed_or_taken_away_shows(opened: Opened) -> None:
    late = Origin(key="purchase.order:31", text="P00031, due 2026-11-20")
    for number in (5, 6):
        put(opened, number, origins=(late,))
    word(opened, 3, member="S00006")
    assert bad(opened) == ""
    [row] = opened.database.query("SELECT sealed FROM card_members")
    damage(target_in(opened.home), "UPDATE card_members SET sealed = ?", row["sealed"][:-1] + b"0")
    assert "a case on it: its row was changed" in bad(opened)
    damage(target_in(opened.home), "DELETE FROM card_members")
    assert bad(opened) == "card #3: the rows of 1 of its cases were taken away"


def test_a_checkpoint_whose_record_was_cut_off_shows(opened: Opened) -> None:
    make(opened.journal, opened.clock)
    make(opened.journal, opened.clock)
    assert bad(opened) == ""
    for table in ("payloads", "journal"):
        damage(target_in(opened.home), f"DELETE FROM {table} WHERE stream = '@store' AND seq = 2")
    assert bad(opened) == "checkpoint 2: no record tells of it; records were cut off"


def test_a_card_of_two_companies_is_no_fault(opened: Opened) -> None:
    """Their streams are read one after the other, and the word on one case came before the other case changed."""
    first = put(opened, 7, origins=(TWIN,))
    put(opened, 8, company="Alpha B.V.", origins=(TWIN,))
    word(opened, first.number, member="S00007")
    put(opened, 8, "e:8b", company="Alpha B.V.", origins=(TWIN,), summary="They ask again.")
    assert opened.cards.get(first.number).revision == 4
    assert bad(opened) == ""


def test_nothing_that_the_software_does_is_a_fault(opened: Opened) -> None:
    handler = Handler(opened.cards, opened.journal, opened.clock)
    handler.claim("1", "mila")
    handler.snooze("1", "mila", NOW + timedelta(days=1))
    word(opened, 1)
    handler.undo("1", "mila")
    word(opened, 1)
    put(opened, 2, "e:2b", category=Category.STOCK, summary="They ask again.")
    case = opened.cards.case_key(opened.cards.get(1))
    retention.hold(opened.journal, case, COMPANY, "legal", "claim 7", NOW)
    aged(opened)
    make(opened.journal, opened.clock)
    forget(opened, 2)
    aged(opened)
    assert bad(opened) == ""

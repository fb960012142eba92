"""A deleted key's id stands in clear in all that it sealed: whoever has one, and no keys, forges nothing with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.databases import damage, target_in
from tests.unit.opened_store import COMPANY, Opened, decision, event, proposal, ref
from triage.audit import forgetting, retention, retiring, sealing
from triage.audit.chain import digest, record_hash
from triage.audit.ledger import Ledger
from triage.audit.verify import verify
from triage.cards import transitions
from triage.domain import Arrival, Card, Door, NoException, Origin, Policy, Removal
from triage.jobs.inbox import Inbox


@pytest.fixture
def opened(home: Any) -> Iterator[Opened]:
    """Three cases with a card each; the third one was erased, and the first one has gone on since."""
    with Opened(home) as found:
        for number in (1, 2, 3):
            put(found, number)
        forget(found, 3)
        found.clock.now += timedelta(days=1)
        put(found, 1, "e:1b", summary="They ask again.")
        assert bad(found) == ""
        yield found


def put(opened: Opened, number: int, key: str = "", **more: Any) -> Card:
    log = opened.journal.of(event(key or f"e:{number}", ref(number)))
    card = log.atomic(
        "card", proposal(**{"record": ref(number), **more}), lambda it: opened.cards.put(it, key or f"e:{number}")
    )
    log.close(NoException(why="thanks"))
    return card


def forget(opened: Opened, number: int) -> None:
    case = opened.cards.case_key(opened.cards.get(number))
    given = {"stream": COMPANY, "kind": "effect", "case": case, "event": None, "value": ref(number)}
    opened.journal.record(**given, subjects=["Petra Holt"])
    found = forgetting.find(opened.journal, ["Petra Holt"])
    assert forgetting.erase(opened.journal, ledger(opened), found, "Petra Holt", "dpo", "request 12", opened.clock)


def ledger(opened: Opened) -> Ledger:
    return Ledger(opened.home / "erasures.jsonl")


def bad(opened: Opened) -> str:
    return verify(opened.database, opened.keys, ledger(opened).keys()).first_bad or ""


def gone(opened: Opened) -> tuple[bytes, str]:
    """What anybody can read of the erased case: the id of its key, and the case's."""
    [row] = opened.database.query("SELECT sealed, case_id FROM cards WHERE number = 3")
    return sealing.key_id(row["sealed"]), row["case_id"]


def junk(key: bytes) -> bytes:
    return b"\x01" + key + b"junk " * 12


def forged(opened: Opened, first: int, key: bytes, **changed: object) -> None:
    """The records from `first` on written anew, each with junk under a key's id, and hashed so that the chain fits."""
    rows = opened.database.query(
        "SELECT seq, prev_hash, body FROM journal WHERE stream = ? AND seq >= ? ORDER BY seq", (COMPANY, first)
    )
    prev = rows[0]["prev_hash"]
    for row in rows:
        sealed = junk(key)
        body = json.loads(bytes(row["body"])) | changed | {"prev": prev}
        body["payload"] = {"sha256": digest(sealed), "size": len(sealed)}
        raw = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        columns = ("kind", "at", "case")
        damage(
            target_in(opened.home),
            "UPDATE journal SET prev_hash = ?, hash = ?, body = ?, kind = ?, at = ?, case_id = ?"
            " WHERE stream = ? AND seq = ?",
            *(prev, record_hash(raw), raw, *(body[name] for name in columns), COMPANY, row["seq"]),
        )
        damage(
            target_in(opened.home),
            "UPDATE payloads SET sealed = ? WHERE stream = ? AND seq = ?",
            *(sealed, COMPANY, row["seq"]),
        )
        prev = record_hash(raw)


def count(opened: Opened) -> int:
    return int(opened.database.query("SELECT max(seq) FROM journal WHERE stream = ?", (COMPANY,))[0][0])


@pytest.mark.parametrize("first", [2, 5, 11, 12, 13])
def test_records_of_a_case_that_was_never_erased_are_not_taken_for_erased(opened: Opened, first: int) -> None:
    key, _ = gone(opened)
    forged(opened, first, key)
    assert f"record {first}: it names key {key.hex()}, which was deleted, and was another case's" in bad(opened)


def test_records_forged_into_the_erased_case_are_younger_than_its_key(opened: Opened) -> None:
    key, case = gone(opened)
    last = count(opened)
    forged(opened, last, key, case=case)
    assert bad(opened) == f"stream {COMPANY}, record {last}: it was made after its key {key.hex()} was deleted"
    forged(opened, last, key, case=case, at="2026-11-23T09:00:00.000000Z")
    assert "it was made after its key" in bad(opened), "its time is its own word; what stands before it is older"


def test_an_erasure_that_was_broken_off_and_done_later_is_no_fault(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger has the key, which is still there: whoever has the store open works on with it."""
    with monkeypatch.context() as patch:
        patch.setattr(opened.keys, "forget", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            forget(opened, 2)
    opened.clock.now += timedelta(hours=5)
    put(opened, 2, "e:2b", summary="They ask again.")
    assert "are here again" in bad(opened)
    assert ledger(opened).replay(opened.keys, opened.clock()) == 1
    assert bad(opened) == ""


@pytest.mark.parametrize("kind", ["erasure", "hold", "retention", "checkpoint"])
def test_what_allows_others_to_go_is_never_erased_itself(opened: Opened, kind: str) -> None:
    key, case = gone(opened)
    last = count(opened)
    forged(opened, last, key, case=case, kind=kind)
    assert bad(opened) == (
        f"stream {COMPANY}, record {last}: it cannot be opened, and a record of kind {kind} is never erased"
    )


def test_what_allows_others_to_go_never_goes_by_its_own_leave(opened: Opened) -> None:
    list(retention.apply(opened.journal, COMPANY, {"outcome": 1}, opened.clock.now + timedelta(days=9), "timer"))
    assert bad(opened) == ""
    last = count(opened)
    for seq in (2, last):
        damage(target_in(opened.home), "INSERT INTO removals VALUES (?, ?, ?, ?)", COMPANY, seq, COMPANY, last)
        damage(target_in(opened.home), "DELETE FROM payloads WHERE stream = ? AND seq = ?", COMPANY, seq)
    assert bad(opened) == f"stream {COMPANY}, record {last}: its payload was taken away, and a retention never loses it"


@pytest.mark.parametrize("moved", [False, True])
def test_a_card_is_not_blanked_with_the_id_of_a_deleted_key(opened: Opened, moved: bool) -> None:
    key, case = gone(opened)
    change = "sealed = ?, case_id = ?, revision = revision + 1" if moved else "sealed = ?"
    damage(target_in(opened.home), f"UPDATE cards SET {change} WHERE number = 2", junk(key), *([case] if moved else []))
    assert bad(opened) == "card #2: it cannot be opened, and nothing says that its content was erased"


def test_a_card_is_not_blanked_with_the_key_of_a_day_of_arrivals(opened: Opened) -> None:
    inbox = Inbox(opened.journal, opened.clock)
    at = {"received_at": opened.clock(), "due_at": opened.clock(), "company": COMPANY, "ref": ref(9), "door": Door.API}
    inbox.accept(Arrival(key="a", source="odoo", **at))
    [row] = opened.database.query("SELECT sealed, key_case FROM inbox")
    key = sealing.key_id(row["sealed"])
    opened.keys.delete(row["key_case"], at=opened.clock())
    sql = "UPDATE cards SET sealed = ?, case_id = ?, revision = revision + 1 WHERE number = 2"
    damage(target_in(opened.home), sql, junk(key), row["key_case"])
    assert "card #2: it cannot be opened" in bad(opened)


def test_a_card_that_only_the_ledger_speaks_for_is_one_of_the_erased_case(opened: Opened) -> None:
    """A restored store has no record of the erasure that the ledger repeats."""
    case = opened.cards.case_key(opened.cards.get(2))
    key = opened.keys.key(case).id
    ledger(opened).append([key], opened.clock())
    ledger(opened).replay(opened.keys)
    assert bad(opened) == ""
    sql = "UPDATE cards SET sealed = ?, case_id = ? WHERE number = 1"
    damage(target_in(opened.home), sql, junk(key), case)
    assert "card #1: it cannot be opened" in bad(opened)


def closed(opened: Opened, *numbers: int) -> None:
    for number in numbers:
        card = opened.cards.get(number)
        opened.cards.save(transitions.decide(card, decision(card), Policy()), card.revision)


def retired(opened: Opened) -> bytes:
    """Card 1 loses its content when its time is up; the id of the key that it is sealed with since."""
    closed(opened, 1)
    later = opened.clock.now + timedelta(days=31)
    assert retiring.apply(opened.journal, COMPANY, 30, later, "timer") == 1
    [row] = opened.database.query("SELECT sealed FROM cards WHERE number = 1")
    return sealing.key_id(row["sealed"])


def test_a_card_is_not_blanked_as_one_whose_time_was_up(opened: Opened) -> None:
    key = retired(opened)
    assert bad(opened) == ""
    damage(target_in(opened.home), "UPDATE cards SET sealed = ? WHERE number = 2", junk(key))
    assert "card #2: it cannot be opened" in bad(opened)


def test_cards_emptied_by_an_earlier_version_are_counted(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its records say how many cards lost their content, and not which."""
    monkeypatch.setattr(retiring, "Removal", lambda **given: Removal(**{**given, "cards": ()}))
    key = retired(opened)
    assert bad(opened) == ""
    damage(target_in(opened.home), "UPDATE cards SET sealed = ? WHERE number = 2", junk(key))
    assert "card #2: it cannot be opened" in bad(opened)


@pytest.mark.parametrize("moved", [False, True])
def test_a_case_on_a_card_is_not_blanked_with_the_id_of_a_deleted_key(opened: Opened, moved: bool) -> None:
    key, case = gone(opened)
    late = Origin(key="purchase.order:31", text="P00031, due 2026-11-20")
    for number in (5, 6):
        put(opened, number, origins=(late,))
    assert bad(opened) == ""
    change = "sealed = ?, case_id = ?" if moved else "sealed = ?"
    damage(target_in(opened.home), f"UPDATE card_members SET {change}", junk(key), *([case] if moved else []))
    assert "a case on it" in bad(opened)


@pytest.mark.parametrize("number", [5, 6])
def test_a_case_on_a_card_may_be_erased(opened: Opened, number: int) -> None:
    late = Origin(key="purchase.order:31", text="P00031, due 2026-11-20")
    for each in (5, 6):
        put(opened, each, origins=(late,))
    case = opened.journal.case_key(event(record=ref(number)))
    opened.journal.record(
        stream=COMPANY, kind="effect", case=case, event=None, value=ref(number), subjects=["Otto Pan"]
    )
    found = forgetting.find(opened.journal, ["Otto Pan"])
    assert forgetting.erase(opened.journal, ledger(opened), found, "Otto Pan", "dpo", "request 13", opened.clock)
    [row] = opened.database.query("SELECT sealed, case_id FROM card_members")
    assert (row["case_id"] == case) == (number == 6)
    assert bad(opened) == ""


def test_cases_on_an_emptied_card_are_gone_with_it(opened: Opened) -> None:
    late = Origin(key="purchase.order:31", text="P00031, due 2026-11-20")
    for number in (5, 6):
        put(opened, number, origins=(late,))
    closed(opened, 4)
    assert opened.database.query("SELECT 1 FROM card_members")
    later = opened.clock.now + timedelta(days=31)
    assert retiring.apply(opened.journal, COMPANY, 30, later, "timer") == 1
    assert bad(opened) == ""


def test_the_row_of_an_erased_card_stays(opened: Opened) -> None:
    [row] = opened.database.query("SELECT id FROM cards WHERE number = 3")
    for table, column in (("card_events", "card"), ("queue", "card"), ("cards", "id")):
        damage(target_in(opened.home), f"DELETE FROM {table} WHERE {column} = ?", row["id"])
    assert bad(opened) == f"card {row['id']}: the journal tells of it, its row was taken away"

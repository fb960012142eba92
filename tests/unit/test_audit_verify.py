"""A whole store verifies; any damage to it is found and the first bad record is named."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.opened_store import COMPANY, ORDER, Opened, case, event, proposal, ref
from triage.audit.chain import digest, record_hash
from triage.audit.verify import Verification, verify
from triage.domain import NoException, Policy, Verdict
from triage.errors import StoreError
from triage.pipeline import decide
from triage.storage.database import Database
from triage.storage.keys import KeyFile

RECORDS = 13
"""Ten in the company's stream, three in the other one."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("whole")
    with Opened(home) as opened:
        for company, keys in ((COMPANY, ("file:1", "file:2", "file:3")), ("Elsewhere B.V.", ("file:4",))):
            for key in keys:
                log = opened.journal.of(event(key, company=company))
                log.once("capture", ORDER, lambda _: case())
                if key == "file:2":
                    log.atomic("card", proposal(), lambda it, key=key: opened.cards.put(it, key))
                log.close(NoException(why="thanks"))
    return home


@pytest.fixture
def home(whole: Path, tmp_path: Path) -> Path:
    return copied(whole, tmp_path / "copy")


def copied(whole: Path, to: Path) -> Path:
    if to.exists():
        shutil.rmtree(to)
    shutil.copytree(whole, to)
    return to


def damaged(home: Path, *changes: str | tuple) -> None:
    """Change rows as somebody would who has the file: without triggers and constraints."""
    with closing(sqlite3.connect(home / "audit.db", isolation_level=None)) as store:
        store.execute("PRAGMA foreign_keys=OFF")
        for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            store.execute(f"DROP TRIGGER {name}")
        for change in changes:
            store.execute(*((change,) if isinstance(change, str) else change))


def checked(home: Path, with_keys: bool = True) -> Verification:
    with Database.open(home / "audit.db") as database:
        if not with_keys:
            return verify(database)
        with KeyFile(home / "keys.db") as keys:
            return verify(database, keys)


def test_a_whole_store_verifies(home: Path) -> None:
    found = checked(home)
    assert found == Verification(
        streams=2, records=RECORDS, payloads=RECORDS, opened=RECORDS, erased=0, cards=1, first_bad=None
    )
    assert found.describe() == "Audit chain whole: 13 records in 2 streams, 13 payloads checked, 1 cards."


def test_without_keys_the_chain_still_verifies(home: Path) -> None:
    found = checked(home, with_keys=False)
    assert (found.records, found.payloads, found.opened, found.first_bad) == (RECORDS, RECORDS, 0, None)


def test_an_empty_store_verifies(tmp_path: Path) -> None:
    with Opened(tmp_path) as opened:
        assert verify(opened.database, opened.keys).first_bad is None


MINE = f"stream = '{COMPANY}'"


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (f"DELETE FROM journal WHERE {MINE} AND seq = 4", "record 4", "missing"),
        (f"DELETE FROM journal WHERE {MINE} AND seq = 1", "record 1", "missing"),
        (f"DELETE FROM journal WHERE {MINE} AND seq = 10", "record 10", "taken away"),
        (f"DELETE FROM payloads WHERE {MINE} AND seq = 2", "record 2", "payload is missing"),
        (f"UPDATE payloads SET sealed = x'00' WHERE {MINE} AND seq = 3", "record 3", "payload"),
        (f"UPDATE journal SET at = 'never' WHERE {MINE} AND seq = 5", "record 5", "column `at`"),
        (f"UPDATE journal SET body = body || ' ' WHERE {MINE} AND seq = 6", "record 6", "hash"),
        (f"UPDATE journal SET seq = seq + 10 WHERE {MINE} AND seq > 7", "record 8", "missing"),
        (f"UPDATE journal SET seq = 99 WHERE {MINE} AND seq = 1", "record 1", "missing"),
        ("UPDATE journal SET stream = 'Elsewhere B.V.' WHERE seq > 3", "record 4", "hash|follow|column"),
        ("UPDATE cards SET state = 'accepted'", "card #1", "outside"),
        ("UPDATE cards SET sealed = x'01'", "card #1", "outside"),
        (f"UPDATE journal SET kind = x'ff' WHERE {MINE} AND seq = 2", "record 2", "column `kind`"),
        (f"UPDATE journal SET kind = CAST(x'ff' AS TEXT) WHERE {MINE} AND seq = 2", "after", "cannot be read"),
    ],
)
def test_damage_is_named(home: Path, change: str, where: str, what: str) -> None:
    damaged(home, change)
    found = checked(home).first_bad
    assert found is not None
    assert where in found
    assert any(word in found for word in what.split("|"))


@pytest.fixture
def decided(home: Path) -> Path:
    """The store after a decision on its card, recorded as the pipeline does."""
    with Opened(home) as opened:
        decide("1", Verdict.ACCEPT, "mila", opened.cards, opened.journal, opened.clock, policy=Policy())
    return home


def test_a_deleted_card_shows_with_the_keys(home: Path) -> None:
    damaged(home, "DELETE FROM card_events", "DELETE FROM cards")
    assert checked(home, with_keys=False).first_bad is None
    assert "its row was taken away" in str(checked(home).first_bad)


def test_a_card_put_back_to_before_its_decision_shows(whole: Path, decided: Path) -> None:
    assert checked(decided).first_bad is None
    damaged(decided, f"ATTACH '{whole / 'audit.db'}' AS old", "REPLACE INTO cards SELECT * FROM old.cards")
    assert checked(decided).first_bad == "card #1: it stands at revision 1, the journal tells of 2"


def test_an_updated_card_put_back_shows(whole: Path, home: Path) -> None:
    with Opened(home) as opened:
        log = opened.journal.of(event("file:5"))
        log.atomic("card", proposal(summary="They ask again."), lambda it: opened.cards.put(it, "file:5"))
    assert checked(home).first_bad is None
    damaged(home, f"ATTACH '{whole / 'audit.db'}' AS old", "REPLACE INTO cards SELECT * FROM old.cards")
    assert checked(home).first_bad == "card #1: it stands at revision 1, the journal tells of 2"


def test_an_erased_card_is_no_fault(decided: Path) -> None:
    with Opened(decided) as opened:
        opened.keys.delete(opened.cards.case_key(opened.cards.get(1)), at=opened.clock())
    assert checked(decided).first_bad is None


@pytest.mark.parametrize("table", ["cards", "card_events"])
def test_cards_are_not_deleted(home: Path, table: str) -> None:
    with Database.open(home / "audit.db") as database, pytest.raises(StoreError, match="never deleted"):
        database.execute(f"DELETE FROM {table}")


def test_cut_off_records_show_where_a_card_points_to_them(home: Path) -> None:
    damaged(home, f"DELETE FROM payloads WHERE {MINE} AND seq > 3", f"DELETE FROM journal WHERE {MINE} AND seq > 3")
    assert "card #1" in str(checked(home).first_bad)


def test_a_chain_hashed_anew_shows_with_the_keys(home: Path) -> None:
    """Somebody without the keys changes a time and makes every later hash fit again."""
    with closing(sqlite3.connect(home / "audit.db")) as store:
        rows = store.execute(f"SELECT seq, body, prev_hash FROM journal WHERE {MINE} ORDER BY seq").fetchall()
    changes, prev = [], rows[0][2]
    for seq, body, old in rows:
        new = body.replace(old.encode(), prev.encode())
        new = new.replace(b"09:30:01", b"09:30:00") if seq == 1 else new
        at = "at = replace(at, '09:30:01', '09:30:00'), " if seq == 1 else ""
        sql = f"UPDATE journal SET {at}body = ?, prev_hash = ?, hash = ? WHERE {MINE} AND seq = ?"
        changes.append((sql, (new, prev, record_hash(new), seq)))
        prev = record_hash(new)
    damaged(home, *changes)
    assert checked(home, with_keys=False).first_bad is None
    assert "record 1: its sealed content" in str(checked(home).first_bad)


def test_a_forged_record_at_the_end_shows_with_the_keys(home: Path) -> None:
    with closing(sqlite3.connect(home / "audit.db")) as store:
        body, last = store.execute(f"SELECT body, hash FROM journal WHERE {MINE} AND seq = 10").fetchone()
        before, sealed = store.execute(
            f"SELECT j.prev_hash, p.sealed FROM journal j JOIN payloads p USING (stream, seq) WHERE {MINE} AND seq = 10"
        ).fetchone()
    forged = body.replace(b'"seq":10', b'"seq":11').replace(before.encode(), last.encode())
    assert digest(sealed).encode() in forged
    damaged(
        home,
        "DROP INDEX journal_once",
        (
            "INSERT INTO journal SELECT stream, 11, ?, ?, kind, step, at, event, case_id, once, ? FROM journal"
            f" WHERE {MINE} AND seq = 10",
            (last, record_hash(forged), forged),
        ),
        f"INSERT INTO payloads SELECT stream, 11, sealed FROM payloads WHERE {MINE} AND seq = 10",
    )
    assert "record 11: its sealed content" in str(checked(home).first_bad)


def test_a_removal_needs_its_record(home: Path) -> None:
    damaged(
        home,
        f"INSERT INTO removals VALUES ('{COMPANY}', 2, '{COMPANY}', 1)",
        f"DELETE FROM payloads WHERE {MINE} AND seq = 2",
    )
    assert "record 2: its payload is missing" in str(checked(home).first_bad)


def test_another_key_file_is_said(home: Path) -> None:
    (home / "keys.db").unlink()
    assert "not the key file" in str(checked(home).first_bad)


def test_a_key_that_is_gone_without_a_deletion_is_said(home: Path) -> None:
    with closing(sqlite3.connect(home / "keys.db", isolation_level=None)) as keys:
        keys.execute("DELETE FROM keys")
    assert "is not in this key file" in str(checked(home).first_bad)


def test_a_changed_key_is_said(home: Path) -> None:
    with closing(sqlite3.connect(home / "keys.db", isolation_level=None)) as keys:
        keys.execute("UPDATE keys SET secret = zeroblob(32)")
    assert "sealed content" in str(checked(home).first_bad)


TEXTS = ["stream", "prev_hash", "hash", "kind", "at", "case_id"]


def _flip(table: str, column: str, row: int, at: int, bit: int) -> Callable[[sqlite3.Connection], None]:
    def change(store: sqlite3.Connection) -> None:
        key, value = store.execute(
            f"SELECT rowid, {column} FROM {table} ORDER BY rowid LIMIT 1 OFFSET {row}"
        ).fetchone()
        content = bytearray(value if isinstance(value, bytes) else value.encode())
        content[at % len(content)] ^= 1 << bit
        cast = "?" if isinstance(value, bytes) else "CAST(? AS TEXT)"
        store.execute(f"UPDATE {table} SET {column} = {cast} WHERE rowid = ?", (bytes(content), key))

    return change


def _delete(table: str, row: int) -> Callable[[sqlite3.Connection], None]:
    def change(store: sqlite3.Connection) -> None:
        store.execute(f"DELETE FROM {table} WHERE rowid = (SELECT rowid FROM {table} LIMIT 1 OFFSET {row})")

    return change


def _swap(table: str, column: str, one: int, other: int) -> Callable[[sqlite3.Connection], None]:
    def change(store: sqlite3.Connection) -> None:
        rows = store.execute(f"SELECT rowid, {column} FROM {table} ORDER BY rowid").fetchall()
        store.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (f"aside{one}", rows[one][0]))
        store.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (rows[one][1], rows[other][0]))
        store.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (rows[other][1], rows[one][0]))

    return change


def _insert(row: int, seq: int) -> Callable[[sqlite3.Connection], None]:
    def change(store: sqlite3.Connection) -> None:
        store.execute("DROP INDEX journal_once")
        store.execute(
            f"INSERT INTO journal SELECT stream, seq + 100 + {seq}, hex(randomblob(32)), hash, kind, step, at, event,"
            f" case_id, once, body FROM journal LIMIT 1 OFFSET {row}"
        )

    return change


rows = st.integers(0, RECORDS - 1)
two_rows = st.tuples(rows, rows).filter(lambda pair: pair[0] != pair[1])
flips = {"at": st.integers(0, 2000), "bit": st.integers(0, 7)}
mutations = st.one_of(
    st.builds(_flip, st.just("journal"), st.sampled_from([*TEXTS, "body"]), rows, **flips),
    st.builds(_flip, st.just("payloads"), st.sampled_from(["stream", "sealed"]), rows, **flips),
    st.builds(_flip, st.just("cards"), st.sampled_from(["state", "team", "case_id", "sealed"]), st.just(0), **flips),
    st.builds(_flip, st.just("card_events"), st.just("event"), st.just(0), **flips),
    st.builds(_delete, st.sampled_from(["journal", "payloads"]), rows),
    st.builds(_delete, st.just("cards"), st.just(0)),
    two_rows.map(lambda pair: _swap("journal", "body", *pair)),
    two_rows.map(lambda pair: _swap("journal", "hash", *pair)),
    two_rows.map(lambda pair: _swap("payloads", "sealed", *pair)),
    st.builds(_insert, rows, st.integers(0, 50)),
)


@settings(max_examples=120, deadline=None)
@given(mutations)
def test_any_random_change_is_found(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, mutation: Callable[[sqlite3.Connection], None]
) -> None:
    home = copied(whole, tmp_path_factory.getbasetemp() / "mutated")
    damaged(home)
    with closing(sqlite3.connect(home / "audit.db", isolation_level=None)) as store:
        mutation(store)
    assert checked(home).first_bad is not None


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3)), max_size=8))
def test_no_false_alarm(tmp_path_factory: pytest.TempPathFactory, written: list[tuple[str, int]]) -> None:
    with Opened(tmp_path_factory.mktemp("untouched")) as opened:
        for company, number in written:
            key = opened.journal.case_key(event(record=ref(number), company=company))
            opened.journal.record(stream=company, kind="effect", case=key, event=None, value=ref(number))
        assert verify(opened.database, opened.keys).first_bad is None

"""Checkpoints: what they state, who signed them, and what they show that a chain alone cannot."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.databases import damage, target_in
from tests.unit.opened_store import COMPANY, NOW, ORDER, Opened, case, event, proposal
from triage.audit import checkpoints
from triage.audit.chain import record_hash
from triage.audit.checkpoints import STORE, Signed, compare, is_due, make
from triage.audit.handing import hand_on, offer
from triage.audit.merkle import root_of
from triage.audit.signing import CHECKPOINT, CommandSigner, KeySigner, Signature, make_key, read_public
from triage.audit.verify import verify
from triage.domain import NoException
from triage.errors import ConfigurationError, Conflict, UsageError

AFTER = " WHERE seq > 6 OR stream = '@store'"


def fill(opened: Opened, *keys: str, company: str = COMPANY) -> None:
    for key in keys:
        log = opened.journal.of(event(key, company=company))
        log.once("capture", ORDER, lambda _: case())
        log.close(NoException(why="thanks"))


@pytest.fixture
def opened(home: Path):
    with Opened(home) as found:
        fill(found, "file:1", "file:2")
        yield found


@pytest.fixture
def signer(tmp_path: Path) -> KeySigner:
    make_key(tmp_path / "signing.key")
    return KeySigner.read(tmp_path / "signing.key")


def hashes(opened: Opened, stream: str, size: int) -> list[bytes]:
    rows = opened.database.query("SELECT body FROM journal WHERE stream = ? ORDER BY seq LIMIT ?", (stream, size))
    return [bytes.fromhex(record_hash(bytes(row["body"]))) for row in rows]


def test_it_states_size_and_root_of_each_stream(opened: Opened, signer: KeySigner) -> None:
    fill(opened, "file:3", company="Elsewhere B.V.")
    made = make(opened.journal, opened.clock, signer)
    assert [(head.stream, head.size) for head in made.checkpoint.streams] == [(COMPANY, 6), ("Elsewhere B.V.", 3)]
    for head in made.checkpoint.streams:
        assert head.root == root_of(hashes(opened, head.stream, head.size)).hex()
    assert made.checkpoint.number == 1
    assert verify(opened.database, opened.keys).first_bad is None


def test_the_next_one_goes_on_from_the_last_and_names_it(opened: Opened, signer: KeySigner) -> None:
    first = make(opened.journal, opened.clock, signer)
    fill(opened, "file:3")
    second = make(opened.journal, opened.clock, signer)
    heads = {head.stream: head for head in second.checkpoint.streams}
    assert second.checkpoint.previous == first.digest
    assert heads[COMPANY].size == 9
    assert heads[COMPANY].root == root_of(hashes(opened, COMPANY, 9)).hex()
    assert heads[STORE].size == 1
    assert second.checkpoint.origin == first.checkpoint.origin
    assert verify(opened.database, opened.keys).first_bad is None


def test_a_signature_holds_for_its_key_and_its_words_only(opened: Opened, signer: KeySigner, tmp_path: Path) -> None:
    made = make(opened.journal, opened.clock, signer)
    key = read_public(tmp_path / "signing.key.pub")
    assert made.is_signed_by(key)
    later = Signed(made.checkpoint.with_(at=NOW + timedelta(days=1)), made.signatures)
    assert not later.is_signed_by(key)
    make_key(tmp_path / "other.key")
    assert not made.is_signed_by(read_public(tmp_path / "other.key.pub"))


def test_a_file_gives_back_the_checkpoint(opened: Opened, signer: KeySigner, tmp_path: Path) -> None:
    made = make(opened.journal, opened.clock, signer)
    path = Path(hand_on(made, str(tmp_path / "outside")))
    assert Signed.read(path) == made
    assert hand_on(made, str(tmp_path / "outside")) == str(path)  # as after a crash behind the first time
    other = Signed(made.checkpoint.with_(at=NOW + timedelta(days=1)), made.signatures)
    with pytest.raises(UsageError, match="already"):
        hand_on(other, str(tmp_path / "outside"))
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_did_not_arrive_is_offered_again(opened: Opened, signer: KeySigner, tmp_path: Path) -> None:
    outside = tmp_path / "outside"

    def arrived() -> list[int]:
        return [number for number, _ in offer(opened.journal, str(outside), opened.clock)]

    for _ in range(2):
        make(opened.journal, opened.clock, signer)
    assert arrived() == [2]  # where nothing is known to be, only the newest
    make(opened.journal, opened.clock, signer)
    outside.rename(tmp_path / "away")
    outside.write_text("a file where a folder was")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        arrived()
    make(opened.journal, opened.clock, signer)
    outside.unlink()
    assert arrived() == [3, 4]
    assert arrived() == []


@pytest.mark.parametrize("text", ["", "{}", '{"checkpoint": {}, "signatures": []}', "[1]", "\x00"])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"x\.json"):
        Signed.read(tmp_path / "x.json")


def test_a_cut_off_tail_shows_with_the_checkpoint_and_only_with_it(opened: Opened, signer: KeySigner) -> None:
    fill(opened, "file:3")
    made = make(opened.journal, opened.clock, signer)
    assert compare(opened.database, made) is None
    for table, where in (("checkpoints", ""), ("payloads", AFTER), ("journal", AFTER)):
        change(opened, f"DELETE FROM {table}{where}")
    assert verify(opened.database, opened.keys).first_bad is None
    found = compare(opened.database, made)
    assert found is not None
    assert "6 records" in found
    assert "3 were cut off" in found


def test_a_store_rewritten_with_its_keys_shows_with_the_checkpoint(opened: Opened, signer: KeySigner) -> None:
    made = make(opened.journal, opened.clock, signer)
    again = opened.home / "again"
    again.mkdir()
    shutil.copy(opened.home / "keys.db", again / "keys.db")
    with Opened(again) as rewritten:
        fill(rewritten, "file:1", "file:another")
        assert verify(rewritten.database, rewritten.keys).first_bad is None
        found = compare(rewritten.database, made)
    assert found is not None
    assert "are not those" in found


def test_a_checkpoint_of_another_key_is_not_believed(opened: Opened, signer: KeySigner, tmp_path: Path) -> None:
    made = make(opened.journal, opened.clock, signer)
    make_key(tmp_path / "other.key")
    found = compare(opened.database, made, [read_public(tmp_path / "other.key.pub")])
    assert found == "checkpoint 1 is not signed by the key that was given"


def change(opened: Opened, sql: str, *values: object) -> None:
    damage(target_in(opened.home), sql, *values)


def test_a_missing_checkpoint_is_found(opened: Opened, signer: KeySigner) -> None:
    make(opened.journal, opened.clock, signer)
    make(opened.journal, opened.clock, signer)
    change(opened, "DELETE FROM checkpoints WHERE number = 1")
    assert verify(opened.database, opened.keys).first_bad == "checkpoint 1 is missing"


@pytest.mark.parametrize(
    ("number", "column", "value", "said"),
    [
        (2, "body", b"text", "checkpoint 2: its row cannot be read"),
        (2, "body", lambda body: bytes(body).replace(b":6", b":5"), "checkpoint 2 saw"),
        (2, "body", b"{}", "checkpoint 2: its row cannot be read"),
        (1, "at", "2020-01-01T00:00:00Z", "checkpoint 1: its row was changed"),
        (1, "signatures", "7", "checkpoint 1: its row cannot be read"),
        (1, "signatures", lambda text: text.replace("==", "==="), "checkpoint 1: its row cannot be read"),
    ],
)
def test_a_changed_checkpoint_is_found(
    opened: Opened, signer: KeySigner, number: int, column: str, value: object, said: str
) -> None:
    make(opened.journal, opened.clock, signer)
    make(opened.journal, opened.clock, signer)
    [row] = opened.database.query(f"SELECT {column} FROM checkpoints WHERE number = ?", (number,))
    changed = value(row[0]) if callable(value) else value
    change(opened, f"UPDATE checkpoints SET {column} = ? WHERE number = ?", changed, number)
    found = verify(opened.database, opened.keys).first_bad
    assert found is not None
    assert said in found


def test_bits_of_a_signature_that_stand_for_nothing_are_not_taken() -> None:
    told = Signature("a" * 16, bytes(64)).as_json()
    assert Signature.from_json(told).ed25519 == bytes(64)
    with pytest.raises(ValueError, match="as it is written"):
        Signature.from_json(told | {"ed25519": told["ed25519"][:-3] + "B=="})


def test_a_wrong_frontier_makes_a_checkpoint_that_does_not_fit(opened: Opened) -> None:
    make(opened.journal, opened.clock)
    change(opened, "UPDATE checkpoints SET frontiers = ?", json.dumps({COMPANY: [6, "00" * 32, "00" * 32]}))
    make(opened.journal, opened.clock)
    found = verify(opened.database, opened.keys).first_bad
    assert found is not None
    assert "not the records that checkpoint 2 saw" in found


def test_two_at_once_are_not_both_made(opened: Opened, signer: KeySigner) -> None:
    class Racing:
        def sign(self, statement: bytes) -> Signature:
            make(opened.journal, opened.clock, signer)
            return signer.sign(statement)

    with pytest.raises(Conflict):
        make(opened.journal, opened.clock, Racing())
    assert len(checkpoints.stored(opened.database)) == 1
    assert verify(opened.database, opened.keys).first_bad is None


def test_due_after_so_many_records_or_so_long(opened: Opened) -> None:
    assert is_due(opened.database, NOW, records=100, age=timedelta(hours=1))
    make(opened.journal, lambda: NOW)
    day = timedelta(days=1)
    assert not is_due(opened.database, NOW + day - timedelta(seconds=1), records=1, age=timedelta(hours=1))
    assert is_due(opened.database, NOW + day, records=1, age=timedelta(hours=1))  # silence is told from a timer at rest
    assert not is_due(opened.database, NOW + day, records=1, age=2 * day)
    fill(opened, "file:3")
    assert not is_due(opened.database, NOW, records=4, age=day)
    assert is_due(opened.database, NOW, records=3, age=day)
    assert not is_due(opened.database, NOW + day - timedelta(seconds=1), records=4, age=day)
    assert is_due(opened.database, NOW + day, records=4, age=day)


def test_a_command_signs_for_an_account_without_the_key(opened: Opened, tmp_path: Path) -> None:
    make_key(tmp_path / "signing.key")
    command = [sys.executable, "-m", "triage", "audit", "sign", str(tmp_path / "signing.key")]
    made = make(opened.journal, opened.clock, CommandSigner(command))
    assert made.is_signed_by(read_public(tmp_path / "signing.key.pub"))


@pytest.mark.parametrize(
    ("code", "said"),
    [("import sys; sys.exit(3)", "code 3"), ("print('no')", "no signature"), ("print('[]')", "no signature")],
)
def test_a_command_that_does_not_sign_leaves_nothing_behind(opened: Opened, code: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        make(opened.journal, opened.clock, CommandSigner([sys.executable, "-c", code]))
    assert checkpoints.stored(opened.database) == []


def test_a_key_signs_nothing_else(signer: KeySigner) -> None:
    with pytest.raises(UsageError, match="neither"):
        signer.sign(b"pay 1000 EUR")
    assert signer.sign(CHECKPOINT + b"{}").ed25519


def test_a_signing_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    make_key(tmp_path / "signing.key")
    (tmp_path / "signing.key").chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        KeySigner.read(tmp_path / "signing.key")
    with pytest.raises(UsageError, match="never written over"):
        make_key(tmp_path / "signing.key")


def test_the_record_of_a_checkpoint_names_it(opened: Opened, signer: KeySigner) -> None:
    made = make(opened.journal, opened.clock, signer)
    row = opened.database.query("SELECT kind, body FROM journal WHERE stream = ?", (STORE,))
    assert [each["kind"] for each in row] == ["checkpoint"]
    assert json.loads(made.to_text())["checkpoint"]["number"] == 1


def test_a_store_with_cards_and_checkpoints_is_whole(opened: Opened, signer: KeySigner) -> None:
    log = opened.journal.of(event("file:9"))
    log.atomic("card", proposal(), lambda it: opened.cards.put(it, "file:9"))
    make(opened.journal, opened.clock, signer)
    assert verify(opened.database).first_bad is None

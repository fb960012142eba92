"""A person is found, handed over and forgotten; a restored backup does not bring them back; holds and retention."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.databases import target_in
from tests.unit.opened_store import COMPANY, NOW, ORDER, Opened, case, decision, event, proposal, ref
from tests.unit.test_newer_records import newer
from triage.audit import forgetting, retention, retiring, sealing
from triage.audit.journal import Log
from triage.audit.ledger import Ledger
from triage.audit.verify import verify
from triage.cards import transitions
from triage.cards.situating import Situation
from triage.domain import (
    Arrival,
    Case,
    Category,
    Company,
    Door,
    Message,
    NoException,
    Partner,
    Policy,
    RecordRef,
)
from triage.errors import KeyMissing, StoreError, UsageError
from triage.jobs.inbox import Inbox
from triage.locking import hold
from triage.storage.database import Database
from triage.storage.keys import KeyFile

OTHER = ref(43)
MARK = "quince-and-velvet-7731"
"""Stands in the person's mail and nowhere else."""


def of_jane(**more: object) -> Case:
    mail = Message(id="<1@doe-fixings.example>", author="Jane Doe", email="jane@doe-fixings.example", body=MARK)
    return case().with_(messages=(mail,), **more)


def of_somebody_else() -> Case:
    return Case(
        record=OTHER,
        company=Company(name=COMPANY, currency="EUR"),
        captured_at=NOW,
        partner=Partner(name="Peter Pan", emails=("peter@pan.example",)),
        messages=(Message(id="<2@pan.example>", body="Please call Jane  DOE about it."),),
    )


def fill(opened: Opened) -> None:
    for key, record, made in (("mail:1", ORDER, of_jane()), ("mail:2", OTHER, of_somebody_else())):
        log = opened.journal.of(event(key, record))
        log.once("capture", record, lambda _, made=made: made)
        log.atomic("card", proposal(record=record, summary=key), lambda it, key=key: opened.cards.put(it, key))
        log.close(NoException(why="thanks"))


@pytest.fixture
def opened(home: Path):
    with Opened(home) as found:
        fill(found)
        yield found


def erase(opened: Opened, *names: str) -> None:
    found = forgetting.find(opened.journal, names)
    forgetting.erase(
        opened.journal, Ledger(opened.home / "erasures.jsonl"), found, names[0], "dpo", "request 12", opened.clock
    )


def of_hers(opened: Opened) -> list[object]:
    found = forgetting.find(opened.journal, ["Jane Doe"])
    return [value for _, value in forgetting.handed_over(opened.journal, found)]


@pytest.mark.parametrize("name", ["Jane Doe", "jane   doe", "JANE@DOE-FIXINGS.EXAMPLE", "Jane Doe Fixings"])
def test_found_by_whatever_the_case_calls_them(opened: Opened, name: str) -> None:
    (found,) = forgetting.find(opened.journal, [name])
    assert found.record == ORDER
    assert (found.company, found.records, found.cards) == (COMPANY, 4, (1,))


def test_named_only_in_a_text_is_found_by_reading_every_text(opened: Opened) -> None:
    assert [each.record for each in forgetting.find(opened.journal, ["Jane Doe"], deep=True)] == [ORDER, OTHER]
    assert forgetting.find(opened.journal, ["Nobody Atall"], deep=True) == []


def test_everything_of_their_cases_is_handed_over(opened: Opened) -> None:
    values = [
        value for _, value in forgetting.handed_over(opened.journal, forgetting.find(opened.journal, ["Jane Doe"]))
    ]
    assert [type(value).__name__ for value in values] == ["Event", "Case", "Card", "NoException"]


def test_forgotten_here_and_nobody_else_is(opened: Opened) -> None:
    erase(opened, "Jane Doe")
    with pytest.raises(KeyMissing):
        opened.cards.get(1)
    assert opened.cards.get(2).proposal.summary == "mail:2"
    state = opened.database.query("SELECT state FROM cards WHERE number = 1")[0]["state"]
    assert state == "expired"
    checked = verify(opened.database, opened.keys)
    assert checked.first_bad is None
    assert checked.erased == 4
    assert [
        value for _, value in forgetting.handed_over(opened.journal, forgetting.find(opened.journal, ["Jane Doe"]))
    ] == []


def test_the_record_of_it_names_nobody(opened: Opened) -> None:
    erase(opened, "Jane Doe")
    record = next(each for each in opened.database.query("SELECT kind, body FROM journal WHERE kind = 'erasure'"))
    assert b"Jane" not in bytes(record["body"])
    assert "Jane" not in (opened.home / "erasures.jsonl").read_text()


def test_nothing_is_in_clear_and_a_restored_backup_brings_nothing_back(tmp_path: Path) -> None:
    home, backup = tmp_path / "home", tmp_path / "backup"
    with Opened(home) as opened:
        fill(opened)
    shutil.copytree(home, backup)
    with Opened(home) as opened:
        erase(opened, "Jane Doe")
        for file in home.iterdir():  # the write-ahead log is still there
            assert MARK.encode() not in file.read_bytes(), file
            assert b"Jane" not in file.read_bytes(), file
    ledger = Ledger(tmp_path / "kept-elsewhere.jsonl")
    shutil.move(home / "erasures.jsonl", ledger.path)
    shutil.rmtree(home)
    shutil.copytree(backup, home)
    with Opened(home) as opened:
        assert opened.cards.get(1)  # what a backup would bring back
        assert ledger.replay(opened.keys) == 1
        with pytest.raises(KeyMissing):
            opened.cards.get(1)
        assert verify(opened.database, opened.keys).first_bad is None
        assert ledger.replay(opened.keys) == 0


def test_keys_that_came_back_beside_a_newer_store_are_found(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Opened(home) as opened:
        fill(opened)
        erase(opened, "Peter Pan")
        shutil.copy(home / "keys.db", tmp_path / "keys.db")
        erase(opened, "Jane Doe")
    shutil.copy(tmp_path / "keys.db", home / "keys.db")
    with KeyFile(home / "keys.db") as keys, Database.open(target_in(home)) as database:
        found = verify(database, keys).first_bad
    assert found is not None
    assert "erase once more" in found


def test_erasing_after_a_break_in_between_finishes_it(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: object, *_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(Ledger, "append", broken)
    with pytest.raises(StoreError):
        erase(opened, "Jane Doe")
    monkeypatch.undo()
    found = verify(opened.database, opened.keys).first_bad
    assert found is not None
    assert "erase once more" in found
    erase(opened, "Jane Doe")
    assert verify(opened.database, opened.keys).first_bad is None


def test_a_ledger_with_a_line_taken_out_is_not_believed(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "erasures.jsonl")
    for number in range(3):
        ledger.append([bytes([number]) * 8], NOW)
    assert len(ledger.keys()) == 3
    first, _, third = ledger.path.read_text().splitlines()
    ledger.path.write_text(f"{first}\n{third}\n")
    with pytest.raises(StoreError, match="line 2"):
        ledger.keys()
    ledger.path.write_text(f'{first}\n{{"at"')
    with pytest.raises(StoreError, match="not whole"):
        ledger.keys()


def test_who_erases_at_the_same_time_writes_after_the_line_of_the_other(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "new" / "erasures.jsonl")
    gone = [number.to_bytes(8, "big") for number in range(48)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: ledger.append([key], NOW), gone))
    assert ledger.keys() == set(gone)
    assert ledger.path.stat().st_mode & 0o077 == 0


def test_who_reads_while_a_line_is_written_waits_for_all_of_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "erasures.jsonl")
    ledger.append([bytes(8)], NOW)
    line = ledger.path.read_text()
    with ThreadPoolExecutor(1) as pool:
        file = hold(ledger.path)
        assert file is not None
        with file:
            file.truncate(0)
            file.write(line[:20])
            file.flush()
            read = pool.submit(ledger.keys)
            wait([read], timeout=0.3)
            file.write(line[20:])
        assert read.result() == {bytes(8)}


def test_nothing_is_written_behind_half_a_line(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "erasures.jsonl")
    ledger.append([bytes(8)], NOW)
    whole = ledger.path.read_text()
    ledger.path.write_text(f'{whole}{{"at"')
    with pytest.raises(StoreError, match="line 2: is not whole"):
        ledger.append([bytes([1]) * 8], NOW)
    ledger.path.write_text(whole.rstrip())
    ledger.append([bytes([1]) * 8], NOW)
    assert len(ledger.keys()) == 2


def test_a_case_on_hold_is_neither_erased_nor_thinned(opened: Opened) -> None:
    kept = opened.cards.case_key(opened.cards.get(1))
    retention.hold(opened.journal, kept, COMPANY, "legal", "claim 7", NOW)
    with pytest.raises(UsageError, match="S00042"):
        erase(opened, "Jane Doe")
    later = NOW + timedelta(days=400)
    (expired,) = retention.preview(opened.journal, COMPANY, {"capture": 365}, later)
    assert (expired.count, expired.held) == (1, 1)
    assert sum(each.count for each in retention.apply(opened.journal, COMPANY, {"capture": 365}, later, "timer")) == 1
    assert opened.cards.get(1)
    retention.lift(opened.journal, kept, COMPANY, "legal", "settled", NOW)
    with pytest.raises(UsageError, match="not on hold"):
        retention.lift(opened.journal, kept, COMPANY, "legal", "settled", NOW)
    erase(opened, "Jane Doe")
    assert verify(opened.database, opened.keys).first_bad is None


def test_a_hold_needs_a_reason(opened: Opened) -> None:
    with pytest.raises(UsageError, match="reason"):
        retention.hold(opened.journal, "0" * 64, COMPANY, "legal", " ", NOW)


def payloads(opened: Opened) -> list[str]:
    sql = (
        "SELECT coalesce(j.step, j.kind) FROM journal j JOIN payloads p ON p.stream = j.stream AND p.seq = j.seq"
        " ORDER BY j.seq"
    )
    return [row[0] for row in opened.database.query(sql)]


@pytest.mark.parametrize(("seconds", "gone"), [(2, 0), (3, 1), (100, 2)])
def test_content_goes_when_its_time_is_up_and_the_chain_stays(opened: Opened, seconds: int, gone: int) -> None:
    """The first capture was recorded two seconds after the clock began."""
    now = NOW + timedelta(days=30, seconds=seconds)
    before = payloads(opened)
    taken = sum(each.count for each in retention.apply(opened.journal, COMPANY, {"capture": 30}, now, "timer"))
    assert taken == gone
    assert before.count("capture") - payloads(opened).count("capture") == gone
    checked = verify(opened.database, opened.keys)
    assert checked.first_bad is None
    assert checked.erased == gone


def test_of_what_went_no_bytes_stay_in_the_file(opened: Opened) -> None:
    if opened.database.engine != "sqlite":
        pytest.skip("a server's files are its own; there whole months go")
    sealed = opened.database.query("SELECT sealed FROM payloads WHERE seq = 2")[0][0]
    files = [opened.home / name for name in ("audit.db", "audit.db-wal")]
    assert any(sealed[30:] in file.read_bytes() for file in files)
    with opened.database.wiping():
        list(retention.apply(opened.journal, COMPANY, {"capture": 30}, NOW + timedelta(days=90), "timer"))
    assert not any(sealed[30:] in file.read_bytes() for file in files)
    assert verify(opened.database, opened.keys).first_bad is None


def test_closed_cards_are_emptied_when_their_time_is_up(opened: Opened) -> None:
    card, other = opened.cards.get(1), opened.cards.get(2)
    for each in (card, other):
        opened.cards.save(transitions.decide(each, decision(each), Policy()), each.revision)
    later = opened.clock.now + timedelta(days=31)
    retention.hold(opened.journal, opened.cards.case_key(other), COMPANY, "legal", "claim 7", NOW)
    assert retiring.apply(opened.journal, COMPANY, 32, later, "timer") == 0
    assert retiring.apply(opened.journal, COMPANY, 30, later, "timer") == 1
    assert retiring.apply(opened.journal, COMPANY, 30, later, "timer") == 0
    with pytest.raises(KeyMissing):
        opened.cards.get(1)
    assert [each.number for each in opened.cards.all()] == [2]
    assert len(of_hers(opened)) > 0  # what was recorded goes by its own time
    assert verify(opened.database, opened.keys, Ledger(opened.home / "erasures.jsonl").keys()).first_bad is None


def test_what_a_newer_version_recorded_keeps_nobody_from_being_forgotten(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened.journal.of(event("mail:1"))
    with monkeypatch.context() as patch:
        patch.setattr(sealing, "encode", lambda _: newer(None, name="Dream", of="quince  and Violet"))
        log.note("dream", ref(1))
        patch.setattr(sealing, "encode", lambda value: newer(value, mood="calm"))
        at = {"received_at": NOW, "due_at": NOW, "company": COMPANY, "ref": ORDER, "door": Door.API}
        Inbox(opened.journal, opened.clock).accept(Arrival(key="a", source="odoo", case=of_jane(), **at))
    (found,) = forgetting.find(opened.journal, ["quince and violet"], deep=True)
    assert found.record == ORDER
    erase(opened, "Jane Doe")
    assert forgetting.find(opened.journal, ["quince and violet"], deep=True) == []


def test_an_open_card_keeps_its_content(opened: Opened) -> None:
    assert retiring.apply(opened.journal, COMPANY, 1, NOW + timedelta(days=400), "timer") == 0
    assert len(opened.cards.all()) == 2


def test_a_step_goes_before_its_kind(opened: Opened) -> None:
    now = NOW + timedelta(days=50)
    days = {"step": 40, "capture": 365}
    assert {each.name: each.count for each in retention.preview(opened.journal, COMPANY, days, now)} == {
        "capture": 0,
        "step": 2,
    }


def test_proofs_of_what_was_done_are_never_thinned(opened: Opened) -> None:
    erase(opened, "Jane Doe")
    now = NOW + timedelta(days=5000)
    days = dict.fromkeys(("erasure", "retention", "hold", "checkpoint", "reading", "step", "event", "outcome"), 1)
    list(retention.apply(opened.journal, COMPANY, days, now, "timer"))
    list(retention.apply(opened.journal, COMPANY, days, now, "timer"))
    assert set(payloads(opened)) == {"erasure", "retention"}
    assert verify(opened.database, opened.keys).first_bad is None


@pytest.mark.parametrize("name", ["", "  ", "x", "an"])
def test_a_name_that_stands_in_every_text_finds_nobody(opened: Opened, name: str) -> None:
    with pytest.raises(UsageError, match="names nobody"):
        forgetting.find(opened.journal, ["Jane Doe", name], deep=True)


def test_what_was_done_with_the_store_is_no_case_of_who_did_it(opened: Opened) -> None:
    erase(opened, "Jane Doe")
    held = opened.cards.case_key(opened.cards.get(2))
    retention.hold(opened.journal, held, COMPANY, "dpo", "claim 7 of Peter Pan", NOW)
    assert forgetting.find(opened.journal, ["request 12"], deep=True) == []
    assert [each.record for each in forgetting.find(opened.journal, ["Peter Pan"], deep=True)] == [OTHER]


def test_who_decided_a_case_is_found_and_the_case_stays(opened: Opened) -> None:
    card = opened.cards.get(2)
    opened.journal.record(
        stream=COMPANY,
        kind="decision",
        case=opened.cards.case_key(card),
        event="mail:2",
        value=decision(card, by="mila"),
        subjects=["mila"],
    )
    (found,) = forgetting.find(opened.journal, ["mila"])
    assert (found.record, found.acted) == (OTHER, True)
    erase(opened, "mila")
    assert opened.cards.get(2)
    (found,) = forgetting.find(opened.journal, ["mila", "Peter Pan"])
    assert not found.acted
    erase(opened, "mila", "Peter Pan")
    with pytest.raises(KeyMissing):
        opened.cards.get(2)


def came_in(opened: Opened) -> Inbox:
    inbox = Inbox(opened.journal, opened.clock)
    mail = RecordRef(model="mail", id=None, name="lost.eml")
    brought = of_jane().with_(record=mail, partner=Partner(name="Rosa Rot", emails=("rosa@rot.example",)))
    inbox.accept(
        Arrival(
            key="lost", source="mail", door=Door.HOOK, ref=mail, company=COMPANY, case=brought, received_at=NOW,
            due_at=NOW,
        )
    )  # fmt: skip
    return inbox


def test_what_came_in_and_nobody_has_looked_at_is_found_and_forgotten(opened: Opened) -> None:
    inbox = came_in(opened)
    (found,) = forgetting.find(opened.journal, ["rosa@rot.example"])
    assert (found.company, found.records, found.record) == (
        COMPANY,
        0,
        RecordRef(model="mail", id=None, name="lost.eml"),
    )
    ((row, arrival),) = forgetting.unread(opened.journal, [found])
    assert (row.state, arrival.key) == ("waiting", "lost")
    erase(opened, "rosa@rot.example")
    assert list(forgetting.unread(opened.journal, [found])) == []
    assert forgetting.find(opened.journal, ["rosa@rot.example"]) == []
    row = inbox.get(inbox.id_of("mail", "lost"))
    assert row is not None
    with pytest.raises(KeyMissing):
        inbox.load(row)
    assert verify(opened.database, opened.keys).first_bad is None


def test_what_only_named_the_record_of_a_forgotten_case_goes_with_it(opened: Opened) -> None:
    inbox = Inbox(opened.journal, opened.clock)
    for key, record in (("hers", ORDER), ("his", OTHER), ("later", ORDER)):
        inbox.accept(
            Arrival(
                key=key, source="odoo", door=Door.HOOK, ref=record, company=COMPANY, received_at=NOW, due_at=NOW
            )
        )  # fmt: skip
    for key in ("hers", "his"):
        inbox.finish(inbox.id_of("odoo", key), NoException(why="thanks"))
    erase(opened, "Jane Doe")
    rows = {key: inbox.get(inbox.id_of("odoo", key)) for key in ("hers", "his", "later")}
    assert {key: row is not None and row.sealed is not None for key, row in rows.items()} == {
        "hers": False,
        "his": True,
        "later": True,  # it is still to be read, and then tells what Odoo tells
    }


def test_who_is_working_on_a_case_that_is_erased_records_nothing_more_of_it(opened: Opened) -> None:
    log = opened.journal.of(event("mail:3"))
    log.once("capture", ORDER, lambda _: of_jane())
    erase(opened, "Jane Doe")
    with pytest.raises(KeyMissing):
        log.once("policy", "x", lambda _: of_jane())
    with pytest.raises(KeyMissing):
        log.atomic("card", proposal(), lambda it: opened.cards.put(it, "mail:3"))
    with pytest.raises(KeyMissing):
        log.close(NoException(why="thanks"))
    assert of_hers(opened) == []
    opened.journal.of(event("mail:4"))
    with pytest.raises(KeyMissing, match="while somebody worked"):
        log.note("failure", of_jane())
    assert [
        type(value).__name__
        for _, value in forgetting.handed_over(opened.journal, forgetting.find(opened.journal, ["Jane Doe"]))
    ] == ["Event"]
    assert verify(opened.database, opened.keys).first_bad is None


@dataclass(frozen=True)
class WaitedFor(Ledger):
    """Before the line is written, somebody who waited for the erasure's locks makes a card, as a worker would."""

    put: Callable[[], None]

    def append(self, key_ids: Iterable[bytes], at: datetime) -> None:
        self.put()
        super().append(key_ids, at)


def test_a_card_that_was_made_before_the_key_is_gone_is_closed_and_named(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened.journal.of(event("mail:3"))
    where = Situation(site="Ulm", segment="Jane Doe Fixings", channel="fax of Jane")

    def put(key: str, at: Log, category: Category) -> None:
        at.atomic("card", proposal(category), lambda it: opened.cards.put(it, key, where))

    def forgotten(*gone: bytes, at: datetime | None = None) -> int:
        count = KeyFile.forget(opened.keys, *gone, at=at)
        put("mail:4", opened.journal.of(event("mail:4")), Category.CREDIT)  # under a new key: what came since stays
        return count

    monkeypatch.setattr(opened.keys, "forget", forgotten)
    ledger = WaitedFor(opened.home / "erasures.jsonl", lambda: put("mail:3", log, Category.DELAY))
    found = forgetting.find(opened.journal, ["Jane Doe"])
    done = forgetting.erase(opened.journal, ledger, found, "Jane Doe", "dpo", "request 12", opened.clock)
    rows = opened.database.query("SELECT number, state, site, segment, channel FROM queue ORDER BY number")
    assert [tuple(row) for row in rows] == [
        (1, "expired", "", "", ""),
        (2, "open", "", "", ""),
        (3, "expired", "", "", ""),
        (4, "open", *astuple(where)),
    ]
    assert [row["state"] for row in opened.database.query("SELECT state FROM cards ORDER BY number")] == [
        "expired", "open", "expired", "open",
    ]  # fmt: skip
    ids = [
        UUID(row["id"]) for row in opened.database.query("SELECT id FROM cards WHERE number IN (1, 3) ORDER BY number")
    ]
    assert [each.cards for each in done] == [(ids[0],), (ids[1],)]
    assert verify(opened.database, opened.keys, ledger.keys()).first_bad is None


def test_a_case_that_took_words_over_from_theirs_is_found_by_its_texts(opened: Opened) -> None:
    """A second mail on the same order brings the card up to date, and keeps what the first one said."""
    mails = [RecordRef(model="mail", id=None, name=f"{number}.eml") for number in (8, 9, 10)]
    silent = of_somebody_else().with_(messages=())
    said = ("Jane Doe waits.", "Still: Jane Doe waits.", "Nobody waits.")
    for mail, summary in zip(mails, said, strict=True):
        log = opened.journal.of(event(mail.name, mail))
        log.once("capture", mail, lambda _, mail=mail: of_jane(record=mail) if mail is mails[0] else silent)
        put = lambda it, key=mail.name: opened.cards.put(it, key)  # noqa: E731
        log.atomic("card", proposal(Category.DELAY, summary=summary), put)
    found = forgetting.find(opened.journal, ["jane@doe-fixings.example", "Jane Doe"])
    assert [each.record for each in found] == [ORDER, *mails[:2]]
    assert [each.cards for each in found] == [(1,), (), ()]

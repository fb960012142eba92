"""A store that somebody changed: random damage is found; what only a checkpoint can show is shown by it.

A few in `make test`, a thousand in `make test-all`.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from tests.databases import PostgresServer, place_in
from tests.unit.opened_store import COMPANY, ORDER, Opened, case, decision, event, proposal, ref
from triage.audit import forgetting, retention
from triage.audit.chain import digest, record_hash
from triage.audit.checkpoints import Signed, compare, make
from triage.audit.ledger import Ledger
from triage.audit.signing import KeySigner, make_key, read_public
from triage.audit.verify import verify
from triage.cards import transitions
from triage.domain import Category, NoException, Origin, Policy
from triage.storage.database import Database
from triage.storage.keys import KeyFile
from triage.storage.placeholders import arranged

COMPANIES = (COMPANY, "Elsewhere B.V.")
FEW, MANY = 60, 1000


def fill(opened: Opened, first: int, count: int, random_: random.Random) -> None:
    for number in range(first, first + count):
        company = random_.choice(COMPANIES)
        key = f"mail:{number}"
        log = opened.journal.of(event(key, company=company))
        log.once("capture", ORDER, lambda _: case())
        category = random_.choice(list(Category))
        made = proposal(category, f"card of {key}", company=company)
        card = log.atomic("card", made, lambda it, key=key: opened.cards.put(it, key))
        log.close(NoException(why="thanks"))
        if random_.random() < 0.5:
            with opened.database.transaction():
                said = decision(card)
                opened.cards.save(transitions.decide(card, said, Policy()), card.revision)
                opened.journal.record(
                    stream=company, kind="decision", case=opened.cards.case_key(card), event=key, value=said
                )


def live(opened: Opened) -> None:
    """What happens to a store in use: a case is forgotten, one is kept on hold, two share a card, content grows old."""
    late = Origin(key="purchase.order:31", text="P00031, due 2026-11-20")
    for number, origins in ((3, ()), (5, (late,)), (6, (late,))):
        log = opened.journal.of(event(f"mail:live-{number}", ref(number)))
        made = proposal(record=ref(number), origins=origins)
        card = log.atomic("card", made, lambda it, number=number: opened.cards.put(it, f"mail:live-{number}"))
        log.close(NoException(why="thanks"))
        case_id = opened.cards.case_key(card)
        if number == 3:
            opened.journal.record(
                stream=COMPANY, kind="effect", case=case_id, event=None, value=ref(3), subjects=["Petra Holt"]
            )
    retention.hold(opened.journal, case_id, COMPANY, "legal", "claim 7", opened.clock())
    found = forgetting.find(opened.journal, ["Petra Holt"])
    ledger = Ledger(opened.home / "erasures.jsonl")
    assert forgetting.erase(opened.journal, ledger, found, "Petra Holt", "dpo", "request 12", opened.clock)
    assert list(retention.apply(opened.journal, COMPANY, {"outcome": 0}, opened.clock(), "timer"))
    opened.clock.now += timedelta(days=1)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two checkpoints, the second one kept elsewhere, and records behind it."""
    folder = tmp_path_factory.mktemp("tampering")
    make_key(folder / "signing.key")
    signer = KeySigner.read(folder / "signing.key")
    random_ = random.Random(7)
    with Opened(folder / "store") as opened:
        fill(opened, 0, 6, random_)
        make(opened.journal, opened.clock, signer)
        opened.database.query("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copytree(folder / "store", folder / "early")
        live(opened)
        fill(opened, 6, 4, random_)
        kept = make(opened.journal, opened.clock, signer)
        (folder / "kept.json").write_text(kept.to_text())
        fill(opened, 10, 3, random_)
        opened.database.query("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


Damage = Callable[[sqlite3.Connection, random.Random], None]


def some(store: sqlite3.Connection, random_: random.Random, where: str = "1 = 1") -> tuple[str, int]:
    rows = store.execute(f"SELECT stream, seq FROM journal WHERE {where} ORDER BY stream, seq").fetchall()
    return random_.choice(rows)


def flip(store: sqlite3.Connection, random_: random.Random) -> None:
    """One bit of any column of any record, payload, card or checkpoint."""
    table, key, columns = random_.choice(
        (
            ("journal", "stream, seq", ("prev_hash", "hash", "kind", "at", "case_id", "event", "once", "step", "body")),
            ("payloads", "stream, seq", ("sealed",)),
            ("cards", "id", ("sealed", "state", "team", "severity", "revision", "company", "created_at")),
            ("checkpoints", "number", ("body", "at", "signatures", "signatures")),
        )
    )
    column = random_.choice(columns)
    known = "state <> 'expired'" if table == "cards" else "1 = 1"  # of an erased one nobody knows what it said
    sql = f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL AND {known} ORDER BY {key}"
    found = store.execute(sql).fetchall()
    row, value = random_.choice(found)
    raw = bytearray(value if isinstance(value, bytes) else str(value).encode())
    raw[random_.randrange(len(raw))] ^= 1 << random_.randrange(7)
    changed: object = bytes(raw)
    if isinstance(value, str):
        changed = bytes(raw).decode("utf-8", "replace")
    elif isinstance(value, int):
        changed = value + random_.choice((-1, 1))
    store.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed, row))


_WITH = "EXISTS (SELECT 1 FROM payloads p WHERE p.stream = journal.stream AND p.seq = journal.seq)"


def swap(store: sqlite3.Connection, random_: random.Random) -> None:
    """The payloads, or the bodies, of two records."""
    one, other = some(store, random_, _WITH), some(store, random_, _WITH)
    while one == other:
        other = some(store, random_, _WITH)
    table, column = random_.choice((("payloads", "sealed"), ("journal", "body")))
    values = [
        store.execute(f"SELECT {column} FROM {table} WHERE stream = ? AND seq = ?", place).fetchone()[0]
        for place in (one, other)
    ]
    for place, value in zip((one, other), reversed(values), strict=True):
        store.execute(f"UPDATE {table} SET {column} = ? WHERE stream = ? AND seq = ?", (value, *place))


def delete(store: sqlite3.Connection, random_: random.Random) -> None:
    """A record with its payload, not the last one; later ones move up, if that is tried, too."""
    stream, seq = some(store, random_, "seq < (SELECT max(seq) FROM journal j WHERE j.stream = journal.stream)")
    for table in ("payloads", "journal"):
        store.execute(f"DELETE FROM {table} WHERE stream = ? AND seq = ?", (stream, seq))
        if random_.random() < 0.5:
            store.execute(f"UPDATE {table} SET seq = seq + 100000 WHERE stream = ? AND seq > ?", (stream, seq))
            store.execute(f"UPDATE {table} SET seq = seq - 100001 WHERE stream = ? AND seq > 100000", (stream,))


def insert(store: sqlite3.Connection, random_: random.Random) -> None:
    """A record behind the last one, with a right hash and link, and content that nobody sealed."""
    stream, seq = some(store, random_, "seq = (SELECT max(seq) FROM journal j WHERE j.stream = journal.stream)")
    body = json.loads(
        store.execute("SELECT body FROM journal WHERE stream = ? AND seq = ?", (stream, seq)).fetchone()[0]
    )
    last = store.execute("SELECT hash FROM journal WHERE stream = ? AND seq = ?", (stream, seq)).fetchone()[0]
    sealed = random_.randbytes(80)
    body |= {"seq": seq + 1, "prev": last, "once": None, "payload": {"sha256": digest(sealed), "size": len(sealed)}}
    put(store, body, sealed)


def put(store: sqlite3.Connection, body: dict, sealed: bytes | None) -> str:
    raw = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    store.execute(
        "INSERT OR REPLACE INTO journal (stream, seq, prev_hash, hash, kind, step, at, event, case_id, once, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            body["stream"], body["seq"], body["prev"], record_hash(raw), body["kind"], body["step"], body["at"],
            body["event"], body["case"], body["once"], raw,
        ),
    )  # fmt: skip
    if sealed is not None:
        store.execute("INSERT OR REPLACE INTO payloads VALUES (?, ?, ?)", (body["stream"], body["seq"], sealed))
    return record_hash(raw)


def rehash(store: sqlite3.Connection, random_: random.Random) -> None:
    """Change one envelope and hash all that follows anew, as somebody without the keys can."""
    stream, seq = some(store, random_)
    rows = store.execute(
        "SELECT body, (SELECT sealed FROM payloads p WHERE p.stream = j.stream AND p.seq = j.seq) FROM journal j"
        " WHERE stream = ? AND seq >= ? ORDER BY seq",
        (stream, seq),
    ).fetchall()
    store.execute("DELETE FROM journal WHERE stream = ? AND seq >= ?", (stream, seq))
    prev = None
    for raw, sealed in rows:
        body = json.loads(raw)
        if prev is None:
            body["at"] = "2020-01-01T00:00:00.000000Z"
        else:
            body["prev"] = prev
        prev = put(store, body, sealed)


def cut(store: sqlite3.Connection, random_: random.Random) -> None:
    """The end of a stream, with payloads, as far as the kept checkpoint knows it; what points there stays."""
    (raw,) = store.execute("SELECT body FROM checkpoints ORDER BY number DESC LIMIT 1").fetchone()
    head = random_.choice(json.loads(raw)["streams"])
    stream, seq = head["stream"], random_.randint(1, head["size"])
    for table in ("payloads", "journal"):
        store.execute(f"DELETE FROM {table} WHERE stream = ? AND seq >= ?", (stream, seq))


def card(store: sqlite3.Connection, random_: random.Random) -> None:
    """A card's row taken away, or given another's content."""
    ids = [row[0] for row in store.execute("SELECT id FROM cards ORDER BY number")]
    one, other = random_.sample(ids, 2)
    if random_.random() < 0.5:
        store.execute("DELETE FROM card_events WHERE card = ?", (one,))
        store.execute("DELETE FROM cards WHERE id = ?", (one,))
    else:
        store.execute("UPDATE cards SET sealed = (SELECT sealed FROM cards WHERE id = ?) WHERE id = ?", (other, one))


def checkpoint(store: sqlite3.Connection, random_: random.Random) -> None:
    """A checkpoint taken away, or one with other sizes."""
    if random_.random() < 0.5:
        store.execute("DELETE FROM checkpoints WHERE number = ?", (random_.choice((1, 2)),))
        return
    number = random_.choice((1, 2))
    body = json.loads(store.execute("SELECT body FROM checkpoints WHERE number = ?", (number,)).fetchone()[0])
    head = random_.choice(body["streams"])
    head["size"] = max(0, head["size"] - random_.randint(1, 3))
    raw = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    store.execute("UPDATE checkpoints SET body = ? WHERE number = ?", (raw, number))


def junk(store: sqlite3.Connection) -> bytes:
    """What anybody can make of the id of a deleted key, which stands in clear in what it sealed."""
    (sealed,) = store.execute("SELECT sealed FROM cards WHERE state = 'expired'").fetchone()
    return sealed[:9] + b"junk " * 12


def disown(store: sqlite3.Connection, random_: random.Random) -> None:
    """The end of a stream written anew, as if all of it had been erased; half the time as the erased case's."""
    sealed = junk(store)
    (case_id,) = store.execute("SELECT case_id FROM cards WHERE state = 'expired'").fetchone()
    there = "stream = ? AND seq >= (SELECT max(seq) FROM journal j WHERE j.stream = journal.stream) - 3"
    stream, seq = some(store, random_, there.replace("stream = ?", "stream <> '@store'"))
    rows = store.execute("SELECT body FROM journal WHERE stream = ? AND seq >= ? ORDER BY seq", (stream, seq))
    prev, whose = None, random_.random() < 0.5
    for (raw,) in rows.fetchall():
        body = json.loads(raw)
        body |= {"payload": {"sha256": digest(sealed), "size": len(sealed)}, "prev": prev or body["prev"]}
        body |= {"case": case_id} if whose else {}
        store.execute("DELETE FROM payloads WHERE stream = ? AND seq = ?", (stream, body["seq"]))
        store.execute("DELETE FROM journal WHERE stream = ? AND seq = ?", (stream, body["seq"]))
        prev = put(store, body, sealed)


def blank(store: sqlite3.Connection, random_: random.Random) -> None:
    """A card, or a case on one, that says nothing any more, as if it had been erased."""
    sealed = junk(store)
    gone = "(SELECT case_id FROM cards WHERE state = 'expired')"
    if random_.random() < 0.5:
        moved = f", case_id = {gone}" if random_.random() < 0.5 else ""
        store.execute(f"UPDATE card_members SET sealed = ?{moved}", (sealed,))
        return
    ids = [row[0] for row in store.execute("SELECT id FROM cards WHERE state <> 'expired' ORDER BY number")]
    store.execute("UPDATE cards SET sealed = ? WHERE id = ?", (sealed, random_.choice(ids)))
    if random_.random() < 0.5:
        store.execute(f"UPDATE cards SET case_id = {gone} WHERE sealed = ?", (sealed,))


def withhold(store: sqlite3.Connection, random_: random.Random) -> None:
    """A payload taken away by leave that was given for others, or that nobody gave."""
    by = some(store, random_, "kind = 'retention'")
    if random_.random() < 0.5:
        by = some(store, random_)
    gone = some(
        store, random_, "NOT EXISTS (SELECT 1 FROM removals r WHERE (r.stream, r.seq) = (journal.stream, journal.seq))"
    )
    store.execute("INSERT INTO removals (stream, seq, by_stream, by_seq) VALUES (?, ?, ?, ?)", (*gone, *by))
    store.execute("DELETE FROM payloads WHERE stream = ? AND seq = ?", gone)


def unhold(store: sqlite3.Connection, random_: random.Random) -> None:
    """A hold taken away, or put on another case."""
    if random_.random() < 0.5:
        store.execute("DELETE FROM holds")
    else:
        store.execute("UPDATE holds SET case_id = ?", (random_.randbytes(32).hex(),))


def member(store: sqlite3.Connection, random_: random.Random) -> None:
    """A case on a shared card taken away, changed, or put on another card."""
    ids = [row[0] for row in store.execute("SELECT id FROM cards WHERE id NOT IN (SELECT card FROM card_members)")]
    store.execute(
        *random_.choice(
            (
                ("DELETE FROM card_members",),
                ("UPDATE card_members SET category = 'other'",),
                ("UPDATE card_members SET card = ?", (random_.choice(sorted(ids)),)),
            )
        )
    )


def unqueue(store: sqlite3.Connection, random_: random.Random) -> None:
    """A card that the queue hides, or shows as another."""
    numbers = [row[0] for row in store.execute("SELECT number FROM queue ORDER BY number")]
    number = random_.choice(numbers)
    if random_.random() < 0.5:
        store.execute("DELETE FROM queue WHERE number = ?", (number,))
    else:
        store.execute("UPDATE queue SET state = ? WHERE number = ?", ("superseded", number))


DAMAGES: tuple[Damage, ...] = (
    flip, flip, swap, delete, insert, rehash, cut, card, checkpoint, disown, disown, blank, withhold, unhold, member,
    unqueue,
)  # fmt: skip


def damaged(original: Path, to: Path, number: int) -> str:
    """A copy with one damage; its name."""
    random_ = random.Random(number)
    shutil.copytree(original / "store", to)
    with closing(sqlite3.connect(to / "audit.db", isolation_level=None)) as store:
        store.execute("PRAGMA foreign_keys=OFF")
        for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            store.execute(f"DROP TRIGGER {name}")
        before = list(store.iterdump())
        while list(store.iterdump()) == before:
            damage = random_.choice(DAMAGES)
            damage(store, random_)
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return damage.__name__


def found_in(home: Path, kept: Path | None = None) -> str | None:
    with KeyFile(home / "keys.db") as keys, Database.open(home / "audit.db") as database:
        first = verify(database, keys, Ledger(home / "erasures.jsonl").keys()).first_bad
        if first is None and kept is not None:
            key = read_public(kept.parent / "signing.key.pub")
            first = compare(database, Signed.read(kept), [key])
        return first


def check_damages(original: Path, tmp_path: Path, numbers: range) -> None:
    missed = []
    for number in numbers:
        home = tmp_path / str(number)
        name = damaged(original, home, number)
        kept = original / "kept.json" if name == "cut" else None  # a shorter chain is a chain, too
        if found_in(home, kept) is None:
            missed.append((number, name))
        shutil.rmtree(home)
    assert missed == []


def check_untouched(original: Path, tmp_path: Path, numbers: range) -> None:
    for number in numbers:
        home = tmp_path / f"untouched-{number}"
        shutil.copytree(original / "store", home)
        with Opened(home) as opened:
            opened.clock.now = opened.clock.now.replace(year=2027)
            fill(opened, 1000, number % 4, random.Random(number))
        assert found_in(home, original / "kept.json") is None, number
        shutil.rmtree(home)


def test_random_damage_is_found(original: Path, tmp_path: Path) -> None:
    check_damages(original, tmp_path, range(FEW))


def test_no_false_alarm(original: Path, tmp_path: Path) -> None:
    check_untouched(original, tmp_path, range(8))


@pytest.mark.slow
def test_a_thousand_random_damages_are_found(original: Path, tmp_path: Path) -> None:
    check_damages(original, tmp_path, range(FEW, FEW + MANY))


@pytest.mark.slow
def test_no_false_alarm_on_a_thousand_untouched_stores(original: Path, tmp_path: Path) -> None:
    check_untouched(original, tmp_path, range(MANY))


TABLES = (
    "journal", "payloads", "removals", "cards", "card_events", "checkpoints", "holds", "card_members", "queue",
)  # fmt: skip


class Server:
    """A store on PostgreSQL, spoken to in the words of the damages, past its triggers and foreign keys."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection
        connection.execute("SET session_replication_role = replica")

    def execute(self, sql: str, values: tuple = ()) -> psycopg.Cursor:
        sql = sql.replace("SELECT rowid,", "SELECT ctid::text,").replace("rowid = ?", "ctid = CAST(? AS TEXT)::tid")
        if sql.startswith("INSERT OR REPLACE INTO payloads"):
            self.execute("DELETE FROM payloads WHERE stream = ? AND seq = ?", values[:2])
            sql = (
                "INSERT INTO payloads (stream, seq, sealed, month) VALUES (?, ?, ?, (SELECT payload_month(kind, at)"
                " FROM journal WHERE stream = ? AND seq = ?))"
            )
            values = (*values, *values[:2])
        elif sql.startswith("INSERT OR REPLACE INTO journal"):
            self.execute("DELETE FROM journal WHERE stream = ? AND seq = ?", values[:2])
        cursor = psycopg.RawCursor(self._connection)
        return cursor.execute(*arranged(sql.replace("INSERT OR REPLACE", "INSERT"), values))  # type: ignore[arg-type]

    def iterdump(self) -> Iterator[object]:
        for table in TABLES:
            yield from self.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()


@pytest.fixture(scope="module")
def on_server(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> tuple[Path, str]:
    """The same store in a database, and its name."""
    folder = tmp_path_factory.mktemp("tampering-server")
    url = postgres.database()
    place_in(folder, url)
    make_key(folder / "signing.key")
    signer = KeySigner.read(folder / "signing.key")
    random_ = random.Random(7)
    with Opened(folder) as opened:
        fill(opened, 0, 6, random_)
        make(opened.journal, opened.clock, signer)
        live(opened)
        fill(opened, 6, 4, random_)
        (folder / "kept.json").write_text(make(opened.journal, opened.clock, signer).to_text())
        fill(opened, 10, 3, random_)
    return folder, url.split("@/", 1)[1].split("?", 1)[0]


def check_server(on_server: tuple[Path, str], postgres: PostgresServer, numbers: range) -> None:
    folder, name = on_server
    missed = []
    for number in numbers:
        copy = f"{name}_{number}"
        postgres.run(f"CREATE DATABASE {copy} TEMPLATE {name}")
        random_ = random.Random(number)
        with psycopg.connect(postgres.url(copy), autocommit=True) as connection:
            store = Server(connection)
            before = list(store.iterdump())
            while list(store.iterdump()) == before:
                damage = random_.choice(DAMAGES)
                with suppress(psycopg.DataError, psycopg.IntegrityError), connection.transaction():
                    damage(store, random_)  # type: ignore[arg-type]
        kept = folder / "kept.json" if damage is cut else None
        with KeyFile(folder / "keys.db") as keys, Database.open(postgres.url(copy)) as database:
            first = verify(database, keys, Ledger(folder / "erasures.jsonl").keys()).first_bad
            if first is None and kept is not None:
                first = compare(database, Signed.read(kept), [read_public(folder / "signing.key.pub")])
        if first is None:
            missed.append((number, damage.__name__))
        postgres.run(f"DROP DATABASE {copy}")
    assert missed == []


def test_random_damage_is_found_on_a_server(on_server: tuple[Path, str], postgres: PostgresServer) -> None:
    check_server(on_server, postgres, range(5))


@pytest.mark.slow
def test_a_thousand_random_damages_are_found_on_a_server(on_server: tuple[Path, str], postgres: PostgresServer) -> None:
    check_server(on_server, postgres, range(FEW, FEW + MANY))


def shortened(original: Path, home: Path) -> None:
    """As if everything since the first six events had never happened: an older state of the whole store."""
    with Opened(home) as opened:
        fill(opened, 0, 6, random.Random(7))


@pytest.mark.parametrize("what", ["truncated", "rewritten", "replaced"])
def test_only_the_kept_checkpoint_shows_an_older_or_rewritten_store(original: Path, tmp_path: Path, what: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    if what == "truncated":
        shutil.copytree(original / "early", home, dirs_exist_ok=True)
    elif what == "rewritten":
        shutil.copy(original / "store" / "keys.db", home / "keys.db")
        with Opened(home) as opened:
            fill(opened, 0, 13, random.Random(8))
    else:
        shortened(original, home)
    assert found_in(home) is None
    assert found_in(home, original / "kept.json") is not None

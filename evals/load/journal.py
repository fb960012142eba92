"""What the journal costs beside a plain insert, how fast it is verified, and what reading costs when it is long.

    python -m evals.load.journal                 # appends and verification
    python -m evals.load.journal --records 1000000 --only queries

Appends: the journal records a step (canonical envelope, chain, seal, the look whether it was recorded before) and
waits for the disk; beside it, in the same minute and on the same disk, the same rows, made beforehand, are inserted by
the plain driver, each in a transaction of its own that waits for the disk as well. PostgreSQL is a server started for
the purpose, or the one that `--postgres` names (an empty schema or database each time).
"""

from __future__ import annotations

import argparse
import itertools
import random
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from triage.audit.journal import Journal
from triage.audit.story import story
from triage.audit.verify import verify
from triage.cards.store import CardStore
from triage.domain import Category, Event, Link, LinkStatus, Proposal, RecordRef, Suggestion
from triage.storage import queue, records
from triage.storage.database import Database
from triage.storage.keys import Keys
from triage.storage.records import Record

COMPANY = "Measured B.V."
WRITERS = (1, 8)
_EVENTS = 40
"""Events for each card."""
_RECORDS = 2000
"""Orders that the events without a card are about."""
_STEPS = 20
"""Events that a round's steps belong to."""
_ROUNDS = 11
"""Journal and plain insert take turns so often; the medians are compared, so that a busy moment hits both."""


@dataclass(frozen=True)
class Step:
    """One thing to record: an event's step with a result as long as a short answer."""

    event: Event
    result: Event


def step(number: int, record: int | None = None) -> Step:
    """The n-th of the run, on an order of its own or on this one."""
    ref = RecordRef(model="sale.order", id=number if record is None else record, name=f"S{record or number:06}")
    words = random.Random(number).choices(("late", "bolts", "pallet", "credit", "invoice", "depot", "customer"), k=40)  # noqa: S311
    when = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    result = Event(key=" ".join(words), source="load", company=COMPANY, ref=ref, received_at=when)
    return Step(result.with_(key=f"load:{number}"), result)


def journal_rate(database: Database, keys: Keys, numbers: Iterator[int], count: int, writers: int) -> float:
    """Steps recorded per second by so many threads."""
    journal = Journal(database, keys, lambda: datetime.now(UTC))
    steps = [step(next(numbers)) for _ in range(_STEPS)]
    logs = [journal.of(each.event) for each in steps]

    def write(mine: int) -> None:
        for number in range(mine, count, writers):
            which = number % _STEPS
            logs[which].once("answer", f"measured {number}", lambda _, which=which: steps[which].result)  # type: ignore[misc]

    return count / _timed(write, writers)


def plain_rate(target: Path | str, rows: list[Record], writers: int) -> float:
    """The same rows per second through the plain driver, a transaction and a wait for the disk for each."""
    connections: list[Any] = []
    for _ in range(writers):
        if isinstance(target, Path):
            file = sqlite3.connect(target, timeout=60, isolation_level=None, check_same_thread=False)
            for pragma in ("synchronous=FULL", "foreign_keys=ON"):
                file.execute(f"PRAGMA {pragma}")
            connections.append(file)
        else:
            connections.append(psycopg.connect(target, autocommit=True))
    mark = "?" if isinstance(target, Path) else "%s"
    names = "stream, seq, prev_hash, hash, kind, step, at, event, case_id, once, body"
    journal = f"INSERT INTO journal ({names}) VALUES ({', '.join([mark] * 11)})"  # noqa: S608
    payload = f"INSERT INTO payloads (stream, seq, sealed) VALUES ({mark}, {mark}, {mark})"  # noqa: S608
    begin = "BEGIN IMMEDIATE" if isinstance(target, Path) else "BEGIN"

    def write(mine: int) -> None:
        cursor = connections[mine].cursor()
        for row in rows[mine::writers]:
            cursor.execute(begin)
            cursor.execute(
                journal,
                (row.stream, row.seq, row.prev_hash, row.hash, row.kind, row.step, row.at, row.event, row.case_id,
                 row.once, row.body),
            )  # fmt: skip
            cursor.execute(payload, (row.stream, row.seq, row.sealed))
            cursor.execute("COMMIT")

    try:
        return len(rows) / _timed(write, writers)
    finally:
        for connection in connections:
            connection.close()


def compare(target: Path | str, plain: Path | str, keys: Keys, writers: int, count: int) -> tuple[float, float]:
    """Median steps per second of the journal and of the plain insert, in turns, into two stores of one kind."""
    numbers = itertools.count(1)
    journalled, inserted = [], []
    with Database.open(target) as database:
        Database.open(plain).close()
        for _ in range(_ROUNDS):
            journalled.append(journal_rate(database, keys, numbers, count, writers))
            made = database.query("SELECT max(seq) FROM journal WHERE stream = ?", (COMPANY,))[0][0]
            rows = [row for row in _between(database, made - count, made) if row.kind == "step"]
            inserted.append(plain_rate(plain, rows, writers))
    return statistics.median(journalled), statistics.median(inserted)


def verified_rate(database: Database, keys: Keys | None) -> tuple[int, float, float]:
    """Records of a store, and how many are verified per second on the clock and of the processor's time."""
    started, worked = time.perf_counter(), time.process_time()
    found = verify(database, keys)
    if found.first_bad:
        raise SystemExit(f"the store that was measured does not verify: {found.first_bad}")
    return (
        found.records,
        found.records / (time.perf_counter() - started),
        found.records / (time.process_time() - worked),
    )


def fill(database: Database, keys: Keys, count: int) -> int:
    """Bring a store to at least so many records, with a card for one event in forty; returns the number of cards."""
    journal = Journal(database, keys, lambda: datetime.now(UTC))
    store = CardStore(database, keys, lambda: datetime.now(UTC))
    number = len(store.all(limit=1)) and database.query("SELECT count(*) FROM journal WHERE kind = 'event'")[0][0]
    while database.query("SELECT count(*) FROM journal")[0][0] < count:
        with database.locked((records.stream_lock(COMPANY),)):
            for _ in range(250):
                number += 1
                each = step(number, None if number % _EVENTS == 1 else number % _RECORDS)
                log = journal.of(each.event)
                for name in ("capture", "policy", "classify", "summarise", "verify", "propose"):
                    log.atomic(name, None, lambda _, each=each: each.result)  # type: ignore[misc]
                if number % _EVENTS == 1:
                    store.put(_proposal(each), each.event.key)
    return int(database.query("SELECT count(*) FROM cards")[0][0])


def query_times(database: Database, keys: Keys, cards: int) -> dict[str, float]:
    """Median milliseconds of what people wait for."""
    store = CardStore(database, keys, lambda: datetime.now(UTC))
    some = random.Random(1).sample(range(1, cards + 1), min(cards, 20))  # noqa: S311

    def milliseconds(work: Callable[[int], object]) -> float:
        times = []
        for number in some:
            started = time.perf_counter()
            work(number)
            times.append((time.perf_counter() - started) * 1000)
        return statistics.median(times)

    rows = queue.page(database, queue.Chosen(), cards)
    middle = (rows[len(rows) // 2].priority, rows[len(rows) // 2].number)
    return {
        "triage audit show CARD": milliseconds(lambda number: story(database, keys, store.get(number))),
        "queue, first page": milliseconds(lambda _: queue.page(database, queue.Chosen(), 51)),
        "queue, page from the middle": milliseconds(lambda _: queue.page(database, queue.Chosen(), 51, middle)),
        "queue, of one category": milliseconds(lambda _: queue.page(database, queue.Chosen(categories=("delay",)), 51)),
        "queue, counted": milliseconds(lambda _: queue.count(database, queue.Chosen(), 1000)),
        "queue, teams to choose from": milliseconds(lambda _: queue.values(database, "team")),
        "card by number": milliseconds(store.get),
        "cards of an event": milliseconds(lambda number: store.of_event(f"load:{(number - 1) * _EVENTS + 1}", COMPANY)),
    }


def main(arguments: list[str] | None = None) -> None:
    """Measure and print; see the module's text."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--appends", type=int, default=400, help="steps per round")
    parser.add_argument("--records", type=int, default=40_000, help="records of the store that is verified and read")
    parser.add_argument("--only", choices=("appends", "queries"))
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--postgres", help="address of an empty PostgreSQL database for this run")
    parser.add_argument("--folder", type=Path, help="where the files go; a temporary folder by default")
    chosen = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = chosen.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="triage-load-")))
        keys = stack.enter_context(Keys.open(folder / "keys.db"))
        for engine in chosen.engine or ("sqlite", "postgresql"):
            new = stack.enter_context(_targets(engine, folder, chosen.postgres))
            print(f"\n{engine}")
            if chosen.only != "queries":
                for writers in WRITERS:
                    ours, plain = compare(new(), new(), keys, writers, chosen.appends)
                    print(
                        f"  {writers} writers: journal {ours:7.0f}/s, plain insert {plain:7.0f}/s = {ours / plain:.0%}"
                    )
            if chosen.only != "appends":
                with Database.open(new()) as database:
                    _read(database, keys, chosen.records)


def _read(database: Database, keys: Keys, count: int) -> None:
    cards = fill(database, keys, count)
    for name, given in (("with keys", keys), ("without keys", None)):
        found, rate, worked = verified_rate(database, given)
        print(
            f"  verify {name}: {rate:.0f} records/s, {worked:.0f} per second of a core ({found} records, {cards} cards)"
        )
    for name, median in query_times(database, keys, cards).items():
        print(f"  {name}: {median:.1f} ms")


@contextmanager
def _targets(engine: str, folder: Path, given: str | None) -> Iterator[Callable[[], Path | str]]:
    numbers = itertools.count(1)
    if engine == "sqlite":
        yield lambda: folder / f"audit{next(numbers)}.db"
        return
    with ExitStack() as stack:
        server = given or stack.enter_context(_server())

        def schema() -> str:
            name = f"load_{next(numbers)}_{random.randrange(10**9)}"  # noqa: S311
            with closing(psycopg.connect(server, autocommit=True)) as connection:
                connection.execute(f"CREATE SCHEMA {name}")
            return f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{name}"

        yield schema


@contextmanager
def _server() -> Iterator[str]:
    from tests.databases import postgres_server

    with postgres_server(durable=True) as server:
        yield server.url()


def _between(database: Database, above: int, to: int) -> list[Record]:
    sql = (
        "SELECT j.stream, j.seq, j.prev_hash, j.hash, j.kind, j.step, j.at, j.event, j.case_id, j.once, j.body,"
        " p.sealed FROM journal j JOIN payloads p ON p.stream = j.stream AND p.seq = j.seq"
        " WHERE j.stream = ? AND j.seq > ? AND j.seq <= ? ORDER BY j.seq"
    )
    return [Record(*row) for row in database.query(sql, (COMPANY, above, to))]


def _timed(write: Callable[[int], None], writers: int) -> float:
    """Seconds until all threads are done."""
    if writers == 1:
        started = time.perf_counter()
        write(0)
        return time.perf_counter() - started
    together = threading.Barrier(writers + 1)
    failed: list[BaseException] = []

    def run(mine: int) -> None:
        together.wait()
        try:
            write(mine)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(mine,)) for mine in range(writers)]
    for thread in threads:
        thread.start()
    together.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return time.perf_counter() - started


def _proposal(each: Step) -> Proposal:
    return Proposal(
        company=COMPANY,
        record=each.event.ref,
        suggestion=Suggestion(category=Category.STOCK),
        summary=each.result.key,
        link=Link(status=LinkStatus.GIVEN),
        team="order desk",
        case="0" * 64,
    )


if __name__ == "__main__":
    main(sys.argv[1:])

"""Group commit: shared by those who come at once, kept before anybody is let go, and fair to each."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from triage.errors import Conflict, StoreError
from triage.storage import grouping
from triage.storage.database import Database

WRITERS = 8


@pytest.fixture
def store(database: Database):
    database.execute("CREATE TABLE jottings (text TEXT UNIQUE)")
    return database


def texts(store: Database) -> list[str]:
    return [row["text"] for row in store.query("SELECT text FROM jottings ORDER BY text")]


def note(store: Database, text: str) -> str:
    store.execute("INSERT INTO jottings VALUES (?)", (text,))
    return text


def crowd(store: Database, works: list[Callable[[], Any]]) -> list[Any]:
    """Results, or errors, of works that all wait while somebody else's transaction is under way."""
    first, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        first.set()
        go_on.wait(20)

    def grouped(work: Callable[[], Any]) -> Any:
        try:
            return store.grouped(work)
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(works) + 1) as pool:
        held = pool.submit(store.grouped, hold)
        first.wait(20)
        results = [pool.submit(grouped, work) for work in works]
        while len(store._group._queue) < len(works):
            threading.Event().wait(0.001)
        go_on.set()
        held.result(20)
        return [result.result(20) for result in results]


@pytest.fixture
def commits(store: Database, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The locks of each transaction that was begun for a group."""
    begun: list[tuple[str, ...]] = []
    locked = store.locked

    @contextmanager
    def counted(names: Any):
        begun.append(tuple(names))
        with locked(names):
            yield

    monkeypatch.setattr(store, "locked", counted)
    return begun


def test_one_caller_gets_a_transaction_of_its_own(store: Database, commits: list) -> None:
    assert store.grouped(lambda: note(store, "a"), locks=("stream a",)) == "a"
    assert (texts(store), commits) == (["a"], [("stream a",)])


def test_those_who_wait_share_one_commit(store: Database, commits: list) -> None:
    results = crowd(store, [lambda n=n: note(store, f"{n}") for n in range(WRITERS)])
    assert sorted(results) == texts(store) == [f"{n}" for n in range(WRITERS)]
    assert len(commits) == 2


def test_one_that_fails_does_not_hurt_the_others(store: Database) -> None:
    def fail() -> None:
        note(store, "undone")
        raise ZeroDivisionError

    note(store, "there")
    results = crowd(store, [lambda: note(store, "a"), fail, lambda: note(store, "there"), lambda: note(store, "b")])
    assert (results[0], results[3]) == ("a", "b")
    assert isinstance(results[1], ZeroDivisionError)
    assert isinstance(results[2], Conflict)
    assert texts(store) == ["a", "b", "there"]


def test_inside_a_transaction_it_joins_that_one(store: Database) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.grouped(lambda: note(store, "a"))
        raise ZeroDivisionError
    assert texts(store) == []

    def within() -> None:
        assert store.in_transaction
        store.grouped(lambda: note(store, "b"))

    store.grouped(within)
    assert texts(store) == ["b"]


def test_nobody_is_let_go_before_it_is_kept(store: Database) -> None:
    def write(writer: int) -> None:
        for number in range(25):
            text = store.grouped(lambda number=number: note(store, f"{writer} {number:02}"))
            assert store.query("SELECT 1 FROM jottings WHERE text = ?", (text,))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    assert len(texts(store)) == WRITERS * 25


def test_what_the_database_undid_for_a_while_is_run_again(store: Database) -> None:
    runs: list[int] = []

    def work() -> str:
        runs.append(1)
        if len(runs) < 3:
            error = StoreError("two waited for each other")
            error.again = True
            raise error
        return note(store, "a")

    assert store.grouped(work) == "a"
    assert (len(runs), texts(store)) == (3, ["a"])


def test_it_is_not_run_for_ever(store: Database) -> None:
    runs: list[int] = []

    def work() -> None:
        runs.append(1)
        error = StoreError("two waited for each other")
        error.again = True
        raise error

    with pytest.raises(StoreError, match="waited"):
        store.grouped(work)
    assert len(runs) == grouping.ATTEMPTS


def test_a_commit_that_fails_is_everybodys_failure(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    locked, begun = store.locked, []

    @contextmanager
    def failing(names: Any):
        begun.append(1)
        with locked(names):
            yield
            if len(begun) > 1:
                raise StoreError("the disk is full")

    monkeypatch.setattr(store, "locked", failing)
    results = crowd(store, [lambda n=n: note(store, f"{n}") for n in range(3)])
    assert [str(result) for result in results] == ["the disk is full"] * 3
    monkeypatch.undo()
    assert texts(store) == []
    assert store.grouped(lambda: note(store, "later")) == "later"


def test_an_interrupt_leaves_nobody_waiting(store: Database) -> None:
    class Stop(BaseException):
        pass

    def stop() -> None:
        raise Stop

    with pytest.raises(Stop):
        store.grouped(stop)
    assert store.grouped(lambda: note(store, "a")) == "a"


def test_the_work_of_a_thread_sees_that_threads_context(store: Database) -> None:
    who = contextvars.ContextVar("who", default="nobody")

    def work(name: str) -> str:
        who.set(name)
        return store.grouped(lambda: note(store, who.get()))

    names = [f"writer {n}" for n in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as pool:
        assert list(pool.map(work, names)) == names == texts(store)


def test_what_is_alike_is_done_in_one_go(store: Database) -> None:
    calls: list[list[str]] = []

    def many(items: list[str]) -> list[str]:
        calls.append(items)
        if len(items) > 1 and "bad" in items:
            raise ZeroDivisionError
        return [note(store, f"{item} {len(calls)}") for item in items]

    def gathered(item: str) -> Callable[[], str]:
        return lambda: store.gathered(many, item)

    def crowded(items: list[str]) -> list[str]:
        first, go_on = threading.Event(), threading.Event()

        def hold() -> None:
            first.set()
            go_on.wait(20)

        with ThreadPoolExecutor(len(items) + 1) as pool:
            pool.submit(store.grouped, hold)
            first.wait(20)
            results = [pool.submit(gathered(item)) for item in items]
            while len(store._group._queue) < len(items):
                threading.Event().wait(0.001)
            go_on.set()
            return [result.result(20) for result in results]

    assert sorted(crowded(["a", "b", "c"])) == ["a 1", "b 1", "c 1"]
    assert len(calls) == 1
    results = crowded(["d", "bad", "e"])
    assert [result.split()[0] for result in results] == ["d", "bad", "e"]
    assert len(calls) == 5
    with store.transaction():
        assert store.gathered(many, "f") == "f 6"

"""Arrivals are written together, each sender learns of its own, and nobody waits for a store that hangs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

import pytest

from service.accepting import Acceptor
from service.problems import Problem
from triage.domain import Arrival, Door, RecordRef
from triage.errors import NotStorable, StoreError
from triage.jobs.inbox import Accepted

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def arrival(number: int) -> Arrival:
    ref = RecordRef(model="sale.order", id=number, name="x")
    return Arrival(key=str(number), source="s", door=Door.HOOK, ref=ref, company="A", received_at=NOW, due_at=NOW)


class Inbox:
    """Keeps in a list; `first` happens before each commit."""

    def __init__(self, first: Callable[[Sequence[Arrival]], None] = lambda _: None) -> None:
        self.commits: list[list[str]] = []
        self.first = first

    def accept_many(self, arrivals: Sequence[Arrival]) -> list[Accepted]:
        self.first(arrivals)
        known = {key for commit in self.commits for key in commit}
        self.commits.append([each.key for each in arrivals])
        return [Accepted(each.key, each.key not in known) for each in arrivals]


Make = Callable[..., Acceptor]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[Acceptor] = []

    def of(inbox: Inbox, seconds: float = 30.0, most: int = 2000) -> Acceptor:
        made.append(Acceptor(lambda: inbox, seconds, most))
        return made[-1]

    yield of
    for each in made:
        each.close()


async def all_of(acceptor: Acceptor, numbers: Sequence[int]) -> list[Accepted | BaseException]:
    return await asyncio.gather(*(acceptor.accept(arrival(n)) for n in numbers), return_exceptions=True)


def test_what_comes_while_one_is_written_shares_the_next_commit(make: Make) -> None:
    gate, entered = threading.Event(), threading.Event()

    def first(_: Sequence[Arrival]) -> None:
        entered.set()
        gate.wait(20)

    inbox = Inbox(first)
    acceptor = make(inbox)

    async def run() -> list[Accepted | BaseException]:
        alone = asyncio.create_task(acceptor.accept(arrival(0)))
        await asyncio.to_thread(entered.wait, 20)
        rest = [asyncio.create_task(acceptor.accept(arrival(n))) for n in range(1, 50)]
        while acceptor.depth < 49:
            await asyncio.sleep(0.001)
        gate.set()
        return await asyncio.gather(alone, *rest)

    told = asyncio.run(run())
    assert [each.id for each in told if isinstance(each, Accepted)] == [str(n) for n in range(50)]
    assert [len(commit) for commit in inbox.commits] == [1, 49]


def test_a_store_that_hangs_is_a_503_and_the_event_is_written_when_it_moves_again(make: Make) -> None:
    gate = threading.Event()
    inbox = Inbox(lambda _: assert_true(gate.wait(20)))
    acceptor = make(inbox, seconds=0.05)
    told = asyncio.run(all_of(acceptor, range(5)))
    assert [each.status for each in told if isinstance(each, Problem)] == [503] * 5
    assert all(isinstance(each, Problem) and each.headers["Retry-After"] for each in told)
    gate.set()
    acceptor.close()
    assert sorted(key for commit in inbox.commits for key in commit) == ["0", "1", "2", "3", "4"]


def assert_true(value: bool) -> None:
    assert value


def test_too_many_that_wait_are_refused_at_once(make: Make) -> None:
    gate, entered = threading.Event(), threading.Event()

    def first(_: Sequence[Arrival]) -> None:
        entered.set()
        gate.wait(20)

    acceptor = make(Inbox(first), most=3)

    async def run() -> tuple[Problem, list[Accepted | BaseException]]:
        waiting = [asyncio.create_task(acceptor.accept(arrival(0)))]
        await asyncio.to_thread(entered.wait, 20)
        waiting += [asyncio.create_task(acceptor.accept(arrival(n))) for n in range(1, 4)]
        while acceptor.depth < 3:
            await asyncio.sleep(0.001)
        with pytest.raises(Problem) as caught:
            await acceptor.accept(arrival(9))
        gate.set()
        return caught.value, list(await asyncio.gather(*waiting))

    refused, kept = asyncio.run(run())
    assert refused.status == 503
    assert len(kept) == 4


@pytest.mark.parametrize("error", [StoreError("the disk is full"), OSError(28, "no space")])
def test_a_store_that_cannot_be_written_is_a_503_that_names_no_path(make: Make, error: Exception) -> None:
    def fail(_: Sequence[Arrival]) -> None:
        raise error

    inbox = Inbox(fail)
    acceptor = make(inbox)
    (told,) = asyncio.run(all_of(acceptor, [1]))
    assert isinstance(told, Problem)
    assert (told.status, inbox.commits) == (503, [])
    assert "disk" not in told.detail
    inbox.first = lambda _: None
    assert asyncio.run(all_of(acceptor, [1])) == [Accepted("1", True)]


def test_one_bad_arrival_does_not_take_the_others_with_it(make: Make) -> None:
    def poison(arrivals: Sequence[Arrival]) -> None:
        if any(each.key == "3" for each in arrivals):
            raise ValueError("poison")

    acceptor = make(Inbox(poison))
    told = asyncio.run(all_of(acceptor, range(6)))
    assert [type(each) for each in told] == [Accepted, Accepted, Accepted, ValueError, Accepted, Accepted]


def test_what_the_store_cannot_keep_is_its_own_senders_trouble(make: Make) -> None:
    def first(arrivals: Sequence[Arrival]) -> None:
        if any(each.key == "2" for each in arrivals):
            raise NotStorable("holds NUL")

    found = asyncio.run(all_of(make(Inbox(first)), range(5)))
    assert [type(each) for each in found] == [Accepted, Accepted, NotStorable, Accepted, Accepted]


def test_closing_writes_what_waits(make: Make) -> None:
    inbox = Inbox()
    acceptor = make(inbox)

    async def run() -> None:
        for n in range(10):
            asyncio.create_task(acceptor.accept(arrival(n)))  # noqa: RUF006
        await asyncio.sleep(0)
        await asyncio.to_thread(acceptor.close)

    asyncio.run(run())
    assert sum(map(len, inbox.commits)) == 10

"""Processes are killed at any moment and race for the same store: nothing acknowledged is lost, nothing done twice."""

from __future__ import annotations

import itertools
import multiprocessing
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.databases import target_in
from tests.unit.opened_store import ORDER, Opened, event, proposal, ref
from triage.audit.verify import verify
from triage.domain import Advised, Card, RecordRef
from triage.storage.database import Database
from triage.storage.keys import KeyFile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")

SMOKE = 12
processes = multiprocessing.get_context("forkserver" if sys.platform != "win32" else "spawn")
processes.set_forkserver_preload([__name__])


def work_through(home: Path, acknowledged: Connection) -> None:
    """Bring event after event to its end, for ever; say each step that is recorded and whether it was done now."""
    with Opened(home) as opened:
        for number in range(1, sys.maxsize):
            done: list[str] = []

            def produce(_: object, number: int = number, done: list[str] = done) -> RecordRef:
                done.append("capture")
                return ref(number)

            def put(_: object, number: int = number, done: list[str] = done) -> Card:
                done.append("card")
                return opened.cards.put(proposal(record=ref(number)), f"file:{number}")

            log = opened.journal.of(event(f"file:{number}", ref(number)))
            captured = log.once("capture", ORDER, produce)
            acknowledged.send((number, "capture", "capture" in done, captured.id))
            card = log.atomic("card", None, put)
            acknowledged.send((number, "card", "card" in done, card.number))
            log.close(Advised(cards=(card.id,)))


def killed_after(home: Path, messages: int, seconds: float) -> list[tuple[int, str, bool, int]]:
    """Everything a process acknowledged until it was killed, some time after that many new steps."""
    here, there = processes.Pipe(duplex=False)
    process = processes.Process(target=work_through, args=(home, there))
    process.start()
    there.close()
    said: list[tuple[int, str, bool, int]] = []
    with suppress(EOFError):
        while sum(new for _, _, new, _ in said) < messages:
            said.append(here.recv())
    time.sleep(seconds)
    process.kill()
    process.join()
    with suppress(EOFError):
        while True:
            said.append(here.recv())
    return said


@pytest.mark.parametrize("kills", [SMOKE, pytest.param(120, marks=pytest.mark.slow)])
def test_killed_at_any_moment_nothing_acknowledged_is_lost_or_done_again(home: Path, kills: int) -> None:
    chance = random.Random(20261123 + kills)
    recorded: dict[tuple[int, str], int] = {}
    for _ in range(kills):
        for number, step, new, value in killed_after(home, chance.randrange(12), chance.random() * 0.01):
            assert not (new and (number, step) in recorded), "done again"
            assert recorded.setdefault((number, step), value) == value
        with Opened(home) as opened:
            found = verify(opened.database, opened.keys)
            assert found.first_bad is None
            assert found.records >= len(recorded)
            assert len(opened.cards.all()) == found.cards >= sum(step == "card" for _, step in recorded)
    assert len(recorded) >= kills
    with Opened(home) as opened:
        for (number, step), value in recorded.items():
            log = opened.journal.of(event(f"file:{number}", ref(number)))
            given = ORDER if step == "capture" else None
            result = log.once(step, given, lambda _: pytest.fail("was not recorded"))
            assert value == (result.id if step == "capture" else result.number)


WRITERS = 4


def append_together(home: Path, acknowledged: Connection) -> None:
    """Threads record steps as fast as they can, so that they share commits; each step is said once it is recorded."""
    saying = threading.Lock()
    with Opened(home) as opened:

        def work(writer: int) -> None:
            for number in itertools.count(1):
                key = f"file:{writer}:{number}"
                log = opened.journal.of(event(key, ref(writer), company=f"Company {writer % 2}"))
                result = log.once("capture", ORDER, lambda _, number=number: ref(number))
                with saying:
                    acknowledged.send((key, result.id))

        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(work, range(WRITERS)))


@pytest.mark.parametrize("kills", [3, pytest.param(60, marks=pytest.mark.slow)])
def test_killed_while_many_share_a_commit(home: Path, kills: int) -> None:
    chance = random.Random(20261124 + kills)
    said: dict[str, int] = {}
    for _ in range(kills):
        said |= dict(killed_while(append_together, home, chance.randrange(1, 60), chance.random() * 0.02))
        with Opened(home) as opened:
            found = verify(opened.database, opened.keys)
            assert found.first_bad is None
            assert found.records >= 2 * len(said)
    with Opened(home) as opened:
        for key, number in said.items():
            writer = int(key.split(":")[1])
            log = opened.journal.of(event(key, ref(writer), company=f"Company {writer % 2}"))
            assert log.once("capture", ORDER, lambda _: pytest.fail("was not recorded")) == ref(number)


def killed_while(work: Callable[[Path, Connection], None], home: Path, messages: int, seconds: float) -> list:
    """Everything that was said by a process until it was killed, some time after so many messages."""
    here, there = processes.Pipe(duplex=False)
    process = processes.Process(target=work, args=(home, there))
    process.start()
    there.close()
    said = []
    with suppress(EOFError):
        while len(said) < messages:
            said.append(here.recv())
    time.sleep(seconds)
    process.kill()
    process.join()
    with suppress(EOFError):
        while True:
            said.append(here.recv())
    return said


def race(home: Path, me: int, together: object, results: Connection) -> None:
    """Do the same steps as another process at the same time."""
    with Opened(home) as opened:
        for number in range(1, 11):
            log = opened.journal.of(event(f"file:{number}", ref(number)))

            def produce(_: object) -> RecordRef:
                together.wait(30)  # type: ignore[attr-defined]
                return ref(me)

            results.send(log.once("capture", ORDER, produce).id)
            card = log.atomic("card", None, lambda _, n=number: opened.cards.put(proposal(record=ref(n)), f"file:{n}"))
            results.send(card.number)
            together.wait(30)  # type: ignore[attr-defined]


def everything(results: Connection) -> Iterator[int]:
    with suppress(EOFError):
        while True:
            yield results.recv()


def test_two_processes_doing_the_same_steps_agree(home: Path) -> None:
    together = processes.Barrier(2)
    pipes = [processes.Pipe(duplex=False) for _ in range(2)]
    racers = [
        processes.Process(target=race, args=(home, me, together, there)) for me, (_, there) in enumerate(pipes, 1)
    ]
    for racer, (_, there) in zip(racers, pipes, strict=True):
        racer.start()
        there.close()
    one, other = (list(everything(here)) for here, _ in pipes)
    for racer in racers:
        racer.join()
    assert one == other
    assert len(one) == 20
    with Opened(home) as opened:
        found = verify(opened.database, opened.keys)
        assert (found.first_bad, found.records, found.cards) == (None, 30, 10)


def first_use(home: Path, results: Connection) -> None:
    """Open a store that may not be there yet."""
    target = target_in(home) if home.exists() else home / "audit.db"
    with Database.open(target) as database, KeyFile(home / "keys.db") as keys:
        keys.belong_to(database)
        results.send(keys.event_id("file:1"))
        results.send(keys.key_for("a" * 64).secret)


def test_processes_that_open_a_new_store_at_once_share_it(home: Path) -> None:
    pipes = [processes.Pipe(duplex=False) for _ in range(4)]
    openers = [processes.Process(target=first_use, args=(_new(home), there)) for _, there in pipes]
    for opener, (_, there) in zip(openers, pipes, strict=True):
        opener.start()
        there.close()
    seen = {tuple(everything(here)) for here, _ in pipes}
    for opener in openers:
        opener.join()
    assert len(seen) == 1
    assert len(seen.pop()) == 2


def _new(home: Path) -> Path:
    """A folder that is not there yet, where the store is a file in it."""
    return home if isinstance(target_in(home), str) else home / "home"

"""Processes are killed at any moment and race for the same store: nothing acknowledged is lost, nothing done twice."""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.unit.opened_store import ORDER, Opened, event, proposal, ref
from triage.audit.verify import verify
from triage.domain import Advised, Card, RecordRef
from triage.storage.database import Database
from triage.storage.keys import KeyFile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")

KILLS = 12
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


def test_killed_at_any_moment_nothing_acknowledged_is_lost_or_done_again(tmp_path: Path) -> None:
    chance = random.Random(20261123)
    recorded: dict[tuple[int, str], int] = {}
    for _ in range(KILLS):
        for number, step, new, value in killed_after(tmp_path, chance.randrange(12), chance.random() * 0.01):
            assert not (new and (number, step) in recorded), "done again"
            assert recorded.setdefault((number, step), value) == value
        with Opened(tmp_path) as opened:
            found = verify(opened.database, opened.keys)
            assert found.first_bad is None
            assert found.records >= len(recorded)
            assert len(opened.cards.all()) == found.cards >= sum(step == "card" for _, step in recorded)
    assert len(recorded) >= KILLS
    with Opened(tmp_path) as opened:
        for (number, step), value in recorded.items():
            log = opened.journal.of(event(f"file:{number}", ref(number)))
            given = ORDER if step == "capture" else None
            result = log.once(step, given, lambda _: pytest.fail("was not recorded"))
            assert value == (result.id if step == "capture" else result.number)


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


def test_two_processes_doing_the_same_steps_agree(tmp_path: Path) -> None:
    together = processes.Barrier(2)
    pipes = [processes.Pipe(duplex=False) for _ in range(2)]
    racers = [
        processes.Process(target=race, args=(tmp_path, me, together, there)) for me, (_, there) in enumerate(pipes, 1)
    ]
    for racer, (_, there) in zip(racers, pipes, strict=True):
        racer.start()
        there.close()
    one, other = (list(everything(here)) for here, _ in pipes)
    for racer in racers:
        racer.join()
    assert one == other
    assert len(one) == 20
    with Opened(tmp_path) as opened:
        found = verify(opened.database, opened.keys)
        assert (found.first_bad, found.records, found.cards) == (None, 30, 10)


def first_use(home: Path, results: Connection) -> None:
    """Open a store that may not be there yet."""
    with Database.open(home / "audit.db") as database, KeyFile(home / "keys.db") as keys:
        keys.belong_to(database)
        results.send(keys.event_id("file:1"))
        results.send(keys.key_for("a" * 64).secret)


def test_processes_that_open_a_new_store_at_once_share_it(tmp_path: Path) -> None:
    pipes = [processes.Pipe(duplex=False) for _ in range(4)]
    openers = [processes.Process(target=first_use, args=(tmp_path / "home", there)) for _, there in pipes]
    for opener, (_, there) in zip(openers, pipes, strict=True):
        opener.start()
        there.close()
    seen = {tuple(everything(here)) for here, _ in pipes}
    for opener in openers:
        opener.join()
    assert len(seen) == 1
    assert len(seen.pop()) == 2

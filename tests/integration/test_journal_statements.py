"""A process is killed before and after each statement of an append, one after the other: nothing is half done.

A few of the moments in `make test`, every one in `make test-all`, on both databases.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.unit.opened_store import ORDER, Opened, event, proposal, ref
from triage.audit.verify import verify
from triage.domain import Advised
from triage.storage import records
from triage.storage.sqlite import SqliteDatabase

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")

EVERY_HOW_MANY = 7
processes = multiprocessing.get_context("forkserver" if sys.platform != "win32" else "spawn")
processes.set_forkserver_preload([__name__])


class Deadly:
    """Counts moments: one before and one after each statement. At its own moment the process is killed."""

    def __init__(self, moment: int) -> None:
        self.moment = moment
        self.count = 0

    def passed(self) -> None:
        self.count += 1
        if self.count == self.moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            self.passed()
            try:
                return real(*arguments, **options)
            finally:
                self.passed()

        return call


def append(home: Path, number: int, moment: int, acknowledged: Connection) -> None:
    """Bring one event to its end, unless killed; say each step that is recorded, and at the end how many moments."""
    with Opened(home) as opened:
        opened.cards.all(limit=1)
        deadly = Deadly(moment)
        SqliteDatabase._run = deadly.around(SqliteDatabase._run)  # type: ignore[method-assign]
        psycopg.Cursor.execute = deadly.around(psycopg.Cursor.execute)  # type: ignore[method-assign]
        psycopg.Cursor.executemany = deadly.around(psycopg.Cursor.executemany)  # type: ignore[method-assign]
        bring_to_end(opened, number, acknowledged)
        acknowledged.send(("moments", deadly.count))


def bring_to_end(opened: Opened, number: int, acknowledged: Connection | None) -> None:
    def say(what: str, value: object) -> None:
        if acknowledged is not None:
            acknowledged.send((what, value))

    log = opened.journal.of(event(f"file:{number}", ref(number)))
    say("event", number)
    log.once("capture", ORDER, lambda _: ref(number))
    say("capture", number)
    card = log.atomic("card", None, lambda _: opened.cards.put(proposal(record=ref(number)), f"file:{number}"))
    say("card", card.number)
    log.close(Advised(cards=(card.id,)))
    say("outcome", number)


def killed_at(home: Path, number: int, moment: int) -> dict[str, object]:
    """What a process that was killed at this moment had acknowledged."""
    here, there = processes.Pipe(duplex=False)
    process = processes.Process(target=append, args=(home, number, moment, there))
    process.start()
    there.close()
    said: dict[str, object] = {}
    try:
        while True:
            what, value = here.recv()
            said[what] = value
    except EOFError:
        process.join(60)
    assert process.exitcode == (0 if "moments" in said else -signal.SIGKILL)
    return said


def is_recorded(opened: Opened, number: int) -> set[str]:
    found = records.of_event(opened.database, opened.keys.event_id(f"file:{number}"))
    return {record.step or record.kind for record in found}


def check_moment(home: Path, number: int, moment: int) -> bool:
    """Kill there, look what is left, and bring the event to its end; false where there is no such moment any more."""
    said = killed_at(home, number, moment)
    moments = said.pop("moments", None)
    with Opened(home) as opened:
        assert verify(opened.database, opened.keys).first_bad is None, moment
        assert set(said) <= is_recorded(opened, number), moment
        before = len(opened.cards.all())
        bring_to_end(opened, number, None)
        assert is_recorded(opened, number) == {"event", "capture", "card", "outcome"}, moment
        assert len(opened.cards.all()) == (before if "card" in said else max(before, number)), moment
        assert verify(opened.database, opened.keys).first_bad is None, moment
    return moments is None


@pytest.mark.parametrize("first", [1, 4])
def test_killed_at_some_statements_of_an_append(home: Path, first: int) -> None:
    for number, moment in enumerate(range(first, 400, EVERY_HOW_MANY), start=1):
        if not check_moment(home, number, moment):
            assert number > 3
            return
    pytest.fail("an append has no end")


@pytest.mark.slow
def test_killed_at_every_statement_of_an_append(home: Path) -> None:
    for moment in range(1, 400):
        if not check_moment(home, moment, moment):
            assert moment > 20
            return
    pytest.fail("an append has no end")

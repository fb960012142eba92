"""A hold is heeded or refused, whoever erases, thins or empties at the same moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.databases import place_in
from tests.unit.opened_store import COMPANY, NOW, ORDER, Opened, case, decision, event, proposal
from triage.audit import forgetting, retention, retiring
from triage.audit.checkpoints import STORE
from triage.audit.ledger import Ledger
from triage.audit.verify import verify
from triage.cards import transitions
from triage.domain import NoException, Policy, Removal
from triage.errors import KeyMissing, UsageError
from triage.storage import records
from triage.storage import retention as rows

LATER = NOW + timedelta(days=400)


@pytest.fixture
def opened(home: Path) -> Iterator[Opened]:
    with Opened(home) as found:
        fill(found)
        yield found


@pytest.fixture
def on_server(tmp_path: Path, postgres_url: str) -> Iterator[Opened]:
    place_in(tmp_path, postgres_url)
    with Opened(tmp_path) as found:
        fill(found)
        yield found


def fill(opened: Opened) -> None:
    """One closed card of one case, which names Jane Doe."""
    log = opened.journal.of(event())
    log.once("capture", ORDER, lambda _: case())
    card = log.atomic("card", proposal(), lambda it: opened.cards.put(it, event().key))
    opened.cards.save(transitions.decide(card, decision(card), Policy()), card.revision)
    log.close(NoException(why="thanks"))


def of_order(opened: Opened) -> str:
    return opened.journal.case_key(event())


def hold(opened: Opened) -> None:
    retention.hold(opened.journal, of_order(opened), COMPANY, "legal", "claim 7", NOW)


def erase(opened: Opened, ledger: Ledger | None = None) -> None:
    found = forgetting.find(opened.journal, ["Jane Doe"])
    ledger = ledger or Ledger(opened.home / "erasures.jsonl")
    forgetting.erase(opened.journal, ledger, found, "Jane Doe", "dpo", "request 12", opened.clock)


def thin(opened: Opened) -> None:
    list(retention.apply(opened.journal, COMPANY, {"capture": 30}, LATER, "timer"))


def empty(opened: Opened) -> None:
    retiring.apply(opened.journal, COMPANY, 30, LATER, "timer")


@pytest.mark.parametrize("taken_away_by", [erase, thin, empty])
def test_a_hold_that_is_being_placed_is_waited_for(on_server: Opened, taken_away_by: Callable[[Opened], None]) -> None:
    refused: list[UsageError] = []

    def take_away() -> None:
        try:
            taken_away_by(on_server)
        except UsageError as error:
            refused.append(error)

    other = threading.Thread(target=take_away)
    with on_server.database.locked([records.stream_lock(COMPANY)]):
        hold(on_server)
        other.start()
        while not waiting(on_server) and other.is_alive():
            time.sleep(0.01)
    other.join()
    assert bool(refused) is (taken_away_by is erase)
    assert on_server.cards.get(1)
    assert next(
        each for each in records.of_case(on_server.database, of_order(on_server)) if each.step == "capture"
    ).sealed
    assert verify(on_server.database, on_server.keys).first_bad is None


def waiting(opened: Opened) -> int:
    return int(opened.database.query("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")[0][0])


def test_a_case_whose_keys_are_about_to_go_cannot_be_put_on_hold(opened: Opened) -> None:
    refused: list[str] = []

    class Between(Ledger):
        """The erasure is recorded, and the keys are still there."""

        def append(self, key_ids: Iterable[bytes], at: datetime) -> None:
            with pytest.raises(UsageError, match="is being erased") as found:
                hold(opened)
            refused.append(str(found.value))
            super().append(key_ids, at)

    erase(opened, Between(opened.home / "erasures.jsonl"))
    assert len(refused) == 1
    with pytest.raises(KeyMissing):
        opened.cards.get(1)
    assert retention.held(opened.journal, [of_order(opened)]) == set()
    opened.journal.of(event("again"))  # the order's next event is a case of its own, with another key
    hold(opened)
    assert verify(opened.database, opened.keys).first_bad is None


def test_what_is_on_hold_in_the_moment_of_taking_away_stays(opened: Opened) -> None:
    hold(opened)
    held = [each.seq for each in records.of_case(opened.database, of_order(opened))]
    leave = Removal(kinds=("event",), before=LATER, count=len(held), sequences=tuple(held), by="timer", at=LATER)
    of_store = opened.keys.case_id(STORE, "retention")
    with opened.database.transaction():
        by = opened.journal.record(stream=COMPANY, kind="retention", case=of_store, event=None, value=leave)
        rows.remove(opened.database, COMPANY, held, by)
    assert all(each.sealed for each in records.of_case(opened.database, of_order(opened)))
    assert rows.remove_allowed(opened.database, COMPANY, held) == 0
    assert opened.database.query("SELECT count(*) FROM removals")[0][0] == 0

"""Who sends and what comes again, counted alike by both databases; and what is still owed to Odoo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.opened_store import COMPANY, Opened, proposal, ref
from triage.domain import Arrival, Door, NoException, utc
from triage.jobs.inbox import Inbox
from triage.storage import effects, traffic

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def opened(home: Path) -> Iterator[Opened]:
    with Opened(home) as found:
        yield found


def came(opened: Opened, source: str, number: int, hour: int, door: Door = Door.HOOK) -> str:
    """An arrival on an order, so many hours before noon."""
    at = NOON - timedelta(hours=hour)
    made = Arrival(
        key=f"{number} {hour}", source=source, door=door, ref=ref(number), company=COMPANY, received_at=at, due_at=at
    )
    return Inbox(opened.journal, opened.clock).accept(made).id


def since(hours: int) -> str:
    return utc(NOON - timedelta(hours=hours))


def test_each_source_with_what_it_sent_and_when_last(opened: Opened) -> None:
    inbox = Inbox(opened.journal, opened.clock)
    first, *_ = [came(opened, "odoo", 1, hour) for hour in (1, 2, 30)]
    came(opened, "carrier", 2, 50, Door.SIGNED)
    inbox.finish(first, NoException(why="on time"))
    opened.database.execute("UPDATE inbox SET outcome = 'coalesced' WHERE id = ?", (first,))
    carrier, odoo = traffic.by_source(opened.database, since(24))
    assert (carrier.source, carrier.door, carrier.arrivals, carrier.unfinished, carrier.last) == (
        "carrier", "signed", 0, 1, since(50),
    )  # fmt: skip
    assert (odoo.arrivals, odoo.carried, odoo.unfinished, odoo.dead, odoo.last) == (2, 1, 2, 0, since(1))


def test_what_the_sweep_found_and_nobody_named(opened: Opened) -> None:
    came(opened, "sweep", 1, 1, Door.SWEEP)
    came(opened, "sweep", 2, 1, Door.SWEEP)
    came(opened, "sweep", 3, 1, Door.SWEEP)
    came(opened, "odoo", 1, 2)
    came(opened, "odoo", 2, 40)
    came(opened, "api:erp", 3, 1, Door.API)
    assert traffic.unannounced(opened.database, "sweep", since(24)) == 2


def test_records_that_come_again_and_again(opened: Opened) -> None:
    jobs = [came(opened, "odoo", 1, hour) for hour in (1, 2, 3)]
    came(opened, "erp", 1, 4)
    came(opened, "odoo", 2, 1)
    Inbox(opened.journal, opened.clock).finish(jobs[0], NoException(why="on time"))
    (found,) = traffic.repeats(opened.database, since(24), 3, 10)
    assert (found.arrivals, found.reviews, found.newest) == (4, 1, jobs[0])
    assert traffic.sources_of(opened.database, found.record, since(24)) == {"erp": 1, "odoo": 3}
    assert traffic.repeats(opened.database, since(24), 5, 10) == []
    assert [each.arrivals for each in traffic.repeats(opened.database, since(2), 2, 10)] == [2]


def test_what_is_owed_to_odoo_and_is_tried_again(opened: Opened) -> None:
    card = opened.cards.put(proposal(), "event:1")
    effects.add(opened.database, str(card.id), card.revision, since(1))
    effects.add(opened.database, str(card.id), card.revision + 1, since(1))
    assert effects.troubled(opened.database, 10) == []
    for each in effects.due(opened.database, utc(NOON), 10):
        effects.put_off(opened.database, each, "OdooRejected", None, utc(NOON), 5)
    (owed,) = effects.troubled(opened.database, 10)
    assert (owed.revision, owed.state, owed.error) == (card.revision, effects.FAILED, "OdooRejected")
    assert effects.again(opened.database, owed, utc(NOON))
    assert not effects.again(opened.database, owed, utc(NOON))
    (due,) = effects.due(opened.database, utc(NOON), 10)
    assert (due.revision, due.attempts) == (card.revision, 0)

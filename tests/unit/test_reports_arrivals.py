"""How what came in ended: as the journal has it, long after the inbox forgot what went well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.unit.opened_store import COMPANY, NOW, Opened, event, ref
from triage.domain import Arrival, Door, NoException, utc
from triage.jobs.inbox import Inbox
from triage.reports.cards import Arrived, Cards
from triage.reports.kpi import Kpi, kpis
from triage.reports.observed import Observed
from triage.reports.periods import Period, Scope
from triage.storage import records, reported

UTC = ZoneInfo("UTC")
THEN = Period(date(2026, 11, 1), date(2026, 11, 30), UTC)
ELSEWHERE = "Elsewhere Ltd"


@pytest.fixture
def opened(home: Path) -> Iterator[Opened]:
    with Opened(home) as found:
        yield found


def _arrives(inbox: Inbox, number: int, at: datetime = NOW, company: str = COMPANY) -> str:
    came = Arrival(key=f"k{number}", source="odoo", door=Door.HOOK, ref=ref(number), company=company, received_at=at,
                   due_at=at)  # fmt: skip
    return inbox.accept(came).id


def _dies(inbox: Inbox, number: int) -> str:
    found = _arrives(inbox, number)
    row = inbox.start(found, 1, "worker")
    assert row is not None
    inbox.fail(row, "failed", NOW, 1)
    return found


def _seen(opened: Opened, companies: list[str] | None = None, period: Period = THEN) -> tuple[list[Arrived], int]:
    return Cards(opened.database, opened.keys, opened.cards).arrived(period, companies)


def _integration(arrived: list[Arrived], unread: int = 0) -> Kpi:
    seen = replace(Observed(THEN, Scope(), has_odoo=False), arrived=tuple(arrived), unread=unread)
    return next(each for each in kpis(seen) if each.code == "integration")


def test_a_month_counts_as_it_did_when_the_inbox_has_forgotten_what_went_well(opened: Opened) -> None:
    inbox = Inbox(opened.journal, opened.clock)
    for number in range(1, 10):
        inbox.finish(_arrives(inbox, number), NoException(why="on time"))
    _dies(inbox, 10)
    assert _seen(opened) == ([Arrived("odoo", 9, 1)], 0)
    opened.clock.now = NOW + timedelta(days=60)
    assert inbox.purge(opened.clock.now, opened.clock.now)[1] == 9
    assert _seen(opened) == ([Arrived("odoo", 9, 1)], 0)
    inbox.finish(_arrives(inbox, 11, opened.clock.now), NoException(why="on time"))
    assert _seen(opened) == ([Arrived("odoo", 9, 1)], 0)  # of another month


def test_what_somebody_discards_was_given_up_and_what_is_tried_again_is_not(opened: Opened) -> None:
    inbox = Inbox(opened.journal, opened.clock)
    discarded, again = _dies(inbox, 1), _dies(inbox, 2)
    inbox.discard(discarded, "mila", "of no use")
    inbox.retry(again, "mila", "it was down")
    assert _seen(opened) == ([Arrived("odoo", 0, 1)], 0)
    inbox.finish(again, NoException(why="on time"))
    assert _seen(opened) == ([Arrived("odoo", 1, 1)], 0)
    opened.clock.now = NOW + timedelta(days=60)  # much later, and still of the month in which it came
    late = _dies(inbox, 3)
    inbox.discard(late, "mila", "of no use")
    assert _seen(opened) == ([Arrived("odoo", 1, 2)], 0)


def test_inbox_and_journal_count_alike_and_the_inbox_is_asked_while_it_holds_all(opened: Opened) -> None:
    inbox = Inbox(opened.journal, opened.clock)
    opened.clock.now = NOW - timedelta(days=30)
    old = _arrives(inbox, 1, opened.clock.now)
    inbox.finish(old, NoException(why="on time"))
    opened.clock.now = NOW
    inbox.finish(_arrives(inbox, 2), NoException(why="on time"))
    inbox.discard(_dies(inbox, 3), "mila", "of no use")
    _dies(inbox, 4)
    _arrives(inbox, 5)  # has not ended
    assert reported.remembers(opened.database, utc(THEN.since))
    for company, number in ((COMPANY, 1), (ELSEWHERE, 0)):
        assert _seen(opened, [company])[0] == ([Arrived("odoo", number, 2)] if number else [])
    opened.keys.delete(opened.journal.case_key(event("odoo:2", ref(2))))
    assert _seen(opened) == ([Arrived("odoo", 1, 2)], 0)  # the inbox knows how an erased one ended
    assert inbox.purge(NOW - timedelta(days=20), NOW - timedelta(days=20))[1] == 1
    assert not reported.remembers(opened.database, utc(THEN.since))
    assert _seen(opened) == ([Arrived("odoo", 0, 2)], 1)


def test_companies_are_told_apart_and_every_stream_is_looked_at(opened: Opened) -> None:
    inbox = Inbox(opened.journal, opened.clock)
    inbox.finish(_arrives(inbox, 1), NoException(why="on time"))
    inbox.finish(_arrives(inbox, 2, company=ELSEWHERE), NoException(why="on time"))
    assert list(records.streams(opened.database)) == [COMPANY, ELSEWHERE]
    assert _seen(opened)[0] == [Arrived("odoo", 2, 0)]
    assert _seen(opened, [ELSEWHERE])[0] == [Arrived("odoo", 1, 0)]
    assert _seen(opened, ["Nobody"])[0] == []


def test_what_was_recorded_before_is_not_read(opened: Opened) -> None:
    inbox = Inbox(opened.journal, opened.clock)
    for number in range(1, 20):
        opened.clock.now = NOW + timedelta(hours=number)
        inbox.finish(_arrives(inbox, number, opened.clock.now), NoException(why="on time"))
    every = next(records.arrivals(opened.database, COMPANY, ""))
    assert len(every) == 19
    for place, record in enumerate(every):
        assert next(records.arrivals(opened.database, COMPANY, record.at)) == every[place:]
    assert list(records.arrivals(opened.database, COMPANY, "9999")) == []


def test_what_was_erased_is_told_and_too_much_of_it_leaves_no_figure(opened: Opened) -> None:
    inbox = Inbox(opened.journal, opened.clock)
    for number in (1, 2):
        inbox.finish(_arrives(inbox, number), NoException(why="on time"))
    opened.keys.delete(opened.journal.case_key(event("odoo:1", ref(1))))
    assert _seen(opened) == ([Arrived("odoo", 1, 0)], 1)
    withheld = _integration(*_seen(opened))
    assert (withheld.estimate.value, withheld.note) == (None, "1 of 2 arrivals of then can no longer be read")
    told = _integration([Arrived("odoo", 98, 1)], 1)
    assert told.estimate.value == pytest.approx(98 / 99)
    assert told.note == "odoo 98 of 99, 1 more can no longer be read"
    assert _integration([]).note == "nothing arrived"

"""The promise ledger: what was promised first stays known, however often Odoo's date moves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.opened_store import COMPANY, NOW, ORDER, Opened
from triage.domain import Case, Company, Order, Promise, RecordRef
from triage.errors import StoreError
from triage.odoo.remembering import Remembering
from triage.storage.promises import PromiseLedger, merge

SOURCE = "sale.order:42.commitment_date"
ORDERED = datetime(2026, 11, 1, 9, tzinfo=UTC)


@pytest.fixture
def opened(home: Path) -> Iterator[Opened]:
    with Opened(home) as one:
        yield one


def promise(day: int, made_at: datetime = ORDERED, source: str = SOURCE) -> Promise:
    return Promise(promised_for=date(2026, 11, day), made_at=made_at, to="S00042", source=source)


def seen(*promises: Promise, at: datetime = NOW, company: str = COMPANY) -> Case:
    return Case(record=ORDER, company=Company(name=company), captured_at=at, promises=promises)


def days(case: Case) -> list[int]:
    return [one.promised_for.day for one in case.promises]


def test_a_moved_date_does_not_hide_the_first(opened: Opened) -> None:
    ledger = PromiseLedger(opened.database, opened.keys)
    assert days(ledger.keep(seen(promise(6)))) == [6]
    later = NOW + timedelta(days=2)
    moved = ledger.keep(seen(promise(13), at=later))
    assert days(moved) == [6, 13]
    assert [one.made_at for one in moved.promises] == [ORDERED, later]
    again = ledger.keep(seen(promise(13), at=later + timedelta(days=1)))
    assert again.promises == moved.promises


def test_a_date_moved_back_is_a_third_promise(opened: Opened) -> None:
    ledger = PromiseLedger(opened.database, opened.keys)
    for number, day in enumerate((6, 13, 6)):
        case = ledger.keep(seen(promise(day), at=NOW + timedelta(days=number)))
    assert days(case) == [6, 13, 6]


def test_tracked_changes_bring_their_own_times(opened: Opened) -> None:
    ledger = PromiseLedger(opened.database, opened.keys)
    ledger.keep(seen(promise(6)))
    ledger.keep(seen(promise(20), at=NOW))
    told = (promise(6), promise(13, ORDERED + timedelta(days=1)), promise(20, ORDERED + timedelta(days=3)))
    case = ledger.keep(seen(*told, at=NOW + timedelta(days=1)))
    assert case.promises == told
    assert days(ledger.keep(seen(promise(20), at=NOW + timedelta(days=2))))[0] == 6


@pytest.mark.parametrize(("state", "zone", "kept"), [("sale", "Europe/Amsterdam", [7]), ("sale", "UTC", [6]),
                                                     ("draft", "UTC", []), ("sale", "Mars/Olympus", [])])  # fmt: skip
def test_an_orders_present_date_is_a_promise(opened: Opened, state: str, zone: str, kept: list[int]) -> None:
    order = Order(ref=ORDER, state=state, currency="EUR", commitment_date=datetime(2026, 11, 6, 23, 30, tzinfo=UTC))
    case = seen().with_(order=order, company=Company(name=COMPANY, timezone=zone))
    assert days(PromiseLedger(opened.database, opened.keys).keep(case)) == kept


def test_records_and_companies_are_kept_apart(opened: Opened) -> None:
    ledger = PromiseLedger(opened.database, opened.keys)
    ledger.keep(seen(promise(6)))
    assert days(ledger.keep(seen(promise(13, source="sale.order:43.commitment_date")))) == [13]
    assert days(ledger.keep(seen(promise(13), company="Another B.V."))) == [13]


def test_the_store_is_kept_whole(opened: Opened) -> None:
    PromiseLedger(opened.database, opened.keys).keep(seen(promise(6)))
    for sql in ("UPDATE promises SET promised_for = '2026-12-24'", "DELETE FROM promises"):
        with pytest.raises(StoreError):
            opened.database.execute(sql)
    assert "S00042" not in str([tuple(row) for row in opened.database.query("SELECT * FROM promises")])


def test_eight_at_once_write_it_once(opened: Opened) -> None:
    ledger = PromiseLedger(opened.database, opened.keys)
    found: list[Case] = []
    threads = [threading.Thread(target=lambda: found.append(ledger.keep(seen(promise(6))))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [days(case) for case in found] == [[6]] * 8
    assert len(opened.database.query("SELECT * FROM promises")) == 1


def test_a_source_that_remembers(opened: Opened) -> None:
    cases = {ORDER.key: seen(promise(6))}

    class Dict:
        def capture(self, ref: RecordRef) -> Case | None:
            return cases.get(ref.key)

    source = Remembering(Dict(), PromiseLedger(opened.database, opened.keys).keep)
    assert source.capture(RecordRef(model="sale.order", id=9, name="gone")) is None
    assert days(source.capture(ORDER) or seen()) == [6]
    cases[ORDER.key] = seen(promise(13), at=NOW + timedelta(days=1))
    assert days(source.capture(ORDER) or seen()) == [6, 13]


@given(st.lists(st.integers(1, 28), min_size=1, max_size=8))
def test_the_first_date_ever_seen_stays_first_and_the_newest_last(moves: list[int]) -> None:
    known: list[Promise] = []
    for number, day in enumerate(moves):
        merged, new = merge(known, [promise(day)], NOW + timedelta(hours=number))
        known += new
        assert merged == known
    assert known[0].promised_for.day == moves[0]
    assert known[-1].promised_for.day == moves[-1]
    assert all(one.promised_for != after.promised_for for one, after in pairwise(known))

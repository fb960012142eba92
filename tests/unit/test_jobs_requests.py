"""“Ask for triage”: whose request an arrival is, which one after set-up was made again, and how far back is looked."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.unit.opened_store import COMPANY, NOW, Opened
from triage.domain import Company
from triage.jobs.inbox import Inbox
from triage.jobs.looks import Place
from triage.jobs.requests import Requests, Seen
from triage.odoo.connection import Sweeping
from triage.odoo.requests import MODEL
from triage.odoo.rows import Row
from triage.storage.inbox import WAITING

OWN = Company(id=1, name=COMPANY, currency="EUR", timezone="UTC")


class Asking:
    """An Odoo in which one person has asked about one order of another company; real ones count anew from 1."""

    def __init__(self, at: str) -> None:
        self.at = at

    def has(self, *names: str) -> bool:
        return True

    def search(self, model: str, *more: Any, **named: Any) -> list[Row]:
        return [Row(MODEL, {"id": 1, "x_model": "sale.order", "x_res_id": 7, "create_date": self.at})]

    def read(self, model: str, ids: set[int], names: list[str]) -> list[Row]:
        return [Row(model, {"id": number, "company_id": [2, "Another B.V."]}) for number in ids]


def test_a_request_is_the_records_companys_and_none_of_before_set_up_was_made_anew(tmp_path: Path) -> None:
    with Opened(tmp_path) as opened:
        inbox = Inbox(opened.journal, lambda: NOW)
        for at in ("2026-11-22 09:00:00", "2026-11-23 09:00:00"):
            odoo: Any = Asking(at)
            for new in (1, 0):  # two workers
                looked = Requests(Place(odoo, "here", OWN, lambda _: OWN, Sweeping()), inbox, lambda: NOW)
                assert (looked.once(), looked.once()) == (new, 0)
        kept = [inbox.load(row) for row in inbox.page([WAITING], 9)]
        assert [(each.ref.key, each.company) for each in kept] == [("sale.order:7", "Another B.V.")] * 2


class Asked:
    """An Odoo in which people ask about orders, and how many requests each look has read."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, datetime]] = []
        self.read_rows: list[int] = []

    def has(self, *names: str) -> bool:
        return True

    def forget(self, model: str) -> None:
        raise AssertionError(model)

    def search(self, model: str, domain: list[tuple[str, str, Any]], *more: Any, **named: Any) -> list[Row]:
        [(_, _, since), (_, _, after)] = domain
        told = [(number, f"{at:%Y-%m-%d %H:%M:%S}") for number, at in self.rows]
        found = sorted((number, at) for number, at in told if at >= since and number > after)
        self.read_rows.append(len(found))
        return [
            Row(MODEL, {"id": number, "x_model": "sale.order", "x_res_id": number, "create_date": at})
            for number, at in found
        ]

    def read(self, model: str, ids: set[int], names: list[str]) -> list[Row]:
        return [Row(model, {"id": number, "company_id": [1, COMPANY]}) for number in ids]


def test_what_the_inbox_has_forgotten_is_not_asked_for_again_after_a_restart(tmp_path: Path) -> None:
    odoo: Any = Asked()
    odoo.rows = [(1, NOW - timedelta(days=6)), (2, NOW - timedelta(days=4))]
    with Opened(tmp_path) as opened:
        inbox = Inbox(opened.journal, lambda: NOW)
        place = Place(odoo, "here", OWN, lambda _: OWN, Sweeping())
        assert Requests(place, inbox, lambda: NOW, keep_days=5).once() == 1
        assert Requests(place, inbox, lambda: NOW, keep_days=90).once() == 1


def test_a_worker_reads_what_is_new_and_once_an_hour_all_of_it(tmp_path: Path) -> None:
    odoo: Any = Asked()
    odoo.rows = [(number, NOW - timedelta(days=1, minutes=number)) for number in range(1, 301)]
    with Opened(tmp_path) as opened:
        inbox = Inbox(opened.journal, lambda: NOW)
        place, seen, moment = Place(odoo, "here", OWN, lambda _: OWN, Sweeping()), Seen(), NOW

        def look() -> tuple[int | None, int]:
            new = Requests(place, inbox, lambda: moment, seen).once()
            return new, odoo.read_rows[-1]

        assert look() == (300, 300)
        odoo.rows.append((302, NOW))
        assert look()[0] == 1
        assert look() == (0, 1)
        odoo.rows.append((301, NOW - timedelta(minutes=10)))  # was made before 302, and committed after it
        assert look() == (1, 2)
        odoo.rows.append((303, NOW - timedelta(hours=2)))  # later than is waited for
        assert look() == (0, 2)
        moment = NOW + timedelta(hours=1)
        assert look() == (1, 303)
        assert look() == (0, 2)

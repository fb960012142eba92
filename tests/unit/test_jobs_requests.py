"""“Ask for triage”: whose request an arrival is, and which one, after set-up in Odoo was taken away and made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.unit.opened_store import COMPANY, NOW, Opened
from triage.domain import Company
from triage.jobs.inbox import Inbox
from triage.jobs.looks import Place
from triage.jobs.requests import Requests
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
            for known in (set(), None):  # two workers
                looked = Requests(Place(odoo, "here", OWN, lambda _: OWN, Sweeping()), inbox, lambda: NOW, known)
                assert (looked.once(), looked.once()) == (1 if known is not None else 0, 0)
        kept = [inbox.load(row) for row in inbox.page([WAITING], 9)]
        assert [(each.ref.key, each.company) for each in kept] == [("sale.order:7", "Another B.V.")] * 2

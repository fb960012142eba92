"""“Ask for triage” about many records, and long ago: all of it is taken in, and who asks is told what is not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.odoo_setup import Setting
from tests.unit.opened_store import Opened
from triage.cli.wiring import now
from triage.domain import Company
from triage.jobs.inbox import Inbox
from triage.jobs.looks import Place
from triage.jobs.requests import Requests
from triage.odoo.client import Odoo
from triage.odoo.connection import Sweeping
from triage.odoo.requests import MODEL
from triage.odoo.sandbox.demo import SampleDay, sample_day
from triage.odoo.setup.present import read_present
from triage.odoo.transport import Api, Server

OWN = Company(id=1, name="The service user's own", currency="EUR", timezone="UTC")


@pytest.fixture
def day() -> Iterator[SampleDay]:
    with sample_day(19) as found:
        box = found.box
        server = Server(box.url, box.database, box.admin.login, box.admin.password, Api.JSONRPC)
        Setting(lambda: Odoo.connect(server)).setup(["asking"])
        yield found


def test_all_that_was_asked_is_taken_in_however_much_and_however_long_the_service_was_away(
    day: SampleDay, tmp_path: Path
) -> None:
    order = day.box.rows("sale.order")[0]["id"]

    asked = [{"x_model": "sale.order", "x_res_id": order}] * 1100
    day.box.edit(lambda env: env[MODEL].create(asked))
    bot = Odoo.connect(Server(day.box.url, day.box.database, day.connection.login, day.key, Api.JSONRPC))
    with Opened(tmp_path) as opened:
        place = Place(bot, "here", OWN, lambda _: OWN, Sweeping())
        looked = Requests(place, Inbox(opened.journal, now), lambda: now() + timedelta(days=20))
        assert (looked.once(), looked.once()) == (1100, 0)
    bot.close()


def test_who_asks_about_more_than_is_taken_is_told_how_many_are_left_out(day: SampleDay) -> None:
    first = day.box.rows("sale.order")[0]
    copies = [{"partner_id": first["partner_id"]}] * 82
    orders = day.box.edit(lambda env: env["sale.order"].create(copies).ids)
    box = day.box
    admin = Odoo.connect(Server(box.url, box.database, box.admin.login, box.admin.password, Api.JSONRPC))
    action = read_present(admin).id_of("ask_sale_order")

    def said(chosen: list[int]) -> str:
        context = {"active_model": "sale.order", "active_ids": chosen, "active_id": chosen[0]}
        return str(admin.call("ir.actions.server", "run", [action or 0], context=context)["params"]["message"])

    assert said(orders[:1]).startswith("The record is read")
    assert "left out" not in said(orders[:80])
    told = said(orders)
    assert told.startswith("80 records are read")
    assert "2 others that you chose were left out" in told
    assert len(box.rows(MODEL)) == 1 + 80 + 80
    admin.close()

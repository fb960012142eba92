"""Where Odoo takes no server actions with code there are no buttons: the list of cards only links to the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.contract import targets
from tests.contract.targets import Target
from tests.integration.cards_in_odoo import desk, set_up
from tests.odoo_setup import Setting
from tests.unit.odoo_cards import card as some_card
from triage.domain import RecordRef
from triage.odoo.card_links import CardLinks
from triage.odoo.card_text import row_of
from triage.odoo.client import Odoo
from triage.odoo.gate.client import Gate, gate_id
from triage.odoo.sandbox.demo import sample_day
from triage.odoo.setup.place import Asked

PAGES = "https://triage.example.com"


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    with targets.opened("sandbox-19-jsonrpc") as found:
        found.admin.call("ir.actions.server", "unlink", [gate_id(found.bot) or 0])
        setting = Setting(lambda: Odoo(found.admin.transport, found.admin.server), Asked(PAGES, no_code=True))
        setting.setup(["cards"])
        yield found


def test_rows_name_a_card_and_its_page_and_nothing_of_the_record(target: Target) -> None:
    assert target.sandbox is not None
    bot = Odoo(target.bot.transport, target.bot.server)
    assert Gate.find(bot) is None
    hand = CardLinks.find(bot)
    assert hand is not None
    customer = target.sandbox.edit(lambda env: env["res.partner"].create({"name": "Kessler"}).id)
    order = target.sandbox.edit(lambda env: env["sale.order"].create({"partner_id": customer, "name": "S00042"}).id)
    found = some_card(RecordRef(model="sale.order", id=order, name="S00042")).with_(id=uuid4())
    row = row_of(found, address=PAGES, shows_evidence=hand.shows_evidence)
    assert [hand.put_card(row) for _ in range(2)] == ["posted", "kept"]
    [stored] = target.sandbox.rows("x_triage_card")
    assert stored["x_link"] == f"{PAGES}/cards/{found.number}"
    assert (stored["x_name"], stored["x_body"], stored["x_answer"]) == (f"Card {found.number}", False, False)
    assert "S00042" not in str(stored)
    assert target.sandbox.rows("ir.actions.act_window")
    somebody = target.sandbox.add_user("somebody")
    assert len(target.sandbox.env(somebody)["x_triage_card"].search([])) == 1
    assert (
        hand.put_card(row.model_copy(update={"version": "2", "values": {**row.values, "x_state": "accepted"}}))
        == "updated"
    )
    assert [(each.marker, each.version, each.waits) for each in hand.card_rows()] == [(row.marker, "2", False)]
    assert hand.card_requests() == []
    hand.remove_card(row.marker)
    assert target.sandbox.rows("x_triage_card") == []


def test_there_are_no_buttons_and_no_code(target: Target) -> None:
    assert target.sandbox is not None
    assert [row for row in target.sandbox.rows("ir.actions.server") if "cards" in str(row["name"]).lower()] == []
    views = [row["arch"] for row in target.sandbox.rows("ir.ui.view") if row["model"] == "x_triage_card"]
    assert views
    assert not [arch for arch in views if "<button" in str(arch)]


def test_what_a_gate_wrote_is_nobody_elses_once_there_are_only_links(tmp_path: Path) -> None:
    with sample_day(19) as day, desk(tmp_path, day) as at:
        set_up(day)
        card = at.card(owner=at.user("femke", account="Femke"))
        at.duties.mirror()
        assert "boxes are crushed" in at.row(card)["x_body"]
        set_up(day, no_code=True)
        outsider = day.box.add_user("outsider")
        assert at.seen_by(outsider) == set()
        at.duties._hand = None  # looked at again after a minute
        at.duties.mirror()
        row = at.row(card)
        assert (row["x_name"], row["x_body"], row["x_record_name"]) == (f"Card {card.number}", False, False)
        assert at.seen_by(outsider) == {card.number}
        set_up(day)
        at.duties._hand = None
        at.duties.mirror()
        assert at.seen_by(outsider) == set()
        assert "boxes are crushed" in at.row(card)["x_body"]

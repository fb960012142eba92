"""Routing books out of a look-alike of Odoo with either Helpdesk, and what reaches a draft ticket through the gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner
from uuid_utils.compat import uuid7

from tests.odoo_home import forget_variables, write_connection
from tests.unit.odoo_cards import CARD_ID, card
from tests.unit.test_summarise_updates import NOW
from triage.cli import app as commands
from triage.domain import Advice, Choice, Company, RecordRef, Routing
from triage.errors import AccessDenied, UsageError
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.gate.client import Gate
from triage.odoo.grant import grant
from triage.odoo.publish import Publisher
from triage.odoo.routes import read_book
from triage.odoo.sandbox import DEFAULT_APPS, App, Sandbox
from triage.odoo.transport import Api, Server
from triage.tasks.route.active import read_books
from triage.tasks.route.likeness import Floats
from triage.tasks.route.router import Router

KEY = "service-key"
OCA = "helpdesk_mgmt"
ENTERPRISE = "enterprise"


@dataclass
class Desk:
    """A Helpdesk with teams and solved tickets, as administrator and as the service user."""

    kind: str
    admin: Odoo
    bot: Odoo
    connection: Connection
    company: Company

    def make(self, model: str, **values: Any) -> int:
        made = self.admin.call(model, "create", named={"vals_list": [values]})
        return int(made[0] if isinstance(made, list) else made)


@pytest.fixture(scope="module", params=[OCA, ENTERPRISE])
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    apps = DEFAULT_APPS if request.param == OCA else [*(set(DEFAULT_APPS) - {App.HELPDESK_MGMT}), App.HELPDESK]
    with Sandbox(18, apps=apps) as box:
        admin = Odoo.connect(Server(box.url, box.database, box.admin.login, box.admin.password, Api.JSONRPC))
        grant(admin, login="order-triage", stage="Suggested by triage", password=lambda: KEY)
        bot = Odoo.connect(Server(box.url, box.database, "order-triage", KEY, Api.JSONRPC))
        connection = Connection(url=box.url, database=box.database, login="order-triage", api=Api.JSONRPC)
        name = admin.read("res.company", [admin.user.company], ["name"])[0].text("name") or ""
        made = Desk(request.param, admin, bot, connection, Company(name=name, id=admin.user.company))
        fill(made)
        yield made
        admin.close()
        bot.close()


def fill(desk: Desk) -> None:
    """Two teams, a tag, and twelve solved tickets and one open."""
    oca = desk.kind == OCA
    team, tag = ("helpdesk.ticket.team", "helpdesk.ticket.tag") if oca else ("helpdesk.team", "helpdesk.tag")
    stage = "helpdesk.ticket.stage" if oca else "helpdesk.stage"
    flag = "closed" if oca else "fold"
    solved = desk.admin.search(stage, [(flag, "=", True)], ["name"], limit=1)[0].id
    teams = {name: desk.make(team, name=name) for name in ("Logistics", "Accounts")}
    late = desk.make(tag, name="late")
    more: dict[str, Any] = {}
    if oca:
        more = {"category_id": desk.make("helpdesk.ticket.category", name="Delivery")}
    else:
        more = {"ticket_type_id": desk.make("helpdesk.ticket.type", name="Complaint")}
    for n in range(6):
        told: dict[str, Any] = {"description": "<p>Where is the pallet of our order?</p>", "priority": "2", **more}
        desk.make(
            "helpdesk.ticket",
            name=f"Pallet {n}",
            team_id=teams["Logistics"],
            stage_id=solved,
            tag_ids=[(4, late)],
            **told,
        )
        desk.make(
            "helpdesk.ticket", name=f"Bill {n}", team_id=teams["Accounts"], stage_id=solved,
            description="<p>The invoice is wrong.</p>",
        )  # fmt: skip
    desk.make("helpdesk.ticket", name="Still open", team_id=teams["Accounts"], description="<p>Not solved yet.</p>")


def embed(texts: Any) -> list[Floats]:
    from tests.unit.test_route import Words
    from triage.tasks.route.likeness import pieces, vectors

    return vectors(Words(), [pieces(subject, body) for subject, body in texts])


def test_the_book_holds_what_odoo_has_and_no_words_of_tickets(desk: Desk) -> None:
    book = read_book(desk.bot, desk.company, embed, "words", NOW)
    assert {"Logistics", "Accounts"} <= {team.name for team in book.teams}
    assert "late" in {tag.name for tag in book.tags}
    assert len(book.tickets) == 12, "the open one is not among them"
    pallets = [ticket for ticket in book.tickets if ticket.team == "Logistics"]
    assert {(ticket.priority, ticket.tags) for ticket in pallets} == {("2", ("late",))}
    if desk.kind == OCA:
        assert {ticket.category for ticket in pallets} == {"Delivery"}
        assert {option.name for option in book.categories} == {"Delivery"}
    else:
        assert {ticket.ticket_type for ticket in pallets} == {"Complaint"}
    assert all(ticket.number for ticket in book.tickets)
    assert "pallet" not in book.model_dump_json().lower()


def test_a_company_that_the_service_user_has_no_part_in_is_not_read(desk: Desk) -> None:
    with pytest.raises(AccessDenied):
        read_book(desk.bot, Company(name="Elsewhere", id=999), embed, "words", NOW)


def test_a_like_mail_is_routed_and_the_draft_ticket_gets_it(desk: Desk) -> None:
    from tests.unit.test_route import Words, about

    seen = about("pallet")
    book = read_book(desk.bot, desk.company, embed, "words", NOW)
    company = seen.case.company.with_(name=desk.company.name)
    routed = Router({book.company: book}, Words(), "1").invoke(
        type(seen)(seen.case.with_(company=company), (), (), seen.answers)
    )
    team = routed.choice("team")
    assert team is not None
    assert team.why == "6 of 6 like tickets went to Logistics"
    gate = Gate.find(desk.bot)
    assert gate is not None
    partner = desk.make("res.partner", name="Northgate")
    order = RecordRef(model="sale.order", id=desk.make("sale.order", partner_id=partner), name="S1")
    shown = card(order)
    shown = shown.with_(proposal=shown.proposal.with_(routing=routed))
    publisher = Publisher(desk.bot, gate, desk.connection, Advice())
    publication = publisher.publish(shown)
    made = next(one.ref for one in publication.advisories if one.verb == "ticket")
    assert made is not None
    names = ["team_id", "priority", "tag_ids", "category_id", "ticket_type_id", "user_id", "partner_id"]
    row = desk.admin.read("helpdesk.ticket", [made.id or 0], names)[0]
    assert row.label("team_id") == "Logistics"
    assert row.text("priority") == "2"
    assert len(row.many("tag_ids")) == 1
    assert row.label("category_id") == ("Delivery" if desk.kind == OCA else None)
    assert row.label("ticket_type_id") == (None if desk.kind == OCA else "Complaint")
    assert (row.one("user_id"), row.one("partner_id")) == (None, None)
    desk.admin.call("helpdesk.ticket", "write", [made.id], {"vals": {"priority": "0"}})
    publisher.publish(shown)
    again = desk.admin.read("helpdesk.ticket", [made.id or 0], ["priority"])[0]
    assert again.text("priority") == "0", "what stands is left to people"
    publisher.withdraw(CARD_ID)


def test_what_is_gone_is_left_out_and_the_rest_set(desk: Desk) -> None:
    gate = Gate.find(desk.bot)
    assert gate is not None
    slot = "category" if desk.kind == OCA else "ticket_type"
    choices = (
        Choice.model_validate({"slot": slot, "value": "Gone", "id": 4711, "source": "policy", "why": "x"}),
        Choice(slot="priority", value="3", source="policy", why="x"),
    )
    other = card(RecordRef(model="mail.message", id=None, name="<a@b.example>")).with_(id=uuid7())
    routed = Routing(by=Router({}, None).producer, choices=choices)
    other = other.with_(proposal=other.proposal.with_(routing=routed))
    made = Publisher(desk.bot, gate, desk.connection, Advice()).publish(other).advisories
    ticket = next(one for one in made if one.verb == "ticket")
    assert ticket.status == "posted"
    assert ticket.ref is not None
    row = desk.admin.read("helpdesk.ticket", [ticket.ref.id or 0], ["priority"])[0]
    assert row.text("priority") == "3"


def test_the_command_writes_the_books_and_says_how_to_activate_them(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_variables(monkeypatch)
    write_connection(tmp_path, desk.connection, KEY)
    runner = CliRunner()
    done = runner.invoke(commands.app, ["odoo", "routes", "--home", str(tmp_path)])
    assert done.exit_code == 0, done.output
    books, digest = read_books(tmp_path / "routing.json")
    assert f"TRIAGE_ROUTING_SHA256={digest}" in done.output
    ours = next(book for book in books if book.company == desk.company.name)
    assert ours.model.startswith("multilingual-e5-small-q4/")
    wrong = runner.invoke(commands.app, ["odoo", "routes", "--company", "Nobody", "--home", str(tmp_path)])
    assert wrong.exit_code != 0
    assert "Nobody" in wrong.output


def test_an_odoo_without_helpdesk_says_so() -> None:
    with Sandbox(18, apps=[App.SALES]) as box:
        admin = Odoo.connect(Server(box.url, box.database, box.admin.login, box.admin.password, Api.JSONRPC))
        with pytest.raises(UsageError, match="no Helpdesk"):
            read_book(admin, Company(name="x", id=1), embed, "words", NOW)

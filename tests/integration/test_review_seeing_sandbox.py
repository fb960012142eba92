"""Who sees what, asked of the gate in the look-alike: two users with different rights, and one of another company."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from service.review.explaining import explained
from service.review.rendering import Words, Writing
from service.review.seeing import Sight
from tests.contract.arranged import Arranged
from tests.unit.opened_store import COMPANY, proposal
from tests.unit.review_site import put_one
from tests.unit.service_client import Service, service
from triage.cli.wiring import now, open_store
from triage.domain import (
    Abstention,
    ActBy,
    Card,
    Category,
    Cause,
    CauseKind,
    Choice,
    Contribution,
    Duty,
    Fact,
    FactEvidence,
    Hit,
    Impact,
    Method,
    Person,
    Priority,
    Producer,
    RecordRef,
    Reply,
    Routing,
    Suggestion,
)
from triage.domain.priority import Factor
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.grant import grant
from triage.odoo.sandbox import Sandbox
from triage.odoo.transport import Api, Server
from triage.settings import Settings
from triage.storage.people import People

KEY = "service-user-key"
SELLER, BOSS, BOOKS, STORES = "Sel Ler", "Bo Ss", "Bo Oks", "Sto Res"
SALESMAN = ["base.group_user", "sales_team.group_sale_salesman"]
MANAGER = ["base.group_user", "sales_team.group_sale_manager"]


@dataclass
class Desk:
    box: Sandbox
    web: Service
    order: RecordRef
    users: dict[str, int]
    partner: int
    invoice: RecordRef

    def person(self, name: str, **more: Any) -> Person:
        given = {"duties": frozenset({Duty.REVIEWER}), "odoo_user": self.users[name]} | more
        return Person(name=name, **given)

    def card(self) -> Card:
        return self.web.app.state.parts.installation.opened().store.cards.get("1")

    def sight(self, **more: Any) -> Sight:
        return Sight(self.web.app.state.parts.installation, **more)

    def calls(self) -> int:
        return sum(call.method == "run" for call in self.box.calls)


@pytest.fixture(params=[18, 19])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    with Sandbox(request.param) as box:
        admin = Odoo.connect(Server(box.url, box.database, box.admin.login, box.admin.password, Api.JSONRPC))
        with closing(admin):
            grant(admin, login="order-triage", stage="Suggested", accounting=True, password=lambda: KEY)
            arranged = Arranged(admin)
            boss, books = arranged.user(MANAGER), arranged.user([*MANAGER, "account.group_account_invoice"])
            seller = arranged.user(SALESMAN)
            partner = arranged.partner()
            order = arranged.order(user_id=boss, partner_id=partner)
            invoice = arranged.invoice(partner)
            users = {
                SELLER: seller,
                BOSS: boss,
                BOOKS: books,
                STORES: arranged.user(["base.group_user", "stock.group_stock_user"]),
                "elsewhere": arranged.user(MANAGER, [arranged.other_company()]),
            }
        (tmp_path / "key").write_text(KEY)
        told = Connection(
            url=box.url, database=box.database, login="order-triage", api=Api.JSONRPC, key_file=tmp_path / "key"
        )
        (tmp_path / "odoo.yaml").write_text(yaml.safe_dump(told.model_dump(mode="json", exclude_defaults=True)))
        _card(tmp_path, order, partner)
        with service(tmp_path, "{}", {}) as web:
            yield Desk(box, web, order, users, partner, invoice)


def _card(home: Path, order: RecordRef, partner: int) -> None:
    def fact(name: str, *sources: str, confidential: bool = False) -> Fact:
        return Fact(name=name, value=Decimal(7), how=f"{name} is 7", sources=sources, confidential=confidential)

    facts = (
        fact("promise.late", f"{order.key}.commitment_date"),
        fact("credit.exposure", f"res.partner:{partner}.credit", confidential=True),
        fact("price.margin", f"{order.key}.no_field_of_odoo", confidential=True),
        fact("stock.shortage", "a paper.pdf.lines"),
        fact("owner.left", "res.users:1.login"),
    )
    evidence = FactEvidence(fact=facts[1].id, text="credit.exposure is 7", confidential=True, verified=True)
    suggestion = Suggestion(category=Category.CREDIT, evidence=(evidence,))
    with open_store(Settings.of(home, {}), create=True) as store:
        store.cards.put(proposal(Category.CREDIT, record=order, facts=facts, suggestion=suggestion), "event:1")


def names(found: list[Fact]) -> set[str]:
    return {fact.name for fact in found}


def test_a_card_is_for_those_whom_odoo_lets_read_the_record(desk: Desk) -> None:
    sight, card = desk.sight(), desk.card()
    assert [sight.may_see(desk.person(name), card) for name in (SELLER, BOSS, "elsewhere")] == [False, True, False]
    assert not sight.may_see(desk.person(BOSS, companies=frozenset({"Another Ltd"})), card)
    assert sight.may_see(desk.person(SELLER, duties=frozenset({Duty.AUDITOR})), card)
    assert not sight.may_see(desk.person(BOSS, odoo_user=2**30), card)


def test_each_fact_is_for_those_whom_odoo_lets_read_what_it_was_computed_from(desk: Desk) -> None:
    sight, card = desk.sight(), desk.card()
    everybody = {"promise.late", "stock.shortage"}
    assert names(sight.facts(desk.person(BOSS), card)[0]) == everybody
    assert names(sight.facts(desk.person(BOOKS), card)[0]) == everybody | {"credit.exposure"}
    lead = desk.person(BOSS, duties=frozenset({Duty.LEAD}))
    assert names(sight.facts(lead, card)[0]) == everybody | {"price.margin"}
    assert sight.facts(desk.person(BOSS), card)[1] == 3
    [evidence] = card.proposal.suggestion.evidence
    assert not sight.may_see_evidence(desk.person(BOSS), evidence, card.proposal)
    assert sight.may_see_evidence(desk.person(BOOKS), evidence, card.proposal)


def test_a_line_that_is_hit_is_for_those_who_may_read_its_order(desk: Desk) -> None:
    gone = RecordRef(model="sale.order", id=2**30, name="S-GONE")
    hits = [Hit(order=each, product="bolt", quantity=Decimal(4), path=(each.key,)) for each in (desk.order, gone)]
    made = proposal(Category.STOCK, record=desk.order, impact=Impact(of="P1 is late", hits=tuple(hits)))
    sight = desk.sight()
    assert [hit.order for hit in sight.hits(desk.person(BOSS), made)] == [desk.order]
    assert sight.hits(desk.person(SELLER, duties=frozenset({Duty.LEAD})), made) == []
    assert sight.hits(desk.person(BOSS, odoo_user=None), made) == []
    assert len(sight.hits(desk.person(BOSS, odoo_user=None, duties=frozenset({Duty.LEAD})), made)) == 2
    shown = explained(desk.card().with_(proposal=made), desk.person(BOSS), sight, None, Writing("en"), Words("en"))
    assert shown.impact is not None
    assert desk.order.name in shown.impact.drawing
    assert "S-GONE" not in shown.impact.drawing + " ".join(shown.impact.lines)
    assert "1 more are not yours to see" in shown.impact.hidden


def test_a_part_of_the_priority_is_for_those_who_may_see_its_facts(desk: Desk) -> None:
    card = desk.card()
    late, credit, margin, *_ = card.proposal.facts

    def part(factor: Factor, *facts: Fact) -> Contribution:
        secret = any(fact.confidential for fact in facts)
        ids = tuple(fact.id for fact in facts)
        return Contribution(factor=factor, level=1, points=5, why="w", facts=ids, confidential=secret)

    parts = (part(Factor.PROMISE, late), part(Factor.AMOUNT, credit), part(Factor.MARGIN, margin), part(Factor.AGE))
    by = Producer(method=Method.EMBEDDED, model="m", version="1")
    made = card.proposal.with_(priority=Priority(by=by, score=20, contributions=parts))
    sight = desk.sight()

    def seen(name: str, **more: Any) -> list[str]:
        return [one.factor.value for one in sight.contributions(desk.person(name, **more), made)]

    assert seen(BOSS) == ["promise", "age"]
    assert seen(BOOKS) == ["promise", "amount", "age"]
    assert seen(BOSS, duties=frozenset({Duty.LEAD})) == ["promise", "margin", "age"]
    assert seen(BOSS, odoo_user=None, duties=frozenset({Duty.LEAD})) == ["promise", "amount", "margin", "age"]


def test_the_story_tells_a_lead_only_what_odoo_lets_them_read(desk: Desk) -> None:
    lead = signed_in(desk, BOSS, Duty.LEAD)
    page = lead.get("/cards/1/story").text
    assert "only what people did is told" in page
    auditor = signed_in(desk, BOOKS, Duty.AUDITOR)
    assert "only what people did" not in auditor.get("/cards/1/story").text


def test_all_is_asked_at_once_and_remembered_for_a_minute(desk: Desk) -> None:
    at = 0.0
    sight, card = desk.sight(clock=lambda: at), desk.card()
    sight.may_see(desk.person(BOSS), card)
    before = desk.calls()
    sight.facts(desk.person(BOSS), card)
    assert desk.calls() == before + 1
    at = 59.0
    sight.may_see(desk.person(BOSS), card)
    sight.facts(desk.person(BOSS), card)
    assert desk.calls() == before + 1
    at = 61.0
    sight.may_see(desk.person(BOSS), card)
    assert desk.calls() == before + 2


def test_an_odoo_that_is_down_hides_and_says_so_and_is_asked_again_soon(desk: Desk) -> None:
    at = 0.0
    sight, card, boss = desk.sight(clock=lambda: at), desk.card(), desk.person(BOSS)
    desk.box.stop()
    assert sight.visible(boss, [card]) == []
    assert names(sight.facts(boss, card)[0]) == {"stock.shortage"}
    assert sight.may_see(desk.person(BOSS, odoo_user=None), card)
    desk.box.start()
    assert sight.visible(boss, [card]) == []
    at = 6.0
    assert sight.visible(boss, [card]) == [card]


def signed_in(desk: Desk, name: str, duty: Duty = Duty.REVIEWER) -> TestClient:
    people = People(desk.web.app.state.parts.installation.opened().store.database, now)
    people.add(name, [duty], odoo_user=desk.users[name], companies=[COMPANY])
    client = TestClient(desk.web.app, raise_server_exceptions=False, follow_redirects=False)
    client.cookies.set("triage", people.begin(name, "odoo"))
    return client


def test_the_pages_show_what_odoo_lets_them(desk: Desk) -> None:
    boss, books, seller = (signed_in(desk, name) for name in (BOSS, BOOKS, SELLER))
    assert "credit.exposure is 7" not in boss.get("/cards/1").text
    assert "credit.exposure is 7" in books.get("/cards/1").text
    assert seller.get("/cards/1").status_code == 404
    assert desk.order.name not in seller.get("/queue").text
    assert desk.order.name in boss.get("/queue").text


def _put_overdue(desk: Desk, category: Category = Category.PRICING) -> Card:
    """A card whose texts tell a fact out of an invoice, in each of the places where its page shows a text."""
    overdue = Fact(
        name="credit.overdue_amount",
        value=Decimal("15180.00"),
        unit="EUR",
        sources=(f"{desk.invoice.key}.amount_residual",),
        how="INV/2026/00733 15180.00 EUR due 2026-10-15",
    )
    late = Fact(
        name="promise.days_late",
        value=Decimal(11),
        unit="days",
        sources=(f"{desk.order.key}.commitment_date",),
        how="promised for 2026-11-06: 11 days late",
    )
    by = Producer(method=Method.EMBEDDED, model="m", version="1")
    made = proposal(
        category,
        "Where are our anchors? Facts: 11 days late; 15,180.00 EUR overdue, the oldest for 33 days.",
        record=desk.order,
        facts=(overdue, late),
        suggestion=Suggestion(
            category=category,
            abstained=Abstention(reason="15180 EUR overdue would be a hold."),
            evidence=(FactEvidence(fact=overdue.id, text=overdue.how, verified=True),),
            act_by=ActBy(at=now(), source="cut-off, INV/2026/00733: 15180.00 EUR due 2026-10-15"),
        ),
        key_points=("They owe € 15.180,00.", "They wait."),
        asks=("Take 15 180,00 EUR off.",),
        questions=("Who pays the 15180.00EUR?",),
        next_step="Call about 15180 EUR.",
        news=("Facts: 15,180.00 EUR overdue.",),
        warnings=("15,180 EUR stands in no mail.",),
        causes=(Cause(kind=CauseKind.CREDIT, score=1, missing=("who pays 15180 EUR",)),),
        routing=Routing(
            by=by, choices=(Choice(slot="team", value="credit", source="policy", why="15180.00 EUR overdue"),)
        ),
        reply=Reply(by=by, text="Dear Jane,\n\nyou owe us 15,180.00 EUR.\n\n[name]", blanks=("name",)),
    )
    return put_one(desk.web.app.state.parts.installation.opened().store, made, len(category.value))


@pytest.mark.parametrize("page", ["/queue", "/queue/rows", "/cards/{}", "/cards/{}/record", "/cards/{}/story"])
def test_no_text_tells_a_fact_that_odoo_does_not_let_them_read(desk: Desk, page: str) -> None:
    card = _put_overdue(desk)
    stores, books = signed_in(desk, STORES, Duty.LEAD), signed_in(desk, BOOKS, Duty.LEAD)
    address = page.format(card.number)
    told, whole = unescape(stores.get(address).text), unescape(books.get(address).text)
    amount = re.compile(r"15[.,\s\u00a0]?180")
    assert amount.findall(told) == []
    if "story" in page:
        assert "only what people did is told" in told
    else:
        assert amount.search(whole)
        assert "(… not yours to see)" in told
        assert "(… not yours to see)" not in whole
        assert "Where are our anchors? Facts: 11 days late." in told
        assert "Facts: 11 days late; 15,180.00 EUR overdue, the oldest for 33 days." in whole


def test_no_search_tells_a_hidden_amount(desk: Desk) -> None:
    for category in (Category.PRICING, Category.INVOICE):
        card = _put_overdue(desk, category)
    found = signed_in(desk, STORES).get("/search", params={"q": card.proposal.record.name})
    assert found.status_code == 200
    assert f"/cards/{card.number}" in found.text
    assert "180" not in found.text


def test_the_facts_of_a_page_of_cards_are_asked_in_one_go(desk: Desk) -> None:
    stores = signed_in(desk, STORES)
    stores.get("/queue")
    before = desk.calls()
    for category in (Category.PRICING, Category.INVOICE):
        _put_overdue(desk, category)
    assert stores.get("/queue").text.count("Where are our anchors?") == 2
    assert desk.calls() == before + 1


def test_while_odoo_is_down_a_page_says_so(desk: Desk) -> None:
    boss = signed_in(desk, BOSS)
    desk.box.stop()
    answer = boss.get("/cards/1")
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "Odoo gives no answer" in answer.text
    queue = boss.get("/queue")
    assert queue.status_code == 200
    assert desk.order.name not in queue.text
    assert "Odoo cannot be asked" in queue.text

"""Along the whole path: orders that wait for one late purchase share a card; a mail brings a card up to date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.unit.opened_store import COMPANY, NOW, Opened, ref
from triage.audit.story import story
from triage.audit.verify import verify as verify_chain
from triage.domain import (
    Advised,
    Advisory,
    Card,
    CardState,
    Case,
    Company,
    Document,
    Event,
    Line,
    MemberState,
    Message,
    Method,
    NoException,
    Order,
    Paper,
    Partner,
    Policy,
    Producer,
    Promise,
    Publication,
    Purchase,
    RecordRef,
    Role,
    Shipment,
    ShipmentKind,
    Verdict,
)
from triage.pipeline import Desk, decide, one_policy, triage
from triage.storage import records
from triage.tasks.classify.embedded import EmbeddedClassifier
from triage.tasks.reply.embedded import EmbeddedReplier
from triage.tasks.route.router import Router
from triage.tasks.summarise.embedded import EmbeddedSummariser

ADVISE = Policy.model_validate({"default_mode": "advise"})


class Nothing:
    """Reads no documents."""

    acting = {"model": "none"}

    def invoke(self, document: Document, /) -> Paper:
        return Paper(by=Producer(method=Method.EMBEDDED, model="none", version="1"), document=document.name, sha256="0")


class Posting:
    """Stands where Odoo would be written."""

    def __init__(self) -> None:
        self.cards: list[Card] = []

    def __call__(self, card: Card) -> Publication:
        self.cards.append(card)
        note = Advisory(verb="note", marker=f"card-{card.id}.note", status="posted")
        return Publication(card=card.id, on=card.proposal.record, advisories=(note,))


def waiting(number: int, *messages: Message, day: int = 0, there: bool = False) -> Case:
    """An order whose goods come with one late purchase order."""
    bolts = {"product": "BM-100", "name": "Bolt", "quantity": Decimal(100)}
    due = date(2026, 12, 15)
    purchase = Purchase(
        ref=RecordRef(model="purchase.order", id=31, name="P00031"),
        state="purchase",
        supplier=Partner(name="Nordschrauben GmbH", role=Role.SUPPLIER),
        currency="EUR",
        date_planned=due,
        lines=(Line(**bolts, id=900, date_planned=due),),
    )
    covered = Decimal(100) if there else Decimal(0)
    return Case(
        record=ref(number),
        company=Company(name=COMPANY, currency="EUR", language="en"),
        captured_at=NOW + timedelta(days=day),
        partner=Partner(name=f"Customer {number}", role=Role.CUSTOMER),
        order=Order(ref=ref(number), state="sale", currency="EUR", owner="Mila"),
        lines=(Line(**bolts, id=number, reserved=covered, forecast=covered),),
        purchases=() if there else (purchase,),
        promises=(
            Promise(promised_for=date(2026, 11, 27), made_at=NOW - timedelta(days=9), source=f"sale.order:{number}"),
        ),
        messages=messages,
    )


class Office:
    """A desk with the real embedded tasks over one store."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.posting = Posting()
        self.cases: dict[str, Case] = {}
        self.tasks = [EmbeddedClassifier.load(), EmbeddedSummariser(), EmbeddedReplier(), Router({}, None)]

    def capture(self, record: RecordRef) -> Case | None:
        return self.cases.get(record.key)

    def happens(self, case: Case, key: str, policy: Policy = ADVISE) -> object:
        self.cases[case.record.key] = case
        desk = Desk(
            journal=self.opened.journal,
            source=self,
            policies=one_policy(policy),
            extract=Nothing(),
            tasks=self.tasks,
            cards=self.opened.cards,
            publish=self.posting,
        )
        event = Event(key=key, source="test", company=COMPANY, ref=case.record, received_at=NOW)
        return triage(event, desk)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Opened(tmp_path) as opened:
        yield Office(opened)


def test_orders_that_wait_for_one_late_purchase_are_one_card_with_one_note(office: Office) -> None:
    outcomes = [office.happens(waiting(number), f"e:{number}") for number in range(1, 6)]
    assert all(isinstance(outcome, Advised) for outcome in outcomes)
    [card] = office.opened.cards.all()
    assert [member.record.name for member in card.members] == [f"S0000{number}" for number in range(1, 6)]
    assert card.proposal.origins[0].text == "P00031, due 2026-12-15"
    assert {posted.id for posted in office.posting.cards} == {card.id}
    assert {posted.proposal.record for posted in office.posting.cards} == {ref(1)}
    told = story(office.opened.database, office.opened.keys, card)
    assert sum(entry.step == "card" for entry in told) == 5, "each event has its own record of the card"
    assert verify_chain(office.opened.database, office.opened.keys).first_bad is None


def test_a_case_on_anothers_card_records_nothing_of_the_other(office: Office) -> None:
    asks = Message(
        id="<1@x>", role=Role.CUSTOMER, body="Where are our 100 bolts BM-100? Jane Doe needs them, quince-7731."
    )
    office.happens(waiting(1, asks), "e:1")
    office.happens(waiting(2), "e:2")
    told = [office.opened.journal.opened(each) for each in records.every(office.opened.database)]
    texts = {
        each.case_id: office.opened.journal.opened(each).model_dump_json()  # type: ignore[union-attr]
        for each in records.every(office.opened.database)
        if each.step == "card"
    }
    theirs = texts[office.opened.keys.case_id(COMPANY, ref(2).key)]
    assert "Customer 1" not in theirs
    assert "quince-7731" not in theirs
    cards = [each for each in told if isinstance(each, Card)]
    assert [(each.number, each.proposal.record, each.revision) for each in cards] == [(1, ref(1), 1), (1, ref(2), 2)]
    [card] = office.opened.cards.all()
    assert "quince-7731" in card.model_dump_json()


def test_policy_can_keep_every_case_on_its_own_card(office: Office) -> None:
    apart = ADVISE.with_(clusters=False)
    for number in (1, 2):
        office.happens(waiting(number), f"e:{number}", apart)
    assert [card.members for card in office.opened.cards.all()] == [(), ()]


def test_a_case_that_is_served_leaves_the_card_to_the_others(office: Office) -> None:
    for number in (1, 2):
        office.happens(waiting(number), f"e:{number}")
    outcome = office.happens(waiting(2, day=1, there=True), "e:2b")
    assert isinstance(outcome, NoException)
    [card] = office.opened.cards.all()
    assert [member.state for member in card.members] == [MemberState.OPEN, MemberState.RESOLVED]
    office.happens(waiting(1, day=1, there=True), "e:1b")
    assert office.opened.cards.get(1).state is CardState.RESOLVED
    assert verify_chain(office.opened.database, office.opened.keys).first_bad is None


def test_one_is_decided_and_the_rest_after_it(office: Office) -> None:
    for number in (1, 2, 3):
        office.happens(waiting(number), f"e:{number}")
    given = (office.opened.cards, office.opened.journal, office.opened.clock)
    one = decide("1", Verdict.ACCEPT, "mila", *given, policy=ADVISE, member="S00002")
    assert one.state is CardState.OPEN
    assert decide("1", Verdict.ACCEPT, "mila", *given, policy=ADVISE).state is CardState.ACCEPTED
    assert verify_chain(office.opened.database, office.opened.keys).first_bad is None
    again = office.happens(waiting(2, day=2), "e:2c")
    assert isinstance(again, Advised)
    assert office.opened.cards.get(2).proposal.record == ref(2), "it comes again as a new card"


def test_a_mail_brings_a_card_up_to_date(office: Office) -> None:
    first = Message(id="<1@x>", role=Role.CUSTOMER, sent_at=NOW, body="Where are our 100 bolts BM-100? We need them.")
    ours = Message(id="<2@x>", role=Role.COLLEAGUE, body="They will leave on 27 November.")
    later = Message(id="<3@x>", role=Role.CUSTOMER, body="We cannot wait: the crane is booked for 24 November.")
    office.happens(waiting(1, first, ours), "e:1")
    before = office.opened.cards.get(1)
    assert (before.proposal.news, before.proposal.heard) == ((), ("<1@x>", "<2@x>"))
    assert [one.text for one in before.proposal.promised] == ["They will leave on 27 November."]
    office.happens(waiting(1, first, ours, later, day=1), "e:2")
    after = office.opened.cards.get(1)
    assert after.id == before.id
    assert after.proposal.news == ("customer: We cannot wait: the crane is booked for 24 November.",)
    assert after.proposal.news_since == before.updated_at
    office.happens(waiting(1, first, ours, later, day=2), "e:3")
    assert office.opened.cards.get(1).proposal.news == after.proposal.news, "nobody has had the time to read it"
    reply = after.proposal.reply
    assert reply is not None
    assert "S00001" in reply.text
    assert "P00031" not in reply.text


def test_who_asks_for_an_order_that_is_on_time_is_answered_and_gets_no_card(office: Office) -> None:
    asks = Message(id="<1@x>", role=Role.CUSTOMER, body="Guten Tag, wo bleibt bitte unsere Bestellung S00001? Danke!")
    ready = Shipment(
        ref=RecordRef(model="stock.picking", id=9, name="WH/OUT/00009"), kind=ShipmentKind.OUTGOING, state="assigned"
    )
    case = waiting(1, asks, there=True).with_(shipments=(ready,))
    outcome = office.happens(case, "e:1")
    assert isinstance(outcome, NoException)
    assert "Der Auftrag S00001 ist pünktlich: er ist für den 27. November 2026 zugesagt." in outcome.why
    assert "Die Ware liegt versandbereit im Lager." in outcome.why
    assert office.opened.cards.all() == []

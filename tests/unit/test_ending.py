"""Which open cards are over: facts gone, closed by a message, order over, read anew; where in doubt they stay."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import pytest

from tests.unit.opened_store import ORDER, proposal
from triage.domain import (
    Abstention,
    Card,
    CardKey,
    CardState,
    Case,
    Category,
    Classification,
    Company,
    Ending,
    Evidence,
    Fact,
    FactEvidence,
    Message,
    Method,
    Mode,
    Order,
    Paper,
    Policy,
    Producer,
    Quote,
    Role,
    Suggestion,
    View,
)
from triage.tasks.ending import Now, endings

AT = datetime(2026, 11, 17, 14, 30, tzinfo=UTC)
BY = Producer(method=Method.EMBEDDED, model="test", version="0")
SHORT = Fact(name="stock.no_receipt_planned", value=True, about="HB-M8")
LATE = Fact(name="promise.days_late", value=Decimal(3), unit="days")
ON_TIME = Fact(name="promise.on_time", value=True, how="promised for 2026-11-20, goods are there")
ASKS = Message(id="1", role=Role.CUSTOMER, email="j@doe.example", body="Where are our bolts?")
CLOSES = Message(id="2", role=Role.CUSTOMER, email="j@doe.example", body="All fine now, you can close this.")
NO_MATTER = Suggestion(category=Category.OTHER, subtype="thanks")


def evidence(*facts: Fact, quote: str | None = None) -> tuple[Evidence, ...]:
    named = tuple(FactEvidence(fact=fact.id, text=fact.name) for fact in facts)
    return (*named, Quote(source="message:0", text=quote)) if quote else named


def card(category: Category, *facts: Fact, quote: str | None = None, number: int = 1, **more: Any) -> Card:
    suggestion = Suggestion(category=category, evidence=evidence(*facts, quote=quote), abstained=more.pop("asks", None))
    made = proposal(suggestion=suggestion, facts=facts, warnings=more.pop("warnings", ()))
    key = CardKey(company=made.company, record=ORDER.key, category=category, episode=1)
    number_id = uuid5(UUID(int=0), str(number))
    return Card(
        id=number_id, number=number, key=key, proposal=made, events=("e",), created_at=AT, updated_at=AT, **more
    )


def now(
    *facts: Fact,
    messages: tuple[Message, ...] = (ASKS,),
    main: Suggestion = NO_MATTER,
    put: tuple[Card, ...] = (),
    policy: Policy | None = None,
    papers: tuple[Paper, ...] = (),
    **case: Any,
) -> Now:
    order = Order(ref=ORDER, state=case.pop("state", "sale"), currency="EUR")
    taken = Case(record=ORDER, company=Company(name="B"), captured_at=AT, order=order, messages=messages, **case)
    view = View(taken, papers, facts).plus(Classification(by=BY, suggestions=(main,)))
    return Now(view, policy or Policy(), put, AT)


def ends(waiting: Card, seen: Now) -> str | None:
    found = endings([waiting], seen)
    return f"{found[0].state}: {found[0].why}" if found else None


def test_where_the_facts_that_proved_it_are_gone_it_is_resolved() -> None:
    short = card(Category.STOCK, SHORT)
    assert ends(short, now()) == "resolved: the facts no longer show it: stock.no_receipt_planned"
    assert ends(short, now(SHORT)) is None
    assert ends(short, now(Fact(name="stock.shortage", value=Decimal(4), about="X"))) is None


def test_a_fact_that_no_longer_harms_does_not_keep_it() -> None:
    harmless = (Fact(name="stock.shortage", value=Decimal(4), about="HB-M8"), ON_TIME)
    assert ends(card(Category.STOCK, SHORT), now(*harmless)) is not None


def test_a_text_that_still_is_the_newest_message_was_judged_anew() -> None:
    asked = card(Category.STOCK, SHORT, quote="Where are our bolts?")
    assert ends(asked, now()) is not None
    later = Message(id="2", role=Role.CUSTOMER, body="Please send a copy of the invoice.")
    assert ends(asked, now(messages=(ASKS, later))) is None


def test_what_could_not_be_seen_this_time_is_not_gone() -> None:
    blind = now(missing=("stock: the service user may not read it",))
    assert ends(card(Category.STOCK, SHORT), blind) is None
    knew = card(Category.STOCK, SHORT, warnings=("could not be had: stock: the service user may not read it",))
    assert ends(knew, blind) is not None


def test_while_nobody_knows_what_the_newest_message_says_nothing_ends() -> None:
    unsure = Suggestion(category=Category.RETURNS, abstained=Abstention(reason="0.2 is below 0.5"))
    assert ends(card(Category.STOCK, SHORT), now(main=unsure)) is None


def test_a_category_that_is_switched_off_is_no_proof() -> None:
    off = Policy(modes={Category.STOCK: Mode.OFF})
    assert ends(card(Category.STOCK, SHORT), now(policy=off)) is None


def test_what_a_document_proved_is_gone_only_where_it_agrees() -> None:
    dearer = card(Category.SUPPLIER_CHANGE, Fact(name="confirmation.price_difference", value=Decimal(1), about="HB-M8"))
    assert ends(dearer, now()) is None
    assert ends(dearer, now(Fact(name="confirmation.agrees", value=True))) is not None
    billed = card(Category.INVOICE, Fact(name="invoice.not_received", value=Decimal(2), about="HB-M8"))
    prompted = Paper(by=Producer(method=Method.PROMPTED, model="m", version="0"), document="a.pdf", sha256="0")
    assert ends(billed, now(papers=(prompted,))) is None
    assert ends(billed, now(papers=(prompted.with_(by=BY),))) is not None


def test_a_later_message_closes_what_only_a_text_said() -> None:
    told = card(Category.RETURNS, quote="Where are our bolts?")
    assert ends(told, now(messages=(ASKS, CLOSES))) == "resolved: a later message says that the matter is settled"
    assert ends(told, now(messages=(ASKS,))) is None
    thanks = CLOSES.with_(body="Thanks for the quick reply.")
    assert ends(told, now(messages=(ASKS, thanks))) is None


def test_somebody_else_does_not_close_a_customers_matter() -> None:
    told = card(Category.RETURNS, quote="Where are our bolts?")
    for role, closed in ((Role.SUPPLIER, False), (Role.SYSTEM, False), (Role.COLLEAGUE, True)):
        found = ends(told, now(messages=(ASKS, CLOSES.with_(role=role))))
        assert (found is not None) is closed


def test_a_message_does_not_close_what_facts_still_show() -> None:
    told = card(Category.DELAY, LATE, quote="Where are our bolts?")
    assert ends(told, now(LATE, messages=(ASKS, CLOSES))) is None
    arrived = Fact(name="promise.arrived", value=AT.date())
    assert ends(told, now(LATE, arrived, messages=(ASKS, CLOSES))) is not None


def test_a_cancelled_or_delivered_order_needs_nothing_delivered_any_more() -> None:
    told = card(Category.DELAY, quote="gone from the thread")
    assert ends(told, now(state="cancel")) == "resolved: S00042 was cancelled"
    arrived = Fact(name="promise.arrived", value=AT.date())
    assert ends(told, now(arrived)) == "resolved: all goods of S00042 have arrived"
    assert ends(card(Category.RETURNS, quote="gone"), now(arrived)) is None
    assert ends(card(Category.INVOICE, quote="gone"), now(state="cancel")) is None


def test_a_question_about_an_order_that_is_on_time_by_now_is_answered() -> None:
    asked = card(Category.DELAY, quote="Where are our bolts?")
    assert ends(asked, now(ON_TIME)) == "resolved: the order is on time: promised for 2026-11-20, goods are there"
    assert ends(asked, now()) is None


def test_the_same_message_read_as_something_else_replaces_the_card() -> None:
    old = card(Category.STOCK, quote="Where are our bolts?")
    new = card(Category.DELAY, quote="Where are our bolts?", number=2)
    late = Suggestion(category=Category.DELAY)
    [ending] = endings([old, new], now(main=late, put=(new,)))
    assert ending == Ending(card=old.id, state="superseded", why="is now read as delay", at=AT, by=new.id)
    another = now(main=late, put=(new,), messages=(ASKS, ASKS.with_(id="2", body="And the invoice is wrong.")))
    assert endings([old, new], another) == []


def test_a_persons_word_is_not_replaced_by_another_reading() -> None:
    old = card(Category.STOCK, quote="Where are our bolts?", state=CardState.AWAITING_SECOND)
    new = card(Category.DELAY, quote="Where are our bolts?", number=2)
    assert ends(old, now(main=Suggestion(category=Category.DELAY), put=(new,))) is None


def test_a_question_that_the_same_message_answers_by_now_is_over() -> None:
    asking = card(Category.STOCK, quote="Where are our bolts?", asks=Abstention(reason="unsure"))
    assert ends(asking, now()) == "resolved: the same message is now surely read as no exception"
    assert ends(card(Category.STOCK, quote="Where are our bolts?"), now()) is None


@pytest.mark.parametrize("facts", [(), (SHORT,), (ON_TIME,)])
def test_the_cards_that_were_just_put_stay(facts: tuple[Fact, ...]) -> None:
    mine = card(Category.STOCK, SHORT)
    assert endings([mine], now(*facts, put=(mine,))) == []

"""Replies: the right language, facts that their reader may know, blanks for people, and what verification takes out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from evals.inputs import case_of, view_of
from evals.reading import read_set
from triage.domain import (
    Abstention,
    Case,
    Category,
    Classification,
    Company,
    Fact,
    FactEvidence,
    Line,
    Message,
    MessageKind,
    Method,
    Order,
    Partner,
    Policy,
    Producer,
    Purchase,
    RecordRef,
    Reply,
    Role,
    Shipment,
    ShipmentKind,
    Suggestion,
    View,
    Waiting,
)
from triage.facts.labels import LANGUAGES
from triage.tasks.reply.embedded import EmbeddedReplier
from triage.tasks.reply.phrases import BLANKS, SENTENCES
from triage.verify.answers import verify
from triage.verify.numbers import unsupported
from triage.verify.replies import audience, seen_by

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BY = Producer(method=Method.EMBEDDED, model="test", version="1")
REPLIER = EmbeddedReplier()
SETS = Path(__file__).parents[2] / "evals" / "sets"
ORDER = RecordRef(model="sale.order", id=42, name="S00042")
FACTS = (
    Fact(name="promise.original", value=date(2026, 11, 13), how="promised on 2026-11-02 for 2026-11-13"),
    Fact(name="promise.current", value=date(2026, 11, 27), how="now promised for 2026-11-27"),
    Fact(name="promise.days_late", value=Decimal(10), unit="days", how="P00031 due 2026-11-25: 10 days late"),
    Fact(name="stock.shortage", value=Decimal(40), unit="Units", about="BM-100", how="100 ordered, 60 reserved"),
    Fact(name="stock.incoming", value=date(2026, 11, 25), about="BM-100", how="P00031 on 2026-11-25"),
    Fact(name="credit.exposure", value=Decimal("98765.43"), unit="EUR", how="98765.43 open", confidential=True),
    Fact(name="price.margin", value=Decimal("12.5"), unit="%", about="BM-100", how="8.75 over 7.78", confidential=True),
)


def view(body: str = "Where is our order?", role: Role = Role.CUSTOMER, **more: object) -> View:
    waiting = Waiting(
        order=RecordRef(model="sale.order", id=77, name="S00077"), customer="Rivalen GmbH", product="BM-100", quantity=9
    )
    purchase = Purchase(
        ref=RecordRef(model="purchase.order", id=31, name="P00031"),
        state="purchase",
        supplier=Partner(name="Nordschrauben GmbH", role=Role.SUPPLIER),
        currency="EUR",
        waiting=(waiting,),
    )
    given: dict[str, object] = {
        "record": ORDER,
        "company": Company(name="Brandt & Mercer Supply B.V.", language="nl"),
        "captured_at": NOW,
        "partner": Partner(name="Northgate Tools Ltd", role=Role.CUSTOMER),
        "order": Order(ref=ORDER, state="sale", currency="EUR", amount_total=Decimal(875)),
        "lines": (
            Line(
                product="BM-100", name="Bolt", quantity=Decimal(100), unit_price=Decimal("8.75"), cost=Decimal("7.78")
            ),
        ),
        "purchases": (purchase,),
        "messages": (
            Message(id="<0>", role=Role.SUPPLIER, body="We deliver P00031 on 25 November at 7.10 each."),
            Message(id="<1>", kind=MessageKind.NOTE, role=Role.COLLEAGUE, body="Offer them 5 % if they complain."),
            Message(id="<2>", role=role, body=body),
        ),
    } | more
    return View(Case.model_validate(given), (), FACTS)


def classified(
    seen: View, category: Category, subtype: str | None = None, language: str = "en", fact: str = ""
) -> View:
    evidence = (FactEvidence(fact=fact, text="x"),) if fact else ()
    main = Suggestion(category=category, subtype=subtype, evidence=evidence)
    return seen.plus(Classification(by=BY, suggestions=(main,), language=language))


def draft(seen: View) -> Reply:
    return verify(REPLIER.invoke(seen), seen)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", list(Category))
def test_every_category_is_answered_in_every_language(category: Category, language: str) -> None:
    seen = classified(view(), category, language=language)
    raw, reply = REPLIER.invoke(seen), draft(seen)
    assert reply.text == raw.text, "verification takes nothing out of what the templates say"
    place = LANGUAGES.index(language)
    assert reply.text.startswith(SENTENCES["greeting"][place])
    assert SENTENCES["closing"][place] in reply.text
    assert (reply.language, reply.to) == (language, Role.CUSTOMER)
    assert reply.blanks
    assert all(f"[{blank}]" in reply.text for blank in reply.blanks)
    assert unsupported(reply.text, seen) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_its_reader_may_not_know_stands_in_a_reply(language: str) -> None:
    for category in Category:
        text = draft(classified(view(), category, language=language)).text
        for secret in ("98765", "12.5", "7.78", "Rivalen", "S00077", "Nordschrauben", "P00031", "7.10", "5 %"):
            assert secret not in text


def test_a_late_order_names_the_promises_and_a_blank_where_none_stands() -> None:
    text = draft(classified(view(), Category.DELAY, "late")).text
    assert "it was promised for 13 November 2026 and is late. It is now promised for 27 November 2026." in text
    broken = view()
    facts = tuple(f.with_(value=date(2026, 11, 20)) if f.name == "promise.current" else f for f in broken.facts)
    reply = draft(classified(View(broken.case, (), facts), Category.DELAY, "late"))
    assert "You will have it on [datum die wij toezeggen]." in reply.text
    assert "20 November" not in reply.text


def test_blanks_are_in_the_agents_language() -> None:
    reply = draft(classified(view(), Category.CREDIT, language="de"))
    assert reply.blanks[0] == BLANKS["account"][LANGUAGES.index("nl")]
    other = View(view().case, (), FACTS, policy=Policy(language="fr"))
    assert draft(classified(other, Category.CREDIT, language="de")).blanks[0] == BLANKS["account"][2]
    assert not any(character.isdigit() for character in repr(BLANKS))


def test_a_shortage_is_told_and_the_receipt_is_not_promised() -> None:
    text = draft(classified(view(), Category.STOCK)).text
    assert "At the moment 40 of 100 of BM-100 are missing." in text
    assert "25 November" not in text


def test_the_carriers_word_is_told_where_the_customer_misses_the_goods() -> None:
    ref = RecordRef(model="stock.picking", id=9, name="WH/OUT/00009")
    shipment = Shipment(
        ref=ref, kind=ShipmentKind.OUTGOING, state="done", carrier="Transline", carrier_status="delivered"
    )
    seen = view(shipments=(shipment,))
    delivered = Fact(name="shipment.delivered", value=date(2026, 11, 20), about=ref.name, how="delivered on 2026-11-20")
    signed = Fact(name="shipment.signed_by", value="J. Bakker", about=ref.name, how="signed by J. Bakker")
    seen = View(seen.case, (), (*FACTS, delivered, signed))
    reply = draft(classified(seen, Category.DAMAGE_LOSS, "not_received"))
    assert "it was delivered on 20 November 2026. It was signed for by J. Bakker." in reply.text
    assert set(reply.facts) >= {delivered.id, signed.id}


def test_their_questions_come_with_room_for_an_answer() -> None:
    seen = classified(view("Can you deliver 60 on Friday? Is the price still 8.75?"), Category.STOCK)
    text = draft(seen).text
    assert "You asked: “Can you deliver 60 on Friday?” [antwoord]." in text
    assert "You asked: “Is the price still 8.75?” [antwoord]." in text


def test_a_supplier_is_told_the_differences_and_nothing_of_customers() -> None:
    seen = view(
        "We confirm P00031.",
        Role.SUPPLIER,
        record=RecordRef(model="purchase.order", id=31, name="P00031"),
        partner=Partner(name="Nordschrauben GmbH", role=Role.SUPPLIER),
        order=None,
    )
    facts = (
        Fact(
            name="confirmation.price_difference", value=Decimal("0.35"), unit="EUR", about="BM-100", how="7.45 - 7.10"
        ),
        Fact(name="confirmation.date_difference", value=Decimal(5), unit="days", about="BM-100", how="5 days"),
        Fact(name="confirmation.affects", value=Decimal(-2), about="S00077 BM-100", how="Rivalen", confidential=True),
    )
    reply = draft(classified(View(seen.case, (), facts), Category.SUPPLIER_CHANGE, "price"))
    assert reply.to is Role.SUPPLIER
    assert "- BM-100: 0.35 EUR a unit more or less than ordered" in reply.text
    assert "- BM-100: 5 days later than ordered" in reply.text
    assert "Rivalen" not in reply.text
    assert "S00077" not in reply.text


def test_nobody_is_answered_where_the_last_word_is_ours_or_there_is_none() -> None:
    ours = view(role=Role.COLLEAGUE)
    assert REPLIER.invoke(ours).abstained == Abstention(reason="the last word is ours")
    assert REPLIER.invoke(view(messages=())).abstained == Abstention(reason="nobody wrote")
    thanks = classified(view("Thanks!"), Category.OTHER, "thanks")
    assert REPLIER.invoke(thanks).abstained == Abstention(reason="nothing to answer")
    assert REPLIER.invoke(thanks).text == ""


@pytest.mark.parametrize(
    "sentence",
    [
        "We credit you 120.00 EUR.",
        "It comes on 3 December.",
        "See invoice INV/2026/00999.",
        "Your exposure is 98,765.43.",
        "Rivalen GmbH waits for the same goods.",
        "The goods come from Nordschrauben GmbH.",
        "They come with P00031 on 25 November.",
        "We pay 7.10 for them.",
        "You may have 5 % off.",
        "Write to boss@elsewhere.example.",
        "Look at https://elsewhere.example/pay.",
        "We credit [an amount of 500.00].",
    ],
)
def test_what_a_model_must_not_say_is_taken_out(sentence: str) -> None:
    text = (
        f"Hello,\n\nThank you for your message about order S00042. {sentence} We look into it.\n\nKind regards\n[name]"
    )
    reply = verify(Reply(by=BY, text=text, language="en", to=Role.CUSTOMER, blanks=("name",)), view())
    assert reply.text == (
        "Hello,\n\nThank you for your message about order S00042. We look into it.\n\nKind regards\n[name]"
    )
    assert reply.warnings == ("reply: a sentence was removed: not supported by what its reader may know",)
    assert verify(reply, view()) == reply


def test_internal_notes_and_other_sides_mails_support_nothing() -> None:
    seen = seen_by(view(), Role.CUSTOMER)
    assert [message.body for message in seen.case.messages] == ["Where is our order?"]
    assert seen.case.purchases == ()
    assert not [fact for fact in seen.facts if fact.confidential or fact.name == "stock.incoming"]
    assert "P00031" not in repr(seen.facts)


def test_a_supplier_who_writes_on_a_customers_order_is_told_nothing_of_the_customer() -> None:
    partner = Partner(
        name="Northgate Tools Ltd", role=Role.CUSTOMER, contacts=("Ann Gate",), emails=("ann@northgate.example",)
    )
    seen = view("We deliver P00031 later.", Role.SUPPLIER, partner=partner)
    assert audience(seen) is Role.SUPPLIER
    assert "northgate" not in seen_by(seen, Role.SUPPLIER).case.model_dump_json().casefold()
    said = (
        "Northgate Tools Ltd waits for it. Ann Gate asks daily. Write to ann@northgate.example. Please tell us the day."
    )
    reply = verify(Reply(by=BY, text=said, language="en", to=Role.SUPPLIER), seen)
    assert reply.text == "Please tell us the day."
    assert seen_by(view(role=Role.CARRIER), Role.CARRIER).case.partner is not None


def test_who_is_answered() -> None:
    assert audience(view()) is Role.CUSTOMER
    assert audience(view(role=Role.CARRIER)) is Role.CARRIER
    bare = view(messages=(), partner=None, record=RecordRef(model="purchase.order", id=31, name="P00031"))
    assert audience(bare) is Role.SUPPLIER


@pytest.mark.parametrize("name", ["threads", "desk", "orders", "orders-dev"])
def test_no_reply_over_the_evaluation_cases_says_what_nothing_supports(name: str) -> None:
    """Both splits, read as any category: every figure stands in what the reader may know, and nothing was removed."""
    of = read_set(SETS / f"{name}.yaml")
    drafted = 0
    for place, case in enumerate(of.cases):
        made = view_of(case_of(case, of.folder, of.head.now, Policy()), None, Policy())
        for category in Category:
            seen = classified(made, category, language=LANGUAGES[place % 5])
            raw = REPLIER.invoke(seen)
            reply = verify(raw, seen)
            drafted += bool(reply.text)
            assert reply.text == raw.text, case.id
            assert unsupported(reply.text, seen_by(seen, reply.to)) == [], case.id
            hidden = [fact for fact in seen.facts if fact.confidential and isinstance(fact.value, Decimal)]
            assert [fact.id for fact in hidden if f"{fact.value:,.2f}" in reply.text] == [], case.id
    assert drafted >= 60

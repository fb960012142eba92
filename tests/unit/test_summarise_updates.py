"""What a summary says beside its text: promises, open questions, next step, news, the answer for a punctual order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from triage.domain import (
    Before,
    Case,
    Category,
    Classification,
    Company,
    Fact,
    FactEvidence,
    Message,
    Method,
    Order,
    Policy,
    Producer,
    RecordRef,
    Role,
    Shipment,
    ShipmentKind,
    Suggestion,
    View,
)
from triage.facts.labels import LABELS, LANGUAGES, label
from triage.tasks.summarise.embedded import EmbeddedSummariser
from triage.tasks.summarise.next_step import WORDS
from triage.verify.answers import verify
from triage.verify.numbers import unsupported

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
BY = Producer(method=Method.EMBEDDED, model="test", version="1")
SUMMARISER = EmbeddedSummariser()
ORDER = RecordRef(model="sale.order", id=42, name="S00042")
ON_TIME = Fact(name="promise.on_time", value=True, how="promised for 2026-11-26, goods are there")
PROMISED = Fact(name="promise.original", value=date(2026, 11, 26), how="promised for 2026-11-26")
LATE = Fact(name="promise.days_late", value=Decimal(2), unit="days", how="2 days late")


def view(*said: tuple[Role, str], facts: tuple[Fact, ...] = (), language: str = "en", **more: object) -> View:
    messages = tuple(Message(id=f"<{n}>", role=role, body=body) for n, (role, body) in enumerate(said))
    case = Case.model_validate(
        {
            "record": ORDER,
            "company": Company(name="Brandt & Mercer Supply B.V.", language=language),
            "captured_at": NOW,
            "order": Order(ref=ORDER, state="sale", currency="EUR"),
            "messages": messages,
        }
        | more
    )
    return View(case, (), facts)


def classified(
    seen: View, category: Category, subtype: str | None = None, language: str = "en", fact: str = ""
) -> View:
    evidence = (FactEvidence(fact=fact, text="x"),) if fact else ()
    main = Suggestion(category=category, subtype=subtype, evidence=evidence)
    return seen.plus(Classification(by=BY, suggestions=(main,), language=language))


def before(seen: View, **changes: object) -> Before:
    told = SUMMARISER.invoke(seen)
    return Before.model_validate(
        {
            "at": datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
            "summary": told.text,
            "key_points": told.key_points,
            "heard": tuple(message.id for message in seen.case.messages),
            "facts": tuple(fact.id for fact in seen.facts),
        }
        | changes
    )


FIRST = (Role.CUSTOMER, "Where are the 40 bolts of S00042? We need them for the roof.")
OURS = (Role.COLLEAGUE, "Sorry about that. You will have them on Thursday 26 November.")
THEIRS = (Role.CUSTOMER, "Only 14 came today. Send the other 26 by Friday.")


def test_promises_are_told_with_who_made_them() -> None:
    found = SUMMARISER.invoke(view(FIRST, OURS, THEIRS)).promised
    assert [(one.by, one.text, one.source) for one in found] == [
        (Role.COLLEAGUE, "You will have them on Thursday 26 November.", "message:1")
    ]


def test_a_question_is_open_until_the_other_side_writes() -> None:
    assert SUMMARISER.invoke(view(FIRST)).questions == ("Where are the 40 bolts of S00042?",)
    assert SUMMARISER.invoke(view(FIRST, OURS)).questions == ()
    ours = (Role.COLLEAGUE, "Which address shall we deliver to?")
    assert SUMMARISER.invoke(view(FIRST, ours)).questions == ("Which address shall we deliver to?",)


def test_a_bare_question_comes_with_what_it_is_about() -> None:
    seen = view((Role.CUSTOMER, "12 days are too long. 5,000 by the 17th, the rest whenever. Possible?"))
    assert SUMMARISER.invoke(seen).questions == ("5,000 by the 17th, the rest whenever. Possible?",)
    assert SUMMARISER.invoke(seen).asks == ("5,000 by the 17th, the rest whenever. Possible?",)


def test_news_are_what_came_since_the_card_was_revised() -> None:
    first = view(FIRST, OURS)
    card = before(first)
    found = SUMMARISER.invoke(replace(view(FIRST, OURS, THEIRS), before=card))
    assert found.news == ("customer: Only 14 came today. Send the other 26 by Friday.",)
    assert found.news_since == card.at


def test_what_a_card_says_is_kept_and_added_to() -> None:
    first = SUMMARISER.invoke(view(FIRST, OURS))
    updated = SUMMARISER.invoke(replace(view(FIRST, OURS, THEIRS), before=before(view(FIRST, OURS))))
    kept = [point for point in first.key_points if point in updated.key_points]
    assert kept
    assert updated.key_points[: len(kept)] == tuple(kept)
    assert "Only 14 came today." in updated.key_points


def test_a_new_fact_is_news_and_the_same_fact_is_none() -> None:
    card = before(view(FIRST, facts=(PROMISED,)))
    found = SUMMARISER.invoke(replace(view(FIRST, facts=(PROMISED, LATE)), before=card))
    assert found.news == ("Facts: 2 days late.",)
    again = replace(view(FIRST, facts=(PROMISED, LATE)), before=before(view(FIRST, facts=(PROMISED, LATE))))
    assert SUMMARISER.invoke(again).news == ()


def test_news_stand_until_there_are_newer_ones() -> None:
    since = datetime(2026, 11, 20, tzinfo=UTC)
    card = before(view(FIRST, OURS), news=("customer: Where are the 40 bolts of S00042?",), news_since=since)
    found = SUMMARISER.invoke(replace(view(FIRST, OURS), before=card))
    assert (found.news, found.news_since) == (card.news, since)


def test_news_that_the_thread_no_longer_holds_are_removed() -> None:
    card = before(view(FIRST), news=("customer: 999 pallets are missing.",), news_since=NOW)
    seen = replace(view(FIRST), before=card)
    found = verify(SUMMARISER.invoke(seen), seen)
    assert found.news == ()
    assert any("removed" in warning for warning in found.warnings)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_category_has_a_next_step_in_every_language(language: str) -> None:
    steps = set()
    for category in Category:
        seen = classified(view(FIRST, language=language), category)
        steps.add(SUMMARISER.invoke(seen).next_step)
    assert "" not in steps
    assert len(steps) == len(Category)
    assert not any(character.isdigit() for character in repr(WORDS))


def test_the_next_step_follows_the_thread() -> None:
    seen = classified(view(FIRST, (Role.COLLEAGUE, "Which address shall we deliver to?")), Category.DELAY)
    assert SUMMARISER.invoke(seen).next_step == "Wait for their answer, or remind them."
    closed = classified(view(FIRST, (Role.CUSTOMER, "All sorted now, thanks.")), Category.DELAY)
    assert SUMMARISER.invoke(closed).next_step == "Nothing to do."
    assert SUMMARISER.invoke(view(FIRST)).next_step == ""


def test_the_reader_is_the_arguments_the_policys_or_the_companys() -> None:
    seen = view(FIRST, facts=(LATE,), language="nl")
    assert SUMMARISER.invoke(seen).text.endswith("Feiten: 2 dagen te laat.")
    french = replace(seen, policy=Policy(language="fr"))
    assert SUMMARISER.invoke(french).text.endswith("Faits: 2 jours de retard.")
    assert EmbeddedSummariser("es").invoke(french).text.endswith("Hechos: 2 días de retraso.")


def shipped(state: str, **more: object) -> Shipment:
    ref = RecordRef(model="stock.picking", id=9, name="WH/OUT/00009")
    return Shipment.model_validate({"ref": ref, "kind": ShipmentKind.OUTGOING, "state": state} | more)


MAILS = {
    "en": "Hello, where is our order please?",
    "de": "Guten Tag, wo bleibt bitte unsere Bestellung?",
    "fr": "Bonjour, où est notre commande s'il vous plaît ?",
    "es": "Hola, ¿dónde está nuestro pedido por favor?",
    "nl": "Dag, waar blijft onze bestelling alstublieft?",
}
ANSWERS = {
    "en": "Order S00042 is on time: it is promised for 26 November 2026. The goods are there and ready to leave.",
    "de": "Der Auftrag S00042 ist pünktlich: er ist für den 26. November 2026 zugesagt. "
    "Die Ware liegt versandbereit im Lager.",
    "fr": "La commande S00042 est dans les délais : elle est promise pour le 26 novembre 2026. "
    "La marchandise est prête à partir.",
    "es": "El pedido S00042 va a tiempo: está prometido para el 26 de noviembre de 2026. "
    "La mercancía está lista para salir.",
    "nl": "Order S00042 is op tijd: hij is toegezegd voor 26 november 2026. De goederen staan klaar voor verzending.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_is_my_order_is_answered_in_the_writers_language(language: str) -> None:
    asked = view((Role.CUSTOMER, MAILS[language]), facts=(PROMISED, ON_TIME), shipments=(shipped("assigned"),))
    seen = classified(asked, Category.OTHER, language=language, fact="promise.on_time")
    found = verify(SUMMARISER.invoke(seen), seen)
    assert found.answer == ANSWERS[language]
    assert found.text.startswith(found.answer)
    assert unsupported(found.answer, seen) == []


@pytest.mark.parametrize(
    ("shipment", "said"),
    [
        (shipped("waiting"), "It is being prepared."),
        (shipped("done"), "The goods have left our warehouse."),
        (
            shipped("done", carrier="Transline", tracking="TL 7719", carrier_status="in_transit"),
            "The goods are with Transline. Tracking: TL 7719.",
        ),
        (shipped("done", carrier="Transline", carrier_status="out_for_delivery"), "The goods are out for delivery."),
    ],
)
def test_the_stage_is_what_carrier_and_warehouse_say(shipment: Shipment, said: str) -> None:
    asked = view(FIRST, facts=(PROMISED, ON_TIME), shipments=(shipment,))
    seen = classified(asked, Category.OTHER, fact="promise.on_time")
    assert SUMMARISER.invoke(seen).answer.endswith(f"26 November 2026. {said}")


def test_no_answer_where_nobody_asks_or_the_order_is_not_on_time() -> None:
    seen = view(FIRST, facts=(PROMISED, ON_TIME))
    assert SUMMARISER.invoke(seen).answer == ""
    assert SUMMARISER.invoke(classified(seen, Category.RETURNS)).answer == ""
    late = classified(view(FIRST, facts=(PROMISED, LATE)), Category.DELAY, "status_enquiry")
    assert SUMMARISER.invoke(late).answer == ""
    nobody = classified(view(facts=(PROMISED, ON_TIME)), Category.OTHER, fact="promise.on_time")
    assert SUMMARISER.invoke(nobody).answer == ""


def test_labels_are_there_in_every_language() -> None:
    assert all(len(set(words)) >= 4 or words[0] == words[1] for words in LABELS.values())
    assert label("news", "de", when="22.11.") == "Neu seit 22.11."
    assert label("next", "pl") == "Next step"


@pytest.mark.parametrize(("sent", "answered"), [(24, True), (25, False), (26, False)])
def test_who_asks_after_a_delivery_is_not_told_that_it_is_on_time(sent: int, answered: bool) -> None:
    """The carrier says delivered on the 25th. Whoever still asks on that day or later has not got it."""
    delivered = Fact(name="shipment.delivered", about="WH/OUT/1", value=date(2026, 11, 25), how="delivered")
    asked = view(FIRST, facts=(PROMISED, ON_TIME, delivered), shipments=(shipped("done"),))
    message = asked.case.messages[0].with_(sent_at=datetime(2026, 11, sent, 8, tzinfo=UTC))
    seen = classified(replace(asked, case=asked.case.with_(messages=(message,))), Category.DELAY, "status_enquiry")
    assert bool(SUMMARISER.invoke(seen).answer) == answered

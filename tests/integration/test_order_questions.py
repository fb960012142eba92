"""Who asks where an order is, or says that all is settled: down the whole path, in five languages, on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from triage.cli.wiring import open_store
from triage.domain import (
    Case,
    Category,
    Company,
    Document,
    Event,
    Line,
    Message,
    NoException,
    Order,
    Outcome,
    Paper,
    Partner,
    Policy,
    Promise,
    RecordRef,
    Role,
    Shipment,
    ShipmentKind,
)
from triage.pipeline import Desk, one_policy, triage
from triage.settings import Settings
from triage.tasks.classify.embedded import EmbeddedClassifier
from triage.tasks.summarise.embedded import EmbeddedSummariser

NOW = datetime(2026, 6, 9, 7, tzinfo=UTC)
TODAY = date(2026, 6, 9)
ASKS = {
    "en": "Good morning, could you tell me when our order will be delivered? Thank you.",
    "de": "Guten Morgen, können Sie mir sagen, wann unsere Bestellung geliefert wird? Danke.",
    "fr": "Bonjour, pouvez-vous me dire quand notre commande sera livrée ? Merci.",
    "es": "Buenos días, ¿pueden decirme cuándo llegará nuestro pedido? Gracias.",
    "nl": "Goedemorgen, kunt u mij zeggen wanneer onze bestelling wordt geleverd? Bedankt.",
}
CLOSES = {
    "en": "Hello, the parcel is here and everything is fine now. You can close this, thank you.",
    "de": "Hallo, das Paket ist da, es ist jetzt alles in Ordnung. Die Sache hat sich erledigt, danke.",
    "fr": "Bonjour, le colis est bien là, tout est réglé maintenant. Vous pouvez clore le dossier, merci.",
    "es": "Hola, el paquete ya está aquí, está todo resuelto. Pueden cerrar el asunto, gracias.",
    "nl": "Hallo, het pakket is er, alles is nu in orde. U kunt de melding sluiten, bedankt.",
}


@dataclass(frozen=True)
class One:
    case: Case

    def capture(self, ref: RecordRef) -> Case | None:
        return self.case


class NoPapers:
    acting: dict[str, str] = {}

    def invoke(self, document: Document, /) -> Paper:
        raise AssertionError("there is no document")


@pytest.fixture(scope="module")
def classifier() -> EmbeddedClassifier:
    return EmbeddedClassifier.load()


def order(text: str, language: str, promised: date | None, *, arrived: date | None = None) -> Case:
    ref = RecordRef(model="sale.order", id=42, name="S00042")
    done = Decimal(10) if arrived else Decimal(0)
    parcel = Shipment(
        ref=RecordRef(model="stock.picking", id=7, name="WH/OUT/00007"),
        kind=ShipmentKind.OUTGOING,
        state="done" if arrived else "assigned",
        date_done=datetime(arrived.year, arrived.month, arrived.day, 9, tzinfo=UTC) if arrived else None,
        delivered_at=datetime(arrived.year, arrived.month, arrived.day, 10, tzinfo=UTC) if arrived else None,
        signed_by="K. Vos" if arrived else None,
    )
    made = Promise(
        promised_for=promised or TODAY, made_at=NOW - timedelta(days=20), source="sale.order:42.commitment_date"
    )
    return Case(
        record=ref,
        company=Company(name="Vermeulen", currency="EUR", timezone="Europe/Amsterdam", language=language),
        captured_at=NOW,
        partner=Partner(name="Havenwerk", role=Role.CUSTOMER),
        order=Order(ref=ref, state="sale", currency="EUR", owner="Noor"),
        lines=(Line(id=1, product="BM-100", name="Bolt", quantity=Decimal(10), reserved=10 - done, delivered=done),),
        shipments=(parcel,),
        promises=(made,) if promised else (),
        messages=(Message(id="m1", role=Role.CUSTOMER, body=text, sent_at=NOW),),
    )


@pytest.fixture
def desk(tmp_path: Path, classifier: EmbeddedClassifier) -> Iterator[Desk]:
    with open_store(Settings(tmp_path), create=True) as store:
        yield Desk(
            journal=store.journal,
            source=One(order("", "en", None)),
            policies=one_policy(Policy()),
            extract=NoPapers(),
            tasks=[classifier, EmbeddedSummariser()],
            cards=store.cards,
        )


def run(desk: Desk, case: Case, key: str = "e1") -> Outcome:
    opened = Desk(desk.journal, One(case), desk.policies, desk.extract, desk.tasks, desk.cards)
    event = Event(key=key, source="test", company=case.company.name, ref=case.record, received_at=NOW)
    return triage(event, opened)


PROMISED = {"en": "promised for", "de": "zugesagt", "fr": "promise pour", "es": "prometido", "nl": "toegezegd"}
"""What the answer says in the writer's language."""


@pytest.mark.parametrize("language", ASKS)
@pytest.mark.parametrize("days", [0, 6])
def test_a_question_about_an_order_that_is_on_time_makes_no_card(desk: Desk, language: str, days: int) -> None:
    outcome = run(desk, order(ASKS[language], language, TODAY + timedelta(days=days)))
    assert isinstance(outcome, NoException)
    assert desk.cards.all() == []
    assert PROMISED[language] in outcome.why


@pytest.mark.parametrize("language", ASKS)
def test_a_question_about_a_late_order_is_a_delay(desk: Desk, language: str) -> None:
    run(desk, order(ASKS[language], language, TODAY - timedelta(days=3)))
    (card,) = desk.cards.all()
    suggestion = card.proposal.suggestion
    assert (suggestion.category, suggestion.subtype) == (Category.DELAY, "late")
    assert suggestion.confidence is not None
    assert "3" in card.proposal.summary


@pytest.mark.parametrize("language", ASKS)
def test_a_question_where_no_promise_is_known_stays_a_question_for_a_person(desk: Desk, language: str) -> None:
    outcome = run(desk, order(ASKS[language], language, None))
    assert not isinstance(outcome, NoException)
    (card,) = desk.cards.all()
    assert card.proposal.suggestion.category is Category.DELAY


@pytest.mark.parametrize("language", CLOSES)
def test_a_message_that_all_is_settled_makes_no_new_card(desk: Desk, language: str) -> None:
    late = order(ASKS[language], language, TODAY - timedelta(days=3))
    run(desk, late)
    closed = order(CLOSES[language], language, TODAY - timedelta(days=3), arrived=TODAY - timedelta(days=1))
    outcome = run(desk, closed.with_(messages=(*late.messages, closed.messages[0].with_(id="m2"))), "e2")
    assert isinstance(outcome, NoException)
    assert outcome.why.startswith("thanks")
    assert len(desk.cards.all()) == 1


def test_a_message_that_all_is_settled_does_not_hide_what_is_not(desk: Desk) -> None:
    run(desk, order(CLOSES["en"], "en", TODAY - timedelta(days=3)))
    (card,) = desk.cards.all()
    assert card.proposal.suggestion.category is Category.DELAY
    assert any("matter is settled" in warning for warning in card.proposal.warnings)

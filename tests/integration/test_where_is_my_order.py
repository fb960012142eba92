"""From a mail that asks where the order is to the outcome: no card where it is on time, and the answer in its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from triage.audit.journal import Journal
from triage.cards.store import CardStore
from triage.domain import (
    Abstained,
    Advised,
    Case,
    Category,
    Company,
    Document,
    Event,
    Line,
    Message,
    Method,
    NoException,
    Order,
    Paper,
    Policy,
    Producer,
    Promise,
    RecordRef,
    Role,
    Shipment,
    ShipmentKind,
)
from triage.pipeline import Desk, one_policy, triage
from triage.storage.database import Database
from triage.storage.keys import KeyFile
from triage.tasks.classify.embedded import EmbeddedClassifier
from triage.tasks.summarise.embedded import EmbeddedSummariser

NOW = datetime(2026, 11, 17, 14, 30, tzinfo=UTC)
ORDER = RecordRef(model="sale.order", id=42, name="S00042")
COMPANY = Company(name="Brandt & Mercer Supply B.V.", currency="EUR", timezone="Europe/Amsterdam")
BY = Producer(method=Method.EMBEDDED, model="none", version="0")
ASKED = {
    "en": "Hello, could you tell me where my order S00042 is and when it will arrive? Thanks, Ann",
    "de": "Guten Tag, wo bleibt unsere Bestellung S00042 und wann wird sie geliefert? Gruß, Anna",
    "fr": "Bonjour, où en est ma commande S00042 et quand sera-t-elle livrée ? Merci, Anne",
    "es": "Hola, ¿dónde está nuestro pedido S00042 y cuándo llega? Gracias, Ana",
    "nl": "Hallo, waar blijft mijn bestelling S00042 en wanneer wordt die geleverd? Groeten, Anna",
}
ANSWERED = {
    "en": "on time: it is promised for 26 November 2026",
    "de": "pünktlich: er ist für den 26. November 2026 zugesagt",
    "fr": "dans les délais : elle est promise pour le 26 novembre 2026",
    "es": "a tiempo: está prometido para el 26 de noviembre de 2026",
    "nl": "op tijd: hij is toegezegd voor 26 november 2026",
}


class Records:
    """A source that holds one case."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def capture(self, ref: RecordRef) -> Case:
        return self.case


class NoPapers:
    """No document comes with these mails."""

    acting: Mapping[str, str] = {}

    def invoke(self, document: Document, /) -> Paper:
        raise AssertionError(document.name)


def asks(body: str, promised: date) -> Case:
    """A mail about an order whose goods are all reserved and ready to leave."""
    return Case(
        record=ORDER,
        company=COMPANY,
        captured_at=NOW,
        order=Order(ref=ORDER, state="sale", currency="EUR", owner="Noor"),
        lines=(
            Line(
                id=7,
                product="BM-100",
                name="Hex bolt",
                quantity=Decimal(100),
                reserved=Decimal(100),
                forecast=Decimal(100),
            ),
        ),
        promises=(
            Promise(
                promised_for=promised, made_at=datetime(2026, 11, 2, tzinfo=UTC), source="sale.order:42.commitment_date"
            ),
        ),
        shipments=(
            Shipment(
                ref=RecordRef(model="stock.picking", id=9, name="WH/OUT/00009"),
                kind=ShipmentKind.OUTGOING,
                state="assigned",
            ),
        ),
        messages=(Message(id="<1@x.example>", body=body, role=Role.CUSTOMER, email="ann@x.example"),),
    )


@pytest.fixture(scope="module")
def classifier() -> EmbeddedClassifier:
    return EmbeddedClassifier.load({})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[tuple[Journal, CardStore]]:
    database, keys = Database.open(tmp_path / "audit.db"), KeyFile(tmp_path / "keys.db")
    yield Journal(database, keys, lambda: NOW), CardStore(database, keys, lambda: NOW)
    database.close()


def outcome(case: Case, classifier: EmbeddedClassifier, store: tuple[Journal, CardStore]) -> object:
    journal, cards = store
    desk = Desk(
        journal=journal,
        source=Records(case),
        policies=one_policy(Policy()),
        extract=NoPapers(),
        tasks=[classifier, EmbeddedSummariser()],
        cards=cards,
    )
    return triage(Event(key="mail:1", source="mail", company=COMPANY.name, ref=ORDER, received_at=NOW), desk)


@pytest.mark.parametrize("language", list(ASKED))
def test_on_time_there_is_no_card_and_the_answer_is_in_the_writers_language(
    language: str, classifier: EmbeddedClassifier, store: tuple[Journal, CardStore]
) -> None:
    found = outcome(asks(ASKED[language], date(2026, 11, 26)), classifier, store)
    assert isinstance(found, NoException)
    assert ANSWERED[language] in found.why
    assert not store[1].all()


@pytest.mark.parametrize("language", list(ASKED))
def test_late_there_is_a_card(language: str, classifier: EmbeddedClassifier, store: tuple[Journal, CardStore]) -> None:
    found = outcome(asks(ASKED[language], date(2026, 11, 12)), classifier, store)
    assert isinstance(found, Advised | Abstained)
    (card,) = store[1].all()
    assert card.proposal.suggestion.category is Category.DELAY
    assert ANSWERED[language] not in card.proposal.summary


def test_another_matter_beside_the_question_keeps_its_card(
    classifier: EmbeddedClassifier, store: tuple[Journal, CardStore]
) -> None:
    body = "Two of the cartons that came yesterday were crushed and the bolts inside are bent. We want them replaced."
    found = outcome(asks(body, date(2026, 11, 26)), classifier, store)
    assert isinstance(found, Advised | Abstained)

"""A store with its keys in a folder, and small values to put into it. For the tests of storage, audit and cards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.databases import target_in
from triage.audit.journal import Journal
from triage.cards.store import CardStore
from triage.domain import (
    Abstention,
    Card,
    Case,
    Category,
    Company,
    Decision,
    Event,
    Link,
    LinkStatus,
    Message,
    Partner,
    Proposal,
    RecordRef,
    Suggestion,
    Verdict,
)
from triage.storage.database import Database
from triage.storage.keys import KeyFile

COMPANY = "Brandt & Mercer Supply B.V."
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ORDER = RecordRef(model="sale.order", id=42, name="S00042")


class Ticking:
    """A clock that moves a second at each look."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class Opened:
    """Everything over one folder; its store may lie in a PostgreSQL database (`tests.databases.place_in`)."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.database = Database.open(target_in(home))
        self.keys = KeyFile(home / "keys.db")
        self.clock = Ticking()
        self.journal = Journal(self.database, self.keys, self.clock)
        self.cards = CardStore(self.database, self.keys, self.clock)

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()
        self.keys.close()


def event(key: str = "file:complaint-jane-doe.eml", record: RecordRef = ORDER, company: str = COMPANY) -> Event:
    return Event(key=key, source="file", company=company, ref=record, received_at=NOW)


def ref(number: int) -> RecordRef:
    return RecordRef(model="sale.order", id=number, name=f"S{number:05}")


def case() -> Case:
    return Case(
        record=ORDER,
        company=Company(name=COMPANY, currency="EUR"),
        captured_at=NOW,
        partner=Partner(name="Jane Doe Fixings", emails=("jane@doe-fixings.example",), contacts=("Jane Doe",)),
        messages=(
            Message(id="<1@doe-fixings.example>", author="Jane Doe", email="JANE@doe-fixings.example", body="?"),
        ),
    )


def proposal(
    category: Category = Category.STOCK, summary: str = "Jane Doe asks for 40 bolts.", **more: object
) -> Proposal:
    given: dict[str, object] = {
        "company": COMPANY,
        "record": ORDER,
        "suggestion": Suggestion(category=category),
        "summary": summary,
        "link": Link(status=LinkStatus.GIVEN),
        "team": "order desk",
        "case": "0" * 64,
    }
    return Proposal.model_validate(given | more)


def abstained(category: Category = Category.STOCK) -> Suggestion:
    return Suggestion(category=category, abstained=Abstention(reason="0.20 is below 0.50"))


def decision(card: Card, verdict: Verdict = Verdict.ACCEPT, by: str = "mila", **more: object) -> Decision:
    return Decision.model_validate({"card": card.id, "verdict": verdict, "by": by, "at": NOW} | more)

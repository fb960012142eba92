"""What of a card stands in Odoo, as far as the journal tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from triage.audit.journal import Journal
from triage.domain import Card, Publication, Withdrawal
from triage.errors import KeyMissing
from triage.storage import records
from triage.storage.records import Record


@dataclass(frozen=True)
class Standing:
    """What was last published of a card, or taken back."""

    stands: bool
    """Whether something of it is there."""
    at: datetime | None = None
    """When that was last recorded."""


def standing(card: Card, journal: Journal) -> Standing:
    """What the journal tells of a card's advice in Odoo."""
    now = Standing(False)
    for record in _told(card, journal):
        try:
            value = journal.opened(record)
        except KeyMissing:
            continue
        at = datetime.fromisoformat(record.at)
        if isinstance(value, Publication) and value.card == card.id:
            now = Standing(now.stands or bool(value.refs()), at)
        elif isinstance(value, Withdrawal) and value.card == card.id:
            now = Standing(any(each.status == "kept" for each in value.advisories), at)
    return now


def stands(card: Card, journal: Journal) -> bool:
    """Whether advice of this card was published and not taken back since."""
    return standing(card, journal).stands


def is_taken_back(card: Card, journal: Journal) -> bool:
    """Whether a person has taken a card's advice back since it was last posted, and the card is as it was then."""
    for record in reversed(_told(card, journal)):
        try:
            value = journal.opened(record)
        except KeyMissing:
            continue
        if isinstance(value, Publication | Withdrawal) and value.card == card.id:
            return isinstance(value, Withdrawal) and bool(value.by) and value.revision == card.revision
    return False


def _told(card: Card, journal: Journal) -> list[Record]:
    """The records of what was published of a card's events and of what was taken back, in order."""
    found = {
        record.seq: record
        for event in card.events
        for record in records.publications(journal.database, journal.keys.event_id(event), card.key.company)
    }
    return [record for _, record in sorted(found.items())]


def is_untold(card: Card, journal: Journal) -> bool:
    """Whether a card has ended by itself and its note does not say so yet."""
    stood = standing(card, journal)
    return card.ended is not None and stood.stands and stood.at is not None and stood.at < card.ended.at

"""Whether something of a card stands in Odoo, as far as the journal tells."""

from __future__ import annotations

from triage.audit.journal import Journal
from triage.domain import Card, Publication, Withdrawal
from triage.errors import KeyMissing
from triage.storage import records


def stands(card: Card, journal: Journal) -> bool:
    """Whether advice of this card was published and not taken back since."""
    found = {
        record.seq: record
        for event in card.events
        for record in records.publications(journal.database, journal.keys.event_id(event), card.key.company)
    }
    standing = False
    for _, record in sorted(found.items()):
        try:
            value = journal.opened(record)
        except KeyMissing:
            continue
        if isinstance(value, Publication) and value.card == card.id:
            standing = standing or bool(value.refs())
        elif isinstance(value, Withdrawal) and value.card == card.id:
            standing = any(each.status == "kept" for each in value.advisories)
    return standing

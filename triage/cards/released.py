"""Gives cases cards of their own again where the card that they shared was forgotten with somebody else's case."""

from __future__ import annotations

from collections.abc import Sequence

from triage.audit.journal import Journal
from triage.cards import clusters
from triage.cards.store import CardStore
from triage.domain import Card, Event
from triage.errors import KeyMissing
from triage.storage import members, records
from triage.storage.members import MemberRow


def release(cards: CardStore, journal: Journal, forgotten: Sequence[str]) -> list[Card]:
    """Put each case that waits on one of these cards (ids) onto a card that can be read; those cards.

    Cases that were forgotten themselves stay where they are. Each is a record of kind `release`, in one transaction
    with its card. Calling again is harmless.
    """
    found: dict[str, Card] = {}
    for card in forgotten:
        for row in members.of_card(journal.database, card):
            released = _release(cards, journal, row) if row.waits else None
            if released is not None:
                found[str(released.id)] = released
    return list(found.values())


def _release(cards: CardStore, journal: Journal, row: MemberRow) -> Card | None:
    event = _event(journal, row.case_id)
    with journal.database.locked((records.stream_lock(row.company),)):
        proposal = cards.sharing.opened(row)
        if proposal is None or event is None:
            return None
        members.mark(journal.database, row.card, row.company, row.record, waits=False)
        card = cards.put(proposal, event)
        value = clusters.of_its_own(card, proposal, event)
        journal.record(stream=row.company, kind="release", case=row.case_id, event=event, value=value)
    return card


def _event(journal: Journal, case: str) -> str | None:
    """Key of the case's newest event that can be read."""
    for record in reversed(records.of_case(journal.database, case)):
        if record.kind == "event":
            try:
                value = journal.opened(record)
            except KeyMissing:
                continue
            if isinstance(value, Event):
                return value.key
    return None

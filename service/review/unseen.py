"""The queue without giving away what cards suggest that ask for a reviewer's own view first.

A filter by category would tell the category of such a card, and a team's own queue likewise. So they are in no list
that is chosen by something that is suggested, and have one of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum

from service.review.frame import Frame
from triage.cards.blind import is_drawn
from triage.domain import CardState, Duty
from triage.storage import queue
from triage.storage.people import Session
from triage.storage.queue import Chosen, QueueRow

_AT_ONCE = 500


class Lot(Enum):
    """Which cards a list is of."""

    ALL = "all"
    SEEN = "seen"
    """Without those of which this person is asked for their own view first."""
    UNSEEN = "unseen"
    """Only those."""


def blind_to_suggestions(chosen: Chosen) -> Chosen:
    """The choice without what it asks of suggestions."""
    return replace(chosen, categories=(), severities=(), teams=(), least_confidence=None, most_confidence=None)


def is_asked(frame: Frame, session: Session) -> bool:
    """Whether this person is asked for their own view of some cards."""
    person = session.person
    works = person.has(Duty.REVIEWER, Duty.LEAD) and not person.has(Duty.AUDITOR)
    return works and any(policy.blind_share for policy in frame.installation.policies().every())


def page(
    frame: Frame, session: Session, chosen: Chosen, lot: Lot, limit: int, after: tuple[int, int] | None = None
) -> list[QueueRow]:
    """The most urgent cards of a choice, as `queue.page`, of one lot."""
    database = frame.opened().store.database
    if lot is Lot.ALL or not is_asked(frame, session):
        return [] if lot is Lot.UNSEEN else queue.page(database, chosen, limit, after)
    found: list[QueueRow] = []
    for rows in _chunks(frame, chosen, limit if lot is Lot.SEEN else max(limit, _AT_ONCE), after):
        unseen = _unseen(frame, session, rows)
        found += [row for row in rows if (row.number in unseen) is (lot is Lot.UNSEEN)]
        if len(found) >= limit:
            break
    return found[:limit]


def count(frame: Frame, session: Session, chosen: Chosen, lot: Lot, most: int) -> int:
    """How many there are, but no more than `most` are counted."""
    if lot is Lot.ALL:
        return queue.count(frame.opened().store.database, chosen, most)
    return len(page(frame, session, chosen, lot, most))


def _chunks(frame: Frame, chosen: Chosen, size: int, after: tuple[int, int] | None) -> Iterator[list[QueueRow]]:
    while rows := queue.page(frame.opened().store.database, chosen, size, after):
        yield rows
        if len(rows) < size:
            return
        after = (rows[-1].priority, rows[-1].number)


def _unseen(frame: Frame, session: Session, rows: Sequence[QueueRow]) -> set[int]:
    """Numbers of the rows whose card asks. Only cards that the hash of their id has drawn are decrypted for it."""
    store, policies = frame.opened().store, frame.installation.policies()
    drawn = [
        row.number
        for row in rows
        if row.state == CardState.OPEN and is_drawn(row.card, policies.of(row.company).blind_share, store.keys)
    ]
    return frame.unseen(session, store.cards.numbered(drawn))


__all__ = ["Lot", "blind_to_suggestions", "count", "is_asked", "page"]

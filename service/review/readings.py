"""What an auditor reads on the pages is recorded: who, which cards, when; never what stands on them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from service.review.frame import Frame
from triage.audit.checkpoints import STORE
from triage.cli.wiring import now
from triage.domain import Card, Duty, Reading
from triage.storage.people import Session

_MOST_REMEMBERED = 10_000


def note(frame: Frame, session: Session, what: str, cards: Sequence[Card]) -> None:
    """Record that an auditor was shown these cards, or something of them: one record, whatever the number of cards.

    Before the page is sent: what cannot be recorded is not shown. Nothing is recorded of others, or of no card. Raises
    `StoreError`.
    """
    if not session.person.has(Duty.AUDITOR) or not cards:
        return
    companies = {card.key.company for card in cards}
    journal = frame.opened().store.journal
    journal.record(
        stream=companies.pop() if len(companies) == 1 else STORE,
        kind="reading",
        case=journal.keys.case_id(STORE, "readings"),
        event=None,
        value=Reading(by=session.person.name, what=what, records=len(cards), at=now()),
        subjects=[session.person.name],
    )


def listed(page: str, cards: Iterable[Card]) -> str:
    """What a page with several cards is called in its record: `queue: cards 7, 12`."""
    return f"{page}: cards {', '.join(str(card.number) for card in cards)}"


class QueueReadings:
    """Records what auditors are shown of the queue. Its renewal every minute is recorded for what is new on it only.

    What was shown is remembered in this process: after a start a renewal is recorded once more. Threads may share it.
    """

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._lock = threading.Lock()
        self._shown: dict[str, set[tuple[int, int]]] = {}

    def note(self, session: Session, cards: Sequence[Card], *, is_renewal: bool = False) -> None:
        """Record that these cards are shown; of a renewal those that were not shown before as they stand now."""
        if not session.person.has(Duty.AUDITOR):
            return
        name, stand = session.person.name, {(card.number, card.revision) for card in cards}
        with self._lock:
            known = set(self._shown.get(name, ()))
        told = [card for card in cards if not is_renewal or (card.number, card.revision) not in known]
        note(self._frame, session, listed("queue", told), told)
        with self._lock:
            self._shown[name] = stand if len(known) > _MOST_REMEMBERED else known | stand


__all__ = ["QueueReadings", "listed", "note"]

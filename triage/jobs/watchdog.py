"""The watchdog: open exceptions that nobody has touched for too long are marked, once for each stall."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from triage.audit.journal import Journal
from triage.cards import transitions
from triage.cards.published import stands
from triage.cards.store import CardStore
from triage.domain import Card, Stall, Stalled
from triage.domain.policies import PolicyBook
from triage.errors import Conflict, NewerRecord, OdooError, SwitchedOff
from triage.jobs.review import safe
from triage.odoo.load import Load
from triage.odoo.touched import Touch, touches
from triage.pipeline import Publish, publish
from triage.storage import records

log = structlog.get_logger("triage.jobs")

_PAGE = 200
_HOUR = 3600


@dataclass(frozen=True)
class Watched:
    """What came of one round."""

    seen: int = 0
    """Open cards that are about a record in Odoo."""
    stalled: int = 0
    """Newly marked."""
    lifted: int = 0
    """Somebody has acted since, and the mark is gone."""


class Watchdog:
    """Looks after the open cards of one store. `publish` brings a marked card's note up to date, if it has one."""

    def __init__(
        self,
        cards: CardStore,
        journal: Journal,
        load: Load,
        policies: PolicyBook,
        clock: Callable[[], datetime],
        publish: Publish | None = None,
    ) -> None:
        self._cards = cards
        self._journal = journal
        self._load = load
        self._policies = policies
        self._clock = clock
        self._publish = publish

    def once(self) -> Watched:
        """One round over all open cards. Raises `OdooUnavailable` where Odoo does not answer; marks that were made
        stand. Two at once mark a stall once.
        """
        seen = stalled = lifted = 0
        for page in self._pages():
            touched = self._touched(page)
            for card in page:
                touch = touched.get(card.proposal.record.key)
                if touch is None:
                    continue
                seen += 1
                stall = self._stall(card, touch)
                if stall is not None and (card.stall is None or card.stall.since != stall.since):
                    stalled += self._mark(card, stall)
                elif stall is None and card.stall is not None:
                    lifted += self._mark(card, None)
        return Watched(seen, stalled, lifted)

    def _pages(self) -> Iterator[Sequence[Card]]:
        after = 0
        while page := self._cards.waiting(_PAGE, after):
            yield page
            after = page[-1].number

    def _touched(self, page: Sequence[Card]) -> dict[str, Touch]:
        """What people did about the records of these cards, by the record's key."""
        by_model: dict[str, set[int]] = {}
        for card in page:
            record = card.proposal.record
            if record.id is not None and self._load.odoo.has(record.model, "message_ids"):
                by_model.setdefault(record.model, set()).add(record.id)
        today = self._clock().date()
        found: dict[str, Touch] = {}
        for model, numbers in sorted(by_model.items()):
            told = touches(self._load, model, sorted(numbers), today)
            found |= {f"{model}:{number}": touch for number, touch in told.items()}
        return found

    def _stall(self, card: Card, touch: Touch) -> Stall | None:
        now, least = self._clock(), self._policies.of(card.key.company).thresholds.untouched_hours
        said = [decision.at for decision in card.decisions]
        since = max([card.created_at, *said, *([touch.at] if touch.at else [])])
        if touch.is_planned or now - since < timedelta(hours=least):
            return None
        hours = int((now - since).total_seconds() // _HOUR)
        unowned = "" if touch.has_owner else ", and it has no owner"
        why = f"nobody has answered, changed or planned anything since {since:%Y-%m-%d %H:%M} UTC{unowned}"
        return Stall(since=since, hours=hours, why=why, at=now)

    def _mark(self, card: Card, stall: Stall | None) -> bool:
        """Mark a card, or lift its mark, together with the record of it; false where somebody was quicker."""
        try:
            with self._journal.database.locked((records.stream_lock(card.key.company),)):
                marked = self._cards.save(transitions.mark(card, stall), card.revision)
                self._journal.record(
                    stream=card.key.company,
                    kind="stall",
                    case=self._cards.case_key(card),
                    event=card.events[-1],
                    value=Stalled(card=card.id, stall=stall),
                )
        except (Conflict, NewerRecord):  # somebody was quicker, or only a newer version may write it
            return False
        self._say(marked)
        return True

    def _say(self, card: Card) -> None:
        if self._publish is None:
            return
        try:
            if stands(card, self._journal):
                publish(card, self._publish, self._cards, self._journal)
        except (OdooError, SwitchedOff, NewerRecord) as error:
            log.warning("note not brought up to date", card=str(card.id), error=safe(error))


__all__ = ["Watchdog", "Watched"]

"""What nobody asks for must still come to its end: open cards are looked at every day, and expire by policy.

Whether a card is over is judged where every event goes through, in `triage.pipeline`; here its record only gets an
event a day. And what a card's note should say of its end, but does not yet, is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import structlog

from triage.audit.journal import Journal
from triage.cards import transitions
from triage.cards.published import is_untold
from triage.cards.store import CardStore
from triage.domain import Arrival, Card, Door, Ending, Endings
from triage.domain.policies import PolicyBook
from triage.errors import Conflict, NewerRecord, OdooError, OdooUnavailable, SwitchedOff
from triage.jobs.review import safe
from triage.jobs.sweeps import Accepting
from triage.pipeline import Publish, publish
from triage.storage import records
from triage.storage.watermarks import Position, Watermarks

log = structlog.get_logger("triage.jobs")

SOURCE = "recheck"
_PART = "open cards"
_PAGE = 200
_LOOK_BACK = timedelta(days=14)
"""For so long a note that could not be brought up to date is tried again."""


@dataclass(frozen=True)
class Resolved:
    """What came of one round."""

    rechecked: int = 0
    """Records of open cards that got their event of the day."""
    expired: int = 0
    told: int = 0
    """Notes that say by now how their card ended."""
    is_behind: bool = False
    """There are more open cards: the next round may begin at once."""


class Resolution:
    """Looks after the open cards of one store. `place` names the connected Odoo (empty: there is none, so no record is
    looked at again), `publish` says on a note how its card ended; none where nothing is published.
    """

    def __init__(
        self,
        cards: CardStore,
        journal: Journal,
        inbox: Accepting,
        watermarks: Watermarks,
        policies: PolicyBook,
        place: str,
        clock: Callable[[], datetime],
        publish: Publish | None = None,
    ) -> None:
        self._cards = cards
        self._journal = journal
        self._inbox = inbox
        self._watermarks = watermarks
        self._policies = policies
        self._place = place
        self._clock = clock
        self._publish = publish

    def once(self) -> Resolved:
        """One round: a page of open cards, and the notes that are behind. Raises `OdooUnavailable` where Odoo gives no
        answer; the next round tries again, as it does with a note that Odoo refuses.
        """
        position, now = self._position(), self._clock()
        rechecked = expired = 0
        is_behind = False
        if position.moment.date() < now.date():
            page = self._cards.waiting(_PAGE, position.cursor_id)
            over = [card for card in page if self._is_expired(card, now)]
            expired = sum(self._expire(card, now) for card in over)
            rechecked = self._recheck(card for card in page if card not in over) if self._place else 0
            is_behind = len(page) == _PAGE
            moved = position.with_(cursor_id=page[-1].number) if is_behind else self._done(position, now)
            self._watermarks.move(position, moved)
        return Resolved(rechecked, expired, self._tell(now), is_behind)

    def _position(self) -> Position:
        known = self._watermarks.of(self._place).get(_PART)
        if known is not None:
            return known
        now = self._clock()
        yesterday = now - timedelta(days=1)
        return self._watermarks.begin(Position(self._place, _PART, yesterday, yesterday, now, now))

    @staticmethod
    def _done(position: Position, now: datetime) -> Position:
        day = datetime.combine(now.astimezone(UTC).date(), time(), tzinfo=UTC)
        return position.with_(moment=day, cursor_id=0, looked_at=now)

    def _recheck(self, cards: Iterable[Card]) -> int:
        now = self._clock()
        wanted = {card.proposal.record.key: card for card in cards if card.proposal.record.id is not None}
        arrivals = [
            Arrival(
                key=f"{self._place} {record} {now.date()}",
                source=SOURCE,
                door=Door.SWEEP,
                ref=card.proposal.record,
                company=card.key.company,
                received_at=now,
                due_at=now,
            )
            for record, card in wanted.items()
        ]
        return sum(each.new for each in self._inbox.accept_many(arrivals)) if arrivals else 0

    def _is_expired(self, card: Card, now: datetime) -> bool:
        days = self._policies.of(card.key.company).expire_days
        return days is not None and now - card.created_at >= timedelta(days=days)

    def _expire(self, card: Card, now: datetime) -> bool:
        """End a card, together with the record of it; false where somebody was quicker."""
        days = (now - card.created_at).days
        ending = Ending(card=card.id, state="expired", why=f"nobody has decided on it for {days} days", at=now)
        try:
            with self._journal.database.locked((records.stream_lock(card.key.company),)):
                self._cards.save(transitions.end(card, ending), card.revision)
                self._journal.record(
                    stream=card.key.company,
                    kind="ending",
                    case=self._cards.case_key(card),
                    event=card.events[-1],
                    value=Endings(cards=(ending,)),
                )
        except (Conflict, NewerRecord):  # somebody was quicker, or only a newer version may write it
            return False
        return True

    def _tell(self, now: datetime) -> int:
        """Say on notes how their cards ended, where they do not say it yet."""
        if self._publish is None:
            return 0
        told = 0
        for card in self._cards.ended_since(now - _LOOK_BACK):
            try:
                if not is_untold(card, self._journal):
                    continue
                publish(card, self._publish, self._cards, self._journal)
            except OdooUnavailable:
                raise
            except (OdooError, SwitchedOff, NewerRecord) as error:  # one card's trouble is not the next one's
                log.warning("note not brought up to date", card=str(card.id), error=safe(error))
            else:
                told += 1
        return told


__all__ = ["SOURCE", "Resolution", "Resolved"]

"""Claim a card, put it aside, take the last word back; each is a record, in one transaction with the row.

None of it is a decision: it changes who looks at a card and when, never what stands on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.audit.journal import Journal, open_record
from triage.cards import clusters, transitions
from triage.cards.store import CardStore, streams_of
from triage.domain import Act, Card, Handling, utc
from triage.errors import Conflict, DecisionRefused, KeyMissing, NewerRecord
from triage.storage import effects, queue, records
from triage.storage.queue import QueueRow

UNDO = timedelta(minutes=1)
"""A decision can be taken back for so long; what it sets going waits until then."""


@dataclass(frozen=True)
class Handler:
    """Does it, over one store."""

    cards: CardStore
    journal: Journal
    clock: Callable[[], datetime]

    def claim(self, handle: str, by: str) -> Card:
        """Say that somebody works on a card; claiming one's own again is harmless.

        Raises `DecisionRefused` where somebody else has it or it is closed, `UsageError` where there is none.
        """
        with self._alone(handle):
            card, row = self._waiting(handle)
            if row.claimed_by is not None and row.claimed_by != by:
                raise DecisionRefused(
                    f"card #{card.number}: {row.claimed_by} has had it since {row.claimed_at}; ask them, or have a "
                    "lead hand it over."
                ).coded("claimed", number=card.number, by=row.claimed_by, at=row.claimed_at)
            if row.claimed_by is None:
                self._set(card, row, by, self.clock())
                self._record(card, Act.CLAIM, by)
            return card

    def release(self, handle: str, by: str) -> Card:
        """Give a card back to the queue. Raises `DecisionRefused` where it is not theirs."""
        with self._alone(handle):
            card, row = self._waiting(handle)
            if row.claimed_by != by:
                raise DecisionRefused(f"card #{card.number}: it is not claimed by {by}.").coded(
                    "not_yours", number=card.number
                )
            self._set(card, row, None, None)
            self._record(card, Act.RELEASE, by)
            return card

    def hand_over(self, handle: str, by: str, to: str) -> Card:
        """Have somebody else work on it, whoever had it before."""
        with self._alone(handle):
            card, row = self._waiting(handle)
            self._set(card, row, to, self.clock())
            self._record(card, Act.HAND_OVER, by, to=to)
            return card

    def snooze(self, handle: str, by: str, until: datetime) -> Card:
        """Put a card aside until a time. Raises `DecisionRefused` where that is past, or further than its deadline."""
        with self._alone(handle):
            card, row = self._waiting(handle)
            act_by = card.proposal.suggestion.act_by
            if until <= self.clock():
                raise DecisionRefused(f"card #{card.number}: {utc(until)} is past.").coded(
                    "time_past", number=card.number, until=until
                )
            if act_by is not None and until > act_by.at > self.clock():
                raise DecisionRefused(
                    f"card #{card.number}: it cannot sleep longer than {utc(act_by.at)}, when somebody must have acted "
                    f"({act_by.source})."
                ).coded("too_long", number=card.number, until=act_by.at, source=act_by.source)
            queue.handle(
                self.journal.database, row.card, claimed_by=row.claimed_by, claimed_at=row.claimed_at,
                snoozed_until=utc(until),
            )  # fmt: skip
            self._record(card, Act.SNOOZE, by, until=until)
            return card

    def wake(self, handle: str, by: str) -> Card:
        """Bring a card back into the queue."""
        with self._alone(handle):
            card, row = self._waiting(handle)
            queue.handle(
                self.journal.database, row.card, claimed_by=row.claimed_by, claimed_at=row.claimed_at,
                snoozed_until=None,
            )  # fmt: skip
            self._record(card, Act.WAKE, by)
            return card

    def undo(
        self, handle: str, by: str, asked_at: datetime | None = None, channel: str = "", request: str = ""
    ) -> Card:
        """Take one's own last decision back, while nothing has come of it: the card is as it was before.

        `asked_at` is when they asked for it, where that was not now, by whichever clock: it counts as now at the most.
        `channel` and `request` say by which way, as of a decision. The decision stays in the journal.

        Raises `DecisionRefused` where it is somebody else's, too old, or where what it set going is done, and
        `Conflict` where the card changed since.
        """
        with self._alone(handle):
            card = self.cards.get(handle)
            now = self.clock()
            last = card.decisions[-1] if card.decisions else None
            if last is None or last.by != by:
                raise DecisionRefused(f"card #{card.number}: the last word on it is not {by}'s.").coded(
                    "not_last", number=card.number
                )
            if min(asked_at or now, now) - last.at > UNDO:
                raise DecisionRefused(
                    f"card #{card.number}: the minute for taking it back is over. Correct it in Odoo, or withdraw it."
                ).coded("undo_late", number=card.number)
            waits = effects.cancel(self.journal.database, str(card.id), card.revision, utc(now))
            if not waits and any(
                each.revision == card.revision for each in effects.of_card(self.journal.database, str(card.id))
            ):
                raise DecisionRefused(f"card #{card.number}: what it set going is under way or done.").coded(
                    "undo_done", number=card.number
                )
            restored = self.cards.save(clusters.undo(card, now), card.revision)
            self._claim_again(restored)
            told = {"channel": channel, "request": request}
            self._record(card, Act.UNDO, by, acting={name: value for name, value in told.items() if value})
            if restored.decisions:  # what the word before it set going was of a revision that is gone
                set_going(self.journal, restored, now)
            return restored

    def _alone(self, handle: str) -> AbstractContextManager[None]:
        """A transaction that begins with the locks that the card's records need: whoever took them at the end would
        wait for one who has them and waits for the card's row. Nobody else claims what is being claimed."""
        return self.journal.database.locked(streams_of(self.cards.get(handle)))

    def _waiting(self, handle: str) -> tuple[Card, QueueRow]:
        card = self.cards.get(handle)
        row = queue.of_card(self.journal.database, str(card.id))
        if row is None:
            raise Conflict(f"card #{card.number}: it is in no queue; look at it again.").coded(
                "changed", number=card.number
            )
        if not transitions.is_undecided(card):
            raise transitions.closed(card)
        return card, row

    def _claim_again(self, card: Card) -> None:
        """Who had a card when it closed has it again. The queue has forgotten that; the journal has not."""
        row = queue.of_card(self.journal.database, str(card.id))
        if row is None or row.claimed_by is not None:
            return
        had: tuple[str | None, datetime | None] = None, None
        told = [each for some in records.handlings(self.journal.database, [str(card.id)]) for each in some]
        for record in sorted(told, key=lambda each: each.seq):
            try:
                done = open_record(record, self.journal.keys)
            except (KeyMissing, NewerRecord):
                continue
            if isinstance(done, Handling) and done.card == card.id:
                had = {
                    Act.CLAIM: (done.by, done.at),
                    Act.HAND_OVER: (done.to, done.at),
                    Act.RELEASE: (None, None),
                }.get(done.act, had)
        self._set(card, row, *had)

    def _set(self, card: Card, row: QueueRow, who: str | None, at: datetime | None) -> None:
        queue.handle(
            self.journal.database, str(card.id), claimed_by=who, claimed_at=None if at is None else utc(at),
            snoozed_until=row.snoozed_until,
        )  # fmt: skip

    def _record(
        self,
        card: Card,
        act: Act,
        by: str,
        *,
        to: str | None = None,
        until: datetime | None = None,
        acting: Mapping[str, str] | None = None,
    ) -> None:
        self.journal.record(
            stream=card.key.company,
            kind="handling",
            case=self.cards.case_key(card),
            event=card.events[-1],
            value=Handling(card=card.id, act=act, by=by, at=self.clock(), to=to, until=until),
            acting=acting or {},
            subjects=[by] if to is None else [by, to],
        )


def set_going(journal: Journal, card: Card, at: datetime) -> None:
    """Have a worker do what a decision brings with it, once its minute is over: after a first word of two only the note
    changes. Only in the decision's transaction."""
    effects.add(journal.database, str(card.id), card.revision, utc(at + UNDO))

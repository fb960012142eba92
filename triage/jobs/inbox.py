"""The inbox: an arrival is kept before it is acknowledged, and ends in exactly one recorded outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import cast

from triage.audit import sealing
from triage.audit.journal import Journal
from triage.domain import Arrival, ArrivalRecord, DeadLetter, Door, Event, Outcome, utc
from triage.errors import ChainBroken, Conflict, KeyMissing, StoreError, UsageError
from triage.storage import inbox as rows
from triage.storage import records
from triage.storage.inbox import CASE, DEAD, DONE, NOTHING, QUESTION, QUEUED, WAITING, WORKING, InboxRow

_NOTHING: Mapping[str, str] = MappingProxyType({})
_SHORTEST_PREFIX = 8
_AT_ONCE = 100


class _ClosedMeanwhile(Exception):
    """Undoes the record of an outcome where somebody else has moved the row."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """That an arrival is kept."""

    id: str
    """Keyed hash of source and key (64 hex digits)."""
    new: bool
    """False where the same one had come before."""


class Inbox:
    """Takes arrivals in, says where each stands, and closes them.

    Every method raises `StoreError` where the store cannot be read or written; then nothing has changed. The methods
    that change a row may be called again: what is done is not done twice.
    """

    def __init__(self, journal: Journal, clock: Callable[[], datetime]) -> None:
        self.journal = journal
        self.database = journal.database
        self._keys = journal.keys
        self._clock = clock

    def accept(self, arrival: Arrival) -> Accepted:
        """Keep an arrival. It is on the disk when this returns; the same source and key again is no second one.

        Threads that accept at the same time share one commit.
        """
        row = self._sealed(arrival)
        return Accepted(row.id, self.database.grouped(lambda: rows.insert(self.database, row)))

    def accept_many(self, arrivals: Sequence[Arrival]) -> list[Accepted]:
        """Keep several, all or none, in one commit."""
        sealed = [self._sealed(arrival) for arrival in arrivals]
        with self.database.transaction():
            new = rows.insert_many(self.database, sealed)
        told = []
        for row in sealed:
            told.append(Accepted(row.id, row.id in new))
            new.discard(row.id)
        return told

    def id_of(self, source: str, key: str) -> str:
        """The id that an arrival of this source and key has or would have."""
        return self._keys.keyed_hash("arrival", source, key)

    def get(self, arrival: str) -> InboxRow | None:
        """Where an arrival stands, by its id."""
        return rows.by_id(self.database, arrival)

    def find(self, handle: str) -> InboxRow:
        """The same by the first characters of its id, at least eight. Raises `UsageError` where none is meant."""
        text = handle.strip().lower()
        if len(text) < _SHORTEST_PREFIX or not set(text) <= set("0123456789abcdef"):
            raise UsageError(f"{handle!r} names no job: give its id, or at least {_SHORTEST_PREFIX} characters of it.")
        found = rows.by_prefix(self.database, text)
        if not found:
            raise UsageError(f"there is no job {handle}.")
        if len(found) > 1:
            raise UsageError(f"several jobs begin with {handle}: give more characters.")
        return found[0]

    def load(self, row: InboxRow) -> Arrival:
        """What an arrival says. Raises `KeyMissing` where it was erased or taken away, `ChainBroken` where changed."""
        if row.sealed is None:
            raise KeyMissing(f"job {row.id[:12]}: what came in was taken away.")
        content = sealing.unseal(row.sealed, self._keys, row.key_case, row.place())
        return cast(Arrival, sealing.decode(content))

    def outcome(self, row: InboxRow) -> Outcome | None:
        """How an arrival ended, from the journal; none while it has not. Raises `KeyMissing` where that was erased."""
        if row.stream is None or row.outcome_seq is None:
            return None
        record = records.at(self.database, row.stream, row.outcome_seq)
        if record is None:
            raise ChainBroken(f"job {row.id[:12]}: its outcome is not in the journal.")
        found = self.journal.opened(record)
        return found.outcome if isinstance(found, ArrivalRecord) else None

    def event(self, row: InboxRow) -> Event | None:
        """The event that an arrival led to, from the journal; none while its record was not read."""
        if row.event is None:
            return None
        found = records.of_event(self.database, row.event, row.stream)
        return next((cast(Event, self.journal.opened(each)) for each in found if each.kind == "event"), None)

    def event_id(self, event: Event) -> str:
        """The id under which a row names an event."""
        return self._keys.event_id(event.key)

    def start(self, arrival: str, run: int, worker: str) -> InboxRow | None:
        """Begin, or begin again, a run of an arrival; none where it is not this run's turn any more.

        Raises `Conflict` where another arrival on the same record is being worked on.
        """
        with self.database.transaction():
            row = rows.by_id(self.database, arrival)
            if row is None or row.run != run or row.state in {DONE, DEAD}:
                return None
            if (other := rows.working_on(self.database, row.record)) and other.id != arrival:
                raise Conflict(f"job {arrival[:12]}: its record is being reviewed by job {other.id[:12]}.")
            rows.change(self.database, arrival, {"run": run}, {"state": WORKING, "worker": worker})
            return rows.by_id(self.database, arrival)

    def remember(self, row: InboxRow, event: Event) -> None:
        """Note which event an arrival led to, in the transaction that records the event.

        Raises `Conflict` where the run is not with this worker any more.
        """
        changes = {"event": self.event_id(event), "stream": event.company}
        if not rows.change(self.database, row.id, _of_run(row), changes):
            raise Conflict(f"job {row.id[:12]}: another worker has it in hand.")

    def knows(self, event: Event) -> bool:
        """Whether the journal has this event already."""
        return records.case_of_event(self.database, self.event_id(event), event.company) is not None

    def later(self, event: Event) -> list[Event]:
        """Events on the same record that were captured after this one and have their outcome, in order."""
        case = self.journal.case_key(event)
        found = records.later_events(self.database, self.event_id(event), event.company, case)
        try:
            every = [cast(Event, self.journal.opened(record)) for record in found]
        except KeyMissing:
            return []  # erased, and with it what it showed
        return [each for each in every if self.journal.of(each).outcome() is not None]

    def others(self, row: InboxRow) -> list[InboxRow]:
        """Other arrivals on the same record that nobody works on and that bring nothing along, oldest first."""
        return rows.others_open(self.database, row)

    def carry(self, later: InboxRow, row: InboxRow) -> bool:
        """Have a later arrival wait no longer than this one would have had to; false where it is being worked on."""
        since = min(later.since, row.since)
        return rows.change(self.database, later.id, {"state": (WAITING, QUEUED), "run": later.run}, {"since": since})

    def finish(
        self,
        arrival: str,
        outcome: Outcome,
        *,
        by: str | None = None,
        why: str = "",
        carried_by: str | None = None,
        acting: Mapping[str, str] = _NOTHING,
    ) -> bool:
        """Close an arrival with its outcome: the row and a record of kind `arrival`, together or not at all.

        False where it was closed already.
        """
        row = rows.by_id(self.database, arrival)
        if row is None or row.state == DONE:
            return False
        try:
            self._close(row, outcome, by, why, carried_by, acting)
        except _ClosedMeanwhile:
            return False
        return True

    def _close(
        self,
        row: InboxRow,
        outcome: Outcome,
        by: str | None,
        why: str,
        carried_by: str | None,
        acting: Mapping[str, str],
    ) -> None:
        with self.database.transaction():
            stream, seq = self._record(row, outcome, by, why, acting)
            changes = {
                "state": DONE,
                "outcome": outcome.kind,
                "stream": stream,
                "outcome_seq": seq,
                "carried_by": carried_by,
                "finished_at": utc(self._clock()),
                "worker": None,
            }
            if not rows.change(self.database, row.id, {"state": row.state, "run": row.run}, changes):
                raise _ClosedMeanwhile

    def wait(
        self, row: InboxRow, until: datetime, error: str | None = None, *, down: bool = False, version: int = 0
    ) -> bool:
        """Put a run back to wait; this burns no attempt. `down`: for something that is down, so it waits longer.
        `version`: for a worker of that version or a later one.

        False where it is not this run's turn any more, or not with this worker.
        """
        waits = row.waits + 1 if down else row.waits
        return self._back(row, until, {"error": error, "waits": waits, "version": max(row.version, version)})

    def fail(self, row: InboxRow, error: str, until: datetime, most: int) -> bool:
        """Count a failed attempt: the arrival waits until then, or is dead after `most` attempts.

        False where it is not this run's turn any more, or not with this worker.
        """
        tried = row.attempts + 1
        changes = {"error": error, "attempts": tried, "waits": 0}
        if tried < most:
            return self._back(row, until, changes)
        return rows.change(self.database, row.id, _of_run(row), {"state": DEAD, "worker": None, **changes})

    def dead(self) -> Iterator[InboxRow]:
        """All that was given up and waits for a person, the oldest first, a page at a time."""
        after = ("", "")
        while found := self.page([DEAD], _AT_ONCE, after):
            yield from found
            after = (found[-1].received_at, found[-1].id)

    def page(self, states: Sequence[str], limit: int, after: tuple[str, str] = ("", "")) -> list[InboxRow]:
        """Rows in these states by time and id, after a (received_at, id)."""
        return rows.page(self.database, states, limit, after)

    def retry(self, arrival: str, by: str, why: str) -> None:
        """Have a dead arrival tried again, from its first attempt; who and why is recorded.

        Raises `UsageError` where it is not dead, or where nobody or no reason is named.
        """
        with self.database.transaction():
            row = self._dead(arrival, by, why)
            self._record(row, None, by, why, _NOTHING)
            changes = {"state": WAITING, "run": row.run + 1, "attempts": 0, "waits": 0, "due_at": utc(self._clock())}
            rows.change(self.database, arrival, {"state": DEAD}, changes)

    def discard(self, arrival: str, by: str, why: str) -> None:
        """Close a dead arrival for good, as a dead letter; who and why is recorded. Raises as `retry` does."""
        with self.database.transaction():
            row = self._dead(arrival, by, why)
            self.finish(arrival, DeadLetter(why=row.error or "it failed"), by=by, why=why)

    def counts(self) -> dict[str, int]:
        """How many arrivals are in each state."""
        return rows.counts(self.database)

    def purge(self, payloads_before: datetime, rows_before: datetime) -> tuple[int, int]:
        """Take away what finished arrivals said, and delete old rows; how many of each.

        The keys of days on which all was taken away go with it: then no copy of the store can be read for these days.
        """
        before = utc(payloads_before)
        days = rows.day_keys(self.database, before)
        with self.database.transaction():
            dropped = rows.drop_payloads(self.database, before)
            deleted = rows.delete_finished(self.database, utc(rows_before))
        for key_case in days:
            if not rows.key_in_use(self.database, key_case):
                self._keys.delete(key_case, at=self._clock())
        return dropped, deleted

    def _sealed(self, arrival: Arrival) -> InboxRow:
        case = self._key_case(arrival)
        due = utc(arrival.due_at)
        row = InboxRow(
            id=self.id_of(arrival.source, arrival.key),
            source=arrival.source,
            door=arrival.door.value,
            company=arrival.company,
            record=self._keys.keyed_hash("arrival-record", arrival.ref.key),
            carries=CASE
            if arrival.case is not None
            else QUESTION
            if arrival.answer_to is not None or arrival.door is Door.BRIDGE
            else NOTHING,
            key_case=case,
            sealed=None,
            received_at=utc(arrival.received_at),
            since=utc(arrival.received_at),
            due_at=due,
            state=WAITING,
            run=1,
            attempts=0,
            waits=0,
            worker=None,
            started_at=None,
            event=None,
            stream=None,
            outcome=None,
            outcome_seq=None,
            carried_by=None,
            error=None,
            finished_at=None,
        )
        sealed = sealing.seal(sealing.encode(arrival), self._keys.key_for(case), row.place())
        return row.with_sealed(sealed)

    def _key_case(self, arrival: Arrival) -> str:
        """Case id of the key that seals an arrival: a case that it brings goes with everything about that case.

        What only names a record is sealed with a key of the company and the day: making a key for each would cost
        more than keeping the arrival.
        """
        if arrival.case is not None:
            return self._keys.case_id(arrival.case.company.name, arrival.ref.key)
        return self._keys.case_id(arrival.company, f"inbox:{arrival.received_at.astimezone(UTC).date()}")

    def _record(
        self, row: InboxRow, outcome: Outcome | None, by: str | None, why: str, acting: Mapping[str, str]
    ) -> tuple[str, int]:
        """Append the record of kind `arrival`; its stream and sequence."""
        arrival, event = self._said(row)
        stream = event.company if event else row.stream or row.company
        if event:
            case = self.journal.case_key(event)
        else:
            case = self._keys.case_id(row.company, arrival.ref.key) if arrival else row.key_case
        seq = self.journal.record(
            stream=stream,
            kind="arrival",
            case=case,
            event=event.key if event else None,
            value=ArrivalRecord(
                id=row.id,
                source=row.source,
                door=Door(row.door),
                ref=arrival.ref if arrival else None,
                received_at=datetime.fromisoformat(row.received_at),
                outcome=outcome,
                by=by,
                why=why,
            ),
            acting=acting,
            subjects=[by] if by else [],
        )
        return stream, seq

    def _said(self, row: InboxRow) -> tuple[Arrival | None, Event | None]:
        """What an arrival says and the event that it led to, as far as that can be read: that an arrival ended is
        recorded also where its content was erased, or changed by somebody; then without a word of what it was about.
        """
        try:
            event = self.event(row)
        except KeyMissing:
            return None, None
        try:
            return self.load(row), event
        except StoreError:
            return None, event

    def _back(self, row: InboxRow, until: datetime, changes: Mapping[str, object]) -> bool:
        given = {"state": WAITING, "run": row.run + 1, "due_at": utc(until), "worker": None, **changes}
        return rows.change(self.database, row.id, _of_run(row), given)

    def _dead(self, arrival: str, by: str, why: str) -> InboxRow:
        if not by.strip() or not why.strip():
            raise UsageError("who decides, and why? Name the person and the reason.").coded("who_and_why")
        row = rows.by_id(self.database, arrival)
        if row is None or row.state != DEAD:
            state = "not in the inbox" if row is None else row.state
            said = f"job {arrival[:12]} is {state}, not dead: there is nothing to decide."
            raise UsageError(said).coded("not_dead", job=arrival[:12])
        return row


def _of_run(row: InboxRow) -> dict[str, object]:
    """What is true of a row as long as this run is the one that counts."""
    return {"run": row.run, "state": (QUEUED, WORKING), "worker": row.worker}


def backoff(times: int, first: float, most: float) -> timedelta:
    """How long to wait after so many failures in a row: `first` seconds, doubled each time, up to `most`."""
    return timedelta(seconds=min(most, first * 2 ** min(times, 30)))


__all__ = ["Accepted", "Inbox", "backoff"]

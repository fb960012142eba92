"""One job: an arrival is brought to its outcome, and whatever happens meanwhile, it is brought there once."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars

from triage import tracing
from triage.domain import (
    Abstained,
    Advised,
    Arrival,
    Case,
    Category,
    Coalesced,
    Company,
    Event,
    Gone,
    Mode,
    NoException,
    Outcome,
    Policy,
    RecordRef,
    Superseded,
    fingerprint,
)
from triage.domain.policies import PolicyBook
from triage.errors import (
    AccessDenied,
    ConfigurationError,
    Conflict,
    KeyMissing,
    ModelUnavailable,
    NewerRecord,
    OdooUnavailable,
    RecordMissing,
    StoreError,
    SwitchedOff,
)
from triage.jobs.bounds import Gate, bounded
from triage.jobs.configuration import JobsConfiguration
from triage.jobs.counting import count_failure, count_outcome, count_wait
from triage.jobs.inbox import Inbox, backoff
from triage.odoo.card_rows import MODEL as CARD_ROWS
from triage.pipeline import Desk, Source, triage
from triage.storage.inbox import CASE, NOTHING, InboxRow

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
OFF = "policy switches every category off"
ASKED = "somebody pressed a button of a card in Odoo"

log = structlog.get_logger("triage.jobs")


class Live(Source, Protocol):
    """Records of a connected Odoo, read anew for each job."""

    def event(self, ref: RecordRef) -> Event:
        """The event of this record as it is now. Raises `RecordMissing` where it is gone or hidden."""


class Office(Protocol):
    """Where jobs get what they work with. Safe for threads."""

    def source(self) -> Live:
        """A source that has read nothing yet. Raises `OdooUnavailable` where Odoo cannot be reached."""

    def desk(self, source: Source) -> Desk:
        """A desk over this source, under the policy in force, and publishing where that wants it."""

    def policies(self) -> PolicyBook:
        """The policies in force."""

    def acting(self) -> dict[str, str]:
        """Names and hashes of what acts: the same case under other rules is another event."""


class Switch(Protocol):
    """The kill switch."""

    def check(self, company: str | None = None) -> None:
        """Raise `SwitchedOff` where nothing may be done for this company now; without one, for anybody."""


class Answering(Protocol):
    """Tells a caller who asked for an answer how it ended. Doing it again is harmless."""

    def answer(self, arrival: Arrival, outcome: Outcome) -> None:
        """Post the answer. Raises `OdooUnavailable` where it cannot be delivered now."""


class TooLong(Exception):
    """The job has had its time."""


@dataclass(frozen=True)
class _Job:
    row: InboxRow
    began: float
    """On the monotonic clock, in seconds."""


class Outages:
    """What this worker found to be down, and until when it is left alone."""

    def __init__(self) -> None:
        self._odoo_until = 0.0

    def odoo_down(self, seconds: float) -> None:
        """Odoo gave no answer; it is asked again after so long."""
        self._odoo_until = time.monotonic() + seconds

    def odoo_up(self) -> None:
        """Odoo has answered."""
        self._odoo_until = 0.0

    @property
    def is_odoo_down(self) -> bool:
        """Whether it is too early to ask Odoo again."""
        return time.monotonic() < self._odoo_until


class Reviewer:
    """Runs jobs. Safe for threads."""

    def __init__(
        self,
        inbox: Inbox,
        office: Office,
        configuration: JobsConfiguration,
        worker: str,
        clock: Callable[[], datetime],
        *,
        switch: Switch | None = None,
        answering: Answering | None = None,
        gate: Gate | None = None,
        asked: Callable[[], object] | None = None,
    ) -> None:
        self.outages = Outages()
        self._inbox = inbox
        self._office = office
        self._set = configuration
        self._worker = worker
        self._clock = clock
        self._switch = switch
        self._asked = asked
        self._answering = answering
        self._gate = gate
        self._stopping = False
        self._running: dict[str, _Job] = {}

    @property
    def running(self) -> int:
        """How many jobs are being worked on."""
        return len(self._running)

    def stop(self) -> None:
        """Begin no job any more: those that were taken from the queue go back to wait."""
        self._stopping = True

    def stuck(self) -> list[InboxRow]:
        """Jobs that have been in one step for so long that only ending the process helps."""
        limit = time.monotonic() - self._set.stuck_seconds
        return [job.row for job in list(self._running.values()) if job.began < limit]

    def review(self, arrival: str, run: int) -> None:
        """One run of an arrival. It ends with an outcome, or with the arrival back in the inbox: to wait, or dead."""
        row = None if arrival in self._running else self._begin(arrival, run)
        if row is None:
            return
        self._running[arrival] = _Job(row, time.monotonic())
        try:
            with bound_contextvars(job=row.id, event_id=row.event, trace=tracing.trace_of(row.id)):
                self._brought(row)
        finally:
            self._running.pop(arrival, None)

    def _brought(self, row: InboxRow) -> None:
        """Bring it to its outcome, or say what keeps it from that."""
        try:
            with tracing.job(row.id, {"triage.job": row.id, "triage.attempt": row.attempts + 1}) as span:
                _say_waits(row)
                self._bring(row, span)
        except NewerRecord as error:
            self._inbox.wait(row, self._clock(), safe(error), version=error.version)
            log.warning("job left to a newer version", job=row.id, version=error.version)
        except (SwitchedOff, OdooUnavailable, ModelUnavailable, AccessDenied, ConfigurationError) as error:
            self._wait(row, error)
        except StoreError as error:
            self._wait(row, error) if type(error) is StoreError else self._fail(row, error)
        except Exception as error:  # whatever it is, it must not take the other jobs with it
            self._fail(row, error)

    def failed(self, row: InboxRow, error: str) -> None:
        """Count a failed attempt that no error of this process tells of."""
        pause = backoff(row.attempts, self._set.backoff_seconds, self._set.backoff_most_seconds)
        if self._inbox.fail(row, error, self._clock() + pause, self._set.attempts):
            dead = row.attempts + 1 >= self._set.attempts
            count_failure(dead)
            log.warning("job dead" if dead else "job failed", job=row.id, attempt=row.attempts + 1, error=error)

    def _begin(self, arrival: str, run: int) -> InboxRow | None:
        try:
            row = self._inbox.start(arrival, run, self._worker)
        except Conflict:
            row = self._inbox.get(arrival)
            if row is not None and row.run == run:
                self._inbox.wait(row, self._clock() + timedelta(seconds=self._set.busy_seconds))
            return None
        if row is not None and self._stopping:
            self._inbox.wait(row, self._clock())
            return None
        return row

    def _bring(self, row: InboxRow, span: tracing.Span) -> None:
        outcome = self._reviewed(row) if row.event is None else self._resumed(row)
        if outcome is None:
            return
        if row.carries != NOTHING:
            self._answer(row, outcome)
        if self._inbox.finish(row.id, outcome, acting=self._office.acting()):
            count_outcome(self._inbox, row, outcome, self._clock())
            span.say({"triage.outcome": outcome.kind, "triage.cards": ",".join(cards_of(outcome))})
            log.info("job done", job=row.id, outcome=outcome.kind, cards=cards_of(outcome))

    def _resumed(self, row: InboxRow) -> Outcome:
        """The journal holds what was captured; nothing is read again. Where a newer snapshot of the record has come to
        its outcome meanwhile, that one stands.
        """
        try:
            event = self._inbox.event(row)
            if event is None:
                return Gone()
            later = self._inbox.later(event)
            if later and self._inbox.journal.of(event).outcome() is None:
                return Coalesced(into=later[-1].key)
            return triage(event, self._desk(_Recorded(), row, event.company))
        except KeyMissing:
            return Gone()  # erased meanwhile

    def _reviewed(self, row: InboxRow) -> Outcome | None:
        try:
            arrival = self._inbox.load(row)
        except KeyMissing:
            return Gone()  # erased meanwhile
        self._look(row.company)
        if nothing := self._nothing_to_review(arrival):
            return NoException(why=nothing)
        if arrival.case is not None:
            given = _Given(arrival, arrival.case, self._office.acting())
            return self._triaged(row, given, given.event())
        if self._superseded(row):
            return None
        source = self._office.source()
        try:
            event = source.event(arrival.ref)
        except RecordMissing:
            return Gone()
        self.outages.odoo_up()
        event = event.with_(source=f"odoo.{arrival.door.value}", received_at=arrival.received_at)
        return self._triaged(row, source, event)

    def _nothing_to_review(self, arrival: Arrival) -> str:
        """Why there is nothing to read, once what the arrival hints at is done; empty where there is."""
        if arrival.ref.model == CARD_ROWS:
            if self._asked is not None:
                self._asked()
            return ASKED
        return OFF if all(map(is_off, self._office.policies().every())) else ""

    def _triaged(self, row: InboxRow, source: Source, event: Event) -> Outcome:
        journal, desk = self._inbox.journal, self._desk(source, row, event.company)
        bind_contextvars(event_id=self._inbox.event_id(event))
        while self._inbox.knows(event):
            later = self._inbox.later(event)
            if not later:
                if journal.of(event).outcome() is not None:
                    return Coalesced(into=event.key)
                break
            # As it was once before, but not in between: that is another event.
            event = event.with_(key=f"{event.key.partition(':')[0]}:{fingerprint([event.key, later[0].key])}")
        with self._inbox.database.transaction():
            # What was read stands in the journal together with the event: nobody can find one without the other.
            journal.of(event).atomic("capture", event.ref, desk.source.capture)
            self._inbox.remember(row, event)
        return triage(event, desk)

    def _superseded(self, row: InboxRow) -> bool:
        """Whether a later arrival on the same record, which is not due yet, takes this one's place; else this one
        takes along what is due on the record: it is read after all of these came.
        """
        now = self._clock()
        others = self._inbox.others(row)
        later = [one for one in others if (one.received_at, one.id) > (row.received_at, row.id)]
        waited = now - datetime.fromisoformat(row.since)
        if later and row.carries == NOTHING and waited < timedelta(seconds=self._set.burst_seconds):
            last = later[-1]
            if datetime.fromisoformat(last.due_at) > now and self._inbox.carry(last, row):
                self._inbox.finish(row.id, Superseded(by=f"arrival:{last.id}"), carried_by=last.id)
                return True
        for one in others:
            if datetime.fromisoformat(one.due_at) <= now:
                self._inbox.finish(one.id, Coalesced(into=f"arrival:{row.id}"), carried_by=row.id)
        return False

    def _desk(self, source: Source, row: InboxRow, company: str) -> Desk:
        until = time.monotonic() + self._set.job_seconds

        def check() -> None:
            if time.monotonic() > until:
                raise TooLong
            if self._running.get(row.id):
                self._running[row.id] = _Job(row, time.monotonic())
            self._look(company)

        return bounded(self._office.desk(source), check, self._gate)

    def _look(self, company: str) -> None:
        if self._switch is not None:
            self._switch.check(company)

    def _answer(self, row: InboxRow, outcome: Outcome) -> None:
        if self._answering is None or row.carries == CASE or row.sealed is None:
            return
        try:
            arrival = self._inbox.load(row)
        except KeyMissing:
            return  # erased, and with it where the answer should go
        if arrival.answer_to is not None:
            self._answering.answer(arrival, outcome)

    def _wait(self, row: InboxRow, error: Exception) -> None:
        count_wait(error)
        if isinstance(error, SwitchedOff):
            self._inbox.wait(row, self._clock() + timedelta(seconds=self._set.off_seconds), "the kill switch is off")
            return
        pause = backoff(row.waits, self._set.outage_seconds, self._set.outage_most_seconds)
        wanted = timedelta(seconds=getattr(error, "retry_after", None) or 0.0)
        if isinstance(error, OdooUnavailable | AccessDenied):
            self.outages.odoo_down(self._set.outage_seconds)
        said = safe(error)
        if self._inbox.wait(row, self._clock() + max(pause, wanted), said, down=True):
            log.warning("job waits", job=row.id, error=said, seconds=max(pause, wanted).total_seconds())

    def _fail(self, row: InboxRow, error: Exception) -> None:
        self.failed(row, safe(error))


def cards_of(outcome: Outcome) -> list[str]:
    """Ids of the cards that an outcome made or brought up to date."""
    return [str(card) for card in outcome.cards] if isinstance(outcome, Advised | Abstained) else []


def _say_waits(row: InboxRow) -> None:
    """Where the time since the acknowledgement went: waiting to be due and handed over, then for a free thread."""
    tracing.waited("inbox", row.received_at, row.started_at)
    if row.started_at is not None:
        tracing.waited("queue", row.started_at)


def is_off(policy: Policy) -> bool:
    """Whether a policy switches everything off."""
    return all(policy.mode(category) is Mode.OFF for category in Category)


_OURS = Path(__file__).parents[2]


def safe(error: Exception) -> str:
    """What went wrong and where, without a word of what was being read: messages name records, files and people."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [
        frame for frame in frames if _OURS in Path(frame.filename).parents and "site-packages" not in frame.filename
    ]
    where = next((f" at {Path(f.filename).relative_to(_OURS)}:{f.lineno}" for f in reversed(ours)), "")
    kind = getattr(error, "kind", "")
    return f"{type(error).__name__}{f' ({kind})' if isinstance(kind, str) and kind else ''}{where}"


class _Recorded:
    """What was captured stands in the journal."""

    def capture(self, ref: RecordRef) -> Case | None:
        """Never asked: the journal has it."""
        raise KeyMissing(f"{ref.model}: what was captured is not in the journal any more.")


class _Given:
    """The case that an arrival brought along.

    The same case on the same day and under the same rules is the same event, whenever it was taken.
    """

    def __init__(self, arrival: Arrival, case: Case, acting: dict[str, str]) -> None:
        self._arrival = arrival
        self._case = case
        self._acting = acting

    def event(self) -> Event:
        """The event of this case."""
        case, company = self._case, self._case.company
        day = case.captured_at.astimezone(_zone(company)).date().isoformat()
        seen = [self._arrival.source, case.with_(captured_at=_NEVER).fingerprint(), day, self._acting]
        return Event(
            key=f"case:{fingerprint(seen)}",
            source=self._arrival.door.value,
            company=company.name,
            ref=case.record,
            received_at=self._arrival.received_at,
        )

    def capture(self, ref: RecordRef) -> Case | None:
        """The case."""
        return self._case


def _zone(company: Company) -> tzinfo:
    try:
        return ZoneInfo(company.timezone)
    except (KeyError, ValueError, OSError):
        return UTC


__all__ = ["OFF", "Answering", "Live", "Office", "Outages", "Reviewer", "Switch", "TooLong", "is_off", "safe"]

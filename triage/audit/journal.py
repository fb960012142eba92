"""The journal: every step of an event is recorded before it is used, and nothing that is recorded is done twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar, cast

from triage import metrics, tracing
from triage.audit import sealing
from triage.audit.chain import GENESIS, Envelope, bound_of
from triage.audit.sealing import Secrets
from triage.audit.subjects import subjects_of
from triage.domain import Event, Frozen, Outcome, fingerprint, utc
from triage.errors import ChainBroken, Conflict, KeyMissing, StoreError, UsageError
from triage.storage import records
from triage.storage.database import Database
from triage.storage.keys import CaseKey, Keys
from triage.storage.records import Record

InputT = TypeVar("InputT")
T = TypeVar("T", bound=Frozen | None)
ResultT = TypeVar("ResultT")

_HEX = frozenset("0123456789abcdef")
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Ready:
    """What a record is sealed from, wherever in the chain it comes to stand."""

    content: bytes
    key: CaseKey
    subjects: tuple[str, ...]


@dataclass(slots=True)
class _Entry:
    """What is to be appended; the chain adds place, time and hashes."""

    stream: str
    kind: str
    case: str
    value: Frozen | None
    step: str | None = None
    event: str | None = None
    once: str | None = None
    acting: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    subjects: Iterable[str] = ()
    under: bytes | None = None
    """Id of the only key that may seal it; none: whichever key the case has."""
    ready: _Ready | None = None
    unsure: Record | None = None
    """What it became when the connection broke: nobody said whether it was written."""


class Journal:
    """Append-only, chained per stream (company), sealed per case.

    `clock` gives the time of a record. Every method raises `StoreError` where the store cannot be written; then
    nothing was recorded.
    """

    def __init__(self, database: Database, keys: Keys, clock: Callable[[], datetime]) -> None:
        keys.belong_to(database)
        self.database = database
        self.keys = keys
        self._clock = clock
        self._tails: dict[str, tuple[int, str]] = {}
        """Sequence and hash of what this process appended last, by stream: a guess, which the store checks."""
        self._shared: set[str] = set()
        """Streams to which others append as well just now: there a guess is mostly wrong."""

    def of(self, event: Event) -> Log:
        """The log of one event. An event that was never seen is recorded first (kind `event`)."""
        once = self._once(event.company, event.key, "event")
        found = records.recorded_once(self.database, once)
        if found is None:
            entry = _Entry(
                stream=event.company,
                kind="event",
                case=self.case_key(event),
                value=event,
                event=self.keys.event_id(event.key),
                once=once,
            )
            found, _ = self._recorded(entry)
        under = None if found.sealed is None else sealing.key_id(found.sealed)
        return Log(self, event.company, event.key, found.case_id, found.at, under)

    def case_key(self, event: Event) -> str:
        """Id of the case whose key seals the records of this event.

        It comes from company and record, so all events on one record share a key and are erased together.
        """
        return self.keys.case_id(event.company, event.ref.key)

    def record(
        self,
        *,
        stream: str,
        kind: str,
        case: str,
        event: str | None,
        value: Frozen | None,
        acting: Mapping[str, str] = _NOTHING,
        subjects: Iterable[str] = (),
        once: str | None = None,
    ) -> int:
        """Append one record, in the current transaction or in one of its own; returns its sequence in the stream.

        With a name under `once` there is one such record in the stream, and the first one stays.

        `case` is a case id (`Journal.case_key`, `CardStore.case_key`), `event` an event's key, `subjects` names and
        addresses in clear: they are hashed here.
        """
        if len(case) != 64 or not _HEX.issuperset(case):
            raise UsageError("`case` is no case id: take it from Journal.case_key(event) or CardStore.case_key(card).")
        entry = _Entry(
            stream=stream,
            kind=kind,
            case=case,
            value=value,
            event=None if event is None else self.keys.event_id(event),
            acting=acting,
            subjects=subjects,
            once=None if once is None else self._once(stream, "", once),
        )
        return self._recorded(entry)[0].seq

    def has(self, stream: str, name: str) -> bool:
        """Whether something was recorded in this stream with this name under `once`."""
        return records.recorded_once(self.database, self._once(stream, "", name)) is not None

    def opened(self, record: Record) -> Frozen | None:
        """The value of a record, to act on it.

        Raises `KeyMissing` where it was erased, `NewerRecord` where a newer version wrote more than this one knows,
        `ChainBroken` where it was changed.
        """
        return sealing.decode(unsealed(record, self.keys))

    def _recorded(self, entry: _Entry) -> tuple[Record, bool]:
        entry.ready = self._ready(entry)
        locks = (records.stream_lock(entry.stream),)
        return self.database.gathered(self._append_all, entry, locks=locks, at_once=self._append_at_once)

    def _append_at_once(self, entries: list[_Entry]) -> list[tuple[Record, bool]] | None:
        """What `_append` gives for each, with one statement that commits itself; none where that cannot be.

        It can where the engine gains by it, all are of one stream, all are new, and the place is guessed right. Raises
        `Conflict` where one of them turns out not to be new.
        """
        stream = entries[0].stream
        place = self._tails.get(stream)
        if place is None or stream in self._shared or any(entry.stream != stream for entry in entries):
            return None
        made: list[Record] = []
        for entry in entries if records.appends_at_once(self.database) else ():
            made.append(self._chained(entry, *((made[-1].seq, made[-1].hash) if made else place)))
        try:
            if not made or not records.append_at_once(self.database, made):
                return None
        except StoreError as error:
            for entry, record in zip(entries, made, strict=True):
                entry.unsure = record if error.again else None
            raise
        self._noted(made[-1])
        return [(record, True) for record in made]

    def _append_all(self, entries: list[_Entry]) -> list[tuple[Record, bool]]:
        """What `_append` gives for each; several at once only where all are new and all places guessed right.

        Raises `StoreError` where they are not: then each is to be appended alone.
        """
        if len(entries) == 1:
            return [self._append(entries[0])]
        made: dict[str, list[Record]] = {}
        in_order = []
        for entry in entries:
            if entry.unsure is not None:
                raise StoreError(f"{entry.stream}: somebody has to look first")
            before = made.setdefault(entry.stream, [])
            place = (before[-1].seq, before[-1].hash) if before else self._tails.get(entry.stream)
            if place is None:
                raise StoreError(f"{entry.stream}: nothing was appended here yet")
            before.append(self._chained(entry, *place))
            in_order.append((before[-1], True))
        for following in made.values():
            if not records.follow_together(self.database, following):
                raise StoreError("somebody else wrote meanwhile")
            self._noted(following[-1])
        return in_order

    def _grouped(self, stream: str, work: Callable[[], ResultT]) -> ResultT:
        if not self.database.in_transaction:
            self.keys.be_ready()
        return self.database.grouped(work, locks=(records.stream_lock(stream),))

    def _append(self, entry: _Entry) -> tuple[Record, bool]:
        """The record of this entry and whether it is new: of what is recorded once, the first one stays.

        The place is first guessed from what was appended last; the store takes the record only if the guess is right.
        """
        if entry.ready is None:
            entry.ready = self._ready(entry)
        if entry.unsure is not None and (written := self._written(entry.unsure)):
            return written, True
        guess = self._tails.get(entry.stream)
        if guess is not None and entry.stream not in self._shared:
            record = self._chained(entry, *guess)
            if records.follow(self.database, record):
                return self._noted(record), True
        place = records.tail(self.database, entry.stream) or (0, GENESIS)
        self._shared_with_others(entry.stream, guess is not None and place != guess)
        found = None if entry.once is None else records.recorded_once(self.database, entry.once)
        if found is not None:
            return found, False
        record = self._chained(entry, *place)
        records.insert(self.database, record)
        return self._noted(record), True

    def _written(self, record: Record) -> Record | None:
        """This record, where it stands in its place. Where it does not, whatever is appended next takes that place, so
        that a statement which still lies with the server can do nothing any more.
        """
        records.tail(self.database, record.stream)
        there = records.at(self.database, record.stream, record.seq)
        return self._noted(record) if there is not None and there.hash == record.hash else None

    def _shared_with_others(self, stream: str, shared: bool) -> None:
        if shared:
            self._shared.add(stream)
        else:
            self._shared.discard(stream)

    def _ready(self, entry: _Entry) -> _Ready:
        """All of an entry that does not depend on its place: done before others are kept waiting."""
        named = {self.keys.subject_hash(subject) for subject in (*entry.subjects, *subjects_of(entry.value))}
        return _Ready(sealing.encode(entry.value), self._key_of(entry), tuple(sorted(named)))

    def _key_of(self, entry: _Entry) -> CaseKey:
        if entry.under is None:
            return self.keys.key_for(entry.case)
        key = self.keys.key(entry.case)
        if key.id != entry.under:
            raise KeyMissing(f"{self.keys.name}: the case of this event was erased while somebody worked on it.")
        return key

    def _chained(self, entry: _Entry, seq: int, prev: str) -> Record:
        ready = cast(_Ready, entry.ready)
        envelope = Envelope(
            stream=entry.stream,
            seq=seq + 1,
            prev=prev,
            kind=entry.kind,
            step=entry.step,
            at=utc(self._clock()),
            event=entry.event,
            case=entry.case,
            once=entry.once,
            acting=entry.acting,
            subjects=ready.subjects,
        )
        body = envelope.body()
        return envelope.record(sealing.seal(ready.content, ready.key, body.bound), body)

    def _noted(self, record: Record) -> Record:
        self._tails[record.stream] = (record.seq, record.hash)
        return record

    def _once(self, stream: str, event: str, step: str, given: str = "", acting: Mapping[str, str] = _NOTHING) -> str:
        return self.keys.keyed_hash("once", stream, event, step, given, fingerprint(dict(acting)))


class Log:
    """The records of one event. After a crash, ask again: what is recorded is returned, not done twice.

    All of them are sealed with the key of the event's first one: where that was erased meanwhile, nothing more is
    recorded of the event, and `KeyMissing` is raised.
    """

    def __init__(
        self, journal: Journal, stream: str, event: str, case: str, begun: str, under: bytes | None = None
    ) -> None:
        self._journal = journal
        self._database = journal.database
        self._stream = stream
        self._event = event
        self.case = case
        """Id of the case whose key seals this event's records."""
        self.begun = datetime.fromisoformat(begun)
        """When the event was recorded first."""
        self._under = under

    @cached_property
    def _id(self) -> str:
        return self._journal.keys.event_id(self._event)

    def outcome(self) -> Outcome | None:
        """How this event ended, or none while it has not."""
        found = records.recorded_once(self._database, self._key("outcome"))
        return None if found is None else cast(Outcome, self._journal.opened(found))

    def once(self, step: str, given: InputT, produce: Callable[[InputT], T]) -> T:
        """The recorded result of this step for this input, or `produce(given)`, recorded before it is returned.

        `given` has a `fingerprint()`, or is a text or none. `produce` runs outside any transaction and gives a type
        of `triage.domain.TYPES` or none; its attribute `acting` (or that of the object it is a method of), names to
        hashes of what acts, is part of what makes a step the same one. If two processes do one step at once, one
        result is recorded and both return that one.
        """
        if self._database.in_transaction:
            raise UsageError(f"step {step!r}: once() inside a transaction would hold the store while it works.")
        acting = acting_of(produce)
        key = self._key(step, _fingerprint(step, given), acting)
        found = records.recorded_once(self._database, key)
        if found is not None:
            return cast(T, self._journal.opened(found))
        began = time.monotonic()
        with tracing.span(step, {"triage.step": step}):
            value = produce(given)
        metrics.meters().steps.labels(step).observe(time.monotonic() - began)
        record, new = self._journal._recorded(self._entry("step", step, key, acting, value))
        return value if new else cast(T, self._journal.opened(record))

    def atomic(
        self, step: str, given: InputT, produce: Callable[[InputT], T], acting: Mapping[str, str] | None = None
    ) -> T:
        """Like `once`, but `produce` runs inside the transaction of its record: both happen or neither does.

        It may be undone and run again, where work of others in the same group commit fails: it changes the store only.
        `acting` names what acts where `produce` itself does not.
        """
        acting = acting_of(produce) if acting is None else acting
        key = self._key(step, _fingerprint(step, given), acting)
        return self._grouped(lambda: self._kept(step, key, acting, lambda: produce(given)))

    def maybe(
        self, step: str, produce: Callable[[], Frozen | None], acting: Mapping[str, str] = _NOTHING
    ) -> Frozen | None:
        """Like `atomic` for a step that often does nothing: then `produce` gives none, and nothing is recorded."""
        key = self._key(step, "maybe", acting)
        return self._grouped(lambda: self._kept(step, key, acting, produce, nothing=True))

    def note(self, kind: str, value: Frozen) -> None:
        """Append something that happened on the way and is no step's result, for example a failed model call."""
        entry = _Entry(self._stream, kind, self.case, value, event=self._id, under=self._under)
        self._journal._recorded(entry)

    def close(self, outcome: Outcome, acting: Mapping[str, str] = _NOTHING) -> Outcome:
        """Record how the event ended. The same outcome again is fine; another one raises `Conflict`."""
        self._grouped(lambda: self._closed(outcome, acting))
        return outcome

    def _closed(self, outcome: Outcome, acting: Mapping[str, str]) -> None:
        recorded = self.outcome()
        if recorded is None:
            self._journal._append(self._entry("outcome", "outcome", self._key("outcome"), acting, outcome))
        elif recorded != outcome:
            raise Conflict(f"event {self._event} has ended as {recorded.kind}; it cannot also end as {outcome.kind}.")

    def _kept(
        self, step: str, key: str, acting: Mapping[str, str], produce: Callable[[], T], nothing: bool = False
    ) -> T:
        """What is recorded under this key, or else what `produce` gives, recorded; with `nothing`, none is not."""
        found = records.recorded_once(self._database, key)
        if found is not None:
            return cast(T, self._journal.opened(found))
        with tracing.span(step, {"triage.step": step}):
            value = produce()
        if value is not None or not nothing:
            self._journal._append(self._entry("step", step, key, acting, value))
        return value

    def _grouped(self, work: Callable[[], ResultT]) -> ResultT:
        return self._journal._grouped(self._stream, work)

    def _entry(self, kind: str, step: str, once: str, acting: Mapping[str, str], value: Frozen | None) -> _Entry:
        return _Entry(
            stream=self._stream,
            kind=kind,
            case=self.case,
            value=value,
            step=step,
            event=self._id,
            once=once,
            acting=acting,
            under=self._under,
        )

    def _key(self, step: str, given: str = "", acting: Mapping[str, str] = _NOTHING) -> str:
        return self._journal._once(self._stream, self._event, step, given, acting)


def open_record(record: Record, keys: Secrets) -> Frozen | None:
    """The value of a record, to be read: what only a newer version knows is left out.

    Raises `KeyMissing` where it was erased, `NewerRecord` where nothing can be made of it, `ChainBroken` where it was
    changed.
    """
    return sealing.decode(unsealed(record, keys), reading=True)


def unsealed(record: Record, keys: Secrets) -> bytes:
    """The bytes that were sealed. Raises like `open_record`."""
    if record.sealed is None:
        raise KeyMissing(f"record {record.seq} of {record.stream}: its content was removed.")
    bound = bound_of(record)
    if bound is None:
        raise ChainBroken(f"record {record.seq} of {record.stream}: its envelope cannot be read.")
    return sealing.unseal(record.sealed, keys, record.case_id, bound)


def acting_of(produce: object) -> Mapping[str, str]:
    """Names and hashes of what acts in a callable: its own `acting`, or that of the object it is a method of."""
    for owner in (produce, getattr(produce, "__self__", None)):
        acting = getattr(owner, "acting", None)
        if isinstance(acting, Mapping):
            return acting
    return {}


def _fingerprint(step: str, given: object) -> str:
    if given is None:
        return "none"
    if isinstance(given, str):
        return f"text:{given}"
    taken = getattr(given, "fingerprint", None)
    if callable(taken):
        return f"value:{taken()}"
    raise UsageError(f"step {step!r}: an input of type {type(given).__name__} has no fingerprint().")

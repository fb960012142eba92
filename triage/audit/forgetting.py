"""Finds what is recorded about a person, hands it over, and forgets it.

Each record names, by keyed hashes, the people in it. Everything about one record of Odoo is sealed with one key, so a
person is forgotten by deleting the keys of the cases that name them: here, and in every copy of the store.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from triage.audit import retention, sealing
from triage.audit.checkpoints import STORE
from triage.audit.journal import Journal, open_record, unsealed
from triage.audit.ledger import Ledger
from triage.audit.subjects import subjects_of
from triage.domain import OF_THE_STORE, Advisory, Arrival, Erasure, Event, Frozen, Publication, RecordRef
from triage.errors import KeyMissing, NewerRecord, UsageError
from triage.storage import cards as card_rows
from triage.storage import inbox, queue, records
from triage.storage.cards import CardRow
from triage.storage.inbox import InboxRow
from triage.storage.records import Record

SHORTEST = 3
"""Characters of a name: a shorter one stands in every other text."""
_WORDS = frozenset({"decision", "member", "handling", "blind", "publish", "withdrawal", "arrival"})
"""Kinds of records that name who decided or handled something, not whom the case is about."""


@dataclass(frozen=True)
class Found:
    """A case that names the person."""

    id: str
    company: str
    record: RecordRef | None
    """None where the case was erased before."""
    records: int
    cards: tuple[int, ...]
    """Numbers of the cards whose content would go, too."""
    advisories: tuple[Advisory, ...]
    """Notes, activities and drafts in Odoo that were made of it. Erasing does not reach them."""
    first: str
    last: str
    """Times (UTC) of its first and last record."""
    acted: bool = False
    """Whether the person is named only as somebody who decided or handled it: then it is not about them."""
    published: tuple[UUID, ...] = ()
    """Cards of which something may stand in Odoo because of it, also those that nobody can read any more."""


def find(journal: Journal, names: Sequence[str], *, deep: bool = False) -> list[Found]:
    """The cases that name a person by one of these names, addresses or telephone numbers, by company and time.

    Found are the people that a case knows as such: partners, contacts, authors, owners, who signed; also in what came
    in and was not worked on. Cases that led to the same card may have taken words over: of those the texts are
    searched. With `deep` every text is opened and searched as well, which takes a while. Raises
    `UsageError` where a name is too short to mean anybody, `ChainBroken` where a record was changed.
    """
    wanted = _Wanted(journal, names, deep)
    cases: dict[str, _Place] = {}
    for record in records.every(journal.database):
        if record.stream == STORE or record.kind in OF_THE_STORE:
            continue
        known = cases.get(record.case_id)
        if (known is None or known.acted) and (wanted.marks(record) or wanted.says(record)):
            acted = record.kind in _WORDS and (known is None or known.acted)
            cases[record.case_id] = _Place(record.stream, acted)
    for row in inbox.every(journal.database):
        arrival = _arrival(journal, row)
        if arrival is not None and arrival.case is not None and wanted.stands_in(arrival):
            cases[row.key_case] = _Place(arrival.case.company.name, acted=False)
    for case in [case for case, place in cases.items() if not place.acted]:
        for other in records.beside(journal.database, case):
            if (known := cases.get(other)) is None or known.acted:
                said = next((r for r in records.of_case(journal.database, other) if wanted.says(r, at_all=True)), None)
                if said is not None:
                    cases[other] = _Place(said.stream, acted=False)
    found = [_found(journal, case, place) for case, place in cases.items()]
    return sorted(found, key=lambda each: (each.company, each.first))


@dataclass(frozen=True)
class _Place:
    """Where a case that names the person was found."""

    company: str
    acted: bool


class _Wanted:
    """Whom one looks for."""

    def __init__(self, journal: Journal, names: Sequence[str], deep: bool) -> None:
        flat = [" ".join(name.casefold().split()) for name in names]
        if not flat or (short := [name for name in flat if len(name) < SHORTEST]):
            said = repr(short[0]) if flat else "nothing"
            raise UsageError(
                f"{said} names nobody: give a name, an address or a number of {SHORTEST} characters or more."
            )
        self._journal = journal
        self._deep = deep
        self._names = flat
        self._hashes = {journal.keys.subject_hash(name) for name in names}
        self._marks = [value.encode() for value in self._hashes]

    def marks(self, record: Record) -> bool:
        """Whether the record's envelope names the person."""
        return any(mark in record.body for mark in self._marks)

    def says(self, record: Record, *, at_all: bool = False) -> bool:
        """Whether the record's content speaks of the person, where every text is to be read, or this one `at_all`."""
        if not (self._deep or at_all) or record.sealed is None or record.kind in OF_THE_STORE or record.kind in _WORDS:
            return False
        try:
            _, value = sealing.raw(unsealed(record, self._journal.keys))
        except KeyMissing:
            return False
        # As it was recorded, also what only a newer version would understand.
        return value is not None and self._is_in(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    def stands_in(self, arrival: Arrival) -> bool:
        """Whether what came in names the person."""
        named = {self._journal.keys.subject_hash(name) for name in subjects_of(arrival.case)}
        return bool(named & self._hashes) or (self._deep and self._is_in(arrival.model_dump_json()))

    def _is_in(self, told: str) -> bool:
        text = " ".join(told.casefold().split())
        return any(name in text for name in self._names)


def _arrival(journal: Journal, row: InboxRow) -> Arrival | None:
    if row.sealed is None or row.carries != inbox.CASE:
        return None
    try:
        value = sealing.decode(sealing.unseal(row.sealed, journal.keys, row.key_case, row.place()), reading=True)
    except KeyMissing:
        return None
    return value if isinstance(value, Arrival) else None


def erase(
    journal: Journal,
    ledger: Ledger,
    found: Sequence[Found],
    name: str,
    by: str,
    why: str,
    clock: Callable[[], datetime],
) -> list[Erasure]:
    """Forget a person: delete the keys of these cases. Cannot be undone.

    Cases that they only decided or handled are not about them, and stay. Raises `UsageError` where one of the others
    is on hold; then nothing is erased.

    Who places a hold meanwhile either comes first, and is heeded, or is told that the case is being erased. A record of
    each stream's part is made first, then the ledger's line, then the keys go; after a crash in between, erase again.
    Cards whose content goes are closed (`expired`). Those that somebody made until the keys were gone are named in a
    further record of the same erasure.
    """
    found = [case for case in found if not case.acted]
    done: dict[str, Erasure] = {}
    gone: list[bytes] = []
    subject = journal.keys.subject_hash(name)
    with journal.database.locked(retention.locks(case.company for case in found)):
        refuse_held(journal, found)
        for company in sorted({case.company for case in found}):
            cases = [case for case in found if case.company == company]
            keys = [key for case in cases for key in _live_keys(journal, case.id)]
            rows = [row for case in cases for row in card_rows.of_case(journal.database, case.id)]
            done[company] = Erasure(
                subject=subject,
                cases=tuple(case.id for case in cases),
                keys=tuple(key.hex() for key in keys),
                cards=tuple(UUID(row.id) for row in rows),
                by=by,
                why=why,
                at=clock(),
            )
            _record(journal, company, done[company])
            for case in cases:
                # Arrivals without a case of their own lie under a key of their day; they named the record.
                if case.record is not None:
                    record = journal.keys.keyed_hash("arrival-record", case.record.key)
                    inbox.drop_of_record(journal.database, record)
            _close(journal, rows)
            gone += keys
    if not gone:
        return list(done.values())
    ledger.append(gone, clock())
    journal.keys.forget(*gone, at=clock())
    return [*done.values(), *_late(journal, done, clock)]


def _late(journal: Journal, done: Mapping[str, Erasure], clock: Callable[[], datetime]) -> Iterator[Erasure]:
    """Close what was made of these cases after an erasure was recorded and before their keys were gone, and name it.

    Who had begun before waits for the streams' locks, and finds the keys still there. `done` is by company.
    """
    with journal.database.locked(retention.locks(done)):
        for company, erasure in done.items():
            rows = [
                row
                for case in erasure.cases
                for row in card_rows.of_case(journal.database, case)
                if sealing.key_id(row.sealed).hex() in erasure.keys  # not what came since, under a new key
            ]
            _close(journal, rows)
            if cards := tuple(card for row in rows if (card := UUID(row.id)) not in erasure.cards):
                late = erasure.with_(cards=cards, at=clock())
                _record(journal, company, late)
                yield late


def _record(journal: Journal, company: str, erasure: Erasure) -> None:
    case = journal.keys.case_id(STORE, retention.ERASURES)
    journal.record(stream=company, kind="erasure", case=case, event=None, value=erasure)


def _close(journal: Journal, rows: Iterable[CardRow]) -> None:
    """Close cards whose content goes, and empty what the queue tells of them."""
    for row in rows:
        if row.state in card_rows.WAITING:
            card_rows.expire_unreadable(journal.database, row)
            queue.close(journal.database, row.id)
        else:
            queue.forget(journal.database, row.id)


def refuse_held(journal: Journal, found: Sequence[Found]) -> None:
    """Raise `UsageError` where one of the cases that would be erased is on hold."""
    cases = [case for case in found if not case.acted]
    if on_hold := retention.held(journal, [case.id for case in cases]):
        names = ", ".join(case.record.name if case.record else case.id[:12] for case in cases if case.id in on_hold)
        raise UsageError(f"on hold, and so not erased: {names}. `triage audit hold --lift` ends a hold.")


def handed_over(journal: Journal, found: Sequence[Found]) -> Iterator[tuple[Record, Frozen]]:
    """Everything recorded in these cases, opened, in order. What was erased is left out."""
    for case in found:
        for record in records.of_case(journal.database, case.id):
            try:
                value = open_record(record, journal.keys)
            except KeyMissing:
                continue
            if value is not None:
                yield record, value


def unread(journal: Journal, found: Sequence[Found]) -> Iterator[tuple[InboxRow, Arrival]]:
    """What came in for these cases and nobody has worked on yet, opened: no record has it."""
    for case in found:
        for row in inbox.of_key(journal.database, case.id):
            if (arrival := _arrival(journal, row)) is not None:
                yield row, arrival


def _live_keys(journal: Journal, case: str) -> list[bytes]:
    try:
        return [journal.keys.key(case).id]
    except KeyMissing:
        return []


def _found(journal: Journal, case: str, place: _Place) -> Found:
    opened: list[Frozen] = []
    untold: list[Record] = []
    rows = records.of_case(journal.database, case)
    arrivals = [row for row in inbox.every(journal.database) if row.key_case == case] if not rows else []
    for record in rows:
        try:
            value = open_record(record, journal.keys)
        except (KeyMissing, NewerRecord):  # what a newer version calls otherwise goes with its case all the same
            untold += [record] if "publish" in (record.kind, record.step) else []
            continue
        if value is not None:
            opened.append(value)
    sealed = card_rows.of_case(journal.database, case)
    came_in = next((value for value in (_arrival(journal, row) for row in arrivals) if value is not None), None)
    times = [row.at for row in rows] or [row.received_at for row in arrivals]
    return Found(
        id=case,
        company=place.company,
        record=next((value.ref for value in opened if isinstance(value, Event)), came_in.ref if came_in else None),
        records=len(rows),
        cards=tuple(row.number for row in sealed if journal.keys.has(sealing.key_id(row.sealed))),
        advisories=tuple(_advisories(opened)),
        published=tuple(_published(journal, opened, untold, sealed)),
        first=min(times),
        last=max(times),
        acted=place.acted,
    )


def _advisories(opened: Iterable[Frozen]) -> Iterator[Advisory]:
    seen = set()
    for value in opened:
        if isinstance(value, Publication):
            for advisory in value.advisories:
                if advisory.ref is not None and advisory.ref.key not in seen:
                    seen.add(advisory.ref.key)
                    yield advisory


def _published(
    journal: Journal, opened: Iterable[Frozen], untold: Sequence[Record], sealed: Sequence[CardRow]
) -> dict[UUID, None]:
    """The cards that were published because of a case, and its own cards with them.

    `untold` are records of publications that cannot be opened any more: their events name the cards.
    """
    found = {value.card: None for value in opened if isinstance(value, Publication) and value.refs()}
    for record in untold:
        if record.event is not None:
            made = card_rows.of_event(journal.database, record.event, record.stream)
            found |= dict.fromkeys(UUID(row.id) for row in made)
    return found | dict.fromkeys(UUID(row.id) for row in sealed) if found or untold else {}

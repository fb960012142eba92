"""Finds what is recorded about a person, hands it over, and forgets it.

Each record names, by keyed hashes, the people in it. Everything about one record of Odoo is sealed with one key, so a
person is forgotten by deleting the keys of the cases that name them: here, and in every copy of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from triage.audit import retention
from triage.audit.checkpoints import STORE
from triage.audit.journal import Journal, open_record
from triage.audit.ledger import Ledger
from triage.domain import Advisory, Card, Erasure, Event, Frozen, Publication, RecordRef
from triage.errors import KeyMissing, UsageError
from triage.storage import cards as card_rows
from triage.storage import queue, records
from triage.storage.records import Record


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


def find(journal: Journal, names: Sequence[str], *, deep: bool = False) -> list[Found]:
    """The cases that name a person by one of these names, addresses or telephone numbers, by company and time.

    Found are the people that a case knows as such: partners, contacts, authors, owners, who signed. With `deep`
    every text is opened and searched as well, which takes a while. Raises `ChainBroken` where a record was changed.
    """
    hashes = [journal.keys.subject_hash(name) for name in names]
    marks = [value.encode() for value in hashes]
    cases: dict[str, str] = {}
    for record in records.every(journal.database):
        if record.stream == STORE or record.case_id in cases:
            continue
        if any(mark in record.body for mark in marks) or (deep and _says(record, journal, names)):
            cases[record.case_id] = record.stream
    found = [_found(journal, case, company) for case, company in cases.items()]
    return sorted(found, key=lambda each: (each.company, each.first))


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

    Raises `UsageError` where one of them is on hold; then nothing is erased.

    A record of each stream's part is made first, then the ledger's line, then the keys go; after a crash in between,
    erase again. Cards whose content goes are closed (`expired`).
    """
    if on_hold := retention.held(journal, [case.id for case in found]):
        names = ", ".join(case.record.name if case.record else case.id[:12] for case in found if case.id in on_hold)
        raise UsageError(f"on hold, and so not erased: {names}. `triage audit hold --lift` ends a hold.")
    done: list[Erasure] = []
    subject = journal.keys.subject_hash(name)
    keys = {case.id: _live_keys(journal, case.id) for case in found}
    with journal.database.transaction():
        for company in sorted({case.company for case in found}):
            cases = [case for case in found if case.company == company]
            rows = [row for case in cases for row in card_rows.of_case(journal.database, case.id)]
            erasure = Erasure(
                subject=subject,
                cases=tuple(case.id for case in cases),
                keys=tuple(key.hex() for case in cases for key in keys[case.id]),
                cards=tuple(UUID(row.id) for row in rows),
                by=by,
                why=why,
                at=clock(),
            )
            journal.record(
                stream=company,
                kind="erasure",
                case=journal.keys.case_id(STORE, "erasures"),
                event=None,
                value=erasure,
            )
            for row in rows:
                if row.state in card_rows.WAITING:
                    card_rows.expire_unreadable(journal.database, row)
                    queue.close(journal.database, row.id)
            done.append(erasure)
    gone = [key for case in found for key in keys[case.id]]
    ledger.append(gone, clock())
    journal.keys.forget(*gone)
    return done


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


def _live_keys(journal: Journal, case: str) -> list[bytes]:
    try:
        return [journal.keys.key(case).id]
    except KeyMissing:
        return []


def _found(journal: Journal, case: str, company: str) -> Found:
    opened: list[Frozen] = []
    rows = records.of_case(journal.database, case)
    for record in rows:
        try:
            value = open_record(record, journal.keys)
        except KeyMissing:
            continue
        if value is not None:
            opened.append(value)
    return Found(
        id=case,
        company=company,
        record=next((value.ref for value in opened if isinstance(value, Event)), None),
        records=len(rows),
        cards=tuple(sorted({*(value.number for value in opened if isinstance(value, Card))})),
        advisories=tuple(_advisories(opened)),
        first=rows[0].at,
        last=rows[-1].at,
    )


def _advisories(opened: Iterable[Frozen]) -> Iterator[Advisory]:
    seen = set()
    for value in opened:
        if isinstance(value, Publication):
            for advisory in value.advisories:
                if advisory.ref is not None and advisory.ref.key not in seen:
                    seen.add(advisory.ref.key)
                    yield advisory


def _says(record: Record, journal: Journal, names: Sequence[str]) -> bool:
    if record.sealed is None:
        return False
    try:
        value = open_record(record, journal.keys)
    except KeyMissing:
        return False
    if value is None:
        return False
    text = " ".join(value.model_dump_json().casefold().split())
    return any(" ".join(name.casefold().split()) in text for name in names)

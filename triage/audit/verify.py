"""Proves that the journal is whole, or names the first record that is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from triage.audit import checkpoints, sealing
from triage.audit.chain import GENESIS, fault
from triage.audit.journal import open_record
from triage.domain import Card, Decision, Endings, Frozen
from triage.errors import ChainBroken, KeyMissing, StoreError
from triage.storage import cards, records
from triage.storage.database import Database
from triage.storage.keys import Keys
from triage.storage.records import Record


@dataclass(frozen=True)
class Verification:
    """What was checked and the first thing that is wrong."""

    streams: int
    records: int
    """Links of the chain that were followed."""
    payloads: int
    """Payloads that are byte for byte what was recorded."""
    opened: int
    """Of those, how many were also opened with their key."""
    erased: int
    """Payloads whose key was deleted, or that were taken away by a record that allows it."""
    cards: int
    first_bad: str | None
    """Stream, sequence and what is wrong; none where everything is whole."""

    def describe(self) -> str:
        """One line for a reader."""
        if self.first_bad:
            return f"Audit chain BROKEN: {self.first_bad}."
        erased = f", {self.erased} erased" if self.erased else ""
        return (
            f"Audit chain whole: {self.records} records in {self.streams} stream{'' if self.streams == 1 else 's'}, "
            f"{self.payloads} payloads checked{erased}, {self.cards} cards."
        )


def verify(database: Database, keys: Keys | None = None) -> Verification:
    """Follow every stream from its first record and check links, columns, payloads and what points into the journal.

    Found: a changed, removed, inserted, swapped or reordered record; a column that disagrees with the record; a
    payload that was changed, swapped or lost. With keys also: a chain that was hashed anew by somebody without the
    keys, a key file that does not fit, a card whose row was changed, deleted, or put back to an earlier revision than
    the journal tells of. Not found: the same of a card of which only erased records tell; and, because a shorter
    chain is a chain too, records cut off the end together with all that points to them, and a store rewritten by
    somebody who has the keys. Only a checkpoint kept elsewhere shows those.
    """
    counted: Counter[str] = Counter()
    first_bad = None
    with database.snapshot():
        try:
            first_bad = next(_faults(database, keys, counted), None)
        except StoreError as error:
            first_bad = f"the store cannot be read on after {counted['records']} records: {error}"
    return Verification(
        streams=counted["streams"],
        records=counted["records"],
        payloads=counted["payloads"],
        opened=counted["opened"],
        erased=counted["erased"],
        cards=counted["cards"],
        first_bad=first_bad,
    )


def _faults(database: Database, keys: Keys | None, counted: Counter[str]) -> Iterator[str]:
    if keys is not None:
        keys.belong_to(database)
    told: dict[str, int] = {}
    yield from _chain_faults(database, keys, counted, told)
    for stream, seq in records.strays(database):
        yield f"stream {stream}, record {seq}: its payload is here, the record was taken away"
    yield from checkpoints.faults(database)
    yield from _card_faults(database, keys, counted, told)


def _chain_faults(database: Database, keys: Keys | None, counted: Counter[str], told: dict[str, int]) -> Iterator[str]:
    removed = records.removals(database)
    stream, seq, prev = None, 0, GENESIS
    for record in records.every(database):
        if record.stream != stream:
            stream, seq, prev = record.stream, 0, GENESIS
            counted["streams"] += 1
        found = fault(record, seq + 1, prev, removed=(record.stream, record.seq) in removed)
        found = found or _opening_fault(record, keys, counted, told)
        if found:
            yield f"stream {record.stream}, record {seq + 1}: {found}"
        counted["records"] += 1
        seq, prev = record.seq, record.hash


def _opening_fault(record: Record, keys: Keys | None, counted: Counter[str], told: dict[str, int]) -> str | None:
    if record.sealed is None:
        counted["erased"] += 1
        return None
    counted["payloads"] += 1
    if keys is None:
        return None
    try:
        _tell(open_record(record, keys), told)
    except KeyMissing as error:
        if not keys.was_deleted(sealing.key_id(record.sealed)):
            return str(error)
        counted["erased"] += 1
    except ChainBroken as error:
        return str(error)
    else:
        counted["opened"] += 1
    return None


def _tell(value: Frozen | None, told: dict[str, int]) -> None:
    """Note the revision that a card has at least after this record: a decision or an end makes one more."""
    if isinstance(value, Card):
        told[str(value.id)] = max(told.get(str(value.id), 0), value.revision)
    elif isinstance(value, Decision):
        told[str(value.card)] = told.get(str(value.card), 0) + 1
    elif isinstance(value, Endings):
        told |= {str(each.card): told.get(str(each.card), 0) + 1 for each in value.cards}


def _card_faults(database: Database, keys: Keys | None, counted: Counter[str], told: dict[str, int]) -> Iterator[str]:
    for number in cards.without_record(database):
        yield f"card #{number}: the journal does not hold an event it was made from; records were cut off"
    for row in cards.every(database):
        counted["cards"] += 1
        revision = told.pop(row.id, 0)
        if row.revision < revision:
            yield f"card #{row.number}: it stands at revision {row.revision}, the journal tells of {revision}"
        if keys is None:
            continue
        try:
            sealing.decode(sealing.unseal(row.sealed, keys, row.case_id, row.place()))
        except KeyMissing as error:
            if not keys.was_deleted(sealing.key_id(row.sealed)):
                yield f"card #{row.number}: {error}"
        except ChainBroken:
            yield f"card #{row.number}: its row was changed outside this software"
    for card in told:
        yield f"card {card}: the journal tells of it, its row was taken away"

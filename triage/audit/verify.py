"""Proves that the journal is whole, or names the first record that is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from triage.audit import checkpoints, sealing, stamping
from triage.audit.chain import GENESIS, fault
from triage.audit.erased import Erased
from triage.audit.journal import unsealed
from triage.audit.told import TELLING, Told, erasure_faults, hold_faults, member_faults, queue_faults, removal_faults
from triage.domain import PROOFS, Card
from triage.errors import ChainBroken, KeyMissing, NewerRecord, StoreError
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


_REMEMBERED = 100_000
"""Keys at most."""


class _Remembered:
    """Keys as they were when first asked for in this run: the records of a case follow one another."""

    def __init__(self, file: Keys) -> None:
        self.file = file
        self._secrets: dict[tuple[str, bytes], bytes] = {}

    def opening(self, case: str, key_id: bytes) -> bytes:
        """See `Keys.opening`."""
        found = self._secrets.get((case, key_id))
        if found is None:
            if len(self._secrets) >= _REMEMBERED:
                self._secrets.clear()
            found = self._secrets[case, key_id] = self.file.opening(case, key_id)
        return found


def verify(database: Database, keys: Keys | None = None, ledger: Collection[bytes] | None = None) -> Verification:
    """Follow every stream from its first record and check links, columns, payloads and what points into the journal.

    Found: a changed, removed, inserted, swapped or reordered record; a column that disagrees with the record; a
    payload that was changed, swapped or lost. With keys also: a chain that was hashed anew by somebody without the
    keys, a key file that does not fit, a card (or a case on one) whose row was changed, deleted, or put back to an
    earlier revision than the journal tells of; a payload that went without a removal which names it, a hold that was
    taken away, a card that the queue hides. With the ledger (ids of the keys that it names): a key that was deleted
    without an erasure. Not found: the same of a card of which only erased records tell; and, because a shorter
    chain is a chain too, records cut off the end together with all that points to them, and a store rewritten by
    somebody who has the keys. Only a checkpoint kept elsewhere shows those.
    """
    counted: Counter[str] = Counter()
    first_bad = None
    with database.snapshot():
        try:
            first_bad = next(_faults(database, keys, counted, ledger), None)
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


def _faults(
    database: Database, keys: Keys | None, counted: Counter[str], ledger: Collection[bytes] | None
) -> Iterator[str]:
    if keys is not None:
        keys.belong_to(database)
    told = Told()
    erased = None if keys is None else Erased(database, keys, ledger)
    yield from _chain_faults(database, erased, keys, counted, told)
    for stream, seq in records.strays(database):
        yield f"stream {stream}, record {seq}: its payload is here, the record was taken away"
    complete = keys is not None and "checkpoint" not in told.lost_kinds
    yield from checkpoints.faults(database, told.checkpoints, complete=complete)
    yield from stamping.faults(database)
    if keys is not None and erased is not None:
        yield from erased.late_faults()
        yield from erasure_faults(keys, told, ledger)
        yield from removal_faults(database, told)
        yield from hold_faults(database, told)
    yield from _card_faults(database, erased, keys, counted, told)
    yield from queue_faults(database)


def _chain_faults(
    database: Database, erased: Erased | None, keys: Keys | None, counted: Counter[str], told: Told
) -> Iterator[str]:
    removed = records.removals(database)
    secrets = None if keys is None else _Remembered(keys)
    stream, seq, prev = None, 0, GENESIS
    for record in records.every(database):
        if record.stream != stream:
            stream, seq, prev = record.stream, 0, GENESIS
            counted["streams"] += 1
        found = fault(record, seq + 1, prev, removed=(record.stream, record.seq) in removed)
        found = found or _opening_fault(record, secrets, erased, counted, told)
        if found:
            yield f"stream {record.stream}, record {seq + 1}: {found}"
        counted["records"] += 1
        seq, prev = record.seq, record.hash


def _opening_fault(
    record: Record, keys: _Remembered | None, erased: Erased | None, counted: Counter[str], told: Told
) -> str | None:
    if record.sealed is None:
        counted["erased"] += 1
        told.note_unread(record, None)
        return f"its payload was taken away, and a {record.kind} never loses it" if record.kind in PROOFS else None
    counted["payloads"] += 1
    if keys is None or erased is None:
        return None
    try:
        content = unsealed(record, keys)
        erased.note_opened(record)
        if sealing.type_of(content) in TELLING:
            value = sealing.decode(content, reading=True)
            told.note(record, value)
            erased.note(record, value)
    except NewerRecord:
        counted["opened"] += 1
        told.note_unread(record, None)
    except KeyMissing as error:
        if found := erased.record_fault(record, str(error)):
            return found
        counted["erased"] += 1
        told.note_unread(record, sealing.key_id(record.sealed))
    except ChainBroken as error:
        return str(error)
    else:
        counted["opened"] += 1
    return None


def _card_faults(
    database: Database, erased: Erased | None, keys: Keys | None, counted: Counter[str], told: Told
) -> Iterator[str]:
    for number in cards.without_record(database):
        yield f"card #{number}: the journal does not hold an event it was made from; records were cut off"
    revisions = told.revisions()
    shared: dict[str, tuple[int, set[str]]] = {}
    named = set() if erased is None else erased.cards_named()
    for row in cards.every(database):
        counted["cards"] += 1
        named.discard(row.id)
        is_told = row.id in revisions
        revision = revisions.pop(row.id, 0)
        if row.revision < revision:
            yield f"card #{row.number}: it stands at revision {row.revision}, the journal tells of {revision}"
        if keys is None or erased is None:
            continue
        try:
            card = sealing.decode(sealing.unseal(row.sealed, keys, row.case_id, row.place()), reading=True)
        except NewerRecord:
            continue
        except KeyMissing:
            if not erased.card(row, is_told):
                yield f"card #{row.number}: it cannot be opened, and nothing says that its content was erased"
        except ChainBroken:
            yield f"card #{row.number}: its row was changed outside this software"
        else:
            if isinstance(card, Card) and card.members:
                erased.note_shared(card)
                shared[row.id] = row.number, _others(card, keys)
    for missing in (*revisions, *sorted(named - revisions.keys())):
        yield f"card {missing}: the journal tells of it, its row was taken away"
    if keys is not None and erased is not None:
        yield from member_faults(database, keys, shared, erased.member)


def _others(card: Card, keys: Keys) -> set[str]:
    """Keyed hashes of the records of a card's cases, without its own."""
    own = (card.key.company, card.key.record)
    return {
        keys.keyed_hash("record", each.company, each.key) for each in card.members if (each.company, each.key) != own
    }

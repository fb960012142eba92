"""Proves that the journal is whole, or names the first record that is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from triage.audit import checkpoints, sealing
from triage.audit.chain import GENESIS, fault, parse
from triage.audit.journal import unsealed
from triage.domain import Card, Checkpoint, Decision, Endings, Erasure, Frozen
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


@dataclass
class _Told:
    """What records say of other rows."""

    revisions: dict[str, int] = field(default_factory=dict)
    """Card → the revision that it has at least."""
    checkpoints: dict[int, tuple[Checkpoint, str]] = field(default_factory=dict)
    erased: set[bytes] = field(default_factory=set)
    """Ids of keys that were deleted."""


_REMEMBERED = 100_000
"""Keys at most."""

_TELLING = {kind.__name__ for kind in (Card, Decision, Endings, Checkpoint, Erasure)}
"""Types whose values say something of other rows; of the others it is enough that they open."""


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
    told = _Told()
    yield from _chain_faults(database, keys, counted, told)
    for stream, seq in records.strays(database):
        yield f"stream {stream}, record {seq}: its payload is here, the record was taken away"
    yield from checkpoints.faults(database, told.checkpoints)
    yield from _erasure_faults(keys, told)
    yield from _card_faults(database, keys, counted, told)


def _chain_faults(database: Database, keys: Keys | None, counted: Counter[str], told: _Told) -> Iterator[str]:
    removed = records.removals(database)
    secrets = None if keys is None else _Remembered(keys)
    stream, seq, prev = None, 0, GENESIS
    for record in records.every(database):
        if record.stream != stream:
            stream, seq, prev = record.stream, 0, GENESIS
            counted["streams"] += 1
        found = fault(record, seq + 1, prev, removed=(record.stream, record.seq) in removed)
        found = found or _opening_fault(record, secrets, counted, told)
        if found:
            yield f"stream {record.stream}, record {seq + 1}: {found}"
        counted["records"] += 1
        seq, prev = record.seq, record.hash


def _opening_fault(record: Record, keys: _Remembered | None, counted: Counter[str], told: _Told) -> str | None:
    if record.sealed is None:
        counted["erased"] += 1
        return None
    counted["payloads"] += 1
    if keys is None:
        return None
    try:
        content = unsealed(record, keys)
        if sealing.type_of(content) in _TELLING:
            _tell(record, sealing.decode(content), told)
    except KeyMissing as error:
        if not keys.file.was_deleted(sealing.key_id(record.sealed)):
            return str(error)
        counted["erased"] += 1
    except ChainBroken as error:
        return str(error)
    else:
        counted["opened"] += 1
    return None


def _tell(record: Record, value: Frozen | None, told: _Told) -> None:
    """Note what a record says of other rows. A decision, or an end, makes one more revision of its card."""
    revisions = told.revisions
    if isinstance(value, Card):
        revisions[str(value.id)] = max(revisions.get(str(value.id), 0), value.revision)
    elif isinstance(value, Decision):
        revisions[str(value.card)] = revisions.get(str(value.card), 0) + 1
    elif isinstance(value, Endings):
        revisions |= {str(each.card): revisions.get(str(each.card), 0) + 1 for each in value.cards}
    elif isinstance(value, Checkpoint):
        acting = (parse(record) or {}).get("acting") or {}
        told.checkpoints[value.number] = (value, acting.get("signatures", ""))
    elif isinstance(value, Erasure):
        told.erased |= {bytes.fromhex(key) for key in value.keys}


def _erasure_faults(keys: Keys | None, told: _Told) -> Iterator[str]:
    """Keys that a record says are gone, and that are here: an erasure was broken off, or a backup brought them back."""
    if keys is not None and (there := sorted(key for key in told.erased if keys.has(key))):
        yield f"{len(there)} keys that were erased are here again, the first is {there[0].hex()}: erase once more"


def _card_faults(database: Database, keys: Keys | None, counted: Counter[str], told: _Told) -> Iterator[str]:
    for number in cards.without_record(database):
        yield f"card #{number}: the journal does not hold an event it was made from; records were cut off"
    for row in cards.every(database):
        counted["cards"] += 1
        revision = told.revisions.pop(row.id, 0)
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
    for card in told.revisions:
        yield f"card {card}: the journal tells of it, its row was taken away"

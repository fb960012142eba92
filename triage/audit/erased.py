"""Whether what cannot be opened may be so: its key was deleted on purpose, was a key of its own case, and was in use
when it was sealed. The ids of deleted keys stand in clear in what they sealed: an id alone proves nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from triage.audit import sealing
from triage.audit.retiring import NAME, key_case
from triage.domain import PROOFS, Card, Erasure, Frozen, Removal, utc
from triage.storage import records
from triage.storage.cards import CardRow
from triage.storage.database import Database
from triage.storage.keys import Deleted, Keys
from triage.storage.members import MemberRow
from triage.storage.records import Record

_GRACE = timedelta(hours=1)
"""Who was at it while the key was deleted may still have written, and clocks of several machines differ."""


class Erased:
    """What one verification learns of deleted keys and of what they sealed."""

    def __init__(self, database: Database, keys: Keys, ledger: Collection[bytes] | None) -> None:
        self._database = database
        self._keys = keys
        self._ledger = ledger
        self._looked_up: dict[bytes, Deleted | None] = {}
        self._opened_last: dict[str, str] = {}
        """Stream → time of the last record of it that could be opened: what follows was not made before it."""
        self._sealed_last: dict[tuple[bytes, str], tuple[int, str]] = {}
        """Deleted key and stream → the last record that it sealed, and since when that one is there at the earliest."""
        self._erasures: dict[bytes, tuple[str, int]] = {}
        """Key → stream and sequence of the last record that says it was erased."""
        self._cards_erased: dict[bytes, set[str]] = {}
        self._cards_emptied: set[str] = set()
        self._emptied_by: Counter[str] = Counter()
        """Case of a key for emptied cards → how many, by records of earlier versions, which do not name them."""
        self._runs: Counter[datetime] = Counter()
        self._cards: dict[str, tuple[int, str]] = {}
        """Card → its last revision that an opened record holds, and the case of that record."""
        self._events: dict[str, tuple[str, ...]] = {}
        """Shared card that could be opened → keys of the events that it was made from."""

    def note_opened(self, record: Record) -> None:
        """A record could be opened, so it was made with the keys."""
        self._opened_last[record.stream] = record.at

    def note(self, record: Record, value: Frozen | None) -> None:
        """Note what an opened record says of keys and cards."""
        if isinstance(value, Card):
            self._cards[str(value.id)] = max(
                self._cards.get(str(value.id), (0, "")), (value.revision, record.case_id), key=lambda each: each[0]
            )
        elif isinstance(value, Erasure):
            for key in map(bytes.fromhex, value.keys):
                self._erasures[key] = (record.stream, record.seq)
                self._cards_erased.setdefault(key, set()).update(map(str, value.cards))
        elif isinstance(value, Removal) and value.kinds == (NAME,):
            self._cards_emptied.update(map(str, value.cards))
            if not value.cards:
                self._emptied_by[key_case(self._keys, value.at, self._runs[value.at])] += value.count
                self._runs[value.at] += 1

    def note_shared(self, card: Card) -> None:
        """A card with several cases on it could be opened."""
        self._events[str(card.id)] = card.events

    def record_fault(self, record: Record, error: str) -> str | None:
        """What is wrong with a record whose key is not here (`error`), as far as it shows before all are read."""
        key = sealing.key_id(record.sealed or b"")
        deleted = self._deleted(key)
        if deleted is None:
            return error
        if deleted.case != record.case_id:
            return f"it names key {key.hex()}, which was deleted, and was another case's"
        if record.kind in PROOFS:
            return f"it cannot be opened, and a record of kind {record.kind} is never erased"
        since = max(record.at, self._opened_last.get(record.stream, ""))
        self._sealed_last[key, record.stream] = (record.seq, since)
        return None

    def late_faults(self) -> Iterator[str]:
        """Records that were made when their key was deleted already."""
        for (key, stream), (seq, since) in self._sealed_last.items():
            deleted, erasure = self._deleted(key), self._erasures.get(key)
            if deleted is None or (erasure is not None and erasure[0] == stream and erasure[1] > seq):
                continue
            # The record of an erasure that was broken off comes first: until the key went, others worked on with it.
            if since > utc(datetime.fromisoformat(deleted.at) + _GRACE):
                yield f"stream {stream}, record {seq}: it was made after its key {key.hex()} was deleted"

    def cards_named(self) -> set[str]:
        """Cards that an erasure or a removal names: their rows stay for ever."""
        return self._cards_emptied.union(*self._cards_erased.values())

    def card(self, row: CardRow, told: bool) -> bool:
        """Whether a card may have lost its content. `told`: whether opened records tell of this card."""
        key = sealing.key_id(row.sealed)
        deleted = self._deleted(key)
        if deleted is None:
            return False
        if row.id in self._cards_emptied:
            return True
        if self._emptied_by[deleted.case] > 0:
            self._emptied_by[deleted.case] -= 1
            return True
        if deleted.case != row.case_id or not self._is_said(key):
            return False
        if named := self._cards_erased.get(key):
            return row.id in named or not told
        revision, case = self._cards.get(row.id, (0, ""))
        return revision < row.revision or case == row.case_id

    def member(self, row: MemberRow) -> bool:
        """Whether a case on a card may have lost its content."""
        key = sealing.key_id(row.sealed)
        deleted = self._deleted(key)
        if deleted is None:
            return False
        if row.card in self._cards_emptied or deleted.case in self._emptied_by:
            return True
        return deleted.case == row.case_id and self._is_said(key) and self._is_on(row.card, row.case_id)

    def _is_on(self, card: str, case: str) -> bool:
        """Whether one of the events that a card was made from is this case's; of a card that is erased nobody knows."""
        events = self._events.get(card)
        return events is None or any(
            record.case_id == case
            for event in events
            for record in records.of_event(self._database, self._keys.event_id(event))
        )

    def _is_said(self, key: bytes) -> bool:
        return self._ledger is None or key in self._erasures or key in self._ledger

    def _deleted(self, key: bytes) -> Deleted | None:
        if key not in self._looked_up:
            self._looked_up[key] = self._keys.deleted(key)
        return self._looked_up[key]

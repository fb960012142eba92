"""What records say of other rows of the store, and what is wrong with those rows by that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial

from triage.audit import sealing
from triage.audit.chain import parse
from triage.domain import Act, Card, Checkpoint, Decision, Endings, Erasure, Frozen, Handling, Hold, Removal, Stalled
from triage.storage import members, queue, records, retention
from triage.storage.database import Database
from triage.storage.keys import Keys
from triage.storage.members import MemberRow
from triage.storage.records import Record

TELLING = {
    kind.__name__
    for kind in (Card, Decision, Endings, Handling, Stalled, Checkpoint, Erasure, Removal, Hold)
}  # fmt: skip
"""Types whose values say something of other rows; of the others it is enough that they open."""


@dataclass
class Told:
    """What the records that could be opened say."""

    _revisions: dict[tuple[str, str], int] = field(default_factory=dict)
    """Card and stream → the revision that it has at least by this stream alone: streams are not in order."""
    checkpoints: dict[int, tuple[Checkpoint, str]] = field(default_factory=dict)
    erased: set[bytes] = field(default_factory=set)
    """Ids of keys that were deleted."""
    removals: dict[tuple[str, int], Removal] = field(default_factory=dict)
    holds: dict[str, bool] = field(default_factory=dict)
    """Case → whether it is on hold by the last word on it."""
    unread: set[tuple[str, int]] = field(default_factory=set)
    """Records that could not be opened."""
    deleted: dict[bytes, str] = field(default_factory=dict)
    """Keys that were deleted on purpose → the first record that they sealed."""
    lost_kinds: set[str] = field(default_factory=set)
    """Kinds of the records that could not be opened."""

    def note_unread(self, record: Record, key: bytes | None) -> None:
        """A record cannot be opened: its payload was taken away, or its key (`key`) was deleted."""
        self.unread.add((record.stream, record.seq))
        self.lost_kinds.add(record.kind)
        # What came in and could not be read when it ended is sealed with a key that lives for days only.
        if key is not None and record.kind != "arrival":
            self.deleted.setdefault(key, f"stream {record.stream}, record {record.seq}")

    def note(self, record: Record, value: Frozen | None) -> None:
        """Note what a record says. A decision, a word taken back, a stall or an end makes one more revision."""
        if isinstance(value, Card):
            self._at_least(record, str(value.id), value.revision)
        elif isinstance(value, Decision | Stalled) or (isinstance(value, Handling) and value.act is Act.UNDO):
            self._one_more(record, str(value.card))
        elif isinstance(value, Endings):
            for each in value.cards:
                self._one_more(record, str(each.card))
        elif isinstance(value, Checkpoint):
            acting = (parse(record) or {}).get("acting") or {}
            self.checkpoints[value.number] = (value, acting.get("signatures", ""))
        elif isinstance(value, Erasure):
            self.erased |= {bytes.fromhex(key) for key in value.keys}
        elif isinstance(value, Removal):
            self.removals[record.stream, record.seq] = value
        elif isinstance(value, Hold):
            self.holds[value.case] = not value.lifted

    def revisions(self) -> dict[str, int]:
        """Card → the revision that it has at least."""
        found: dict[str, int] = {}
        for (card, _), revision in self._revisions.items():
            found[card] = max(found.get(card, 0), revision)
        return found

    def _at_least(self, record: Record, card: str, revision: int) -> None:
        place = (card, record.stream)
        self._revisions[place] = max(self._revisions.get(place, 0), revision)

    def _one_more(self, record: Record, card: str) -> None:
        place = (card, record.stream)
        self._revisions[place] = self._revisions.get(place, 0) + 1


def erasure_faults(keys: Keys, told: Told, ledger: Collection[bytes] | None) -> Iterator[str]:
    """Keys that a record says are gone and that are here: an erasure was broken off, or a backup brought them back.

    With the ledger also keys that are gone, and neither a record nor the ledger says so. Ask it after all records were
    read, and not before: what was erased meanwhile stands there only.
    """
    if there := sorted(key for key in told.erased if keys.has(key)):
        again = f"{len(there)} keys that were erased are here again, the first is {there[0].hex()}"
        yield f"{again}: erase once more, unless somebody is at it just now"
    if ledger is None or "erasure" in told.lost_kinds:
        return
    for key, where in told.deleted.items():
        if key not in told.erased and key not in ledger:
            yield f"{where}: its key {key.hex()} was deleted, and no record of an erasure says so"


def removal_faults(database: Database, told: Told) -> Iterator[str]:
    """Payloads that went by leave of a record which does not name them."""
    for by, gone in records.removals_by(database).items():
        removal = told.removals.get(by)
        if removal is None:
            allowed = gone if by in told.unread else set()
        elif removal.sequences:
            allowed = {(by[0], seq) for seq in removal.sequences}
        else:
            allowed = gone if len(gone) == removal.count else set()
        for stream, seq in sorted(gone - allowed):
            where = f"record {by[1]} of {by[0]}"
            yield f"stream {stream}, record {seq}: its payload was taken away, and {where} does not allow that"


def hold_faults(database: Database, told: Told) -> Iterator[str]:
    """Holds that were taken away or placed without a record."""
    here, said = retention.held(database), {case for case, holds in told.holds.items() if holds}
    for case in sorted(said - here):
        yield f"case {case[:12]}: it is on hold by its record, and the hold was taken away"
    if "hold" not in told.lost_kinds:
        for case in sorted(here - said):
            yield f"case {case[:12]}: it is on hold, and no record says who did that"


def member_faults(
    database: Database,
    keys: Keys,
    of_cards: dict[str, tuple[int, set[str]]],
    may_be_gone: Callable[[MemberRow], bool],
) -> Iterator[str]:
    """Rows of cases on shared cards that were changed or taken away. `may_be_gone`: whether a row may be erased.

    `of_cards` has for each card that could be read its number and the keyed hashes of its members' records.
    """
    there: dict[str, set[str]] = {}
    for row in members.every(database):
        there.setdefault(row.card, set()).add(row.record)
        gone = partial(may_be_gone, row)
        yield from sealing.faults(row.sealed, keys, row.case_id, row.place(), f"card {row.card}: a case on it", gone)
    for card, (number, wanted) in of_cards.items():
        if missing := len(wanted - there.get(card, set())):
            yield f"card #{number}: the rows of {missing} of its cases were taken away"


def queue_faults(database: Database) -> Iterator[str]:
    """Cards that the queue hides, or shows as something else."""
    for number in queue.disagreeing(database):
        yield f"card #{number}: the queue does not show it as it is"

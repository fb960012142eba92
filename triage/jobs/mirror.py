"""Keeps a row in Odoo for each card that waits, in step with the store: made, brought up to date, closed, taken away.

One worker at a time does it for an Odoo (a lease). It compares revisions: every few seconds those in the store with
what it has shown, and now and then with what really stands in Odoo, so that whatever was lost is made good. A row is
known by its marker, so that putting one again is harmless.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from triage.cards.published import is_taken_back
from triage.cards.transitions import is_undecided
from triage.domain import Card
from triage.errors import (
    AccessDenied,
    ChainBroken,
    KeyMissing,
    NewerRecord,
    OdooRejected,
    RecordMissing,
    SwitchedOff,
    UsageError,
)
from triage.jobs.showing import Rows
from triage.odoo.card_rows import card_of_row
from triage.odoo.card_text import version_of
from triage.odoo.gate.code import allowed
from triage.storage.leases import Leases
from triage.storage.outcomes import blind_of

log = structlog.get_logger("triage.jobs")

_LEASE_SECONDS = 60.0
_AT_ONCE = 40
"""Rows that a round writes; the rest is the next round's, at once."""
_COMPARE_EVERY = timedelta(hours=1)
_LOOK_EVERY = timedelta(minutes=15)
"""Between two looks at who may read what. Who loses the right to a record may see its row for so long."""


@dataclass(frozen=True)
class Mirrored:
    """What came of one round."""

    is_elsewhere: bool = False
    """Another worker does it."""
    written: int = 0
    removed: int = 0
    refused: int = 0
    """Rows that Odoo does not take; tried again when the card changes, and with the next comparison."""
    is_behind: bool = False


@dataclass(frozen=True)
class _Shown:
    """What a card's row shows, as far as this worker knows."""

    version: str
    is_there: bool = True
    """False: the card is to have no row."""
    is_final: bool = False
    """Says that the card is closed; not put again."""


class _Elsewhere(Exception):
    """Another worker has the lease."""


class Mirror:
    """Mirrors one store into one Odoo. `rows` is asked anew each round: policies change."""

    def __init__(
        self,
        rows: Callable[[], Rows],
        leases: Leases,
        clock: Callable[[], datetime],
        place: str,
        holder: str,
        keep_days: int,
    ) -> None:
        self._rows = rows
        self._leases = leases
        self._clock = clock
        self._lease = f"cards {place}"
        self._holder = holder
        self._keep = timedelta(days=keep_days)
        self._shown: dict[str, _Shown] | None = None
        self._held: dict[str, None] = {}
        """Cards of companies that are switched off, the one first that was tried longest ago."""
        self._compared = self._looked = datetime.min.replace(tzinfo=UTC)

    def once(self) -> Mirrored:
        """One round. Raises `OdooUnavailable` where Odoo gives no answer; what was not written is, the next time."""
        try:
            self._hold()
            return self._round()
        except _Elsewhere:
            self._shown = None
            return Mirrored(is_elsewhere=True)

    def _hold(self) -> None:
        """Take the lease, or renew it: before each card, as Odoo may be slow."""
        if not self._leases.take(self._lease, self._holder, _LEASE_SECONDS):
            raise _Elsewhere

    def _round(self) -> Mirrored:
        rows, now = self._rows(), self._clock()
        removed = 0
        if self._shown is None or now - self._compared > _COMPARE_EVERY:
            self._shown, removed = self._compare(rows)
            self._compared = now
        found = self._write(rows, self._shown, removed)
        if now - self._looked > _LOOK_EVERY:
            self._hold()
            rows.hand.look_anew()
            self._looked = now
        return found

    def give_back(self) -> None:
        """Let another worker do it."""
        self._leases.give_back(self._lease, self._holder)

    def _compare(self, rows: Rows) -> tuple[dict[str, _Shown], int]:
        """What stands in Odoo; rows of cards that were erased, or closed long ago, are taken away."""
        shown: dict[str, _Shown] = {}
        removed = 0
        for standing in rows.hand.card_rows():
            card = card_of_row(standing.marker)
            if card is None:
                continue
            is_old = not standing.waits and self._clock() - standing.written_at > self._keep
            if is_old or not self._is_readable(rows, card):
                self._hold()
                removed += self._remove(rows, str(card))
            else:
                shown[str(card)] = _Shown(standing.version, is_final=not standing.waits)
        return shown, removed

    def _write(self, rows: Rows, shown: dict[str, _Shown], removed: int) -> Mirrored:
        waiting = rows.cards.revisions_waiting(allowed()["advise"])
        todo = dict.fromkeys(self._todo(rows, shown, waiting))
        self._held = {card: None for card in self._held if card in todo}
        fresh = [card for card in todo if card not in self._held]
        written = refused = brought = 0
        for card in [*fresh, *self._held][:_AT_ONCE]:
            self._hold()
            self._held.pop(card, None)
            try:
                written += self._bring(rows, shown, card, waiting.get(card, 0))
                brought += 1
            except SwitchedOff:
                self._held[card] = None  # tried again as long as it is off, and holds no other company up
            except (OdooRejected, AccessDenied, RecordMissing, NewerRecord, ChainBroken) as error:
                log.warning("a card's row", card=card, error=type(error).__name__)
                shown[card] = _Shown(version_of(waiting.get(card, 0), is_unseen=False), card in waiting)
                refused += 1
        is_behind = len(fresh) > _AT_ONCE or (bool(brought) and len(todo) > _AT_ONCE)
        return Mirrored(written=written, removed=removed, refused=refused, is_behind=is_behind)

    def _todo(self, rows: Rows, shown: dict[str, _Shown], waiting: dict[str, int]) -> list[str]:
        """Cards whose rows are not as they should be: new or changed ones, closed ones, and seen ones."""
        unseen = {card for card, one in shown.items() if one.version.endswith("-unseen")}
        told = blind_of(rows.journal.database, sorted(unseen))
        changed = [
            card
            for card, revision in waiting.items()
            if card not in shown or shown[card].version.partition("-")[0] != str(revision) or card in told
        ]
        for card in [card for card, one in shown.items() if not one.is_there and card not in waiting]:
            del shown[card]
        return changed + [card for card, one in shown.items() if card not in waiting and not one.is_final]

    def _bring(self, rows: Rows, shown: dict[str, _Shown], handle: str, revision: int) -> int:
        """Bring one card's row up to date; how many rows were written. `revision`: that in the store, 0 once closed."""
        known = shown.get(handle)
        try:
            card = rows.cards.get(UUID(handle))
        except (KeyMissing, UsageError):  # erased; an open one is among those that wait for as long as it is kept
            rows.remove(handle)
            shown[handle] = _Shown(version_of(revision, is_unseen=False), is_there=False)
            return int(known is not None)
        if (known is None or not known.is_there) and not self._should_begin(rows, card):
            shown[handle] = _Shown(version_of(card.revision, is_unseen=False), is_there=False)
            return 0
        row, status = rows.put(card, instead_of=_later(known, card))
        is_there = status not in ("absent", "withdrawn")
        shown[handle] = _Shown(row.version, is_there, is_final=not is_undecided(card))
        return int(status in ("posted", "updated"))

    @staticmethod
    def _should_begin(rows: Rows, card: Card) -> bool:
        return rows.is_wanted(card) and not is_taken_back(card, rows.journal)

    @staticmethod
    def _is_readable(rows: Rows, card: UUID) -> bool:
        try:
            rows.cards.get(card)
        except (KeyMissing, UsageError):
            return False
        except (NewerRecord, ChainBroken):
            return True  # whoever wrote it reads it; one that was damaged stays to be looked at
        return True

    @staticmethod
    def _remove(rows: Rows, card: str) -> int:
        try:
            rows.remove(card)
        except SwitchedOff:
            return 0
        return 1


def _later(known: _Shown | None, card: Card) -> str:
    """What a row shows that is later than the card itself: of before a backup was restored. Empty: nothing is."""
    revision = known.version.partition("-")[0] if known is not None else ""
    return known.version if known is not None and revision.isdigit() and int(revision) > card.revision else ""


__all__ = ["Mirror", "Mirrored"]

"""The erasure ledger: which keys were deleted for good, kept apart from store, keys and their backups.

A backup from before an erasure brings its keys back. Whoever restores one opens the store, the ledger is read, and
what had been forgotten is forgotten again. It names nobody: ids of keys and cases, and times. One JSON object a line,
each with the hash of the line before, so that a line taken out shows.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from typing_extensions import override

from triage.domain import utc
from triage.errors import StoreError
from triage.locking import hold

_START = "0" * 64
_PATIENCE = 30.0
"""Seconds for which somebody else may be writing a line."""


class Forgetting(Protocol):
    """The part of the keys that a ledger needs."""

    def forget_each(self, times: Mapping[bytes, datetime | None]) -> int:
        """Delete these keys for ever, each at its time; returns how many were still there."""


@dataclass(frozen=True)
class Ledger:
    """A file; it need not exist until something is forgotten."""

    path: Path

    def append(self, key_ids: Iterable[bytes], at: datetime) -> None:
        """Write down, durably, that these keys are to be deleted; who else writes waits. Raises `StoreError` where that
        fails.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
            # Two at once would write after the same line, and nobody would believe the ledger any more.
            held = hold(self.path, _PATIENCE)
            if held is None:
                raise StoreError(f"{self.path}: somebody else writes into the erasure ledger; try again.")
            with held as file:
                text = self._text()
                lines = _lines_of(text)
                if lines and not text.endswith("\n"):
                    self._entry(lines[-1], len(lines))  # half a line: another one behind it would be lost with it
                    file.write("\n")
                previous = hashlib.sha256(lines[-1].encode()).hexdigest() if lines else _START
                entry = {"at": utc(at), "keys": sorted(key.hex() for key in key_ids), "previous": previous}
                file.write(json.dumps(entry, sort_keys=True) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(f"{self.path}: the erasure ledger cannot be written ({error.strerror}).") from error

    def keys(self) -> set[bytes]:
        """Ids of all keys that must not come back. Raises `StoreError` where the ledger was changed."""
        return set().union(*self._by_time().values())

    def growing(self) -> Collection[bytes]:
        """The same ids, for who works with them for long: one that is not known yet is looked for once more, because
        keys are deleted meanwhile. A key stands in the ledger before it goes. Raises as `keys` does, whenever asked.
        """
        return _Growing(self)

    def _by_time(self) -> dict[datetime, set[bytes]]:
        """Time of deletion → ids of keys."""
        found: dict[datetime, set[bytes]] = {}
        previous = _START
        for number, line in enumerate(self._lines(), start=1):
            entry = self._entry(line, number)
            if entry.get("previous") != previous:
                raise StoreError(f"{self.path}, line {number}: a line before it was changed or taken out.")
            at = datetime.fromisoformat(entry["at"])
            found.setdefault(at, set()).update(bytes.fromhex(key) for key in entry["keys"])
            previous = hashlib.sha256(line.encode()).hexdigest()
        return found

    def replay(self, keys: Forgetting, now: datetime | None = None) -> int:
        """Delete again what a restored backup brought back, and what an erasure that was broken off left; returns how
        many keys that were. They count as in use until `now`, at the least until the ledger's line was written.
        """
        times: dict[bytes, datetime | None] = {}
        for at, gone in self._by_time().items():
            for key in gone:
                times.setdefault(key, max(at, now or at))
        return keys.forget_each(times)

    def _lines(self) -> list[str]:
        text = self._text()
        if text and not text.endswith("\n"):
            try:
                if held := hold(self.path, _PATIENCE):  # somebody may be writing it just now
                    held.close()
            except OSError:
                pass  # who may only read it
            text = self._text()
        return _lines_of(text)

    def _text(self) -> str:
        try:
            return self.path.read_text("utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{self.path}: the erasure ledger cannot be read.") from error

    def _entry(self, line: str, number: int) -> dict[str, Any]:
        try:
            entry = json.loads(line)
        except ValueError as error:
            # A crash while a line was written leaves half of one at the end: its keys were not deleted yet.
            raise StoreError(
                f"{self.path}, line {number}: is not whole. If it is the last one, take it out and erase again."
            ) from error
        if not isinstance(entry, dict) or not isinstance(entry.get("keys"), list) or not _is_time(entry.get("at")):
            raise StoreError(f"{self.path}, line {number}: is no entry of an erasure ledger.")
        return entry


def _lines_of(text: str) -> list[str]:
    return [line for line in text.split("\n") if line]


def _is_time(text: object) -> bool:
    try:
        return isinstance(text, str) and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


class _Growing(Collection[bytes]):
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: set[bytes] = set()

    @override
    def __contains__(self, key: object) -> bool:
        if key not in self._known:
            self._known = self._ledger.keys()
        return key in self._known

    @override
    def __iter__(self) -> Iterator[bytes]:
        return iter(self._ledger.keys())

    @override
    def __len__(self) -> int:
        return len(self._ledger.keys())

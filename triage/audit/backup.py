"""Copies of a store in files, made while it is in use, and put back.

The store is copied first and its keys afterwards: then the keys hold at least what the store was sealed with. Keys that
were deleted in between are missing from the copy, as they should be. A store on a server is copied with the server's
own tools.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from triage import __version__
from triage.domain import utc
from triage.errors import StoreError, UsageError

STORE_FILE, KEYS_FILE, ABOUT = "audit.db", "keys.db", "backup.json"
_BESIDE = ("", "-wal", "-shm", "-journal")
_PAGES = 2000
"""Copied at a time; writers go on in between."""


@dataclass(frozen=True)
class Backup:
    """A copy of one file."""

    path: Path
    sha256: str
    bytes: int
    made_at: str
    """UTC, as `triage.domain.utc` writes it."""
    software: str


def back_up(source: Path, folder: Path, name: str, at: datetime) -> Backup:
    """Copy a SQLite file as it stands at one moment into a folder that holds no copy yet, with what it is.

    Raises `UsageError` where one is there, `StoreError` where it cannot be read or written.
    """
    target = folder / name
    if target.exists():
        raise UsageError(f"{target}: there is a copy already. It is never written over; name another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy, pages=_PAGES)
            copy.execute("PRAGMA journal_mode=DELETE")
        made = Backup(target, _digest(target), target.stat().st_size, utc(at), __version__)
        about = folder / ABOUT
        about.write_text(json.dumps({**made.__dict__, "path": name}, indent=2) + "\n", encoding="utf-8")
    except (OSError, sqlite3.Error) as error:
        target.unlink(missing_ok=True)
        raise StoreError(f"{target}: the copy cannot be made ({error}).") from error
    return made


def read_backup(folder: Path, name: str) -> Backup:
    """The copy in a folder, if it is whole.

    Raises `UsageError` where there is none, `StoreError` where it was changed.
    """
    path = folder / name
    try:
        told = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        found = Backup(**{**told, "path": path})
        digest = _digest(path)
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{folder}: holds no whole copy of {name} ({type(error).__name__}).") from error
    if told["path"] != name:
        raise UsageError(f"{folder}: holds a copy of {told['path']}, not of {name}.")
    if digest != found.sha256:
        raise StoreError(f"{path}: is not the file that was copied (its digest is another). Take another copy.")
    return found


def put_back(backup: Backup, place: Path, aside: Path) -> list[Path]:
    """Put a copy in a file's place; what was there is moved aside, never deleted. Gives what was moved.

    Nobody may have the file open. Raises `StoreError` where that fails; then nothing is lost.
    """
    beside = place.with_name(f".{place.name}.restored")
    moved = []
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(backup.path, beside)
        beside.chmod(0o600)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        for suffix in _BESIDE:
            old = place.with_name(place.name + suffix)
            if old.exists():
                aside.mkdir(parents=True, exist_ok=True, mode=0o700)
                moved.append(old.rename(aside / old.name))
        beside.replace(place)
    except OSError as error:
        raise StoreError(f"{place}: cannot be put back ({error.strerror}). What was there is in {aside}.") from error
    return moved


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


__all__ = ["KEYS_FILE", "STORE_FILE", "Backup", "back_up", "put_back", "read_backup"]

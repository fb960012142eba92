"""Says in plain words why SQLite could not do something."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from triage.errors import Conflict, StoreError

_WORDS = {
    "SQLITE_FULL": "the disk is full. Free some space and run it again; nothing was recorded by halves.",
    "SQLITE_READONLY": "it may only be read. Give this account the right to write the file and its folder.",
    "SQLITE_BUSY": "another process has been writing to it for too long. Wait for it or stop it, then run again.",
    "SQLITE_LOCKED": "another process has been writing to it for too long. Wait for it or stop it, then run again.",
    "SQLITE_CANTOPEN": "it cannot be opened. Check that the folder exists and that this account may write there.",
    "SQLITE_PERM": "this account may not use it. Check the rights of the file and its folder.",
    "SQLITE_NOTADB": "it is not a database. Name another file, or move this one away.",
    "SQLITE_CORRUPT": "the file is damaged. Restore a backup; `triage audit verify` says whether that is whole.",
    "SQLITE_IOERR": "the disk does not answer as it should. Check it, then run again.",
    "SQLITE_TOOBIG": "a value is too big for one record.",
}
"""By SQLite's primary result code (https://www.sqlite.org/rescode.html)."""


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """The error of this software for one of SQLite's.

    A broken uniqueness is a `Conflict`: somebody else wrote first. Everything else is a `StoreError`.
    """
    code = getattr(error, "sqlite_errorname", None) or ""
    if code.startswith("SQLITE_CONSTRAINT"):
        if code == "SQLITE_CONSTRAINT_TRIGGER":
            return StoreError(f"{path}: {error}")
        return Conflict(f"{path}: somebody else wrote the same thing first ({error}). Look again.")
    primary = "_".join(code.split("_")[:2])
    return StoreError(f"{path}: {_WORDS.get(primary, str(error))}")

"""Hands checkpoints on to a place outside: a folder, or an address that takes them by POST."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from triage.audit.checkpoints import Signed, read_row
from triage.audit.journal import Journal
from triage.domain import utc
from triage.errors import ConfigurationError, UsageError
from triage.storage import checkpoints as rows

_SECONDS = 20.0


def offer(journal: Journal, to: str, clock: Callable[[], datetime]) -> Iterator[tuple[int, str]]:
    """Hand on what has not arrived there yet, the oldest first, each with its time stamp where there is one.

    Gives number and place of each as it arrives. Raises as `hand_on` does; the rest is offered again the next time.
    """
    database, place = journal.database, journal.keys.keyed_hash("place", to)
    for row in rows.to_hand_on(database, place):
        stamp = rows.stamp(database, row.number)
        where = hand_on(read_row(row, stamp), to)
        rows.handed_on(database, place, row.number, utc(clock()), stamped=stamp is not None)
        yield row.number, where


def hand_on(signed: Signed, to: str) -> str:
    """Put a checkpoint into a folder, or send it to an http(s) address; returns where it is.

    A file that is there already is never written over: where it is this checkpoint, all is well, and its time stamp
    goes beside it. Raises `UsageError` where it is another one, `ConfigurationError` where the place does not take it.
    """
    if urlsplit(to).scheme in {"http", "https"}:
        return _send(signed, to)
    return str(_write(signed, Path(to)))


def _write(signed: Signed, folder: Path) -> Path:
    path = folder / f"checkpoint-{signed.checkpoint.number:08}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not _put(path, signed.to_text().encode()):
            _compare(path, signed)
        if signed.stamp is not None:
            _put(path.with_suffix(".tsr"), signed.stamp)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written ({error.strerror}).") from error
    return path


def _put(path: Path, content: bytes) -> bool:
    """Write a new file onto the disk, whole or not at all; false where there is one already."""
    if path.exists():
        return False
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        _write_new(new, content)
        try:
            os.link(new, path)  # unlike renaming, this writes over nothing
        except FileExistsError:
            raise
        except OSError:  # a file system without links, as some shares are
            _write_new(path, content)
    except FileExistsError:
        return False
    finally:
        new.unlink(missing_ok=True)
    return True


def _write_new(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _compare(path: Path, signed: Signed) -> None:
    there = Signed.read(path)
    if (there.body, there.signatures) != (signed.body, signed.signatures):
        raise UsageError(
            f"{path}: there is another checkpoint with this number already, perhaps of a store that was rewritten "
            "since. Compare it with `triage audit verify --checkpoint` before you move it away."
        )


def _send(signed: Signed, address: str) -> str:
    import httpx2

    place = urlsplit(address)
    shown = f"{place.scheme}://{place.hostname}"
    try:
        answer = httpx2.post(
            address,
            content=signed.to_text().encode(),
            headers={"content-type": "application/json"},
            timeout=_SECONDS,
            follow_redirects=False,
        )
    except httpx2.HTTPError as error:
        raise ConfigurationError(f"{shown}: did not take the checkpoint ({type(error).__name__}).") from error
    if not answer.is_success:
        raise ConfigurationError(f"{shown}: did not take the checkpoint (status {answer.status_code}).")
    return shown

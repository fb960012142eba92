"""Hands a checkpoint on to a place outside: a folder, or an address that takes it by POST."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from triage.audit.checkpoints import Signed
from triage.errors import ConfigurationError, UsageError

_SECONDS = 20.0


def hand_on(signed: Signed, to: str) -> str:
    """Put a checkpoint into a folder, or send it to an http(s) address; returns where it is.

    A file that is there already is never written over. Raises `ConfigurationError` where the place does not take it.
    """
    if urlsplit(to).scheme in {"http", "https"}:
        return _send(signed, to)
    return str(_write(signed, Path(to)))


def _write(signed: Signed, folder: Path) -> Path:
    path = folder / f"checkpoint-{signed.checkpoint.number:08}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(signed.to_text())
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise UsageError(
            f"{path}: there is a checkpoint with this number already, perhaps of a store that was rewritten since. "
            "Compare it with `triage audit verify --checkpoint` before you move it away."
        ) from error
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written ({error.strerror}).") from error
    return path


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

"""Names of workers: unique among those that run, and the same again when one is started anew."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from triage.errors import StoreError, UsageError
from triage.locking import hold

_MOST = 64
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@contextmanager
def slot(home: Path, name: str | None = None, host: str | None = None) -> Iterator[str]:
    """The name of a worker of this machine, held for the length of the block; without `name` the first free one.

    A process that was killed lets go of its name at once, so the next one takes it up, and with it the jobs.
    Raises `UsageError` where another process holds the name, or where it is none.
    """
    if name is not None and not _NAME.fullmatch(name):
        raise UsageError(f"--slot {name!r}: use letters, digits, dots, hyphens and underscores, at most 100.")
    host = _NAME_SAFE.sub("-", host or socket.gethostname())[:80] or "host"
    folder = home / "workers"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for wanted in [name] if name is not None else [f"{host}-{number}" for number in range(1, _MOST + 1)]:
            held = hold(folder / f"{wanted}.lock")
            if held is None:
                continue
            with held:
                yield wanted
            return
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written ({error.strerror}).") from error
    raise UsageError(
        f"a worker named {name} runs here already." if name else f"{_MOST} workers run here already: name a --slot."
    )


_NAME_SAFE = re.compile(r"[^A-Za-z0-9._-]+")


__all__ = ["slot"]

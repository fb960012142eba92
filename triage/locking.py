"""Files that one process holds: a worker's name, the counts of a process, a measurement. A dead process lets go."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import IO

_PAUSE = 0.02


def hold(path: Path, patience: float = 0.0) -> IO[str] | None:
    """The file (made where it is missing), held by this process until it is closed; none where another one has it.

    `patience`: seconds for which it is tried again, where others only look for a moment. Raises `OSError` where the
    file cannot be opened. Where the platform has no such locks (Windows), everybody is let in.
    """
    until = time.monotonic() + patience
    held = path.open("a+", encoding="ascii")
    try:
        while not _is_taken(held):
            if time.monotonic() >= until:
                held.close()
                return None
            time.sleep(_PAUSE)
    except BaseException:
        held.close()
        raise
    return held


def _is_taken(file: IO[str]) -> bool:
    if os.name != "posix":
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


__all__ = ["hold"]

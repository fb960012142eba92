"""Bounds that a reading process puts on itself before it opens anything."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

_LOOKS_EVERY = 0.5
"""Seconds between two looks whether the parent still lives."""
_GRACE = 2.0
"""Seconds after which the kernel ends a process that its parent should have ended."""
PATIENCE = 20 if hasattr(signal, "setitimer") else 1
"""So many times as long as a document may compute, it may take on the clock: other programs want to run, too. Where
the kernel doesn't count computing, the clock must do."""


def settle(parent: int) -> None:
    """Once, at the start: no core file, no file written, no end by the terminal's keys, no life without the parent."""
    if hasattr(signal, "SIGINT"):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource = _resource()
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def allow(seconds: float, memory_bytes: int) -> None:
    """For one document: so many seconds of computing, and so much memory beyond what is held now.

    The kernel ends a process that computes longer, so that the same file meets the same end on a busy machine. The
    clock is watched by the parent; the alarm is for the case that the parent is gone or stopped. Memory is bounded
    where the kernel does it (Linux). Where there are no such signals (Windows), the clock is the only bound.
    """
    if hasattr(signal, "setitimer"):
        for number in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, PATIENCE * seconds + _GRACE)
    resource, held = _resource(), _statm(0)
    if resource is not None and held:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (held + memory_bytes, most))


def rest() -> None:
    """The document is done: no alarm until the next."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def resident_bytes() -> int:
    """The memory that this process holds now; 0 where the platform does not tell."""
    return _statm(1)


def _resource() -> Any:
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource


def _statm(column: int) -> int:
    """Bytes from the kernel's table (Linux): 0 is the address space, 1 what is resident."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[column])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOKS_EVERY)
    os._exit(1)

"""Figures of the moment: each process counts what it does, and all processes of one machine are read together.

Counts stand in memory, or, inside `shared`, in files of a folder that outlive the process: whoever is scraped adds up
the files of all. A process holds a name in the folder (`web-1`, `worker-1`) and goes on with the counts of the one that
had it before, so that there are no more files than processes, and a restart takes nothing back.

Labels hold words of small, fixed sets, and names of the installation's own configuration: never a record, a person, a
text. What lives in the database (ages, dead letters, cards, money) is not counted here but read there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, values
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector

from triage.locking import hold

FOLDER = "metrics"
"""In the home folder of an installation."""
_MOST = 64
_QUICK = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
_LONG = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0)


LEFT_ALONE = "triage_model_left_alone"
"""Kept as the Unix time until which it is so: whoever kept questions back may not be asked for long, and it ends."""
STORE_ERRORS = ("acceptor", "worker", "schedule", "jobs")
"""Where the store may be found unusable."""
DOORS = ("hook", "bridge", "signed", "api")
"""Where events come in from outside, and may be refused."""


class Meters:
    """What is counted, as attributes. Times are in seconds."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.events = self._counter(
            "triage_events", "Events that came in at a door, by what became of them.", "door", "result"
        )
        self.acknowledged = self._seconds(
            "triage_acknowledge_seconds", "From a call's first byte to its answer, of events that were kept.", _QUICK
        )
        self.requests = self._counter(
            "triage_http_requests", "Requests that were answered.", "method", "route", "status"
        )
        self.answered = self._seconds("triage_http_seconds", "Time to answer a request.", _QUICK, "part")
        self.store_errors = self._counter("triage_store_errors", "Times that the store could not be used.", "where")
        self.outcomes = self._counter("triage_jobs", "Arrivals that came to their outcome.", "outcome")
        self.attempts = self._counter("triage_job_attempts", "Runs of jobs, by how they ended.", "result")
        self.waits = self._counter("triage_job_waits", "Jobs that went back to wait, by what they wait for.", "why")
        self.to_outcome = self._seconds("triage_outcome_seconds", "From an arrival's receipt to its outcome.", _LONG)
        self.steps = self._seconds(
            "triage_step_seconds", "Time of a step of the path that was done anew.", _SLOW, "step"
        )
        self.model_seconds = self._seconds(
            "triage_model_seconds", "Time of a model server's answer.", _SLOW, "endpoint"
        )
        self.model_requests = self._counter(
            "triage_model_requests", "Questions to a model server, by what came.", "endpoint", "result"
        )
        self.left_alone = Gauge(
            LEFT_ALONE,
            "1 while the breaker keeps questions from a model server.",
            ("endpoint",),
            registry=self.registry,
            multiprocess_mode="livemax",
        )
        self.odoo_calls = self._counter("triage_odoo_calls", "Calls to Odoo, by what came.", "result")
        self.odoo_seconds = self._seconds("triage_odoo_seconds", "Time of a call to Odoo.", _SLOW)
        self.sweeps = self._counter("triage_sweep_rounds", "Rounds of the sweep, by how they ended.", "result")
        self.lost_found = self._counter(
            "triage_lost_events_found", "Changes that a sweep was the first to bring: no call told of them."
        )
        self.started = Gauge("triage_process_started", "When the newest of the processes started (Unix time).",
                             registry=self.registry, multiprocess_mode="livemax")  # fmt: skip
        self.started.set(time.time())
        for where in STORE_ERRORS:  # what is there from the beginning can be seen to rise
            self.store_errors.labels(where).inc(0)
        for door in DOORS:
            self.events.labels(door, "refused").inc(0)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _seconds(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, text, labels, buckets=buckets, registry=self.registry)


class _Current:
    meters: Meters | None = None
    folder: Path | None = None


_current = _Current()


def meters() -> Meters:
    """This process's meters."""
    if _current.meters is None:
        _current.meters = Meters()
    return _current.meters


@contextmanager
def shared(folder: Path, kind: str) -> Iterator[str | None]:
    """Count in this folder for the length of the block, under the first free name of the kind; the name.

    None, and counts in memory, where the folder cannot be written or the system lacks locks on files.
    """
    with ExitStack() as stack:
        try:
            name = stack.enter_context(_held(folder, kind))
        except (OSError, ImportError):
            name = None
        if name is None:
            yield None
            return
        before = _current.meters, _current.folder, values.ValueClass
        # Each series is opened when it is first counted, so the library's choice of a class holds as long as the block.
        values.ValueClass = values.MultiProcessValue(lambda: name)  # type: ignore[no-untyped-call]
        _current.meters, _current.folder = _in_files(folder, name), folder
        try:
            yield name
        finally:
            _current.meters, _current.folder, values.ValueClass = before


def leave_alone(endpoint: str, seconds: float) -> None:
    """Say that questions are kept from a model server for so long from now on; 0: they pass."""
    meters().left_alone.labels(endpoint).set(time.time() + seconds if seconds > 0 else 0)


def read() -> list[Metric]:
    """What this process has counted, or, inside `shared`, all processes that count in the folder."""
    if _current.folder is None:
        return _as_of_now(meters().registry.collect())
    every = sorted(_current.folder.glob("*.db"))
    files = [str(path) for path in every if _counts(path)]
    return _as_of_now(MultiProcessCollector.merge(files, accumulate=True))  # type: ignore[no-untyped-call]


def _as_of_now(families: Iterable[Metric]) -> list[Metric]:
    """Everything, with what was kept as a time until which it is so told as 1 or 0."""
    found, now = list(families), time.time()
    for family in found:
        if family.name == LEFT_ALONE:
            family.samples = [one._replace(value=float(one.value > now)) for one in family.samples]
    return found


def _in_files(folder: Path, name: str) -> Meters:
    """Meters that stand in files. The library takes the folder from a variable, as long as it opens them."""
    for old in folder.glob(f"gauge_live*_{name}.db"):
        old.unlink(missing_ok=True)  # how things stood with the process that had the name before
    before = os.environ.get(_VARIABLE)
    os.environ[_VARIABLE] = str(folder)
    try:
        return Meters()  # one of each kind has no labels, so that every file is open now
    finally:
        if before is None:
            del os.environ[_VARIABLE]
        else:
            os.environ[_VARIABLE] = before


_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def _held(folder: Path, kind: str) -> Iterator[str | None]:
    """A name that no other process has, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number in range(1, _MOST + 1):
        name = f"{kind}-{number}"
        held = hold(folder / f"{name}.lock")
        if held is not None:
            with held:
                yield name
            return
    yield None


def _counts(path: Path) -> bool:
    """Whether a file counts: counts of the dead do, how things stand with the dead does not."""
    if not path.name.startswith("gauge_live"):
        return True
    lock = path.with_name(path.stem.rpartition("_")[2] + ".lock")
    try:
        free = hold(lock)
    except OSError:
        return True
    if free is None:
        return True
    free.close()
    return False


__all__ = ["FOLDER", "Meters", "leave_alone", "meters", "read", "shared"]

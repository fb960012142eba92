"""What a chaos day works on: processes that are kept running, what is sent, and what is claimed about alerts."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from evals.load import parts
from evals.load.alerts import Site
from evals.load.day_alerts import Claims
from evals.load.kills import Sender
from evals.load.parts import Helper, Member
from evals.load.prometheus import Watch
from triage.cli.wiring import Store, now
from triage.domain import RecordRef
from triage.errors import StoreError
from triage.jobs.inbox import Inbox

if TYPE_CHECKING:
    from tests.databases import PostgresServer

HOOK = f"/hooks/odoo/odoo/{parts.SECRET}"
PATIENCE = 60.0
_SLOW = 0.3
"""Seconds; on the way, in the sender and in the histogram's buckets it may have looked like half a second."""
_NOT_WRITTEN = "cannot be written now"
_REFUSALS = (_NOT_WRITTEN, "too slow to promise", "Too much waits")
"""Words of the answers that count as refused."""


@dataclass
class Keeper:
    """Starts again what has ended, all but what is held down."""

    members: list[Member]
    held: set[str] = field(default_factory=set)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until it is told to end."""
        while not self.ended.wait(0.3):
            for member in self.members:
                if member.name not in self.held:
                    member.look()


@dataclass
class Day:
    """What a fault works on, and what it leaves behind."""

    site: Site
    environment: Mapping[str, str]
    keeper: Keeper
    store: Store
    claims: Claims
    apart: Iterator[RecordRef]
    """Orders that nobody called about yet."""
    watch: Watch | None
    server: PostgresServer | None
    ids: Counter[str] = field(default_factory=Counter)
    """Arrivals that were acknowledged."""
    wanted: list[RecordRef] = field(default_factory=list)
    """Orders of these that must have a card in the end."""
    discarded: list[str] = field(default_factory=list)
    """Arrivals that a person gave up."""
    retried: int = 0
    """How often a person had one tried again; each is a record of its own beside the outcome's."""
    wrong: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def web(self) -> Member:
        """The web process."""
        return self.keeper.members[0]

    @property
    def workers(self) -> list[Member]:
        """All workers."""
        return self.keeper.members[1:]

    @property
    def inbox(self) -> Inbox:
        """The inbox."""
        return Inbox(self.store.journal, now)

    def tell(self, helper: Helper, words: str) -> Any:
        """What a helper answers; one question at a time."""
        with self._lock:
            return helper.ask(words)

    def fires(self, alert: str) -> bool:
        """Whether an alert fires now; without Prometheus none does."""
        try:
            return self.watch is not None and alert in self.watch.firing()
        except OSError:
            return False

    def until_told(self, alert: str, began: float, why: str) -> None:
        """Go on until the alert fires, or has had more than its time; it must have. Without Prometheus: its time."""
        until = began + self.claims.enough(alert) + PATIENCE * (self.watch is not None)
        while time.time() < until and not self.fires(alert):
            time.sleep(0.5)
        self.claims.add(alert, began, time.time(), why, must=True)

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> tuple[int | None, Any]:
        """Send one call; its status and what was said, or none where it was not answered. What it tells about alerts
        is claimed, and an acknowledged one is noted.
        """
        began = time.time()
        try:
            status, said = parts.post(self.site.port, path, body, headers=headers)
        except (OSError, ValueError, http.client.HTTPException) as error:
            why = f"a call was not answered ({type(error).__name__})"
            for alert in ("TriageEventsRefused", "TriageAcknowledgeSlow"):
                self.claims.add(alert, began, time.time(), why, must=False)
            return None, None
        took = time.time() - began
        if status == 202:
            self.ids[said["id"]] += 1
        if status == 503:
            words = str(said and said.get("detail"))
            certain = any(each in words for each in _REFUSALS)
            self.claims.add("TriageEventsRefused", began, time.time(), "a call was answered with 503", must=certain)
            if _NOT_WRITTEN in words:
                self.claims.add("TriageStoreErrors", began, time.time(), "a call could not be written", must=True)
        if took > _SLOW:
            self.claims.add("TriageAcknowledgeSlow", began, time.time(), f"a call took {took:.1f} s", must=False)
        return status, said

    def send(self, ref: RecordRef) -> None:
        """Call about an order until it is acknowledged."""
        while self.post(HOOK, parts.call_of(ref))[0] != 202:
            time.sleep(0.3)


@dataclass
class DaySender(Sender):
    """Sends calls at a pace; what each answer says about alerts is claimed."""

    day: Day | None = None

    @override
    def _sent(self, body: bytes) -> bool:
        assert self.day is not None
        status, said = self.day.post(HOOK, body)
        self.duplicates += status == 202 and bool(said["duplicate"])
        return status == 202


Chance = random.Random
Making = Callable[[Day, Chance], None]


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong."""

    make: Making
    touches: frozenset[str]
    only: str | None = None
    """The engine that it needs: `sqlite` or `postgresql`."""
    alert: str | None = None
    """The alert that it waits for: it is not begun while that one still fires."""


def touching(*places: str) -> frozenset[str]:
    """What a fault touches."""
    return frozenset(places)


def again(work: Callable[[], Any]) -> Any:
    """Its result; a store that is away for a moment is waited for."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except StoreError:
            if time.monotonic() > until:
                raise
            time.sleep(0.3)


__all__ = ["HOOK", "PATIENCE", "Chance", "Day", "DaySender", "Fault", "Keeper", "Making", "again", "touching"]

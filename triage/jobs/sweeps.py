"""Sweeps: Odoo is looked through for what has changed, and all of it comes into the inbox.

This is what the service stands on; a webhook only makes it quicker. One worker sweeps an Odoo at a time. A round takes
a bounded share of Odoo, the group that is furthest behind first; what is left is the next round's. A position is moved
only after what was seen stands in the inbox, so a crash in between makes duplicates, and the inbox knows these.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from triage import metrics, tracing
from triage.domain import Arrival, Door
from triage.domain.policies import PolicyBook
from triage.errors import AccessDenied
from triage.jobs.looks import Dates, Look, Place, Round, groups
from triage.odoo.affected import Hit
from triage.odoo.load import Load
from triage.odoo.passing import PASSING
from triage.storage.leases import Leases
from triage.storage.watermarks import WHOLE, Watermarks

SOURCE = "sweep"
LEASE_SECONDS = 60.0
"""Renewed with each page; a sweeper that was not heard of for so long is taken for dead. One that only was slow finds
its position moved, and stops."""


class Accepted(Protocol):
    """That an arrival is kept."""

    @property
    def id(self) -> str:
        """Its id: a keyed hash."""

    @property
    def new(self) -> bool:
        """False where the same one had come before."""


class Accepting(Protocol):
    """Where arrivals go: `triage.jobs.inbox.Inbox`."""

    def accept_many(self, arrivals: Sequence[Arrival]) -> Sequence[Accepted]:
        """Keep them all, durable when this returns; the same key again is no second one."""


@dataclass(frozen=True)
class Swept:
    """What came of one round."""

    is_elsewhere: bool = False
    """Another worker is sweeping this Odoo."""
    records: int = 0
    """Changed records that were seen."""
    arrivals: int = 0
    new: int = 0
    """Arrivals that were not in the inbox."""
    calls: int = 0
    seconds: float = 0.0
    is_behind: bool = False
    """There is more: the next round may begin at once."""
    hidden: tuple[str, ...] = ()
    """Models that the service user may not read."""


class Sweeper:
    """Sweeps one Odoo into an inbox. `holder` names this worker; `sleep` is time's own."""

    def __init__(
        self,
        place: Place,
        inbox: Accepting,
        watermarks: Watermarks,
        leases: Leases,
        policies: PolicyBook,
        clock: Callable[[], datetime],
        holder: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._place = place
        self._inbox = inbox
        self._watermarks = watermarks
        self._leases = leases
        self._policies = policies
        self._clock = clock
        self._holder = holder
        self._sleep = sleep
        self._lease = f"sweep {place.name}"
        self._was_let_in = False
        """Whether this pass could read anything."""
        self._done: set[str] = set()
        """What this pass has seen to its end. A pass goes on over rounds until nothing is left: each look begins before
        the end of the last, so that one which was done would always find something to do again."""

    def once(self) -> Swept:
        """One round: a new pass, or more of the one that was left behind.

        Raises `OdooError` where Odoo does not answer (what was seen before stands), `Conflict` where another worker has
        taken over, `StoreError` where nothing can be kept.
        """
        if not self._hold():
            return Swept(is_elsewhere=True)
        metrics.meters().sweeps.labels("begun").inc()
        began, seen = time.monotonic(), _Seen(self._inbox, self._place, self._clock)
        sweeping = self._place.sweeping
        load = Load(self._place.odoo, sweeping.most_calls, sweeping.pause_seconds, self._sleep)
        try:
            is_behind, is_elsewhere = self._through(load, seen)
        finally:
            self._leases.give_back(self._lease, self._holder)
        return Swept(
            is_elsewhere=is_elsewhere,
            records=seen.records,
            arrivals=seen.arrivals,
            new=seen.new,
            calls=load.calls,
            seconds=time.monotonic() - began,
            is_behind=is_behind,
            hidden=tuple(sorted(load.hidden)),
        )

    def _hold(self) -> bool:
        return self._leases.take(self._lease, self._holder, LEASE_SECONDS)

    def _through(self, load: Load, seen: _Seen) -> tuple[bool, bool]:
        """Page by page, always of the look that is furthest behind, until all is seen or the share is used up.

        Whether there is more, and whether another worker has taken over.
        """
        place = self._place
        known = self._watermarks.of(place.name)
        round_ = Round(place, self._watermarks, self._policies, self._clock, load, seen.keep, known)
        whole = known.get(WHOLE) or round_.begun(WHOLE, self._clock())
        every: list[Look | Dates] = [Look(round_, group) for group in groups(place)]
        kinds = [kind for kind in PASSING if place.odoo.has(kind.model, kind.field)]
        every += [Dates(round_, kind, number) for kind in kinds for number in place.odoo.user.companies]
        looks = [look for look in every if look.part not in self._done]
        refused: AccessDenied | None = None
        while looks:
            if load.is_spent or seen.records >= place.sweeping.most_records:
                return True, False
            look = min(looks, key=lambda each: each.moment)
            try:
                has_more = look.page()
                self._was_let_in |= isinstance(look, Look)  # dates ask nothing while no day has passed
            except AccessDenied as error:
                load.hidden.add(look.model)
                refused, has_more = error, False
            if not has_more:
                looks.remove(look)
                self._done.add(look.part)
            if not self._hold():
                return True, True
        was_let_in, self._was_let_in = self._was_let_in, False
        self._done.clear()
        if refused is not None and not was_let_in:
            raise refused
        self._watermarks.move(whole, whole.with_(looked_at=self._clock()))
        return False, False


@dataclass
class _Seen:
    """Counts what a round has seen and kept."""

    inbox: Accepting
    place: Place
    clock: Callable[[], datetime]
    records: int = 0
    arrivals: int = 0
    new: int = 0

    def keep(self, hits: Iterable[Hit], records: int) -> None:
        """Keep what was seen, each record and change once."""
        arrivals = [self._arrival(hit) for hit in _each_once(hits)]
        began = time.time()
        accepted = self.inbox.accept_many(arrivals) if arrivals else ()
        self.records += records
        self.arrivals += len(arrivals)
        for each in accepted:
            if each.new:
                said = {"triage.door": Door.SWEEP.value, "triage.job": each.id}
                tracing.acknowledged(each.id, began, said, is_new=True)
        new = sum(each.new for each in accepted)
        self.new += new
        counted = metrics.meters().events
        counted.labels(Door.SWEEP.value, "new").inc(new)
        counted.labels(Door.SWEEP.value, "duplicate").inc(len(accepted) - new)

    def _arrival(self, hit: Hit) -> Arrival:
        now = self.clock()
        return Arrival(
            key=f"{self.place.name} {hit.ref.key} {hit.cause}",
            source=SOURCE,
            door=Door.SWEEP,
            ref=hit.ref,
            company=hit.company or self.place.company.name,
            received_at=now,
            due_at=now,
        )


def _each_once(hits: Iterable[Hit]) -> list[Hit]:
    """Each record and change once, the oldest change first."""
    found = {(hit.ref.key, hit.cause): hit for hit in hits}
    return sorted(found.values(), key=lambda hit: (hit.moment, hit.ref.key))


__all__ = ["LEASE_SECONDS", "SOURCE", "Accepting", "Place", "Sweeper", "Swept"]

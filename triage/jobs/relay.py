"""From the inbox to the queue: what is due, in fair shares, and never more than the workers can take soon."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from triage.audit.sealing import WRITTEN_BY
from triage.domain import utc
from triage.domain.base import version_number
from triage.errors import SwitchedOff
from triage.jobs.configuration import JobsConfiguration
from triage.jobs.engine import Run
from triage.jobs.inbox import Inbox
from triage.jobs.review import Outages, Switch
from triage.storage import inbox as rows
from triage.storage import workers
from triage.storage.inbox import NOTHING, QUEUED, WAITING, InboxRow

_MINUTE = timedelta(seconds=60)
_MOST = 200
"""Handed over in one turn."""


class Queue(Protocol):
    """Where runs are put."""

    def enqueue(self, runs: Sequence[Run]) -> None:
        """Put runs there, all or none; one that is there already stays as it is. Raises `StoreError`."""


class Relay:
    """Hands over what is due. Every worker has one; they take turns.

    A row is marked first and put into the queue then. What was marked by a relay that died in between is put there
    again by whoever notices, which does no harm.
    """

    def __init__(
        self,
        inbox: Inbox,
        queue: Queue,
        configuration: JobsConfiguration,
        worker: str,
        clock: Callable[[], datetime],
        *,
        switch: Switch | None = None,
        outages: Outages | None = None,
    ) -> None:
        self._inbox = inbox
        self._database = inbox.database
        self._queue = queue
        self._set = configuration
        self._worker = worker
        self._clock = clock
        self._switch = switch
        self._outages = outages or Outages()
        self._unsent: list[Run] = []

    def turn(self) -> int:
        """Hand over what is due and may be; how many. Raises `StoreError`; what was marked is sent the next time."""
        if self._database.query("SELECT 1 FROM inbox WHERE state = 'waiting' AND due_at <= ? LIMIT 1", (self._now(),)):
            self._unsent += self._marked()
        sent = len(self._unsent)
        if sent:
            self._queue.enqueue(self._unsent)
            self._unsent = []
        return sent

    def again(self, worker: str) -> int:
        """Put once more into the queue what a relay had marked, itself or a dead one; how many."""
        found = rows.queued_by(self._database, worker)
        self._queue.enqueue([(row.id, row.run) for row in found])
        return len(found)

    def _marked(self) -> list[Run]:
        now = self._now()
        with self._database.transaction():
            self._database.lock("relay")
            room = min(_MOST, self._room())
            chosen = self._chosen(now, room) if room > 0 else []
            changes = {"state": QUEUED, "worker": self._worker, "started_at": now}
            return [
                (row.id, row.run)
                for row in chosen
                if rows.change(self._database, row.id, {"state": WAITING, "run": row.run}, changes)
            ]

    def _room(self) -> int:
        """How many more the queue should hold: enough to keep all living workers busy for a while."""
        since = self._clock() - timedelta(seconds=self._set.dead_seconds)
        living = max(1, len(workers.alive(self._database, utc(since))))
        return living * self._set.concurrency * self._set.ahead - rows.held(self._database)

    def _chosen(self, now: str, room: int) -> list[InboxRow]:
        """What is due, one of each company in turn as long as there is room, and of each record only one."""
        waiting: list[list[InboxRow]] = []
        for company in rows.waiting_companies(self._database, now):
            most = min(room, self._left_for(company))
            if most <= 0 or self._is_off(company):
                continue
            without_odoo = self._outages.is_odoo_down
            due = rows.due(
                self._database, company, now, 4 * most, version=version_number(WRITTEN_BY), without_odoo=without_odoo
            )
            waiting.append(list(_one_of_each_record(due))[:most])
        turns = (queue[place] for place in range(room) for queue in waiting if place < len(queue))
        return list({row.record: row for row, _ in zip(turns, range(room), strict=False)}.values())

    def _is_off(self, company: str) -> bool:
        try:
            if self._switch is not None:
                self._switch.check(company)
        except SwitchedOff:
            return True
        return False

    def _left_for(self, company: str) -> int:
        share = self._set.share(company)
        left = [_MOST]
        if share.concurrency is not None:
            left.append(share.concurrency - rows.held(self._database, company))
        if share.per_minute is not None:
            since = utc(self._clock() - _MINUTE)
            left.append(share.per_minute - rows.started_since(self._database, company, since))
        return min(left)

    def _now(self) -> str:
        return utc(self._clock())


def _one_of_each_record(due: Iterable[InboxRow]) -> Iterable[InboxRow]:
    """The newest of each record where any will do, for it takes the others along; else the one that is due longest."""
    chosen: dict[str, InboxRow] = {}
    for row in due:
        first = chosen.get(row.record)
        if first is None or (first.carries == row.carries == NOTHING and _age(row) > _age(first)):
            chosen[row.record] = row
    return chosen.values()


def _age(row: InboxRow) -> tuple[str, str]:
    return row.received_at, row.id


__all__ = ["Queue", "Relay"]

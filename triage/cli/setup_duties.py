"""What workers do for what is set up inside Odoo: take in requests, and give a sign of life."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from triage.cli.wiring import now

if TYPE_CHECKING:
    from triage.cli.office import InstalledOffice
    from triage.jobs.inbox import Inbox
    from triage.jobs.requests import Seen
    from triage.jobs.schedules import Task

log = structlog.get_logger("triage.jobs")

_ASKED_EVERY = 20.0
_BEAT_EVERY = 120.0
_LOOK_AGAIN = 300.0
"""Seconds after which an Odoo that had no such model is asked again: a set-up makes them."""


class SetupDuties:
    """Does nothing where no Odoo is named, or set-up was not run. The inbox knows what is done for `keep_days`."""

    def __init__(self, office: InstalledOffice, inbox: Inbox, keep_days: float) -> None:
        self._office = office
        self._inbox = inbox
        self._keep_days = keep_days
        self._asks = self._beats = True
        self._seen: dict[str, Seen] = {}
        """By what tells one Odoo from others."""

    def tasks(self) -> list[Task]:
        """What is done by the clock."""
        from triage.jobs.schedules import Task

        return [
            Task("asked for triage", lambda: _ASKED_EVERY if self._asks else _LOOK_AGAIN, self.requests),
            Task("sign of life", lambda: _BEAT_EVERY if self._beats else _LOOK_AGAIN, self.beat),
        ]

    def requests(self) -> bool:
        """Take in what people asked for inside Odoo; false: nothing of it is left to do at once."""
        from triage.jobs.looks import Place
        from triage.jobs.requests import Requests, Seen

        if not self._office.has_odoo():
            return False
        at = self._office.odoo()
        place = Place(at.odoo, at.place, at.company(), at.capture.company, at.connection.sweep)
        seen = self._seen.setdefault(at.place, Seen())
        new = Requests(place, self._inbox, now, seen, self._keep_days).once()
        self._asks = new is not None
        if new:
            log.info("asked for triage", new=new)
        return False

    def beat(self) -> bool:
        """Write a sign of life; a worker that lives is one that comes here. False: it is done."""
        from triage.odoo.heartbeat import beat

        if self._office.has_odoo():
            self._beats = beat(self._office.odoo().odoo, f"{now():%Y-%m-%d %H:%M:%S}")
        return False


__all__ = ["SetupDuties"]

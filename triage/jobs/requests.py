"""“Ask for triage” in Odoo: requests that people made there come into the inbox, whether or not a webhook told of them.

Each request is an arrival of its own, known by its id, so that looking again brings nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from triage.domain import Arrival, Door, RecordRef
from triage.errors import AccessDenied, OdooRejected
from triage.jobs.looks import Place
from triage.jobs.sweeps import Accepting
from triage.odoo.capture import MODELS
from triage.odoo.requests import ABOUT, MODEL, RECORD
from triage.odoo.rows import Row

SOURCE = "asked"
_BACK = timedelta(days=7)
"""What was asked while the service was away for longer is left to the sweep."""
_MOST = 500


class Requests:
    """Looks for requests in one Odoo."""

    def __init__(self, place: Place, inbox: Accepting, clock: Callable[[], datetime]) -> None:
        self._place = place
        self._inbox = inbox
        self._clock = clock

    def once(self) -> int | None:
        """Take in what was asked; how many requests are new. `None` where this Odoo has no such model.

        Raises `OdooUnavailable` where Odoo does not answer, `StoreError` where nothing can be kept.
        """
        odoo = self._place.odoo
        if not odoo.has(MODEL, ABOUT, RECORD):
            odoo.forget(MODEL)
            return None
        since = (self._clock() - _BACK).strftime("%Y-%m-%d %H:%M:%S")
        try:
            rows = odoo.search(MODEL, [("create_date", ">=", since)], [ABOUT, RECORD], order="id desc", limit=_MOST)
        except (AccessDenied, OdooRejected):  # taken away, or not for us
            odoo.forget(MODEL)
            return None
        arrivals = [self._arrival(row) for row in reversed(rows) if row.text(ABOUT) in MODELS and row.number(RECORD)]
        return sum(each.new for each in self._inbox.accept_many(arrivals)) if arrivals else 0

    def _arrival(self, row: Row) -> Arrival:
        now, model, number = self._clock(), row.text(ABOUT) or "", int(row.number(RECORD) or 0)
        return Arrival(
            key=f"{self._place.name} {MODEL}:{row.id}",
            source=SOURCE,
            door=Door.SWEEP,
            ref=RecordRef(model=model, id=number, name=f"{model} {number}"),
            company=self._place.company.name,
            received_at=now,
            due_at=now,
        )

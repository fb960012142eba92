"""“Ask for triage” in Odoo: requests that people made there come into the inbox, whether or not a webhook told of them.

Each request is an arrival of its own, known by its id and time, so that looking again brings nothing twice. (The id
alone says nothing: set-up that was taken away and made again counts from one.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from triage.domain import Arrival, Door, RecordRef
from triage.errors import AccessDenied, OdooRejected
from triage.jobs.looks import Place
from triage.jobs.sweeps import Accepting
from triage.odoo.capture import MODELS
from triage.odoo.requests import ABOUT, MODEL, RECORD
from triage.odoo.rows import Row

SOURCE = "asked"
MOST_DAYS = 30.0
"""So many days back requests are looked for. Odoo deletes older ones when somebody asks, and nothing else would find
them: a record that nobody changes is in no sweep."""
_WHOLE = timedelta(hours=1)
"""So often a worker looks through all of them; between, for those since the newest that it has seen."""
_LATE = timedelta(minutes=15)
"""So much later than another a request may appear that was made before it: its transaction took longer."""
_AT_ONCE = 500
_AT = "create_date"


@dataclass
class Seen:
    """What one worker has seen of the requests of one Odoo."""

    keys: set[str] = field(default_factory=set)
    """Of requests that are in the inbox."""
    newest: datetime | None = None
    """When the newest of them was made, by Odoo's clock."""
    whole_at: datetime | None = None
    """When all were looked through, by ours."""


class Requests:
    """Looks for requests in one Odoo. `seen` is brought up to date; a new one looks through all of them.

    The inbox knows what is done for `keep_days`: what was asked before is not asked for again.
    """

    def __init__(
        self,
        place: Place,
        inbox: Accepting,
        clock: Callable[[], datetime],
        seen: Seen | None = None,
        keep_days: float = MOST_DAYS,
    ) -> None:
        self._place = place
        self._inbox = inbox
        self._clock = clock
        self._seen = Seen() if seen is None else seen
        self._back = timedelta(days=min(MOST_DAYS, keep_days))

    def once(self) -> int | None:
        """Take in what was asked; how many requests are new. `None` where this Odoo has no such model.

        Raises `OdooUnavailable` where Odoo does not answer, `StoreError` where nothing can be kept.
        """
        odoo = self._place.odoo
        if not odoo.has(MODEL, ABOUT, RECORD):
            odoo.forget(MODEL)
            return None
        seen, now = self._seen, self._clock()
        is_whole = seen.whole_at is None or now - seen.whole_at >= _WHOLE
        since = now - self._back
        if seen.newest is not None and not is_whole:
            since = max(since, seen.newest - _LATE)
        new, asked, last, newest = 0, set[str](), 0, seen.newest
        while True:
            try:
                rows = self._page(since, last)
            except (AccessDenied, OdooRejected):  # taken away, or not for us
                odoo.forget(MODEL)
                return None
            found = {self._key(row): row for row in rows if row.text(ABOUT) in MODELS and row.number(RECORD)}
            new += self._take_in({key: row for key, row in found.items() if key not in seen.keys})
            asked |= set(found)
            newest = max((at for row in rows if (at := row.moment(_AT)) is not None), default=newest)
            if len(rows) < _AT_ONCE:
                break
            last = rows[-1].id
        if is_whole:
            seen.keys, seen.whole_at = asked, now
        seen.newest = newest
        return new

    def _page(self, since: datetime, after: int) -> list[Row]:
        domain = [(_AT, ">=", since.strftime("%Y-%m-%d %H:%M:%S")), ("id", ">", after)]
        return self._place.odoo.search(MODEL, domain, [ABOUT, RECORD, _AT], order="id", limit=_AT_ONCE)

    def _take_in(self, new: Mapping[str, Row]) -> int:
        """Keep requests; how many of them had not come before."""
        companies = self._companies(new.values())
        arrivals = [self._arrival(key, row, companies) for key, row in new.items()]
        kept = self._inbox.accept_many(arrivals) if arrivals else ()
        self._seen.keys.update(new)
        return sum(each.new for each in kept)

    def _companies(self, rows: Iterable[Row]) -> dict[str, str]:
        """Names of the companies whose records are asked about, by the record's key, as far as Odoo tells."""
        ids: dict[str, set[int]] = {}
        for row in rows:
            ids.setdefault(row.text(ABOUT) or "", set()).add(int(row.number(RECORD) or 0))
        found: dict[str, str] = {}
        for model, numbers in ids.items():
            with suppress(AccessDenied, OdooRejected):
                for each in self._place.odoo.read(model, numbers, ["company_id"]):
                    found[f"{model}:{each.id}"] = each.label("company_id") or ""
        return found

    def _key(self, row: Row) -> str:
        return f"{self._place.name} {MODEL}:{row.id}@{row.moment(_AT):%Y-%m-%dT%H:%M:%S}"

    def _arrival(self, key: str, row: Row, companies: Mapping[str, str]) -> Arrival:
        now, model, number = self._clock(), row.text(ABOUT) or "", int(row.number(RECORD) or 0)
        return Arrival(
            key=key,
            source=SOURCE,
            door=Door.SWEEP,
            ref=RecordRef(model=model, id=number, name=f"{model} {number}"),
            company=companies.get(f"{model}:{number}") or self._place.company.name,
            received_at=now,
            due_at=now,
        )

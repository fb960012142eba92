"""“Ask for triage” in Odoo: requests that people made there come into the inbox, whether or not a webhook told of them.

Each request is an arrival of its own, known by its id and time, so that looking again brings nothing twice. (The id
alone says nothing: set-up that was taken away and made again counts from one.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from triage.domain import Arrival, Door, RecordRef
from triage.errors import AccessDenied, OdooRejected
from triage.jobs.looks import Place
from triage.jobs.sweeps import Accepting
from triage.odoo.capture import MODELS
from triage.odoo.requests import ABOUT, MODEL, RECORD
from triage.odoo.rows import Row

SOURCE = "asked"
_BACK = timedelta(days=30)
"""So far back requests are looked for. Odoo deletes older ones when somebody asks, and nothing else would find them: a
record that nobody changes is in no sweep."""
_AT_ONCE = 500
_AT = "create_date"


class Requests:
    """Looks for requests in one Odoo. `known` are keys of those that were kept already; it is brought up to date."""

    def __init__(
        self, place: Place, inbox: Accepting, clock: Callable[[], datetime], known: set[str] | None = None
    ) -> None:
        self._place = place
        self._inbox = inbox
        self._clock = clock
        self._known: set[str] = set() if known is None else known

    def once(self) -> int | None:
        """Take in what was asked; how many requests are new. `None` where this Odoo has no such model.

        Raises `OdooUnavailable` where Odoo does not answer, `StoreError` where nothing can be kept.
        """
        odoo = self._place.odoo
        if not odoo.has(MODEL, ABOUT, RECORD):
            odoo.forget(MODEL)
            return None
        new, asked, last = 0, set[str](), 0
        while True:
            try:
                rows = self._page(last)
            except (AccessDenied, OdooRejected):  # taken away, or not for us
                odoo.forget(MODEL)
                return None
            found = {self._key(row): row for row in rows if row.text(ABOUT) in MODELS and row.number(RECORD)}
            new += self._take_in({key: row for key, row in found.items() if key not in self._known})
            asked |= set(found)
            if len(rows) < _AT_ONCE:
                break
            last = rows[-1].id
        self._known.clear()
        self._known.update(asked)
        return new

    def _page(self, after: int) -> list[Row]:
        since = (self._clock() - _BACK).strftime("%Y-%m-%d %H:%M:%S")
        domain = [(_AT, ">=", since), ("id", ">", after)]
        return self._place.odoo.search(MODEL, domain, [ABOUT, RECORD, _AT], order="id", limit=_AT_ONCE)

    def _take_in(self, new: Mapping[str, Row]) -> int:
        """Keep requests; how many of them had not come before."""
        companies = self._companies(new.values())
        arrivals = [self._arrival(key, row, companies) for key, row in new.items()]
        kept = self._inbox.accept_many(arrivals) if arrivals else ()
        self._known.update(new)
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

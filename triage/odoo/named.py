"""What policy and `odoo.yaml` call by name in an Odoo, where companies may have one of the same name each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from triage.domain import RecordRef
from triage.odoo.client import Odoo
from triage.odoo.rows import Row

_KEPT = 300.0
"""Seconds after which a name is looked up again: people rename, archive and make anew."""
_COMPANY = "company_id"


class Named:
    """Looks names up. `clock` counts seconds."""

    def __init__(self, odoo: Odoo, clock: Callable[[], float] = time.monotonic) -> None:
        self._odoo = odoo
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[float, list[Row]]] = {}

    def all(self, model: str, name: str) -> list[Row]:
        """Every record of this name, of whichever company; what is not there is looked for each time."""
        known = self._known.get((model, name))
        if known is not None and self._clock() - known[0] < _KEPT:
            return known[1]
        rows = self._odoo.search(model, [("name", "=", name)], ["name", _COMPANY], order="id")
        self._known.pop((model, name), None)
        if rows:
            self._known[model, name] = (self._clock(), rows)
        return rows

    def company_of(self, record: RecordRef) -> int | None:
        """Id of a record's company; none where all share it, or its model knows no company."""
        rows = self._odoo.read(record.model, [record.id or 0], [_COMPANY])
        return rows[0].one(_COMPANY) if rows else None


def usable(rows: Sequence[Row], company: int | None) -> list[Row]:
    """Those that a record of this company may use: its own, else those that all share.

    A record that all companies share may use any; one that they share as well comes first.
    """
    shared = [row for row in rows if row.one(_COMPANY) is None]
    if company is None:
        return shared or list(rows)
    return [row for row in rows if row.one(_COMPANY) == company] or shared


__all__ = ["Named", "usable"]

"""Rows of cards without a gate: they only say that there is a card, and link to its page.

Where Odoo takes no server actions with code there are no buttons, and nobody can be asked who may read what. So a row
names no record and no fact, and the service user writes the rows itself, in the one model where it has the right to.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal

from triage.domain import RecordRef
from triage.errors import AccessDenied, RecordMissing
from triage.odoo.card_rows import MODEL, CardRow, Request, Standing, checked
from triage.odoo.client import Odoo
from triage.odoo.direct import may
from triage.odoo.rows import Row

MARKER = "x_marker"
_QUIET = {"mail_create_nosubscribe": True, "mail_create_nolog": True, "tracking_disable": True}
_WAITS = ("open", "awaiting_second")
_PAGE = 500


class CardLinks:
    """Writes rows by direct calls; see `CardHand`. Where two have made a row at once, all but the first go again."""

    def __init__(self, odoo: Odoo) -> None:
        self._odoo = odoo

    @classmethod
    def find(cls, odoo: Odoo) -> CardLinks | None:
        """The rows of this Odoo, or none where there is no such model or the service user may not write it."""
        return cls(odoo) if odoo.has(MODEL, MARKER) and may(odoo, MODEL, "create") else None

    @property
    def shows_evidence(self) -> bool:
        """Everybody of a company sees a row, so it says nothing of its record."""
        return False

    def put_card(self, row: CardRow) -> Literal["posted", "updated", "kept", "absent", "withdrawn"]:
        """As `CardHand.put_card`."""
        checked(row)
        standing = self._of(row.marker)
        if standing and standing[0].text("x_version") == row.version:
            self._unlink([each.id for each in standing[1:]])
            return "kept"
        values: dict[str, Any] = {name: value if value != "" else False for name, value in row.values.items()}
        values |= {"x_version": row.version, MARKER: row.marker}
        if standing:
            self._odoo.call(MODEL, "write", [standing[0].id], {"vals": values}, _QUIET)
            self._unlink([each.id for each in standing[1:]])
            return "updated"
        record = self._odoo.read(row.record.model, [row.record.id or 0], ["company_id"])
        if not record:
            return "withdrawn"
        values["x_company_id"] = record[0].one("company_id") or self._odoo.user.company
        self._odoo.call(MODEL, "create", named={"vals_list": [values]}, context=_QUIET)
        self._unlink([each.id for each in self._of(row.marker)[1:]])
        return "posted"

    def remove_card(self, marker: str) -> None:
        """As `CardHand.remove_card`."""
        self._unlink([each.id for each in self._of(marker)])

    def card_rows(self) -> list[Standing]:
        """As `CardHand.card_rows`."""
        found: list[Standing] = []
        last = 0
        names = [MARKER, "x_version", "x_state", "write_date"]
        while page := self._odoo.search(MODEL, [("id", ">", last)], names, order="id", limit=_PAGE):
            last = page[-1].id
            found += [
                Standing(
                    marker=row.text(MARKER) or "",
                    version=row.text("x_version") or "",
                    waits=row.text("x_state") in _WAITS,
                    written_at=row.moment("write_date") or datetime(1970, 1, 1, tzinfo=UTC),
                )
                for row in page
            ]
        return found

    def card_requests(self, groups: tuple[str, ...] = ()) -> list[Request]:
        """Nobody asks for anything: there are no buttons."""
        return []

    def look_anew(self) -> None:
        """Everybody of the company sees a row, so those that a gate made before, which say more, are taken away."""
        self._unlink([each.id for each in self._of(False)])

    def visible(self, user: int, records: list[RecordRef]) -> list[bool]:
        """Cannot be told without a gate."""
        return [False for _ in records]

    def _of(self, marker: str | Literal[False]) -> list[Row]:
        return self._odoo.search(MODEL, [(MARKER, "=", marker)], ["x_version"], order="id")

    def _unlink(self, ids: list[int]) -> None:
        for number in ids:
            with suppress(RecordMissing, AccessDenied):
                self._odoo.call(MODEL, "unlink", [number])


__all__ = ["MARKER", "CardLinks"]

"""Looking through a model by the time of its changes, page by page, so that a look can be broken off and goes on.

Odoo keeps times to the microsecond and tells them to the second. So a page is cut before its last second, which the
next page begins with; where a second has more changes than a page (an import), they are read by id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.odoo.load import Load
from triage.odoo.rows import Row

_FORM = "%Y-%m-%d %H:%M:%S"
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Cursor:
    """Where a look goes on: from this second of Odoo's clock on; of the second itself, after this id."""

    moment: datetime
    after: int = 0


@dataclass(frozen=True)
class Page:
    """Some of what has changed, the oldest first, and where to go on; none where this was the rest."""

    rows: tuple[Row, ...]
    then: Cursor | None


def page_by_time(
    load: Load, model: str, stamp: str, domain: Sequence[tuple[str, str, object]], names: Sequence[str], at: Cursor,
    size: int,
) -> Page:  # fmt: skip
    """Records whose `stamp` is at or after the cursor."""
    wanted = (*names, stamp)
    if at.after == 0:
        rows = load.search(model, [*domain, (stamp, ">=", text(at.moment))], wanted, order=f"{stamp}, id", limit=size)
        if len(rows) < size:
            return Page(tuple(rows), None)
        last = _second(rows[-1], stamp, at)
        whole = tuple(row for row in rows if _second(row, stamp, at) < last)
        if whole:
            return Page(whole, Cursor(last))
        at = Cursor(last)
    within = [(stamp, ">=", text(at.moment)), (stamp, "<", text(at.moment + _SECOND)), ("id", ">", at.after)]
    rows = load.search(model, [*domain, *within], wanted, order="id", limit=size)
    then = Cursor(at.moment, rows[-1].id) if len(rows) == size else Cursor(at.moment + _SECOND)
    return Page(tuple(rows), then)


def page_by_id(
    load: Load, model: str, stamp: str, domain: Sequence[tuple[str, str, object]], names: Sequence[str], at: Cursor,
    size: int,
) -> Page:  # fmt: skip
    """The same for messages, by id: Odoo takes hidden ones out of a page after it has cut it, so that a short page
    does not tell that there are no more. Ids are asked for without a bound, contents in pages.
    """
    since = [*domain, (stamp, ">=", text(at.moment)), ("id", ">", at.after)]
    ids = [row.id for row in load.search(model, since, (), order="id")]
    rows = load.among(model, "id", ids[:size], (*names, stamp))
    rows.sort(key=lambda row: row.id)
    return Page(tuple(rows), Cursor(at.moment, ids[size - 1]) if len(ids) > size else None)


def text(moment: datetime) -> str:
    """A time as Odoo's domains have it."""
    return moment.strftime(_FORM)


def _second(row: Row, stamp: str, at: Cursor) -> datetime:
    return row.moment(stamp) or at.moment

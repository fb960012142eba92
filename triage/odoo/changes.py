"""What has changed in Odoo since somebody last looked: the base of every sweep.

`write_date` and `create_date` are the start of the transaction, told in whole seconds, and a transaction may end after
one that began later. So the next look begins some minutes before the end of the last, and what was seen then is told
again; asking for an unchanged record does nothing twice. Messages do not touch their record's `write_date` and are
looked for themselves. Our own notes, activities and drafts are no change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from triage.domain import RecordRef
from triage.errors import AccessDenied
from triage.odoo.capture import MODELS
from triage.odoo.capture.finding import ref_of
from triage.odoo.capture.kinds import KINDS
from triage.odoo.client import Odoo
from triage.odoo.rows import Row

_OVERLAP = timedelta(minutes=5)
_PAGE = 1000
_FORM = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Watermark:
    """Up to where somebody has looked, at records and messages alike."""

    moment: datetime
    """Odoo's own time of the newest change seen, less the time that the look took (UTC)."""


@dataclass(frozen=True)
class Changes:
    """What has changed, and where to go on."""

    refs: tuple[RecordRef, ...]
    watermark: Watermark
    hidden: tuple[str, ...] = ()
    """Models that the service user may not read."""


@dataclass(frozen=True)
class _Change:
    moment: datetime
    ref: RecordRef | None
    """None where it was our own doing."""


def changed(odoo: Odoo, since: Watermark, models: Sequence[str] = MODELS) -> Changes:
    """All records of these models that were written or written to since, each once, the oldest change first.

    The watermark never moves back. Raises `OdooUnavailable` where Odoo does not answer.
    """
    began = monotonic()
    found: list[_Change] = []
    hidden: list[str] = []
    for model in models:
        try:
            found += _written(odoo, model, since)
        except AccessDenied:
            hidden.append(model)
    found = [*_written_to(odoo, since, [model for model in models if odoo.has(model)]), *found]
    took = timedelta(seconds=int(monotonic() - began))
    moment = max((since.moment, *(change.moment - took for change in found)))
    return Changes(_each_once(found), Watermark(moment), tuple(hidden))


def _each_once(changes: Sequence[_Change]) -> tuple[RecordRef, ...]:
    """The records by their oldest change; called as the last of these changes calls them."""
    refs = {ref.key: ref for change in changes if (ref := change.ref) is not None}
    by_age = sorted(changes, key=lambda change: change.moment)
    keys = dict.fromkeys(ref.key for change in by_age if (ref := change.ref) is not None)
    return tuple(refs[key] for key in keys)


def _written(odoo: Odoo, model: str, since: Watermark) -> list[_Change]:
    names = (*KINDS[model].called, "write_date", "create_uid", "write_uid")
    rows = _all(odoo, model, [("write_date", ">=", _before(since))], names)
    return [
        _Change(row.moment("write_date") or since.moment, None if _is_own(row, odoo) else ref_of(row)) for row in rows
    ]


def _is_own(row: Row, odoo: Odoo) -> bool:
    """Made by us and touched by nobody else: a draft ticket of ours."""
    return row.one("create_uid") == odoo.user.id == row.one("write_uid")


def _written_to(odoo: Odoo, since: Watermark, models: Sequence[str]) -> list[_Change]:
    domain = [
        ("create_date", ">=", _before(since)),
        ("model", "in", list(models)),
        ("message_type", "in", ["email", "comment"]),
    ]
    rows = _all(odoo, "mail.message", domain, ("model", "res_id", "record_name", "author_id", "create_date"))
    own = odoo.user.partner
    return [
        _Change(row.moment("create_date") or since.moment, None if row.one("author_id") == own else _record_of(row))
        for row in rows
    ]


def _all(odoo: Odoo, model: str, domain: Sequence[tuple[str, str, object]], names: Sequence[str]) -> list[Row]:
    """All rows that match, in pages.

    First the ids, all at once: an import gives thousands of rows one time, and Odoo cuts a page of messages before it
    takes from it what the user may not see, so that neither the times nor a short page tell where to go on.
    """
    ids = [row.id for row in odoo.search(model, domain, (), order="id")]
    pages = [ids[start : start + _PAGE] for start in range(0, len(ids), _PAGE)]
    return [row for page in pages for row in odoo.read(model, page, names)]


def _before(since: Watermark) -> str:
    return (since.moment - _OVERLAP).strftime(_FORM)


def _record_of(message: Row) -> RecordRef:
    model, number = message.text("model") or "", int(message.number("res_id") or 0)
    return RecordRef(model=model, id=number, name=message.text("record_name") or f"{model} {number}")

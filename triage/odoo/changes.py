"""What has changed in Odoo since somebody last looked: the base of every sweep.

`write_date` is the start of the transaction in whole seconds, so the next look begins some minutes before the end of
the last, and what was seen then is told again; asking for an unchanged record does nothing twice. Messages do not touch
their record's `write_date` and are found by their ids. Our own notes, activities and drafts are no change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.domain import RecordRef
from triage.errors import AccessDenied
from triage.odoo.capture import MODELS
from triage.odoo.capture.finding import ref_of
from triage.odoo.capture.kinds import KINDS
from triage.odoo.client import Odoo
from triage.odoo.rows import Row

_OVERLAP = timedelta(minutes=5)
_MOST = 2000
_FORM = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Watermark:
    """Up to where somebody has looked."""

    moment: datetime
    """Odoo's own time of the newest change seen (UTC)."""
    message: int = 0
    """Id of the newest message seen."""


@dataclass(frozen=True)
class Changes:
    """What has changed, and where to go on."""

    refs: tuple[RecordRef, ...]
    watermark: Watermark
    hidden: tuple[str, ...] = ()
    """Models that the service user may not read."""


def changed(odoo: Odoo, since: Watermark, models: Sequence[str] = MODELS) -> Changes:
    """Records of these models that were written or written to since, each once, the oldest change first.

    Where a model has more changes than one look takes, the watermark stays behind them, and the next look goes on.
    """
    found: dict[str, RecordRef] = {}
    ends: list[datetime] = [since.moment]
    held: list[datetime] = []
    hidden: list[str] = []
    for model in models:
        try:
            rows = _written(odoo, model, since)
        except AccessDenied:
            hidden.append(model)
            continue
        moments = [row.moment("write_date") or since.moment for row in rows]
        (held if len(rows) == _MOST else ends).extend(moments[-1:])
        found |= {ref.key: ref for ref in (ref_of(row) for row in rows if not _is_own(row, odoo))}
    messages, last = _written_to(odoo, since, [model for model in models if odoo.has(model)])
    found |= {ref.key: ref for ref in messages if ref.key not in found}
    return Changes(tuple(found.values()), Watermark(min(held) if held else max(ends), last), tuple(hidden))


def _written(odoo: Odoo, model: str, since: Watermark) -> list[Row]:
    domain = [("write_date", ">=", _before(since))]
    names = (*KINDS[model].called, "write_date", "create_uid", "write_uid")
    return odoo.search(model, domain, names, order="write_date, id", limit=_MOST)


def _is_own(row: Row, odoo: Odoo) -> bool:
    """Made by us and touched by nobody else: a draft ticket of ours."""
    return row.one("create_uid") == odoo.user.id == row.one("write_uid")


def _written_to(odoo: Odoo, since: Watermark, models: Sequence[str]) -> tuple[list[RecordRef], int]:
    domain = [
        ("id", ">", since.message),
        ("create_date", ">=", _before(since)),
        ("model", "in", list(models)),
        ("message_type", "in", ["email", "comment"]),
    ]
    names = ["model", "res_id", "record_name", "author_id"]
    rows = odoo.search("mail.message", domain, names, order="id", limit=_MOST)
    theirs = [row for row in rows if row.one("author_id") != odoo.user.partner]
    refs = [_ref(row.text("model") or "", int(row.number("res_id") or 0), row.text("record_name")) for row in theirs]
    return refs, rows[-1].id if rows else since.message


def _before(since: Watermark) -> str:
    return (since.moment - _OVERLAP).strftime(_FORM)


def _ref(model: str, number: int, name: str | None) -> RecordRef:
    return RecordRef(model=model, id=number, name=name or f"{model} {number}")

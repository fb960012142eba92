"""When people last did something about a record: wrote, changed it, or planned what is still to come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from triage.errors import AccessDenied
from triage.odoo.load import Load
from triage.odoo.own_words import REVIEW
from triage.odoo.rows import Row

_SUPERUSER = 1
"""Odoo's own user: what it writes, no person has done."""


@dataclass(frozen=True)
class Touch:
    """What people did about one record."""

    at: datetime | None = None
    """When one of ours last wrote there or changed it; none where nobody ever did."""
    is_planned: bool = False
    """Whether somebody has planned an activity that is not overdue."""
    has_owner: bool = True
    """Whether it has a responsible user; also where the record has no such field."""


def touches(load: Load, model: str, numbers: Sequence[int], today: date) -> dict[int, Touch]:
    """What people did about these records, in five calls at the most; without those that are gone or hidden.

    A customer's or supplier's message is no touch, nor is anything that the service itself or Odoo did.
    """
    names = ("write_date", "write_uid", "user_id")
    try:
        rows = load.among(model, "id", numbers, names)
        written = _written(load, model, [row.id for row in rows])
        planned = _planned(load, model, [row.id for row in rows], today)
    except AccessDenied:
        return {}
    ours = {load.odoo.user.id, _SUPERUSER}
    found = {}
    for row in rows:
        changed = row.moment("write_date") if row.one("write_uid") not in ours else None
        times = [moment for moment in (changed, written.get(row.id)) if moment is not None]
        has_owner = not load.odoo.has(model, "user_id") or row.one("user_id") is not None
        found[row.id] = Touch(max(times, default=None), row.id in planned, has_owner)
    return found


def _written(load: Load, model: str, numbers: Iterable[int]) -> dict[int, datetime]:
    """When one of ours last wrote a message or note on each record."""
    terms = (("model", "=", model), ("message_type", "in", ["email", "comment"]))
    messages = load.among("mail.message", "res_id", numbers, ("res_id", "create_date", "author_id"), *terms)
    authors = load.among("res.partner", "id", {row.one("author_id") for row in messages}, ("partner_share",))
    people = {row.id for row in authors if not row.flag("partner_share")} - {load.odoo.user.partner}
    found: dict[int, datetime] = {}
    for row in messages:
        number, moment = int(row.number("res_id") or 0), row.moment("create_date")
        if row.one("author_id") in people and moment is not None:
            found[number] = max(moment, found.get(number, moment))
    return found


def _planned(load: Load, model: str, numbers: Iterable[int], today: date) -> set[int]:
    """Records on which somebody has planned something that is not overdue; our own reviews do not count."""
    names = ("res_id", "date_deadline", "summary", "create_uid")
    activities = load.among("mail.activity", "res_id", numbers, names, ("res_model", "=", model))
    return {int(row.number("res_id") or 0) for row in activities if _counts(row, load.odoo.user.id, today)}


def _counts(activity: Row, own: int, today: date) -> bool:
    deadline = activity.day("date_deadline")
    is_ours = activity.one("create_uid") == own or (activity.text("summary") or "").startswith(REVIEW.strip())
    return deadline is not None and deadline >= today and not is_ours

"""Dates that were promised to the customer: the one that Odoo has, and those that it had before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from triage.domain import Promise
from triage.odoo.capture import wanted
from triage.odoo.capture.missing import PROMISES
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import OwnCompany
from triage.odoo.rows import Row

_FIELD = "commitment_date"
_CONFIRMED = frozenset({"sale", "done"})
_START = datetime(1970, 1, 1, tzinfo=UTC)


def read_changes(reader: Reader, orders: Sequence[int]) -> list[Row]:
    """How the promised date of some orders changed, where Odoo tracks it and lets us read that. One call.

    Odoo shows tracked values to administrators only; without them earlier promises are known from the journal alone.
    """
    if not orders or not reader.knows("mail.tracking.value", "mail_message_id.res_id"):
        return []
    by_name = "field_id.name" if reader.knows("mail.tracking.value", "field_id.name") else "field.name"
    domain = [
        ("mail_message_id.model", "=", "sale.order"),
        ("mail_message_id.res_id", "in", list(orders)),
        (by_name, "=", _FIELD),
    ]
    return reader.search(PROMISES, "mail.tracking.value", domain, wanted.TRACKING, order="id")


def promises_of(order: Row, changes: Iterable[tuple[datetime, Row]], company: OwnCompany) -> tuple[Promise, ...]:
    """The promises of one order, oldest first; none for a quotation, which promises nothing yet.

    `changes` are its tracked changes with the time of each. Dates are days in the company's time zone.
    """
    if order.text("state") not in _CONFIRMED:
        return ()
    ordered = order.moment("date_order") or order.moment("create_date") or _START
    steps = sorted(changes, key=lambda step: (step[0], step[1].id))
    before = [row for moment, row in steps if moment <= ordered]
    after = [(moment, row) for moment, row in steps if moment > ordered]
    first = order.moment(_FIELD)
    if before:
        first = before[-1].moment("new_value_datetime")
    elif after:
        first = after[0][1].moment("old_value_datetime")
    dated = [
        (ordered, first, None),
        *((moment, row.moment("new_value_datetime"), row.label("create_uid")) for moment, row in after),
    ]
    if steps and dated[-1][1] != order.moment(_FIELD):
        dated.append((order.moment("write_date") or ordered, order.moment(_FIELD), None))
    found: list[Promise] = []
    for made_at, promised, by in dated:
        day = promised.astimezone(company.zone).date() if promised else None
        if day is not None and (not found or found[-1].promised_for != day):
            source = f"sale.order:{order.id}.{_FIELD}"
            found.append(Promise(promised_for=day, made_at=made_at, to=order.text("name"), source=source, by=by))
    return tuple(found)


def by_order(reader: Reader, changes: Sequence[Row], orders: Sequence[int]) -> dict[int, list[tuple[datetime, Row]]]:
    """Changes with their times, by order. One call where there are several orders, else none."""
    if len(orders) == 1:
        owner = dict.fromkeys((row.one("mail_message_id") or 0 for row in changes), orders[0])
    else:
        numbers = [number for row in changes if (number := row.one("mail_message_id"))]
        read = reader.read(PROMISES, "mail.message", numbers, ("res_id",))
        owner = {row.id: row.one("res_id") or 0 for row in read}
    found: dict[int, list[tuple[datetime, Row]]] = {}
    for row in changes:
        order = owner.get(row.one("mail_message_id") or 0)
        if order:
            found.setdefault(order, []).append((row.moment("create_date") or _START, row))
    return found

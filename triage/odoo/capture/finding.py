"""Finds the record that somebody names: `sale.order:S00042`, `sale.order:42`."""

from __future__ import annotations

from typing import Any

from triage.domain import RecordRef
from triage.errors import RecordMissing, UsageError
from triage.odoo.capture.custom import first_text
from triage.odoo.capture.kinds import KINDS
from triage.odoo.capture.reading import literal
from triage.odoo.client import Odoo
from triage.odoo.rows import Row

_SHOWN = 5
_TOLD = ("company_id", "partner_id", "create_date")


def find_record(odoo: Odoo, text: str) -> RecordRef:
    """The record of a model and number (as people write it, whatever its case) or id.

    Raises `UsageError` for a model that cannot be captured or is not installed, and where several records have that
    name; `RecordMissing` where none has.
    """
    model, colon, named = text.strip().partition(":")
    model, named = model.strip(), named.strip()
    if not (colon and named):
        raise UsageError(f"{text!r} names no record. Write model and number, for example sale.order:S00042.")
    if model not in KINDS:
        raise UsageError(f"{model!r} cannot be captured. These can: {', '.join(KINDS)}.")
    fields = odoo.fields(model)
    if fields is None:
        raise UsageError(f"This Odoo has no {model}: the app is not installed.")
    names = [name for name in KINDS[model].called if name in fields]
    searched = [name for name in names if fields[name].store]
    rows = odoo.search(model, _domain(searched, named), (*names, *_TOLD), limit=_SHOWN * 4, **_everywhere(odoo))
    found = _best(rows, named, searched)
    if not found:
        raise RecordMissing(
            f"{model}: no record is called {named!r}, or the service user may not see it. Give the number as Odoo "
            f"shows it, or {model}: and its id."
        )
    if len(found) > 1:
        shown = ", ".join(f"{model}:{row.id} ({_told(row)})" for row in found[:_SHOWN])
        more = ", and more" if len(found) > _SHOWN else ""
        raise UsageError(f"{model}: several records are called {named!r}: {shown}{more}. Name one by its id.")
    return ref_of(found[0])


def ref_of(row: Row) -> RecordRef:
    """A record with what people call it."""
    name = first_text(text for field in KINDS[row.model].called if (text := row.text(field)) not in {None, "/"})
    return RecordRef(model=row.model, id=row.id, name=name or f"{row.model} {row.id}")


def _everywhere(odoo: Odoo) -> dict[str, Any]:
    return {"allowed_company_ids": list(odoo.user.companies), "active_test": False}


def _domain(names: list[str], named: str) -> list[Any]:
    terms: list[Any] = [(name, "=ilike", literal(named)) for name in names]
    if named.isdigit() and len(named) < 16:
        terms.append(("id", "=", int(named)))
    return ["|"] * (len(terms) - 1) + terms if terms else [("id", "=", 0)]


def _best(rows: list[Row], named: str, names: list[str]) -> list[Row]:
    """By the first name that matches anything; a plain number is an id unless it is somebody's number."""
    for name in names:
        called = [row for row in rows if (row.text(name) or "").casefold() == named.casefold()]
        if called:
            return called
    return [row for row in rows if str(row.id) == named]


def _told(row: Row) -> str:
    parts = (row.label("partner_id"), row.label("company_id"), row.text("create_date"))
    return ", ".join(part for part in parts if part)

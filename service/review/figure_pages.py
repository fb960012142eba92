"""The page of figures, and each of its tables as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.review.figures import WEEKS, Column, Figures, Row, Table, Value
from service.review.frame import Frame, Missing
from service.review.rendering import HEADERS, Words, Writing
from triage.cli.wiring import now
from triage.domain import Duty
from triage.storage.people import Session

_STEERING = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula."""


def figure_pages(frame: Frame) -> APIRouter:
    """The routes."""
    router = APIRouter(include_in_schema=False)
    leading = frame.guard.needs(Duty.LEAD, Duty.AUDITOR)
    figures = Figures(lambda: frame.opened().store.journal, now)

    @router.get("/figures")
    def show(request: Request, session: Session = Depends(leading)) -> Response:  # noqa: B008
        weeks = _weeks(request)
        t, w = Words(session.person.language), Writing(session.person.language)
        tables = figures.tables(session.person.companies, weeks)
        return frame.page(
            "figures.html",
            session,
            tables=[_shown(table, t, w) for table in tables],
            weeks=weeks,
            choices=WEEKS,
            since=w.value((now() - timedelta(weeks=weeks)).date()),
        )

    @router.get("/figures/{name}.csv")
    def save(request: Request, name: str, session: Session = Depends(leading)) -> Response:  # noqa: B008
        tables = figures.tables(session.person.companies, _weeks(request))
        table = next((each for each in tables if each.name == name), None)
        if table is None:
            raise Missing
        named = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return Response(as_csv(table), media_type="text/csv; charset=utf-8", headers={**HEADERS, **named})

    return router


def as_csv(table: Table) -> str:
    """A table with a head; what may not be shown is empty, and the last column says why."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow([*(column.name for column in table.columns), "note"])
    for row in table.rows:
        empty = [""] * (len(table.columns) - len(row.values))
        note = "fewer than five people" if row.is_hidden else ""
        writer.writerow([*map(_plain, row.values), *empty, note])
    return made.getvalue()


def _plain(value: Value) -> str:
    if isinstance(value, float):
        return f"{value:.4f}"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_STEERING) else text


def _weeks(request: Request) -> int:
    wanted = request.query_params.get("weeks", "")
    return int(wanted) if wanted in map(str, WEEKS) else 4


def _shown(table: Table, t: Words, w: Writing) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": t(f"figures.table.{table.name}"),
        "heads": [t(f"figures.col.{column.name}") for column in table.columns],
        "rows": [(_cells(row, table.columns, t, w), row.is_hidden) for row in table.rows],
    }


def _cells(row: Row, columns: Sequence[Column], t: Words, w: Writing) -> list[str]:
    return [_cell(value, column, t, w) for value, column in zip(row.values, columns, strict=False)]


def _cell(value: Value, column: Column, t: Words, w: Writing) -> str:
    if column.kind == "share":
        return w.share(float(value))
    if column.kind in {"count", "number"}:
        return w.value(value)
    if value == "":
        return t("figures.unknown")
    return str(value) if column.kind == "text" else t.of(column.kind, str(value))

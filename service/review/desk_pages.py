"""The desk's key figures as a worker last counted them: a page, and as CSV."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.review.figure_pages import as_csv
from service.review.figures import Column, Row, Table
from service.review.frame import Frame, Missing
from service.review.rendering import HEADERS, Words, Writing
from triage.domain import Duty
from triage.storage import desk_figures
from triage.storage.desk_figures import EVERYTHING, DeskFigures
from triage.storage.people import Session


def desk_pages(frame: Frame) -> APIRouter:
    """The routes."""
    router = APIRouter(include_in_schema=False)
    leading = frame.guard.needs(Duty.LEAD, Duty.AUDITOR)

    def choices(session: Session) -> list[str]:
        """What the person may look at: a company of theirs; all together only where all are theirs."""
        mine = session.person.companies
        if mine is not None:
            return sorted(mine)
        return [EVERYTHING, *desk_figures.companies(frame.opened().store.database)]

    def chosen(request: Request, session: Session) -> tuple[str, list[str]]:
        offered = choices(session)
        wanted = request.query_params.get("company", offered[0] if offered else EVERYTHING)
        if wanted not in offered:
            raise Missing
        return wanted, offered

    @router.get("/figures/desk")
    def show(request: Request, session: Session = Depends(leading)) -> Response:  # noqa: B008
        company, offered = chosen(request, session)
        found = desk_figures.of(frame.opened().store.database, company)
        t, w = Words(session.person.language), Writing(session.person.language)
        return frame.page(
            "desk.html",
            session,
            company=company,
            offered=offered,
            about="" if found is None else t("desk.about", period=_period(found, w)),
            rows=[] if found is None else [_row(each, t, w) for each in found.told["kpis"]],
        )

    @router.get("/figures/desk/csv")
    def save(request: Request, session: Session = Depends(leading)) -> Response:  # noqa: B008
        found = desk_figures.of(frame.opened().store.database, chosen(request, session)[0])
        if found is None:
            raise Missing
        names = ("figure", "unit", "value", "low", "high", "n", "beside")
        rows = tuple(Row(_values(each)) for each in found.told["kpis"])
        named = {"Content-Disposition": 'attachment; filename="desk.csv"'}
        text = as_csv(Table("desk", tuple(map(Column, names)), rows))
        return Response(text, media_type="text/csv; charset=utf-8", headers={**HEADERS, **named})

    return router


def _period(found: DeskFigures, w: Writing) -> str:
    first, _, last = str(found.told["period"]).partition("..")
    return f"{w.value(date.fromisoformat(first))} – {w.value(date.fromisoformat(last))}"


def _row(kpi: dict[str, Any], t: Words, w: Writing) -> dict[str, str]:
    told = kpi["estimate"]
    ends = [_written(told[end], kpi["unit"], t, w) for end in ("low", "high")]
    return {
        "title": t(f"desk.kpi.{kpi['code']}"),
        "value": _written(told["value"], kpi["unit"], t, w),
        "interval": "" if told["low"] is None else " – ".join(ends),
        "n": w.value(told["n"]),
        "note": t("figures.few" if kpi.get("is_withheld") else "desk.none") if told["value"] is None else "",
    }


def _written(value: float | None, unit: str, t: Words, w: Writing) -> str:
    if value is None:
        return "–"
    if unit == "share":  # with a decimal: 99.7 is not all
        return f"{w.value(round(value * 100, 1))} %"
    return w.value(int(value)) if unit == "count" else t("desk.hours", number=w.value(round(value, 1)))


def _values(kpi: dict[str, Any]) -> tuple[Any, ...]:
    told = kpi["estimate"]
    numbers = ("" if told[name] is None else float(told[name]) for name in ("value", "low", "high"))
    return (kpi["code"], kpi["unit"], *numbers, told["n"], kpi["note"])

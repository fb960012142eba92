"""The queue: cards that wait, the most urgent first, chosen by what stands in the address."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import QueryParams
from starlette.responses import Response

from service.review.frame import Frame, Missing, to
from service.review.readings import QueueReadings, listed, note
from service.review.rendering import Words
from service.review.unseen import Lot, blind_to_suggestions, count, is_asked, page
from triage.cli.wiring import now
from triage.domain import Card, CardState, Category, Severity, utc
from triage.storage import queue
from triage.storage.people import Session
from triage.storage.queue import Chosen, QueueRow

PAGE = 50
_MOST_COUNTED = 300
"""Counting further would take longer than the rest of the page, and tells nobody more."""
_KEPT_SECONDS = 60.0
_AGES = {"1h": timedelta(hours=1), "1d": timedelta(days=1), "3d": timedelta(days=3), "7d": timedelta(days=7)}
_SURE = {"high": (800, None), "middle": (500, 800), "low": (None, 500)}
FILTERS = ("category", "severity", "company", "team", "language", "age", "confidence", "mine", "state", "own")
_TELLING = ("category", "severity", "team", "confidence")
"""Filters by what a card suggests."""


def queue_pages(frame: Frame) -> APIRouter:
    """The routes."""
    router = APIRouter(include_in_schema=False)
    anybody = frame.guard.needs()
    named, readings = _Named(), QueueReadings(frame)

    def values(request: Request, session: Session, *, is_renewal: bool = False) -> dict[str, Any]:
        found = _values(frame, session, request.query_params, named.of(frame))
        readings.note(session, [card for _, card in found["rows"]], is_renewal=is_renewal)
        return found

    @router.get("/")
    def home(session: Session = Depends(anybody)) -> Response:  # noqa: B008
        del session
        return to("/queue")

    @router.get("/queue")
    def show(request: Request, session: Session = Depends(anybody)) -> Response:  # noqa: B008
        return frame.page("queue.html", session, **values(request, session))

    @router.get("/queue/rows")
    def rows(request: Request, session: Session = Depends(anybody)) -> Response:  # noqa: B008
        return frame.page("queue_rows.html", session, **values(request, session, is_renewal=True))

    @router.get("/search")
    def search(q: str = "", session: Session = Depends(anybody)) -> Response:  # noqa: B008
        asked = q.strip()[:200]
        if asked.lstrip("#").isdigit():
            try:
                return to(f"/cards/{frame.card(session, asked.lstrip('#')).number}")
            except Missing:
                pass
        found = _named(frame, session, asked) if asked else []
        if len(found) == 1:
            return to(f"/cards/{found[0].number}")
        note(frame, session, listed("search", found), found)
        return frame.page("search.html", session, q=asked, cards=found, unseen=frame.unseen(session, found))

    return router


def chosen_by(query: Mapping[str, str] | QueryParams, session: Session) -> Chosen:
    """What an address chooses; values that are none of a filter's choose nothing and do no harm."""
    person, at = session.person, now()
    several = query.getlist if isinstance(query, QueryParams) else lambda name: [query[name]] if name in query else []
    companies = [each for each in several("company") if each] or None
    if person.companies is not None:
        companies = sorted(person.companies.intersection(companies or person.companies))
    least, most = _SURE.get(query.get("confidence", ""), (None, None))
    age = _AGES.get(query.get("age", ""))
    states = [each for each in several("state") if each in set(CardState)]
    mine = query.get("mine", "")
    return Chosen(
        companies=companies,
        waiting=not states,
        states=states,
        categories=[each for each in several("category") if each in set(Category)],
        severities=[each for each in several("severity") if each in set(Severity)],
        teams=[each for each in several("team") if each],
        languages=[each for each in several("language") if each],
        claimed_by=person.name if mine == "yes" else None,
        unclaimed=mine == "free",
        least_confidence=least,
        most_confidence=most,
        created_before=None if age is None else utc(at - age),
        awake_at=None if query.get("snoozed") else utc(at),
    )


def _values(frame: Frame, session: Session, query: QueryParams, named: Mapping[str, list[str]]) -> dict[str, Any]:
    chosen, lot = chosen_by(query, session), Lot.ALL
    if query.get("own"):
        chosen, lot = blind_to_suggestions(chosen), Lot.UNSEEN
    elif any(query.get(name) for name in _TELLING):
        lot = Lot.SEEN
    found = page(frame, session, chosen, lot, PAGE + 1, _after(query.get("after", "")))
    is_all = len(found) <= PAGE and not query.get("after")
    more = found[PAGE - 1] if len(found) > PAGE else None
    shown = _with_cards(frame, session, found[:PAGE])
    kept = [(name, value) for name, value in query.multi_items() if name != "after" and value]
    told = frame.told(session, [card for _, card in shown], "summary")
    return {
        "rows": [(row, card) for (row, _), card in zip(shown, told, strict=True)],
        "unseen": frame.unseen(session, [card for _, card in shown]),
        "hidden": len(found[:PAGE]) - len(shown),
        "total": len(found) if is_all else count(frame, session, chosen, lot, _MOST_COUNTED),
        "most": _MOST_COUNTED,
        "query": query,
        "is_filtered": any(query.get(name) for name in FILTERS),
        "next": None if more is None else "?" + urlencode([*kept, ("after", f"{more.priority}.{more.number}")]),
        "address": "?" + urlencode(kept),
        "own_views": "?" + urlencode([*(one for one in kept if one[0] not in _TELLING), ("own", "yes")])
        if lot is Lot.SEEN and is_asked(frame, session)
        else "",
        "choices": _choices(session, named),
        "notice": _notice(query, session),
    }


def _after(text: str) -> tuple[int, int] | None:
    priority, _, number = text.partition(".")
    if priority.lstrip("-").isdigit() and number.isdigit() and len(text) < 30:
        return int(priority), int(number)
    return None


def _with_cards(frame: Frame, session: Session, found: list[QueueRow]) -> list[tuple[QueueRow, Card]]:
    cards = {card.number: card for card in frame.opened().store.cards.numbered([row.number for row in found])}
    visible = {card.number for card in frame.sight.visible(session.person, list(cards.values()))}
    return [(row, cards[row.number]) for row in found if row.number in visible]


def _named(frame: Frame, session: Session, name: str) -> list[Card]:
    store = frame.opened().store
    companies = None if session.person.companies is None else sorted(session.person.companies)
    chosen = Chosen(companies=companies, waiting=False, named=queue.hash_of_name(store.keys, name))
    found = queue.page(store.database, chosen, PAGE)
    return [card for _, card in _with_cards(frame, session, found)]


class _Named:
    """The companies, teams and languages in the queue, counted anew every minute: there are few, in many rows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, list[str]] = {}
        self._until = 0.0

    def of(self, frame: Frame) -> dict[str, list[str]]:
        with self._lock:
            if time.monotonic() < self._until:
                return self._known
        database = frame.opened().store.database
        found = {name: queue.values(database, name) for name in ("company", "team", "language")}
        with self._lock:
            self._known, self._until = found, time.monotonic() + (_KEPT_SECONDS if found["company"] else 0)
            return found


def _choices(session: Session, named: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What can be chosen besides what the taxonomy knows."""
    companies = named["company"]
    if session.person.companies is not None:
        companies = [company for company in companies if session.person.sees(company)]
    return {
        "category": [each.value for each in Category],
        "severity": [each.value for each in reversed(Severity)],
        "company": companies,
        "team": named["team"],
        "language": named["language"],
        "age": list(_AGES),
        "confidence": list(_SURE),
    }


def _notice(query: QueryParams, session: Session) -> dict[str, str] | None:
    """What was just done with a card, and whether it can be taken back: set by our own redirect, shown escaped."""
    number, done = query.get("done", ""), query.get("as", "")
    if not number.isdigit() or done not in {"accepted", "edited", "rejected", "awaiting_second", "snoozed", "undone"}:
        return None
    t = Words(session.person.language)
    undo = number if done in {"accepted", "edited", "rejected", "awaiting_second"} else ""
    return {"text": t(f"notice.{done}", number=number), "undo": undo}

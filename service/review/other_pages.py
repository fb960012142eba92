"""Help, dead letters, policy, and the files that pages need."""

from __future__ import annotations

import re
from itertools import islice

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.review.frame import Frame, Missing, to
from service.review.guard import must_match
from service.review.policy_page import policy_page
from service.review.rendering import Words, Writing, refusal, static_file
from triage.domain import Duty
from triage.errors import TriageError
from triage.storage.inbox import DEAD, InboxRow
from triage.storage.people import Session

KEYS = (
    ("j", "next"), ("k", "previous"), ("Enter", "open"), ("c", "claim"), ("s", "snooze"), ("a", "accept"),
    ("e", "edit"), ("r", "reject"), ("u", "undo"), ("/", "search"), ("q", "queue"), ("?", "help"),
)  # fmt: skip
_ID = re.compile(r"[0-9a-f]{64}")
_MOST_LETTERS = 200


def other_pages(frame: Frame) -> APIRouter:
    """The routes."""
    router = APIRouter(include_in_schema=False)
    anybody = frame.guard.needs()
    leads = frame.guard.needs(Duty.LEAD, Duty.AUDITOR)
    acting = frame.guard.needs(Duty.LEAD)

    @router.get("/static/{digest}/{name}")
    def static(digest: str, name: str) -> Response:
        del digest
        found = static_file(name)
        if found is None:
            raise Missing
        return found

    @router.get("/help")
    def tell_keys(session: Session = Depends(anybody)) -> Response:  # noqa: B008
        return frame.page("help.html", session, keys=KEYS)

    @router.get("/policy")
    def show_policy(session: Session = Depends(leads)) -> Response:  # noqa: B008
        return policy_page(frame, session)

    @router.get("/dead-letters")
    def list_letters(session: Session = Depends(leads)) -> Response:  # noqa: B008
        return _letters(frame, session)

    @router.post("/dead-letters/{id}/{act}")
    async def do(request: Request, id: str, act: str, session: Session = Depends(acting)) -> Response:  # noqa: A002, B008
        form = await frame.guard.form(request)
        must_match(session, form)
        if not _ID.fullmatch(id) or act not in {"retry", "discard"}:
            raise Missing
        return await to_thread.run_sync(_changed, frame, session, id, act, form.get("why", "").strip()[:300])

    return router


def _changed(frame: Frame, session: Session, id: str, act: str, why: str) -> Response:  # noqa: A002
    letter = frame.opened().inbox.get(id)
    if letter is None or letter.state != DEAD or not _sees(session, letter):
        raise Missing
    try:
        change = frame.opened().inbox.retry if act == "retry" else frame.opened().inbox.discard
        change(id, session.person.name, why)
    except TriageError as error:
        return _letters(frame, session, error, 409)
    return to("/dead-letters")


def _sees(session: Session, letter: InboxRow) -> bool:
    """Whether the person may see the company of the door that it came in by, and that of its record."""
    return session.person.sees(letter.company) and (letter.stream is None or session.person.sees(letter.stream))


def _letters(frame: Frame, session: Session, problem: TriageError | None = None, status: int = 200) -> Response:
    found = list(islice((each for each in frame.opened().inbox.dead() if _sees(session, each)), _MOST_LETTERS))
    t, w = Words(session.person.language), Writing(session.person.language)
    said = refusal(problem, t, w) if problem else ""
    return frame.page("dead.html", session, status, letters=found, problem=said)

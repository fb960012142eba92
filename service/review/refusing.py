"""What a refusal looks like: a page where a person asked for one, a problem detail where a program did."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from service import problems
from service.problems import Problem
from service.review.frame import Frame
from service.review.rendering import Words, page
from triage.errors import TriageError

_OURS = "service.review."


def is_page(request: Request) -> bool:
    """Whether the request went to one of the review pages, or is a browser's for an address that does not exist."""
    endpoint = request.scope.get("endpoint")
    if endpoint is not None:
        return str(getattr(endpoint, "__module__", "")).startswith(_OURS)
    return "text/html" in request.headers.get("accept", "")


def refused(frame: Frame, request: Request, problem: Problem) -> Response:
    """The answer to a request that could not be fulfilled."""
    if not is_page(request):
        return problems.response(problem)
    if problem.status == 503:
        return error_page(frame, request, 503, headers=problem.headers, named="error.store")
    return error_page(frame, request, problem.status, problem.detail, problem.headers)


def error_page(
    frame: Frame,
    request: Request,
    status: int,
    message: str = "",
    headers: dict[str, str] | None = None,
    named: str = "error.missing",
) -> Response:
    """A page that says what is wrong: `message`, or else the text with this name in the reader's language.

    Needs no store: without one nobody counts as signed in.
    """
    try:
        session = frame.guard.session(request)
    except TriageError:
        session = None
    t = Words(session.person.language if session else "en")
    said = message or t(named)
    if session is None:
        shown = page("error.html", status, t=t, title=str(status), message=said, person=None, form_token="")
    else:
        shown = frame.page("error.html", session, status, title=str(status), message=said)
    shown.headers.update(headers or {})
    return shown

"""Sign in with a local account, and out again."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from service.limiting import Limiter
from service.review.frame import Frame, Missing, to
from service.review.guard import cookie_name, is_local, must_match, with_cookie
from service.review.rendering import LANGUAGES, Words, page
from triage.storage.people import LONGEST

_LONGEST_NAME = 200
_RATE = "10/minute"
_RATE_OF_NAME = "30/hour"
"""Wrong attempts from one address, and for one name from anywhere. Those under way count until they are right."""


def signing_in(frame: Frame, limiter: Limiter) -> APIRouter:
    """The routes."""
    router = APIRouter(include_in_schema=False)

    @router.get("/sign-in")
    def ask(request: Request) -> Response:
        if frame.guard.session(request) is not None:
            return to("/queue")
        return sign_in_page(frame, request)

    @router.post("/sign-in")
    async def sign_in(request: Request) -> Response:
        form = await frame.guard.form(request)
        if not frame.installation.configuration.sign_in.passwords:
            raise Missing
        name, password = " ".join(form.get("name", "").split()), form.get("password", "")
        tries = [
            (f"sign-in:{request.client.host if request.client else ''}", _RATE),
            (f"sign-in-name:{name[:_LONGEST_NAME].casefold()}", _RATE_OF_NAME),
        ]
        is_short = len(password) <= 1000 and len(name) <= _LONGEST_NAME
        with limiter.attempt(tries) as attempt:
            if attempt is None:
                return sign_in_page(frame, request, "sign_in.too_often", 429, name)
            person = await to_thread.run_sync(frame.guard.people().check, name, password) if is_short else None
            attempt.was_wrong = person is None
        if person is None:
            return sign_in_page(frame, request, "sign_in.wrong", 401, name if is_short else "")
        token = await to_thread.run_sync(frame.guard.people().begin, person.name, "password")
        back = form.get("next", "")
        response = to(back if is_local(back) else "/queue")
        return with_cookie(response, request, token, int(LONGEST.total_seconds()))

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        form = await frame.guard.form(request)
        session = await to_thread.run_sync(frame.guard.session, request)
        if session is not None:
            must_match(session, form)
        token = request.cookies.get(cookie_name(request), "")
        if session is not None:
            await to_thread.run_sync(frame.guard.people().end, token)
        return with_cookie(to("/sign-in"), request, None)

    return router


def sign_in_page(frame: Frame, request: Request, error: str = "", status: int = 200, name: str = "") -> Response:
    """The page that asks who somebody is; `error` names the text that says why it comes again."""
    t = Words(language(request))
    back = request.query_params.get("next", "")
    told = frame.installation.configuration.sign_in
    return page(
        "sign_in.html",
        status,
        t=t,
        person=None,
        form_token="",
        error=t(error) if error else "",
        name=name,
        next=back if is_local(back) else "",
        passwords=told.passwords,
        provider=told.provider.name if told.provider else "",
    )


def language(request: Request) -> str:
    """The first language that the browser asks for and we have."""
    for part in request.headers.get("accept-language", "").split(","):
        code = part.split(";")[0].strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return "en"

"""Who is signed in, and whether a form was really sent from one of our pages."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from service.installation import Installation
from service.review.rendering import HEADERS, Words
from triage.cli.wiring import now
from triage.domain import Duty
from triage.storage.people import People, Session

COOKIE = "triage"
_MOST_FORM = 20_000
_MOST_ADDRESS = 2000


class NotSignedIn(Exception):
    """Nobody is signed in; the page that was asked for comes after signing in."""


class Forbidden(Exception):
    """Somebody is signed in who may not do this. The text is for them."""


class Guard:
    """Checks sessions and forms."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation

    def people(self) -> People:
        """The accounts of the store."""
        return People(self._installation.opened().store.database, now)

    def session(self, request: Request) -> Session | None:
        """Who sent this request, or none."""
        token = request.cookies.get(cookie_name(request), "")
        return self.people().session(token, is_used=not renews_itself(request)) if 0 < len(token) <= 100 else None

    def needs(self, *duties: Duty) -> Callable[..., Session]:
        """A dependency that lets somebody with one of these duties pass (none: everybody who is signed in)."""

        def checked(request: Request) -> Session:
            found = self.session(request)
            if found is None:
                raise NotSignedIn
            if duties and not found.person.has(*duties):
                raise Forbidden(Words(found.person.language)("error.forbidden"))
            return found

        return checked

    async def form(self, request: Request) -> dict[str, str]:
        """The fields of a form that was sent from our own page. Raises `Forbidden` for one that was not."""
        if not is_own_page(request):
            raise Forbidden("This form was not sent from this page.")
        announced = request.headers.get("content-length", "")
        if not announced.isdecimal() or int(announced) > _MOST_FORM:
            raise Forbidden("This form is too large.")
        fields = await request.form(max_files=0, max_fields=50)
        return {name: value for name, value in fields.items() if isinstance(value, str)}


def must_match(session: Session, form: dict[str, str]) -> None:
    """Raises `Forbidden` where the form does not hold the session's own token."""
    if not hmac.compare_digest(form.get("form_token", "").encode(), session.form_token.encode()):
        raise Forbidden(Words(session.person.language)("error.form"))


def is_own_page(request: Request) -> bool:
    """Whether the browser says that a request comes from a page of ours."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def renews_itself(request: Request) -> bool:
    """Whether the queue's own clock sent a request, and nobody need sit there: htmx says so, and asks for these rows
    only every minute."""
    return request.url.path == "/queue/rows" and "hx-request" in request.headers


def cookie_name(request: Request) -> str:
    """Over https the browser itself keeps the cookie to this host (`__Host-`)."""
    return f"__Host-{COOKIE}" if request.url.scheme == "https" else COOKIE


def with_cookie(response: Response, request: Request, token: str | None, seconds: int = 0) -> Response:
    """The response that sets the session's cookie, or takes it away."""
    secure = request.url.scheme == "https"
    if token is None:
        response.delete_cookie(cookie_name(request), path="/", secure=secure, httponly=True, samesite="lax")
    else:
        response.set_cookie(
            cookie_name(request), token, max_age=seconds, path="/", secure=secure, httponly=True, samesite="lax"
        )
    return response


def to_sign_in(request: Request) -> Response:
    """To the sign-in page, and afterwards back here."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = f"?next={quote(asked, safe='')}" if request.method == "GET" and asked not in ("/", "/queue") else ""
    answer = RedirectResponse(f"/sign-in{back}", 303, headers=HEADERS)
    if "hx-request" in request.headers:
        answer = RedirectResponse("/sign-in", 303, headers={**HEADERS, "HX-Redirect": f"/sign-in{back}"})
    return answer


def is_local(address: str) -> bool:
    """Whether an address leads to a page of ours and nowhere else."""
    plain = address.isprintable() and "\\" not in address and len(address) <= _MOST_ADDRESS
    return plain and address.startswith("/") and not address.startswith("//")

"""Sign in at an OpenID provider: to it, and back with who it was."""

from __future__ import annotations

import hmac
from typing import Any

import structlog
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from service.identity import Provider
from service.limiting import Limiter
from service.problems import Problem
from service.review.frame import Frame, to
from service.review.guard import cookie_name, is_local, with_cookie
from service.review.oidc import NotTrusted, OpenId, ProviderFailed, named
from service.review.rendering import HEADERS
from service.review.signing_in import sign_in_page
from triage.cli.wiring import now
from triage.domain import Duty, Person
from triage.errors import UsageError
from triage.storage.people import LONGEST, Account
from triage.storage.signing import WAITS, Signing

log = structlog.get_logger("triage.review")
_RATE = "30/minute"
_MOST_CODE = 4000


def provider_pages(frame: Frame, limiter: Limiter) -> APIRouter:
    """The routes; none where no provider is named. Raises `ConfigurationError` where its secret is not there."""
    router = APIRouter(include_in_schema=False)
    installation = frame.installation
    told, address = installation.configuration.sign_in.provider, installation.configuration.address
    if told is None or address is None:
        return router
    secret = None if told.secret is None else told.secret.read(installation.settings.home, installation.environment)
    openid = OpenId(told, secret, address)

    @router.get("/sign-in/oidc")
    def begin(request: Request) -> Response:
        if (refused := _too_often(frame, request, limiter)) is not None:
            return refused
        back = request.query_params.get("next", "")
        begun = Signing(frame.opened().store.database, now).begin(back if is_local(back) else "/queue")
        try:
            away = RedirectResponse(openid.address(begun), 303, headers=HEADERS)
        except ProviderFailed as error:
            return _failed(frame, request, error)
        return _with_state(away, request, begun.state)

    @router.get("/sign-in/oidc/back")
    def come_back(request: Request) -> Response:
        if (refused := _too_often(frame, request, limiter)) is not None:
            return refused
        state, code = request.query_params.get("state", ""), request.query_params.get("code", "")
        mine = request.cookies.get(_state_cookie(request), "")
        # whoever comes back is the one who went: nobody is signed in with the answer to somebody else's question
        known = 0 < len(state) <= 100 and hmac.compare_digest(state.encode(), mine.encode())
        begun = Signing(frame.opened().store.database, now).take(state) if known else None
        if begun is None or not 0 < len(code) <= _MOST_CODE:
            return _with_state(sign_in_page(frame, request, "sign_in.again", 400), request, None)
        try:
            claims = openid.claims(begun, code)
        except (ProviderFailed, NotTrusted) as error:
            return _with_state(_failed(frame, request, error), request, None)
        person = _person(frame, told, claims)
        if isinstance(person, str):
            return _with_state(sign_in_page(frame, request, person, 403), request, None)
        token = frame.guard.people().begin(person.name, "oidc")
        response = with_cookie(to(begun.back), request, token, int(LONGEST.total_seconds()))
        return _with_state(response, request, None)

    return router


def _person(frame: Frame, told: Provider, claims: dict[str, Any]) -> Person | str:
    """Whose account the claims stand for, or why there is none (name of the text)."""
    people = frame.guard.people()
    account = people.with_subject(claims["sub"])
    if account is not None and account.disabled_at is not None:
        return "sign_in.no_account"
    duties = None if told.duties is None else [Duty(each) for each in told.duties.of(claims)]
    if duties is not None and not duties:
        return "sign_in.no_duty"
    companies = None if told.companies is None else told.companies.of(claims)
    if account is None:
        name = named(claims, told.name_claim)
        if not told.make_accounts or duties is None or not name:
            return "sign_in.no_account"
        try:
            return people.add(name, duties, subject=claims["sub"], companies=companies)
        except UsageError:  # somebody else is called so; an account is never taken over by its name
            return "sign_in.name_taken"
    return _kept_up(frame, account, duties, companies)


def _kept_up(frame: Frame, account: Account, duties: list[Duty] | None, companies: frozenset[str] | None) -> Person:
    person = account.person
    other = duties is not None and frozenset(duties) != person.duties
    if other or (companies is not None and companies != person.companies):
        return frame.guard.people().change(person.name, duties=duties, companies=companies)
    return person


def _failed(frame: Frame, request: Request, error: ProviderFailed | NotTrusted) -> Response:
    log.warning("sign-in", error=str(error))
    is_down = isinstance(error, ProviderFailed)
    return sign_in_page(frame, request, "sign_in.unreachable" if is_down else "sign_in.again", 502 if is_down else 403)


def _too_often(frame: Frame, request: Request, limiter: Limiter) -> Response | None:
    try:
        limiter.check(f"oidc:{request.client.host if request.client else ''}", _RATE)
    except Problem:
        return sign_in_page(frame, request, "sign_in.too_often", 429)
    return None


def _state_cookie(request: Request) -> str:
    return f"{cookie_name(request)}-begun"


def _with_state(response: Response, request: Request, state: str | None) -> Response:
    """The response that remembers in the browser which sign-in it began, or forgets it."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        _state_cookie(request),
        state or "",
        max_age=int(WAITS.total_seconds()) if state else 0,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )
    return response

"""Come in from Odoo: the person's own session there has written a nonce, which we read once. No password is involved.

A server action that the person runs in Odoo makes a row of `x_triage_sign_in` with a random `x_nonce` and opens
`/sign-in/odoo?nonce=...`. Odoo itself notes who made a row (`create_uid`) and when; nobody can say otherwise through
its API. The service user reads the row, so the nonce proves who ran the action. It does not prove whose browser has it:
the page names the account, and whoever sits there says that it is theirs. A link that somebody sends to a colleague
does not make the colleague decide in the sender's name unnoticed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from anyio import to_thread
from fastapi import APIRouter, Request
from starlette.responses import Response

from service.installation import Installation
from service.limiting import Limiter
from service.problems import Problem
from service.review.frame import Frame, to
from service.review.guard import is_local, with_cookie
from service.review.rendering import Words, page
from service.review.signing_in import language, sign_in_page
from triage.cli.wiring import now
from triage.errors import AccessDenied, ConfigurationError, TriageError
from triage.odoo.actors import Nobody, NoDuty, person_of
from triage.odoo.card_rows import OdooUser
from triage.odoo.connection import Connection, PeopleOfOdoo
from triage.storage.people import LONGEST
from triage.storage.signing import Signing

log = structlog.get_logger("triage.review")
MODEL, NONCE = "x_triage_sign_in", "x_nonce"
GOOD_FOR = timedelta(seconds=60)
_SKEW = timedelta(seconds=5)
"""By which Odoo's clock may be ahead of ours."""
_SHAPE = re.compile(r"[0-9A-Za-z_-]{32,128}")
_RATE = "30/minute"


@dataclass(frozen=True)
class Witnessed:
    """Who wrote a nonce in Odoo, and when."""

    user: int
    at: datetime


class Witness(Protocol):
    """Tells who wrote a nonce."""

    def who(self, nonce: str) -> Witnessed | None:
        """The one row with this nonce; none where there is none, or several. Raises `TriageError`."""

    def person(self, user: int, groups: tuple[str, ...]) -> OdooUser | None:
        """Who this user of Odoo is, and in which of these groups; none where they are no internal user any more.

        Raises `TriageError`.
        """


class OdooWitness:
    """Asks the connected Odoo as the service user."""

    def __init__(self, connection: Connection, environment: Mapping[str, str]) -> None:
        self._connection = connection
        self._environment = environment

    def who(self, nonce: str) -> Witnessed | None:
        """Raises `OdooError` where Odoo cannot be asked or the service user may not read the rows."""
        from triage.odoo.client import Odoo

        with closing(Odoo.connect(self._connection.server(self._environment))) as odoo:
            rows = odoo.search(MODEL, [(NONCE, "=", nonce)], [NONCE, "create_uid", "create_date"], limit=2)
        if len(rows) != 1 or rows[0].text(NONCE) != nonce:
            return None
        user, at = rows[0].one("create_uid"), rows[0].moment("create_date")
        return None if user is None or at is None else Witnessed(user, at)

    def person(self, user: int, groups: tuple[str, ...]) -> OdooUser | None:
        """Raises `OdooError` where Odoo cannot be asked, or has no gate that tells."""
        from triage.odoo.client import Odoo
        from triage.odoo.gate.client import Gate

        with closing(Odoo.connect(self._connection.server(self._environment))) as odoo:
            gate = Gate.find(odoo)
            if gate is None:
                raise AccessDenied(f"{odoo.server}: there is no gate that tells groups; `triage odoo grant` makes it.")
            return gate.person(user, groups)


def from_odoo(frame: Frame, limiter: Limiter, witness: Witness | None = None) -> APIRouter:
    """The route; none where `sign_in.odoo` is off. Raises `ConfigurationError` where no Odoo is connected."""
    router = APIRouter(include_in_schema=False)
    if not frame.installation.configuration.sign_in.odoo:
        return router
    asked = witness or _witness(frame.installation)
    connection = frame.installation.connection()
    rules = connection.people if connection is not None else PeopleOfOdoo()

    def named(request: Request, nonce: str) -> str | Response:
        """The account of who wrote a nonce that is still good, else the page that says why nobody comes in."""
        try:
            limiter.check(f"odoo:{request.client.host if request.client else ''}", _RATE)
        except Problem:
            return sign_in_page(frame, request, "sign_in.too_often", 429)
        try:
            found = asked.who(nonce) if _SHAPE.fullmatch(nonce) else None
            in_time = found is not None and -_SKEW <= now() - found.at < GOOD_FOR
            if found is None or not in_time or Signing(frame.opened().store.database, now).was_used(nonce):
                return sign_in_page(frame, request, "sign_in.odoo_old", 403)
            return _account(frame, asked, found.user, rules)
        except Nobody as error:
            why = "sign_in.no_duty" if isinstance(error, NoDuty) else "sign_in.no_account"
            return sign_in_page(frame, request, why, 403)
        except TriageError as error:
            log.warning("sign-in from Odoo", error=type(error).__name__)
            return sign_in_page(frame, request, "sign_in.odoo_down", 502)

    @router.get("/sign-in/odoo")
    def ask(request: Request) -> Response:
        nonce, back = request.query_params.get("nonce", ""), _back(request.query_params.get("next", ""))
        name = named(request, nonce)
        if isinstance(name, Response):
            return name
        session = frame.guard.session(request)
        if session is not None and session.person.name == name:
            return to(back)
        t = Words(language(request))
        return page("sign_in_odoo.html", t=t, person=None, form_token="", name=name, nonce=nonce, next=back)

    @router.post("/sign-in/odoo")
    async def come_in(request: Request) -> Response:
        form = await frame.guard.form(request)
        return await to_thread.run_sync(begun, request, form)

    def begun(request: Request, form: dict[str, str]) -> Response:
        nonce = form.get("nonce", "")
        name = named(request, nonce)
        if isinstance(name, Response):
            return name
        if not Signing(frame.opened().store.database, now).use(nonce):
            return sign_in_page(frame, request, "sign_in.odoo_old", 403)
        token = frame.guard.people().begin(name, "odoo")
        return with_cookie(to(_back(form.get("next", ""))), request, token, int(LONGEST.total_seconds()))

    return router


def _back(address: str) -> str:
    return address if is_local(address) else "/queue"


def _account(frame: Frame, witness: Witness, user: int, rules: PeopleOfOdoo) -> str:
    """Name of the account of a user of Odoo. Raises `Nobody` where there is none that may come in, `TriageError` where
    Odoo has to say what they do here and does not.
    """
    people = frame.guard.people()
    if not rules.duties and not rules.by_login:
        account = people.of_odoo(user)
        if account is None:
            raise Nobody("there is no account of this user of Odoo.")
        return account.person.name
    told = witness.person(user, tuple(sorted(rules.duties)))
    if told is None:
        raise Nobody("this is no internal user of Odoo any more.")
    return person_of(told, people, rules).name


def _witness(installation: Installation) -> Witness:
    connection = installation.connection()
    if connection is None:
        raise ConfigurationError("sign_in.odoo: no Odoo is connected. Name it in odoo.yaml, or leave the entry out.")
    return OdooWitness(connection, installation.environment)


__all__ = ["MODEL", "NONCE", "OdooWitness", "Witness", "Witnessed", "from_odoo"]

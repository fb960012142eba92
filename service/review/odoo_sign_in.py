"""Come in from Odoo: the person's own session there has written a nonce, which we read once. No password is involved.

A server action that the person runs in Odoo makes a row of `x_triage_sign_in` with a random `x_nonce` and opens
`/sign-in/odoo?nonce=...`. Odoo itself notes who made a row (`create_uid`) and when; nobody can say otherwise through
its API. The service user reads the row, so the nonce proves who ran the action.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from service.installation import Installation
from service.limiting import Limiter
from service.problems import Problem
from service.review.frame import Frame, to
from service.review.guard import is_local, with_cookie
from service.review.signing_in import sign_in_page
from triage.cli.wiring import now
from triage.errors import ConfigurationError, TriageError
from triage.odoo.connection import Connection
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


def from_odoo(frame: Frame, limiter: Limiter, witness: Witness | None = None) -> APIRouter:
    """The route; none where `sign_in.odoo` is off. Raises `ConfigurationError` where no Odoo is connected."""
    router = APIRouter(include_in_schema=False)
    if not frame.installation.configuration.sign_in.odoo:
        return router
    asked = witness or _witness(frame.installation)

    @router.get("/sign-in/odoo")
    def come_in(request: Request) -> Response:
        try:
            limiter.check(f"odoo:{request.client.host if request.client else ''}", _RATE)
        except Problem:
            return sign_in_page(frame, request, "sign_in.too_often", 429)
        nonce = request.query_params.get("nonce", "")
        try:
            found = asked.who(nonce) if _SHAPE.fullmatch(nonce) else None
        except TriageError as error:
            log.warning("sign-in from Odoo", error=type(error).__name__)
            return sign_in_page(frame, request, "sign_in.odoo_down", 502)
        at = now()
        in_time = found is not None and -_SKEW <= at - found.at < GOOD_FOR
        if found is None or not in_time or not Signing(frame.opened().store.database, now).use(nonce):
            return sign_in_page(frame, request, "sign_in.odoo_old", 403)
        account = frame.guard.people().of_odoo(found.user)
        if account is None:
            return sign_in_page(frame, request, "sign_in.no_account", 403)
        token = frame.guard.people().begin(account.person.name, "odoo")
        back = request.query_params.get("next", "")
        return with_cookie(to(back if is_local(back) else "/queue"), request, token, int(LONGEST.total_seconds()))

    return router


def _witness(installation: Installation) -> Witness:
    connection = installation.connection()
    if connection is None:
        raise ConfigurationError("sign_in.odoo: no Odoo is connected. Name it in odoo.yaml, or leave the entry out.")
    return OdooWitness(connection, installation.environment)


__all__ = ["MODEL", "NONCE", "OdooWitness", "Witness", "Witnessed", "from_odoo"]

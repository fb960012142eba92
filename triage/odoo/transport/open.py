"""Opens the transport that fits a server."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import httpx2

from triage.errors import OdooUnavailable
from triage.odoo.transport.calls import Transport
from triage.odoo.transport.failures import unreachable
from triage.odoo.transport.http import Http, Pace
from triage.odoo.transport.json2 import Json2, version_of
from triage.odoo.transport.jsonrpc import JsonRpc

_FIRST_WITH_JSON2 = 19


class Api(StrEnum):
    """Which of Odoo's APIs is used."""

    AUTO = "auto"
    """JSON-2 where the server has it and no login is given, else JSON-RPC."""
    JSONRPC = "jsonrpc"
    JSON2 = "json2"


@dataclass(frozen=True)
class Server:
    """Where an Odoo is, and as whom it is used."""

    url: str
    database: str
    login: str = ""
    """Not needed for JSON-2, whose key says who it is."""
    key: str = field(default="", repr=False)
    """An API key, or (JSON-RPC only) a password."""
    api: Api = Api.AUTO
    timeout_seconds: float = 30.0
    """For one whole exchange."""
    calls_per_second: float | None = None
    """Paces the calls where the host limits them: about 1 on Odoo Online. None: as fast as it goes."""


def open_transport(server: Server) -> Transport:
    """Connect and log in.

    Raises `OdooUnavailable` where no Odoo answers, `AccessDenied` where login or key are refused, `OdooRejected` where
    the API is not there.
    """
    http = Http(server.url, server.timeout_seconds, Pace(server.calls_per_second))
    try:
        if server.api is Api.JSON2:
            return Json2(http, server.database, server.key, version_of(http))
        if server.api is Api.AUTO and not server.login and (version := _newer(http)):
            return Json2(http, server.database, server.key, version)
        return JsonRpc(http, server.database, server.login, server.key)
    except BaseException:
        http.close()
        raise


def _newer(http: Http) -> str | None:
    """The version where it has JSON-2, none where it is older."""
    try:
        answer = http.get("/web/version")
    except OdooUnavailable:
        return None  # before 19 a page answers there; what is really down says so at the next call
    if answer.status != httpx2.codes.OK or not isinstance(answer.body, dict):
        return None
    version = str(answer.body.get("version", ""))
    return version if major(version, http.url) >= _FIRST_WITH_JSON2 else None


def major(version: str, server: str) -> int:
    """`18` of `18.0+e` and of `saas~18.2`."""
    digits = version.removeprefix("saas~").partition(".")[0]
    if not digits.isdigit():
        raise unreachable(server, f"tells no version that we know ({version[:40]!r}).")
    return int(digits)

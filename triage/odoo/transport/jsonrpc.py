"""JSON-RPC by `odoorpc`: Odoo 14 and later, with a password or an API key."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request

import odoorpc
from odoorpc.error import InternalError, RPCError

from triage.errors import OdooError
from triage.odoo.transport.calls import Call
from triage.odoo.transport.failures import bad_login, from_odoo, unreachable
from triage.odoo.transport.http import Http

_BY_PLACE = {"create": "vals_list", "write": "vals"}
"""Arguments that go by their place: RPC asks for it with `create`, and models name that of `write` differently."""

_FORM = {"result", "error", "jsonrpc"}
"""An answer of Odoo's has one of these; of a method that returns nothing, the last only."""


class JsonRpc:
    """A database of an Odoo as one user, over `/jsonrpc`. Keeps no session on the server."""

    api = "jsonrpc"

    def __init__(self, http: Http, database: str, login: str, key: str) -> None:
        self._http = http
        where = urlsplit(http.url)
        secure = where.scheme == "https"
        try:
            self._odoo = odoorpc.ODOO(
                where.hostname,
                protocol="jsonrpc+ssl" if secure else "jsonrpc",
                port=where.port or (443 if secure else 80),
                opener=_Opener(http),
            )
            self._log_in(database, login, key)
        except (InternalError, KeyError, TypeError, AttributeError) as error:
            raise unreachable(http.url, "what answers there is no Odoo.") from error
        self.version = str(self._odoo.version)

    def call(self, call: Call, /) -> Any:
        """The method's answer; see `Transport.call`."""
        arguments: list[Any] = [] if call.ids is None else [list(call.ids)]
        named = dict(call.named) | ({"context": dict(call.context)} if call.context else {})
        if by_place := _BY_PLACE.get(call.method):
            arguments.append(named.pop(by_place))
        try:
            return self._odoo.execute_kw(call.model, call.method, arguments, named)
        except RPCError as error:
            raise self._error(error, call) from error
        except (KeyError, TypeError, AttributeError) as error:
            raise unreachable(self._http.url, "the answer has not the form of Odoo's.") from error

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _log_in(self, database: str, login: str, key: str) -> None:
        try:
            self._odoo.login(database, login, key)
        except RPCError as error:
            if not error.info:
                raise bad_login(self._http.url, database, login) from error
            raise self._error(error, Call("res.users", "login")) from error

    def _error(self, error: RPCError, call: Call) -> OdooError:
        info = error.info if isinstance(error.info, dict) else {}
        data = info.get("data")
        return from_odoo(data if isinstance(data, dict) else {"message": str(error)}, call, self._http.url)


class _Opener:
    """Gives `odoorpc` our HTTP client: pooled connections, bounds, and addresses with a path."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def open(self, request: Request, timeout: float | None = None) -> io.BytesIO:
        """What `odoorpc` calls for each request; the time-out is the client's own."""
        body = json.loads(request.data) if isinstance(request.data, bytes) else {}
        answer = self._http.post(urlsplit(request.full_url).path, body)
        if not isinstance(answer.body, dict) or not _FORM & set(answer.body):
            raise unreachable(self._http.url, f"the answer (status {answer.status}) has not the form of Odoo's.")
        return io.BytesIO(answer.content)

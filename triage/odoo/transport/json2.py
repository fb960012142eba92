"""JSON-2, the API of Odoo 19 and later: `/json/2/<model>/<method>` with a bearer key."""

from __future__ import annotations

from typing import Any

import httpx2

from triage.errors import OdooRejected
from triage.odoo.transport.calls import Call
from triage.odoo.transport.failures import bad_key, from_odoo, unreachable
from triage.odoo.transport.http import Http


class Json2:
    """A database of an Odoo as the owner of an API key."""

    api = "json2"

    def __init__(self, http: Http, database: str, key: str, version: str) -> None:
        self._http = http
        self._database = database
        self._headers = {"Authorization": f"bearer {key}"} | ({"X-Odoo-Database": database} if database else {})
        self.version = version

    def call(self, call: Call, /) -> Any:
        """The method's answer; see `Transport.call`."""
        body = dict(call.named)
        body |= {"ids": list(call.ids)} if call.ids is not None else {}
        body |= {"context": dict(call.context)} if call.context else {}
        answer = self._http.post(f"/json/2/{call.model}/{call.method}", body, self._headers)
        if answer.status == httpx2.codes.OK:
            return answer.body
        if answer.status == httpx2.codes.UNAUTHORIZED:
            raise bad_key(self._http.url, self._database)
        if not isinstance(answer.body, dict) or "name" not in answer.body:
            raise unreachable(self._http.url, f"status {answer.status}, and no error of Odoo's with it.")
        raise from_odoo(answer.body, call, self._http.url)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def version_of(http: Http) -> str:
    """The version that the server tells without a login. Raises `OdooRejected` where it has no JSON-2."""
    answer = http.get("/web/version")
    if answer.status != httpx2.codes.OK or not isinstance(answer.body, dict) or "version" not in answer.body:
        raise OdooRejected(f"{http.url}: has no JSON-2 API (it came with Odoo 19). Use `api: jsonrpc`.")
    return str(answer.body["version"])

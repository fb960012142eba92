"""JSON-2 as Odoo 19 serves it at `/json/2/<model>/<method>`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from triage.odoo.sandbox import accounts, methods
from triage.odoo.sandbox.engine import Call, Engine, public
from triage.odoo.sandbox.environment import Environment
from triage.odoo.sandbox.errors import HttpError
from triage.odoo.sandbox.recordset import RecordSet


class Json2:
    """Bearer sign-in, named arguments, bare results."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def user(self, authorization: str | None) -> int:
        """Id of the user whose key the header carries. Raises `HttpError` 401."""
        token = re.match(r"^bearer\s+(.+)$", authorization or "", re.IGNORECASE)
        if token is None:
            raise HttpError(
                "Unauthorized", 401, "User not authenticated, use an API Key with a Bearer Authorization header."
            )
        with self._engine.db.tables.lock:
            uid = accounts.key_owner(self._engine.db, token[1].strip())
        if uid is None:
            raise HttpError("Unauthorized", 401, "Invalid apikey")
        return uid

    def call(self, uid: int, model: str, name: str, body: Mapping[str, Any]) -> Any:
        """Serve one call; `ids` and `context` of the body are no arguments. Raises what Odoo raises."""
        kwargs = dict(body)
        ids, context = kwargs.pop("ids", ()), kwargs.pop("context", None) or {}
        login = str((self._engine.db.tables.rows["res.users"].get(uid) or {}).get("login"))
        self._engine.calls.append(Call("json2", login, model, name, (ids,) if ids else (), kwargs))

        def work(env: Environment) -> Any:
            if model not in env:
                raise HttpError("NotFound", 404, f"the model {model!r} does not exist")
            try:
                found = public(env, model, name)
            except AttributeError as error:
                raise HttpError("NotFound", 404, str(error)) from error
            if found.on_model and ids:
                raise HttpError("UnprocessableEntity", 422, f"cannot call {model}.{name} with ids")
            records = env[model].browse(ids)
            _bind(found, records, kwargs)
            result = found.function(records, **kwargs)
            return result.ids if isinstance(result, RecordSet) else result

        return self._engine.served(model, name, lambda: self._engine.run(uid, context, work))


def _bind(found: methods.Method, records: RecordSet, kwargs: Mapping[str, Any]) -> None:
    try:
        methods.signature(found).bind(records, **kwargs)
    except TypeError as error:
        raise HttpError("UnprocessableEntity", 422, str(error)) from error

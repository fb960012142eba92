"""JSON-RPC as Odoo serves it at `/jsonrpc` and `/web/...`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from triage.odoo.sandbox import accounts
from triage.odoo.sandbox.engine import Call, Engine
from triage.odoo.sandbox.errors import AccessDenied, OperationalError, serialise


def version_info(version: int, enterprise: bool) -> dict[str, Any]:
    """What `common.version` says."""
    edition = "e" if enterprise else ""
    return {
        "server_version": f"{version}.0" + ("+e" if enterprise else ""),
        "server_version_info": [version, 0, 0, "final", 0, edition],
        "server_serie": f"{version}.0",
        "protocol_version": 1,
    }


def envelope(request: Mapping[str, Any], result: Any) -> dict[str, Any]:
    """A good answer; Odoo leaves `result` out where the method returned nothing."""
    answer = {"jsonrpc": "2.0", "id": request.get("id")}
    return answer if result is None else answer | {"result": result}


def failure(request: Mapping[str, Any], error: BaseException, version: int) -> dict[str, Any]:
    """An error, with status 200 and Odoo's code."""
    code = 200 if version < 19 else 0
    data = {"code": code, "message": "Odoo Server Error", "data": serialise(error, version)}
    return {"jsonrpc": "2.0", "id": request.get("id"), "error": data}


class Rpc:
    """The services `common`, `object` and `db`."""

    def __init__(self, engine: Engine, database: str, info: dict[str, Any]) -> None:
        self._engine = engine
        self._database = database
        self._info = info

    def dispatch(self, params: Mapping[str, Any]) -> Any:
        """Serve one request. Raises what Odoo raises."""
        service, name, args = params.get("service"), params.get("method"), list(params.get("args") or ())
        services = {"common": self._common, "object": self._object, "db": self._db}
        if service not in services:
            raise KeyError(service)
        return services[service](str(name), args)

    def authenticate_session(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """`/web/session/authenticate`: a password, never a key."""
        self._check_database(params.get("db"))
        login = str(params.get("login"))
        with self._engine.db.tables.lock:
            uid = accounts.authenticate(self._engine.db, login, str(params.get("password") or ""), keys=False)
        self._engine.calls.append(Call("jsonrpc", login, "common", "authenticate"))
        user = self._engine.run(uid, {}, lambda env: {"name": env.user.name, "partner_id": env.user.partner_id.id})
        context = {"lang": "en_US", "tz": "Europe/Brussels", "uid": uid}
        return {"uid": uid, "db": self._database, "username": login, "user_context": context, **user, **self._info}

    def _common(self, name: str, args: list[Any]) -> Any:
        if name == "version":
            return self._info
        if name not in {"login", "authenticate"}:
            raise Exception(f"Method not found: {name}")  # noqa: TRY002  the type that Odoo raises
        self._check_database(args[0])
        self._engine.calls.append(Call("jsonrpc", str(args[1]), "common", name))
        try:
            with self._engine.db.tables.lock:
                return accounts.authenticate(self._engine.db, str(args[1]), str(args[2] or ""))
        except AccessDenied:
            return False

    def _object(self, name: str, args: list[Any]) -> Any:
        if name not in {"execute", "execute_kw"}:
            raise NameError(f"Method not available {name}")
        database, uid, password, model, method, *rest = args
        self._check_database(database)
        with self._engine.db.tables.lock:
            accounts.sign_in_rpc(self._engine.db, int(uid), str(password or ""))
        given, kwargs = (rest, {}) if name == "execute" else (rest[0], dict((rest[1:] or [{}])[0] or {}))
        self._record(int(uid), model, method, given, kwargs)
        context = kwargs.pop("context", None) or {}
        return self._engine.execute(int(uid), model, method, given, kwargs, context)

    def _db(self, name: str, args: list[Any]) -> Any:
        if name == "list":
            return [self._database]
        if name == "server_version":
            return self._info["server_version"]
        raise AccessDenied

    def _check_database(self, name: Any) -> None:
        if name != self._database:
            raise OperationalError(
                'connection to server at "127.0.0.1", port 5432 failed: '
                f'FATAL:  database "{name}" does not exist\n'
            )  # fmt: skip

    def _record(self, uid: int, model: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> None:
        login = str((self._engine.db.tables.rows["res.users"].get(uid) or {}).get("login"))
        self._engine.calls.append(Call("jsonrpc", login, model, method, tuple(args), dict(kwargs)))

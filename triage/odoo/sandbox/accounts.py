"""Users, passwords and API keys: who a request comes from."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from triage.odoo.sandbox import writing
from triage.odoo.sandbox.environment import Database, Environment
from triage.odoo.sandbox.errors import AccessDenied, UserError, ValidationError
from triage.odoo.sandbox.methods import method
from triage.odoo.sandbox.recordset import RecordSet


@dataclass(frozen=True)
class Account:
    """A user to sign in with."""

    id: int
    login: str
    password: str
    api_key: str


def authenticate(db: Database, login: str, password: str, keys: bool = True) -> int:
    """Id of the active user with this login and password (or API key). Raises `AccessDenied`."""
    for id_ in db.tables.by_value("res.users", "login", login):
        if accepts(db, id_, password, keys):
            return id_
    raise AccessDenied


def accepts(db: Database, uid: int, password: str, keys: bool = True) -> bool:
    """Whether the active user's password, or a valid key of his, is this."""
    row = db.tables.get("res.users", uid)
    if row is None or not row.get("active") or not password:
        return False
    return row.get("password") == password or (keys and key_owner(db, password) == uid)


def key_owner(db: Database, key: str) -> int | None:
    """Id of the active user whose valid key this is."""
    for id_ in db.tables.by_value("res.users.apikeys", "key", key):
        row = db.tables.get("res.users.apikeys", id_) or {}
        owner = db.tables.get("res.users", row.get("user_id") or 0) or {}
        expires = row.get("expiration_date")
        if owner.get("active") and (not expires or expires > db.stamp):
            return int(row["user_id"])
    return None


def add_key(db: Database, uid: int, name: str, scope: Any = "rpc", expires: str | bool = False) -> str:
    """A new API key of the user, in clear text."""
    key = secrets.token_hex(20)
    row = {"name": name, "user_id": uid, "scope": scope, "expiration_date": expires, "key": key}
    stamps = {"create_uid": uid, "write_uid": uid, "create_date": db.stamp, "write_date": db.stamp}
    db.tables.insert("res.users.apikeys", row | stamps)
    return key


def sign_in_rpc(db: Database, uid: int, password: str) -> None:
    """Check the user id and password of a JSON-RPC call. Raises `AccessDenied`, or `MissingError` for no such user."""
    from triage.odoo.sandbox import access

    if not password:
        raise AccessDenied
    access.check_exists(Environment(db, uid), db.schema["res.users"], (uid,))
    if not accepts(db, uid, password):
        raise AccessDenied


@method("generate", "res.users.apikeys", on_model=True, only=19)
def generate(records: RecordSet, key: str, scope: Any, name: str, expiration_date: Any) -> str:
    """A new key for the owner of a valid one (Odoo 19). Raises `AccessDenied` for a key that is not his."""
    env = records.env
    _check_programmatic(env)
    if key_owner(env.db, key) != env.uid:
        raise AccessDenied("The provided API key is invalid or does not belong to the current user.")
    return add_key(env.db, env.uid, name, scope, _expiry(expiration_date))


@method("_generate", "res.users.apikeys", on_model=True, private=True)
def make(records: RecordSet, scope: Any, name: str, expiration_date: Any) -> str:
    """A new key of the environment's user, for code inside Odoo. Raises `ValidationError` for a key without end.

    Odoo also bounds how long an ordinary user's key may live; here every length is taken.
    """
    env = records.env
    if not expiration_date and not (env.su or env.has_group("base.group_system")):
        raise ValidationError("The API key must have an expiration date")
    return add_key(env.db, env.uid, name, scope, _expiry(expiration_date) if expiration_date else False)


@method("revoke", "res.users.apikeys", on_model=True, only=19)
def revoke(records: RecordSet, key: str) -> None:
    """Delete this key (Odoo 19)."""
    _check_programmatic(records.env)
    for id_ in records.env.db.tables.by_value("res.users.apikeys", "key", key):
        writing.unlink(records.sudo().browse(id_))


@method("remove", "res.users.apikeys")
def remove(records: RecordSet) -> dict[str, Any]:
    """Over RPC Odoo asks for the password first, in a window: keys are removed in the web client."""
    return _identity_check()


def _identity_check() -> dict[str, Any]:
    return {
        "type": "ir.actions.act_window",
        "res_model": "res.users.identitycheck",
        "res_id": 1,
        "name": "Security Control",
        "target": "new",
        "views": [[False, "form"]],
    }


def _check_programmatic(env: Environment) -> None:
    parameter = env["ir.config_parameter"].sudo().search([("key", "=", "base.enable_programmatic_api_keys")])
    enabled = bool(parameter) and str(parameter.value).lower() in {"1", "true", "yes"}
    if not enabled and not env.has_group("base.group_system"):
        raise UserError("Programmatic API keys are not enabled")


def _expiry(value: Any) -> str:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.strftime("%Y-%m-%d %H:%M:%S")

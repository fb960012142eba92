"""A look-alike of Odoo 18 and 19 for tests and demonstrations: stateful, over HTTP on loopback, with Odoo's errors.

It stores, searches, checks access, posts notes, runs server actions and misbehaves on request. It has no business
logic: confirming an order moves no stock, and amounts are what the rows say.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from triage.odoo.sandbox import accounts, base_data, inbound, seed, writing
from triage.odoo.sandbox.accounts import Account
from triage.odoo.sandbox.automation import Webhook
from triage.odoo.sandbox.engine import Call, Engine
from triage.odoo.sandbox.environment import Database, Environment, SentMail
from triage.odoo.sandbox.faults import (
    Fault,
    Faults,
    database_error,
    expired_key,
    half_response,
    hang,
    html,
    ok,
    refuse,
    throttle,
)
from triage.odoo.sandbox.json2 import Json2
from triage.odoo.sandbox.rpc import Rpc, version_info
from triage.odoo.sandbox.schema import DEFAULT_APPS, ENTERPRISE, App, load
from triage.odoo.sandbox.server import HttpServer, Site
from triage.odoo.sandbox.tables import Snapshot, Tables

__all__ = [
    "DEFAULT_APPS",
    "Account",
    "App",
    "Call",
    "Environment",
    "Fault",
    "Faults",
    "Sandbox",
    "SentMail",
    "Snapshot",
    "Webhook",
    "database_error",
    "expired_key",
    "half_response",
    "hang",
    "html",
    "ok",
    "refuse",
    "throttle",
]


def _now() -> datetime:
    return datetime.now(UTC)


class Sandbox:
    """A running look-alike.

    `rows` are seed rows by model as Odoo's database would hold them: many2one as id, many2many as list of ids, one2many
    left out, times as naive UTC text, binaries as base64 text; a mapping {company: value} where a field has a value
    for each company. `fields` adds custom fields in the form of `fields_get`. `clock` gives aware times.

    Raises `ValueError` for rows that do not fit the schema.
    """

    def __init__(
        self,
        version: int = 18,
        *,
        rows: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        apps: Collection[App] = DEFAULT_APPS,
        fields: Mapping[str, Mapping[str, Mapping[str, Any]]] | None = None,
        port: int = 0,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        if App.HELPDESK in apps and App.HELPDESK_MGMT in apps:
            raise ValueError("apps: HELPDESK and HELPDESK_MGMT are two models of one name; take one")
        self.version = version
        self.database = "sandbox"
        self._aware_clock = clock
        self._db = Database(load(version, apps, fields or {}), Tables(), self._clock, self._clock())
        self._engine = Engine(self._db)
        self._port = port
        self._server: HttpServer | None = None
        info = version_info(version, bool(ENTERPRISE & set(apps)))
        rpc = Rpc(self._engine, self.database, info)
        self._site = Site(version, self.database, info, rpc, Json2(self._engine), self._engine.faults)
        base_data.fill(self._db, apps)
        seed.seed(self._db, rows or {})
        self._db.tables.commit()
        self.admin = self._account(base_data.ADMIN, "admin", "admin")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Listen on loopback; again after `stop`, on the same port."""
        if self._server is None:
            self._server = HttpServer(self._site, self._port)
            self._port = self._server.port
        return self

    def stop(self) -> None:
        """Stop listening; the data stays."""
        if self._server is not None:
            self._server.close()
            self._server = None

    @property
    def url(self) -> str:
        """Address of the running server."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def mails(self) -> list[SentMail]:
        """What this Odoo would have mailed."""
        return self._db.mails

    @property
    def webhooks(self) -> list[Webhook]:
        """Calls that automation rules made, the oldest first."""
        return self._db.webhooks

    @property
    def calls(self) -> list[Call]:
        """Calls that were served, the oldest first."""
        return self._engine.calls

    @property
    def faults(self) -> Faults:
        """Plan misbehaviour here."""
        return self._engine.faults

    def add_user(
        self, login: str, *, groups: Sequence[str] = ("base.group_user",), companies: Sequence[int] = (1,), **more: Any
    ) -> Account:
        """A new user in these groups (external ids or names) and companies, the first of which is his own.

        Raises `ValueError` for a group that is not there.
        """
        stored = "groups_id" if self.version < 19 else "group_ids"

        def work(env: Environment) -> int:
            ids = [self._group(env, name) for name in groups]
            row = {"login": login, "name": login.title(), "email": f"{login}@example.com", **more}
            row |= {"company_id": companies[0], "company_ids": [(6, 0, list(companies))], stored: [(6, 0, ids)]}
            return writing.create(env["res.users"], row)

        return self._account(self._engine.run(1, {}, work), login, f"{login}-password")

    def add_key(self, account: Account, *, name: str = "key", expires: str | bool = False) -> str:
        """One more API key of this user; `expires` as Odoo writes times."""
        return str(self._engine.run(1, {}, lambda env: accounts.add_key(env.db, account.id, name, "rpc", expires)))

    def snapshot(self) -> Snapshot:
        """The database as it is."""
        with self._db.tables.lock:
            return self._db.tables.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        """Back to an older state of the database."""
        with self._db.tables.lock:
            self._db.tables.restore(snapshot)
            self._db.reflect()

    def rows(self, model: str) -> list[dict[str, Any]]:
        """All rows of a model as stored, with their ids, ascending."""
        with self._db.tables.lock:
            table = self._db.tables.rows.get(model, {})
            return [{"id": id_, **copy.deepcopy(table[id_])} for id_ in sorted(table)]

    def env(self, user: int | Account = 1, **context: Any) -> Environment:
        """An environment to look inside with, as superuser unless told otherwise. For reading; use `edit` to write."""
        self._db.now = self._clock()
        return Environment(self._db, user if isinstance(user, int) else user.id, context)

    def edit(self, work: Callable[[Environment], Any], user: int | Account = 1) -> Any:
        """Change data in a transaction, as somebody in Odoo would; returns what `work` returns."""
        return self._engine.run(user if isinstance(user, int) else user.id, {}, work)

    def receive_mail(self, model: str, rfc822: bytes, thread_id: int | None = None) -> Any:
        """Feed a mail in; returns the id of the record that it came to, False for one that came before."""
        return self._engine.run(
            1, {}, lambda env: inbound.message_process(env["res.partner"], model, rfc822, thread_id)
        )

    def _clock(self) -> datetime:
        return self._aware_clock().astimezone(UTC).replace(tzinfo=None)

    def _group(self, env: Environment, name: str) -> int:
        found = env.ref(name, raise_if_not_found=False) if "." in name else None
        if found is None:
            found = env["res.groups"].search([("name", "=", name)], limit=1)
        if not found:
            raise ValueError(f"groups: there is no group {name}")
        return int(found)

    def _account(self, uid: int, login: str, password: str) -> Account:
        def work(env: Environment) -> str:
            env.db.tables.update("res.users", uid, {"password": password})
            return accounts.add_key(env.db, uid, "sandbox")

        return Account(uid, login, password, self._engine.run(1, {}, work))

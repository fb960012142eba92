"""Who asks, in which company and context: the environment of a recordset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from triage.odoo.sandbox.cursor import Cursor
from triage.odoo.sandbox.errors import AccessError
from triage.odoo.sandbox.schema import Schema
from triage.odoo.sandbox.tables import Tables

if TYPE_CHECKING:
    from triage.odoo.sandbox.automation import Webhook
    from triage.odoo.sandbox.recordset import RecordSet

SUPERUSER = 1
"""OdooBot: user 1, whom no access rule holds back."""


@dataclass(frozen=True)
class SentMail:
    """What this Odoo would have mailed. `record` is model and id of the document, `to` the recipients' addresses."""

    to: tuple[str, ...]
    subject: str
    body: str
    record: tuple[str, int]
    reason: str
    """`message`, `activity` or `stage`."""


@dataclass
class Database:
    """What all calls share."""

    schema: Schema
    tables: Tables
    clock: Callable[[], datetime]
    now: datetime
    mails: list[SentMail] = field(default_factory=list)
    pending: list[SentMail] = field(default_factory=list)
    """Mails of the call that runs; they leave when it commits."""
    webhooks: list[Webhook] = field(default_factory=list)
    """Calls that automation rules made, the oldest first."""
    after_commit: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Those of the call that runs, on Odoo 19: address and payload; they leave when it commits."""
    secrets: dict[int, str] = field(default_factory=dict)
    """Clear text of generated API keys by id of their row, for the tests' convenience."""

    @property
    def version(self) -> int:
        """18 or 19."""
        return self.schema.version

    def reflect(self) -> None:
        """Bring the schema in line with the rows that describe manual models and fields."""
        from triage.odoo.sandbox import studio

        studio.reflect(self)

    @property
    def stamp(self) -> str:
        """Start of the transaction as Odoo writes times."""
        return self.now.strftime("%Y-%m-%d %H:%M:%S")


class Environment:
    """`env` of a server action: `env['sale.order']`, `env.user`, `env.ref(...)`."""

    def __init__(self, db: Database, uid: int, context: Mapping[str, Any] | None = None, su: bool = False) -> None:
        self.db = db
        self.uid = uid
        self.context: dict[str, Any] = dict(context or {})
        self.su = su or uid == SUPERUSER

    def __getitem__(self, model: str) -> RecordSet:
        from triage.odoo.sandbox.recordset import RecordSet

        if model not in self.db.schema:
            raise KeyError(model)
        return RecordSet(self, self.db.schema[model], ())

    def __contains__(self, model: object) -> bool:
        return model in self.db.schema

    def __call__(
        self, user: Any = None, context: Mapping[str, Any] | None = None, su: bool | None = None
    ) -> Environment:
        """The same database for another user, with another context, or as superuser."""
        uid = self.uid if user is None else int(getattr(user, "id", user))
        elevated = (user is None and self.su) if su is None else su
        return Environment(self.db, uid, self.context if context is None else context, elevated)

    @property
    def user(self) -> RecordSet:
        """The user who asks, readable whole."""
        return self(su=True)["res.users"].browse(self.uid)

    @cached_property
    def cr(self) -> Cursor:
        """Runs statements that ask no table."""
        return Cursor()

    @property
    def lang(self) -> str | None:
        """Language of the context."""
        return self.context.get("lang")

    @cached_property
    def company_ids(self) -> tuple[int, ...]:
        """Companies of the context, else all of the user's, his own one first.

        Raises `AccessError` for a company that is not his.
        """
        row = self.db.tables.get("res.users", self.uid) or {}
        asked = self.context.get("allowed_company_ids")
        if not asked:
            own = row.get("company_id")
            return (own, *(each for each in row.get("company_ids", ()) if each != own)) if own else ()
        if not self.su and not set(asked) <= set(row.get("company_ids", ())):
            raise AccessError("Access to unauthorized or invalid companies.")
        return tuple(asked)

    @property
    def company(self) -> RecordSet:
        """The company in which values are read."""
        return self(su=True)["res.company"].browse(self.company_ids[:1])

    @property
    def companies(self) -> RecordSet:
        """All companies that are switched on."""
        return self(su=True)["res.company"].browse(self.company_ids)

    @cached_property
    def group_ids(self) -> frozenset[int]:
        """Ids of the user's groups, implied ones included."""
        from triage.odoo.sandbox.access import groups_of

        return groups_of(self.db, self.uid)

    def ref(self, xml_id: str, raise_if_not_found: bool = True) -> RecordSet | None:
        """The record with this external id. Raises `ValueError` where there is none, unless told otherwise."""
        found = find_ref(self.db, xml_id)
        if found is not None and self.db.tables.get(*found) is not None:
            return self[found[0]].browse(found[1])
        if raise_if_not_found:
            raise ValueError(f"External ID not found in the system: {xml_id}")
        return None

    def is_admin(self) -> bool:
        """Whether the user may change settings."""
        return self.su or self.has_group("base.group_erp_manager")

    def has_group(self, xml_id: str) -> bool:
        """Whether the user belongs to this group."""
        found = find_ref(self.db, xml_id)
        return found is not None and found[1] in self.group_ids

    def flush_all(self) -> None:
        """Nothing waits to be written here."""

    def invalidate_all(self) -> None:
        """Nothing is cached here."""


def find_ref(db: Database, xml_id: str) -> tuple[str, int] | None:
    """Model and id behind an external id."""
    module, _, name = xml_id.partition(".")
    for id_ in db.tables.by_value("ir.model.data", "name", name):
        row = db.tables.get("ir.model.data", id_) or {}
        if row.get("module") == module:
            return row["model"], row["res_id"]
    return None

"""A connected Odoo: what it is, who we are there, and reads that take only what exists."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import stamina

from triage import metrics, tracing
from triage.errors import AccessDenied, OdooError, OdooRejected, OdooUnavailable, RecordMissing
from triage.odoo.rows import Row
from triage.odoo.transport import Call, Server, Transport, open_transport
from triage.odoo.transport.open import major

Domain = Sequence[Any]

_ATTRIBUTES = ["type", "relation", "required", "readonly", "store", "selection", "searchable"]
_ATTEMPTS = 4
_FIRST_PAUSE = 0.2
_RESULTS: Mapping[type[OdooError], str] = {
    OdooUnavailable: "unavailable", AccessDenied: "denied", RecordMissing: "missing", OdooRejected: "rejected",
}  # fmt: skip
"""How a call that brought nothing is counted."""
_LONGEST_PAUSE = 60.0
"""Seconds for which a server that limits our rate is obeyed; what wants more is asked again all the same."""


@dataclass(frozen=True)
class Version:
    """Which Odoo answers."""

    text: str
    major: int
    enterprise: bool


@dataclass(frozen=True)
class ServiceUser:
    """Who we are there."""

    id: int
    login: str
    name: str
    partner: int | None
    language: str
    """Odoo's code: `nl_NL`."""
    timezone: str
    company: int
    companies: tuple[int, ...]


@dataclass(frozen=True)
class Field:
    """A field of a model, as far as this user may see it."""

    type: str
    relation: str | None = None
    required: bool = False
    store: bool = True
    choices: tuple[str, ...] = ()


@dataclass
class Odoo:
    """Reads of one Odoo, and the way to call it. Safe for threads.

    A read is tried again, with growing pauses or as late as the server asks for, where Odoo is unavailable. Nothing
    else is, unless the caller says that doing it twice is harmless.
    """

    transport: Transport
    server: str
    _fields: dict[str, Mapping[str, Field] | None] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _user: ServiceUser | None = field(default=None, repr=False)

    @classmethod
    def connect(cls, server: Server) -> Odoo:
        """Connect and log in; see `open_transport`."""
        return cls(open_transport(server), server.url)

    @property
    def version(self) -> Version:
        """Which Odoo answers."""
        text = self.transport.version
        return Version(text, major(text, self.server), "+e" in text)

    @property
    def user(self) -> ServiceUser:
        """Who we are there; read once."""
        with self._lock:
            if self._user is None:
                self._user = self._read_user()
            return self._user

    def fields(self, model: str) -> Mapping[str, Field] | None:
        """The fields of a model that this user may see, by name; none where there is no such model. Read once."""
        if model not in self._fields:
            self._fields[model] = self._read_fields(model)
        return self._fields[model]

    def forget(self, model: str) -> None:
        """Ask for the model's fields anew the next time: set-up makes models, and takes them away."""
        self._fields.pop(model, None)

    def has(self, model: str, *names: str) -> bool:
        """Whether the model exists, with all these fields."""
        found = self.fields(model)
        return found is not None and all(name in found for name in names)

    def read(self, model: str, ids: Iterable[int], names: Sequence[str], **context: Any) -> list[Row]:
        """These records, as far as they exist, in the order of their ids; of `names`, the fields that exist."""
        wanted = sorted(set(ids))
        if not wanted:
            return []
        return self.search(model, [("id", "in", wanted)], names, order="id", active_test=False, **context)

    def search(
        self,
        model: str,
        domain: Domain,
        names: Sequence[str],
        *,
        order: str | None = None,
        limit: int | None = None,
        **context: Any,
    ) -> list[Row]:
        """The records that match; of `names`, the fields that exist. Nothing where there is no such model.

        Raises `AccessDenied` where the user may not read the model.
        """
        known = self.fields(model)
        if known is None:
            return []
        named: dict[str, Any] = {
            "domain": [list(term) if isinstance(term, tuple) else term for term in domain],
            "fields": ["id", *(name for name in dict.fromkeys(names) if name in known and name != "id")],
        }
        named |= {"order": order} if order else {}
        named |= {"limit": limit} if limit else {}
        found = self.call(model, "search_read", named=named, context=context, again=True)
        return [Row(model, values) for values in found]

    def count(self, model: str, domain: Domain) -> int:
        """How many records match."""
        return int(self.call(model, "search_count", named={"domain": list(domain)}, again=True))

    def call(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None = None,
        named: Mapping[str, Any] | None = None,
        context: Mapping[str, Any] | None = None,
        *,
        again: bool = False,
    ) -> Any:
        """Call a method; `again` says that doing it twice is harmless, so that it may be tried again.

        Raises the errors of `Transport.call`.
        """
        made = Call(model, method, ids, named or {}, context or {})
        if not again:
            return self._called(made)
        for attempt in stamina.retry_context(
            on=_pause, attempts=_ATTEMPTS, wait_initial=_FIRST_PAUSE, wait_max=5.0, timeout=None
        ):
            with attempt:
                return self._called(made)
        raise AssertionError("unreachable: the last attempt raises")

    def _called(self, made: Call) -> Any:
        """One call, counted."""
        began, result = time.monotonic(), "error"
        said = {"rpc.system.name": "odoo", "rpc.method": f"{made.model}/{made.method}"}
        try:
            with tracing.span("odoo", said, is_call=True):
                answer = self.transport.call(made)
        except OdooError as error:
            result = _RESULTS.get(type(error), result)
            raise
        else:
            result = "ok"
            return answer
        finally:
            counted = metrics.meters()
            counted.odoo_calls.labels(result).inc()
            counted.odoo_seconds.observe(time.monotonic() - began)

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def _read_user(self) -> ServiceUser:
        context = self.call("res.users", "context_get", again=True)
        number = int(context["uid"])
        names = ("login", "name", "partner_id", "lang", "tz", "company_id", "company_ids")
        row = self.read("res.users", [number], names)[0]
        return ServiceUser(
            id=number,
            login=row.text("login") or "",
            name=row.text("name") or "",
            partner=row.one("partner_id"),
            language=row.text("lang") or str(context.get("lang") or "en_US"),
            timezone=row.text("tz") or str(context.get("tz") or "UTC"),
            company=row.one("company_id") or 0,
            companies=row.many("company_ids"),
        )

    def _read_fields(self, model: str) -> Mapping[str, Field] | None:
        try:
            found = self.call(model, "fields_get", named={"attributes": _ATTRIBUTES}, again=True)
        except OdooRejected:
            return None
        except AccessDenied:
            return {}
        return {name: _field(told) for name, told in found.items()}


def _pause(error: Exception) -> bool | float:
    """Whether to try again; in seconds, where the server said when."""
    if not isinstance(error, OdooUnavailable):
        return False
    if error.retry_after is None:
        return True
    return min(max(error.retry_after, _FIRST_PAUSE), _LONGEST_PAUSE)


def _field(told: Mapping[str, Any]) -> Field:
    return Field(
        type=str(told.get("type")),
        relation=told.get("relation") or None,
        required=bool(told.get("required")),
        store=bool(told.get("store", True)),
        choices=tuple(str(choice[0]) for choice in told.get("selection") or ()),
    )

"""One call of a model's method, and what carries it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_SHOWN_IDS = 3


@dataclass(frozen=True)
class Call:
    """A method of a model, on records or on the model itself.

    `named` are its arguments by name (JSON-2 knows no other), `context` is Odoo's context. `ids` is none for a method
    of the model itself (`search_read`, `create`, `fields_get`). Arguments may hold a secret (the password of a user who
    is made), so neither `repr` nor `describe` shows them.
    """

    model: str
    method: str
    ids: Sequence[int] | None = None
    named: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, repr=False)
    context: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, repr=False)

    def describe(self) -> str:
        """For messages: `sale.order.read of 42`."""
        if not self.ids:
            return f"{self.model}.{self.method}"
        shown = ", ".join(str(each) for each in self.ids[:_SHOWN_IDS])
        more = f" and {len(self.ids) - _SHOWN_IDS} more" if len(self.ids) > _SHOWN_IDS else ""
        return f"{self.model}.{self.method} of {shown}{more}"


class Transport(Protocol):
    """Carries calls to one database as one user. Safe for threads."""

    @property
    def api(self) -> str:
        """`jsonrpc` or `json2`."""

    @property
    def version(self) -> str:
        """As the server tells it: `18.0`, `19.0+e`."""

    def call(self, call: Call, /) -> Any:
        """The method's answer as JSON values.

        Raises `OdooUnavailable`, `AccessDenied`, `RecordMissing` or `OdooRejected`. Nothing is tried twice here.
        """

    def close(self) -> None:
        """Close the connections."""

"""Values that a company keeps in fields of its own (`Connection.fields`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from triage.odoo.connection import Connection
from triage.odoo.rows import Row

_NO = frozenset({"0", "false", "no", "n", "nein", "non", "nee"})


@dataclass(frozen=True)
class Custom:
    """Reads case values (`partner.customer_class`) from whatever field holds them, whatever its type."""

    connection: Connection

    def fields(self, prefix: str) -> tuple[str, ...]:
        """The fields to read for all values of a part of the case, for example `partner.`."""
        return tuple(field for name, field in self.connection.fields.items() if name.startswith(prefix))

    def has(self, name: str) -> bool:
        """Whether the company named a field for this value."""
        return self.connection.custom(name) is not None

    def text(self, row: Row, name: str) -> str | None:
        """As text: of a link, what the linked record is called."""
        field = self.connection.custom(name)
        return (row.label(field) or row.text(field)) if field else None

    def number(self, row: Row, name: str) -> Decimal | None:
        """As a number above zero: Odoo's numbers cannot be empty, so zero says nothing."""
        field = self.connection.custom(name)
        value = row.number(field) if field else None
        return value or None

    def flag(self, row: Row, name: str) -> bool | None:
        """As yes or no; none where the field is not there. A text or link counts as yes unless it says no."""
        field = self.connection.custom(name)
        if field is None or not row.has(field):
            return None
        said = row.label(field) or row.text(field)
        return row.flag(field) or (said is not None and said.casefold() not in _NO)

    def moment(self, row: Row, name: str) -> datetime | None:
        """As a time; a day is its midnight in UTC, and what is no time is none."""
        field = self.connection.custom(name)
        try:
            return row.moment(field) if field else None
        except ValueError:
            return None


def first_text(values: Iterable[str | None]) -> str | None:
    """The first that is not empty."""
    return next((value for value in values if value), None)

"""What Odoo's reads give, by type: empty values are none, numbers are exact, times are aware."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from triage.domain import RecordRef

_DECIMALS = 6


@dataclass(frozen=True)
class Row:
    """A record as it was read. A field that was not read, or that this Odoo lacks, is as an empty one."""

    model: str
    values: Mapping[str, Any]

    @property
    def id(self) -> int:
        """Odoo's id."""
        return int(self.values["id"])

    def has(self, name: str) -> bool:
        """Whether the field was read at all."""
        return name in self.values

    def ref(self, name_field: str = "name") -> RecordRef:
        """The record with what people call it."""
        return RecordRef(model=self.model, id=self.id, name=self.text(name_field) or f"{self.model} {self.id}")

    def text(self, name: str) -> str | None:
        """Text, trimmed; none where empty."""
        value = self.values.get(name)
        return (str(value).strip() or None) if isinstance(value, str | int | float) and value is not False else None

    def flag(self, name: str) -> bool:
        """Yes or no."""
        return self.values.get(name) is True

    def number(self, name: str) -> Decimal | None:
        """A number without the noise of binary fractions; none where the field was not read."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        exact = Decimal(str(round(value, _DECIMALS)))
        return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact

    def moment(self, name: str) -> datetime | None:
        """A time; Odoo writes naive UTC."""
        value = self.values.get(name)
        return datetime.fromisoformat(value).replace(tzinfo=UTC) if isinstance(value, str) and value else None

    def day(self, name: str) -> date | None:
        """A day; of a time, its day in UTC."""
        value = self.values.get(name)
        return date.fromisoformat(value[:10]) if isinstance(value, str) and value else None

    def one(self, name: str) -> int | None:
        """The id of a many2one."""
        value = self.values.get(name)
        if isinstance(value, list) and value:
            return int(value[0])
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def label(self, name: str) -> str | None:
        """What the record of a many2one is called."""
        value = self.values.get(name)
        return str(value[1]) if isinstance(value, list) and len(value) > 1 and value[1] else None

    def many(self, name: str) -> tuple[int, ...]:
        """The ids of a one2many or many2many."""
        value = self.values.get(name)
        return tuple(int(each) for each in value) if isinstance(value, list) else ()

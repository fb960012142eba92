"""What every domain type shares: immutability, strict fields, exact JSON, a fingerprint."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
)

from triage.domain.canonical import canonical

Item = TypeVar("Item")

Moment = Annotated[
    AwareDatetime,
    PlainSerializer(lambda moment: moment.isoformat(), return_type=str, when_used="json"),
]
"""A point in time with its offset; JSON keeps the offset as it was written."""


SortedSet = Annotated[frozenset[Item], PlainSerializer(sorted, when_used="json")]
"""A set whose JSON has one order, so that equal sets have equal fingerprints."""


def _untag(value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1:
        if "number" in value:
            return Decimal(str(value["number"]))
        if "date" in value:
            return date.fromisoformat(value["date"])
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value


def _tag(value: Decimal | date | bool | str) -> Any:
    if isinstance(value, Decimal):
        return {"number": str(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value


Scalar = Annotated[
    Annotated[Decimal, Field(strict=True)]
    | Annotated[bool, Field(strict=True)]
    | Annotated[date, Field(strict=True)]
    | Annotated[str, Field(strict=True)],
    BeforeValidator(_untag),
    PlainSerializer(_tag, when_used="json"),
]
"""A number, yes or no, day or text. JSON tags numbers and days (`{"number": "1.10"}`, `{"date": "2026-11-23"}`), so
that the text `12` does not come back as a number; a plain JSON number is read as a number."""


class Frozen(BaseModel):
    """An immutable value. Unknown fields are an error; JSON there and back gives an equal value."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        ser_json_bytes="base64",
        val_json_bytes="base64",
        use_attribute_docstrings=True,
    )

    def fingerprint(self) -> str:
        """SHA-256 (hex) of the canonical JSON (RFC 8785) of this value."""
        return fingerprint(self.model_dump(mode="json"))

    def with_(self, **changes: Any) -> Self:
        """A validated copy with some fields replaced."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate(values | changes)


def fingerprint(value: Any) -> str:
    """SHA-256 (hex) of the canonical JSON (RFC 8785) of a JSON value.

    Integers beyond 2**53 have no canonical form in RFC 8785 and raise `rfc8785.IntegerDomainError`.
    """
    return hashlib.sha256(canonical(value)).hexdigest()


@lru_cache(maxsize=256)
def version_number(version: str) -> int:
    """A version such as `0.12.3` as a number that grows with it: thousands for each part. What follows a part's digits
    does not count; a text that is no version is 0.
    """
    found = [re.match(r"[0-9]+", part) for part in version.split(".")[:3]]
    numbers = [int(each[0]) if each else 0 for each in found] + [0, 0]
    return numbers[0] * 1_000_000 + numbers[1] * 1_000 + numbers[2]


def utc(moment: datetime) -> str:
    """The one way a time is written into records: ISO 8601 in UTC with microseconds and `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

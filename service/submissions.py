"""What senders bring, as arrivals: a record of Odoo by model and id, a whole case, or a single message."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from uuid_utils import uuid7

from service.problems import Flaw, Problem
from triage.domain import Arrival, Case, Company, Door, Limits, RecordRef
from triage.intake.rows import case_from_row
from triage.odoo.capture import MODELS

MOST_ID = 2**31 - 1
"""Odoo's ids are 32-bit integers."""

Model = Annotated[str, Field(max_length=64, pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", examples=["sale.order"])]
CompanyName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A company as the store can keep it: it names a stream of the journal and stands in indexed columns."""
RecordId = Annotated[int, Field(ge=1, le=MOST_ID, strict=True, examples=[42])]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class RecordNamed(_Shape):
    """A record of the connected Odoo, which is read when its turn comes."""

    model: Model
    """One that can be captured: an order, transfer, invoice, ticket, task or lead."""
    id: RecordId


class MessageRow(_Shape):
    """A message without records, as `triage classify` takes it."""

    text: str = Field(max_length=1_000_000)
    """The message; quoted history and signature may be in it."""
    id: str | None = Field(default=None, max_length=200)
    """The sender's own id of it."""
    subject: str | None = Field(default=None, max_length=1000)
    from_role: Literal["customer", "supplier", "carrier", "colleague", "system", "unknown"] | None = None
    facts: dict[str, str | bool | int | float] | None = None
    """What the sender knows beside the text: `{name: value}`."""


class Submission(_Shape):
    """What is to be looked at: exactly one of the three."""

    record: RecordNamed | None = None
    case: dict[str, Any] | None = None
    """A whole case, as `triage schema Case` describes it; nothing else is read then."""
    message: MessageRow | None = None

    def one(self) -> RecordNamed | dict[str, Any] | MessageRow:
        """The one that is there. Raises a 422 where it is none or several."""
        found = [each for each in (self.record, self.case, self.message) if each is not None]
        if len(found) != 1:
            raise Problem(422, "Name exactly one of `record`, `case` and `message`.")
        return found[0]


def loads(body: bytes) -> Any:
    """JSON, strictly. Raises a 400 where it is none."""
    try:
        return json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "The body is no JSON.") from error


def object_of(body: bytes) -> dict[str, Any]:
    """A JSON object. Raises a 400 where it is none."""
    found = loads(body)
    if not isinstance(found, dict):
        raise Problem(400, "The body is no JSON object.")
    return found


def named_record(model: Any, number: Any, allowed: Sequence[str]) -> RecordRef:
    """The record that a sender names, where that may be named. Raises a 422 otherwise."""
    if not isinstance(model, str) or model not in allowed:
        raise Problem(422, "This model is not on the source's list of models.")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number <= MOST_ID:
        raise Problem(422, "The record's id is no positive whole number.")
    return RecordRef(model=model, id=number, name=f"{model}:{number}")


def arrival(
    given: Submission, *, key: str, source: str, door: Door, company: str, now: datetime, delay: float, limits: Limits
) -> Arrival:
    """The arrival that a submission makes. Raises a 422 where it cannot be one.

    `company`: in whose name; a case names its own, which must be the same one.
    """
    one = given.one()
    case: Case | None = None
    if isinstance(one, RecordNamed):
        ref = named_record(one.model, one.id, MODELS)
    else:
        case = _case(one, key, source, company, now, limits) if isinstance(one, MessageRow) else whole_case(one)
        ref, delay = case.record, 0.0
    return Arrival(
        key=key,
        source=source,
        door=door,
        ref=ref,
        company=company,
        case=case,
        received_at=now,
        due_at=now + timedelta(seconds=delay),
    )


def whole_case(value: dict[str, Any]) -> Case:
    """A case from its JSON. Raises a 422 that names each wrong place and repeats no value."""
    said = "This is no case; `triage schema Case` says what is."
    try:
        return Case.model_validate_json(json.dumps(value))
    except ValidationError as error:
        raise Problem(422, said, errors=flaws(error, "/case")) from error
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise Problem(422, said) from error


def flaws(error: ValidationError, under: str = "") -> list[Flaw]:
    """The wrong places, at most twenty, without what stands there."""
    found = error.errors(include_url=False, include_input=False, include_context=False)[:20]
    return [Flaw(pointer=under + pointer(each["loc"]), detail=each["msg"][:200]) for each in found]


def pointer(steps: Sequence[str | int]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1")[:80] for step in steps)


def new_key() -> str:
    """For what has no key of its own: it is never the same as anything else."""
    return f"new:{uuid7()}"


def _case(row: MessageRow, key: str, source: str, company: str, now: datetime, limits: Limits) -> Case:
    given = row.model_dump(exclude_none=True) | {"id": f"{source}:{row.id or key}"}
    return case_from_row(given, 1, now, Company(name=company), limits)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")

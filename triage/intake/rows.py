"""Rows of batch input to cases: `{"id", "text", "subject"?, "from_role"?, "facts"?}`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from triage.domain import Case, Company, Fact, Limits, Link, LinkStatus, Message, RecordRef, Role
from triage.errors import InputError
from triage.intake.automatic import kind_of_subject
from triage.intake.files import first_problem
from triage.intake.split import split
from triage.intake.text import clean, shortened

_SHAPE = 'A row is {"id", "text", "subject"?, "from_role"?, "facts"?}.'
_COMPANY = Company(name="batch")


def case_from_row(
    row: Any, line: int, now: datetime, company: Company = _COMPANY, limits: Limits | None = None
) -> Case:
    """One row as a case without records; `line` counts from 1, `now` is the time of capture.

    `text` is split like a mail. `facts` may be `{name: value}`, a list of facts (`{"name", "value", ...}`) or a list of
    texts; they become `Case.reported`. An unknown role is read as unknown, with a warning on the message, and so is
    a text beyond `limits.max_message_chars`, which is cut. Raises
    `InputError` with line and id for anything else.
    """
    if not isinstance(row, Mapping):
        raise InputError(f"row {line}", "is no JSON object.", _SHAPE)
    identity = row.get("id")
    if isinstance(identity, bool) or not isinstance(identity, str | int) or not str(identity).strip():
        raise InputError(f"row {line}", "has no id (a text or a whole number).", _SHAPE)
    where = f"row {line} (id {str(identity)[:80]})"
    text, subject = _text(row, "text", where, required=True), _text(row, "subject", where)
    if not (text.strip() or subject.strip()):
        raise InputError(where, "the text is empty.", "Leave the row out or give it a text.")
    most = (limits or Limits()).max_message_chars
    (text, cut), (subject, cut_subject) = shortened(text, most), shortened(subject, most)
    role, warnings = _role(row.get("from_role"))
    parts = split(text)
    message = Message(
        id=f"row:{clean(str(identity))}",
        kind=kind_of_subject(subject),
        role=role,
        subject=" ".join(subject.split()),
        body=parts.body,
        quoted=parts.quoted,
        signature=parts.signature,
        warnings=(*warnings, *cut, *cut_subject, *parts.warnings),
    )
    return Case(
        record=RecordRef(model="row", id=None, name=clean(str(identity))),
        company=company,
        captured_at=now,
        link=Link(status=LinkStatus.NONE),
        messages=(message,),
        reported=_facts(row.get("facts"), where),
    )


def _text(row: Mapping[str, Any], name: str, where: str, required: bool = False) -> str:
    value = row.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str):
        problem = f"has no {name}." if value is None else f"{name} is no text but {_kind(value)}."
        raise InputError(where, problem, _SHAPE)
    return clean(value)


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "empty")


def _role(value: Any) -> tuple[Role, tuple[str, ...]]:
    if value is None or value == "":
        return Role.UNKNOWN, ()
    if isinstance(value, str) and value.strip().lower() in set(Role):
        return Role(value.strip().lower()), ()
    allowed = ", ".join(Role)
    return Role.UNKNOWN, (f"from_role {clean(str(value))[:40]!r} is unknown and was left out (known: {allowed})",)


def _facts(value: Any, where: str) -> tuple[Fact, ...]:
    if value is None:
        return ()
    if isinstance(value, Mapping):
        return tuple(_fact({"name": name, "value": v}, where) for name, v in value.items() if v is not None)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(_listed(item, n, where) for n, item in enumerate(value, start=1))
    raise InputError(where, f"facts is {_kind(value) if not isinstance(value, str) else 'a text'}.", _FACTS)


_FACTS = 'Facts are {"name": value, ...}, a list of {"name", "value", ...} or a list of texts.'


def _listed(item: Any, n: int, where: str) -> Fact:
    if isinstance(item, str):
        return Fact(name=f"reported.{n}", value=clean(item))
    if isinstance(item, Mapping):
        return _fact(item, where)
    raise InputError(where, f"fact {n} is {_kind(item)}.", _FACTS)


def _fact(item: Mapping[str, Any], where: str) -> Fact:
    name = item.get("name")
    try:
        fact = Fact.model_validate({k: clean(v) if isinstance(v, str) else v for k, v in item.items()})
    except (ValidationError, ArithmeticError, ValueError, TypeError) as error:
        said = first_problem(error) if isinstance(error, ValidationError) else f"{error}."
        raise InputError(where, f"fact {str(name)[:60]!r} cannot be read: {said}", _FACTS) from error
    if isinstance(fact.value, Decimal) and not fact.value.is_finite():
        raise InputError(where, f"fact {str(name)[:60]!r} is no finite number.", _FACTS)
    return fact

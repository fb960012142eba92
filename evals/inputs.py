"""From a case's input to what the tasks see: a Case, a View or a Document."""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ValidationError

from evals.cases import EvalCase, Given
from triage.domain import (
    Case,
    Company,
    Document,
    Event,
    FieldValue,
    Link,
    LinkStatus,
    Method,
    Paper,
    PaperLine,
    Policy,
    Producer,
    RecordRef,
    View,
)
from triage.errors import InputError

if TYPE_CHECKING:
    from triage.odoo.book import RecordBook

_COMPANY = Company(name="eval", currency="EUR")


class Captures(Protocol):
    """What the pipeline asks for a case."""

    def capture(self, ref: RecordRef) -> Case | None:
        """The snapshot of a record."""


class ReadsPapers(Protocol):
    """The extract task."""

    def invoke(self, document: Document, /) -> Paper:
        """A document as it was read."""


@dataclass(frozen=True)
class One:
    """A source that knows one case."""

    case: Case

    def capture(self, ref: RecordRef) -> Case | None:
        """The case, where it is asked for."""
        return self.case if ref == self.case.record else None


def case_of(case: EvalCase, folder: Path, now: datetime, policy: Policy) -> Case:
    """The input as a Case that was captured at `now`. Raises `InputError` for an input that is none."""
    source, events = events_of(case, folder, now, policy)
    found = source.capture(events[0].ref) if len(events) == 1 else None
    if found is None:
        raise InputError(f"case {case.id}", f"its files make {len(events)} cases, not one.", "Give it one thread.")
    return found


def events_of(case: EvalCase, folder: Path, now: datetime, policy: Policy) -> tuple[Captures, list[Event]]:
    """The input as a source and its events: what the whole path starts from."""
    if case.input.files:
        return _from_files(case, folder, now, policy)
    made = _from_text(case, now) if case.input.case is None else _from_case(case.input.case, case.id, now)
    event = Event(
        key=f"eval:{case.id}", source="eval", company=made.company.name, ref=made.record, received_at=made.captured_at
    )
    return One(made), [event]


def _from_text(case: EvalCase, now: datetime) -> Case:
    from triage.intake.rows import case_from_row

    given = case.input
    rows = given.messages or ({"text": given.text, "subject": given.subject, "from_role": given.from_role},)
    cases = [case_from_row(_row(row, f"{case.id}:{n}", given), n + 1, now, _COMPANY) for n, row in enumerate(rows)]
    messages = [
        one.messages[0].with_(**{key: row[key] for key in ("sent_at", "author", "email") if row.get(key)})
        for one, row in zip(cases, rows, strict=True)
    ]
    record = RecordRef(model="row", id=None, name=case.id)
    return cases[-1].with_(record=record, messages=tuple(messages))


def _row(row: Mapping[str, Any], id_: str, given: Given) -> dict[str, Any]:
    kept = {key: row[key] for key in ("text", "subject", "from_role") if row.get(key) is not None}
    return {"id": id_, **kept, **({} if given.facts is None else {"facts": given.facts})}


def _from_case(given: Mapping[str, Any], id_: str, now: datetime) -> Case:
    from triage.intake.files import first_problem

    filled = {
        "record": {"model": "eval", "id": None, "name": id_},
        "company": _COMPANY.model_dump(mode="json"),
        "captured_at": now.isoformat(),
        "link": Link(status=LinkStatus.GIVEN).model_dump(mode="json"),
        **given,
    }
    try:
        return Case.model_validate_json(json.dumps(filled))
    except ValidationError as error:
        raise InputError(f"case {id_}", f"is no case: {first_problem(error)}", "See `triage schema Case`.") from error


def _from_files(case: EvalCase, folder: Path, now: datetime, policy: Policy) -> tuple[Captures, list[Event]]:
    from triage.odoo.source import FileSource

    book = _book(folder / case.input.records) if case.input.records else None
    source = FileSource(
        [folder / name for name in case.input.files],
        book=book,
        company=book.company if book else _COMPANY,
        clock=lambda: now,
        limits=policy.limits,
    )
    if source.problems:
        raise source.problems[0]
    return source, source.events()


def _book(path: Path) -> RecordBook:
    """The records in a file, read once as long as the file stays as it is: hundreds of mails share them."""
    told = path.stat()
    return _read_book(path, told.st_mtime_ns, told.st_size)


@lru_cache(maxsize=4)
def _read_book(path: Path, _changed: int, _size: int) -> RecordBook:
    from triage.odoo.book import RecordBook

    return RecordBook.read(path)


def document_of(case: EvalCase, folder: Path) -> Document:
    """The one file of an extraction case. Raises `InputError` where there is not exactly one that can be read."""
    if len(case.input.files) != 1:
        raise InputError(f"case {case.id}", "names no document.", "Give `input.files` exactly one path.")
    path = folder / case.input.files[0]
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(str(path), f"cannot be read ({error.strerror}).") from error
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Document(name=path.name, media_type=kind, content=content)


def view_of(case: Case, extract: ReadsPapers | None, policy: Policy) -> View:
    """The case with its papers read and its facts established, as the pipeline makes it."""
    from triage.facts import establish_facts
    from triage.verify.pages import hold_back, verify_paper

    papers: Sequence[Paper] = (
        [hold_back(verify_paper(extract.invoke(document)), policy) for document in case.documents] if extract else []
    )
    return View(case, tuple(papers), establish_facts(case, papers, policy))


def papers_of(case: EvalCase) -> list[Paper]:
    """The documents that a case has as they were read. Raises `InputError` for one that is none."""
    return [_paper(given, f"case {case.id}, paper {number}") for number, given in enumerate(case.input.papers, 1)]


_READ = Producer(method=Method.EMBEDDED, model="as written", version="1")
_NUMBERS = frozenset({"quantity", "unit_price", "price_per", "net_amount", "net_total", "tax_total", "gross_total"})
_DAYS = frozenset({"issue_date", "due_date", "delivery_date"})


def _paper(given: Mapping[str, Any], where: str) -> Paper:
    try:
        return Paper(
            by=_READ,
            document=given["document"],
            sha256="0" * 64,
            fields={name: _value(name, text) for name, text in given["fields"].items()},
            lines=tuple(
                PaperLine(fields={name: _value(name, text) for name, text in line.items()}) for line in given["lines"]
            ),
        )
    except (KeyError, ValueError, ArithmeticError, AttributeError) as error:
        raise InputError(where, f"is no paper ({type(error).__name__}: {error}).", "See docs/evals.md.") from error


def _value(name: str, text: str) -> FieldValue:
    value: Decimal | date | str = text
    if name in _NUMBERS:
        value = Decimal(text)
    elif name in _DAYS:
        value = date.fromisoformat(text)
    return FieldValue(value=value, text=text)

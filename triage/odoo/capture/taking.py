"""One attempt to take cases: heads in all companies, the rest in each one's own, heads once more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from triage.domain import Case, Document, Limits, Message
from triage.errors import AccessDenied
from triage.odoo.capture import documents, thread
from triage.odoo.capture.assemble import Assembly
from triage.odoo.capture.custom import Custom
from triage.odoo.capture.finding import ref_of
from triage.odoo.capture.gather import Around, gather
from triage.odoo.capture.kinds import KINDS
from triage.odoo.capture.missing import DOCUMENTS, RECORD, Missing
from triage.odoo.capture.reading import Reader
from triage.odoo.capture.reference import Reference
from triage.odoo.capture.requests import Seeds, company_of, head_fields, request_message, seeds_of
from triage.odoo.capture.thread import Circle
from triage.odoo.client import Odoo
from triage.odoo.rows import Row


@dataclass(frozen=True)
class Subject:
    """A record, and the one that its neighbourhood grows from: itself, or what it hangs on (none where that is
    hidden)."""

    record: Row
    about: Row | None
    seeds: Seeds | None = None
    """What it is linked with, where that had to be looked up to tell whose record it is."""
    linked_company: int | None = None

    @property
    def company(self) -> int | None:
        """Whose record it is; of one that no company has, whose order it is linked with."""
        own = (self.about.one("company_id") if self.about else None) or self.record.one("company_id")
        return own or self.linked_company


@dataclass(frozen=True)
class Contents:
    """What was written on a record and hangs on it."""

    messages: Sequence[Row] = ()
    documents: tuple[Document, ...] = ()


@dataclass
class Taking:
    """One attempt. `is_settled` says whether nothing changed meanwhile."""

    odoo: Odoo
    custom: Custom
    reference: Reference
    now: datetime
    limits: Limits
    is_settled: bool = True

    def take(self, model: str, ids: Sequence[int], *, whole: bool) -> list[Case]:
        """The cases of these records, as far as they are there to the end. `whole`: with thread and documents.

        Raises `AccessDenied` where the model may not be read at all.
        """
        everywhere = self._reader(self.odoo.user.companies)
        heads = self._heads(everywhere, model, ids)
        subjects = [self._placed(everywhere, self._subject(everywhere, row)) for row in heads]
        self.is_settled = self.is_settled and not everywhere.disturbed
        found: list[Case] = []
        for company, group in _by_company(subjects, self.odoo.user.company).items():
            reader = self._reader((company,))
            reader.missing = reader.missing.plus(everywhere.missing)
            found += self._of_company(reader, company, group, whole=whole)
            self.is_settled = self.is_settled and not reader.disturbed
        return found

    def told_unsettled(self, cases: Iterable[Case]) -> list[Case]:
        """These cases, with a word that they may not be of one moment."""
        note = f"{RECORD}: it kept changing while it was read"
        return [case.with_(missing=(*case.missing, note)) for case in cases]

    def _reader(self, companies: Sequence[int]) -> Reader:
        return Reader(self.odoo, {"allowed_company_ids": list(companies), "lang": self.odoo.user.language})

    def _heads(self, reader: Reader, model: str, ids: Sequence[int]) -> list[Row]:
        if self.odoo.fields(model) is None:
            return []
        prefixes = {"sale.order": "order.", "stock.picking": "shipment.", "account.move": "invoice."}
        own = self.custom.fields(prefixes[model]) if model in prefixes else ()
        return self.odoo.read(model, ids, (*head_fields(reader, model), *own), **reader.context)

    def _subject(self, reader: Reader, row: Row) -> Subject:
        """What a case of this record is about: the record, or for a review or document the one that it hangs on."""
        kind = KINDS[row.model]
        if kind.about is None:
            return Subject(row, row)
        model, number = row.text(kind.about[0]), row.one(kind.about[1])
        if model is None or model not in KINDS or not number or KINDS[model].about is not None:
            return Subject(row, None)
        try:
            found = self._heads(reader, model, [number])
        except AccessDenied:
            reader.missing.denied(RECORD, model)
            found = []
        if not found:
            reader.missing.unread(RECORD, model, number)
        return Subject(row, found[0] if found else None)

    def _placed(self, reader: Reader, subject: Subject) -> Subject:
        """The subject with the company of what it is linked with, where the record itself has none."""
        if subject.company or subject.about is None:
            return subject
        seeds = self._seeds(reader, subject)
        return replace(subject, seeds=seeds, linked_company=company_of(reader, seeds))

    def _seeds(self, reader: Reader, subject: Subject) -> Seeds:
        return subject.seeds or seeds_of(reader, subject.about, lambda: self.reference.directions(reader))

    def _of_company(self, reader: Reader, number: int, subjects: Sequence[Subject], *, whole: bool) -> list[Case]:
        company = self.reference.company(reader, number)
        contents = [self._contents(reader, subject) if whole else Contents() for subject in subjects]
        seeds = [self._seeds(reader, subject) for subject in subjects]
        people = {author for each in contents for author in thread.authors_of(each.messages)}
        people |= {company.partner} if company.partner else set()
        known = [subject.about for subject in subjects if subject.about is not None]
        around = gather(reader, self.reference, company, self.custom, seeds, known, people, self.now)
        still = self._still_there([subject.record for subject in subjects], around)
        assembly = Assembly(around)
        return [
            self._case(reader, assembly, subject, seed, content)
            for subject, seed, content in zip(subjects, seeds, contents, strict=True)
            if subject.record.id in still
        ]

    def _contents(self, reader: Reader, subject: Subject) -> Contents:
        """Thread and files. Of a document: the document itself, and the message that it came with."""
        record, about = subject.record, subject.about
        own = self.odoo.user.partner
        if KINDS[record.model].content is None:
            target = about or record
            messages = thread.read_messages(reader, target.model, target.id, own)
            listed = documents.read_listed(reader, target.model, target.id, messages)
            chosen = documents.chosen(reader, listed, self.limits)
            return Contents(messages, documents.read_documents(reader, chosen, messages))
        file = record.one("attachment_id") if record.model != "ir.attachment" else record.id
        messages = thread.read_messages(reader, about.model, about.id, own) if about is not None else []
        messages = [row for row in messages if file in row.many("attachment_ids")]
        return Contents(messages, self._file(reader, record, messages))

    def _file(self, reader: Reader, record: Row, messages: Sequence[Row]) -> tuple[Document, ...]:
        """The bytes of a record that is a document; too large a file is named instead."""
        name = KINDS[record.model].content or ""
        size = record.number("file_size") or record.number("size") or 0
        if size > self.limits.max_file_bytes:
            reader.missing.note(DOCUMENTS, f"{record.text('name')} is larger than {self.limits.max_file_bytes:,} bytes")
            return ()
        read = reader.search(
            DOCUMENTS, record.model, [("id", "=", record.id)], (name,), active_test=False, bin_size=False
        )
        content = documents.content_of(read[0], name) if read else None
        if content is None:
            reader.missing.note(DOCUMENTS, f"{record.text('name')} has no content")
            return ()
        message = str(messages[0].id) if messages else None
        return (documents.document(record.text("name"), record.text("mimetype"), content, message),)

    def _still_there(self, rows: Sequence[Row], around: Around) -> set[int]:
        """Which of the heads are still there. One that changed, or an order that vanished, unsettles the attempt."""
        read = {(row.model, row.id): row for row in (*rows, *around.sales.values())}
        last = {(row.model, row.id): row for row in around.related}
        for model in {row.model for row in read.values()}:
            lacking = [number for name, number in read if name == model and (name, number) not in last]
            last |= {(model, row.id): row for row in self._again(model, lacking)}
        heads = {(row.model, row.id) for row in rows}
        same = {key for key, row in read.items() if key in last and _stamp(last[key]) == _stamp(row)}
        self.is_settled = self.is_settled and read.keys() - same <= heads - last.keys()
        return {number for model, number in heads & last.keys()}

    def _again(self, model: str, numbers: Sequence[int]) -> list[Row]:
        companies = {"allowed_company_ids": list(self.odoo.user.companies)}
        return self.odoo.read(model, numbers, ("write_date",), **companies) if numbers else []

    def _case(self, reader: Reader, assembly: Assembly, subject: Subject, seeds: Seeds, contents: Contents) -> Case:
        record, kind = subject.record, KINDS[subject.record.model]
        own = Missing()
        parts = assembly.parts(seeds, own)
        circle = assembly.circle(parts, self.reference.system(reader) if contents.messages else None)
        subtypes = self.reference.subtypes(reader) if contents.messages else {}
        created = (subject.about or record).moment("create_date")
        messages = thread.to_messages(contents.messages, circle, subtypes, created, self.limits)
        return Case(
            record=ref_of(subject.about if kind.fixed_about and subject.about is not None else record),
            company=assembly.around.company.company,
            captured_at=self.now,
            messages=(*self._requests(subject, circle), *messages),
            documents=contents.documents,
            missing=reader.missing.plus(own).notes,
            **parts,
        )

    def _requests(self, subject: Subject, circle: Circle) -> Iterable[Message]:
        """What the record itself says, as messages before the thread."""
        rows = {(row.model, row.id): row for row in (subject.about, subject.record) if row is not None}
        return [message for row in rows.values() if (message := request_message(row, circle, self.limits)) is not None]


def _stamp(row: Row) -> str | None:
    return row.text("write_date")


def _by_company(subjects: Iterable[Subject], default: int) -> dict[int, list[Subject]]:
    found: dict[int, list[Subject]] = {}
    for subject in subjects:
        found.setdefault(subject.company or default, []).append(subject)
    return found

"""Files as a source of events and cases: mails, texts, documents and cases, linked with a book of records."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from triage.domain import (
    Case,
    Company,
    Document,
    Event,
    Limits,
    Link,
    LinkStatus,
    Message,
    MessageKind,
    Partner,
    RecordRef,
    Role,
)
from triage.errors import InputError
from triage.intake.files import read_files
from triage.intake.thread import Unlinked
from triage.odoo.book import RecordBook, is_purchase, orders_of, owners, party
from triage.odoo.link import Linker
from triage.odoo.people import Author

_COVER_NOTE_WORDS = 25
_NO_BOOK = "records: no records were given, so nothing was linked"


class FileSource:
    """Events and cases from files and folders.

    `files` are read once, here; what cannot be read is in `problems`. `book` is the Odoo side, none where there is
    none; or `book_for` looks it up for each thread (`Finder.book_for`). `clock` gives an aware time; "now" is the
    book's time of capture where it has one. `text_of` gives the text of a document for linking.
    """

    def __init__(
        self,
        files: Sequence[Path],
        *,
        book: RecordBook | None,
        company: Company,
        clock: Callable[[], datetime],
        limits: Limits | None = None,
        text_of: Callable[[Document], str] | None = None,
        book_for: Callable[[Unlinked], RecordBook] | None = None,
    ) -> None:
        if book is not None and book_for is not None:
            raise ValueError("records come from one book or are looked up for each thread, not both")
        self._found, self._problems = read_files(files, limits)
        self._by_ref = {unlinked.ref.key: unlinked for unlinked in self._found}
        self._linker = Linker(book) if book is not None else None
        self._company = company
        self._now = book.captured_at if book is not None and book.captured_at is not None else clock()
        self._text_of = text_of
        self._book_for = book_for
        self._captured: dict[str, Case] = {}

    @property
    def problems(self) -> list[InputError]:
        """What could not be read, one error a file."""
        return list(self._problems)

    def events(self) -> list[Event]:
        """One event for each thread or file. The same content gives the same key, whatever its name and place."""
        return [
            Event(
                key=f"file:{_digest(unlinked.digests)}",
                source="file",
                company=(unlinked.given.company if unlinked.given else self._company).name,
                ref=unlinked.ref,
                received_at=self._now,
            )
            for unlinked in self._found
        ]

    def capture(self, ref: RecordRef) -> Case | None:
        """The case of an event's reference, or a record of the book itself; none where there is neither."""
        if ref.key not in self._captured:
            case = self._capture(ref)
            if case is None:
                return None
            self._captured[ref.key] = case
        return self._captured[ref.key]

    def _capture(self, ref: RecordRef) -> Case | None:
        unlinked = self._by_ref.get(ref.key)
        if unlinked is None:
            known = self._linker.book.by_ref(ref) if self._linker else None
            return known.with_(captured_at=self._now) if known else None
        if unlinked.given is not None:
            return unlinked.given
        linker = Linker(self._book_for(unlinked)) if self._book_for is not None else self._linker
        if linker is None:
            return self._alone(unlinked, Link(status=LinkStatus.NONE)).with_(missing=(_NO_BOOK,))
        return self._linked(unlinked, linker)

    def _linked(self, unlinked: Unlinked, linker: Linker) -> Case:
        link, case = linker.link(
            unlinked.messages, unlinked.documents, self._text_of, unlinked.inside, unlinked.references
        )
        messages = tuple(_with_role(m, linker.people.who(m.email), case, unlinked) for m in unlinked.messages)
        if case is not None:
            now = linker.book.captured_at or self._now
            return case.with_(captured_at=now, link=link, messages=messages, documents=unlinked.documents)
        authors = [linker.people.who(m.email) for m in unlinked.messages if m.id not in unlinked.inside]
        candidates = [c for c in map(linker.book.by_ref, (c.record for c in link.candidates)) if c is not None]
        partner = _only_partner(authors)
        if authors and all(author.is_own for author in authors):
            partner = _common_owner(candidates)
        elif partner is not None:
            key = party(partner)
            candidates = [c for c in candidates if any(party(owner) == key for owner in owners(c))]
        else:
            candidates = []
        alone = self._alone(unlinked, link)
        return alone.with_(messages=messages, partner=partner, related=orders_of(candidates))

    def _alone(self, unlinked: Unlinked, link: Link) -> Case:
        return Case(
            record=unlinked.ref,
            company=self._company,
            captured_at=self._now,
            link=link,
            messages=unlinked.messages,
            documents=unlinked.documents,
        )


def _digest(digests: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(sorted(digests)).encode("ascii")).hexdigest()


def _common_owner(cases: Sequence[Case]) -> Partner | None:
    found = {party(owner): owner for case in cases for owner in owners(case)}
    return next(iter(found.values())) if len(found) == 1 else None


def _only_partner(authors: Sequence[Author]) -> Partner | None:
    """The partner outside that a thread is with, where there is exactly one."""
    found = {
        party(partner): partner for author in authors if not author.is_own for partner in reversed(author.partners)
    }
    return next(iter(found.values())) if len(found) == 1 else None


def _with_role(message: Message, author: Author, case: Case | None, unlinked: Unlinked) -> Message:
    """A message with its author's role; a colleague's few words above a forwarded mail are a note on it."""
    role = Role.SYSTEM if message.kind is MessageKind.BOUNCE else _role(author, case)
    is_cover = message.id in unlinked.inside.values() and len(message.body.split()) <= _COVER_NOTE_WORDS
    note = is_cover and author.is_own and message.kind is MessageKind.MESSAGE
    kind = MessageKind.NOTE if note else message.kind
    if message.role is not Role.UNKNOWN and role is Role.UNKNOWN:
        role = message.role
    return message.with_(role=role, kind=kind)


def _role(author: Author, case: Case | None) -> Role:
    """By the linked record where the author is a party to it: a company may be customer and supplier."""
    if case is None or author.is_own:
        return author.role
    if author.parties & {party(owner) for owner in owners(case)}:
        return Role.SUPPLIER if is_purchase(case) else Role.CUSTOMER
    if author.role is not Role.CARRIER and author.parties & {party(p.supplier) for p in case.purchases}:
        return Role.SUPPLIER
    return author.role

"""What speaks for a record: a number or a header, where it stands, and whether who says it may open the record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from triage.domain import Document, Message
from triage.intake.thread import is_reply
from triage.odoo.book import owners, party
from triage.odoo.numbers import Number, Tie, plain
from triage.odoo.people import Author


class Weight(IntEnum):
    """How much the place of a number says."""

    QUOTED = 0
    PAPER = 1
    WRITTEN = 2
    HEADER = 3
    """Not written at all: the mail answers, or is, a message on the record's thread."""


class Leave(IntEnum):
    """Whether who names a number may open its record."""

    NO = 0
    PERHAPS = 1
    YES = 2


@dataclass(frozen=True)
class Passage:
    """A text in which numbers are looked for."""

    text: str
    place: str
    weight: Weight
    author: Author | None
    """None where nobody is known to have written it (a file on its own)."""
    is_file_name: bool = False
    told_by: Author | None = None
    """Who wrote it according to the colleague who passed it on."""


@dataclass(frozen=True)
class Mention:
    """A number of the book, where it stands, and whether it opens its record."""

    number: Number
    passage: Passage
    leave: Leave

    @property
    def why(self) -> str:
        """For a reader: `order number S00042 in the subject`, `reply to a message on S00042`."""
        if self.passage.weight is Weight.HEADER:
            return f"{self.passage.place} {self.number.text}"
        return f"{self.number.what} {self.number.text} in the {self.passage.place}"


def passages_of(
    messages: Sequence[Message],
    documents: Sequence[Document],
    text_of: Callable[[Document], str] | None,
    authors: Mapping[str, Author],
    told: Mapping[str, Author],
) -> Iterator[Passage]:
    """Every text of a thread with its place, weight and author; `told` gives `Passage.told_by` by message id."""
    for message in messages:
        author, by = authors.get(message.id), told.get(message.id)
        yield Passage(message.subject, "subject", Weight.WRITTEN, author, told_by=by)
        yield Passage(message.body, "message", Weight.WRITTEN, author, told_by=by)
        yield Passage(message.quoted, "quoted history", Weight.QUOTED, author, told_by=by)
        yield Passage(message.signature, "signature", Weight.QUOTED, author, told_by=by)
    for document in documents:
        author = authors.get(document.message or "")
        yield Passage(document.name, f"file name {document.name}", Weight.WRITTEN, author, is_file_name=True)
        if text_of is not None:
            yield Passage(text_of(document), f"document {document.name}", Weight.PAPER, author)


def meant_by_us(numbers: Sequence[Number], told_by: Author | None) -> list[Number]:
    """Of equal numbers in a colleague's mail: those of whom it was passed on from, else our own before a customer's."""
    by_text: dict[str, list[Number]] = defaultdict(list)
    for number in numbers:
        by_text[plain(number.text)].append(number)
    found: list[Number] = []
    for same in by_text.values():
        theirs = [number for number in same if told_by and leave_outside(told_by, number) is Leave.YES]
        ours = [number for number in same if number.tie is not Tie.REFERENCE]
        is_named = any(number.tie is Tie.NAME for number in same)
        found += theirs or (ours if is_named else same)
    return found


def leave_of(author: Author, number: Number, passage: Passage, outside: Sequence[Author]) -> Leave:
    """Whether this author may open the record that the number names.

    A colleague who answers somebody outside repeats what that person named: then it must be that person's own. What a
    colleague passes on from a known partner names that partner's records; another's may be a slip, so it is a question.
    """
    if not author.is_own:
        return leave_outside(author, number)
    if not outside:
        by = passage.told_by
        slip = by is not None and not by.is_own and by.partners and leave_outside(by, number) is not Leave.YES
        return Leave.PERHAPS if slip else Leave.YES
    if any(leave_outside(other, number) is Leave.YES for other in outside):
        return Leave.YES
    repeated = passage.weight in (Weight.QUOTED, Weight.HEADER) or (
        passage.place == "subject" and is_reply(passage.text)
    )
    return Leave.NO if repeated else Leave.PERHAPS


def leave_outside(author: Author, number: Number) -> Leave:
    """Whether somebody who is no colleague may: carriers what they move, others what their company is party to."""
    if any(author.is_carrier(carrier) for carrier in number.carriers):
        return Leave.YES
    shared = author.parties & number.parties
    if not shared:
        return Leave.NO
    return Leave.YES if author.parties <= number.parties else Leave.PERHAPS


def owner_is_named(number: Number, passages: Sequence[Passage]) -> bool:
    """Whether a text that nobody is known to have written names the partner too: by name, VAT number or address."""
    text = f" {' '.join(plain(' '.join(p.text for p in passages if p.author is None)).split())} "
    partners = [*owners(number.case), *(purchase.supplier for purchase in number.case.purchases)]
    for partner in partners:
        if party(partner) not in number.parties:
            continue
        marks = [partner.name, *partner.emails, *([partner.vat] if partner.vat else [])]
        if any(_stands_in(plain(mark).strip(), text) for mark in marks if len(mark.strip()) >= 5):
            return True
    return False


def _stands_in(mark: str, text: str) -> bool:
    start = text.find(mark)
    while start > 0:
        end = start + len(mark)
        if not text[start - 1].isalnum() and not text[end].isalnum():
            return True
        start = text.find(mark, start + 1)
    return False

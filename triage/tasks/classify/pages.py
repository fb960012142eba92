"""What the classifier reads of a view: the newest message's subject and sentences, and facts that are only text."""

from __future__ import annotations

from dataclasses import dataclass

from triage.domain import Evidence, Fact, FactEvidence, Message, MessageKind, Quote, Role, View
from triage.tasks.classify.reading import sentences

SUBJECT_LETTERS = 200


@dataclass(frozen=True)
class Piece:
    """One text that votes, and how it is shown as evidence."""

    text: str
    evidence: Evidence
    is_subject: bool = False


@dataclass(frozen=True)
class Page:
    """The pieces of one view, in reading order."""

    pieces: tuple[Piece, ...]
    role: Role
    message: Message | None
    text: str
    """Subject and own sentences, for what reads words rather than vectors."""

    @property
    def texts(self) -> list[str]:
        """What to embed."""
        return [piece.text for piece in self.pieces]

    @property
    def subjects(self) -> int:
        """How many of the pieces are the subject line: they come first."""
        return sum(piece.is_subject for piece in self.pieces)


def fact_evidence(fact: Fact) -> FactEvidence:
    """A fact as evidence, in words."""
    said = f"{fact.value} {fact.unit}" if fact.unit else str(fact.value)
    return FactEvidence(fact=fact.id, text=fact.how or f"{fact.name}: {said}")


def read(view: View) -> Page:
    """What is to be read of a view. Without a message the page has only what facts say in words."""
    message = view.newest
    pieces = _of_message(view, message) if message else []
    pieces += [Piece(str(f.value), fact_evidence(f)) for f in view.facts if _is_prose(f)]
    role = message.role if message else Role.UNKNOWN
    return Page(tuple(pieces), role, message, "\n".join(piece.text for piece in pieces))


def read_before(view: View) -> Page | None:
    """What the newest message's author wrote before it in the thread; none where that was nothing.

    A short message that goes on with a matter is understood by it.
    """
    newest = view.newest
    earlier = [m for m in view.case.messages if newest is not None and _goes_before(m, newest)]
    if not earlier:
        return None
    pieces = _of_message(view, earlier[-1])
    return Page(tuple(pieces), earlier[-1].role, earlier[-1], "\n".join(piece.text for piece in pieces))


def _goes_before(message: Message, newest: Message) -> bool:
    wrote = message is not newest and message.kind is MessageKind.MESSAGE and message.role is newest.role
    return wrote and bool(message.email) and message.email == newest.email


def _is_prose(fact: Fact) -> bool:
    return fact.name.startswith("reported.") and isinstance(fact.value, str) and " " in fact.value.strip()


def _of_message(view: View, message: Message) -> list[Piece]:
    number = next(n for n, one in enumerate(view.case.messages) if one is message)
    found: list[Piece] = []
    subject = message.subject.strip()
    if any(letter.isalpha() for letter in subject):
        shown = Quote(source=f"message:{number}:subject", text=subject)
        found.append(Piece(subject[:SUBJECT_LETTERS], shown, is_subject=True))
    own = sentences(message.body)
    if not own and message.quoted.strip() and not found:
        return [Piece(s.text, Quote(source=f"message:{number}:quoted", text=s.text)) for s in sentences(message.quoted)]
    return found + [Piece(s.text, Quote(source=f"message:{number}", text=s.text)) for s in own]

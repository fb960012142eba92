"""What the classifier reads of a view: the newest message's subject and sentences, and facts that are only text."""

from __future__ import annotations

from dataclasses import dataclass

from triage.domain import Evidence, Fact, FactEvidence, Message, MessageKind, Quote, Role, View
from triage.tasks.classify.reading import sentences
from triage.tasks.classify.segments import parts_of
from triage.tasks.classify.steering import addresses_software, meant_for_people

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
    """Subject and own sentences, for what reads words rather than vectors; with what speaks to the software."""
    unread: int = 0
    """Sentences that have no vote because they speak to the software."""
    parts: tuple[tuple[int, ...], ...] = ()
    """Places of the pieces of each paragraph, where there are several."""

    @property
    def texts(self) -> list[str]:
        """What to embed."""
        return [piece.text for piece in self.pieces]

    @property
    def subjects(self) -> int:
        """How many of the pieces are the subject line: they come first."""
        return sum(piece.is_subject for piece in self.pieces)

    def part(self, places: tuple[int, ...]) -> Page:
        """Some pieces as a page of their own."""
        pieces = tuple(self.pieces[n] for n in places)
        return Page(pieces, self.role, self.message, "\n".join(piece.text for piece in pieces))


def fact_evidence(fact: Fact) -> FactEvidence:
    """A fact as evidence, in words."""
    said = f"{fact.value} {fact.unit}" if fact.unit else str(fact.value)
    return FactEvidence(fact=fact.id, text=fact.how or f"{fact.name}: {said}")


def read(view: View) -> Page:
    """What is to be read of a view. Without a message the page has only what facts say in words."""
    message = view.newest
    facts = [Piece(str(f.value), fact_evidence(f)) for f in view.facts if _is_prose(f)]
    if message is None:
        return Page(tuple(facts), Role.UNKNOWN, None, "\n".join(piece.text for piece in facts))
    return _page(view, message, facts)


def read_before(view: View) -> Page | None:
    """What the newest message's author wrote before it in the thread; none where that was nothing.

    A short message that goes on with a matter is understood by it.
    """
    newest = view.newest
    earlier = [m for m in view.case.messages if newest is not None and _goes_before(m, newest)]
    return _page(view, earlier[-1], []) if earlier else None


def _page(view: View, message: Message, facts: list[Piece]) -> Page:
    number = next(n for n, one in enumerate(view.case.messages) if one is message)
    subject = message.subject.strip()
    line: list[Piece] = []
    if any(letter.isalpha() for letter in subject):
        shown = Quote(source=f"message:{number}:subject", text=subject)
        line.append(Piece(subject[:SUBJECT_LETTERS], shown, is_subject=True))
    source, body, own = f"message:{number}", message.body, sentences(message.body)
    if not own and message.quoted.strip() and not line:
        source, body, own = f"message:{number}:quoted", message.quoted, sentences(message.quoted)
    meant = meant_for_people(body, own)
    said = [Piece(one.text, Quote(source=source, text=one.text)) for one in meant]
    voting = [one for one in line if not addresses_software(one.text)]
    whole = [*(one.text for one in line), *(one.text for one in own), *(one.text for one in facts)]
    return Page(
        pieces=(*voting, *said, *facts),
        role=message.role,
        message=message,
        text="\n".join(whole),
        unread=len(line) - len(voting) + len(own) - len(meant),
        parts=tuple(tuple(n + len(voting) for n in part) for part in parts_of(body, meant)),
    )


def _goes_before(message: Message, newest: Message) -> bool:
    wrote = message is not newest and message.kind is MessageKind.MESSAGE and message.role is newest.role
    return wrote and bool(message.email) and message.email == newest.email


def _is_prose(fact: Fact) -> bool:
    return fact.name.startswith("reported.") and isinstance(fact.value, str) and " " in fact.value.strip()

"""What a card was made from, out of the journal: the case, its papers, and the words that went to a model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from triage.audit.journal import Journal, open_record
from triage.domain import Answer, Card, Case, Frozen, ModelCall, Paper, View
from triage.errors import KeyMissing, NewerRecord
from triage.storage import records
from triage.storage.records import Record


@dataclass(frozen=True)
class Seen:
    """The snapshot that a card's proposal was made from, and what was read in it."""

    case: Case
    papers: tuple[Paper, ...]
    """One for each document, in the case's order, as far as they were read."""
    answers: tuple[Answer, ...]
    """What the tasks answered, in order."""

    @cached_property
    def sources(self) -> dict[str, str]:
        """Every text that evidence may quote, by name (`View.sources`)."""
        return View(self.case, self.papers).sources()

    @property
    def calls(self) -> tuple[tuple[str, ModelCall], ...]:
        """Every exchange with a model, with its task: exactly what left and what came back."""
        return tuple((answer.task, call) for answer in (*self.papers, *self.answers) for call in answer.calls)


def seen(card: Card, journal: Journal) -> Seen | None:
    """What the card's proposal was made from; none where it was erased or its time was up.

    To be read: of what a newer version recorded that which is known here. Raises `ChainBroken` where a record was
    changed.
    """
    for key in reversed(card.events):
        case, papers, answers, is_whole = None, [], [], True
        for record in records.of_event(journal.database, journal.keys.event_id(key), card.key.company):
            try:
                value, is_known = _read(record, journal)
            except (KeyMissing, NewerRecord):
                continue
            if isinstance(value, Case) and record.step == "capture":
                case, is_whole = value, is_known
            elif isinstance(value, Paper):
                papers.append(value)
            elif isinstance(value, Answer):
                answers.append(value)
        # The fingerprint is of all that a newer version captured, and cannot be compared with a part of it.
        if case is not None and (not is_whole or case.fingerprint() == card.proposal.case):
            return Seen(case, _in_order(case, papers), tuple(answers))
    return None


def _read(record: Record, journal: Journal) -> tuple[Frozen | None, bool]:
    """What a record says, and whether all of it is known here."""
    try:
        return journal.opened(record), True
    except NewerRecord:
        return open_record(record, journal.keys), False


def _in_order(case: Case, papers: list[Paper]) -> tuple[Paper, ...]:
    """The papers as their documents stand in the case."""
    by_document = {paper.document: paper for paper in papers}
    return tuple(by_document[each.name] for each in case.documents if each.name in by_document)

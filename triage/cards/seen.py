"""What a card was made from, out of the journal: the case, its papers, and the words that went to a model."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from triage.audit.journal import Journal
from triage.domain import Answer, Card, Case, ModelCall, Paper, View
from triage.errors import KeyMissing
from triage.storage import records


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

    Raises `ChainBroken` where a record was changed.
    """
    for key in reversed(card.events):
        case, papers, answers = None, [], []
        for record in records.of_event(journal.database, journal.keys.event_id(key), card.key.company):
            try:
                value = journal.opened(record)
            except KeyMissing:
                continue
            if isinstance(value, Case) and record.step == "capture":
                case = value
            elif isinstance(value, Paper):
                papers.append(value)
            elif isinstance(value, Answer):
                answers.append(value)
        if case is not None and case.fingerprint() == card.proposal.case:
            return Seen(case, _in_order(case, papers), tuple(answers))
    return None


def _in_order(case: Case, papers: list[Paper]) -> tuple[Paper, ...]:
    """The papers as their documents stand in the case."""
    by_document = {paper.document: paper for paper in papers}
    return tuple(by_document[each.name] for each in case.documents if each.name in by_document)

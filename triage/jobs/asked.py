"""Answers what people ask for with the buttons of cards in Odoo.

A button records who pressed it, and nothing else happens there. Here the row is read again, the person found,
everything checked that a page would check, and the card decided by compare-and-set; then the row says what became of
it. A worker that dies in between leaves the request as it is, and the decision names its request, so that it is never
done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import structlog

from triage.cards.handling import Handler
from triage.cards.transitions import is_undecided
from triage.domain import Card, Category, Changes, Duty, Person, ReasonCode, Severity, Verdict
from triage.errors import (
    AccessDenied,
    ChainBroken,
    Conflict,
    DecisionRefused,
    KeyMissing,
    NewerRecord,
    OdooRejected,
    RecordMissing,
    SwitchedOff,
    UsageError,
)
from triage.jobs.showing import Rows
from triage.odoo.actors import Nobody, person_of
from triage.odoo.card_rows import Answer, Request, card_of_row
from triage.odoo.connection import PeopleOfOdoo
from triage.pipeline import decide
from triage.storage.people import People

log = structlog.get_logger("triage.jobs")

CHANNEL = "odoo"
CodeT = TypeVar("CodeT", ReasonCode, Category, Severity)
_MOST_COMMENT = 2000
_VERDICTS = {"accept": Verdict.ACCEPT, "edit": Verdict.EDIT, "reject": Verdict.REJECT}


@dataclass(frozen=True)
class Answered:
    """What came of one look."""

    done: int = 0
    refused: int = 0
    put_off: int = 0
    """Left as they are: the switch is off, or Odoo does not take the answer."""


class Asked:
    """Answers the requests of one Odoo."""

    def __init__(self, rows: Rows, people: People, rules: PeopleOfOdoo, clock: Callable[[], datetime]) -> None:
        self._rows = rows
        self._people = people
        self._rules = rules
        self._clock = clock

    def once(self) -> Answered:
        """Answer everything that waits. Raises `OdooUnavailable` where Odoo gives no answer."""
        counts = {"done": 0, "refused": 0, "put_off": 0}
        for request in self._rows.hand.card_requests(tuple(sorted(self._rules.duties))):
            try:
                counts[self._answer(request)] += 1
            except SwitchedOff:
                counts["put_off"] += 1
            except (OdooRejected, AccessDenied, RecordMissing, NewerRecord, ChainBroken) as error:
                # the next one is not held up
                log.warning("a request in Odoo", request=request.token, error=type(error).__name__)
                counts["put_off"] += 1
        return Answered(**counts)

    def _answer(self, request: Request) -> str:
        number = card_of_row(request.marker)
        try:
            card = self._rows.cards.get(number or UUID(int=0))
        except (KeyMissing, UsageError):  # erased since: nothing of it may stand in Odoo
            self._rows.remove(str(number))
            return "refused"
        self._rows.switch.check(card.key.company)
        refusal = "" if self._is_done(card, request) else self._try(card, request)
        card = self._rows.cards.get(card.id)
        if refusal and self._is_done(card, request):
            refusal = ""  # another worker was quicker
        self._rows.put(card, Answer(request=request.number, refusal=refusal))
        log.info("asked in Odoo", card=card.number, what=request.kind, refused=bool(refusal))
        return "refused" if refusal else "done"

    def _is_done(self, card: Card, request: Request) -> bool:
        """Whether the card already is what this request asked for: by a worker that died, or another one.

        A word was taken back where the last one on a card that changed is not (any more) of who asked: a card that
        waits for a second person may change for other reasons.
        """
        if request.kind != "undo":
            return any(word.request == request.token for word in card.decisions)
        account = self._people.with_odoo(request.by.id) if request.by is not None else None
        if account is None or card.revision <= request.seen or not is_undecided(card):
            return False
        return not card.decisions or card.decisions[-1].by != account.person.name

    def _try(self, card: Card, request: Request) -> str:
        """Do what was asked for; why not, in words, where it may not be."""
        try:
            person = self._person(card, request)
            if request.kind == "undo":
                self._undo(card, request, person)
            else:
                self._decide(card, request, person)
        except Nobody as error:
            return f"Nothing was changed. {error}"
        except (DecisionRefused, Conflict, UsageError) as error:
            return f"Nothing was changed: {str(error).removesuffix(' Nothing was changed.')}"
        return ""

    def _person(self, card: Card, request: Request) -> Person:
        """Who asks, if they may decide at all, know of the card's company and may read its records in Odoo now."""
        if request.by is None:
            raise DecisionRefused(f"card #{card.number}: whoever asked is no active user of Odoo any more.")
        person = person_of(request.by, self._people, self._rules)
        if not person.has(Duty.REVIEWER, Duty.LEAD):
            raise DecisionRefused(f"card #{card.number}: your account ({person.name}) reads only.")
        of = [(one.company, one.record) for one in card.members] or [(card.key.company, card.proposal.record)]
        told = self._rows.hand.visible(request.by.id, [record for _, record in of])
        may = [person.sees(company) and seen for (company, _), seen in zip(of, told, strict=True)]
        if not any(may):
            raise DecisionRefused(f"card #{card.number}: its record is not yours to see.")
        if not all(may):
            raise DecisionRefused(
                f"card #{card.number}: some of its cases are not yours to see. Decide those that you see, one by one, "
                "on the card's page."
            )
        return person

    def _decide(self, card: Card, request: Request, person: Person) -> None:
        if self._rows.is_unseen(card):
            raise DecisionRefused(f"card #{card.number}: your own view of it is asked for first, on the card's page.")
        by = request.by
        decide(
            str(card.id),
            _VERDICTS[request.kind],
            person.name,
            self._rows.cards,
            self._rows.journal,
            self._clock,
            policy=self._rows.policies.of(card.key.company),
            reason=_one_of(ReasonCode, request.reason),
            comment=request.comment.strip()[:_MOST_COMMENT],
            changes=_changes(card, request) if request.kind == "edit" else None,
            seen=request.seen,
            channel=CHANNEL,
            request=request.token,
            also_called=(by.name, by.login) if by else (),
        )

    def _undo(self, card: Card, request: Request, person: Person) -> None:
        if card.revision != request.seen:
            raise Conflict(f"card #{card.number} has changed since you looked at it.")
        handler = Handler(self._rows.cards, self._rows.journal, self._clock)
        # the minute ends when they pressed, as Odoo told them, and not with this look
        handler.undo(str(card.id), person.name, asked_at=request.at, channel=CHANNEL, request=request.token)


def _changes(card: Card, request: Request) -> Changes:
    suggestion = card.proposal.suggestion
    category, severity = _one_of(Category, request.category), _one_of(Severity, request.severity)
    same = category is suggestion.category and suggestion.abstained is None
    return Changes(
        category=None if same else category,
        severity=None if severity is suggestion.severity else severity,
        team=None if request.team in ("", card.proposal.team) else request.team[:80],
    )


def _one_of(kind: type[CodeT], value: str) -> CodeT | None:
    try:
        return kind(value) if value else None
    except ValueError as error:
        raise UsageError(f"{value[:50]!r} is none of {', '.join(each.value for each in kind)}.") from error


__all__ = ["CHANNEL", "Answered", "Asked"]

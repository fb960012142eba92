"""The one path: an event becomes one recorded outcome; a person's decision becomes one recorded transition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from triage import __version__, tracing
from triage.audit.journal import Journal, Log, acting_of
from triage.cards import clusters, transitions
from triage.cards.handling import set_going
from triage.cards.owners import refuse_own
from triage.cards.proposals import may_advise, propose
from triage.cards.published import is_taken_back, stands
from triage.cards.situating import Situation, situation
from triage.cards.store import CardStore, streams_of
from triage.domain import (
    Abstained,
    Advised,
    Answer,
    Card,
    Case,
    Category,
    Changes,
    Company,
    Decision,
    Document,
    Endings,
    Event,
    Failure,
    Frozen,
    Gone,
    MemberWord,
    NoException,
    Outcome,
    Paper,
    Policy,
    Proposal,
    Publication,
    ReasonCode,
    RecordRef,
    Verdict,
    View,
    Withdrawal,
)
from triage.errors import Conflict, KeyMissing, ModelError
from triage.facts import establish_facts
from triage.models.charged import charged_to
from triage.tasks.ending import Now, endings
from triage.verify.answers import verify
from triage.verify.pages import hold_back, verify_paper

InputT = TypeVar("InputT")
AnswerT = TypeVar("AnswerT", bound=Answer)


class Source(Protocol):
    """Where cases are captured from: Odoo, files, a dict in a test."""

    def capture(self, ref: RecordRef) -> Case | None:
        """The snapshot of a record and its neighbourhood, or none where it is gone."""


class Policies(Protocol):
    """Where the policy of a company comes from."""

    def current(self, company: Company) -> Policy:
        """The policy in force."""


class Task(Protocol):
    """A question to a view. Every LangChain `Runnable[View, Answer]` with these attributes is one."""

    @property
    def key(self) -> str:
        """Name of the step."""

    @property
    def acting(self) -> Mapping[str, str]:
        """Names and hashes of all that acts on the answer."""

    def invoke(self, view: View, /) -> Answer:
        """Answer, possibly with an abstention."""


class Extract(Protocol):
    """Reads a document. Every LangChain `Runnable[Document, Paper]` with this attribute is one."""

    @property
    def acting(self) -> Mapping[str, str]:
        """Names and hashes of all that acts on what is read."""

    def invoke(self, document: Document, /) -> Paper:
        """What stands in it; a document that cannot be read gives an abstention, never an error."""


Publish = Callable[[Card], Publication]
"""Puts a card's advice where people work; of a card that ended by itself, says so there."""

Withdraw = Callable[[Card], Withdrawal]
"""Takes back what stands of a card where people work."""


@dataclass(frozen=True)
class Desk:
    """Everything the path works with. Each part can be replaced by a fake."""

    journal: Journal
    source: Source
    policies: Policies
    extract: Extract
    tasks: Sequence[Task]
    cards: CardStore
    publish: Publish | None = None
    """Puts a card's advice where people work; none where no Odoo is connected. Doing it again is harmless."""
    withdraw: Withdraw | None = None
    """Takes all advice of a card back; none where no Odoo is connected. Doing it again is harmless."""


def triage(event: Event, desk: Desk) -> Outcome:
    """Bring one event to one recorded outcome. After a crash, call again: what is recorded is not done twice.

    Raises `StoreError` when something cannot be recorded (then nothing has happened) and `ModelError` when a task
    without a fallback gets no answer, `OdooError` when Odoo gives none (then the event stays open and can be tried
    again).
    """
    log = desk.journal.of(event)
    if done := log.outcome():
        return done
    case = log.once("capture", event.ref, desk.source.capture)
    if case is None:
        return log.close(Gone())
    policy = log.once("policy", case.company, desk.policies.current)
    with charged_to(case.company):
        read = [verify_paper(_asked(log, "extract", document, desk.extract.invoke)) for document in case.documents]
    papers = [hold_back(paper, policy) for paper in read]
    acting = {"policy": policy.fingerprint(), "software": __version__}
    before = log.once("before", case.record, lambda record: desk.cards.before(case.company.name, record))
    view = View(case, tuple(papers), establish_facts(case, papers, policy), before=before, policy=policy)
    with charged_to(case.company):
        for task in desk.tasks:
            view = view.plus(_verified(_asked(log, task.key, view, task.invoke), view))
    put = _put(desk.cards, event, situation(case, event.source, policy))
    cards = [log.atomic("card", proposal, put, acting) for proposal in propose(view, policy)]
    ended = log.maybe("resolve", lambda: _end(view, policy, cards, desk.cards, log), acting)
    _say_ended(ended, desk, log)
    if not cards:
        return log.close(NoException(why=_why_none(view)), acting)
    if all(card.proposal.suggestion.abstained for card in cards):
        return log.close(Abstained(cards=tuple(card.id for card in cards), why=_why_abstained(cards)), acting)
    published = [
        log.once("publish", card, desk.publish)
        for card in _as_they_stand([card for card in cards if may_advise(card.proposal, policy)], desk, log)
        if desk.publish
    ]
    notes = tuple(ref for publication in published for ref in publication.refs())
    return log.close(Advised(cards=tuple(card.id for card in cards), advisories=notes), acting)


def decide(
    handle: str,
    verdict: Verdict,
    by: str,
    cards: CardStore,
    journal: Journal,
    clock: Callable[[], datetime],
    *,
    policy: Policy,
    reason: ReasonCode | None = None,
    comment: str = "",
    changes: Changes | None = None,
    seen: int | None = None,
    member: str | None = None,
    channel: str = "",
    request: str = "",
    also_called: Sequence[str] = (),
) -> Card:
    """Record a person's decision on a card. Card, record and what it sets going change together or not at all.

    Of a card that several cases share, `member` names the one that it is about; without it the word is on all of them.
    Each case gets a record of its own, under its own key.

    `seen` is the revision that the person looked at, where that is known. `channel` and `request` say by which way the
    word came, `also_called` what else the person is called, where nobody may decide their own cases.

    Raises `DecisionRefused` (not allowed, or decided already), `Conflict` (changed in between) and `UsageError` (no
    such card).
    """
    with journal.database.locked(streams_of(cards.get(handle))):
        card = cards.get(handle)
        if seen is not None and card.revision != seen:
            raise Conflict(
                f"card #{card.number} has changed: it is at revision {card.revision}, you saw {seen}. Look at it again."
            ).coded("changed", number=card.number)
        decision = Decision(
            card=card.id, verdict=verdict, by=by, at=clock(), reason=reason, comment=comment, changes=changes,
            member=None if member is None else clusters.named(card, member).key, channel=channel, request=request,
        )  # fmt: skip
        for name in () if policy.own_cases else dict.fromkeys((by, *also_called)):
            refuse_own(card, journal, name, decision.member)
        decided = cards.save(clusters.decide(card, decision, _rights(policy, journal, by)), card.revision)
        for one in clusters.touched(card, decision):
            if (case := cards.sharing.case_of(card, one)) is not None:
                word = MemberWord(
                    card=card.id, member=one.key, verdict=verdict, by=by, at=decision.at, reason=reason, changes=changes
                )
                journal.record(stream=one.company, kind="member", case=case, event=None, value=word, subjects=[by])
        journal.record(
            stream=card.key.company,
            kind="decision",
            case=cards.case_key(card),
            event=card.events[-1],
            value=decision,
            acting={"policy": policy.fingerprint()} | ({"channel": channel} if channel else {}),
            subjects=[by],
        )
        set_going(journal, decided, decision.at)
    return decided


def _rights(policy: Policy, journal: Journal, by: str) -> Policy:
    """The policy, with what their account's duties let somebody decide under their name."""
    if not policy.names_duties:
        return policy
    from triage.storage.people import duties_of  # hashes a password when loaded: only where policy names duties

    return policy.resolved(by, duties_of(journal.database, by))


def publish(card: Card, publisher: Publish, cards: CardStore, journal: Journal) -> Publication:
    """Publish a card's advice on a person's word, and record it. Doing it again brings it up to date.

    Raises `OdooError` where Odoo does not take it; then nothing is recorded.
    """
    publication = publisher(card)
    journal.record(
        stream=card.key.company,
        kind="publish",
        case=cards.case_key(card),
        event=card.events[-1],
        value=publication,
        acting=acting_of(publisher),
    )
    return publication


def withdraw(
    card: Card, taker: Withdraw, cards: CardStore, journal: Journal, *, by: str = "", why: str = ""
) -> Withdrawal:
    """Take back what was published of a card on a person's word, and record it. Doing it again is harmless.

    Raises `OdooError` where Odoo does not take it; then nothing is recorded.
    """
    taken = taker(card).with_(by=by, why=why, revision=card.revision)
    journal.record(
        stream=card.key.company,
        kind="withdrawal",
        case=cards.case_key(card),
        event=card.events[-1],
        value=taken,
        acting=acting_of(taker),
        subjects=[by] if by else (),
    )
    return taken


def _asked(log: Log, step: str, given: InputT, ask: Callable[[InputT], AnswerT]) -> AnswerT:
    """The step's answer; where a model gave none, what went to it is recorded before the error goes on."""
    try:
        return log.once(step, given, ask)
    except ModelError as error:
        log.note("failure", Failure(task=step, reason=str(error), calls=error.calls))
        raise


def _verified(answer: Answer, view: View) -> Answer:
    with tracing.span("verify", {"triage.step": "verify"}):
        return verify(answer, view)


def _end(view: View, policy: Policy, put: Sequence[Card], cards: CardStore, log: Log) -> Endings | None:
    """End the record's cards that are over, in the open transaction; none where none is.

    What changed after this event came in is left to the event that changed it: this one's snapshot is older.
    """
    found = cards.waiting_on(view.case.company.name, view.case.record)
    waiting = [card for card in found if card.updated_at <= log.begun]
    ended = endings(waiting, Now(view, policy, put, cards.now()))
    for card in waiting:
        for ending in ended:
            if ending.card == card.id:
                cards.save(transitions.end(card, ending), card.revision)
            if ending.card == card.id and ending.by is not None:
                new = cards.get(ending.by)
                cards.save(new.with_(supersedes=card.id), new.revision)
    for alone in cards.alone_on(view.case.company.name, view.case.record):
        for ending in endings([alone], Now(view, policy, put, cards.now())) if alone.updated_at <= log.begun else ():
            shared = cards.get(alone.id)
            left = clusters.ended(shared, view.case.company.name, view.case.record.key, ending)
            cards.save(left, shared.revision)
            ended.append(ending)
    return Endings(cards=tuple(ended)) if ended else None


def _say_ended(ended: Frozen | None, desk: Desk, log: Log) -> None:
    """Say on the notes of cards that ended that they have, and take back what still asks for something."""
    for ending in ended.cards if isinstance(ended, Endings) else ():
        card = desk.cards.get(ending.card)
        if desk.publish and stands(card, desk.journal):
            log.once("publish", card, desk.publish)


def _as_they_stand(cards: Sequence[Card], desk: Desk, log: Log) -> Iterator[Card]:
    """The cards that still wait, as they are now: since a crash, somebody may have decided or changed one.

    One that a person has taken back stays so until it changes. Of one that ended meanwhile, an attempt that broke off
    may have left something in Odoo that no record tells of.
    """
    for card in cards:
        try:
            current = desk.cards.get(card.id)
        except KeyMissing:
            continue
        if transitions.is_undecided(current):
            if not is_taken_back(current, desk.journal):
                yield current
        elif current.ended and desk.withdraw and not stands(current, desk.journal):
            log.once("withdraw", current, desk.withdraw)


def _put(cards: CardStore, event: Event, at: Situation) -> Callable[[Proposal], Card]:
    return lambda proposal: clusters.of_its_own(cards.put(proposal, event.key, at), proposal, event.key)


def _why_none(view: View) -> str:
    main = view.classification.suggestions[0] if view.classification else None
    if main is None or main.category is not Category.OTHER:
        return "policy switches this category off"
    answer = view.summary.answer if view.summary else ""
    said = answer or next((evidence.text for evidence in main.evidence), "")
    return f"{main.subtype or 'no order exception'}" + (f": {said}" if said else "")


def _why_abstained(cards: Sequence[Card]) -> str:
    reasons = [card.proposal.suggestion.abstained.reason for card in cards if card.proposal.suggestion.abstained]
    return "; ".join(dict.fromkeys(reasons))


def one_policy(policy: Policy) -> Policies:
    """The same policy for every company."""
    return _OnePolicy(policy)


@dataclass(frozen=True)
class _OnePolicy:
    policy: Policy

    def current(self, company: Company) -> Policy:
        return self.policy


__all__ = [
    "Desk",
    "Extract",
    "Policies",
    "Publish",
    "Source",
    "Task",
    "Withdraw",
    "decide",
    "one_policy",
    "publish",
    "triage",
    "withdraw",
]

"""One exception, one card: the unit that is advised, decided, updated, merged and resolved."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from triage.domain.answers import Promised, Suggestion
from triage.domain.base import Frozen, Moment
from triage.domain.case import Link
from triage.domain.causes import Cause
from triage.domain.closing import Ending, Stall
from triage.domain.event import RecordRef
from triage.domain.facts import Fact
from triage.domain.follow_up import FollowUp
from triage.domain.impact import Impact
from triage.domain.members import Member, Origin
from triage.domain.priority import Priority
from triage.domain.reply import Reply
from triage.domain.routing import Routing
from triage.domain.taxonomy import Category, Severity


class CardState(StrEnum):
    """Where a card stands. Only `open` and `awaiting_second` can still be decided."""

    OPEN = "open"
    AWAITING_SECOND = "awaiting_second"
    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    RESOLVED = "resolved"
    """The facts no longer show the exception. Never a label."""


class CardKey(Frozen):
    """What makes two cards the same one."""

    company: str
    """Whose record it is."""
    record: str
    """`RecordRef.key`."""
    category: Category
    """The category as first suggested; an edit does not change the key."""
    episode: int
    """From 1; a new one begins when the exception comes back after the card was decided."""


class Proposal(Frozen):
    """A card as the pipeline proposes it, before it has an identity."""

    company: str
    """Whose record it is."""
    record: RecordRef
    suggestion: Suggestion
    summary: str
    """What happened, in a sentence or a few."""
    key_points: tuple[str, ...] = ()
    """What a reader should know, each by itself."""
    asks: tuple[str, ...] = ()
    """What the writer wants."""
    language: str = "und"
    """Language of the summary (ISO 639-1), `und` where it is not known."""
    facts: tuple[Fact, ...] = ()
    link: Link
    team: str
    """Who should act."""
    second_person: bool = False
    """Policy asks for a second, different person."""
    warnings: tuple[str, ...] = ()
    case: str
    """Fingerprint of the case it was made from."""
    promised: tuple[Promised, ...] = ()
    questions: tuple[str, ...] = ()
    """What has to be known before anything can be suggested."""
    next_step: str = ""
    """What to do first."""
    news: tuple[str, ...] = ()
    """What is new since the card was last revised."""
    news_since: Moment | None = None
    """Since when the news are new."""
    heard: tuple[str, ...] = ()
    """Ids of the thread's messages that it was made from."""
    reader: str = ""
    """ISO 639-1 of the reader's language."""
    reply: Reply | None = None
    """A draft of an answer, for a person to finish and send."""
    routing: Routing | None = None
    """Where a ticket should go."""
    follow_up: FollowUp | None = None
    """What should be done later; a draft task where policy names a project and a person has accepted."""
    origins: tuple[Origin, ...] = ()
    """What caused it; cases with a same origin share a card."""
    causes: tuple[Cause, ...] = ()
    """Why it is late or at risk, the likeliest first."""
    impact: Impact | None = None
    """Whom it hits. Holds what not every reader of the record may see."""
    priority: Priority | None = None
    """How urgent it is beside other cards; none in cards of earlier versions."""


class Before(Frozen):
    """What the record's card said before this event: what a summary brings up to date rather than writes anew."""

    at: Moment
    """When the card was last revised."""
    summary: str
    """What the card said happened."""
    key_points: tuple[str, ...] = ()
    """Its points."""
    heard: tuple[str, ...] = ()
    """Keys of the messages that it knew."""
    facts: tuple[str, ...] = ()
    """Ids of the facts that it knew."""
    news: tuple[str, ...] = ()
    """What had been new then."""
    news_since: Moment | None = None
    """Since when that had been new."""


class Verdict(StrEnum):
    """What a person said of a suggestion."""

    ACCEPT = "accept"
    EDIT = "edit"
    REJECT = "reject"


class ReasonCode(StrEnum):
    """Why a suggestion was edited or rejected."""

    WRONG_CATEGORY = "wrong_category"
    WRONG_RECORD = "wrong_record"
    WRONG_FACT = "wrong_fact"
    ALREADY_KNOWN = "already_known"
    ALREADY_SOLVED = "already_solved"
    DUPLICATE = "duplicate"
    NO_ACTION = "no_action"
    TOO_LATE = "too_late"
    OTHER = "other"


class Changes(Frozen):
    """What an edit replaces. What is none stays as suggested."""

    category: Category | None = None
    subtype: str | None = None
    """The kind within the category, by the taxonomy."""
    severity: Severity | None = None
    team: Annotated[str, StringConstraints(min_length=1, max_length=80)] | None = None
    """Who handles it: one of the policy's teams."""


class Decision(Frozen):
    """A person's word on a card. Accepting confirms the suggestion; it writes no business data."""

    card: UUID
    verdict: Verdict
    by: str
    at: Moment
    reason: ReasonCode | None = None
    comment: str = ""
    """What the person wrote beside it."""
    changes: Changes | None = None
    member: str | None = None
    """`Member.key` where the word is on one case of a card with several; none: on the whole card."""
    channel: str = ""
    """`odoo` where it was said with a button of the card's row there; empty: here."""
    request: str = ""
    """Of a word from Odoo: which request it answers. None is answered twice."""


class MemberWord(Frozen):
    """A decision as it concerns one case of a shared card: what is recorded under that case's own key."""

    card: UUID
    member: str
    """`Member.key`."""
    verdict: Verdict
    by: str
    at: Moment
    reason: ReasonCode | None = None
    changes: Changes | None = None


class Card(Frozen):
    """A proposal with an identity, a state and a history."""

    id: UUID
    """UUIDv7."""
    number: int
    """What people type and say: counts from 1 in a store."""
    key: CardKey
    proposal: Proposal
    state: CardState = CardState.OPEN
    revision: int = 1
    """Counts every change; a transition names the revision it saw (compare-and-set)."""
    events: tuple[str, ...]
    """Keys of the events it was made and updated from."""
    decisions: tuple[Decision, ...] = ()
    supersedes: UUID | None = None
    """The card in whose place it stands, by id."""
    members: tuple[Member, ...] = ()
    """The cases that share this card, its own first; empty where it is about one case alone."""
    ended: Ending | None = None
    """Why it ended without anybody's word."""
    stall: Stall | None = None
    """That nobody has touched it for too long."""
    created_at: Moment
    updated_at: Moment

    @property
    def severity(self) -> Severity:
        """As suggested, and a step higher while nobody touches it."""
        steps = list(Severity)
        suggested = steps.index(self.proposal.suggestion.severity)
        return steps[min(suggested + (self.stall is not None), len(steps) - 1)]

"""Cards that several cases share: who is on one, and what a person's word on one case, or on all, does to it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from triage.cards import transitions
from triage.domain import (
    Card,
    CardKey,
    CardState,
    Decision,
    Ending,
    Member,
    MemberState,
    Policy,
    Proposal,
)
from triage.errors import DecisionRefused

MOST = 200
"""Members of one card; further cases with the same cause begin another one."""


def member_of(proposal: Proposal, at: datetime) -> Member:
    """A case as it stands on a shared card."""
    suggestion = proposal.suggestion
    return Member(
        company=proposal.company,
        record=proposal.record,
        category=suggestion.category,
        subtype=suggestion.subtype,
        severity=suggestion.severity,
        second_person=proposal.second_person,
        act_by=suggestion.act_by,
        joined_at=at,
    )


def may_host(card: Card, proposal: Proposal) -> bool:
    """Whether this case may join the card: nobody has begun to decide it as a whole, and there is room."""
    asked = card.state is CardState.OPEN and card.proposal.suggestion.abstained is None
    return asked and len(card.members) < MOST and find(card, proposal.company, proposal.record.key) is None


def joined(card: Card, proposal: Proposal, at: datetime) -> Card:
    """The card with one more case on it. The card's own case becomes its first member with the second one."""
    own = card.members or (member_of(card.proposal, card.created_at),)
    return card.with_(members=(*own, member_of(proposal, at)))


def renewed(card: Card, proposal: Proposal) -> Card:
    """The card with a member as its newest proposal says. A first person's word does not survive a change."""
    old = find(card, proposal.company, proposal.record.key)
    if old is None or not old.is_undecided:
        return card
    new = member_of(proposal, old.joined_at)
    same = (old.category, old.subtype, old.severity) == (new.category, new.subtype, new.severity)
    new = new.with_(state=old.state, before=old.before, decided_at=old.decided_at) if same else new
    members = tuple(new if member is old else member for member in card.members)
    return card.with_(members=members, state=_state(members))


def find(card: Card, company: str, key: str) -> Member | None:
    """The member with this company and record."""
    return next((one for one in card.members if (one.company, one.key) == (company, key)), None)


def named(card: Card, handle: str) -> Member:
    """The member that somebody names: by number (`S00042`) or key (`sale.order:42`).

    Raises `DecisionRefused` where the card has none of that name, or several.
    """
    wanted = handle.strip().casefold()
    found = [one for one in card.members if wanted in (one.key.casefold(), one.record.name.casefold())]
    if len(found) == 1:
        return found[0]
    there = ", ".join(one.record.name for one in card.members[:20]) or "none: it is about one case alone"
    word = "is on it more than once" if found else "is not on it"
    code = "case_twice" if found else "case_missing"
    raise DecisionRefused(f"card #{card.number}: {handle} {word}. Its cases: {there}.").coded(
        code, number=card.number, handle=handle[:60]
    )


def decide(card: Card, decision: Decision, policy: Policy) -> Card:
    """The card after a word on all of its cases, or on the one that the decision names.

    Every case is judged as a card of its own would be; where one may not be decided so, none is. The card is closed
    when its last case is. Raises `DecisionRefused` as `transitions.decide` does.
    """
    if not card.members:
        if decision.member is not None:
            named(card, decision.member)
        return transitions.decide(card, decision, policy)
    chosen = touched(card, decision)
    states = {id(one): MemberState(transitions.decide(_alone(card, one), decision, policy).state) for one in chosen}
    members = tuple(
        one.with_(state=states[id(one)], before=one.state, decided_at=decision.at) if id(one) in states else one
        for one in card.members
    )
    return card.with_(
        members=members,
        state=_state(members),
        revision=card.revision + 1,
        decisions=(*card.decisions, decision),
        updated_at=decision.at,
    )


def touched(card: Card, decision: Decision) -> list[Member]:
    """The members that a decision is about. Raises `DecisionRefused` where none of them can be decided."""
    if not card.members:
        return []
    wanted = [named(card, decision.member)] if decision.member is not None else list(card.members)
    chosen = [one for one in wanted if one.is_undecided]
    if not chosen:
        which = wanted[0].record.name if len(wanted) == 1 else "every case on it"
        error = DecisionRefused(f"card #{card.number}: {which} is decided already. Nothing was changed.")
        if len(wanted) == 1:
            raise error.coded("case_decided", number=card.number, record=wanted[0].record.name)
        raise error.coded("cases_decided", number=card.number)
    return chosen


def undo(card: Card, at: datetime) -> Card:
    """The card before its last decision, each case with it. Raises as `transitions.undo` does."""
    back = transitions.undo(card, at)
    if not card.members:
        return back
    members = taken_back(card.members, card.decisions[-1].at)
    return back.with_(members=members, state=_state(members))


def ended(card: Card, company: str, key: str, ending: Ending) -> Card:
    """The card after the facts no longer show one of its cases; over where that was the last one that waited."""
    state = MemberState.RESOLVED
    members = tuple(
        one.with_(state=state, before=None) if (one.company, one.key) == (company, key) else one for one in card.members
    )
    over = all(one.state is state for one in members)
    return card.with_(
        members=members,
        state=_state(members),
        ended=ending if over else None,
        revision=card.revision + 1,
        updated_at=ending.at,
    )


def taken_back(members: Sequence[Member], at: datetime) -> tuple[Member, ...]:
    """The members as they stood before the word given at this time."""
    return tuple(
        one.with_(state=one.before or MemberState.OPEN, before=None, decided_at=None) if one.decided_at == at else one
        for one in members
    )


def alone(card: Card, member: Member, proposal: Proposal) -> Card:
    """The card as it would be for this case alone, with what the case itself proposes."""
    return _alone(card, member).with_(proposal=proposal)


def of_its_own(card: Card, proposal: Proposal, event: str) -> Card:
    """What is recorded of a card with this case: on another case's card, what this case alone says.

    Its record goes with this case, the card with the other.
    """
    if (card.key.company, card.key.record) == (proposal.company, proposal.record.key):
        return card
    member = find(card, proposal.company, proposal.record.key)
    return card if member is None else alone(card, member, proposal).with_(events=(event,))


def _alone(card: Card, member: Member) -> Card:
    suggestion = card.proposal.suggestion.with_(
        category=member.category, subtype=member.subtype, secondary=(), severity=member.severity, abstained=None
    )
    proposal = card.proposal.with_(
        company=member.company, record=member.record, suggestion=suggestion, second_person=member.second_person
    )
    key = CardKey(company=member.company, record=member.key, category=member.category, episode=card.key.episode)
    words = tuple(word for word in card.decisions if word.member in (None, member.key))
    if member.state is MemberState.OPEN:
        words = ()
    return card.with_(proposal=proposal, key=key, state=CardState(member.state.value), decisions=words, members=())


def _state(members: Sequence[Member]) -> CardState:
    """Open while one is; of those that people have decided, all alike or `edited`."""
    states = {member.state for member in members}
    if len(states) > 1:
        states.discard(MemberState.RESOLVED)
    for waiting in (MemberState.OPEN, MemberState.AWAITING_SECOND):
        if waiting in states:
            return CardState(waiting.value)
    return CardState(states.pop().value) if len(states) == 1 else CardState.EDITED

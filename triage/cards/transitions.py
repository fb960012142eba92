"""What a person's decision, or the end of its matter, does to a card. Pure: the same in, the same out.

open ── accept / edit ──▶ accepted / edited          (or awaiting_second where a second person is asked for)
awaiting_second ── accept by another person ──▶ accepted / edited, as the first person said
open, awaiting_second ── reject ──▶ rejected
open, awaiting_second ── nobody says a word ──▶ resolved / expired / superseded

Who edits the category, or confirms such an edit, may decide both the old and the new one.
"""

from __future__ import annotations

from datetime import datetime

from triage.domain import (
    SUBTYPES,
    Card,
    CardState,
    Category,
    Changes,
    Decision,
    Ending,
    Policy,
    Stall,
    Verdict,
    utc,
)
from triage.errors import Conflict, DecisionRefused

_UNDECIDED = frozenset({CardState.OPEN, CardState.AWAITING_SECOND})


def decide(card: Card, decision: Decision, policy: Policy) -> Card:
    """The card after this decision, one revision on.

    Raises `DecisionRefused` where the card is closed, the person may not decide it, or the decision is incomplete;
    the message says what would be possible.
    """
    _check_card(card, decision)
    _check_person(card, decision, policy)
    state = {Verdict.ACCEPT: _accept, Verdict.EDIT: _edit, Verdict.REJECT: _reject}[decision.verdict](
        card, decision, policy
    )
    return card.with_(
        state=state,
        revision=card.revision + 1,
        decisions=(*card.decisions, decision),
        updated_at=decision.at,
    )


def end(card: Card, ending: Ending) -> Card:
    """The card after it ended by itself, one revision on. Raises `Conflict` where somebody closed it before."""
    if ending.card != card.id or not is_undecided(card):
        raise Conflict(f"card #{card.number} is {card.state.value}; it cannot end as {ending.state}.").coded(
            "changed", number=card.number
        )
    return card.with_(
        state=CardState(ending.state), ended=ending, stall=None, revision=card.revision + 1, updated_at=ending.at
    )


def undo(card: Card, at: datetime) -> Card:
    """The card before its last decision, one revision on. Raises `Conflict` where it ended otherwise meanwhile."""
    if not card.decisions or card.ended is not None:
        raise Conflict(f"card #{card.number} is {card.state.value} for another reason; look at it again.").coded(
            "ended", number=card.number, state=card.state
        )
    before = card.decisions[:-1]
    waits = any(each.verdict is not Verdict.REJECT for each in before[-1:])
    return card.with_(
        state=CardState.AWAITING_SECOND if waits else CardState.OPEN,
        decisions=before,
        revision=card.revision + 1,
        updated_at=at,
    )


def mark(card: Card, stall: Stall | None) -> Card:
    """The card with a stall noticed, or no longer; one revision on. Raises `Conflict` where it was closed before."""
    if not is_undecided(card):
        raise Conflict(f"card #{card.number} is {card.state.value}; nobody has to touch it any more.").coded(
            "closed", number=card.number, state=card.state
        )
    return card.with_(stall=stall, revision=card.revision + 1)


def is_undecided(card: Card) -> bool:
    """Whether somebody can still decide this card."""
    return card.state in _UNDECIDED


def closed(card: Card) -> DecisionRefused:
    """Why nothing can be done with a closed card any more: since when it is so, and by whose word."""
    last = card.decisions[-1] if card.decisions and card.ended is None else None
    by, at = f" by {last.by}" if last else "", last.at if last else card.updated_at
    error = DecisionRefused(f"card #{card.number} is closed: {card.state.value}{by} at {utc(at)}. Nothing was changed.")
    if last is None:
        return error.coded("closed_at", number=card.number, state=card.state, at=at)
    return error.coded("closed_by", number=card.number, state=card.state, by=last.by, at=at)


def _check_card(card: Card, decision: Decision) -> None:
    if decision.card != card.id:
        raise DecisionRefused(f"card #{card.number}: the decision names another card ({decision.card}).").coded(
            "changed", number=card.number
        )
    if not is_undecided(card):
        raise closed(card)


def _check_person(card: Card, decision: Decision, policy: Policy) -> None:
    if not decision.by.strip():
        raise DecisionRefused(f"card #{card.number}: a decision needs the name of a person.").coded(
            "no_person", number=card.number
        )
    touched = _touched(card, decision)
    refused = [category for category in touched if not policy.may_decide(decision.by, category)]
    if refused:
        allowed = policy.deciders_of(touched)
        raise DecisionRefused(
            f"card #{card.number}: {decision.by} may not decide {refused[0].value} cards. "
            f"Policy {policy.version} allows: {', '.join(allowed) or 'nobody'}."
        ).coded("may_not", number=card.number, by=decision.by, category=refused[0], allowed=tuple(allowed))


def _touched(card: Card, decision: Decision) -> tuple[Category, ...]:
    """The categories that a decision is about: as suggested, as edited by the first person, as edited by this one."""
    words = [decision] if decision.verdict is Verdict.EDIT else []
    if card.state is CardState.AWAITING_SECOND and decision.verdict is not Verdict.REJECT:
        words = [*card.decisions, *words]
    edited = [word.changes.category for word in words if word.changes is not None and word.changes.category is not None]
    return tuple(dict.fromkeys((card.proposal.suggestion.category, *edited)))


def _accept(card: Card, decision: Decision, policy: Policy) -> CardState:
    if decision.changes is not None and decision.changes != Changes():
        raise DecisionRefused(
            f"card #{card.number}: accepting changes nothing; use edit to change the suggestion."
        ).coded("accept_changes", number=card.number)
    if card.state is CardState.AWAITING_SECOND:
        return _confirm(card, decision)
    if card.proposal.suggestion.abstained is not None:
        raise DecisionRefused(
            f"card #{card.number}: nothing to accept, the software made no suggestion "
            f"({card.proposal.suggestion.abstained.reason}); use edit to say what it is, or reject."
        ).coded("nothing_to_accept", number=card.number)
    return CardState.AWAITING_SECOND if _needs_second(card, None, policy) else CardState.ACCEPTED


def _confirm(card: Card, decision: Decision) -> CardState:
    first = card.decisions[-1]
    if _same_person(first.by, decision.by):
        raise DecisionRefused(
            f"card #{card.number}: {first.by} decided first at {utc(first.at)}; a different person must confirm."
        ).coded("same_person", number=card.number, by=first.by, at=first.at)
    return CardState.EDITED if first.verdict is Verdict.EDIT else CardState.ACCEPTED


def _edit(card: Card, decision: Decision, policy: Policy) -> CardState:
    changes = decision.changes
    if changes is None or changes == Changes():
        raise DecisionRefused(
            f"card #{card.number}: an edit needs changes: a category, subtype, severity or team."
        ).coded("edit_empty", number=card.number)
    _check_changes(card, changes, policy)
    if card.state is CardState.AWAITING_SECOND:
        # Another edit starts over: what it says was seen by nobody else yet.
        return CardState.AWAITING_SECOND
    return CardState.AWAITING_SECOND if _needs_second(card, changes.category, policy) else CardState.EDITED


def _check_changes(card: Card, changes: Changes, policy: Policy) -> None:
    suggestion = card.proposal.suggestion
    category = changes.category or suggestion.category
    if changes.subtype is not None and changes.subtype not in SUBTYPES[category]:
        raise DecisionRefused(
            f"card #{card.number}: {changes.subtype!r} is none of {category.value}: {', '.join(SUBTYPES[category])}."
        ).coded("no_subtype", number=card.number, subtype=changes.subtype[:60], category=category)
    teams = {policy.default_team, *policy.teams.values(), card.proposal.team}
    if changes.team is not None and changes.team not in teams:
        raise DecisionRefused(
            f"card #{card.number}: {changes.team!r} is no team. Policy {policy.version} knows: "
            f"{', '.join(sorted(teams))}."
        ).coded("no_team", number=card.number, team=changes.team, allowed=tuple(sorted(teams)))
    if suggestion.abstained is None and card.state is CardState.OPEN and not _differs(card, changes):
        raise DecisionRefused(f"card #{card.number}: the edit changes nothing; use accept.").coded(
            "edit_same", number=card.number
        )


def _differs(card: Card, changes: Changes) -> bool:
    suggestion = card.proposal.suggestion
    return any(
        new is not None and new != old
        for new, old in (
            (changes.category, suggestion.category),
            (changes.subtype, suggestion.subtype),
            (changes.severity, suggestion.severity),
            (changes.team, card.proposal.team),
        )
    )


def _reject(card: Card, decision: Decision, _policy: Policy) -> CardState:
    if decision.changes is not None and decision.changes != Changes():
        raise DecisionRefused(f"card #{card.number}: a rejection changes nothing; use edit to say what it is.").coded(
            "reject_changes", number=card.number
        )
    if decision.reason is None:
        raise DecisionRefused(f"card #{card.number}: a rejection needs a reason, for example wrong_category.").coded(
            "reject_reason", number=card.number
        )
    return CardState.REJECTED


def _needs_second(card: Card, edited_to: Category | None, policy: Policy) -> bool:
    suggested = card.proposal.suggestion.category
    return card.proposal.second_person or not policy.second_person.isdisjoint({suggested, edited_to or suggested})


def _same_person(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())

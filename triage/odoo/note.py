"""What a card's note says: the suggestion, its evidence, and nothing that some reader of the record may not see.

A note on an order is read by everybody who may read the order. Facts that are confidential (exposure, margin) stay off
it, and so do facts out of the books, unless the note stands on an entry of the books itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from triage.domain import (
    Card,
    CardState,
    Decision,
    Ending,
    Evidence,
    Fact,
    FactEvidence,
    OnPage,
    Proposal,
    Quote,
    Suggestion,
    Verdict,
)
from triage.domain.follow_up import FollowUp
from triage.domain.priority import WEIGHED
from triage.facts.labels import label, later_title
from triage.odoo.own_words import DISCLAIMER, TITLE
from triage.odoo.verbs import NoteText, Row, Section
from triage.verify.withholding import without

_MOST = 8
_LENGTH = 400
_BOOKS = ("account.move", "account.payment", "account.move.line")
_CREDIT = re.compile(r"^res\.partner:[^.]*\.credit")


def note_text(card: Card, on: str | None = None) -> NoteText:
    """What a card's note says, or what its ticket says (`on`: the model on which the text will stand)."""
    proposal, suggestion = card.proposal, as_decided(card)
    hidden = withheld(proposal, on or proposal.record.model)
    subtype = f", {suggestion.subtype.replace('_', ' ')}" if suggestion.subtype else ""
    return NoteText(
        title=f"{TITLE}{suggestion.category.value.replace('_', ' ')}{subtype}",
        summary=without(proposal.summary, hidden),
        rows=tuple(_rows(card, suggestion, hidden)),
        sections=tuple(_sections(proposal, hidden)),
        footer=f"{DISCLAIMER} Card {card.number} ({card.id}).",
    )


def end_text(card: Card, ending: Ending) -> NoteText:
    """What the note of a card says once the card has ended by itself."""
    said = note_text(card)
    told = {"resolved": "is resolved", "expired": "has expired", "superseded": "was replaced"}[ending.state]
    return NoteText(
        title=f"{said.title} ({ending.state})",
        summary=f"This {told} since {ending.at:%Y-%m-%d %H:%M} UTC: {_line(ending.why)}. Nobody needs to act on it.",
        footer=said.footer,
    )


def rejected_text(card: Card) -> NoteText:
    """What the note of a card says once a person has rejected it. Who that was stands in Odoo nowhere."""
    said, last = note_text(card), card.decisions[-1]
    reason = f" ({last.reason.value.replace('_', ' ')})" if last.reason else ""
    return NoteText(
        title=f"{said.title} (rejected)",
        summary=f"A person rejected this at {last.at:%Y-%m-%d %H:%M} UTC{reason}. Nobody needs to act on it.",
        footer=said.footer,
    )


def task_text(card: Card, later: FollowUp) -> NoteText:
    """What a draft task says: what to do, the facts that it follows from, and on which record. Whoever reads the
    project's tasks may not read the record, so nothing else of the card stands there."""
    proposal = card.proposal
    hidden = {fact.id for fact in withheld(proposal, "project.task")}
    why = [_line(fact.how) for fact in proposal.facts if fact.id in later.why and fact.id not in hidden and fact.how]
    return NoteText(
        title=later_title(later, proposal.reader),
        rows=(Row(name="About", value=f"{proposal.record.name} ({proposal.record.model})"),),
        sections=tuple(_section("Facts", why)),
        footer=f"{DISCLAIMER} Card {card.number} ({card.id}).",
    )


def as_decided(card: Card) -> Suggestion:
    """The suggestion with what people corrected."""
    suggestion = card.proposal.suggestion
    for decision in card.decisions:
        changes = decision.changes
        if decision.verdict is Verdict.EDIT and changes is not None and card.state is not CardState.REJECTED:
            category = changes.category or suggestion.category
            kept = suggestion.subtype if category is suggestion.category else None
            suggestion = suggestion.with_(
                category=category,
                subtype=changes.subtype or kept,
                severity=changes.severity or suggestion.severity,
                abstained=None,
            )
    return suggestion


def team_as_decided(card: Card) -> str:
    """Who handles it, as people have corrected it."""
    said = [word.changes.team for word in card.decisions if word.changes is not None and word.changes.team is not None]
    return card.proposal.team if card.state is CardState.REJECTED or not said else said[-1]


def withheld(proposal: Proposal, on: str) -> tuple[Fact, ...]:
    """Facts that not every reader of a text on such a record may see."""
    in_books = on in _BOOKS
    return tuple(fact for fact in proposal.facts if fact.confidential or (not in_books and _from_books(fact)))


def _from_books(fact: Fact) -> bool:
    return any(source.startswith(_BOOKS) or _CREDIT.match(source) for source in fact.sources)


def _rows(card: Card, suggestion: Suggestion, hidden: Sequence[Fact]) -> Iterator[Row]:
    why = "; ".join(filter(None, [without(suggestion.severity_why, hidden), card.stall.why if card.stall else ""]))
    is_edited = suggestion.severity is not card.proposal.suggestion.severity
    severity = suggestion.severity if is_edited else card.severity
    yield Row(name="Severity", value=severity.value + (f" ({why})" if why else ""))
    if suggestion.act_by:
        yield Row(name="Act by", value=f"{suggestion.act_by.at:%Y-%m-%d %H:%M} ({suggestion.act_by.source})")
    yield Row(name="Confidence", value=_confidence(card, suggestion))
    if card.state is CardState.AWAITING_SECOND and card.decisions:
        yield Row(name="Decision", value=_first_word(card.decisions[-1]))
    if suggestion.secondary:
        yield Row(name="Also", value=", ".join(category.value for category in suggestion.secondary))
    yield Row(name="Team", value=team_as_decided(card))
    if len(card.members) > 1:
        more = label("members_more", card.proposal.reader, n=str(len(card.members) - 1))
        yield Row(name=label("members", card.proposal.reader), value=more)
    if card.proposal.routing and card.proposal.routing.choices:
        told = (f"{one.slot.replace('_', ' ')} {one.value} ({one.why})" for one in card.proposal.routing.choices)
        yield Row(name=label("routing", card.proposal.reader), value="; ".join(told))


def _confidence(card: Card, suggestion: Suggestion) -> str:
    if card.decisions and card.state in (CardState.ACCEPTED, CardState.EDITED):
        return f"confirmed by a person on {card.decisions[-1].at:%Y-%m-%d}"
    if suggestion.confidence is not None:
        return f"{suggestion.confidence.value:.0%} (measured on {suggestion.confidence.n})"
    proven = any(isinstance(evidence, FactEvidence) for evidence in suggestion.evidence)
    return "follows from facts" if proven else "not measured"


def _first_word(word: Decision) -> str:
    """The word that waits for a second one. Who gave it stands in Odoo nowhere."""
    said = "corrected" if word.verdict is Verdict.EDIT else "accepted"
    return f"{said} by a person at {word.at:%Y-%m-%d %H:%M} UTC; a second, different person must confirm it"


def _sections(proposal: Proposal, hidden: Sequence[Fact]) -> Iterator[Section]:
    suggestion = proposal.suggestion
    news = label("news", proposal.reader, when=f"{proposal.news_since:%Y-%m-%d %H:%M}" if proposal.news_since else "")
    yield from _section(news, (_line(without(one, hidden)) for one in proposal.news))
    yield from _section(label("asks", proposal.reader), (_line(ask) for ask in proposal.asks))
    promised = (f"{label(one.by.value, proposal.reader)}: {one.text}" for one in proposal.promised)
    yield from _section(label("promised", proposal.reader), (_line(without(one, hidden)) for one in promised))
    asked = [one for one in proposal.questions if one not in proposal.asks]
    yield from _section(label("questions", proposal.reader), (_line(one) for one in asked))
    yield from _section(label("next", proposal.reader), [_line(proposal.next_step)])
    later = proposal.follow_up
    if later is not None and not {fact.id for fact in hidden} & set(later.why):
        due = f" ({later.due})" if later.due else ""
        yield from _section(label("later", proposal.reader), [_line(later_title(later, proposal.reader) + due)])
    yield from _section("Evidence", _evidence(suggestion.evidence, hidden))
    yield from _section("What speaks against it", _evidence(suggestion.against, hidden))
    yield from _section("Facts", _facts(proposal, hidden))
    yield from _section("Mind", (_line(without(warning, hidden)) for warning in proposal.warnings))


def _section(title: str, items: Iterable[str]) -> Iterator[Section]:
    found = [item for item in dict.fromkeys(items) if item][:_MOST]
    if found:
        yield Section(title=title, items=tuple(found))


def _evidence(evidence: Sequence[Evidence], hidden: Sequence[Fact]) -> Iterator[str]:
    ids = {fact.id for fact in hidden}
    for each in evidence:
        if isinstance(each, FactEvidence):
            if not each.confidential and each.fact not in ids:
                yield _line(each.text)
        elif isinstance(each, OnPage):
            yield _line(f"{each.document}, page {each.page}: {each.text}")
        elif isinstance(each, Quote):
            yield f"“{_line(each.text)}”"


def _facts(proposal: Proposal, hidden: Sequence[Fact]) -> Iterator[str]:
    told = {e.fact for e in proposal.suggestion.evidence if isinstance(e, FactEvidence)}
    for fact in proposal.facts:
        if fact not in hidden and fact.id not in told and fact.name not in WEIGHED and fact.how:
            yield _line(fact.how)


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LENGTH else line[: _LENGTH - 1].rsplit(" ", 1)[0] + "…"

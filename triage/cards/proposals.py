"""From what the tasks answered to the cards that should stand: pure, and the place where policy filters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from triage.cards.follow_up import follow_up
from triage.cards.origins import origins_of
from triage.domain.answers import Abstention, Suggestion
from triage.domain.cards import Proposal
from triage.domain.case import Link, LinkStatus
from triage.domain.evidence import FactEvidence
from triage.domain.facts import Fact
from triage.domain.policy import Mode, Policy
from triage.domain.taxonomy import Category
from triage.domain.view import View
from triage.errors import ModelInvalid


def propose(view: View, policy: Policy) -> list[Proposal]:
    """The cards that this view calls for, the main one first; none where it shows no exception.

    Two suggestions of one category on one record are one card. Raises `ModelInvalid` for a view that was
    not classified.
    """
    if view.classification is None:
        raise ModelInvalid(f"{view.case.record.name}: was not classified, so nothing can be proposed.")
    proposals: dict[tuple[str, Category], Proposal] = {}
    for suggestion in view.classification.suggestions:
        judged = judge(suggestion, policy)
        if not is_exception(judged) or policy.mode(judged.category) is Mode.OFF:
            continue
        proposal = _proposal(view, judged, policy)
        proposals.setdefault((proposal.record.key, judged.category), proposal)
    return list(proposals.values())


def judge(suggestion: Suggestion, policy: Policy) -> Suggestion:
    """The suggestion, marked as abstained where its measured confidence is below what policy asks.

    A suggestion without a measured confidence is left as it is: facts prove it, or nobody has measured its model yet.
    """
    if suggestion.abstained or suggestion.confidence is None:
        return suggestion
    needed = policy.threshold(suggestion.category, suggestion.threshold)
    if suggestion.confidence.value >= needed:
        return suggestion
    reason = f"{suggestion.confidence.value:.0%} sure, {needed:.0%} needed"
    return suggestion.with_(abstained=Abstention(reason=reason))


def is_exception(suggestion: Suggestion) -> bool:
    """Whether a person should see it: everything but a sure `other`."""
    return suggestion.category is not Category.OTHER or suggestion.abstained is not None


def may_advise(proposal: Proposal, policy: Policy) -> bool:
    """Whether its card may be published: mode `advise`, and a suggestion to publish."""
    return policy.mode(proposal.suggestion.category) is Mode.ADVISE and proposal.suggestion.abstained is None


def _proposal(view: View, suggestion: Suggestion, policy: Policy) -> Proposal:
    summary = view.summary
    return Proposal(
        company=view.case.company.name,
        record=suggestion.record or view.case.record,
        suggestion=suggestion,
        summary=summary.text if summary else "",
        key_points=summary.key_points if summary else (),
        asks=summary.asks if summary else (),
        language=view.classification.language if view.classification else "und",
        facts=_facts_for(view, suggestion),
        link=view.case.link,
        team=policy.team(suggestion.category),
        second_person=suggestion.category in policy.second_person,
        warnings=tuple(dict.fromkeys(_warnings(view))),
        case=view.case.fingerprint(),
        promised=summary.promised if summary else (),
        questions=summary.questions if summary else (),
        next_step=summary.next_step if summary else "",
        news=summary.news if summary else (),
        news_since=summary.news_since if summary else None,
        reader=summary.reader if summary else "",
        heard=tuple(message.id for message in view.case.messages),
        reply=view.reply,
        routing=view.routing,
        follow_up=follow_up(view, suggestion),
        origins=origins_of(view, suggestion) if policy.clusters else (),
        **_explained(view, suggestion),
    )


def _explained(view: View, suggestion: Suggestion) -> dict[str, Any]:
    """Why, whom it hits and how urgent: of the case's own record, not of another that its mail names besides."""
    if suggestion.record is not None and suggestion.record != view.case.record:
        return {}
    found = view.causes
    return {
        "causes": found.causes if found else (),
        "impact": found.impact if found else None,
        "priority": view.priority,
    }


def _facts_for(view: View, suggestion: Suggestion) -> tuple[Fact, ...]:
    """The facts that are evidence first, then the others, each once."""
    named = {e.fact for e in (*suggestion.evidence, *suggestion.against) if isinstance(e, FactEvidence)}
    return tuple(sorted(view.facts, key=lambda fact: fact.id not in named))


def _warnings(view: View) -> Iterator[str]:
    yield from _link_warnings(view.case.link)
    for message in view.case.messages:
        yield from message.warnings
    for paper in view.papers:
        yield from (f"{paper.document}: {warning}" for warning in paper.warnings)
        if paper.abstained:
            yield f"{paper.document}: not read: {paper.abstained.reason}"
        yield from (f"{paper.document}: {check.detail}" for check in paper.checks if not check.passed)
    for answer in view.answers.values():
        yield from answer.warnings
    yield from (f"could not be had: {what}" for what in view.case.missing)


def _link_warnings(link: Link) -> Iterator[str]:
    if link.status is LinkStatus.SEVERAL:
        yield "which record? " + ", ".join(candidate.record.name for candidate in link.candidates)
    if link.status is LinkStatus.NONE:
        yield "no record found: facts from Odoo are missing"
    yield from link.refused

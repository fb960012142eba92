"""Why, how urgent and whom it hits, as lines that a reader of a card sees."""

from __future__ import annotations

from collections.abc import Iterator

from triage.cards.drawing import tree
from triage.domain import CAUSE_MEANING, Cause, Contribution, Evidence, Priority, Proposal, Quote
from triage.domain.priority import WEIGHED

_MOST_CAUSES = 3
_MOST_FACTORS = 4
COUNTED = WEIGHED | {"impact.hit", "impact.safe", "impact.amount", "impact.margin"}
"""Facts that stand in the priority or the impact already."""


def causes(proposal: Proposal) -> Iterator[str]:
    """The likeliest causes, a line each: points, what speaks for it, against it, and what is missing."""
    for cause in proposal.causes[:_MOST_CAUSES]:
        yield _cause(cause)


def _cause(cause: Cause) -> str:
    parts = [f"{CAUSE_MEANING[cause.kind]} ({cause.kind.value}, {cause.score:g} points)"]
    parts += [": " + "; ".join(map(_said, cause.evidence))] if cause.evidence else []
    parts += [". Against: " + "; ".join(map(_said, cause.against))] if cause.against else []
    parts += [". To decide: " + "; ".join(cause.missing)] if cause.missing else []
    return "".join(parts)


def _said(evidence: Evidence) -> str:
    text = " ".join(evidence.text.split())
    if isinstance(evidence, Quote):
        return f"“{text}”"
    private = evidence.kind == "fact" and evidence.confidential
    return f"{text} (confidential)" if private else text


def priority(found: Priority) -> str:
    """The score and what it is made of, in one line."""
    shown = found.contributions[:_MOST_FACTORS]
    rest = sum(one.points for one in found.contributions[_MOST_FACTORS:])
    parts = [_factor(one) for one in shown] + ([f"others {rest:.0f}"] if round(rest) else [])
    return f"{found.score:.0f} points: " + ", ".join(parts)


def _factor(one: Contribution) -> str:
    private = " (confidential)" if one.confidential else ""
    return f"{one.factor.value.replace('_', '-')} {one.points:.0f}{private}"


def impact(proposal: Proposal, *, confidential: bool) -> list[str]:
    """Whom it hits, as a tree; nothing where nobody is known to wait."""
    return tree(proposal.impact, confidential=confidential) if proposal.impact else []

"""What a card said before, as far as a summary brings it up to date."""

from __future__ import annotations

from triage.domain import Before, Card


def before_of(card: Card) -> Before | None:
    """What this card said; none for one of an earlier version, which does not know what it had heard."""
    proposal = card.proposal
    if not proposal.reader:
        return None
    return Before(
        at=card.updated_at,
        summary=proposal.summary,
        key_points=proposal.key_points,
        heard=proposal.heard,
        facts=tuple(fact.id for fact in proposal.facts),
        news=proposal.news,
        news_since=proposal.news_since,
    )

"""What follows of a decision in Odoo, as a card's page tells it: still to come, under way, done, or given up."""

from __future__ import annotations

from service.review.rendering import Words, Writing
from triage.domain import Card
from triage.storage import effects
from triage.storage.effects import Effect


def following(card: Card, found: list[Effect], t: Words, w: Writing) -> str:
    """The sentence about the effect of the card as it stands; empty where its last word sets nothing going."""
    effect = next((each for each in found if each.revision == card.revision), None)
    if effect is None or not card.decisions:
        return ""
    if effect.state == effects.DONE:
        return t("follows.done", at=w.moment(effect.finished_at or effect.due_at))
    if effect.state == effects.FAILED:
        return t("follows.failed", error=effect.error or "")
    if effect.state != effects.WAITING:
        return ""
    if effect.error:
        return t("follows.again", error=effect.error, at=w.moment(effect.due_at))
    return t("follows.under_way" if effect.attempts else "follows.waiting", at=w.moment(effect.due_at))


__all__ = ["following"]

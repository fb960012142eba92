"""What was told to another program: that something waits for a person. Kept so that it is told once."""

from __future__ import annotations

from enum import StrEnum

from triage.domain.base import Frozen, Moment
from triage.domain.event import RecordRef


class NoticeKind(StrEnum):
    """What another program may be told of."""

    CARD_UNSURE = "card.unsure"
    """A new card, or one that was brought up to date, on which there is a question rather than a suggestion."""
    ARRIVAL_DEAD = "arrival.dead"
    """An arrival was given up and waits for a person: a dead letter."""


class Notice(Frozen):
    """Something that another program was told, or a draft ticket that it had made of it."""

    id: str
    """The same for the same thing, however often it is sent: receivers know duplicates by it."""
    kind: NoticeKind
    to: str
    """Name of the listener, or `odoo` for a draft ticket."""
    at: Moment
    by: str = ""
    """Who asked for it, where somebody did."""
    ref: RecordRef | None = None
    """The draft ticket."""


__all__ = ["Notice", "NoticeKind"]

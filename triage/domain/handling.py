"""What people do with a card without deciding it, and what takes a decision back."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from triage.domain.base import Frozen, Moment
from triage.domain.taxonomy import Category


class Act(StrEnum):
    """What was done with a card."""

    CLAIM = "claim"
    """Somebody works on it."""
    RELEASE = "release"
    HAND_OVER = "hand_over"
    """Somebody else works on it now."""
    SNOOZE = "snooze"
    """It leaves the queue until a time."""
    WAKE = "wake"
    UNDO = "undo"
    """The last decision was taken back within its minute."""


class Handling(Frozen):
    """Somebody did something with a card. No word on whether it is right."""

    card: UUID
    act: Act
    by: str
    at: Moment
    to: str | None = None
    """Who works on it now, where it was handed over."""
    until: Moment | None = None
    """When it comes back, where it was put aside."""


class BlindChoice(Frozen):
    """What somebody took a card for before they saw what it suggests. No decision: it changes nothing on the card."""

    card: UUID
    category: Category | None = None
    """None where they could not tell."""
    suggested: Category
    """What the card suggested then."""
    by: str
    at: Moment

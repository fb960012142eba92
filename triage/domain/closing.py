"""How a card ends without anybody's word, how long nobody has touched it, and the switch that stops everything."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from triage.domain.base import Frozen, Moment


class Ending(Frozen):
    """A card that ended by itself. Never a label: nobody has said that the suggestion was right or wrong."""

    card: UUID
    state: Literal["resolved", "expired", "superseded"]
    """How it ended."""
    why: str
    """In words, for the card and its note."""
    at: Moment
    by: UUID | None = None
    """The card that took its place, of `superseded`."""


class Endings(Frozen):
    """The cards that one event ended; often none."""

    cards: tuple[Ending, ...] = ()


class Stall(Frozen):
    """That nobody has touched an open exception for too long. It raises the severity by one step, once."""

    since: Moment
    """When somebody last did something about it."""
    hours: int
    """For how long nobody did anything."""
    why: str
    at: Moment
    """When it was noticed."""


class Stalled(Frozen):
    """A card's stall, noticed; without one: somebody has acted since, and the severity is as suggested again."""

    card: UUID
    stall: Stall | None = None


class Switched(Frozen):
    """Somebody has switched the software off or on."""

    is_off: bool
    """Whether it was switched off or on."""
    by: str
    why: str
    at: Moment
    company: str | None = None
    """Whose events are meant; none: everybody's."""

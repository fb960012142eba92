"""What was put where people work: notes, activities and draft tickets in Odoo."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from triage.domain.base import Frozen
from triage.domain.event import RecordRef


class Advisory(Frozen):
    """One note, activity or draft ticket of a card, or its row in the list of cards."""

    verb: Literal["note", "activity", "ticket", "task", "card"]
    """What is written in Odoo, or that only the card is shown."""
    marker: str
    """What makes it the only one of its card; the same in every attempt."""
    status: Literal["posted", "updated", "kept", "absent", "withdrawn"]
    """`kept`: people have taken it up, so it was left as it is. `absent`: this Odoo has no place for it."""
    ref: RecordRef | None = None
    """The message, activity or ticket."""


class Publication(Frozen):
    """What was published of a card, or why nothing was."""

    card: UUID
    on: RecordRef
    """The record that the card is about."""
    advisories: tuple[Advisory, ...] = ()
    why: str = ""

    def refs(self) -> tuple[RecordRef, ...]:
        """What stands in Odoo now."""
        there = {"posted", "updated", "kept"}
        return tuple(each.ref for each in self.advisories if each.ref is not None and each.status in there)


class Withdrawal(Frozen):
    """What was taken back of a card."""

    card: UUID
    advisories: tuple[Advisory, ...]
    by: str = ""
    """Who asked for it; empty where a card ended before its advice was recorded."""
    why: str = ""
    revision: int | None = None
    """The card's, where a person asked for it: until that changes, nothing is posted again by itself."""


class TicketsWhen(StrEnum):
    """When a draft ticket is made."""

    NEVER = "never"
    ADVISED = "advised"
    """Together with the note."""
    ACCEPTED = "accepted"
    """When a person has accepted or edited the suggestion."""


class Advice(Frozen):
    """Which advisories a card gets in Odoo."""

    note: bool = True
    """An internal note on the record."""
    tickets: TicketsWhen = TicketsWhen.ADVISED
    activity: bool = True
    """A review activity on the record, where no draft ticket is made."""
    notes_a_day: int = Field(default=3, ge=0)
    """New notes on one record and day; further cards wait without one, and those that stand are brought up to date."""
    project: str | None = None
    """Name of the project in which a draft task is made of what should be done later, once a person has accepted; none:
    it is only shown."""
    reviewer: str | None = None
    """Login of the user who is asked to review where the record has no user of its own."""

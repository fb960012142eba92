"""Where a ticket should go: team, type, tags, category and priority, each with why."""

from __future__ import annotations

import base64
from typing import Literal

from pydantic import Field

from triage.domain.answers import Answer
from triage.domain.base import Frozen, Moment

Slot = Literal["team", "ticket_type", "tag", "category", "priority"]
"""What of a ticket is chosen."""


class Route(Frozen):
    """What a company's policy says about tickets of one category, by the names that its Odoo uses."""

    team: str | None = None
    """Who gets the card."""
    ticket_type: str | None = None
    """Type of the draft ticket."""
    tags: tuple[str, ...] = ()
    """Tags of the draft ticket."""
    category: str | None = None
    """Category of the draft ticket in Odoo."""
    priority: str | None = None
    """Odoo's own value: `0` to `3`."""


class Choice(Frozen):
    """One value that is suggested, and why."""

    slot: Slot
    """Which value of the ticket it is."""
    value: str
    """The value, or the record's name."""
    id: int | None = None
    """Odoo's id, where the value is a record there."""
    source: Literal["policy", "history"]
    """Whether policy says so, or how people filled like tickets."""
    votes: int | None = None
    """How many like tickets had this value."""
    of: int | None = None
    """Of how many like tickets."""
    like: tuple[str, ...] = ()
    """Numbers of some of them."""
    why: str
    """`7 of 9 like tickets went to Logistics`."""


class Routing(Answer):
    """Where a ticket of this case should go. A slot without a choice is left to people."""

    task: str = "route"
    choices: tuple[Choice, ...] = ()
    undecided: tuple[str, ...] = ()
    """Slots that are left open, and why: `team: 4 of 9 like tickets went to Logistics, 3 to Quality`."""

    def choice(self, slot: Slot) -> Choice | None:
        """The choice for a slot, or none."""
        return next((choice for choice in self.choices if choice.slot == slot), None)


class Option(Frozen):
    """A team, type, tag or category as it exists in Odoo."""

    id: int
    name: str


class PastTicket(Frozen):
    """A ticket that was solved: where it went, and what it was like. None of its words."""

    number: str
    team: str | None = None
    ticket_type: str | None = None
    tags: tuple[str, ...] = ()
    category: str | None = None
    priority: str | None = None
    vector: str
    """Unit vector of its text, one byte a number (-127 to 127), base64."""

    @property
    def numbers(self) -> list[int]:
        """The vector's numbers."""
        return [byte - 256 if byte > 127 else byte for byte in base64.b64decode(self.vector)]


class RoutingBook(Frozen):
    """How one company routes: what exists in its Odoo, and where solved tickets went. Made by `triage odoo routes`."""

    company: str
    read_at: Moment
    model: str
    """What made the vectors: vectors of another model are not comparable."""
    teams: tuple[Option, ...] = ()
    ticket_types: tuple[Option, ...] = ()
    tags: tuple[Option, ...] = ()
    categories: tuple[Option, ...] = ()
    priorities: tuple[str, ...] = ()
    """Odoo's values, the lowest first."""
    tickets: tuple[PastTicket, ...] = Field(default=(), repr=False)

    def option(self, slot: Slot, name: str) -> Option | None:
        """What Odoo has under this name, upper and lower case alike."""
        there = {"team": self.teams, "ticket_type": self.ticket_types, "tag": self.tags, "category": self.categories}
        wanted = name.strip().casefold()
        return next((one for one in there.get(slot, ()) if one.name.strip().casefold() == wanted), None)

"""What arrives, and how it ends."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from triage.domain.base import Frozen, Moment


class RecordRef(Frozen):
    """Which record something is about: in Odoo, or a mail or file outside it."""

    model: str
    """Odoo model (`sale.order`), or `mail.message`, `file` and `row` for what is not in Odoo."""
    id: Annotated[int, Field(gt=-(2**53), lt=2**53)] | None
    """Odoo's integer id; none outside Odoo. Larger numbers have no canonical JSON."""
    name: str
    """What people call it: `S00042`, a Message-ID, a file name."""

    @property
    def key(self) -> str:
        """Stable text form, the same for every event on this record."""
        return f"{self.model}:{self.name if self.id is None else self.id}"


class Event(Frozen):
    """Something happened that may be an exception. Delivered at least once; `key` makes it idempotent."""

    key: str
    """Same key, same event. Hooks, sweeps and files derive it from what makes the event unique."""
    source: str
    """Where it came from: `file`, `odoo.hook`, `odoo.sweep`, `api`, `command`."""
    company: str
    """The company (Odoo's `res.company`) in whose stream it is recorded."""
    ref: RecordRef
    received_at: Moment


class Advised(Frozen):
    """At least one suggestion stands on a card."""

    kind: Literal["advised"] = "advised"
    cards: tuple[UUID, ...]
    """The cards that were made or updated, by id."""
    advisories: tuple[RecordRef, ...] = ()
    """Notes, activities and drafts that were published; empty in shadow mode."""


class NoException(Frozen):
    """The case was read and is no exception."""

    kind: Literal["no_exception"] = "no_exception"
    why: str


class Abstained(Frozen):
    """No suggestion could be made; the cards ask a person instead."""

    kind: Literal["abstained"] = "abstained"
    cards: tuple[UUID, ...]
    """The cards that ask, by id."""
    why: str


class Coalesced(Frozen):
    """Another event on the same record carries this one's outcome."""

    kind: Literal["coalesced"] = "coalesced"
    into: str
    """Key of the event that stands for this one, too."""


class Superseded(Frozen):
    """A newer event on the same record replaced this one before it was read."""

    kind: Literal["superseded"] = "superseded"
    by: str


class Gone(Frozen):
    """The record is no longer there, or was never visible to the service."""

    kind: Literal["gone"] = "gone"


class DeadLetter(Frozen):
    """All attempts failed; a person must look at it."""

    kind: Literal["dead_letter"] = "dead_letter"
    why: str


Outcome = Annotated[
    Advised | NoException | Abstained | Coalesced | Superseded | Gone | DeadLetter,
    Field(discriminator="kind"),
]
"""How an event ended. Exactly one is recorded for each event."""

"""What comes in at the door: a word that something may have happened, kept before anybody looks."""

from __future__ import annotations

from enum import StrEnum

from triage.domain.base import Frozen, Moment
from triage.domain.case import Case
from triage.domain.event import Outcome, RecordRef


class Door(StrEnum):
    """The way by which something came in."""

    HOOK = "hook"
    """Odoo's webhook: a model and an id, nothing more is believed."""
    BRIDGE = "bridge"
    """OCA's `ai_oca_bridge`, which may want an answer."""
    SIGNED = "signed"
    """A signed event of n8n, a carrier or an EDI gateway."""
    API = "api"
    SWEEP = "sweep"
    COMMAND = "command"


class Arrival(Frozen):
    """Something came in. It is kept in the inbox before it is acknowledged, and ends in exactly one outcome.

    It is about a record in Odoo (`ref`), which is read anew when its turn comes, or brings a case along (`case`).
    """

    key: str
    """The same source and key is the same arrival, however often it comes."""
    source: str
    """Name of the configured source, key or command that sent it."""
    door: Door
    ref: RecordRef
    company: str
    """The source's own company: in whose stream it is recorded while the record's company is not known."""
    case: Case | None = None
    """What the sender brought along, where there is no record to read."""
    answer_to: str | None = None
    """Path on the configured Odoo to which an answer is to be posted (`ai_oca_bridge`); never another server."""
    received_at: Moment
    due_at: Moment
    """Not to be looked at earlier: Odoo 18 calls before it commits."""


class ArrivalRecord(Frozen):
    """What became of an arrival: how it ended, or that a person had it tried again."""

    id: str
    """Id of the arrival in the inbox."""
    source: str
    """At which door it came in."""
    door: Door
    ref: RecordRef | None
    """None where what came in can no longer be read."""
    received_at: Moment
    outcome: Outcome | None
    """None: it was given up, and is tried again."""
    by: str | None = None
    """Who decided that, where a person did."""
    why: str = ""

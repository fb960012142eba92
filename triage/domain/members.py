"""Several cases on one card, because one and the same thing caused them."""

from __future__ import annotations

from enum import StrEnum

from triage.domain.answers import ActBy
from triage.domain.base import Frozen, Moment
from triage.domain.event import RecordRef
from triage.domain.taxonomy import Category, Severity


class Origin(Frozen):
    """What caused an exception, as far as facts show it: cases with the same one share a card."""

    key: str
    """`purchase.order:31`, `carrier:transline:2026-11-20`, `twin:P00012:S00077`."""
    text: str
    """For a reader: `P00031, due 2026-11-20`."""
    across: bool = False
    """Whether it joins cases of different companies: both sides of one order between them."""


class MemberState(StrEnum):
    """Where one case on a shared card stands, as a card of its own would."""

    OPEN = "open"
    AWAITING_SECOND = "awaiting_second"
    ACCEPTED = "accepted"
    EDITED = "edited"
    REJECTED = "rejected"
    RESOLVED = "resolved"
    """The facts no longer show it; nobody has said a word on it."""


class Member(Frozen):
    """One case on a card with several. What it says lies sealed under its own case's key, not here."""

    company: str
    """Whose record it is."""
    record: RecordRef
    category: Category
    subtype: str | None = None
    """The kind within the category, by the taxonomy."""
    severity: Severity
    second_person: bool = False
    """Whether two people must decide it."""
    act_by: ActBy | None = None
    joined_at: Moment
    """When it came to the card."""
    state: MemberState = MemberState.OPEN
    before: MemberState | None = None
    """Its state before the last word on it, so that the word can be taken back."""
    decided_at: Moment | None = None
    """When the last word on it was said."""

    @property
    def key(self) -> str:
        """How a decision names it."""
        return self.record.key

    @property
    def is_undecided(self) -> bool:
        """Whether somebody can still decide it."""
        return self.state in (MemberState.OPEN, MemberState.AWAITING_SECOND)

"""Several cases on one card, because one and the same thing caused them."""

from __future__ import annotations

from triage.domain.answers import ActBy
from triage.domain.base import Frozen, Moment
from triage.domain.event import RecordRef
from triage.domain.taxonomy import Category, Severity


class Origin(Frozen):
    """What caused an exception, as far as facts show it: cases with the same one share a card."""

    key: str
    """`purchase.order:31`, `stock.picking:9`, `carrier:transline`, `twin:P00012:S00077`."""
    text: str
    """For a reader: `P00031, due 2026-11-20`."""
    record: RecordRef | None = None


class Member(Frozen):
    """One case on a card with several. What it says lies sealed under its own key, not here."""

    company: str
    record: RecordRef
    category: Category
    severity: Severity
    act_by: ActBy | None = None
    joined_at: Moment

    @property
    def key(self) -> str:
        """How a decision names it."""
        return self.record.key

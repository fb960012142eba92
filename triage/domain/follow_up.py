"""What should be done later, so that the matter does not come again or is not forgotten: a suggestion, no order."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from triage.domain.base import Frozen


class FollowUpKind(StrEnum):
    """Which rule suggests it. Codes are stable."""

    RELEASE_GOODS = "release_goods"
    CONFIRM_DATE = "confirm_date"
    SOURCE_GOODS = "source_goods"
    FILE_CLAIM = "file_claim"
    INSPECT_RETURN = "inspect_return"
    REPAIR = "repair"
    ASK_APPROVAL = "ask_approval"
    CORRECT_RECORD = "correct_record"
    ASSIGN_LEAD = "assign_lead"
    DECIDE_LEAD = "decide_lead"


class FollowUp(Frozen):
    """A task that could be made of it. Nothing is made before a person has accepted the card."""

    kind: FollowUpKind
    about: str
    """The product, purchase, equipment, approval or record that it is about."""
    why: tuple[str, ...] = ()
    """Ids of the facts that it follows from."""
    due: date | None = None
    """A working day (Monday to Friday)."""


__all__ = ["FollowUp", "FollowUpKind"]

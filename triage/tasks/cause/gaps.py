"""What would decide between causes and is not in the case: questions for whoever looks into it."""

from __future__ import annotations

from collections.abc import Iterator

from triage.domain import CauseKind, HindranceKind
from triage.tasks.cause.points import Known

K = CauseKind
_ASK: dict[CauseKind, str] = {
    K.CREDIT: "a release, or the payment, from whoever may give it",
    K.CARRIER: "the carrier's answer to an enquiry",
    K.ADDRESS: "the right address from the customer",
    K.QUALITY_BLOCK: "the result of the inspection, and when it comes",
    K.EQUIPMENT_DOWN: "when it runs again",
    K.MASTER_DATA: "which record is wrong, and who corrects it",
}
_UNREAD: dict[CauseKind, tuple[HindranceKind, str]] = {
    K.ALLOCATION: (HindranceKind.RESERVED_ELSEWHERE, "which orders hold the stock"),
    K.PICKING_BACKLOG: (HindranceKind.BACKLOG, "how many transfers wait before it"),
    K.EQUIPMENT_DOWN: (HindranceKind.EQUIPMENT_DOWN, "a repair request that names the equipment"),
    K.STAFF: (HindranceKind.OPEN_SHIFTS, "the plan of shifts"),
}
"""What records of one sort would show, and none was read."""


def missing(kind: CauseKind, known: Known) -> Iterator[str]:
    """What is missing to prove or rule out a cause, in words."""
    case = known.view.case
    if kind is K.SUPPLIER_LATE and not case.purchases:
        yield "which purchase order brings the goods"
    elif kind is K.SUPPLIER_LATE and known.has("supply.days_late", "supply.cancelled", "purchase.days_late"):
        yield "a new date that the supplier confirms"
    if kind is K.CUSTOMER_CHANGE and not case.messages:
        yield "the customer's own word"
    if kind in _UNREAD and _UNREAD[kind][0] not in {each.kind for each in case.hindrances}:
        yield _UNREAD[kind][1]
    if kind in _ASK:
        yield _ASK[kind]

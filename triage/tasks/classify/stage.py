"""What a message wants is called by how far its order is: to cancel an order that was delivered is a return."""

from __future__ import annotations

import numpy as np

from triage.domain import Case, Category, ShipmentKind, View
from triage.tasks.classify.layer import CATEGORIES, SUBTYPE_NAMES, Floats, Weighed

_POSSIBLE = 0.05
"""The other reading must have at least this score where only facts make it the likelier one."""


def renamed(view: View, weighed: Weighed) -> tuple[Category, str] | None:
    """The category and subtype by which the order's stage calls what a text reads as; none where both agree."""
    ranked = [CATEGORIES[n] for n in np.argsort(-weighed.scores)]
    asked = ranked[0]
    if asked is Category.ORDER_CHANGE and _finer(weighed, asked) == "cancel" and _all_delivered(view.case):
        return Category.RETURNS, "return"
    if asked is Category.RETURNS and _nothing_left(view.case) and _score(weighed, Category.ORDER_CHANGE) >= _POSSIBLE:
        return Category.ORDER_CHANGE, _finer(weighed, Category.ORDER_CHANGE)
    billed_right = view.fact("invoice.as_ordered") is not None
    if billed_right and ranked[:2] == [Category.INVOICE, Category.PRICING] and _finer(weighed, asked) == "amount":
        # The invoice says what the order says: what is open is which price holds.
        return Category.PRICING, "contract"
    return None


def _score(weighed: Weighed, category: Category) -> float:
    return float(weighed.scores[CATEGORIES.index(category)])


def _finer(weighed: Weighed, category: Category) -> str:
    scores: Floats = weighed.subtypes
    owned = [n for n, (owner, _) in enumerate(SUBTYPE_NAMES) if owner is category]
    return SUBTYPE_NAMES[max(owned, key=lambda n: scores[n])][1]


def _all_delivered(case: Case) -> bool:
    return bool(case.order and case.lines) and all(line.delivered >= line.quantity > 0 for line in case.lines)


def _nothing_left(case: Case) -> bool:
    """Whether this is an order of which the records say that nothing has left the warehouse."""
    known = bool(case.order and case.lines and case.shipments)
    left = any(one.kind is ShipmentKind.OUTGOING and one.state == "done" for one in case.shipments)
    return known and not left and all(line.delivered == 0 for line in case.lines)

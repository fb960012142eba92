"""Exceptions beside the main one: what facts prove, and what a sentence of its own tells clearly."""

from __future__ import annotations

import re

import numpy as np

from triage.domain import Category, RecordRef, Role, Side, Suggestion, View
from triage.tasks.classify.choosing import PROOF, Reading
from triage.tasks.classify.layer import CATEGORIES
from triage.tasks.classify.pages import fact_evidence
from triage.tasks.classify.proofs import Use, shipped_proofs
from triage.tasks.classify.severity import weigh_severity
from triage.tasks.classify.signals import Signal

_OWN_TOPIC = 0.8
_HEARD = 0.15
_CAUSES_OF_DELAY = frozenset({Category.STOCK, Category.CREDIT, Category.SUPPLIER_CHANGE, Category.DATA})
_SIDES: dict[Role, Side] = {Role.CUSTOMER: Side.CUSTOMER, Role.SUPPLIER: Side.SUPPLIER, Role.CARRIER: Side.CARRIER}
_USUAL_SIDE: dict[Category, Side] = {
    Category.SUPPLIER_CHANGE: Side.SUPPLIER,
    Category.ORDER_CHANGE: Side.CUSTOMER,
    Category.RETURNS: Side.CUSTOMER,
    Category.CREDIT: Side.CUSTOMER,
    Category.DAMAGE_LOSS: Side.CARRIER,
}


def side_of(reading: Reading, category: Category, signal: Signal | None) -> Side:
    """Where an exception came from: as the fact says, else as the sender is, else as is usual."""
    if signal is not None and signal.strength >= PROOF:
        return signal.side
    if reading.page.role in _SIDES and category is not Category.SUPPLIER_CHANGE:
        return _SIDES[reading.page.role]
    if category in _USUAL_SIDE:
        return _USUAL_SIDE[category]
    return Side.CUSTOMER if reading.page.role is Role.UNKNOWN else Side.INTERNAL


def proven_beside(reading: Reading, main: Suggestion) -> list[Suggestion]:
    """Exceptions that facts prove beside the main one; lateness that the main one explains is its consequence."""
    explained = {Category.DELAY} if main.category in _CAUSES_OF_DELAY else set()
    found: dict[Category, Signal] = {}
    for one in reading.said:
        if one.strength >= PROOF and one.category not in {main.category, *explained}:
            found.setdefault(one.category, one)
    return [_from_signal(reading, one) for one in found.values()]


def _from_signal(reading: Reading, signal: Signal) -> Suggestion:
    weight = weigh_severity(reading.view.case, reading.view.facts, "", signal.category, signal.subtype)
    facts = [fact_evidence(one.fact) for one in reading.said if one.category is signal.category]
    return Suggestion(
        category=signal.category,
        subtype=signal.subtype,
        side=signal.side,
        severity=weight.severity,
        severity_why=weight.why,
        act_by=weight.act_by,
        confidence=shipped_proofs().confidence(Use.BESIDE, signal),
        evidence=tuple(facts),
    )


def told_beside(reading: Reading, main: Suggestion) -> list[Suggestion]:
    """A second exception that a sentence of its own tells clearly."""
    weighed = reading.weighed
    if weighed is None or len(reading.page.pieces) < 2 or main.category is Category.OTHER:
        return []
    own, known = weighed.alone, {main.category, CATEGORIES[int(weighed.scores.argmax())], Category.OTHER}
    for n in np.argsort(-weighed.attention):
        category = CATEGORIES[int(own[n].argmax())]
        clear = own[n].max() >= _OWN_TOPIC and weighed.attention[n] >= _HEARD
        if clear and category not in known and not reading.page.pieces[n].is_subject:
            return [_from_sentence(reading, category, int(n))]
    return []


def _from_sentence(reading: Reading, category: Category, n: int) -> Suggestion:
    piece = reading.page.pieces[n]
    weight = weigh_severity(reading.view.case, reading.view.facts, piece.text, category, None)
    return Suggestion(
        category=category,
        side=side_of(reading, category, None),
        severity=weight.severity,
        severity_why=weight.why,
        act_by=weight.act_by,
        evidence=(piece.evidence,),
        record=_record_named(reading.view, piece.text),
    )


def _record_named(view: View, text: str) -> RecordRef | None:
    """The one other order of the case that a sentence names."""
    known = {order.ref.name: order.ref for order in view.case.related if order.ref.name}
    named = [ref for name, ref in known.items() if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    return named[0] if len(named) == 1 else None

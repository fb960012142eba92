"""Which open cards are over, judged by what a record shows now. Pure; where there is doubt, a card stays.

A card ends as `resolved` where the facts that proved it are gone, where a later message of the thread closes the
matter, or where its order is over; as `superseded` where the same message is now read as something else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from triage.cards.proposals import judge
from triage.domain import (
    Card,
    CardState,
    Category,
    Ending,
    FactEvidence,
    Method,
    Mode,
    Policy,
    Quote,
    Role,
    Suggestion,
    View,
)
from triage.facts.reported import canonical
from triage.tasks.classify.claims import settled
from triage.tasks.classify.pages import read
from triage.tasks.classify.signals import Signal, on_time, signals

_PROOF = 0.8
"""A fact of this strength proves an exception; see `triage.tasks.classify.signals`."""
_SHOWS = 0.5
_OVER_WITH_DELIVERY = frozenset({Category.DELAY, Category.STOCK, Category.ORDER_CHANGE})
_OVER_WITH_CANCELLATION = _OVER_WITH_DELIVERY | {Category.PRICING, Category.CREDIT, Category.DATA}
_OUT_OF_PAPERS = ("confirmation.", "invoice.", "delivery.")


@dataclass(frozen=True)
class Now:
    """What the record shows now, and the cards that this has led to, new ones and brought up to date."""

    view: View
    policy: Policy
    put: Sequence[Card]
    at: datetime

    @cached_property
    def main(self) -> Suggestion:
        """The main suggestion as policy judges it."""
        assert self.view.classification is not None
        return judge(self.view.classification.suggestions[0], self.policy)

    @cached_property
    def signals(self) -> tuple[Signal, ...]:
        """What the facts say now."""
        return signals(self.view.facts)

    @cached_property
    def newest(self) -> str:
        """The newest message, subject and text."""
        message = self.view.newest
        return f"{message.subject}\n{message.body}" if message else ""

    @cached_property
    def settled(self) -> bool:
        """Whether the newest message closes the matter, and the classifier took it so."""
        page = read(self.view)
        words = [piece.text for piece in page.pieces if not piece.is_subject]
        closes = settled(words) is not None and page.role is not Role.SYSTEM
        return closes and self.main.category is Category.OTHER and self.main.abstained is None

    def show(self, category: Category) -> bool:
        """Whether a fact still shows such an exception. Lateness is over once the goods are there."""
        over = {"promise.days_late"} if self.view.fact("promise.arrived") else set()
        return any(
            one.category is category and one.strength >= _SHOWS and canonical(one.fact.name) not in over
            for one in self.signals
        )


def endings(waiting: Sequence[Card], now: Now) -> list[Ending]:
    """Which of a record's undecided cards are over, by what its newest event shows."""
    if now.view.classification is None or now.main.abstained is not None:
        return []
    put = {card.id for card in now.put}
    return [ending for card in waiting if card.id not in put and (ending := _ending(card, now)) is not None]


def _ending(card: Card, now: Now) -> Ending | None:
    if len(card.members) > 1 or now.policy.mode(card.key.category) is Mode.OFF or _sees_less(card, now):
        return None
    for why in (rule(card, now) for rule in _RULES):
        if why is not None:
            return Ending(card=card.id, state="resolved", why=why, at=now.at)
    return _replaced(card, now)


def _sees_less(card: Card, now: Now) -> bool:
    """Whether something could not be had this time that the card was made with: then nothing is gone for certain."""
    told = "\n".join(card.proposal.warnings)
    return any(what not in told for what in now.view.case.missing)


def _facts_gone(card: Card, now: Now) -> str | None:
    """The facts that proved it are gone, and no text of its own keeps it."""
    proofs = _proofs(card)
    if not proofs or now.show(card.key.category) or not _same_text(card, now):
        return None
    if any(proof.fact.name.startswith(_OUT_OF_PAPERS) for proof in proofs) and not _papers_agree(proofs, now):
        return None
    names = list(dict.fromkeys(proof.fact.name for proof in proofs))
    return f"the facts no longer show it: {', '.join(names)}"


def _proofs(card: Card) -> list[Signal]:
    """The facts that proved the card's category when it was last suggested."""
    named = {each.fact for each in card.proposal.suggestion.evidence if isinstance(each, FactEvidence)}
    return [
        one
        for one in signals(card.proposal.facts)
        if one.strength >= _PROOF and one.category is card.key.category and one.fact.id in named
    ]


def _same_text(card: Card, now: Now) -> bool:
    """Whether the classifier has judged the card's text again, without the facts: it is still the newest message.

    Of a message that others have followed, nobody has asked anew whether it alone would be an exception.
    """
    return all(quote.text in now.newest for quote in _quotes(card))


def _quotes(card: Card) -> list[Quote]:
    evidence = card.proposal.suggestion.evidence
    return [each for each in evidence if isinstance(each, Quote) and each.source.startswith("message:")]


def _papers_agree(proofs: Sequence[Signal], now: Now) -> bool:
    """Whether the documents were read this time so surely that a difference that is not there is gone."""
    if all(proof.fact.name.startswith("confirmation.") for proof in proofs):
        return now.view.fact("confirmation.agrees") is not None
    papers = now.view.papers
    exact = all(paper.abstained is None and paper.by.method in {Method.EMBEDDED, Method.XML} for paper in papers)
    return bool(papers) and exact


def _closed(card: Card, now: Now) -> str | None:
    """A later message closes the matter; by whoever raised it, or by one of ours."""
    quotes = _quotes(card)
    if not now.settled or now.show(card.key.category) or not quotes or any(q.text in now.newest for q in quotes):
        return None
    closing = now.view.newest
    raised = {m.role for m in now.view.case.messages for quote in quotes if quote.text in f"{m.subject}\n{m.body}"}
    if closing is None or closing.role not in raised | {Role.COLLEAGUE}:
        return None
    return "a later message says that the matter is settled"


def _order_over(card: Card, now: Now) -> str | None:
    order = now.view.case.order
    if order is None or card.proposal.record.key != order.ref.key:
        return None
    if order.state == "cancel" and card.key.category in _OVER_WITH_CANCELLATION:
        return f"{order.ref.name} was cancelled"
    arrived = now.view.fact("promise.arrived")
    if arrived is not None and card.key.category in _OVER_WITH_DELIVERY:
        return f"all goods of {order.ref.name} have arrived"
    return None


def _on_time(card: Card, now: Now) -> str | None:
    """Somebody asks where the goods are, and by now the facts say that they are on time."""
    fact = on_time(now.view.facts)
    if card.key.category is not Category.DELAY or fact is None or now.show(Category.DELAY):
        return None
    if now.main.category is not Category.OTHER or not _same_text(card, now):
        return None
    return f"the order is on time{f': {fact.how}' if fact.how and not fact.confidential else ''}"


def _answered(card: Card, now: Now) -> str | None:
    """The card only asked, and the same message is now surely no exception."""
    if card.proposal.suggestion.abstained is None or not _quotes(card) or not _same_text(card, now):
        return None
    over = now.main.category is Category.OTHER and not now.show(card.key.category)
    return "the same message is now surely read as no exception" if over else None


_RULES = (_facts_gone, _closed, _order_over, _on_time, _answered)


def _replaced(card: Card, now: Now) -> Ending | None:
    """The same message, or the same facts, are now read as something else. A person's word on it keeps a card."""
    new = next((each for each in now.put if each.proposal.suggestion.abstained is None), None)
    if new is None or card.state is not CardState.OPEN or now.show(card.key.category):
        return None
    quotes, old = _quotes(card), {e.fact for e in card.proposal.suggestion.evidence if isinstance(e, FactEvidence)}
    facts = {each.fact for each in new.proposal.suggestion.evidence if isinstance(each, FactEvidence)}
    same_message = bool(quotes) and _same_text(card, now)
    if not same_message and not (not quotes and old and old <= facts):
        return None
    category = new.key.category.value.replace("_", " ")
    return Ending(card=card.id, state="superseded", why=f"is now read as {category}", at=now.at, by=new.id)

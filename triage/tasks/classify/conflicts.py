"""Where a message and the facts say different things: said on the card, so that nobody has to find it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from triage.domain import Category, Fact

_CLEAR = 0.5
"""Share of a text's votes from which it reads as something."""
_EXPLAIN_A_DELAY = frozenset(
    {Category.STOCK, Category.CREDIT, Category.SUPPLIER_CHANGE, Category.DATA, Category.PRICING, Category.DAMAGE_LOSS}
)


def reads_otherwise(asked: Category, shown: Category, score: float) -> bool:
    """Whether a text clearly reads as another exception than the facts show.

    Who asks where the goods are does not contradict the reason why they are not there.
    """
    if asked in {shown, Category.OTHER} or score < _CLEAR:
        return False
    return not (asked is Category.DELAY and shown in _EXPLAIN_A_DELAY)


def conflicts(
    *,
    facts: Iterable[Fact],
    chosen: Category,
    proof: Fact | None,
    asked: Category,
    score: float,
    live: Sequence[Fact],
    missed: bool,
    punctual: Fact | None,
) -> tuple[str, ...]:
    """One sentence for each contradiction; `live` are exceptions that the facts show though the message closes."""
    found: list[str] = []
    if proof is not None and reads_otherwise(asked, chosen, score):
        found.append(f"the message reads as {asked.value}, the facts show {chosen.value}{_how(proof)}")
    if live:
        found.append(f"the message says that the matter is settled, the facts still show an exception{_how(live[0])}")
    if missed:
        found.append("the message says that nothing was received, the facts say otherwise" + _all(_arrivals(facts)))
    if punctual is not None and chosen is Category.DELAY:
        found.append(f"the message speaks of a delay, the facts say that the order is on time{_how(punctual)}")
    return tuple(found)


def _arrivals(facts: Iterable[Fact]) -> Iterator[Fact]:
    return (fact for fact in facts if fact.name in {"shipment.delivered", "shipment.signed_by", "shipment.unsigned"})


def _how(fact: Fact) -> str:
    """The computation in words; nothing of a fact that not every reader may see."""
    return f": {fact.how}" if fact.how and not fact.confidential else ""


def _all(facts: Iterable[Fact]) -> str:
    told = [fact.how for fact in facts if fact.how and not fact.confidential]
    return f": {'; '.join(told)}" if told else ""

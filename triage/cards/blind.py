"""The blind sample: of a few cards a person is asked for their own view before they see the suggestion.

Whoever has seen a suggestion tends to agree with it. These answers are the labels that it has not led.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from triage.audit.journal import Journal
from triage.cards.store import CardStore
from triage.domain import BlindChoice, Card, CardState, Category, utc
from triage.errors import DecisionRefused
from triage.storage import outcomes, records
from triage.storage.keys import Keys

_PARTS = 1 << 32


def is_chosen(card: Card, share: float, keys: Keys) -> bool:
    """Whether a card belongs to the sample: by a keyed hash of its id, so always alike and foreseen by nobody.

    Only cards that nobody has decided on, that suggest a category, and that are about one case.
    """
    if card.state is not CardState.OPEN or card.decisions or card.members:
        return False
    if card.proposal.suggestion.abstained is not None:
        return False
    return is_drawn(str(card.id), share, keys)


def is_drawn(card: str, share: float, keys: Keys) -> bool:
    """Whether the hash of a card's id falls into the share, whatever stands on the card: no content is needed."""
    return int(keys.keyed_hash("blind", card)[:8], 16) < share * _PARTS


def is_unseen(card: Card, share: float, journal: Journal) -> bool:
    """Whether somebody is asked for their own view of the card, and nobody has given it."""
    return is_chosen(card, share, journal.keys) and not outcomes.blind_of(journal.database, [str(card.id)])


def choose(
    handle: str, by: str, category: Category | None, cards: CardStore, journal: Journal, clock: Callable[[], datetime]
) -> Card:
    """Record what somebody takes a card for (none: they cannot tell), before they saw what it suggests.

    The first one's view counts. Raises `DecisionRefused` where somebody gave theirs before, or the card is closed.
    """
    with journal.database.locked((records.stream_lock(cards.get(handle).key.company),)):
        card = cards.get(handle)
        if card.state is not CardState.OPEN:
            raise DecisionRefused(f"card #{card.number} is closed or decided: {card.state.value}.").coded(
                "closed", number=card.number, state=card.state
            )
        now = clock()
        kept = outcomes.Blind("" if category is None else category.value, journal.keys.subject_hash(by), utc(now))
        if not outcomes.put_blind(journal.database, str(card.id), kept):
            raise DecisionRefused(f"card #{card.number}: somebody gave their own view of it before you.").coded(
                "blind_given", number=card.number
            )
        journal.record(
            stream=card.key.company,
            kind="blind",
            case=cards.case_key(card),
            event=card.events[-1],
            value=BlindChoice(
                card=card.id, category=category, suggested=card.proposal.suggestion.category, by=by, at=now
            ),
            subjects=[by],
        )
        return card

"""What came of cards: who decided (hashed), whether the suggested category stood, and what somebody chose unseen."""

from __future__ import annotations

from dataclasses import dataclass

from triage.domain import Card, ReasonCode, Verdict, utc
from triage.storage.database import Database
from triage.storage.keys import Keys

_DECIDED = {"accepted", "edited", "rejected"}


@dataclass(frozen=True, slots=True)
class Blind:
    """A choice that somebody made before they saw the suggestion."""

    category: str
    """Empty where they could not tell."""
    by: str
    """Keyed hash of the name."""
    at: str


def put(database: Database, card: Card, keys: Keys) -> None:
    """Bring a card's outcome up to date. Only inside the transaction that writes the card."""
    if card.state.value not in _DECIDED or not card.decisions:
        database.execute(
            "UPDATE outcomes SET decided_at = NULL, decided_by = NULL, stood = NULL WHERE card = ?", (str(card.id),)
        )
        return
    last = card.decisions[-1]
    values = (utc(last.at), keys.subject_hash(last.by), stood(card))
    database.execute(
        "INSERT INTO outcomes (card, decided_at, decided_by, stood) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (card) DO UPDATE SET decided_at = excluded.decided_at, decided_by = excluded.decided_by,"
        " stood = excluded.stood",
        (str(card.id), *values),
    )


def stood(card: Card) -> int | None:
    """Whether the suggested category was right: 1, 0, or none where the last word says nothing of it."""
    last = card.decisions[-1]
    if card.members or card.proposal.suggestion.abstained is not None:
        return None
    if last.verdict is Verdict.REJECT:
        return 0 if last.reason is ReasonCode.WRONG_CATEGORY else None
    edits = [one.changes for one in card.decisions if one.verdict is Verdict.EDIT and one.changes]
    return int(all(change.category in (None, card.proposal.suggestion.category) for change in edits))


def put_blind(database: Database, card: str, choice: Blind) -> bool:
    """Keep the first choice made unseen; false where there is one. Only inside a transaction."""
    changed = database.execute(
        "INSERT INTO outcomes (card, blind, blind_by, blind_at) VALUES (?, ?, ?, ?) ON CONFLICT (card) DO UPDATE SET"
        " blind = excluded.blind, blind_by = excluded.blind_by, blind_at = excluded.blind_at"
        " WHERE outcomes.blind_at IS NULL",
        (card, choice.category, choice.by, choice.at),
    )
    return changed == 1


def blind_of(database: Database, cards: list[str]) -> set[str]:
    """Those of the cards of which somebody made a choice unseen."""
    if not cards:
        return set()
    sql = f"SELECT card FROM outcomes WHERE blind_at IS NOT NULL AND card IN ({', '.join('?' * len(cards))})"  # noqa: S608
    return {str(row[0]) for row in database.query(sql, cards)}

"""Takes away what closed cards say, when policy's time for `card` is up: the card stays, as one of an erased case does.

The content is sealed anew, empty, under a key that was deleted before: verification, pages and queries know such cards
already. Records of the card go by their own kind and step.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from triage.audit import retention, sealing
from triage.audit.checkpoints import STORE
from triage.audit.journal import Journal
from triage.domain import Card, Removal, utc
from triage.errors import KeyMissing, NewerRecord
from triage.storage import cards, members, queue
from triage.storage.cards import CardRow
from triage.storage.keys import Keys

NAME = "card"
"""By what policy's `retention` calls it."""
_AT_ONCE = 200
_Row = tuple[CardRow, list[tuple[str, str]]]
"""A card, with ids and companies of its cases."""


def due(journal: Journal, company: str, days: int, now: datetime) -> Iterator[CardRow]:
    """Closed cards that have not changed for so many days, can be read, and have no case on hold."""
    for row, _ in _free(journal, list(_readable(journal, company, days, now))):
        yield row


def _free(journal: Journal, rows: list[_Row]) -> list[_Row]:
    """Those of which no case is on hold."""
    on_hold = retention.held(journal, [case for _, cases in rows for case, _ in cases])
    return [(row, cases) for row, cases in rows if on_hold.isdisjoint(case for case, _ in cases)]


def _readable(journal: Journal, company: str, days: int, now: datetime) -> Iterator[_Row]:
    """Closed cards whose time is up and that can be read."""
    for row in cards.closed_before(journal.database, company, utc(now - timedelta(days=days))):
        try:
            content = sealing.unseal(row.sealed, journal.keys, row.case_id, row.place())
            card = sealing.decode(content, reading=True)
        except (KeyMissing, NewerRecord):
            continue
        if isinstance(card, Card):
            yield row, retention.cases_of(journal, card, row.case_id)


def _forget_unreadable(journal: Journal, company: str, days: int, now: datetime) -> None:
    """Of closed cards whose content is gone, what earlier versions left of them in the queue goes with it."""
    telling = queue.telling(journal.database, company)
    closed = cards.closed_before(journal.database, company, utc(now - timedelta(days=days))) if telling else []
    gone = [row.id for row in closed if row.id in telling and not journal.keys.has(sealing.key_id(row.sealed))]
    for start in range(0, len(gone), _AT_ONCE):
        queue.forget(journal.database, *gone[start : start + _AT_ONCE])


def key_case(keys: Keys, now: datetime, step: int) -> str:
    """Case of the key that cards are sealed with anew in a step (from 0) of a run that began at `now`."""
    return keys.case_id(STORE, f"cards:{utc(now)}:{step * _AT_ONCE}")


def apply(journal: Journal, company: str, days: int, now: datetime, by: str) -> int:
    """Take their content away; returns of how many. What was taken away stands in a record of the chain first."""
    _forget_unreadable(journal, company, days, now)
    # Looked at before a key is made, and again under the locks: for what is on hold none is needed.
    found = _free(journal, list(_readable(journal, company, days, now)))
    emptied = 0
    for start in range(0, len(found), _AT_ONCE):
        some = found[start : start + _AT_ONCE]
        case = key_case(journal.keys, now, start // _AT_ONCE)
        key = journal.keys.key_for(case)
        journal.keys.delete(case, at=now)
        nothing = sealing.encode(None)
        with journal.database.locked(retention.locks([company, *(one for _, cases in some for _, one in cases)])):
            going = [row for row, _ in _free(journal, some)]
            if not going:
                continue
            journal.record(
                stream=company,
                kind="retention",
                case=journal.keys.case_id(STORE, "retention"),
                event=None,
                value=Removal(
                    kinds=(NAME,),
                    before=now - timedelta(days=days),
                    count=len(going),
                    cards=tuple(UUID(row.id) for row in going),
                    by=by,
                    at=now,
                ),
            )
            for row in going:
                if not cards.seal_anew(journal.database, row, sealing.seal(nothing, key, row.place())):
                    continue  # somebody took a word back meanwhile
                queue.forget(journal.database, row.id)
                for member in members.of_card(journal.database, row.id):
                    members.seal_anew(journal.database, member, sealing.seal(nothing, key, member.place()))
        emptied += len(going)
    return emptied

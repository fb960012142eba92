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


def due(journal: Journal, company: str, days: int, now: datetime) -> Iterator[CardRow]:
    """Closed cards that have not changed for so many days, can be read, and have no case on hold."""
    for row, cases in _readable(journal, company, days, now):
        if not retention.held(journal, [case for case, _ in cases]):
            yield row


def _readable(
    journal: Journal, company: str, days: int, now: datetime
) -> Iterator[tuple[CardRow, list[tuple[str, str]]]]:
    """Closed cards whose time is up and that can be read, each with ids and companies of its cases."""
    for row in cards.closed_before(journal.database, company, utc(now - timedelta(days=days))):
        try:
            content = sealing.unseal(row.sealed, journal.keys, row.case_id, row.place())
            card = sealing.decode(content, reading=True)
        except (KeyMissing, NewerRecord):
            continue
        if isinstance(card, Card):
            yield row, retention.cases_of(journal, card, row.case_id)


def _unreadable(journal: Journal, company: str, days: int, now: datetime) -> Iterator[CardRow]:
    """Closed cards whose content is gone: what earlier versions left of them in the queue goes with it."""
    for row in cards.closed_before(journal.database, company, utc(now - timedelta(days=days))):
        if not journal.keys.has(sealing.key_id(row.sealed)):
            yield row


def key_case(keys: Keys, now: datetime, step: int) -> str:
    """Case of the key that cards are sealed with anew in a step (from 0) of a run that began at `now`."""
    return keys.case_id(STORE, f"cards:{utc(now)}:{step * _AT_ONCE}")


def apply(journal: Journal, company: str, days: int, now: datetime, by: str) -> int:
    """Take their content away; returns of how many. What was taken away stands in a record of the chain first."""
    found = list(_readable(journal, company, days, now))
    emptied = 0
    for row in list(_unreadable(journal, company, days, now)):
        queue.forget(journal.database, row.id)
    for start in range(0, len(found), _AT_ONCE):
        some = found[start : start + _AT_ONCE]
        case = key_case(journal.keys, now, start // _AT_ONCE)
        key = journal.keys.key_for(case)
        journal.keys.delete(case, at=now)
        nothing = sealing.encode(None)
        with journal.database.locked(retention.locks([company, *(one for _, cases in some for _, one in cases)])):
            on_hold = retention.held(journal, [case for _, cases in some for case, _ in cases])
            going = [row for row, cases in some if on_hold.isdisjoint(case for case, _ in cases)]
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

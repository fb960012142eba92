"""Cards in the store: one open card for each company, record and category; every change by compare-and-set."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import cast
from uuid import UUID

from uuid_utils.compat import uuid7

from triage.audit import sealing
from triage.cards import clusters
from triage.cards.sharing import Sharing
from triage.cards.situating import Situation
from triage.cards.updating import before_of
from triage.domain import Before, Card, CardKey, CardState, Proposal, RecordRef, utc
from triage.errors import ChainBroken, Conflict, KeyMissing, NewerRecord, StoreError, UsageError
from triage.storage import cards as rows
from triage.storage import members, outcomes, queue, records
from triage.storage.cards import CardRow
from triage.storage.database import Database
from triage.storage.keys import Keys

_SHORTEST_PREFIX = 8
_NOWHERE = Situation()


class CardStore:
    """Puts, finds and changes cards. Content is sealed with the key of the case that it came from.

    That is the case of the event which last changed the proposal: erasing that case erases the card's content with
    it, and a card whose content was replaced by a later case does not outlive that one's erasure either.
    """

    def __init__(self, database: Database, keys: Keys, clock: Callable[[], datetime]) -> None:
        keys.belong_to(database)
        self._database = database
        self._keys = keys
        self._clock = clock
        self.sharing = Sharing(database, keys)
        """The cases that share a card with others."""

    def may_note(self, card: Card, most: int) -> bool:
        """Whether a card may have a note on its record today, which then counts; what stands may be brought up to date.

        `most` is how many new notes a record may get in a day.
        """
        record = self._record_hash(card.proposal)
        with self._database.locked((records.stream_lock(card.key.company),)):
            if members.has_note(self._database, str(card.id)):
                return True
            day = utc(self._clock())[:10]
            return members.may_note(self._database, card.key.company, record, day, str(card.id), most)

    def put(self, proposal: Proposal, event: str, at: Situation = _NOWHERE) -> Card:
        """The card of this proposal, new or brought up to date; `event` is the key of the event that led to it.

        `at` is where its case stands, for figures.

        While a card of the same company, record and category can be decided, it is updated; an identical proposal
        only adds the event. A first person's word does not survive a change of what it confirmed: the card is open
        again. Otherwise a new card begins the next episode. Joins the transaction that is open.
        """
        with self._database.locked(self._locks(proposal)):
            record = self._record_hash(proposal)
            row = rows.open_card(self._database, proposal.company, record, proposal.suggestion.category.value)
            card = None if row is None else self._readable(row)
            if row is not None and card is None:
                rows.expire_unreadable(self._database, row)
                queue.close(self._database, row.id)
            if row is None or card is None:
                shared = self._share(proposal, event)
                return shared or self._situated(self._begin(proposal, event, record), at)
            return self._situated(self._update(card, row, proposal, event), at)

    def get(self, handle: str | UUID | int) -> Card:
        """The card with this number (`7`, `#7`), id, or start of an id (8 characters or more).

        Raises `UsageError` where none or several fit, `KeyMissing` where its content was erased.
        """
        return self._open(self._find(handle))

    def all(self, state: CardState | None = None, limit: int | None = None, offset: int = 0) -> list[Card]:
        """Cards by number, without those whose content was erased."""
        found = rows.page(self._database, None if state is None else state.value, limit, offset)
        return self._readable_of(found)

    def page(self, only: Mapping[str, Sequence[str]], limit: int, after: int = 0) -> tuple[list[Card], int | None]:
        """Cards by number after this one, chosen by company, category, severity, state or team; erased ones left out.

        Also the number after which the next page begins, none where this is the last. What is added or decided
        meanwhile moves no card from one page to another.
        """
        found = rows.chosen(self._database, only, after, limit + 1)
        more = found[limit - 1].number if len(found) > limit else None
        return self._readable_of(found[:limit]), more

    def numbered(self, numbers: Sequence[int]) -> list[Card]:
        """The cards with these numbers, by number, without erased ones."""
        return self._readable_of(rows.by_numbers(self._database, numbers))

    def of_event(self, event: str, company: str) -> list[Card]:
        """Cards that the company's event with this key made or updated, by number, without erased ones."""
        return self._readable_of(rows.of_event(self._database, self._keys.event_id(event), company))

    def changed_since(self, moment: datetime, after: int, limit: int) -> tuple[list[Card], tuple[datetime, int] | None]:
        """Cards that can be decided and were changed since then, by time and number, without erased ones; `after` is
        the number of the last one that was seen of this very moment.

        Also where the next page begins; none where there was nothing.
        """
        found = rows.changed_since(self._database, utc(moment), after, limit)
        last = (datetime.fromisoformat(found[-1].updated_at), found[-1].number) if found else None
        return self._readable_of(found), last

    def waiting_on(self, company: str, record: RecordRef) -> list[Card]:
        """The cards of a record that somebody can still decide, by number, without erased ones."""
        return self._readable_of(rows.waiting_on(self._database, company, self._keyed(company, record)))

    def of_record(self, company: str, record: RecordRef, limit: int) -> tuple[list[Card], int]:
        """All cards of a record, the newest first, without erased ones; and how many were erased."""
        found = rows.of_record(self._database, company, self._keyed(company, record), limit)
        cards = self._readable_of(found)
        return cards, len(found) - len(cards)

    def before(self, company: str, record: RecordRef) -> Before | None:
        """What the record's newest card said; none where there is none that this version can bring up to date."""
        row = rows.newest_of_record(self._database, company, self._keyed(company, record))
        card = None if row is None else self._readable(row)
        if card is None:
            card = next(iter(self.alone_on(company, record)), None)
        return None if card is None else before_of(card)

    def alone_on(self, company: str, record: RecordRef) -> list[Card]:
        """Cards that the record's case shares with others and on which it waits, each as it would be for it alone."""
        found: list[Card] = []
        ids = [str(card.id) for card in self.waiting_on(company, record) if card.members]
        for host in dict.fromkeys((*ids, *self.sharing.cards_of(company, record))):
            row = rows.by_id(self._database, host)
            card = None if row is None else self._readable(row)
            member = None if card is None else clusters.find(card, company, record.key)
            if card is not None and member is not None and member.is_undecided:
                proposal = self.sharing.proposal(card, member)
                found += [clusters.alone(card, member, proposal)] if proposal else []
        return found

    def waiting(self, limit: int, after: int = 0) -> list[Card]:
        """Cards that somebody can still decide, by number, from the one after number `after`; without erased ones."""
        return self._readable_of(rows.waiting(self._database, after, limit))

    def revisions_waiting(self, models: Sequence[str]) -> dict[str, int]:
        """Of every card on a record of these models that can still be decided: its id and revision, by number.

        Nothing is decrypted for it; erased ones are among them.
        """
        return rows.revisions_waiting(self._database, models)

    def ended_since(self, moment: datetime) -> list[Card]:
        """Cards that ended without anybody's word since a time, by number, without erased ones."""
        return self._readable_of(rows.ended_since(self._database, utc(moment)))

    def now(self) -> datetime:
        """The time by the store's clock."""
        return self._clock()

    def save(self, card: Card, expected_revision: int) -> Card:
        """Store a changed card over the revision that was seen; returns it as stored, one revision on.

        Raises `Conflict` where somebody else changed it since, `StoreError` where there is no such card.
        """
        with self._database.locked((records.stream_lock(card.key.company),)):
            row = rows.by_id(self._database, str(card.id))
            if row is None:
                raise StoreError(f"card #{card.number} ({card.id}) is not in this store.")
            if row.revision != expected_revision:
                raise Conflict(
                    f"card #{row.number} has changed: it is at revision {row.revision}, you saw {expected_revision}. "
                    "Look at it again."
                ).coded("changed", number=row.number)
            stored = self._open(row)
            if (stored.key, stored.number) != (card.key, card.number):
                raise UsageError(f"card #{row.number}: key and number of a card never change.").coded(
                    "changed", number=row.number
                )
            # An identical proposal adds events without a new revision; they stay.
            changed = card.with_(revision=expected_revision + 1, events=_merged(stored.events, card.events))
            self._replace(row, self._sealed(changed, row.case_id), expected_revision)
            self.sharing.settle(changed)
            self._enqueue(changed)
            return changed

    def case_key(self, card: Card) -> str:
        """Id of the case whose key seals this card: what a decision on it is recorded under."""
        row = rows.by_id(self._database, str(card.id))
        if row is None:
            raise StoreError(f"card #{card.number} ({card.id}) is not in this store.")
        return row.case_id

    def _locks(self, proposal: Proposal) -> tuple[str, ...]:
        stream = records.stream_lock(proposal.company)
        return (stream, members.LOCK) if proposal.origins else (stream,)

    def _share(self, proposal: Proposal, event: str) -> Card | None:
        """The card of another case that this one is on, or joins because the same thing caused it; none: there is none.

        Only records of Odoo join: what they are called is nobody's name.
        """
        waiting = self.sharing.waiting(proposal)
        for host in [waiting.card] if waiting else self.sharing.hosts(proposal):
            row = rows.by_id(self._database, host)
            card = None if row is None else self._readable(row)
            if row is None or card is None:
                continue
            if waiting is not None:
                changed = clusters.renewed(card, proposal)
            elif clusters.may_host(card, proposal):
                changed = clusters.joined(card, proposal, self._clock())
            else:
                continue
            changed = changed.with_(
                events=_merged(card.events, (event,)), revision=card.revision + 1, updated_at=self._clock()
            )
            self._replace(row, self._sealed(changed, row.case_id), card.revision)
            self._enqueue(changed)
            rows.add_event(self._database, str(card.id), self._keys.event_id(event))
            self.sharing.keep(changed, proposal, self._case_of(proposal, event))
            self.sharing.note(changed, proposal)
            return changed
        return None

    def _begin(self, proposal: Proposal, event: str, record: str) -> Card:
        now = self._clock()
        category = proposal.suggestion.category
        episode = rows.last_episode(self._database, proposal.company, record, category.value) + 1
        card = Card(
            id=uuid7(timestamp=int(now.timestamp()), nanos=now.microsecond * 1000),
            number=rows.next_number(self._database),
            key=CardKey(company=proposal.company, record=proposal.record.key, category=category, episode=episode),
            proposal=proposal,
            events=(event,),
            created_at=now,
            updated_at=now,
        )
        rows.insert(self._database, self._sealed(card, self._case_of(proposal, event)))
        self.sharing.note(card, proposal)
        self._enqueue(card)
        rows.add_event(self._database, str(card.id), self._keys.event_id(event))
        return card

    def _update(self, card: Card, row: CardRow, proposal: Proposal, event: str) -> Card:
        same = card.proposal == proposal
        if same and event in card.events:
            return card
        changed = card.with_(events=_merged(card.events, (event,)), updated_at=self._clock())
        case = row.case_id
        if not same:
            state = card.state if _confirms_alike(card.proposal, proposal) else CardState.OPEN
            changed = changed.with_(proposal=proposal, revision=card.revision + 1, state=state)
            changed = clusters.renewed(changed, proposal)
            case = self._case_of(proposal, event)
            self.sharing.note(changed, proposal)
        self._replace(row, self._sealed(changed, case), card.revision)
        self._enqueue(changed)
        rows.add_event(self._database, str(card.id), self._keys.event_id(event))
        return changed

    def _replace(self, row: CardRow, changed: CardRow, expected_revision: int) -> None:
        # What a newer version wrote beyond what is known here would be lost: `NewerRecord`.
        sealing.decode(sealing.unseal(row.sealed, self._keys, row.case_id, row.place()))
        rows.replace(self._database, changed, expected_revision)

    def _situated(self, card: Card, at: Situation) -> Card:
        if at != _NOWHERE:
            queue.situate(self._database, str(card.id), at.site, at.segment, at.channel)
        return card

    def _enqueue(self, card: Card) -> None:
        queue.put(self._database, card, queue.hash_of_name(self._keys, card.proposal.record.name))
        outcomes.put(self._database, card, self._keys)

    def _find(self, handle: str | UUID | int) -> CardRow:
        text = str(handle).strip().lower()
        number = re.fullmatch(r"#?([1-9][0-9]*)", text)
        if number:
            row = rows.by_number(self._database, int(number[1]))
            found = [] if row is None else [row]
        elif len(text) >= _SHORTEST_PREFIX and re.fullmatch(r"[0-9a-f-]+", text):
            found = rows.by_prefix(self._database, text)
        else:
            raise UsageError(f"{handle!r} names no card: give its number (7 or #7) or at least 8 characters of its id.")
        if not found:
            raise UsageError(f"there is no card {handle}.")
        if len(found) > 1:
            numbers = ", ".join(f"#{row.number}" for row in found)
            raise UsageError(f"{handle} could be any of {numbers}: give the number.")
        return found[0]

    def _case_of(self, proposal: Proposal, event: str) -> str:
        known = records.case_of_event(self._database, self._keys.event_id(event), proposal.company)
        return known or self._keys.case_id(proposal.company, proposal.record.key)

    def _record_hash(self, proposal: Proposal) -> str:
        return self._keyed(proposal.company, proposal.record)

    def _keyed(self, company: str, record: RecordRef) -> str:
        return self._keys.keyed_hash("record", company, record.key)

    def _sealed(self, card: Card, case: str) -> CardRow:
        proposal = card.proposal
        row = CardRow(
            id=str(card.id),
            number=card.number,
            company=card.key.company,
            model=proposal.record.model,
            record=self._record_hash(proposal),
            category=card.key.category.value,
            episode=card.key.episode,
            severity=card.severity.value,
            state=card.state.value,
            team=proposal.team,
            revision=card.revision,
            created_at=utc(card.created_at),
            updated_at=utc(card.updated_at),
            case_id=case,
            sealed=b"",
        )
        return row.with_sealed(sealing.seal(sealing.encode(card), self._keys.key_for(case), row.place()))

    def _readable(self, row: CardRow, keys: sealing.Secrets | None = None) -> Card | None:
        try:
            return self._open(row, keys)
        except KeyMissing:
            return None

    def _readable_of(self, found: Iterable[CardRow]) -> list[Card]:
        rows_ = list(found)
        keys = self._keys.together(sealing.key_id(row.sealed) for row in rows_)
        cards: list[Card] = []
        for row in rows_:
            with suppress(NewerRecord):  # a card that only a newer version understands is shown there
                if (card := self._readable(row, keys)) is not None:
                    cards.append(card)
        return cards

    def _open(self, row: CardRow, keys: sealing.Secrets | None = None) -> Card:
        try:
            content = sealing.unseal(row.sealed, keys or self._keys, row.case_id, row.place())
            return cast(Card, sealing.decode(content, reading=True))
        except KeyMissing as error:
            raise KeyMissing(f"card #{row.number}: its content cannot be read. {error}") from error
        except ChainBroken as error:
            raise ChainBroken(f"card #{row.number}: its row was changed outside this software.") from error


def streams_of(card: Card) -> tuple[str, ...]:
    """The locks of all streams in which something about a card is recorded: its own, and those of the cases on it."""
    companies = {card.key.company, *(member.company for member in card.members)}
    return tuple(records.stream_lock(company) for company in sorted(companies))


def _merged(events: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*events, *more)))


def _confirms_alike(old: Proposal, new: Proposal) -> bool:
    """Whether a word on the old proposal is also a word on the new one."""
    before, after = old.suggestion, new.suggestion
    return (
        (before.category, before.subtype, before.secondary, before.side, before.severity, before.abstained is None)
        == (after.category, after.subtype, after.secondary, after.side, after.severity, after.abstained is None)
        and old.record == new.record
        and old.second_person == new.second_person
    )

"""What the store tells: the cards of a period, when people first did something about them, and what arrived."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from triage.audit.journal import open_record
from triage.audit.sealing import key_id
from triage.cards.store import CardStore
from triage.domain import Act, ArrivalRecord, Card, CardState, DeadLetter, Frozen, Handling, utc
from triage.errors import KeyMissing, NewerRecord
from triage.reports.estimates import Waits
from triage.reports.periods import Period, Scope
from triage.storage import desk_figures, figures, records, reported
from triage.storage.database import Database
from triage.storage.keys import Keys
from triage.storage.records import Record

_PAGE = 500
_SITUATION = ("site", "segment", "channel")
_CLOCKS = timedelta(hours=1)
"""The clocks of workers are not further apart than that."""
_FIRST = frozenset({Act.CLAIM, Act.HAND_OVER, Act.UNDO})
"""Acts that say that somebody has begun with a card; `UNDO`: that they had decided it, a minute before at the most."""


@dataclass(frozen=True)
class Arrived:
    """How arrivals of one source ended."""

    source: str
    done: int
    """Came to an end of their own."""
    dead: int
    """Given up: they wait for a person, or a person discarded them."""


class Cards:
    """Reads of one store."""

    def __init__(self, database: Database, keys: Keys, cards: CardStore) -> None:
        self._database = database
        self._keys = keys
        self._cards = cards

    def called(self, scope: Scope) -> list[str]:
        """The company of a scope as the store writes it, however its name was typed."""
        there = desk_figures.companies(self._database)
        return [name for name in there if scope.has(name, "")] or [scope.value]

    def before(self, until: datetime, companies: Sequence[str] | None = None) -> Iterator[Card]:
        """Cards (of these companies) that came into being before a moment, by number, without erased ones; read as they
        are used.
        """
        return (card for card in self._all(companies) if card.created_at < until)

    def first_actions(self, cards: Sequence[Card], until: datetime) -> Waits:
        """From a card's coming into being until somebody claimed it, handed it to a colleague, or decided it, whatever
        became of that since: a decision that was taken back counts at the time of that, a minute later at the most.
        Cards that ended by themselves, or on which nobody had done anything by then, count as not
        yet."""
        done = self._first_acts([str(card.id) for card in cards])
        hours, seen, people = [], [], set()
        for card in cards:
            acts = [(each.at, each.by) for each in card.decisions]
            acts += [done[str(card.id)]] if str(card.id) in done else []
            first = min((act for act in acts if act[0] < until), default=None)
            end = first[0] if first else min(card.ended.at if card.ended else until, until)
            hours.append(max(0.0, (end - card.created_at).total_seconds() / 3600))
            seen.append(first is not None)
            people.update([first[1].casefold()] if first else [])
        return Waits(tuple(hours), tuple(seen), len(people))

    def second_looks(self, cards: Sequence[Card], until: datetime) -> Waits:
        """From the first person's decision to the second's, where a second person was asked for."""
        hours, seen, people = [], [], set()
        for card in cards:
            said = sorted((each.at, each.by) for each in card.decisions)
            if not card.proposal.second_person or not said or said[0][0] >= until:
                continue
            if len(said) == 1 and card.state is not CardState.AWAITING_SECOND:
                continue  # rejected by the first person: nobody else was asked
            second = next((word for word in said[1:] if word[0] < until), None)  # later ones still waited then
            hours.append(((second[0] if second else until) - said[0][0]).total_seconds() / 3600)
            seen.append(second is not None)
            people.update([second[1].casefold()] if second else [])
        return Waits(tuple(hours), tuple(seen), len(people))

    def made(self, since: datetime, until: datetime, companies: Sequence[str] | None) -> int:
        """How many cards (of these companies) came into being in a time, with those that were erased since."""
        span = figures.Span(companies, utc(since), utc(until))
        return sum(number for _, number, _ in figures.volumes(self._database, "company", span))

    def volumes(self, cards: Sequence[Card]) -> dict[str, dict[str, int]]:
        """How many of these cards there are by category, site, segment and channel, the most first; by an empty name
        where a case did not tell."""
        where = list(reported.situations(self._database, [str(card.id) for card in cards]))
        columns = zip(*where, strict=True) if where else ((), (), ())
        found = {"category": Counter(card.key.category.value for card in cards)}
        found |= {name: Counter(column) for name, column in zip(_SITUATION, columns, strict=True)}
        return {name: dict(sorted(each.items(), key=_most)) for name, each in found.items()}

    def arrived(self, period: Period, companies: Sequence[str] | None) -> tuple[list[Arrived], int]:
        """How what arrived in the period ended, by source; and of how many that ended then nothing can be read any
        more. From the journal where the inbox has begun to forget: it forgets what is done, and keeps what waits.
        """
        span = figures.Span(companies, utc(period.since), utc(period.until))
        counted: dict[str, dict[bool, int]] = defaultdict(lambda: {True: 0, False: 0})
        unread = 0
        if reported.remembers(self._database, span.since):
            for source, is_dead, number in reported.ended(self._database, span):
                counted[source][is_dead] += number
        else:
            for source, number in reported.waiting_dead(self._database, span):
                counted[source][True] += number
            for record, said in self._ended_since(period.since, companies):
                if isinstance(said, ArrivalRecord) and said.outcome and period.has(said.received_at):
                    counted[said.source][isinstance(said.outcome, DeadLetter)] += 1
                unread += said is None and span.since <= record.at < span.until
        return [Arrived(source, each[False], each[True]) for source, each in sorted(counted.items())], unread

    def _ended_since(self, since: datetime, companies: Sequence[str] | None) -> Iterator[tuple[Record, Frozen | None]]:
        """Records of how arrivals ended, with what they say."""
        for stream in records.streams(self._database) if companies is None else companies:
            for some in records.arrivals(self._database, stream, utc(since - _CLOCKS)):
                yield from zip(some, self._opened(some), strict=True)

    def spent(self, period: Period, companies: Sequence[str] | None) -> float:
        """What models cost in the period, in the policy's currency."""
        span = figures.Span(companies, f"{period.first}T", f"{period.last}T")
        return sum(money for *_, money in figures.spent(self._database, span)) / 1_000_000

    def first_promises(self) -> FirstPromises:
        """The first date that was ever promised, of each order that was looked at."""
        rows = self._database.query("SELECT company, record, promised_for FROM promises WHERE seq = 1")
        found = {(str(company), str(record)): date.fromisoformat(str(day)) for company, record, day in rows}
        return FirstPromises(found, self._keys)

    def _first_acts(self, cards: Sequence[str]) -> dict[str, tuple[datetime, str]]:
        """When each of these cards was first claimed, handed to somebody, or had a decision taken back, and who did it:
        as it is in the journal. The queue only knows who has a card now, and the card no word that was taken back."""
        found: dict[str, tuple[datetime, str]] = {}
        for some in records.handlings(self._database, cards):
            for done in self._opened(some):
                if isinstance(done, Handling) and done.act in _FIRST:
                    card, act = str(done.card), (done.at, done.by)
                    found[card] = min(found.get(card, act), act)
        return found

    def _opened(self, some: Sequence[Record]) -> Iterator[Frozen | None]:
        """What each record says; none where it was erased, or where only a newer version understands it."""
        keys = self._keys.together(key_id(each.sealed) for each in some if each.sealed is not None)
        for record in some:
            try:
                yield open_record(record, keys)
            except (KeyMissing, NewerRecord):
                yield None

    def _all(self, companies: Sequence[str] | None) -> Iterator[Card]:
        after: int | None = 0
        only = {} if companies is None else {"company": companies}
        while after is not None:
            found, after = self._cards.page(only, _PAGE, after)
            yield from found


def _most(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


class FirstPromises:
    """First promises, found by an order's key: the store holds hashes of them only."""

    def __init__(self, found: dict[tuple[str, str], date], keys: Keys) -> None:
        self._found = found
        self._keys = keys

    def of(self, company: str, order: str) -> date | None:
        """What was first promised for an order (`sale.order:42`)."""
        return self._found.get((company, self._keys.keyed_hash("promise", company, order)))

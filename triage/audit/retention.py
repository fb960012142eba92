"""Takes away payloads whose time is up, and keeps the proof: envelopes stay, so the chain still verifies.

What policy keeps for so many days is named by the kind of record (`event`, `outcome`, `decision`, `publish`, `arrival`
...) or by the step (`capture`, `extract`, `classify` ...); the step goes before the kind. What policy does not name is
kept. A case on hold keeps everything until the hold is lifted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.audit.checkpoints import STORE
from triage.audit.journal import Journal, open_record
from triage.domain import Card, Erasure, Hold, Removal, utc
from triage.errors import KeyMissing, StoreError, UsageError
from triage.storage import members, months, records
from triage.storage import retention as rows

ERASURES = "erasures"
"""The case of the store under which its erasures are sealed."""
_AT_ONCE = 500
"""Payloads that one record of the chain takes away: a transaction stays short."""


@dataclass(frozen=True)
class Expired:
    """Payloads of one kind whose time is up."""

    company: str
    name: str
    """Kind of record, or step."""
    days: int
    count: int
    held: int
    """How many more would be, were their cases not on hold."""


def preview(journal: Journal, company: str, days: Mapping[str, int], now: datetime) -> list[Expired]:
    """What `apply` would take away, by kind; nothing is changed."""
    return [
        Expired(
            company,
            name,
            count_days,
            rows.count(journal.database, company, name, _before(now, count_days), tuple(days), held=False),
            rows.count(journal.database, company, name, _before(now, count_days), tuple(days), held=True),
        )
        for name, count_days in sorted(days.items())
    ]


def apply(
    journal: Journal, company: str, days: Mapping[str, int], now: datetime, by: str, whole: Collection[str] = ()
) -> Iterator[Removal]:
    """Take away what is too old, in small steps; each is a record of the chain first.

    Stopping in between is harmless: what is left goes the next time. In the months `whole` payloads are only given
    leave to go: `drop_months` takes them.
    """
    for name, count_days in sorted(days.items()):
        before = now - timedelta(days=count_days)
        while True:
            with journal.database.locked(locks([company])):  # nobody places a hold in between
                found = rows.expired(
                    journal.database, company, name, _before(now, count_days), tuple(days), limit=_AT_ONCE
                )
                if not found:
                    break
                removal = Removal(kinds=(name,), before=before, count=len(found), sequences=tuple(found), by=by, at=now)
                seq = journal.record(
                    stream=company,
                    kind="retention",
                    case=journal.keys.case_id(STORE, "retention"),
                    event=None,
                    value=removal,
                )
                rows.remove(journal.database, company, found, seq, but=whole)
            yield removal


def whole_months(journal: Journal, days: Mapping[str, Mapping[str, int]], now: datetime) -> list[str]:
    """Months that are over and of which every payload's time is up, none of them on hold: they can go as a whole.

    `days` has the policy of each company. Only on PostgreSQL, where payloads lie apart by months.
    """
    return [month for month in months.known(journal.database) if _goes(journal, month, days, now)]


def drop_months(journal: Journal, whole: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Take these months away; says of each whether it went. While somebody reads none goes, but the next time."""
    read = False
    for month in whole:
        try:
            yield month, not read and months.drop(journal.database, month)
        except StoreError:
            read = True
            yield month, False


def finish(journal: Journal, whole: Sequence[str]) -> int:
    """Take away the payloads that have leave to go and lie in no month that goes as a whole: one was to, and somebody
    put a case in it on hold, or the command was stopped in between. Returns how many went.
    """
    gone = 0
    for month in [month for month in months.known(journal.database) if month not in whole]:
        left: dict[str, list[int]] = {}
        for company, seq in rows.allowed(journal.database, month):
            left.setdefault(company, []).append(seq)
        for company, sequences in left.items():
            for start in range(0, len(sequences), _AT_ONCE):
                with journal.database.locked(locks([company])):
                    taken = rows.remove_allowed(journal.database, company, sequences[start : start + _AT_ONCE])
                gone += taken
    return gone


def hold(journal: Journal, case: str, company: str, by: str, why: str, now: datetime) -> Hold:
    """Keep everything of a case, whatever its age, and refuse to erase it. Holding twice keeps the first reason.

    Raises `UsageError` where no reason is given, or where an erasure of the case is recorded and under way.
    """
    if not why.strip():
        raise UsageError("a hold needs a reason: --why says which matter it is kept for.")
    placed = Hold(case=case, by=by, why=why, at=now, lifted=False)
    with journal.database.locked(locks([company])):
        if _is_going(journal, case, company):
            raise UsageError(f"case {case[:12]} is being erased; it cannot be put on hold any more.")
        if rows.place_hold(journal.database, case, company, utc(now)):
            _record(journal, company, placed)
    return placed


def lift(journal: Journal, case: str, company: str, by: str, why: str, now: datetime) -> Hold:
    """End a hold. Raises `UsageError` where there is none."""
    lifted = Hold(case=case, by=by, why=why, at=now, lifted=True)
    with journal.database.locked(locks([company])):
        if not rows.lift_hold(journal.database, case):
            raise UsageError("this case is not on hold.")
        _record(journal, company, lifted)
    return lifted


def cases_of(journal: Journal, card: Card, own: str) -> list[tuple[str, str]]:
    """All that a card was made of: id and company of its own case, of each of its events, and of each case on it."""
    found = {own: card.key.company}
    for event in card.events:
        for record in records.of_event(journal.database, journal.keys.event_id(event)):
            if record.kind == "event" and record.stream in {card.key.company, *(one.company for one in card.members)}:
                found.setdefault(record.case_id, record.stream)
    for row in members.of_card(journal.database, str(card.id)):
        found.setdefault(row.case_id, row.company)
    return list(found.items())


def locks(companies: Iterable[str]) -> tuple[str, ...]:
    """What whoever places a hold, and whoever takes something away, locks before looking: their companies' streams."""
    return tuple(records.stream_lock(company) for company in sorted(set(companies)))


def held(journal: Journal, cases: Sequence[str]) -> set[str]:
    """Those of these cases that are on hold."""
    return rows.held(journal.database).intersection(cases)


def _goes(journal: Journal, month: str, days: Mapping[str, Mapping[str, int]], now: datetime) -> bool:
    if month >= utc(now)[:7]:
        return False
    database = journal.database
    going = len(rows.allowed(database, month))
    for company, by_name in days.items():
        for name, count_days in by_name.items():
            before = _before(now, count_days)
            going += rows.count(database, company, name, before, tuple(by_name), held=False, month=month)
    return going == rows.lying_in(database, month)


def _is_going(journal: Journal, case: str, company: str) -> bool:
    """Whether an erasure is recorded of the key that the case has now: its key is deleted after that."""
    try:
        key = journal.keys.key(case).id.hex()
    except KeyMissing:
        return False
    for record in records.of_case(journal.database, journal.keys.case_id(STORE, ERASURES)):
        value = open_record(record, journal.keys) if record.stream == company else None
        if isinstance(value, Erasure) and key in value.keys:
            return True
    return False


def _record(journal: Journal, company: str, value: Hold) -> None:
    journal.record(stream=company, kind="hold", case=journal.keys.case_id(STORE, "holds"), event=None, value=value)


def _before(now: datetime, days: int) -> str:
    return utc(now - timedelta(days=days))

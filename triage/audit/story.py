"""The story of a card or an event: its records in order, opened."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from triage.audit.chain import parse
from triage.audit.checkpoints import STORE
from triage.audit.journal import open_record
from triage.audit.lines import line
from triage.domain import (
    Answer,
    BlindChoice,
    Card,
    Decision,
    Endings,
    Erasure,
    Failure,
    Frozen,
    Handling,
    Hold,
    MemberWord,
    Publication,
    Reading,
    Stalled,
    Withdrawal,
)
from triage.errors import ChainBroken, KeyMissing, NewerRecord
from triage.storage import members, records
from triage.storage.database import Database
from triage.storage.keys import Keys
from triage.storage.records import Record


@dataclass(frozen=True)
class Entry:
    """One record, opened."""

    stream: str
    seq: int
    at: datetime
    """When it was recorded (UTC)."""
    kind: str
    step: str | None
    acting: Mapping[str, str]
    """What acted, by name: hashes."""
    value: Frozen | None
    """What was recorded; none where the step gave nothing, or where it was erased."""
    erased: bool
    hash: str

    @property
    def title(self) -> str:
        """The step, or the kind for what is no step."""
        return self.step or self.kind

    @property
    def text(self) -> str:
        """What was recorded, in one line."""
        return "(erased)" if self.erased else line(self.value)

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON values; `type` names the type of `value`, `calls` the exchanges with models in it."""
        calls = self.value.calls if isinstance(self.value, Answer | Failure) else ()
        return {
            "stream": self.stream,
            "seq": self.seq,
            "at": self.at.isoformat(),
            "kind": self.kind,
            "step": self.step,
            "acting": dict(self.acting),
            "erased": self.erased,
            "type": None if self.value is None else type(self.value).__name__,
            "value": None if self.value is None else self.value.model_dump(mode="json"),
            "calls": [call.attributes() for call in calls],
            "hash": self.hash,
        }


def story(database: Database, keys: Keys, of: Card | str, company: str | None = None) -> list[Entry]:
    """The records of a card's events, or of the event with this key, in the order in which they were recorded.

    `company` says whose event a key means; without it, and only for a key, every company's come one after the other.

    Of a card: without what was put or decided on other cards of the same events, and with the words on its cases,
    holds, erasures of its cases, and readings that were recorded. Erased records stay in the list,
    without their value. Raises `ChainBroken` where a record was changed.
    """
    if isinstance(of, str):
        return [_entry(record, keys) for record in records.of_event(database, keys.event_id(of), company)]
    streams = dict.fromkeys((of.key.company, *(member.company for member in of.members)))
    found = {
        (record.stream, record.seq): record
        for key in of.events
        for stream in streams
        for record in records.of_event(database, keys.event_id(key), stream)
    }
    told = [entry for record in found.values() if _belongs((entry := _entry(record, keys)).value, of)]
    told += _beside(database, keys, of, {record.case_id for record in found.values()}, streams)
    # Times order what stands in several streams; in one stream its sequence does, whatever a clock has said.
    return sorted(told, key=lambda each: (each.at if len(streams) > 1 else 0, each.stream, each.seq))


def _beside(database: Database, keys: Keys, card: Card, cases: set[str], streams: Collection[str]) -> Iterator[Entry]:
    """What was recorded of a card without an event: words on its cases, holds, erasures, and who has read it."""
    rows = {row.case_id for row in members.of_card(database, str(card.id))}
    for case in sorted(rows):
        for record in records.of_case(database, case):
            word = _entry(record, keys) if record.kind == "member" else None
            if word is not None and word.value is not None and _belongs(word.value, card):
                yield word
    for name in ("holds", "erasures", "readings"):
        for record in records.of_case(database, keys.case_id(STORE, name)):
            if record.stream in streams and _is_about((entry := _entry(record, keys)).value, card, cases | rows):
                yield entry


def _is_about(value: Frozen | None, card: Card, cases: set[str]) -> bool:
    if isinstance(value, Hold):
        return value.case in cases
    if isinstance(value, Erasure):
        return card.id in value.cards or not cases.isdisjoint(value.cases)
    return isinstance(value, Reading) and value.what == f"card {card.number}"


def _belongs(value: Frozen | None, card: Card) -> bool:
    if isinstance(value, Card):
        return value.id == card.id
    if isinstance(value, Decision | Publication | Withdrawal | Handling | BlindChoice | MemberWord | Stalled):
        return value.card == card.id
    return not isinstance(value, Endings) or any(ending.card == card.id for ending in value.cards)


def _entry(record: Record, keys: Keys) -> Entry:
    body = parse(record)
    if body is None:
        raise ChainBroken(f"stream {record.stream}, record {record.seq}: its content is no JSON object.")
    try:
        value, erased = open_record(record, keys), False
    except KeyMissing:
        value, erased = None, True
    except NewerRecord:
        value, erased = None, False
    return Entry(
        stream=record.stream,
        seq=record.seq,
        at=datetime.fromisoformat(record.at),
        kind=record.kind,
        step=record.step,
        acting=body["acting"],
        value=value,
        erased=erased,
        hash=record.hash,
    )

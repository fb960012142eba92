"""The story of a card or an event: its records in order, opened."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from triage.audit.chain import parse
from triage.audit.journal import open_record
from triage.domain import (
    Answer,
    BlindChoice,
    Card,
    Case,
    Decision,
    Endings,
    Event,
    Failure,
    Frozen,
    Handling,
    Policy,
    Publication,
    Stalled,
    Switched,
    Withdrawal,
)
from triage.errors import ChainBroken, KeyMissing
from triage.storage import records
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
        return "(erased)" if self.erased else _line(self.value)

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

    Of a card: without what was put or decided on other cards of the same events. Erased records stay in the list,
    without their value. Raises `ChainBroken` where a record was changed.
    """
    if isinstance(of, str):
        return [_entry(record, keys) for record in records.of_event(database, keys.event_id(of), company)]
    found = {
        (record.stream, record.seq): record
        for key in of.events
        for record in records.of_event(database, keys.event_id(key), of.key.company)
    }
    entries = [_entry(record, keys) for _, record in sorted(found.items())]
    return [entry for entry in entries if _belongs(entry.value, of)]


def _belongs(value: Frozen | None, card: Card) -> bool:
    if isinstance(value, Card):
        return value.id == card.id
    if isinstance(value, Decision | Publication | Withdrawal | Handling | BlindChoice):
        return value.card == card.id
    if isinstance(value, Endings):
        return any(ending.card == card.id for ending in value.cards)
    return not isinstance(value, Stalled) or value.card == card.id


def _entry(record: Record, keys: Keys) -> Entry:
    body = parse(record)
    if body is None:
        raise ChainBroken(f"stream {record.stream}, record {record.seq}: its content is no JSON object.")
    try:
        value, erased = open_record(record, keys), False
    except KeyMissing:
        value, erased = None, True
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


def _line(value: Frozen | None) -> str:
    if value is None:
        return "nothing"
    return " · ".join(filter(None, _parts(value)))


def _parts(value: Frozen) -> Iterator[str]:
    if isinstance(value, Event):
        yield from (value.source, value.key, value.ref.name)
    elif isinstance(value, Case):
        yield value.record.name
        yield f"{len(value.messages)} messages, {len(value.documents)} documents"
        yield f"captured {value.captured_at:%Y-%m-%d %H:%M}"
    elif isinstance(value, Card):
        yield f"#{value.number} {value.state.value}, revision {value.revision}"
        yield from (value.proposal.suggestion.category.value, value.proposal.summary)
    elif isinstance(value, Decision):
        yield f"{value.verdict.value} by {value.by}"
        yield from (value.reason.value if value.reason else "", value.comment)
    elif isinstance(value, Publication | Withdrawal):
        yield from (
            f"{each.verb} {each.status}" + (f" ({each.ref.name})" if each.ref else "") for each in value.advisories
        )
        yield value.why
        yield f"by {value.by}" if isinstance(value, Withdrawal) and value.by else ""
    elif isinstance(value, Endings):
        yield from (f"{ending.state}: {ending.why}" for ending in value.cards)
    elif isinstance(value, Stalled):
        yield value.stall.why if value.stall else "somebody has acted on it"
    elif isinstance(value, Switched):
        yield f"switched {'off' if value.is_off else 'on'} by {value.by}: {value.why}"
    elif isinstance(value, Policy):
        yield from (value.version, f"fingerprint {value.fingerprint()[:12]}")
    elif isinstance(value, Answer):
        yield from _answer(value)
    else:
        yield json.dumps(value.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)


def _answer(answer: Answer) -> Iterator[str]:
    yield answer.by.model
    if answer.abstained is not None:
        yield f"abstained: {answer.abstained.reason}"
    for suggestion in getattr(answer, "suggestions", ()):
        yield suggestion.category.value + (f"/{suggestion.subtype}" if suggestion.subtype else "")
    text = getattr(answer, "text", None)
    if isinstance(text, str):
        yield text
    fields = getattr(answer, "fields", None)
    if fields:
        yield ", ".join(f"{name}={field.value}" for name, field in fields.items())

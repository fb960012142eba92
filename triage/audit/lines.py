"""What a record says, in one line for a reader."""

from __future__ import annotations

import json
from collections.abc import Iterator

from triage.domain import (
    Answer,
    ArrivalRecord,
    Card,
    Case,
    Checkpoint,
    Decision,
    Endings,
    Erasure,
    Event,
    Frozen,
    Handling,
    Hold,
    MemberWord,
    Policy,
    Publication,
    Reading,
    Removal,
    Stalled,
    Switched,
    Withdrawal,
)


def line(value: Frozen | None) -> str:
    """What was recorded, in one line."""
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
    elif isinstance(value, Decision | MemberWord | Handling | Publication | Withdrawal):
        yield from _of_people(value)
    elif isinstance(value, Endings):
        yield from (f"{ending.state}: {ending.why}" for ending in value.cards)
    elif isinstance(value, Stalled):
        yield value.stall.why if value.stall else "somebody has acted on it"
    elif isinstance(value, Switched):
        yield f"switched {'off' if value.is_off else 'on'} by {value.by}: {value.why}"
    elif isinstance(value, ArrivalRecord):
        yield f"came in by {value.door.value} from {value.source} at {value.received_at:%Y-%m-%d %H:%M}"
        yield value.outcome.kind if value.outcome else "tried again"
        yield from (f"by {value.by}" if value.by else "", value.why)
    elif isinstance(value, Hold | Reading | Erasure | Removal | Checkpoint):
        yield from _of_the_store(value)
    elif isinstance(value, Policy):
        yield from (value.version, f"fingerprint {value.fingerprint()[:12]}")
    elif isinstance(value, Answer):
        yield from _answer(value)
    else:
        yield json.dumps(value.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)


def _of_people(value: Decision | MemberWord | Handling | Publication | Withdrawal) -> Iterator[str]:
    if isinstance(value, Decision):
        yield f"{value.verdict.value} by {value.by}"
        yield from (value.reason.value if value.reason else "", value.comment)
    elif isinstance(value, MemberWord):
        yield f"{value.verdict.value} by {value.by}"
        yield from (value.member, value.reason.value if value.reason else "")
    elif isinstance(value, Handling):
        yield f"{value.act.value.replace('_', ' ')} by {value.by}"
        yield f"to {value.to}" if value.to else ""
        yield f"until {value.until:%Y-%m-%d %H:%M}" if value.until else ""
    else:
        yield from (
            f"{each.verb} {each.status}" + (f" ({each.ref.name})" if each.ref else "") for each in value.advisories
        )
        yield value.why
        yield f"by {value.by}" if isinstance(value, Withdrawal) and value.by else ""


def _of_the_store(value: Hold | Reading | Erasure | Removal | Checkpoint) -> Iterator[str]:
    if isinstance(value, Hold):
        yield from (f"{'hold lifted' if value.lifted else 'on hold'} by {value.by}", value.why)
    elif isinstance(value, Reading):
        yield from (f"read by {value.by}", value.what, f"{value.records} records", value.why)
    elif isinstance(value, Erasure):
        yield from (f"{len(value.keys)} keys deleted by {value.by}", f"{len(value.cases)} cases", value.why)
    elif isinstance(value, Removal):
        yield from (f"{value.count} payloads taken away by {value.by}", ", ".join(value.kinds))
    else:
        yield from (f"checkpoint {value.number}", f"{sum(head.size for head in value.streams)} records")


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

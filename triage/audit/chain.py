"""The chain: what exactly is hashed, how records are linked, and what is wrong with a link. Pure.

A record's body is canonical JSON (RFC 8785) and names the hash of the record before it; its hash is SHA-256 over a
fixed prefix and the body. Whoever changes, inserts, removes or reorders a record must recompute every later hash, and
seal every later payload anew: each is bound to its envelope, the predecessor's hash included, so that needs the keys.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785
from pydantic_core import from_json

from triage.storage.records import Record

VERSION = 1
GENESIS = "0" * 64
"""What the first record of a stream names as its predecessor."""

_PAYLOAD = "payload"

_PREFIX = b"odoo-triage journal record v1\n"
"""Keeps these hashes apart from every other use of SHA-256 over the same bytes."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What everybody may see of a record, for ever: it outlives the payload. Nothing in it is personal."""

    stream: str
    seq: int
    """From 1 in each stream, without gaps."""
    prev: str
    kind: str
    """`event`, `step`, `outcome`, `decision` and what later rooms add."""
    step: str | None
    at: str
    """UTC, ISO 8601 with microseconds."""
    event: str | None
    """Keyed hash of the event's key."""
    case: str
    """Id of the case whose key seals the payload."""
    once: str | None
    """Keyed hash of (stream, event, step, input, acting) for what may be recorded only once."""
    acting: Mapping[str, str]
    """What acted, by name: hashes of policy, prompt, model, learnt layer."""
    subjects: tuple[str, ...]
    """Keyed hashes of the people that the payload names."""

    def head(self) -> dict[str, Any]:
        """The body without the payload's digest: what the payload's seal is bound to."""
        return {
            "v": VERSION,
            "stream": self.stream,
            "seq": self.seq,
            "prev": self.prev,
            "kind": self.kind,
            "step": self.step,
            "at": self.at,
            "event": self.event,
            "case": self.case,
            "once": self.once,
            "acting": dict(self.acting),
            "subjects": list(self.subjects),
        }

    def body(self) -> Body:
        """The canonical bytes up to what the payload adds: names in order, `payload` between `once` and `prev`."""
        before = (
            f'{{"acting":{_canonical(self.acting)},"at":{_text(self.at)},"case":{_text(self.case)},'
            f'"event":{_or_null(self.event)},"kind":{_text(self.kind)},"once":{_or_null(self.once)},'
        )
        after = (
            f'"prev":{_text(self.prev)},"seq":{self.seq},"step":{_or_null(self.step)},"stream":{_text(self.stream)},'
            f'"subjects":[{",".join(map(_text, self.subjects))}],"v":{VERSION}}}'
        )
        return Body(before.encode(), after.encode())

    def record(self, sealed: bytes, body: Body | None = None) -> Record:
        """The row to store for this envelope, its sealed payload and its body, where that was made before."""
        written = (body or self.body()).whole(sealed)
        return Record(
            stream=self.stream,
            seq=self.seq,
            prev_hash=self.prev,
            hash=record_hash(written),
            kind=self.kind,
            step=self.step,
            at=self.at,
            event=self.event,
            case_id=self.case,
            once=self.once,
            body=written,
            sealed=sealed,
        )


@dataclass(frozen=True, slots=True)
class Body:
    """A record's canonical bytes before and after the place of its payload's digest."""

    before: bytes
    after: bytes

    @property
    def bound(self) -> bytes:
        """What the payload is bound to: `Envelope.head` as JSON in ASCII."""
        head = self.before + self.after
        return head if _is_plain(head) else _ascii(json.loads(head))

    def whole(self, sealed: bytes) -> bytes:
        """The bytes that are hashed."""
        return self.before + _payload(sealed) + self.after


_text = json.encoder.encode_basestring
"""A text as canonical JSON (RFC 8785) writes it: Python's own encoder makes the same, and in a fifth of the time."""


def _or_null(text: str | None) -> str:
    return "null" if text is None else _text(text)


def _canonical(acting: Mapping[str, str]) -> str:
    return rfc8785.dumps(dict(acting)).decode() if acting else "{}"


def bound_of(record: Record) -> bytes | None:
    """What the payload of a stored record is bound to, or none where its body is no JSON object."""
    if record.sealed is not None and _is_plain(record.body):
        before, found, after = record.body.partition(_payload(record.sealed))
        if found:
            return before + after
    body = parse(record)
    return None if body is None else _ascii({name: value for name, value in body.items() if name != _PAYLOAD})


def _is_plain(text: bytes) -> bool:
    """Whether JSON in ASCII has the same bytes: it writes the delete character, too, as an escape."""
    return text.isascii() and b"\x7f" not in text


def _payload(sealed: bytes) -> bytes:
    return f'"{_PAYLOAD}":{{"sha256":"{digest(sealed)}","size":{len(sealed)}}},'.encode()


def _ascii(head: Mapping[str, Any]) -> bytes:
    return json.dumps(head, sort_keys=True, separators=(",", ":")).encode()


def record_hash(body: bytes) -> str:
    """The hash (hex) by which the next record names one with this body."""
    return hashlib.sha256(_PREFIX + body).hexdigest()


def digest(sealed: bytes) -> str:
    """The digest (hex) of a sealed payload as the envelope holds it."""
    return hashlib.sha256(sealed).hexdigest()


def parse(record: Record) -> dict[str, Any] | None:
    """The body as JSON, or none where it is no JSON object."""
    try:
        body = _loaded(record.body)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _loaded(body: bytes) -> Any:
    try:
        return from_json(body)
    except ValueError:  # stricter than the standard library, which took what was once written: half a surrogate pair
        return json.loads(body.decode())


def fault(record: Record, seq: int, prev: str, removed: bool = False) -> str | None:
    """What is wrong with a record that should be number `seq` and follow the record with hash `prev`; none if nothing.

    Covers hash, link, order, the columns that repeat the body, and the payload as stored. `removed`: a record allowed
    the payload to be taken away.
    """
    if record.seq != seq:
        return f"record {seq} is missing, the next one is {record.seq}"
    if not isinstance(record.body, bytes) or record_hash(record.body) != record.hash:
        return "its content does not have the hash that was recorded"
    body = parse(record)
    if body is None:
        return "its content is no JSON object"
    if record.prev_hash != prev or body.get("prev") != prev:
        return "it does not follow the record before it"
    return _column_fault(record, body) or _payload_fault(record, body, removed)


def _payload_fault(record: Record, body: Mapping[str, Any], removed: bool) -> str | None:
    if record.sealed is None:
        return None if removed else "its payload is missing and no record took it away"
    if not isinstance(record.sealed, bytes):
        return "its payload is not what was recorded"
    if body.get("payload") != {"sha256": digest(record.sealed), "size": len(record.sealed)}:
        return "its payload is not what was recorded"
    return None


def _column_fault(record: Record, body: Mapping[str, Any]) -> str | None:
    columns = {
        "v": VERSION,
        "stream": record.stream,
        "seq": record.seq,
        "kind": record.kind,
        "step": record.step,
        "at": record.at,
        "event": record.event,
        "case": record.case_id,
        "once": record.once,
    }
    for name, value in columns.items():
        if name not in body or body[name] != value:
            return f"column `{name}` says {value!r}, its content says {body.get(name)!r}"
    return None

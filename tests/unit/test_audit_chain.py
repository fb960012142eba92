"""What is hashed is canonical, and a link that does not fit is named."""

from __future__ import annotations

import dataclasses
import json

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from triage.audit import chain, sealing
from triage.audit.chain import GENESIS, Envelope, digest, fault, record_hash
from triage.domain import Gone, Usage
from triage.errors import ChainBroken, UsageError

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
hashes = st.text("0123456789abcdef", min_size=64, max_size=64)
envelopes = st.builds(
    Envelope,
    stream=texts,
    seq=st.integers(1, 2**53 - 1),
    prev=hashes,
    kind=texts,
    step=st.none() | texts,
    at=texts,
    event=st.none() | hashes,
    case=hashes,
    once=st.none() | hashes,
    acting=st.dictionaries(texts, hashes, max_size=3),
    subjects=st.lists(hashes, max_size=3).map(tuple),
)

FIRST = Envelope(
    stream="Brandt & Mercer Supply B.V.",
    seq=1,
    prev=GENESIS,
    kind="event",
    step=None,
    at="2026-11-23T09:30:00.000000Z",
    event="e" * 64,
    case="c" * 64,
    once=None,
    acting={"policy": "a" * 64},
    subjects=(),
)


@given(envelopes, st.binary(max_size=40))
def test_bodies_are_canonical_and_say_everything(envelope: Envelope, sealed: bytes) -> None:
    record = envelope.record(sealed)
    body = json.loads(record.body)
    assert rfc8785.dumps(body) == record.body
    assert {name: value for name, value in body.items() if name != "payload"} == envelope.head()
    assert body["payload"] == {"sha256": digest(sealed), "size": len(sealed)}


@given(envelopes, st.binary(max_size=40))
@example(dataclasses.replace(FIRST, acting={"delete": "\x7f"}), b"sealed")
@example(dataclasses.replace(FIRST, acting={"payload": '"payload":{"sha256":', "\ud7ff": "é\u2028"}), b"sealed")
def test_a_seal_is_bound_to_the_same_bytes_when_it_is_made_and_when_it_is_opened(
    envelope: Envelope, sealed: bytes
) -> None:
    record = envelope.record(sealed)
    head = json.dumps(envelope.head(), sort_keys=True, separators=(",", ":")).encode()
    assert chain.bound_of(record) == envelope.body().bound == head
    assert chain.bound_of(dataclasses.replace(record, sealed=None)) == head


@given(envelopes, st.binary(max_size=40))
def test_an_untouched_record_has_no_fault(envelope: Envelope, sealed: bytes) -> None:
    record = envelope.record(sealed)
    assert fault(record, envelope.seq, envelope.prev) is None


@given(envelopes, st.data())
def test_any_other_body_is_a_fault(envelope: Envelope, data: st.DataObject) -> None:
    record = envelope.record(b"sealed")
    at = data.draw(st.integers(0, len(record.body) - 1))
    body = bytearray(record.body)
    body[at] ^= data.draw(st.integers(1, 255))
    changed = dataclasses.replace(record, body=bytes(body))
    assert fault(changed, envelope.seq, envelope.prev) is not None


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("stream", "Another B.V.", "column `stream`"),
        ("kind", "decision", "column `kind`"),
        ("step", "capture", "column `step`"),
        ("at", "2026-11-24T09:30:00.000000Z", "column `at`"),
        ("event", None, "column `event`"),
        ("case_id", "d" * 64, "column `case`"),
        ("once", "d" * 64, "column `once`"),
        ("prev_hash", "d" * 64, "does not follow"),
        ("hash", "d" * 64, "hash"),
        ("body", None, "hash"),
        ("seq", 3, "record 1 is missing"),
    ],
)
def test_a_column_that_disagrees_is_named(field: str, value: object, said: str) -> None:
    record = dataclasses.replace(FIRST.record(b"sealed"), **{field: value})
    assert said in str(fault(record, 1, GENESIS))


@pytest.mark.parametrize("body", [b"[1]", b"{", b"\xff"])
def test_a_body_that_is_no_object_is_a_fault_even_with_its_hash(body: bytes) -> None:
    record = dataclasses.replace(FIRST.record(b""), body=body, hash=record_hash(body))
    assert fault(record, 1, GENESIS) == "its content is no JSON object"


@pytest.mark.parametrize("sealed", [b"", b"sealee", b"sealed and more", "sealed"])
def test_another_payload_is_a_fault(sealed: object) -> None:
    record = dataclasses.replace(FIRST.record(b"sealed"), sealed=sealed)
    assert fault(record, 1, GENESIS, removed=True) == "its payload is not what was recorded"


def test_a_missing_payload_needs_leave() -> None:
    record = dataclasses.replace(FIRST.record(b"sealed"), sealed=None)
    assert fault(record, 1, GENESIS, removed=True) is None
    assert "missing" in str(fault(record, 1, GENESIS))


def test_hashes_are_kept_apart_from_other_uses_of_sha256() -> None:
    assert record_hash(b"{}") != digest(b"{}")


def test_only_listed_types_are_recorded() -> None:
    assert sealing.decode(sealing.encode(Gone())) == Gone()
    assert sealing.decode(sealing.encode(None)) is None
    with pytest.raises(UsageError, match="Usage"):
        sealing.encode(Usage())


@pytest.mark.parametrize("content", [b"", b"not compressed", sealing.encode(Gone())[:-3]])
def test_what_is_no_recorded_value_is_said(content: bytes) -> None:
    with pytest.raises(ChainBroken, match="cannot be read"):
        sealing.decode(content)

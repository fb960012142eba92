"""Checkpoints: signed statements of how far each stream had come, to be kept outside the house.

A chain alone cannot show that its end was cut off, nor that somebody with the keys wrote it anew from the beginning: a
shorter chain is a chain, too. A checkpoint can, if somebody else keeps it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from triage.audit.chain import GENESIS
from triage.audit.journal import Journal
from triage.audit.merkle import Frontier
from triage.audit.signing import CHECKPOINT, Signature, Signer, is_signed_by
from triage.domain import Checkpoint, StreamHead, fingerprint, utc
from triage.errors import UsageError
from triage.storage import checkpoints as rows
from triage.storage.checkpoints import CheckpointRow
from triage.storage.database import Database

STORE = "@store"
"""The stream of records about the store itself. No company is called so."""
_QUIET = timedelta(days=1)
"""After which a store that nothing was recorded in is checkpointed all the same."""


@dataclass(frozen=True)
class Signed:
    """A checkpoint with its signatures."""

    checkpoint: Checkpoint
    signatures: tuple[Signature, ...] = ()
    stamp: bytes | None = None
    """A time-stamping authority's answer (RFC 3161), where there is one."""

    @property
    def body(self) -> bytes:
        """The statement as canonical JSON (RFC 8785)."""
        return rfc8785.dumps(self.checkpoint.model_dump(mode="json"))

    @property
    def digest(self) -> str:
        """What the next checkpoint calls this one (hex)."""
        return hashlib.sha256(CHECKPOINT + self.body).hexdigest()

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether a signature of this key stands under it."""
        return is_signed_by(CHECKPOINT + self.body, self.signatures, key)

    def to_text(self) -> str:
        """As a file, for people and programs outside."""
        data = {
            "checkpoint": json.loads(self.body),
            "signatures": [signature.as_json() for signature in self.signatures],
        }
        if self.stamp is not None:
            data["time_stamp"] = base64.b64encode(self.stamp).decode("ascii")
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def read(cls, path: Path) -> Signed:
        """A checkpoint out of its file, with the time stamp in it or in the `.tsr` file beside it.

        Raises `UsageError` where the file holds none.
        """
        beside = path.with_suffix(".tsr")
        try:
            data = json.loads(path.read_text("utf-8"))
            found = cls(
                Checkpoint.model_validate_json(json.dumps(data["checkpoint"])),
                tuple(Signature.from_json(each) for each in data["signatures"]),
            )
            if data.get("time_stamp"):
                return replace(found, stamp=base64.b64decode(data["time_stamp"], validate=True))
            return replace(found, stamp=beside.read_bytes()) if beside.exists() else found
        except OSError as error:
            raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise UsageError(f"{path}: is no checkpoint of ours ({' '.join(str(error).split())[:200]}).") from error


def make(journal: Journal, clock: Callable[[], datetime], signer: Signer | None = None) -> Signed:
    """Make the next checkpoint of a store: write it down, and a record of it in the stream `@store`.

    It covers all records that were durable when it was begun. Raises `Conflict` where another process made one in the
    same moment, `ConfigurationError` where the signer cannot sign; then nothing was written.
    """
    database = journal.database
    with database.snapshot():
        before = rows.last(database)
        frontiers = _frontiers(database, before)
    checkpoint = Checkpoint(
        origin=journal.keys.keyed_hash("origin")[:32] if before is None else _checkpoint(before).origin,
        number=1 if before is None else before.number + 1,
        previous=GENESIS if before is None else Signed(_checkpoint(before)).digest,
        at=clock(),
        streams=tuple(
            StreamHead(stream=stream, size=tree.size, root=tree.root.hex()) for stream, tree in frontiers.items()
        ),
    )
    signed = Signed(checkpoint)
    if signer is not None:
        signed = Signed(checkpoint, (signer.sign(CHECKPOINT + signed.body),))
    with database.transaction():
        rows.insert(database, _row(signed, frontiers))
        journal.record(
            stream=STORE,
            kind="checkpoint",
            case=journal.keys.case_id(STORE, "checkpoints"),
            event=None,
            value=checkpoint,
            acting={"signatures": signatures_digest(signed)},
        )
    return signed


def is_due(database: Database, now: datetime, *, records: int, age: timedelta) -> bool:
    """Whether the store has grown by so many records since its last checkpoint, or by any and so much time has passed.

    After a day one is due also where nothing was recorded: who waits for checkpoints cannot tell silence from a timer
    that stands still. What stands in the stream of the store itself does not count: else every one asked for the next.
    """
    before = rows.last(database)
    known = {} if before is None else {head.stream: head.size for head in _checkpoint(before).streams}
    grown = sum(size - known.get(stream, 0) for stream, size in rows.sizes(database).items() if stream != STORE)
    if grown >= records:
        return True
    if before is None:
        return grown > 0
    return now - datetime.fromisoformat(before.at) >= (age if grown > 0 else max(age, _QUIET))


def stored(database: Database) -> list[Signed]:
    """All checkpoints of a store, the oldest first. Raises `UsageError` where one is not readable."""
    return [read_row(row) for row in rows.every(database)]


def compare(database: Database, signed: Signed, keys: Sequence[Ed25519PublicKey] = ()) -> str | None:
    """What is wrong with the store as this checkpoint, kept elsewhere, tells of it; none where nothing is.

    With public keys, one of them must have signed it. Found: a stream that is missing or shorter than it was, and a
    stream whose beginning is not what it was.
    """
    checkpoint = signed.checkpoint
    if keys and not any(signed.is_signed_by(key) for key in keys):
        return f"checkpoint {checkpoint.number} is not signed by the key that was given"
    found = rows.sizes(database)
    for head in checkpoint.streams:
        size = found.get(head.stream, 0)
        if size < head.size:
            return (
                f"stream {head.stream}: it has {size} records, checkpoint {checkpoint.number} of {utc(checkpoint.at)} "
                f"saw {head.size}: {head.size - size} were cut off"
            )
        root = Frontier().plus(rows.hashes(database, head.stream, 0, head.size)).root.hex()
        if root != head.root:
            return (
                f"stream {head.stream}: its first {head.size} records are not those that checkpoint "
                f"{checkpoint.number} of {utc(checkpoint.at)} saw"
            )
    return None


def signatures_digest(signed: Signed) -> str:
    """By what the record of a checkpoint names its signatures."""
    return fingerprint([signature.as_json() for signature in signed.signatures])


def faults(database: Database, told: Mapping[int, tuple[Checkpoint, str]], *, complete: bool = False) -> Iterator[str]:
    """What is wrong with the store's own checkpoints and with the streams as they tell of them.

    `told` are those that records of the journal tell of, as far as they could be opened, with the digest of their
    signatures; `complete` where all of them could.
    """
    before: Signed | None = None
    trees: dict[str, Frontier] = {}
    for row in rows.every(database):
        try:
            signed = read_row(row)
        except UsageError as error:
            yield str(error)
            return
        yield from _order_faults(signed, row, before)
        yield from _root_faults(database, signed.checkpoint, trees)
        here = (signed.checkpoint, signatures_digest(signed))
        if told.get(row.number, here) != here:
            yield f"checkpoint {row.number}: it is not the one that its record tells of"
        if complete and row.number not in told:
            yield f"checkpoint {row.number}: no record tells of it; records were cut off"
        before = signed
    last = 0 if before is None else before.checkpoint.number
    if told and max(told) > last:
        yield f"checkpoint {max(told)} is missing: a record tells of it"


def _order_faults(signed: Signed, row: CheckpointRow, before: Signed | None) -> Iterator[str]:
    checkpoint = signed.checkpoint
    expected = 1 if before is None else before.checkpoint.number + 1
    if checkpoint.number != expected or row.number != expected:
        yield f"checkpoint {expected} is missing"
    elif checkpoint.previous != (GENESIS if before is None else before.digest):
        yield f"checkpoint {expected}: it does not follow the one before it"
    elif row.body != signed.body or row.at != utc(checkpoint.at):
        yield f"checkpoint {expected}: its row was changed"


def _root_faults(database: Database, checkpoint: Checkpoint, trees: dict[str, Frontier]) -> Iterator[str]:
    for head in checkpoint.streams:
        tree = trees.get(head.stream, Frontier())
        tree = tree.plus(rows.hashes(database, head.stream, tree.size, head.size))
        trees[head.stream] = tree
        if tree.size != head.size:
            yield f"stream {head.stream}: {tree.size} records, checkpoint {checkpoint.number} saw {head.size}"
        elif tree.root.hex() != head.root:
            yield f"stream {head.stream}: not the records that checkpoint {checkpoint.number} saw"


def _frontiers(database: Database, before: CheckpointRow | None) -> dict[str, Frontier]:
    known = {} if before is None else _decoded(before.frontiers)
    found = {}
    for stream, size in rows.sizes(database).items():
        tree = known.get(stream, Frontier())
        found[stream] = tree.plus(rows.hashes(database, stream, tree.size, size))
    return found


def _row(signed: Signed, frontiers: dict[str, Frontier]) -> CheckpointRow:
    return CheckpointRow(
        number=signed.checkpoint.number,
        at=utc(signed.checkpoint.at),
        body=signed.body,
        signatures=json.dumps([signature.as_json() for signature in signed.signatures]),
        frontiers=json.dumps(
            {stream: [tree.size, *(root.hex() for root in tree.roots)] for stream, tree in frontiers.items()}
        ),
    )


def _decoded(frontiers: str) -> dict[str, Frontier]:
    return {
        stream: Frontier(size, tuple(map(bytes.fromhex, roots)))
        for stream, (size, *roots) in json.loads(frontiers).items()
    }


def _checkpoint(row: CheckpointRow) -> Checkpoint:
    return read_row(row).checkpoint


def read_row(row: CheckpointRow, stamp: bytes | None = None) -> Signed:
    """A checkpoint out of its row. Raises `UsageError` where it cannot be read."""
    try:
        return Signed(
            Checkpoint.model_validate_json(row.body),
            tuple(Signature.from_json(each) for each in json.loads(row.signatures)),
            stamp,
        )
    except (ValueError, TypeError, ValidationError) as error:
        raise UsageError(f"checkpoint {row.number}: its row cannot be read") from error

"""What is recorded about the store itself: checkpoints, what was forgotten, what its time was up for, who read it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from triage.domain.base import Frozen, Moment

Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""32 bytes in lower-case hex."""

PROOFS = frozenset({"checkpoint", "erasure", "hold", "retention"})
"""Kinds of records that allow others to go, or say what must be there. They are never erased and never removed, and
verification calls it a fault where one of them cannot be opened."""
KEPT = PROOFS | {"reading", "activation"}
"""Kinds whose payloads policy takes away at no age: who read, and which policy acted, is asked for when all else is
gone. Nothing else rests on them, so verification treats them as it treats cases. The tables on a server know these
kinds as well (`payload_month`)."""
OF_THE_STORE = KEPT | {"switch"}
"""Kinds of records of what was done with the store. They are no case: nobody is found or forgotten in them. A `switch`
may go at its age like a case's record, where policy names it: what is switched now stands in the store beside it."""


class StreamHead(Frozen):
    """How far a stream had come."""

    stream: str
    """The company whose chain it is."""
    size: int = Field(ge=0)
    """Records in it."""
    root: Hex
    """Root of the RFC 6962 tree whose leaves are the hashes of its records, in order."""


class Checkpoint(Frozen):
    """A statement of what the store held at one moment. Signed and kept elsewhere, it shows what was cut off later."""

    v: Literal[1] = 1
    """Version of this form."""
    origin: str
    """Which store this is; stays the same for all of its checkpoints."""
    number: int = Field(ge=1)
    """From 1, without gaps."""
    previous: Hex
    """Hash of the checkpoint before; 64 zeros for the first."""
    at: Moment
    streams: tuple[StreamHead, ...]
    """By name."""


class Erasure(Frozen):
    """A person was forgotten: the keys of the cases that name them were deleted. Names nobody."""

    subject: Hex
    """Keyed hash of the name or address that was asked for."""
    cases: tuple[Hex, ...]
    """Keyed hashes of the cases that were forgotten."""
    keys: tuple[str, ...]
    """Ids (hex) of the keys that were deleted: what they sealed can never be read again."""
    cards: tuple[UUID, ...] = ()
    """Cards whose content went with them."""
    by: str
    why: str = ""
    at: Moment


class Removal(Frozen):
    """Payloads whose time was up were taken away; their envelopes stay, so the chain still verifies."""

    kinds: tuple[str, ...]
    """Kinds of the records whose content went."""
    before: Moment
    """Records from before this moment."""
    count: int = Field(ge=0)
    """How many records they were."""
    sequences: tuple[int, ...] = ()
    """Which records of the same stream; none in removals of earlier versions."""
    cards: tuple[UUID, ...] = ()
    """Which cards lost what they say, where it is `card` that went; none in removals of earlier versions."""
    by: str
    at: Moment


class Reading(Frozen):
    """Somebody read recorded content, or took it out of the store."""

    by: str
    what: str
    """What was asked for, without the content: `card 7`, `export`, `subject` and a keyed hash."""
    why: str = ""
    records: int = Field(ge=0)
    """How many records they were shown."""
    at: Moment


class Hold(Frozen):
    """A case was put on hold, or a hold was lifted: while it holds, nothing of the case is removed or erased."""

    case: Hex
    """Keyed hash of the case that is kept."""
    by: str
    why: str
    at: Moment
    lifted: bool
    """Whether the hold ended."""

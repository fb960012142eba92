"""Shows somebody who has two checkpoints, and not the store, that the earlier one leads to the later one.

The proof (RFC 6962, section 2.1.2) is a few dozen hashes a stream, whatever the size of the store. It says that the
later tree begins with the earlier one: no record that the earlier checkpoint saw was changed or cut off since.
"""

from __future__ import annotations

import json
from pathlib import Path

from triage.audit import merkle
from triage.audit.checkpoints import Signed, stored
from triage.errors import ChainBroken, UsageError
from triage.storage import checkpoints as rows
from triage.storage.database import Database


def named(database: Database, name: str) -> Signed:
    """The store's checkpoint with this number, or one in a file. Raises `UsageError` where there is none."""
    if not name.isdecimal():
        return Signed.read(Path(name))
    found = stored(database)
    for each in found:
        if each.checkpoint.number == int(name):
            return each
    last = found[-1].checkpoint.number if found else 0
    raise UsageError(f"{name}: the store has no checkpoint with this number; its last one is {last or 'none'}.")


def prove(database: Database, earlier: Signed, later: Signed) -> dict[str, list[bytes]]:
    """The hashes, by stream, that lead from one checkpoint to the other.

    Raises `UsageError` where the second is not a later one of the same store, `ChainBroken` where the store does not
    hold what they saw.
    """
    before, after = earlier.checkpoint, later.checkpoint
    if before.origin != after.origin:
        raise UsageError(f"checkpoint {before.number} and checkpoint {after.number} are of different stores.")
    if before.number > after.number:
        raise UsageError(f"checkpoint {before.number} is later than checkpoint {after.number}: name the earlier first.")
    heads = {head.stream: head for head in after.streams}
    found: dict[str, list[bytes]] = {}
    with database.snapshot():
        for head in before.streams:
            to = heads.get(head.stream)
            if to is None or to.size < head.size:
                raise ChainBroken(
                    f"stream {head.stream}: checkpoint {before.number} saw {head.size} records, checkpoint "
                    f"{after.number} {to.size if to else 0}. No proof can lead there."
                )
            leaves = list(rows.hashes(database, head.stream, 0, to.size))
            here = merkle.root_of(leaves[: head.size]).hex(), merkle.root_of(leaves).hex()
            if len(leaves) != to.size or here != (head.root, to.root):
                raise ChainBroken(
                    f"stream {head.stream}: its records are not those that checkpoints {before.number} and "
                    f"{after.number} saw. `triage audit verify --checkpoint FILE` says of each what it finds."
                )
            found[head.stream] = merkle.consistency_proof(head.size, leaves) if head.size else []
    return found


def as_text(earlier: Signed, later: Signed, proof: dict[str, list[bytes]]) -> str:
    """The proof as a file for `docs/verify_consistency.py`."""
    data = {
        "v": 1,
        "origin": later.checkpoint.origin,
        "from": earlier.checkpoint.number,
        "to": later.checkpoint.number,
        "streams": {stream: [step.hex() for step in steps] for stream, steps in proof.items()},
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

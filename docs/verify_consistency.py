#!/usr/bin/env python3
"""Checks with Python's standard library alone that one checkpoint leads to a later one: nothing that the earlier one
saw was changed or cut off since. verify_consistency.py PROOF EARLIER LATER

PROOF is what `triage audit prove` wrote. EARLIER and LATER are checkpoints as they were handed over at their time, or
the `checkpoint.json` of a bundle. Use your own copies. Who signed them, and with that the sizes they state, is
`verify_signature.py`'s part.
"""

import hashlib
import json
import sys
from pathlib import Path


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def leads(root, size, later_root, later_size, proof):
    """RFC 9162, section 2.1.4.2. A tree of nothing begins every tree."""
    if size == later_size:
        return root == later_root and not proof
    if size == 0:
        return root == hashlib.sha256(b"").digest() and not proof
    if size > later_size or not proof:
        return False
    path = ([root] if size & (size - 1) == 0 else []) + proof
    place, last = size - 1, later_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    early = late = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            early, late = node(step, early), node(step, late)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            late = node(late, step)
        place, last = place >> 1, last >> 1
    return last == 0 and early == root and late == later_root


def check(proof, earlier, later):
    if earlier["origin"] != later["origin"]:
        yield "the two checkpoints are of different stores"
    if earlier["number"] > later["number"]:
        yield f"checkpoint {earlier['number']} is not the earlier one"
    if (proof["from"], proof["to"]) != (earlier["number"], later["number"]):
        yield f"the proof leads from checkpoint {proof['from']} to {proof['to']}"
    heads = {head["stream"]: head for head in later["streams"]}
    for head in earlier["streams"]:
        after = heads.get(head["stream"])
        steps = [bytes.fromhex(step) for step in proof["streams"].get(head["stream"], ())]
        if after is None:
            yield f"stream {head['stream']}: is missing in checkpoint {later['number']}"
        elif not leads(bytes.fromhex(head["root"]), head["size"], bytes.fromhex(after["root"]), after["size"], steps):
            yield f"stream {head['stream']}: its first {head['size']} records are not shown to be those of before"


if __name__ == "__main__":
    if len(sys.argv) != 4:
        print("usage: verify_consistency.py PROOF EARLIER LATER", file=sys.stderr)
        sys.exit(2)
    shown, before, now = (json.loads(Path(name).read_text("utf-8")) for name in sys.argv[1:4])
    problems = list(check(shown, before["checkpoint"], now["checkpoint"]))
    print("\n".join(problems) if problems else f"checkpoint {shown['from']} leads to checkpoint {shown['to']}")
    sys.exit(1 if problems else 0)

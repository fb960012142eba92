#!/usr/bin/env python3
"""Checks a bundle of `triage audit export` with nothing but Python's standard library: verify_bundle.py FOLDER

Every file is the one that the manifest names; every record has the hash that it claims and its columns follow the
one before; every sealed payload is the one that was recorded; every record is part of the tree whose root the
checkpoint states (RFC 6962). Who signed the checkpoint and the manifest is `verify_signature.py`'s part.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path


def sha256(data):
    return hashlib.sha256(data).digest()


def included(root, size, index, leaf, proof):
    """RFC 9162, section 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, sha256(b"\x00" + leaf)
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = sha256(b"\x01" + step + node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = sha256(b"\x01" + node + step)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def check_files(folder, manifest):
    present = {path.name for path in folder.iterdir()} - {"manifest.json", "manifest.sig"}
    if present != set(manifest["files"]):
        yield f"files: {sorted(present ^ set(manifest['files']))} are missing or were added"
    for name, digest in manifest["files"].items():
        if name in present and sha256((folder / name).read_bytes()).hex() != digest:
            yield f"{name}: is not the file that the manifest names"


def check_record(record, heads, seen):
    body = json.loads(record["body"])
    where = f"stream {body['stream']}, record {body['seq']}"
    found = sha256(b"odoo-triage journal record v1\n" + record["body"].encode())
    if found.hex() != record["hash"]:
        yield f"{where}: its content does not have its hash"
    before = seen.get(body["stream"])
    if before and before[0] + 1 == body["seq"] and before[1] != body["prev"]:
        yield f"{where}: does not follow the record before it"
    elif before and before[0] + 1 != body["seq"]:
        yield f"{where}: records after {before[0]} are missing"
    seen[body["stream"]] = (body["seq"], record["hash"])
    if record["sealed"] is not None:
        sealed = base64.b64decode(record["sealed"])
        if body["payload"] != {"sha256": sha256(sealed).hex(), "size": len(sealed)}:
            yield f"{where}: its payload is not the one that was recorded"
    head = heads.get(body["stream"])
    proof = [bytes.fromhex(step) for step in record["proof"]]
    if head is None or not included(bytes.fromhex(head["root"]), head["size"], body["seq"] - 1, found, proof):
        yield f"{where}: is not part of what the checkpoint states"


def check(folder):
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    yield from check_files(folder, manifest)
    checkpoint = json.loads((folder / "checkpoint.json").read_text("utf-8"))["checkpoint"]
    if (checkpoint["origin"], checkpoint["number"]) != (manifest["origin"], manifest["checkpoint"]):
        yield "checkpoint.json: is not the checkpoint that the manifest names"
    heads, seen, counts = {head["stream"]: head for head in checkpoint["streams"]}, {}, {}
    with (folder / "records.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield from check_record(record, heads, seen)
            stream = json.loads(record["body"])["stream"]
            counts[stream] = counts.get(stream, 0) + 1
    for stream, span in manifest["streams"].items():
        if counts.get(stream) != span["records"] or seen[stream][0] != span["last"]:
            yield f"stream {stream}: not the records {span['first']} to {span['last']} that the manifest names"
    print(f"{sum(counts.values())} records in {len(counts)} streams, checkpoint {checkpoint['number']}")


if __name__ == "__main__":
    problems = list(check(Path(sys.argv[1])))
    print("\n".join(problems) if problems else "whole")
    sys.exit(1 if problems else 0)

#!/usr/bin/env python3
"""Checks who signed a bundle, and opens what was sealed: verify_signature.py FOLDER PUBLIC_KEY.pem

Needs the package `cryptography`. A checkpoint's file may stand in place of the folder. With `keys.json` in the bundle,
every payload is decrypted and compared with the content that stands beside it.
"""

import base64
import hashlib
import json
import sys
import zlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def canonical(value):
    """RFC 8785, as far as checkpoints and envelopes need it: whole numbers, texts, no floats."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def is_signed(statement, signatures, key, name):
    for signature in signatures:
        if signature["key"] == name:
            try:
                key.verify(base64.b64decode(signature["ed25519"]), statement)
            except InvalidSignature:
                continue
            return True
    return False


def check_signatures(folder, key):
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    name = hashlib.sha256(raw).hexdigest()[:16]
    alone = folder.is_file()
    data = json.loads((folder if alone else folder / "checkpoint.json").read_text("utf-8"))
    statement = b"odoo-triage checkpoint v1\n" + canonical(data["checkpoint"])
    if not is_signed(statement, data["signatures"], key, name):
        yield f"{folder.name if alone else 'checkpoint.json'}: is not signed by this key"
    if alone:
        return
    signed = folder / "manifest.sig"
    signatures = json.loads(signed.read_text("utf-8")) if signed.exists() else []
    if not is_signed(b"odoo-triage bundle v1\n" + (folder / "manifest.json").read_bytes(), signatures, key, name):
        yield "manifest.json: is not signed by this key"


def check_payloads(folder):
    keys = json.loads((folder / "keys.json").read_text("utf-8"))
    with (folder / "records.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            body = json.loads(record["body"])
            if record["sealed"] is None or record["erased"]:
                continue
            sealed = base64.b64decode(record["sealed"])
            head = {name: value for name, value in body.items() if name != "payload"}
            bound = b"odoo-triage sealed v1\n" + json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
            try:
                secret = base64.b64decode(keys[sealed[1:9].hex()])
                content = zlib.decompress(AESGCM(secret).decrypt(sealed[9:21], sealed[21:], bound))
            except (KeyError, InvalidTag) as error:
                yield f"stream {body['stream']}, record {body['seq']}: cannot be opened ({type(error).__name__})"
                continue
            said = json.loads(content)
            if (said["type"], said["value"]) != (record["type"], record["value"]):
                yield f"stream {body['stream']}, record {body['seq']}: says something else than what was sealed"


def check(folder, key):
    yield from check_signatures(folder, key)
    if folder.is_dir() and (folder / "keys.json").exists():
        yield from check_payloads(folder)


if __name__ == "__main__":
    public = serialization.load_pem_public_key(Path(sys.argv[2]).read_bytes())
    problems = list(check(Path(sys.argv[1]), public))
    print("\n".join(problems) if problems else "signed by this key")
    sys.exit(1 if problems else 0)

"""Values to sealed bytes and back: JSON, compressed, AES-256-GCM under the key of their case.

A sealed value is `format (1) | key id (8) | nonce (12, random) | ciphertext and tag`. It is bound to its place by the
authenticated data, so that it opens nowhere else.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import ValidationError

from triage.domain import TYPES, Frozen
from triage.errors import ChainBroken, KeyMissing, UsageError
from triage.storage.keys import CaseKey, Keys

_FORMAT = b"\x01"
_KEY_ID = slice(1, 9)
_NONCE = slice(9, 21)
_HEADER = 21

Place = bytes | Mapping[str, Any] | Sequence[str | int]
"""Where a sealed value belongs: a record's envelope, a card's clear columns. JSON values, or JSON in ASCII."""


def encode(value: Frozen | None) -> bytes:
    """A value of the domain (or none) as compressed JSON with the name of its type.

    Raises `UsageError` for a type that is not listed in `triage.domain.TYPES`.
    """
    if value is None:
        return zlib.compress(b'{"type":null,"value":null}', 1)
    name = type(value).__name__
    if TYPES.get(name) is not type(value):
        raise UsageError(f"{name} cannot be recorded: it is not listed in triage.domain.TYPES.")
    return zlib.compress(f'{{"type":"{name}","value":{value.model_dump_json()}}}'.encode(), 1)


def decode(content: bytes) -> Frozen | None:
    """The value that `encode` was given. Raises `ChainBroken` for anything else."""
    try:
        head, _, rest = zlib.decompress(content).partition(b',"value":')
        name = json.loads(head + b"}")["type"]
        return None if name is None else TYPES[name].model_validate_json(rest[:-1])
    except (zlib.error, ValueError, KeyError, TypeError, ValidationError) as error:
        raise ChainBroken(f"a recorded value cannot be read: {error}") from error


def seal(content: bytes, key: CaseKey, place: Place) -> bytes:
    """Encrypt and bind to a place."""
    nonce = secrets.token_bytes(12)
    return _FORMAT + key.id + nonce + AESGCM(key.secret).encrypt(nonce, content, _bound(place))


def key_id(sealed: bytes) -> bytes:
    """Which key sealed this."""
    return sealed[_KEY_ID]


def type_of(content: bytes) -> str | None:
    """Name of the type of a recorded value, none for none, without reading the value itself.

    Raises `ChainBroken` for what `encode` did not make.
    """
    try:
        return _named(zlib.decompress(content).partition(b',"value":')[0])
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise ChainBroken(f"a recorded value cannot be read: {error}") from error


@lru_cache(maxsize=256)
def _named(head: bytes) -> str | None:
    name: str | None = json.loads(head + b"}")["type"]
    if name is not None:
        TYPES[name]
    return name


class Secrets(Protocol):
    """Where the secrets of keys are looked up: `Keys`."""

    def opening(self, case: str, key_id: bytes, /) -> bytes:
        """The secret under this id; raises `KeyMissing`."""


def unseal(sealed: bytes, keys: Secrets, case: str, place: Place) -> bytes:
    """What was sealed.

    Raises `KeyMissing` where the key is gone (erased), `ChainBroken` where the bytes were changed or moved here.
    """
    if len(sealed) <= _HEADER or sealed[:1] != _FORMAT:
        raise ChainBroken("its content is no sealed value of this version")
    secret = keys.opening(case, key_id(sealed))
    try:
        return AESGCM(secret).decrypt(sealed[_NONCE], sealed[_HEADER:], _bound(place))
    except (InvalidTag, ValueError) as error:
        raise ChainBroken("its sealed content was changed, moved, or stands under a changed envelope") from error


def faults(sealed: bytes, keys: Keys, case: str, place: Place, named: str) -> Iterator[str]:
    """What is wrong with a sealed value in a row called `named`; nothing where its key was deleted on purpose."""
    try:
        decode(unseal(sealed, keys, case, place))
    except KeyMissing as error:
        if not keys.was_deleted(key_id(sealed)):
            yield f"{named}: {error}"
    except ChainBroken:
        yield f"{named}: its row was changed outside this software"


def _bound(place: Place) -> bytes:
    text = place if isinstance(place, bytes) else json.dumps(place, sort_keys=True, separators=(",", ":")).encode()
    return b"odoo-triage sealed v1\n" + text

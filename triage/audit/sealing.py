"""Values to sealed bytes and back: JSON, compressed, AES-256-GCM under the key of their case.

A sealed value is `format (1) | key id (8) | nonce (12, random) | ciphertext and tag`. It is bound to its place by the
authenticated data, so that it opens nowhere else.
"""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import ValidationError

from triage import __version__
from triage.domain import TYPES, Frozen
from triage.domain.base import version_number
from triage.errors import ChainBroken, KeyMissing, NewerRecord, UsageError
from triage.storage.keys import CaseKey

WRITTEN_BY = __version__
"""The version that stands in what is written."""

_FORMAT = b"\x01"
_KEY_ID = slice(1, 9)
_NONCE = slice(9, 21)
_HEADER = 21
_VALUE = b',"value":'
_LONGEST_HEAD = 128

Place = bytes | Mapping[str, Any] | Sequence[str | int]
"""Where a sealed value belongs: a record's envelope, a card's clear columns. JSON values, or JSON in ASCII."""


def encode(value: Frozen | None) -> bytes:
    """A value of the domain (or none) as compressed JSON with the name of its type and the version that wrote it.

    Raises `UsageError` for a type that is not listed in `triage.domain.TYPES`.
    """
    if value is None:
        return zlib.compress(b'{"type":null,"value":null}', 1)
    name = type(value).__name__
    if TYPES.get(name) is not type(value):
        raise UsageError(f"{name} cannot be recorded: it is not listed in triage.domain.TYPES.")
    return zlib.compress(f'{{"type":"{name}","by":"{WRITTEN_BY}","value":{value.model_dump_json()}}}'.encode(), 1)


def decode(content: bytes, *, reading: bool = False) -> Frozen | None:
    """The value that `encode` was given.

    What a newer version wrote may say more than this one knows. Whoever acts on it must not: `NewerRecord` is raised.
    Whoever is only `reading` gets it without what is unknown; `NewerRecord` is raised where nothing can be made of it.
    What this version or an older one wrote is read strictly. Raises `ChainBroken` for anything else.
    """
    try:
        head, rest = _parts(content)
        name, version = _named(head)
        if name is None:
            return None
        kind = TYPES.get(name)
        newer = version > version_number(WRITTEN_BY)
        if kind is None and newer:
            raise _too_new(name, version)
        return _validated(TYPES[name], rest, version if newer else 0, reading)
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise ChainBroken(f"a recorded value cannot be read: {error}") from error


def _validated(kind: type[Frozen], value: bytes, newer: int, reading: bool) -> Frozen:
    try:
        return kind.model_validate_json(value)
    except ValidationError as error:
        if not newer:
            raise
        if reading:
            with suppress(ValidationError):
                return kind.model_validate_json(value, extra="ignore")
        raise _too_new(kind.__name__, newer) from error


def _too_new(name: str, version: int) -> NewerRecord:
    wrote = f"{version // 1_000_000}.{version // 1000 % 1000}.{version % 1000}"
    return NewerRecord(
        f"a {name} was written by version {wrote} and says more than {WRITTEN_BY} knows. Use that version.", version
    )


def raw(content: bytes) -> tuple[str | None, Any]:
    """Name of the type and the value as JSON, whichever version wrote it. Raises `ChainBroken` for anything else."""
    try:
        head, rest = _parts(content)
        return _named(head)[0], json.loads(rest)
    except (zlib.error, ValueError, KeyError, TypeError) as error:
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
        name, version = _named(_head(content))
        if name is not None and version <= version_number(WRITTEN_BY):
            TYPES[name]
    except (zlib.error, ValueError, KeyError, TypeError) as error:
        raise ChainBroken(f"a recorded value cannot be read: {error}") from error
    return name


def _parts(content: bytes) -> tuple[bytes, bytes]:
    """What stands before the value, and the value."""
    head, _, rest = zlib.decompress(content).partition(_VALUE)
    return head, rest[:-1]


def _head(content: bytes) -> bytes:
    """What stands before the value, of which no more is unpacked than that."""
    head, found, _ = zlib.decompressobj().decompress(content, _LONGEST_HEAD).partition(_VALUE)
    return head if found else _parts(content)[0]


@lru_cache(maxsize=256)
def _named(head: bytes) -> tuple[str | None, int]:
    told = json.loads(head + b"}")
    return told["type"], version_number(told.get("by", "0"))


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


def faults(
    sealed: bytes, keys: Secrets, case: str, place: Place, named: str, may_be_gone: Callable[[], bool]
) -> Iterator[str]:
    """What is wrong with a sealed value in a row called `named`; `may_be_gone`: whether its key need not be here."""
    try:
        decode(unseal(sealed, keys, case, place), reading=True)
    except NewerRecord:
        return
    except KeyMissing as error:
        if not may_be_gone():
            yield f"{named}: {error}"
    except ChainBroken:
        yield f"{named}: its row was changed outside this software"


def _bound(place: Place) -> bytes:
    text = place if isinstance(place, bytes) else json.dumps(place, sort_keys=True, separators=(",", ":")).encode()
    return b"odoo-triage sealed v1\n" + text

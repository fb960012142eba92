"""Wraps the keys of a key store with a key that is itself wrapped by a keeper's key-encryption key.

Two steps, because a keeper may be far away: a process asks it when it begins and after a rotation, not for each case.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from triage.errors import ConfigurationError, StoreError
from triage.storage.keepers import COMMAND, KEY_FILE, Keeper

_NONCE = 12
_BYTES = 32
_DOMAIN = b"odoo-triage wrapped key v1\n"


class WrappingRow(NamedTuple):
    """A wrapping key as it stands in the key store."""

    id: str
    """Random, 16 hex digits."""
    under: str
    """Id of the key-encryption key that wraps it."""
    wrapped: bytes


class Share(NamedTuple):
    """How many case keys a wrapping key wraps."""

    row: WrappingRow | None
    """None for keys that lie unwrapped."""
    keys: int
    other: bool
    """Whether the key of the keyed hashes is among what it wraps."""

    def is_stale(self, newest: str) -> bool:
        """Whether a rotation is wanted, with this key-encryption key the newest."""
        return (self.keys > 0 or self.other) and (self.row is None or self.row.under != newest)

    def __str__(self) -> str:
        what = f"{self.keys} case key{'' if self.keys == 1 else 's'}"
        return f"{what} and the key of the keyed hashes" if self.other else what


def shares_of(rows: Sequence[WrappingRow], counted: Mapping[str | None, int], hash_by: str | None) -> list[Share]:
    """How the keys are shared among wrapping keys: `counted` by id of these, none for those that lie unwrapped."""
    found = [Share(row, counted.get(row.id, 0), hash_by == row.id) for row in rows]
    bare = Share(None, counted.get(None, 0), hash_by is None)
    return [bare, *found] if bare.keys or bare.other else found


class Wrapping:
    """The wrapping keys of one key store, each unwrapped when it is first needed and kept as long as it is open."""

    def __init__(self, keeper: Keeper | None, name: str, look: Callable[[str], WrappingRow | None]) -> None:
        """`look` finds a wrapping key by its id; messages call the key store `name`."""
        self.keeper = keeper
        self._name = name
        self._look = look
        self._opened: dict[str, AESGCM] = {}
        self._lock = threading.Lock()

    def make(self) -> WrappingRow:
        """A new wrapping key under the keeper's newest key, unwrapped once to see that it can be.

        Raises `ConfigurationError` where there is no keeper, or what it gave is not the key wrapped.
        """
        keeper = self._asked("its keys are to be wrapped")
        key = keeper.newest()
        secret = secrets.token_bytes(_BYTES)
        row = WrappingRow(secrets.token_hex(8), key.id, key.wrap(secret))
        if keeper.called(row.under).unwrap(row.wrapped) != secret:
            raise ConfigurationError(
                f"key-encryption key {row.under}: what it wrapped does not unwrap to the same. Nothing was changed."
            )
        self._opened[row.id] = AESGCM(secret)
        return row

    def ready(self, row: WrappingRow) -> None:
        """Have a wrapping key unwrapped now: its keeper may be slow. Raises as `unwrap` does."""
        self._key(row.id, row)

    def is_current(self, row: WrappingRow) -> bool:
        """Whether the keeper's newest key wraps it."""
        return self._asked("its keys are to be wrapped").newest().id == row.under

    def wrap(self, row: WrappingRow, secret: bytes, place: bytes) -> bytes:
        """Wrap a key, for this place only."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._key(row.id, row).encrypt(nonce, secret, _DOMAIN + place)

    def unwrap(self, stored: bytes, by: str | None, place: bytes) -> bytes:
        """A key as it was before it was wrapped; one that is not (`by` is none) as it is.

        Raises `ConfigurationError` where the keeper is missing or refuses, `StoreError` where the bytes were changed.
        """
        if by is None:
            return bytes(stored)
        try:
            return self._key(by).decrypt(bytes(stored[:_NONCE]), bytes(stored[_NONCE:]), _DOMAIN + place)
        except (InvalidTag, ValueError) as error:
            raise StoreError(f"{self._name}: a wrapped key was changed, or moved to another place.") from error

    def _key(self, name: str, row: WrappingRow | None = None) -> AESGCM:
        found = self._opened.get(name)
        if found is None:
            row = row or self._look(name)
            if row is None:
                raise StoreError(f"{self._name}: wrapping key {name} is missing, and what it wraps cannot be read.")
            with self._lock:  # one thread asks, the others have the answer from it
                found = self._opened.get(name)
                if found is None:
                    found = self._opened[name] = self._unwrapped(row)
        return found

    def _unwrapped(self, row: WrappingRow) -> AESGCM:
        keeper = self._asked(f"its keys are under key-encryption key {row.under}")
        secret = keeper.called(row.under).unwrap(row.wrapped)
        if len(secret) != _BYTES:
            raise ConfigurationError(f"key-encryption key {row.under}: gave something else than was wrapped.")
        return AESGCM(secret)

    def _asked(self, why: str) -> Keeper:
        if self.keeper is None:
            raise ConfigurationError(f"{self._name}: {why}: set {KEY_FILE} or {COMMAND} to who holds that key.")
        return self.keeper

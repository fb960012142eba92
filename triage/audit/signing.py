"""Ed25519 signatures under checkpoints. The key lies in a file that the service's account need not be able to read.

A signer is either a key file, or a command of another account that gets the statement on its standard input and gives
back the signature: `triage audit sign KEY` is one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from triage.errors import ConfigurationError, UsageError

CHECKPOINT = b"odoo-triage checkpoint v1\n"
BUNDLE = b"odoo-triage bundle v1\n"
"""What stands before a statement, so that a key signs checkpoints and bundles, and never one as the other."""

_SECONDS = 30.0


@dataclass(frozen=True)
class Signature:
    """A signature and the key that made it."""

    key: str
    """First 16 hex digits of the SHA-256 of the public key's 32 bytes."""
    ed25519: bytes

    def as_json(self) -> dict[str, str]:
        """As it stands in a checkpoint's file."""
        return {"key": self.key, "ed25519": base64.b64encode(self.ed25519).decode("ascii")}

    @classmethod
    def from_json(cls, data: object) -> Signature:
        """Raises `ValueError` where it is none."""
        if not isinstance(data, dict) or not isinstance(data.get("key"), str):
            raise ValueError("a signature has `key` and `ed25519`")  # noqa: TRY004 - it is data that is wrong
        text = data.get("ed25519", "")
        try:
            found = cls(data["key"], base64.b64decode(text, validate=True))
        except (binascii.Error, TypeError) as error:
            raise ValueError("`ed25519` is not base64") from error
        if found.as_json()["ed25519"] != text:  # bits that no byte needs could say anything
            raise ValueError("`ed25519` is not base64 as it is written")
        return found


class Signer(Protocol):
    """Signs what it is given. `statement` begins with `CHECKPOINT` or `BUNDLE`."""

    def sign(self, statement: bytes) -> Signature:
        """Raises `ConfigurationError` where it cannot."""


class KeySigner:
    """Signs with a key in a file: PEM, PKCS #8, readable by its owner only."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def read(cls, path: Path) -> KeySigner:
        """Raises `ConfigurationError` where the file is missing, no Ed25519 key, or readable by others."""
        try:
            if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise ConfigurationError(f"{path}: others may read the signing key. Run `chmod 600 {path}` first.")
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except OSError as error:
            raise ConfigurationError(f"{path}: the signing key cannot be read ({error.strerror}).") from error
        except (ValueError, TypeError) as error:
            raise ConfigurationError(f"{path}: is no unencrypted private key in PEM form.") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise ConfigurationError(f"{path}: is no Ed25519 key. `triage audit keygen FILE` makes one.")
        return cls(key)

    def sign(self, statement: bytes) -> Signature:
        """Sign a checkpoint or a bundle. Raises `UsageError` for anything else."""
        if not statement.startswith((CHECKPOINT, BUNDLE)):
            raise UsageError("this key signs checkpoints and bundles only; what it was given is neither.")
        return Signature(key_name(self._key.public_key()), self._key.sign(statement))


class CommandSigner:
    """Has a command sign: statement on its standard input, `{"key": ..., "ed25519": ...}` on its standard output."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)

    def sign(self, statement: bytes) -> Signature:
        """Raises `ConfigurationError` where the command fails, takes over half a minute, or answers otherwise."""
        named = self._command[0]
        try:
            done = subprocess.run(  # noqa: S603 - the administrator's own command, no shell
                self._command, input=statement, capture_output=True, timeout=_SECONDS, check=True
            )
            return Signature.from_json(json.loads(done.stdout))
        except OSError as error:
            raise ConfigurationError(f"signer {named}: cannot be started ({error.strerror}).") from error
        except subprocess.TimeoutExpired as error:
            raise ConfigurationError(f"signer {named}: gave no signature within {_SECONDS:.0f} s.") from error
        except subprocess.CalledProcessError as error:
            raise ConfigurationError(f"signer {named}: failed with code {error.returncode}.") from error
        except ValueError as error:
            raise ConfigurationError(f"signer {named}: its answer is no signature ({error}).") from error


def make_key(path: Path) -> str:
    """Make a signing key in a new file, and beside it `<file>.pub`; returns the key's name.

    Raises `UsageError` where the file is there already.
    """
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    beside = path.with_name(path.name + ".pub")
    if beside.exists():
        raise UsageError(f"{beside}: there is a file already. A key is never written over; name another file.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError as error:
        raise UsageError(f"{path}: there is a file already. A key is never written over; name another file.") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}).") from error
    with os.fdopen(handle, "wb") as file:
        file.write(private)
    beside.write_bytes(public)
    return key_name(key.public_key())


def read_public(path: Path) -> Ed25519PublicKey:
    """A public key in PEM form. Raises `UsageError` where the file holds none."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: the public key cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise UsageError(f"{path}: is no public key in PEM form.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{path}: is no Ed25519 public key.")
    return key


def key_name(key: Ed25519PublicKey) -> str:
    """By what a signature names its key."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def is_signed_by(statement: bytes, signatures: Sequence[Signature], key: Ed25519PublicKey) -> bool:
    """Whether one of the signatures is this key's under this statement."""
    for signature in signatures:
        if signature.key != key_name(key):
            continue
        try:
            key.verify(signature.ed25519, statement)
        except InvalidSignature:
            continue
        return True
    return False

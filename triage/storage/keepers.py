"""Who holds the key-encryption keys: a file of its own, or a command, as a key management service (KMS) has one.

A keeper wraps a handful of keys, those that the key store wraps its case keys with, so that it is asked when a process
starts, when keys are rotated and once after that, and never for a case. What it holds must lie apart from the keys and
their backups.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from triage.errors import ConfigurationError, UsageError

_BYTES = 32
_SECONDS = 30.0
_SAID, _SHOWN = 2000, 200
"""Bytes of a command's standard error that are looked at, and letters that a message shows."""
KEY_FILE, COMMAND = "TRIAGE_KEYS_KEK", "TRIAGE_KEYS_KMS"
"""The variables that name the file, or the command."""


class KeyEncryptionKey(Protocol):
    """A key that encrypts keys. Its methods raise `ConfigurationError` where that cannot be done."""

    @property
    def id(self) -> str:
        """What is written down of it, to find it again: at most 200 characters."""

    def wrap(self, secret: bytes, /) -> bytes:
        """A key of 32 bytes, wrapped: at most some kilobytes."""

    def unwrap(self, wrapped: bytes, /) -> bytes:
        """The key that was wrapped."""


class Keeper(Protocol):
    """Holds key-encryption keys. Its methods raise `ConfigurationError` where it cannot be asked, or has none."""

    def newest(self) -> KeyEncryptionKey:
        """The one to wrap with from now on."""

    def called(self, name: str, /) -> KeyEncryptionKey:
        """The one with this id."""


@dataclass(frozen=True)
class FileKey:
    """A key-encryption key out of a file. It wraps as RFC 3394 says (AES-256)."""

    id: str
    _secret: bytes

    def wrap(self, secret: bytes) -> bytes:
        """See `KeyEncryptionKey.wrap`."""
        return aes_key_wrap(self._secret, secret)

    def unwrap(self, wrapped: bytes) -> bytes:
        """See `KeyEncryptionKey.unwrap`."""
        try:
            return aes_key_unwrap(self._secret, wrapped)
        except (InvalidUnwrap, ValueError) as error:
            raise ConfigurationError(f"key-encryption key {self.id}: what it is to unwrap was changed.") from error


class FileKeeper:
    """Key-encryption keys in a file, readable by its owner only: a line each, `ID BASE64`, the newest last.

    The file is read whenever it is asked: a line that was added holds at once.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def newest(self) -> FileKey:
        """The key of the last line."""
        return self.all()[-1]

    def called(self, name: str) -> FileKey:
        """See `Keeper.called`."""
        for key in self.all():
            if key.id == name:
                return key
        raise ConfigurationError(f"{self.path}: does not hold key-encryption key {name}, which the keys are under.")

    def all(self) -> list[FileKey]:
        """All keys, in order. Raises `ConfigurationError` where the file is wrong, empty, or readable by others."""
        found = self._read()
        if not found:
            raise ConfigurationError(f"{self.path}: holds no key. `triage case-keys keygen {self.path}` makes one.")
        return found

    def _read(self) -> list[FileKey]:
        try:
            if os.name == "posix" and stat.S_IMODE(self.path.stat().st_mode) & 0o077:
                raise ConfigurationError(f"{self.path}: others may read it. Run `chmod 600 {self.path}` first.")
            lines = self.path.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{self.path}: the key-encryption keys cannot be read.") from error
        return [self._key(number, line) for number, line in enumerate(lines, start=1) if line.strip()]

    def add(self) -> FileKey:
        """Add a new key to the file, which is made where there is none. Raises `ConfigurationError`."""
        if self.path.exists():
            self._read()  # it may be empty: whoever was to write the first line was broken off
        secret = secrets.token_bytes(_BYTES)
        key = FileKey(_name(secret), secret)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
            with os.fdopen(handle, "r+b") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - 1))
                begun = size > 0 and file.read(1) != b"\n"
                file.write(b"\n" * begun + f"{key.id} {base64.b64encode(secret).decode()}\n".encode())
                file.flush()
                os.fsync(file.fileno())
            _settle(self.path.parent)
        except OSError as error:
            raise ConfigurationError(f"{self.path}: cannot be written ({error.strerror}).") from error
        return key

    def _key(self, number: int, line: str) -> FileKey:
        try:
            name, text = line.split()
            secret = base64.b64decode(text, validate=True)
        except ValueError as error:
            raise ConfigurationError(f"{self.path}, line {number}: is not `ID BASE64`.") from error
        if len(secret) != _BYTES or name != _name(secret):
            raise ConfigurationError(f"{self.path}, line {number}: its id is not that of its key: it was changed.")
        return FileKey(name, secret)


def _settle(folder: Path) -> None:
    """Have the disk hold the names in a folder, not only what its files say."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _name(secret: bytes) -> str:
    return hashlib.sha256(b"odoo-triage key-encryption key v1\n" + secret).hexdigest()[:16]


@dataclass(frozen=True)
class CommandKey:
    """A key-encryption key that only a command can use."""

    id: str
    _keeper: CommandKeeper

    def wrap(self, secret: bytes) -> bytes:
        """See `KeyEncryptionKey.wrap`."""
        return self._keeper.ask("wrap", self.id, given=secret)

    def unwrap(self, wrapped: bytes) -> bytes:
        """See `KeyEncryptionKey.unwrap`."""
        return self._keeper.ask("unwrap", self.id, given=wrapped)


class CommandKeeper:
    """Has a command wrap and unwrap, so that the key-encryption key never comes here.

    `COMMAND key` prints the id of the newest key; `COMMAND wrap ID` and `COMMAND unwrap ID` get bytes on their standard
    input and give bytes on their standard output. Anything but exit status 0 is a refusal.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)

    def newest(self) -> CommandKey:
        """See `Keeper.newest`."""
        try:
            name = self.ask("key").decode("utf-8").strip()
        except UnicodeDecodeError:
            name = ""
        if not name or len(name) > 200 or not name.isprintable():
            raise ConfigurationError(f"{self._named}: `key` did not print the id of a key.")
        return CommandKey(name, self)

    def called(self, name: str) -> CommandKey:
        """See `Keeper.called`. Whether it holds that key shows when it is used."""
        return CommandKey(name, self)

    @property
    def _named(self) -> str:
        return f"{COMMAND} ({self._command[0]})"

    def ask(self, *words: str, given: bytes = b"") -> bytes:
        """What the command says. Raises `ConfigurationError` where it fails, is silent, or takes over half a minute."""
        try:
            done = subprocess.run(  # noqa: S603 - the administrator's own command, no shell
                [*self._command, *words], input=given, capture_output=True, timeout=_SECONDS, check=True
            )
        except OSError as error:
            raise ConfigurationError(f"{self._named}: cannot be started ({error.strerror}).") from error
        except subprocess.TimeoutExpired as error:
            raise ConfigurationError(f"{self._named}: `{words[0]}` took over {_SECONDS:.0f} s.") from error
        except subprocess.CalledProcessError as error:
            raise ConfigurationError(
                f"{self._named}: `{' '.join(words)}` failed with code {error.returncode}{_complaint(error.stderr)}."
            ) from error
        if not done.stdout:
            raise ConfigurationError(f"{self._named}: `{' '.join(words)}` said nothing{_complaint(done.stderr)}.")
        return done.stdout


def _complaint(said: bytes) -> str:
    """The first line of what a command said on standard error, fit for a message."""
    lines = [line for line in said[:_SAID].decode("utf-8", "replace").splitlines() if line.strip()]
    line = "".join(letter if letter.isprintable() else "?" for letter in lines[0].strip()) if lines else ""
    return f" ({line[:_SHOWN]})" if line else ""


def answer(keeper: FileKeeper, words: Sequence[str], given: bytes) -> bytes:
    """What a command with this file says to `CommandKeeper`: for a file that only another account can read.

    Raises `UsageError` for other words, `ConfigurationError` where the file cannot do it.
    """
    match list(words):
        case ["key"]:
            return keeper.newest().id.encode()
        case ["wrap", name] if len(given) == _BYTES:
            return keeper.called(name).wrap(given)
        case ["unwrap", name]:
            return keeper.called(name).unwrap(given)
    raise UsageError("say `key`, `wrap ID` with 32 bytes, or `unwrap ID` with what was wrapped.")

"""Programs that are told when something waits for a person: the entry `listeners` of `jobs.yaml`."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from triage.domain.base import Frozen
from triage.domain.notice import NoticeKind
from triage.errors import ConfigurationError

SHORTEST_SECRET = 16
"""Bytes of a signing secret."""


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.fragment:
        raise ValueError("must be an address with https:// (or http://), without a password and #")
    return value


class Listener(Frozen):
    """A program that is told."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
    """What records and metrics call it."""
    url: Annotated[str, AfterValidator(_address)]
    """Where events are posted. Nothing personal stands in them; beyond this machine use https all the same."""
    secret_files: Annotated[tuple[Path, ...], Field(min_length=1, max_length=5)]
    """Relative to the home folder: base64 of at least 16 bytes each, with or without `whsec_`. Each signs, so that a
    new secret can stand beside the old one while the listener changes over."""
    events: Annotated[tuple[NoticeKind, ...], Field(min_length=1)] = tuple(NoticeKind)
    companies: tuple[str, ...] | None = None
    """The only companies that it is told of; none: all."""
    confidence_below: Annotated[float, Field(ge=0, le=1)] | None = None
    """Of `card.unsure`: a suggestion whose measured confidence is lower counts as well."""
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)
    """How long it may take to answer."""


@dataclass(frozen=True)
class OpenListener:
    """A listener with its secrets read."""

    listener: Listener
    secrets: tuple[bytes, ...] = field(repr=False)


def open_listeners(listeners: Sequence[Listener], home: Path) -> list[OpenListener]:
    """The listeners with their secrets. Raises `ConfigurationError` that names the listener; never a secret."""
    return [
        OpenListener(each, tuple(_secret(each, home / path.expanduser()) for path in each.secret_files))
        for each in listeners
    ]


def _secret(listener: Listener, path: Path) -> bytes:
    try:
        text = path.read_text(encoding="utf-8").strip().removeprefix("whsec_")
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"listener {listener.name}: {path} cannot be read ({type(error).__name__})."
        ) from error
    except (binascii.Error, ValueError) as error:
        raise ConfigurationError(f"listener {listener.name}: {path} holds no base64 (whsec_...).") from error
    if len(key) < SHORTEST_SECRET:
        raise ConfigurationError(f"listener {listener.name}: {path} holds fewer than {SHORTEST_SECRET} bytes; use 24.")
    return key


__all__ = ["Listener", "OpenListener", "open_listeners"]

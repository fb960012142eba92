"""What the web process is told: who may send events, how much, and how long anything may take. `service.yaml`.

Secrets stand in files or in variables of the environment, never in `service.yaml` itself. `python -m
service.configuration` prints the JSON schema of the file.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import limits
import yaml
from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from service.identity import Address, SignIn
from service.secret import SecretFrom
from triage.domain.base import Frozen
from triage.errors import ConfigurationError
from triage.odoo.capture import MODELS
from triage.odoo.card_rows import MODEL as CARD_ROWS

FILE = "service.yaml"
SHORTEST_SECRET = 16
"""Characters of a secret in a path or header, bytes of a signing secret."""
MESSAGES = "mail.message"
"""May be named by a hook, which then says on which record the message stands."""
_MODEL = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class SourceDoor(StrEnum):
    """How a source sends."""

    HOOK = "hook"
    """Odoo's webhook action."""
    BRIDGE = "bridge"
    """OCA's `ai_oca_bridge`."""
    SIGNED = "signed"
    """Signed events (Standard Webhooks) in the form of CloudEvents."""


class Source(Frozen):
    """Somebody who may send events."""

    name: Name
    """Stands in the address; lower case, digits and hyphens."""
    door: SourceDoor
    secrets: Annotated[tuple[SecretFrom, ...], Field(min_length=1, max_length=5)]
    """All of them are good: name the new one beside the old one while senders change over."""
    company: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
    """In whose stream an arrival is recorded while the record's own company is not known."""
    models: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    """Models of Odoo whose records may be named. Hooks and bridges need at least one."""
    delay_seconds: float = Field(default=5.0, ge=0, le=3600)
    """Odoo 18 calls before it commits: the record is read so long after the call at the earliest."""
    rate: str | None = None
    """The most that is taken, for example `300/minute`; without it all."""
    answer_url: str | None = None
    """Bridge: the address under which Odoo knows itself (`web.base.url`), where it is another than `odoo.yaml`'s."""
    wait_seconds: float = Field(default=20.0, ge=0, le=28)
    """Bridge: how long a call without an address for a later answer waits for one. Odoo itself gives up after 30.
    0: it is answered as soon as it is kept, for bridges that process no answer."""
    html_flag: bool = True
    """Bridge: say that the answer is HTML (Odoo 17 and later need it, 16 refuses it)."""

    @field_validator("models")
    @classmethod
    def _models_look_like_models(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for model in value:
            if model == CARD_ROWS:
                continue
            if not _MODEL.fullmatch(model):
                raise ValueError(f"{model!r} is no name of a model, as sale.order is")
            if model not in MODELS and model != MESSAGES:
                raise ValueError(f"{model!r} cannot be read. These can: {', '.join([*MODELS, MESSAGES, CARD_ROWS])}")
        return value

    @field_validator("rate")
    @classmethod
    def _rate_is_a_rate(cls, value: str | None) -> str | None:
        return value if value is None else rate(value)

    @model_validator(mode="after")
    def _hooks_name_models(self) -> Source:
        if self.door is not SourceDoor.SIGNED and not self.models:
            raise ValueError(f"models: a {self.door.value} needs at least one model, for example [sale.order]")
        return self


class Scraping(Frozen):
    """Who may read `/metrics`, and what it may cost."""

    token: SecretFrom | None = None
    """Whoever sends it as a bearer token may read; without it only this machine itself."""
    companies: int = Field(default=20, ge=0, le=500)
    """So many companies are named in labels; the others are told together, as `other`."""
    seconds: float = Field(default=10.0, ge=1, le=600)
    """For so long figures of the store are told again; what costs more, several times as long."""


class ServiceConfiguration(Frozen):
    """The whole of `service.yaml`. Unknown entries are errors."""

    sources: tuple[Source, ...] = ()
    accept_seconds: float = Field(default=0.15, gt=0, le=0.9)
    """How long an event may wait to be written before it is refused with 503. Odoo itself waits one second."""
    waiting_events: int = Field(default=2000, ge=1, le=100_000)
    """How many may wait to be written; what comes beyond them is refused at once."""
    max_event_bytes: int = Field(default=1_000_000, ge=1024)
    """Of a hook, a bridge's call or a signed event."""
    max_body_bytes: int = Field(default=20_000_000, ge=1024)
    """Of any other request."""
    key_rate: str = "600/minute"
    """For each API key, where the key itself has none."""
    model: str = "embedded"
    """Who answers classify, summarize and extract; named as with `--model`."""
    task_seconds: float = Field(default=30.0, gt=0, le=600)
    """How long such an answer may take."""
    waiting_tasks: int = Field(default=8, ge=1, le=1000)
    """How many may wait for an answer at once."""
    silent_worker_seconds: float = Field(default=60.0, gt=0)
    """A worker that gave no sign for longer counts as gone in `/readyz`."""
    late_inbox_seconds: float = Field(default=300.0, gt=0)
    """An arrival overdue for longer is named in `/readyz`."""
    address: Address | None = None
    """Under which people reach the review pages: https, or http on loopback. Links from notes begin with it."""
    metrics: Scraping = Scraping()
    """Who may read `/metrics`."""
    sign_in: SignIn = SignIn()
    """How people sign in to the review pages."""

    @field_validator("key_rate")
    @classmethod
    def _rate_is_a_rate(cls, value: str) -> str:
        return rate(value)

    @model_validator(mode="after")
    def _a_provider_needs_to_know_where_to_send_people(self) -> ServiceConfiguration:
        if self.sign_in.provider is not None and self.address is None:
            raise ValueError("address: is needed with sign_in.provider, which sends people back to it")
        return self

    @model_validator(mode="after")
    def _names_are_unique(self) -> ServiceConfiguration:
        names = [source.name for source in self.sources]
        if double := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"sources: {double[0]!r} stands there twice")
        return self


@dataclass(frozen=True)
class OpenSource:
    """A source with its secrets read."""

    source: Source
    secrets: tuple[bytes, ...] = field(repr=False)


def rate(text: str) -> str:
    """A rate as `limits` reads it (`300/minute`, `10 per second`). Raises `ValueError` for anything else."""
    try:
        limits.parse(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no rate, as 300/minute or 10/second are") from error
    return text


def read_configuration(home: Path) -> ServiceConfiguration:
    """What `service.yaml` says, or the defaults where there is none.

    Raises `ConfigurationError` that names the file and the first wrong entry; no value is repeated.
    """
    path = home / FILE
    if not path.exists():
        return ServiceConfiguration()
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read as UTF-8 text ({type(error).__name__}).") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise ConfigurationError(f"{path}: is not YAML{where}.") from error
    try:
        return ServiceConfiguration.model_validate_json(json.dumps({} if data is None else data, default=str))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole file"
        said = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(
            f"{path}: {where}: {said}. `python -m service.configuration` shows what may stand there."
        ) from error


def open_sources(
    configuration: ServiceConfiguration, home: Path, environment: Mapping[str, str] = os.environ
) -> dict[str, OpenSource]:
    """The sources by name, with their secrets. Raises `ConfigurationError` that names the source; never a secret."""
    return {source.name: _opened(source, home, environment) for source in configuration.sources}


def metrics_token(
    configuration: ServiceConfiguration, home: Path, environment: Mapping[str, str] = os.environ
) -> bytes | None:
    """What opens `/metrics`, where a token is set. Raises `ConfigurationError` where it cannot be read or is short."""
    told = configuration.metrics.token
    if told is None:
        return None
    try:
        secret = told.read(home, environment)
    except ConfigurationError as error:
        raise ConfigurationError(f"{home / FILE}: metrics.token: {error}") from error
    if len(secret) < SHORTEST_SECRET:
        raise ConfigurationError(f"{home / FILE}: metrics.token: must have at least {SHORTEST_SECRET} characters.")
    return secret.encode()


def _opened(source: Source, home: Path, environment: Mapping[str, str]) -> OpenSource:
    try:
        secrets = tuple(_usable(source, secret.read(home, environment)) for secret in source.secrets)
    except ConfigurationError as error:
        raise ConfigurationError(f"{home / FILE}: source {source.name}: {error}") from error
    return OpenSource(source, secrets)


def _usable(source: Source, secret: str) -> bytes:
    if source.door is not SourceDoor.SIGNED:
        if len(secret) < SHORTEST_SECRET or not re.fullmatch(r"[A-Za-z0-9._~-]+", secret):
            raise ConfigurationError(
                f"the secret must have at least {SHORTEST_SECRET} letters, digits, hyphens or underscores "
                '(python -c "import secrets; print(secrets.token_urlsafe(32))" makes one).'
            )
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix("whsec_") + "==")
    except (binascii.Error, ValueError) as error:
        raise ConfigurationError("the signing secret is not base64 (whsec_... as Standard Webhooks has it).") from error
    if len(key) < SHORTEST_SECRET:
        raise ConfigurationError(f"the signing secret has fewer than {SHORTEST_SECRET} bytes; use 24 or more.")
    return key


if __name__ == "__main__":
    sys.stdout.write(json.dumps(ServiceConfiguration.model_json_schema(), indent=2) + "\n")

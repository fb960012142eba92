"""Recorded answers: a chat model that records what it hears, and one that answers from such a record.

A record is JSON lines: what was asked, by which model and way, and what came back. Keys and addresses are not in it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from langchain_core.language_models import BaseChatModel
from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

from triage.domain.answers import Usage
from triage.domain.base import fingerprint
from triage.domain.policy import Endpoint
from triage.errors import ConfigurationError, NotSupported, ReplayMiss
from triage.models.chat import OpenAIChat, StructuredChat
from triage.models.chat_answers import Received
from triage.models.chat_form import LADDER, PLAIN, Api, Form, Rung, Turn, Way
from triage.models.chat_plain import ask_plainly, name_of

_AROUND = 40


class Request(BaseModel):
    """All that changes an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: str
    remote: bool
    model: str
    api: str
    rung: str
    name: str
    schema_hash: str
    """Of the answer's JSON schema."""
    parameters: dict[str, Any]
    turns: tuple[Turn, ...]

    @cached_property
    def key(self) -> str:
        """SHA-256 (hex) of all of it."""
        return fingerprint(self.model_dump(mode="json"))

    @property
    def way(self) -> Way:
        """How it was asked."""
        return Way(Api(self.api), Rung(self.rung))


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    request: Request
    text: str
    cut: bool = False
    usage: Usage = Usage()


@dataclass(frozen=True)
class _Source:
    """Which model's answers a request is for."""

    endpoint: Endpoint
    model: str
    parameters: dict[str, Any]

    def request(self, turns: Sequence[Turn], form: Form | None) -> Request:
        way = form.way if form else PLAIN
        return Request(
            endpoint=self.endpoint.name,
            remote=self.endpoint.remote,
            model=self.model,
            api=way.api.value,
            rung=way.rung.value,
            name=form.name if form else "",
            schema_hash=fingerprint(dict(form.schema)) if form else "",
            parameters=self.parameters,
            turns=tuple({"role": turn["role"], "content": _settled(turn["content"], form)} for turn in turns),
        )


class RecordingChat(StructuredChat):
    """Asks another model and appends every exchange to a file. Make it with `recording`."""

    inner: BaseChatModel
    path: Path
    parameters: dict[str, Any] = {}

    _writing: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def answer(self, turns: Sequence[Turn], form: Form | None = None) -> Received:
        """The inner model's answer, recorded before it is returned. What the inner model raises is not recorded."""
        if isinstance(self.inner, StructuredChat):
            received = self.inner.answer(turns, form)
        elif form is not None and form.way.rung is not Rung.TEXT:
            raise NotSupported(f"{self.model}: answers in text only.", "format")
        else:
            received = ask_plainly(self.inner, turns)
        request = _Source(self.endpoint, self.model, self.parameters).request(turns, form)
        entry = _Entry(request=request, text=_settled(received.text, form), cut=received.cut, usage=received.usage)
        with self._writing, self.path.open("a", encoding="utf-8") as file:
            file.write(entry.model_dump_json() + "\n")
        return received


def recording(inner: BaseChatModel, path: Path) -> RecordingChat:
    """A model that answers as `inner` does and appends each exchange to `path`."""
    endpoint_name, model = name_of(inner)
    endpoint = inner.endpoint if isinstance(inner, StructuredChat) else Endpoint(name=endpoint_name, url="langchain:")
    parameters: dict[str, Any] = {}
    if isinstance(inner, OpenAIChat):
        parameters = {"max_output_tokens": inner.max_output_tokens, "temperature": inner.temperature}
    return RecordingChat(inner=inner, path=path, endpoint=endpoint, model=model, parameters=parameters)


class ReplayChat(StructuredChat):
    """Answers from a record and from nowhere else. Make it with `replaying`."""

    parameters: dict[str, Any] = {}
    keeps_way: ClassVar[bool] = False

    _entries: dict[str, _Entry] = PrivateAttr(default_factory=dict)

    def answer(self, turns: Sequence[Turn], form: Form | None = None) -> Received:
        """The recorded answer. Raises `ReplayMiss` that names the nearest difference.

        A way of asking that the record never used, while it used a later one, is declined as the server once did.
        """
        request = _Source(self.endpoint, self.model, self.parameters).request(turns, form)
        if entry := self._entries.get(request.key):
            return Received(_unsettled(entry.text, form), entry.usage, entry.cut)
        if self._recorded_further_down(request.way):
            raise NotSupported(f"{self.endpoint.name}: the record was made by another way of asking.", "format")
        raise ReplayMiss(
            f"{self.endpoint.url}: no answer of {self.model} is recorded for this request. {self._nearest(request)}"
        )

    def _recorded_further_down(self, way: Way) -> bool:
        used = {entry.request.way for entry in self._entries.values()}
        return way in LADDER and way not in used and any(later in used for later in LADDER[LADDER.index(way) :])

    def _nearest(self, request: Request) -> str:
        if not self._entries:
            return "The file holds no answers."
        near = max((entry.request for entry in self._entries.values()), key=lambda other: _likeness(request, other))
        return f"The nearest one differs in {_difference(request, near)}."


def replaying(path: Path, which: str | None = None) -> ReplayChat:
    """A model that answers from the file `path`.

    `which` (`ENDPOINT:MODEL`) picks one where the file holds answers of several models. Raises `ConfigurationError`
    for a file that cannot be read, is no record, or leaves open whose answers are meant.
    """
    entries = list(_read(path))
    sources = {f"{entry.request.endpoint}:{entry.request.model}": entry.request for entry in entries}
    if which is None and len(sources) > 1:
        raise ConfigurationError(
            f"{path}: holds answers of {', '.join(sorted(sources))}; say which: {path}#{min(sources)}"
        )
    name = which or next(iter(sources), "replay:nothing")
    if which is not None and which not in sources:
        raise ConfigurationError(
            f"{path}: holds no answers of {which}, but of {', '.join(sorted(sources)) or 'nobody'}."
        )
    first = sources.get(name)
    model = ReplayChat(
        endpoint=Endpoint(
            name=first.endpoint if first else "replay",
            url=f"replay:{path.name}",
            remote=first.remote if first else True,
        ),
        model=first.model if first else "nothing",
        parameters=first.parameters if first else {},
    )
    for entry in entries:
        if first and (entry.request.endpoint, entry.request.model) == (first.endpoint, first.model):
            model._entries[entry.request.key] = entry
    return model


def _read(path: Path) -> Iterator[_Entry]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: the recorded answers cannot be read ({type(error).__name__}).") from error
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield _Entry.model_validate_json(line)
        except ValidationError as error:
            raise ConfigurationError(f"{path}, line {number}: is no recorded answer. Record it again.") from error


def _settled(text: str, form: Form | None) -> str:
    for n, volatile in enumerate(form.volatile if form else ()):
        text = text.replace(volatile, f"«{n}»")
    return text


def _unsettled(text: str, form: Form | None) -> str:
    for n, volatile in enumerate(form.volatile if form else ()):
        text = text.replace(f"«{n}»", volatile)
    return text


def _likeness(one: Request, other: Request) -> tuple[int, int]:
    """How much agrees: settings first, then how far the messages run alike."""
    settings = sum(getattr(one, name) == getattr(other, name) for name in Request.model_fields)
    return settings, _first_difference(_joined(one), _joined(other))


def _joined(request: Request) -> str:
    return json.dumps(request.turns, ensure_ascii=False)


def _first_difference(one: str, other: str) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _difference(request: Request, near: Request) -> str:
    for name in ("model", "remote", "api", "rung", "name", "schema_hash", "parameters"):
        asked, recorded = getattr(request, name), getattr(near, name)
        if asked != recorded:
            return f"{name}: asked {asked}, recorded {recorded}"
    for n, (asked, recorded) in enumerate(zip(request.turns, near.turns, strict=False)):
        if asked != recorded:
            at = _first_difference(asked["content"], recorded["content"])
            a, b = (turn["content"][max(0, at - _AROUND) : at + _AROUND] for turn in (asked, recorded))
            return f"message {n} ({asked['role']}) at character {at}: asked {a!r}, recorded {b!r}"
    return f"the number of messages: asked {len(request.turns)}, recorded {len(near.turns)}"

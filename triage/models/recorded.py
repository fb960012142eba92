"""A chat model that answers from the calls which stand in recorded answers, and from nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import PrivateAttr

from triage.domain import ModelCall
from triage.domain.policy import Endpoint
from triage.errors import ConfigurationError, NotSupported, ReplayMiss
from triage.models.chat import StructuredChat
from triage.models.chat_answers import Received
from triage.models.chat_form import Form, Turn

_MARKER = re.compile(r"data-[0-9a-f]{16}")
"""Random words that fence data off in a prompt; another one each time."""


class RecordedChat(StructuredChat):
    """Made with `answering_from`."""

    keeps_way: ClassVar[bool] = False

    _answers: dict[tuple[tuple[str, str], ...], ModelCall] = PrivateAttr(default_factory=dict)
    _rungs: set[str] = PrivateAttr(default_factory=set)

    def answer(self, turns: Sequence[Turn], form: Form | None = None) -> Received:
        """What came back when exactly this was sent. Raises `ReplayMiss` where it never was.

        A way of asking for structure that no recorded call used is declined, as the server once did.
        """
        if form is not None and form.way.rung.value not in self._rungs:
            raise NotSupported(
                f"{self.endpoint.name}: the recorded calls were made by another way of asking.", "format"
            )
        found = self._answers.get(_key(turns))
        if found is None:
            raise ReplayMiss(f"{self.endpoint.name}:{self.model}: nothing was recorded for this request.")
        return Received(_with_markers(found.received, found.sent, turns), found.usage)


def answering_from(calls: Iterable[ModelCall]) -> RecordedChat:
    """A model that answers as these calls were answered; the last one where the same was sent twice.

    Raises `ConfigurationError` where there are none, or where they are of several models.
    """
    kept = [call for call in calls if call.received]
    sources = sorted({(call.endpoint, call.model) for call in kept})
    if len(sources) != 1:
        named = ", ".join(f"{endpoint}:{model}" for endpoint, model in sources)
        raise ConfigurationError(
            f"the recorded calls are of {named}: narrow the period."
            if named
            else "no call of a model is recorded here."
        )
    endpoint, model = sources[0]
    chat = RecordedChat(endpoint=Endpoint(name=endpoint, url="recorded:", remote=True), model=model)
    for call in kept:
        chat._answers[_key(call.sent)] = call
        chat._rungs.add(call.rung)
    return chat


def _key(turns: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(turn["role"]), _MARKER.sub("data-", str(turn["content"]))) for turn in turns)


def _with_markers(text: str, sent: Sequence[Mapping[str, Any]], asked: Sequence[Turn]) -> str:
    """The answer with the markers of today's request in place of those of the recorded one."""
    before = dict.fromkeys(mark for turn in sent for mark in _MARKER.findall(str(turn["content"])))
    after = dict.fromkeys(mark for turn in asked for mark in _MARKER.findall(str(turn["content"])))
    for old, new in zip(before, after, strict=False):
        text = text.replace(old, new)
    return text

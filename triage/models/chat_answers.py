"""What servers answer, read leniently into one shape: the text, whether it was cut, and the usage."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from triage.domain.answers import Usage
from triage.errors import ModelInvalid, ModelRefused, ModelUnavailable


@dataclass(frozen=True)
class Received:
    """One answer of a model."""

    text: str
    usage: Usage = field(default_factory=Usage)
    cut: bool = False
    """The endpoint stopped it at a limit of length."""


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore")


_Body = TypeVar("_Body", bound=_Lenient)


class _Usage(_Lenient):
    input_tokens: int | None = None
    output_tokens: int | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def taken(self, seconds: float) -> Usage:
        return Usage(
            input_tokens=self.input_tokens or self.prompt_tokens or 0,
            output_tokens=self.output_tokens or self.completion_tokens or 0,
            seconds=seconds,
        )


class _Part(_Lenient):
    type: str = ""
    text: str | None = None
    refusal: str | None = None


class _Item(_Lenient):
    type: str = ""
    content: list[_Part] | None = None
    arguments: str | None = None


class _Why(_Lenient):
    reason: str | None = None
    code: str | None = None
    message: str | None = None


class _Responses(_Lenient):
    status: str | None = None
    output: list[_Item]
    usage: _Usage | None = None
    error: _Why | None = None
    incomplete_details: _Why | None = None


class _Function(_Lenient):
    arguments: str | dict[str, Any] = ""


class _ToolCall(_Lenient):
    function: _Function = _Function()


class _Message(_Lenient):
    content: str | list[_Part] | None = None
    refusal: str | None = None
    tool_calls: list[_ToolCall] | None = None


class _Choice(_Lenient):
    message: _Message
    finish_reason: str | None = None


class _Chat(_Lenient):
    choices: list[_Choice]
    usage: _Usage | None = None


def read_responses(endpoint: str, body: bytes, seconds: float) -> Received:
    """The answer in a body of the Responses API.

    Raises `ModelRefused` for a refusal or content filter, `ModelUnavailable` for a failed run, `ModelInvalid` for a
    body that is no such answer.
    """
    answer = _parsed(_Responses, endpoint, body)
    parts = [part for item in answer.output for part in item.content or []]
    if said := next((part.refusal for part in parts if part.refusal), None):
        raise ModelRefused(f"{endpoint}: the model declined: {_short(said)}")
    stopped = answer.incomplete_details.reason if answer.incomplete_details else None
    if stopped == "content_filter":
        raise ModelRefused(f"{endpoint}: the content filter stopped the answer.")
    if answer.status == "failed" or answer.error:
        told = answer.error.message or answer.error.code if answer.error else None
        raise ModelUnavailable(f"{endpoint}: the model's run failed: {_short(told or 'no reason given')}")
    arguments = next((item.arguments for item in answer.output if item.type == "function_call"), None)
    text = arguments or "".join(part.text or "" for part in parts if part.type in ("output_text", "text", ""))
    return Received(text, (answer.usage or _Usage()).taken(seconds), answer.status == "incomplete")


def read_chat(endpoint: str, body: bytes, seconds: float) -> Received:
    """The answer in a body of Chat Completions; raises as `read_responses` does."""
    answer = _parsed(_Chat, endpoint, body)
    if not answer.choices:
        raise ModelInvalid(f"{endpoint}: the answer holds no choice.")
    choice = answer.choices[0]
    if choice.message.refusal:
        raise ModelRefused(f"{endpoint}: the model declined: {_short(choice.message.refusal)}")
    if choice.finish_reason == "content_filter":
        raise ModelRefused(f"{endpoint}: the content filter stopped the answer.")
    usage = (answer.usage or _Usage()).taken(seconds)
    return Received(_text_of(choice.message), usage, choice.finish_reason == "length")


def _text_of(message: _Message) -> str:
    if message.tool_calls:
        arguments = message.tool_calls[0].function.arguments
        if isinstance(arguments, str):
            return arguments
        return json.dumps(arguments, ensure_ascii=False)
    if isinstance(message.content, list):
        return "".join(part.text or "" for part in message.content)
    return message.content or ""


def _parsed(kind: type[_Body], endpoint: str, body: bytes) -> _Body:
    try:
        return kind.model_validate_json(body)
    except ValidationError:
        shown = "a page of HTML" if body.lstrip()[:1] == b"<" else f"{len(body):,} bytes of something else"
    raise ModelInvalid(f"{endpoint}: expected a model's answer in JSON, got {shown}. Check the endpoint's url.")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 200 else text[:199] + "…"

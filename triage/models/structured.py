"""Typed answers from any chat model: the ladder of ways, parsing, one repair turn, few retries."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import stamina
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from triage.domain.answers import ModelCall, Usage
from triage.errors import ModelError, ModelInvalid, ModelUnavailable, NotSupported
from triage.models.chat import StructuredChat
from triage.models.chat_answers import Received
from triage.models.chat_form import LADDER, PLAIN, Form, Rung, Turn, Way, strict_schema
from triage.models.chat_plain import ask_plainly, name_of

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

AnswerT = TypeVar("AnswerT", bound=BaseModel)

_WAYS: dict[tuple[str, str], Way] = {}
_WAYS_LOCK = threading.Lock()
_SHOWN_PROBLEMS = 8
_REPEATED_CHARS = 20_000
_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL)
_THOUGHTS = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)


@dataclass(frozen=True)
class Patience:
    """How often and how long an endpoint that is down or busy is asked again."""

    attempts: int = 3
    seconds: float = 90.0
    """No new attempt after this long."""
    wait_initial: float = 0.5
    wait_max: float = 8.0
    wait_jitter: float = 0.5
    longest_retry_after: float = 20.0
    """A longer `Retry-After` is not waited for here: the error carries it to whoever schedules."""


PATIENCE = Patience()


def ask(
    model: BaseChatModel,
    messages: Sequence[Turn],
    answer_type: type[AnswerT],
    *,
    patience: Patience = PATIENCE,
    volatile: tuple[str, ...] = (),
    replaced: Mapping[str, int] | None = None,
) -> tuple[AnswerT, ModelCall]:
    """One typed answer, and the record of the exchange.

    Asks by strict JSON schema, then a JSON object with the schema in the prompt, then a forced tool, then plain text;
    falls to the next way only where the server says that it lacks one, and remembers the way that it takes. An answer
    that does not parse into `answer_type` goes back once with what is wrong. Any LangChain chat model that is no
    `StructuredChat` is asked by plain text.

    `volatile` names random strings in the messages, `replaced` counts the personal data replaced in them.
    Raises `ModelUnavailable`, `ModelRefused` or `ModelInvalid`; their `calls` hold what was sent.
    """
    return _Question(model, list(messages), answer_type, patience, volatile, dict(replaced or {})).asked()


def forget_ways() -> None:
    """Begin at the top of the ladder again for every endpoint."""
    with _WAYS_LOCK:
        _WAYS.clear()


@dataclass
class _Question(Generic[AnswerT]):
    model: BaseChatModel
    messages: list[Turn]
    answer_type: type[AnswerT]
    patience: Patience
    volatile: tuple[str, ...]
    replaced: dict[str, int]
    attempts: int = 0
    sent: list[Turn] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    way: Way = PLAIN
    heeded: bool = True
    """Whether the first answer was JSON: some servers take a way without a word and ignore it."""
    schema: dict[str, Any] = field(default_factory=dict)

    def asked(self) -> tuple[AnswerT, ModelCall]:
        self.schema = strict_schema(self.answer_type)
        try:
            return self._down_the_ladder(), self._call()
        except ModelError as error:
            error.calls = (*error.calls, self._call())
            raise

    def _down_the_ladder(self) -> AnswerT:
        if not isinstance(self.model, StructuredChat):
            return self._by(PLAIN)
        known = (self.model.endpoint.url, self.model.model)
        ways = _ways_from(_WAYS.get(known) if self.model.keeps_way else None)
        while True:
            try:
                answer = self._by(ways[0])
            except NotSupported as error:
                ways = _after(ways, error.lacking)
                if not ways:
                    _remember(known, None)
                    raise
            except ModelInvalid:
                _remember(known, None)
                raise
            else:
                _remember(known, ways[0] if self.heeded or len(ways) == 1 else ways[1])
                return answer

    def _by(self, way: Way) -> AnswerT:
        self.way = way
        turns = _with_schema(self.messages, self.schema) if _needs_schema(way) else self.messages
        received = self._exchange(turns)
        answer, problem = _parsed(received, self.answer_type)
        if answer is None:
            self.heeded = any(_is_object(text) for text in _candidates(received.text))
            schema = {} if _needs_schema(way) else self.schema
            received = self._exchange([*turns, *_repair(received, problem, schema)])
            answer, problem = _parsed(received, self.answer_type)
        if answer is None:
            raise ModelInvalid(f"{self._who()}: the answer does not fit, even after one repair: {problem}")
        return answer

    def _exchange(self, turns: list[Turn]) -> Received:
        patience = self.patience
        for attempt in stamina.retry_context(
            on=self._wait_after,
            attempts=patience.attempts,
            timeout=patience.seconds,
            wait_initial=patience.wait_initial,
            wait_max=patience.wait_max,
            wait_jitter=patience.wait_jitter,
        ):
            with attempt:
                self.attempts += 1
                self.sent = turns
                received = self._answer(turns)
                self.received.append(received)
                return received
        raise ModelUnavailable(f"{self._who()}: no attempt was made; allow at least one.")

    def _answer(self, turns: list[Turn]) -> Received:
        if not isinstance(self.model, StructuredChat):
            return ask_plainly(self.model, turns)
        name = re.sub(r"\W", "", self.answer_type.__name__) or "Answer"
        return self.model.answer(turns, Form(self.way, name, self.schema, self.volatile))

    def _wait_after(self, error: Exception) -> bool | float:
        if not isinstance(error, ModelUnavailable):
            return False
        if error.retry_after is None:
            return True
        return error.retry_after if error.retry_after <= self.patience.longest_retry_after else False

    def _call(self) -> ModelCall:
        endpoint, model = name_of(self.model)
        taken = [received.usage for received in self.received]
        return ModelCall(
            endpoint=endpoint,
            model=model,
            rung=self.way.rung.value,
            sent=tuple(dict(turn) for turn in self.sent),
            received=self.received[-1].text if self.received else "",
            usage=Usage(
                input_tokens=sum(usage.input_tokens for usage in taken),
                output_tokens=sum(usage.output_tokens for usage in taken),
                seconds=sum(usage.seconds for usage in taken),
            ),
            attempts=self.attempts,
            replaced=self.replaced,
        )

    def _who(self) -> str:
        return ":".join(name_of(self.model))


def _ways_from(known: Way | None) -> tuple[Way, ...]:
    return LADDER if known is None else LADDER[LADDER.index(known) :]


def _after(ways: tuple[Way, ...], lacking: str) -> tuple[Way, ...]:
    if lacking == "api":
        return tuple(way for way in ways if way.api is not ways[0].api)
    return ways[1:]


def _remember(known: tuple[str, str], way: Way | None) -> None:
    with _WAYS_LOCK:
        if way is None:
            _WAYS.pop(known, None)
        else:
            _WAYS[known] = way


def _needs_schema(way: Way) -> bool:
    return way.rung in (Rung.JSON_OBJECT, Rung.TEXT)


def _with_schema(messages: list[Turn], schema: Mapping[str, Any]) -> list[Turn]:
    """The messages with the schema at the end of the first, the system's."""
    asked = (
        "\n\nAnswer with one JSON object and nothing else: no introduction, no code fence. "
        "It must fit this JSON schema:\n" + _compact(schema)
    )
    first, *rest = messages
    return [{"role": first["role"], "content": first["content"] + asked}, *rest]


def _repair(received: Received, problem: str, schema: Mapping[str, Any]) -> list[Turn]:
    asked = (
        f"That answer cannot be used: {problem}\n"
        "Answer again, complete and corrected, as one JSON object that fits the schema, with nothing before or after."
    )
    if schema:
        asked += " The schema:\n" + _compact(schema)
    return [
        {"role": "assistant", "content": received.text[:_REPEATED_CHARS].strip() or "(nothing)"},
        {"role": "user", "content": asked},
    ]


def _compact(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":"))


def _is_object(text: str) -> bool:
    try:
        return isinstance(from_json(text), dict)
    except ValueError:
        return False


def _parsed(received: Received, answer_type: type[AnswerT]) -> tuple[AnswerT | None, str]:
    """The answer, or what is wrong with it in words."""
    if not received.text.strip():
        return None, "it is empty."
    problem = ""
    for candidate in _candidates(received.text):
        try:
            return answer_type.model_validate_json(candidate), ""
        except ValidationError as error:
            problem = problem or _told(error)
    return None, ("it was cut off at the limit of length; be shorter. " if received.cut else "") + problem


def _candidates(text: str) -> list[str]:
    """Where the JSON object may stand: the whole text, a fenced block, from the first brace to the last."""
    bare = _THOUGHTS.sub("", text).strip()
    found = [bare, *_FENCED.findall(bare)]
    first, last = bare.find("{"), bare.rfind("}")
    if 0 <= first < last:
        found.append(bare[first : last + 1])
    return list(dict.fromkeys(found))


def _told(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    told = [f"{'.'.join(map(str, p['loc'])) or 'the text'}: {p['msg']}" for p in problems[:_SHOWN_PROBLEMS]]
    more = len(problems) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more > 0 else "")

"""Chat models of OpenAI-compatible servers: Responses API first, Chat Completions where that is all there is."""

from __future__ import annotations

import threading
import time
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import openai
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field, PrivateAttr, SecretStr

from triage.domain.policy import Endpoint
from triage.errors import ModelError, NotSupported
from triage.models.chat_answers import Received, read_chat, read_responses
from triage.models.chat_errors import FAILURES, Asked
from triage.models.chat_form import Api, Form, Rung, Turn
from triage.models.chat_transport import bounded_client

_ROLES = {"human": "user", "ai": "assistant", "system": "system"}


def turns_of(messages: Sequence[BaseMessage]) -> list[Turn]:
    """LangChain messages as plain roles and texts."""
    return [{"role": _ROLES.get(message.type, "user"), "content": message.text} for message in messages]


class StructuredChat(BaseChatModel):
    """A chat model that can be asked for structure by several ways. `triage.models.structured.ask` finds the way."""

    endpoint: Endpoint
    model: str
    keeps_way: ClassVar[bool] = True
    """Whether the way that worked once is where the next question begins."""

    @abstractmethod
    def answer(self, turns: Sequence[Turn], form: Form | None = None) -> Received:
        """One exchange, in the given form. Raises `ModelError`, of which `NotSupported` asks for another way."""

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        received = self.answer(turns_of(messages))
        taken = received.usage
        message = AIMessage(
            content=received.text,
            usage_metadata=UsageMetadata(
                input_tokens=taken.input_tokens,
                output_tokens=taken.output_tokens,
                total_tokens=taken.input_tokens + taken.output_tokens,
            ),
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    @property
    def _llm_type(self) -> str:
        return "odoo-triage"


class OpenAIChat(StructuredChat):
    """A model on an OpenAI-compatible server.

    Never retries by itself, keeps nothing at the server (`store=False`), waits no longer than the endpoint's
    `timeout_seconds` for the whole answer and holds no more than `max_answer_bytes` of it. The key is sent to the
    endpoint and shown nowhere else.
    """

    endpoint: Endpoint
    model: str
    api_key: SecretStr | None = Field(default=None, repr=False, exclude=True)
    key_setting: str = "OPENAI_API_KEY"
    """The setting that a message names when the key is not accepted."""
    max_answer_bytes: int = Field(default=4_000_000, gt=0)
    max_output_tokens: int | None = None
    temperature: float | None = None

    _client: openai.OpenAI | None = PrivateAttr(default=None)
    _starting: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def answer(self, turns: Sequence[Turn], form: Form | None = None) -> Received:
        """One exchange. Without a form: plain text by the Responses API, or by Chat Completions where that lacks."""
        if form is not None:
            return self._exchange(form.way.api, turns, form)
        try:
            return self._exchange(Api.RESPONSES, turns, None)
        except NotSupported:
            return self._exchange(Api.CHAT, turns, None)

    def _exchange(self, api: Api, turns: Sequence[Turn], form: Form | None) -> Received:
        problem: ModelError
        started = time.monotonic()
        try:
            body = self._responses(turns, form) if api is Api.RESPONSES else self._chat(turns, form)
        except FAILURES as error:
            problem = self._asked(api).failure(error)
        else:
            read = read_responses if api is Api.RESPONSES else read_chat
            return read(self.endpoint.name, body, time.monotonic() - started)
        raise problem  # outside of the handler: the SDK's error holds the request with the key

    def _responses(self, turns: Sequence[Turn], form: Form | None) -> bytes:
        body: dict[str, Any] = {"model": self.model, "input": list(turns), "store": False} | self._parameters()
        if self.max_output_tokens is not None:
            body["max_output_tokens"] = self.max_output_tokens
        if form is not None:
            body["extra_body"] = _responses_form(form)  # as it is: the SDK looks through what it takes as parameters
        return self._connected().responses.with_raw_response.create(**body).content

    def _chat(self, turns: Sequence[Turn], form: Form | None) -> bytes:
        body: dict[str, Any] = {"model": self.model, "messages": list(turns)} | self._parameters()
        if self.max_output_tokens is not None:
            body["max_tokens"] = self.max_output_tokens
        if form is not None:
            body["extra_body"] = _chat_form(form)
        return self._connected().chat.completions.with_raw_response.create(**body).content

    def _parameters(self) -> dict[str, Any]:
        parameters: dict[str, Any] = {} if self.temperature is None else {"temperature": self.temperature}
        if not self._secret():
            parameters["extra_headers"] = {"Authorization": openai.Omit()}
        return parameters

    def _connected(self) -> openai.OpenAI:
        with self._starting:
            if self._client is None:
                key = self._secret()
                unnamed: dict[str, Any] = {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
                self._client = openai.OpenAI(
                    api_key=key or "none",
                    admin_api_key="",
                    organization="",
                    project="",
                    webhook_secret="",
                    base_url=self.endpoint.url,
                    timeout=self.endpoint.timeout_seconds,
                    max_retries=0,
                    default_headers=unnamed,
                    http_client=bounded_client(self.endpoint.timeout_seconds, self.max_answer_bytes),
                )
            return self._client

    def _secret(self) -> str:
        return self.api_key.get_secret_value() if self.api_key else ""

    def _asked(self, api: Api) -> Asked:
        return Asked(
            endpoint=self.endpoint.name,
            model=self.model,
            api=api,
            timeout_seconds=self.endpoint.timeout_seconds,
            max_bytes=self.max_answer_bytes,
            key_setting=self.key_setting,
            secret=self._secret(),
        )


def _responses_form(form: Form) -> dict[str, Any]:
    match form.way.rung:
        case Rung.JSON_SCHEMA:
            return {"text": {"format": {"type": "json_schema", "strict": True} | _named(form, "schema")}}
        case Rung.JSON_OBJECT:
            return {"text": {"format": {"type": "json_object"}}}
        case Rung.TOOL:
            tool = {"type": "function", "strict": True} | _named(form, "parameters")
            return {"tools": [tool], "tool_choice": {"type": "function", "name": form.name}}
        case Rung.TEXT:
            return {}


def _chat_form(form: Form) -> dict[str, Any]:
    match form.way.rung:
        case Rung.JSON_SCHEMA:
            return {
                "response_format": {"type": "json_schema", "json_schema": {"strict": True} | _named(form, "schema")}
            }
        case Rung.JSON_OBJECT:
            return {"response_format": {"type": "json_object"}}
        case Rung.TOOL:
            tool = {"type": "function", "function": _named(form, "parameters")}
            return {"tools": [tool], "tool_choice": {"type": "function", "function": {"name": form.name}}}
        case Rung.TEXT:
            return {}


def _named(form: Form, schema_key: str) -> dict[str, Any]:
    return {"name": form.name, schema_key: dict(form.schema)}

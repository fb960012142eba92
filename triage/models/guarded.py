"""A chat model behind a circuit breaker and a budget: what stands before every exchange with a server."""

from __future__ import annotations

import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from pydantic import PrivateAttr

from triage import metrics, tracing
from triage.errors import ModelError, ModelInvalid, ModelRefused, ModelUnavailable, NotSupported, OverBudget
from triage.models.breaker import Breaker, Refused, breaker_of
from triage.models.budget import Budget
from triage.models.chat import OpenAIChat
from triage.models.chat_answers import Received
from triage.models.chat_form import Form, Turn
from triage.models.turns import turn


class GuardedChat(OpenAIChat):
    """As `OpenAIChat`; asks nothing of an endpoint that is down, nor when the day's budget is spent.

    Both come out as `ModelUnavailable` with a time after which to ask again that nobody waits for within a task, so
    that the task behind it answers at once, and says why.
    """

    _budget: Budget | None = PrivateAttr(default=None)
    _breaker: Breaker | None = PrivateAttr(default=None)

    @classmethod
    def of(cls, chat: OpenAIChat, budget: Budget | None, breaker: Breaker | None = None) -> GuardedChat:
        """The same model behind a budget and a breaker, which is its address's unless another is given."""
        made = cls(**{name: getattr(chat, name) for name in OpenAIChat.model_fields if name in chat.model_fields_set})
        made._budget, made._breaker = budget, breaker
        return made

    def answer(self, turns: Sequence[Turn], form: Form | None = None) -> Received:
        """One exchange, counted, when it is its turn. Raises `OverBudget` and `ModelUnavailable` before anything leaves
        the house.
        """
        with turn():
            return self._answer(turns, form)

    def _answer(self, turns: Sequence[Turn], form: Form | None) -> Received:
        if self._budget is not None:
            try:
                self._budget.check()
            except OverBudget:
                self._count("over_budget")
                raise
        breaker = self._breaker or breaker_of(self.endpoint.url)
        try:
            with breaker.passing(_is_outage):
                received = self._timed(turns, form)
        except Refused as refused:
            self._count("left_alone")
            raise ModelUnavailable(
                f"{self.endpoint.name}: did not answer lately and is left alone for another {refused.seconds:.0f} s.",
                max(refused.seconds, _NOT_WAITED_FOR),
            ) from None
        finally:
            metrics.leave_alone(self.endpoint.name, breaker.unanswered_seconds)
        if self._budget is not None:
            self._budget.add(self.endpoint.name, self.model, received.usage)
        return received

    def _timed(self, turns: Sequence[Turn], form: Form | None) -> Received:
        began, result = time.monotonic(), "error"
        try:
            with tracing.span(f"chat {self.model}", self._said(form), is_call=True) as span:
                received = super().answer(turns, form)
                taken = received.usage
                span.say(
                    {
                        "gen_ai.usage.input_tokens": taken.input_tokens,
                        "gen_ai.usage.output_tokens": taken.output_tokens,
                    }
                )
        except ModelError as error:
            result = next((name for kind, name in _RESULTS if isinstance(error, kind)), result)
            raise
        else:
            result = "ok"
            return received
        finally:
            metrics.meters().model_seconds.labels(self.endpoint.name).observe(time.monotonic() - began)
            self._count(result)

    def _said(self, form: Form | None) -> dict[str, tracing.Value]:
        """What a span says of a question, in OpenTelemetry's words for generative models."""
        address = urlsplit(self.endpoint.url)
        said: dict[str, tracing.Value] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": self.model,
            "gen_ai.output.type": "text" if form is None else "json",
            "server.address": address.hostname or "",
        }
        said |= {} if self.temperature is None else {"gen_ai.request.temperature": self.temperature}
        said |= {} if self.max_output_tokens is None else {"gen_ai.request.max_tokens": self.max_output_tokens}
        return said | ({} if address.port is None else {"server.port": address.port})

    def _count(self, result: str) -> None:
        metrics.meters().model_requests.labels(self.endpoint.name, result).inc()


_RESULTS: tuple[tuple[type[ModelError], str], ...] = (
    (NotSupported, "not_supported"),
    (ModelUnavailable, "unavailable"),
    (ModelRefused, "refused"),
    (ModelInvalid, "invalid"),
)
_NOT_WAITED_FOR = 3600.0
"""Seconds; longer than any task waits for a busy server."""


def _is_outage(error: BaseException) -> bool:
    return isinstance(error, ModelUnavailable) and not isinstance(error, OverBudget)


__all__ = ["GuardedChat"]

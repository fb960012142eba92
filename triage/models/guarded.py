"""A chat model behind a circuit breaker and a budget: what stands before every exchange with a server."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import PrivateAttr

from triage.errors import ModelUnavailable, OverBudget
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
            self._budget.check()
        breaker = self._breaker or breaker_of(self.endpoint.url)
        try:
            with breaker.passing(_is_outage):
                received = super().answer(turns, form)
        except Refused as refused:
            raise ModelUnavailable(
                f"{self.endpoint.name}: did not answer lately and is left alone for another {refused.seconds:.0f} s.",
                max(refused.seconds, _NOT_WAITED_FOR),
            ) from None
        if self._budget is not None:
            self._budget.add(self.endpoint.name, self.model, received.usage)
        return received


_NOT_WAITED_FOR = 3600.0
"""Seconds; longer than any task waits for a busy server."""


def _is_outage(error: BaseException) -> bool:
    return isinstance(error, ModelUnavailable) and not isinstance(error, OverBudget)


__all__ = ["GuardedChat"]

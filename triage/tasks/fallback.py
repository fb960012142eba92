"""One task behind another: where the first model gives no usable answer, the second task answers."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from langchain_core.runnables import Runnable, RunnableConfig

from triage.domain import Answer, Producer
from triage.errors import ModelError

InputT = TypeVar("InputT")
AnswerT = TypeVar("AnswerT", bound=Answer)
_InT_contra = TypeVar("_InT_contra", contravariant=True)
_OutT_co = TypeVar("_OutT_co", covariant=True)


class Task(Protocol[_InT_contra, _OutT_co]):
    """A task: a `Runnable` with the key of its step and what acts on its answers."""

    key: str
    producer: Producer
    acting: dict[str, str]

    def invoke(self, input: _InT_contra, config: RunnableConfig | None = None, **kwargs: Any) -> _OutT_co:  # noqa: A002
        """The answer."""
        ...


class Fallback(Runnable[InputT, AnswerT]):
    """Asks `first`; on a `ModelError` asks `second` and says so in its answer.

    The answer then carries a warning with the reason, and the first one's calls: what left the house is recorded even
    where nothing usable came back. Other errors are not caught.
    """

    def __init__(self, first: Any, second: Any) -> None:
        self.first: Task[InputT, AnswerT] = first
        self.second: Task[InputT, AnswerT] = second
        self.key = self.first.key
        self.producer = self.first.producer

    @property
    def acting(self) -> dict[str, str]:
        """Hashes of what acts on an answer of either."""
        return {**self.second.acting, **self.first.acting}

    def invoke(self, input: InputT, config: RunnableConfig | None = None, **kwargs: Any) -> AnswerT:  # noqa: A002
        """The first task's answer, or the second one's with a warning."""
        try:
            return self.first.invoke(input, config)
        except ModelError as error:
            reason, calls = str(error), error.calls
        answer = self.second.invoke(input, config)
        warning = f"answered by {answer.by.model} because {self.first.producer.model} gave no usable answer: {reason}"
        return answer.with_(warnings=(warning, *answer.warnings), calls=(*calls, *answer.calls))

"""Any LangChain chat model, asked by text alone."""

from __future__ import annotations

import time
from collections.abc import Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langsmith import tracing_context

from triage.domain.answers import Usage
from triage.errors import ModelUnavailable, TriageError
from triage.models.chat import StructuredChat
from triage.models.chat_answers import Received
from triage.models.chat_form import Turn

_KINDS: dict[str, type[BaseMessage]] = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}


def ask_plainly(model: BaseChatModel, turns: Sequence[Turn]) -> Received:
    """One exchange with any chat model. Tracing to a service outside of the policy is switched off around it.

    Raises `ModelUnavailable` for whatever the model raises: nothing is known of its errors.
    """
    started = time.monotonic()
    try:
        with tracing_context(enabled=False):
            message = model.invoke([_KINDS[turn["role"]](content=turn["content"]) for turn in turns])
    except TriageError:
        raise
    except Exception as error:
        endpoint, name = name_of(model)
        raise ModelUnavailable(f"{endpoint}:{name}: the model failed ({type(error).__name__}).") from error
    taken = message.usage_metadata
    return Received(
        message.text,
        Usage(
            input_tokens=taken["input_tokens"] if taken else 0,
            output_tokens=taken["output_tokens"] if taken else 0,
            seconds=time.monotonic() - started,
        ),
    )


def name_of(model: BaseChatModel) -> tuple[str, str]:
    """Endpoint and model, as records name them."""
    if isinstance(model, StructuredChat):
        return model.endpoint.name, model.model
    named = getattr(model, "model_name", None) or getattr(model, "model", None)
    return "langchain", named if isinstance(named, str) else type(model).__name__

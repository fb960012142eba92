"""What the prompted tasks share: a model, a prompt, the border around the call, and what acts on the answer."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Generic, TypeVar

from langchain_core.language_models import BaseChatModel
from pydantic import BaseModel

from prompts import Prompt, load
from triage.domain import Case, Method, ModelCall, PrivateKind, Producer, fingerprint
from triage.models.chat import StructuredChat
from triage.models.chat_form import strict_schema
from triage.models.chat_plain import name_of
from triage.models.structured import PATIENCE, Patience, ask
from triage.privacy.border import Border

AnswerT = TypeVar("AnswerT", bound=BaseModel)

EVERY_KIND = frozenset(PrivateKind)


class Asking(Generic[AnswerT]):
    """One prompt put to one model, for answers of one type.

    `replace` are the kinds of personal data that policy keeps in the house. A model on an endpoint that is not remote
    sees the original; a model whose endpoint is unknown counts as remote.
    """

    def __init__(
        self,
        model: BaseChatModel,
        prompt: Prompt,
        answer_type: type[AnswerT],
        replace: frozenset[PrivateKind] = EVERY_KIND,
        patience: Patience = PATIENCE,
    ) -> None:
        self.model = model
        self.prompt = prompt
        self.answer_type = answer_type
        self.remote = model.endpoint.remote if isinstance(model, StructuredChat) else True
        self.replace = replace if self.remote else frozenset()
        self.patience = patience

    def border(self, case: Case | None) -> Border:
        """The border for one case's texts. What passes through its `replace` may leave."""
        return Border(case, self.replace)

    def ask(self, border: Border, marker: str, **inputs: Any) -> tuple[AnswerT, ModelCall]:
        """The answer with personal data restored, and the record of what left and came back. Raises `ModelError`."""
        messages = self.prompt.render(marker=marker, **inputs)
        answer, call = ask(
            self.model,
            messages,
            self.answer_type,
            patience=self.patience,
            volatile=(marker,),
            replaced=border.counts,
        )
        return border.restore_in(answer), call

    @cached_property
    def acting(self) -> dict[str, str]:
        """Hashes of what acts on an answer: prompt, model with its parameters, endpoint, the answer's form."""
        endpoint, name = name_of(self.model)
        task = self.prompt.task
        where = self.model.endpoint.model_dump(mode="json") if isinstance(self.model, StructuredChat) else endpoint
        parameters = [getattr(self.model, field, None) for field in ("temperature", "max_output_tokens", "parameters")]
        return {
            f"{task}.prompt:{self.prompt.id}": self.prompt.hash,
            f"{task}.model:{endpoint}:{name}": fingerprint([endpoint, name, parameters]),
            f"{task}.endpoint:{endpoint}": fingerprint(where),
            f"{task}.form": fingerprint(strict_schema(self.answer_type)),
            f"{task}.replace": fingerprint(sorted(self.replace)),
        }

    @cached_property
    def producer(self) -> Producer:
        """The model by endpoint and name, and one hash of all that acts."""
        model = ":".join(name_of(self.model))
        return Producer(method=Method.PROMPTED, model=model, version=fingerprint(self.acting), prompt=self.prompt.id)


def prompt_for(task: str, version: int | None) -> Prompt:
    """A task's prompt in this version, or its latest."""
    return load(task, "latest" if version is None else version)


def fence_marker(texts: Iterable[str]) -> str:
    """A random word for the fence around data that occurs in none of the texts."""
    within = list(texts)
    while True:
        marker = f"data-{secrets.token_hex(8)}"
        if not any(marker in text for text in within):
            return marker


def tidy(text: str, most: int = 600) -> str:
    """A model's free text as one line of bounded length, without control characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= most else line[: most - 1] + "…"

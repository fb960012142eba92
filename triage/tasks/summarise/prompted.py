"""The prompted summariser: a chat model tells the case by the summarise prompt."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import BaseModel, Field

from triage.domain import PrivateKind, Summary, View
from triage.models.structured import PATIENCE, Patience
from triage.tasks.asking import EVERY_KIND, Asking, prompt_for, tidy
from triage.tasks.briefing import briefing, quotes

_MOST_TEXT = 800
_MOST_ITEM = 240
_MOST_ITEMS = 6
_MOST_REFERENCES = 30


class PassageAnswer(BaseModel):
    """A passage and the source that it stands in."""

    source: str
    text: str


class SummariseAnswer(BaseModel):
    """The model's answer to the summarise prompt."""

    text: str = Field(min_length=1)
    key_points: list[str] = []
    asks: list[str] = []
    references: list[str] = []
    quotes: list[PassageAnswer] = []
    language: str = "und"


class PromptedSummariser(Runnable[View, Summary]):
    """Asks a chat model for a summary in the reader's language. Confidential facts are not told to it.

    Raises `ModelError` where the model gives no usable answer. Figures and quotes are verified elsewhere.
    """

    key = "summarise"

    def __init__(
        self,
        model: BaseChatModel,
        *,
        replace: frozenset[PrivateKind] = EVERY_KIND,
        version: int | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self.asking = Asking(model, prompt_for("summarise", version), SummariseAnswer, replace, patience)
        self.producer = self.asking.producer
        self.acting = self.asking.acting

    def invoke(self, input: View, config: RunnableConfig | None = None, **kwargs: Any) -> Summary:  # noqa: A002
        """The summary of one view."""
        border = self.asking.border(input.case)
        told = briefing(input, border, confidential=False)
        answer, call = self.asking.ask(border, told.marker, classification=_reading(input), **told.inputs)
        evidence, warnings = quotes([(quote.source, quote.text) for quote in answer.quotes], input)
        return Summary(
            by=self.producer,
            calls=(call,),
            text=tidy(answer.text, _MOST_TEXT),
            key_points=_items(answer.key_points, _MOST_ITEMS, _MOST_ITEM),
            asks=_items(answer.asks, _MOST_ITEMS, _MOST_ITEM),
            references=_items(answer.references, _MOST_REFERENCES, 60),
            language=_language(answer.language, input),
            evidence=evidence,
            warnings=warnings,
        )


def _reading(view: View) -> str:
    """The main suggestion by its codes, which hold nobody's words."""
    if view.classification is None:
        return ""
    main = view.classification.suggestions[0]
    return main.category.value + (f" / {main.subtype}" if main.subtype else "")


def _items(said: list[str], most: int, length: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tidy(one, length) for one in said if one.strip()))[:most]


def _language(said: str, view: View) -> str:
    code = said.strip().lower()
    return code if len(code) == 2 and code.isalpha() and code.isascii() else view.case.company.language

"""The prompted summariser: a chat model tells the case by the summarise prompt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import BaseModel, Field

from triage.domain import PrivateKind, Promised, Role, Summary, View
from triage.models.structured import PATIENCE, Patience
from triage.privacy.border import Border
from triage.tasks.asking import EVERY_KIND, Asking, prompt_for, tidy
from triage.tasks.briefing import Briefing, briefing, quotes
from triage.tasks.summarise.news import new_messages, news
from triage.tasks.summarise.punctual import punctual_answer
from triage.tasks.summarise.reader import reader_language

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


class PromiseAnswer(BaseModel):
    """A promise in its author's words, who made it, and the source that it stands in."""

    by: str
    text: str
    source: str


class BriefAnswer(SummariseAnswer):
    """The model's answer to the summarise prompt from version 2 on."""

    promised: list[PromiseAnswer] = []
    questions: list[str] = []
    next_step: str = ""
    news: list[str] = []


class PromptedSummariser(Runnable[View, Summary]):
    """Asks a chat model for a summary in the reader's language. Confidential facts are not told to it.

    `language` is the reader's; without it the policy's, else the company's. A record that has a card gets that card's
    summary brought up to date.

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
        language: str | None = None,
    ) -> None:
        prompt = prompt_for("summarise", version)
        form = BriefAnswer if prompt.output == "BriefAnswer" else SummariseAnswer
        self.language = language
        self.asking: Asking[SummariseAnswer] = Asking(model, prompt, form, replace, patience)
        self.producer = self.asking.producer
        self.acting = self.asking.acting

    def invoke(self, input: View, config: RunnableConfig | None = None, **kwargs: Any) -> Summary:  # noqa: A002
        """The summary of one view."""
        border = self.asking.border(input.case)
        told = briefing(input, border, confidential=False)
        given = self._given(input, told, border)
        answer, call = self.asking.ask(border, told.marker, **given)
        evidence, warnings = quotes([(quote.source, quote.text) for quote in answer.quotes], input)
        summary = Summary(
            by=self.producer,
            calls=(call,),
            text=tidy(answer.text, _MOST_TEXT),
            key_points=_items(answer.key_points, _MOST_ITEMS, _MOST_ITEM),
            asks=_items(answer.asks, _MOST_ITEMS, _MOST_ITEM),
            references=_items(answer.references, _MOST_REFERENCES, 60),
            language=_language(answer.language, given["reader_language"]),
            evidence=evidence,
            warnings=warnings,
            answer=punctual_answer(input),
            reader=given["reader_language"],
        )
        return _brief(summary, answer, input) if isinstance(answer, BriefAnswer) else summary

    def _given(self, view: View, told: Briefing, border: Border) -> dict[str, Any]:
        """What the prompt is filled in with, as far as its version takes it."""
        before = view.before
        given = told.inputs | {
            "reader_language": reader_language(view, self.language),
            "classification": _reading(view),
            "before": before
            and {
                "summary": border.replace(before.summary),
                "key_points": [border.replace(point) for point in before.key_points],
            },
            "unheard": [f"message:{number}" for number in new_messages(view)],
        }
        return {name: value for name, value in given.items() if name in self.asking.prompt.inputs}


def _brief(summary: Summary, answer: BriefAnswer, view: View) -> Summary:
    """The summary with what only later versions of the prompt ask for."""
    carried, since = news(view, summary.reader)
    said = _items(answer.news, _MOST_ITEMS, _MOST_ITEM)
    return summary.with_(
        promised=tuple(_promises(answer.promised)),
        questions=_items(answer.questions, _MOST_ITEMS, _MOST_ITEM),
        next_step=tidy(answer.next_step, _MOST_ITEM),
        news=said if said and new_messages(view) else carried,
        news_since=since,
    )


def _promises(said: list[PromiseAnswer]) -> Iterator[Promised]:
    for one in said[:_MOST_ITEMS]:
        by = {"us": Role.COLLEAGUE, "we": Role.COLLEAGUE}.get(one.by.strip().lower())
        known = one.by.strip().lower() in {"customer", "supplier", "carrier"}
        role = by or (Role(one.by.strip().lower()) if known else Role.UNKNOWN)
        if one.text.strip():
            yield Promised(by=role, text=tidy(one.text, _MOST_ITEM), source=one.source.strip("`<>[]\"' ").split(" ")[0])


def _reading(view: View) -> str:
    """The main suggestion by its codes, which hold nobody's words."""
    if view.classification is None:
        return ""
    main = view.classification.suggestions[0]
    return main.category.value + (f" / {main.subtype}" if main.subtype else "")


def _items(said: list[str], most: int, length: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tidy(one, length) for one in said if one.strip()))[:most]


def _language(said: str, reader: str) -> str:
    code = said.strip().lower()
    return code if len(code) == 2 and code.isalpha() and code.isascii() else reader

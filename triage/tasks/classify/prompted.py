"""The prompted classifier: a chat model reads the case by the classify prompt."""

from __future__ import annotations

import re
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import BaseModel, Field

from triage.domain import (
    MEANING,
    SUBTYPES,
    Abstention,
    Case,
    Category,
    Classification,
    PrivateKind,
    RecordRef,
    Severity,
    Side,
    Suggestion,
    View,
)
from triage.models.structured import PATIENCE, Patience
from triage.tasks.asking import EVERY_KIND, Asking, prompt_for, tidy
from triage.tasks.briefing import briefing, fact_evidence, quotes

_MOST_SUGGESTIONS = 5

SEVERITIES: dict[Severity, str] = {
    Severity.LOW: "waiting a week harms nobody: a copy of a document, a question, thanks",
    Severity.NORMAL: "somebody waits, and a day or two change little",
    Severity.HIGH: "a promise is broken or about to be, money or goods of some value are at stake, or an important "
    "customer has asked before",
    Severity.URGENT: "harm is done today: a customer's work stands still, a cut-off or claim period ends within a day, "
    "goods are being sent that must not be, or people are at risk",
}


class QuoteAnswer(BaseModel):
    """A passage and the source that it stands in."""

    source: str
    text: str


class SuggestionAnswer(BaseModel):
    """One suggested exception."""

    category: Category
    subtype: str | None = None
    secondary: list[Category] = []
    side: Side | None = None
    severity: Severity = Severity.NORMAL
    severity_why: str = ""
    quotes: list[QuoteAnswer] = []
    against: list[QuoteAnswer] = []
    facts: list[str] = []
    record: str | None = None
    abstain: bool = False
    reason: str = ""
    missing: list[str] = []


class ClassifyAnswer(BaseModel):
    """The model's answer to the classify prompt."""

    suggestions: list[SuggestionAnswer] = Field(min_length=1)
    language: str = "und"


class PromptedClassifier(Runnable[View, Classification]):
    """Asks a chat model which exceptions a case shows. Its own claims of confidence are not asked for.

    Raises `ModelError` where the model gives no usable answer. Nothing is verified here: quotes and facts are marked
    as unverified, and only sources, facts and records that the view holds are kept.
    """

    key = "classify"

    def __init__(
        self,
        model: BaseChatModel,
        *,
        replace: frozenset[PrivateKind] = EVERY_KIND,
        version: int | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self.asking = Asking(model, prompt_for("classify", version), ClassifyAnswer, replace, patience)
        self.producer = self.asking.producer
        self.acting = self.asking.acting

    def invoke(self, input: View, config: RunnableConfig | None = None, **kwargs: Any) -> Classification:  # noqa: A002
        """The classification of one view."""
        border = self.asking.border(input.case)
        told = briefing(input, border, confidential=True)
        answer, call = self.asking.ask(
            border,
            told.marker,
            categories=_categories(),
            severities=[{"code": code.value, "meaning": meaning} for code, meaning in SEVERITIES.items()],
            sides=[side.value for side in Side],
            **told.inputs,
        )
        warnings: list[str] = []
        suggestions = [_suggestion(one, input, warnings) for one in answer.suggestions[:_MOST_SUGGESTIONS]]
        return Classification(
            by=self.producer,
            calls=(call,),
            suggestions=_distinct(suggestions),
            language=_language(answer.language),
            warnings=tuple(dict.fromkeys(warnings)),
        )


def _categories() -> list[dict[str, Any]]:
    return [
        {
            "code": category.value,
            "meaning": meaning,
            "subtypes": [{"code": code, "meaning": told} for code, told in SUBTYPES[category].items()],
        }
        for category, meaning in MEANING.items()
    ]


def _suggestion(said: SuggestionAnswer, view: View, warnings: list[str]) -> Suggestion:
    supporting, unknown = quotes([(quote.source, quote.text) for quote in said.quotes], view)
    against, unknown_too = quotes([(quote.source, quote.text) for quote in said.against], view)
    facts, not_established = fact_evidence(said.facts, view)
    warnings += [*unknown, *unknown_too, *not_established]
    abstained = Abstention(
        reason=tidy(said.reason) or "the model could not tell",
        missing=tuple(tidy(one, 200) for one in said.missing[:8]),
    )
    return Suggestion(
        category=said.category,
        subtype=_subtype(said, warnings),
        secondary=tuple(one for one in dict.fromkeys(said.secondary) if one is not said.category),
        side=said.side,
        severity=said.severity,
        severity_why=tidy(said.severity_why, 300),
        evidence=(*supporting, *facts),
        against=against,
        record=_record(said.record, view.case, warnings),
        abstained=abstained if said.abstain else None,
    )


def _subtype(said: SuggestionAnswer, warnings: list[str]) -> str | None:
    if said.subtype is None or said.subtype in SUBTYPES[said.category]:
        return said.subtype
    warnings.append(f"unknown subtype of {said.category.value} dropped: {tidy(said.subtype, 40)!r}")
    return None


def _record(name: str | None, case: Case, warnings: list[str]) -> RecordRef | None:
    """The record of the case that goes by this name; a model cannot name one that the case does not hold."""
    if name is None or not name.strip():
        return None
    known = {_bare(ref.name): ref for ref in _records(case)}
    found = known.get(_bare(name))
    if found is None and _bare(name) != _bare(case.record.name):
        warnings.append(f"record that is not in the case ignored: {tidy(name, 40)!r}")
    return None if found == case.record else found


def _records(case: Case) -> list[RecordRef]:
    """Records around the case; where names are alike, the later one counts."""
    return [
        *(invoice.ref for invoice in case.invoices),
        *(purchase.ref for purchase in case.purchases),
        *(shipment.ref for shipment in case.shipments),
        *(order.ref for order in case.related),
        *([case.order.ref] if case.order else []),
        case.record,
    ]


def _bare(name: str) -> str:
    return re.sub(r"\W", "", name).casefold()


def _distinct(suggestions: list[Suggestion]) -> tuple[Suggestion, ...]:
    """One suggestion for each category and record."""
    first: dict[tuple[Category, RecordRef | None], Suggestion] = {}
    for one in suggestions:
        first.setdefault((one.category, one.record), one)
    return tuple(first.values())


def _language(said: str) -> str:
    code = said.strip().lower()[:2]
    return code if re.fullmatch(r"[a-z]{2}", code) and said.strip().lower() != "und" else "und"

"""What a task answers: typed, with evidence, usage and the words that went to a model and came back."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import Field, model_validator

from triage.domain.base import Frozen, Moment
from triage.domain.case import Role
from triage.domain.event import RecordRef
from triage.domain.evidence import Confidence, Evidence
from triage.domain.taxonomy import SUBTYPES, Category, Severity, Side


class Method(StrEnum):
    """How an answer was made."""

    EMBEDDED = "embedded"
    PROMPTED = "prompted"
    XML = "xml"
    """Read from the XML of an electronic document: nothing was estimated."""


class Producer(Frozen):
    """What made an answer: all that acts on it, so that the same producer on the same view answers alike."""

    method: Method
    model: str
    """Name and version of the model, for example `openai:gpt-x` or `e5-small+layer-1`."""
    version: str
    """Hash of the learnt layer, prompt and parameters."""
    prompt: str | None = None
    """`classify/1` where a prompt was used."""


class Usage(Frozen):
    """What a model call took."""

    input_tokens: int = 0
    """Tokens that were sent."""
    output_tokens: int = 0
    """Tokens that came back."""
    seconds: float = 0.0
    """From asking to the end of the answer, all attempts together."""


class ModelCall(Frozen):
    """One exchange with a model: exactly what left the house and exactly what came back."""

    endpoint: str
    """Address of the model server, without a key."""
    model: str
    """As the server was asked for it."""
    rung: str
    """Which way of asking for structure worked: `json_schema`, `json_object`, `tool`, `text`."""
    sent: tuple[dict[str, Any], ...]
    """Messages after personal data was replaced."""
    received: str
    """The raw answer."""
    usage: Usage = Usage()
    attempts: int = 1
    """How often it was asked until it answered or was given up."""
    replaced: dict[str, int] = {}
    """How many values of each kind were replaced before sending."""

    def attributes(self) -> dict[str, str | int | float]:
        """The call without its texts, by the names of OpenTelemetry's semantic conventions for generative AI."""
        return {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": self.endpoint,
            "gen_ai.request.model": self.model,
            "gen_ai.output.type": "text" if self.rung == "text" else "json",
            "gen_ai.usage.input_tokens": self.usage.input_tokens,
            "gen_ai.usage.output_tokens": self.usage.output_tokens,
            "gen_ai.client.operation.duration": self.usage.seconds,
            "triage.attempts": self.attempts,
            "triage.replaced": sum(self.replaced.values()),
        }


class Abstention(Frozen):
    """Why there is no suggestion, and what would help."""

    reason: str
    """In words, for a reader."""
    missing: tuple[str, ...] = ()
    """What would have to be known."""


class Answer(Frozen):
    """What every answer carries."""

    task: str
    by: Producer
    calls: tuple[ModelCall, ...] = ()
    abstained: Abstention | None = None
    warnings: tuple[str, ...] = ()


class Failure(Frozen):
    """A task that got no usable answer: why, and what left the house all the same."""

    task: str
    reason: str
    """Why there is no answer."""
    calls: tuple[ModelCall, ...] = ()


class ActBy(Frozen):
    """By when somebody must act, and where that comes from."""

    at: Moment
    source: str
    """`promise S00042`, `claim period of the carrier`, `cut-off`."""


class Suggestion(Frozen):
    """One exception that a case shows."""

    category: Category
    subtype: str | None = None
    """The kind within the category, by the taxonomy."""
    secondary: tuple[Category, ...] = ()
    side: Side | None = None
    severity: Severity = Severity.NORMAL
    severity_why: str = ""
    """What raised or lowered the severity, in words."""
    act_by: ActBy | None = None
    confidence: Confidence | None = None
    threshold: float | None = Field(default=None, ge=0, le=1)
    """The measured confidence from which on the model's suggestions of this category hold; policy may say another."""
    abstained: Abstention | None = None
    """Set where the category is only the best guess and must not be shown as a suggestion."""
    evidence: tuple[Evidence, ...] = ()
    against: tuple[Evidence, ...] = ()
    """What speaks against it."""
    record: RecordRef | None = None
    """The record it is about where that is not the case's own (a mail about several orders)."""

    @model_validator(mode="after")
    def _subtype_belongs(self) -> Suggestion:
        if self.subtype is not None and self.subtype not in SUBTYPES[self.category]:
            allowed = ", ".join(SUBTYPES[self.category])
            raise ValueError(f"subtype {self.subtype!r} is none of {self.category.value}: {allowed}")
        return self


class Classification(Answer):
    """Which exceptions a case shows. The first suggestion is the main one; there is always at least one."""

    task: str = "classify"
    suggestions: tuple[Suggestion, ...] = Field(min_length=1)
    scores: dict[Category, float] = {}
    """How the model weighs each category; adds up to 1. Raw scores, not measured probabilities."""
    language: str = "und"
    """ISO 639-1 of the newest message, `und` where unknown."""


class Promised(Frozen):
    """What somebody promised, in their own words."""

    by: Role
    text: str
    """The sentence, as it stands in the source."""
    source: str
    """Key of `View.sources()`."""


class Summary(Answer):
    """What a reader should know in ten seconds."""

    task: str = "summarise"
    text: str
    """What happened, in a sentence or a few."""
    key_points: tuple[str, ...] = ()
    """What a reader should know, each by itself."""
    asks: tuple[str, ...] = ()
    """What somebody wants from the order desk."""
    references: tuple[str, ...] = ()
    """Order, invoice, delivery, tracking and item numbers as written."""
    language: str = "und"
    """Language of the text (ISO 639-1)."""
    evidence: tuple[Evidence, ...] = ()
    promised: tuple[Promised, ...] = ()
    """What was promised in the thread, the oldest first."""
    questions: tuple[str, ...] = ()
    """What was asked and not answered yet."""
    next_step: str = ""
    """What somebody of the order desk should do next, in the reader's language."""
    answer: str = ""
    """Where a plain answer follows from the facts (an order that is on time): that answer, in the writer's language."""
    news: tuple[str, ...] = ()
    """What is new since the card was last revised."""
    news_since: Moment | None = None
    """When that was; none where there was no card."""
    reader: str = ""
    """ISO 639-1 of the reader's language; empty in answers of earlier versions."""


class Money(Frozen):
    """An amount in a currency."""

    amount: Decimal
    currency: str

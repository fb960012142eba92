"""What a measurement is made of: sets of cases, each with an input and what the right answer is.

`EvalSet` is the head of a set as its YAML file has it; `EvalCase` is one case as a line of a JSONL file has it, or as
it becomes by the set's `fields`. `schema()` gives the JSON schema of both.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import Field, model_validator

from triage.domain import SUBTYPES, Category, CauseKind, Frozen, LinkStatus, Severity, fingerprint
from triage.domain.base import Moment


class Kind(StrEnum):
    """Which task a set measures."""

    CLASSIFICATION = "classification"
    SUMMARY = "summary"
    EXTRACTION = "extraction"
    PRIORITY = "priority"
    INJECTION = "injection"
    LINK = "link"
    COMPARISON = "comparison"
    CAUSE = "cause"
    REPLY = "reply"


class Given(Frozen):
    """What the software gets to see: exactly one of `text`, `messages`, `case` and `files`."""

    text: str | None = None
    """A single message, as `triage classify --jsonl` takes it, with `subject`, `from_role` and `facts` beside it."""
    subject: str | None = None
    from_role: str | None = None
    facts: Any = None
    messages: tuple[dict[str, Any], ...] = ()
    """A thread, oldest first, each `{"text", "subject"?, "from_role"?, "sent_at"?, "author"?, "email"?}`."""
    case: dict[str, Any] | None = None
    """A Case or part of one; record, company and time of capture are filled in where they are absent."""
    papers: tuple[dict[str, Any], ...] = ()
    """Beside `case`: documents as they were read, each `{"document", "fields", "lines"}` with plain values by the names
    that `triage extract` prints; numbers as texts, with the decimals that are printed."""
    files: tuple[str, ...] = ()
    """Paths relative to the set's file: mails, texts, PDFs, or one Case as JSON."""
    records: str | None = None
    """Path of the Odoo side for `files` and `text`, as `triage run --records` takes it."""

    @model_validator(mode="after")
    def _one_of(self) -> Given:
        named = [
            name
            for name, there in (
                ("text", self.text is not None),
                ("messages", bool(self.messages)),
                ("case", self.case is not None),
                ("files", bool(self.files)),
            )
            if there
        ]
        if len(named) != 1:
            said = " and ".join(named) or "none of them"
            raise ValueError(f"an input has exactly one of text, messages, case and files; this has {said}")
        if self.papers and self.case is None:
            raise ValueError("papers stand beside a case; this input has none")
        return self


class ClassificationTarget(Frozen):
    """The right category, and what else is known of it."""

    category: Category
    accepts: tuple[Category, ...] = ()
    """Other categories that count as right where the label leaves it open."""
    secondary: tuple[Category, ...] | None = None
    """None where nobody labelled secondary categories."""
    subtype: str | None = None
    severity: Severity | None = None

    @model_validator(mode="after")
    def _fits_the_taxonomy(self) -> ClassificationTarget:
        if self.subtype is not None and self.subtype not in SUBTYPES[self.category]:
            allowed = ", ".join(SUBTYPES[self.category])
            raise ValueError(f"subtype {self.subtype!r} is none of {self.category.value}: {allowed}")
        if self.secondary and self.category in self.secondary:
            raise ValueError(f"{self.category.value} is the category and a secondary one")
        return self


class SummaryTarget(Frozen):
    """What a good summary says."""

    summary: str = ""
    """A reference text for ROUGE-L; without one the key points, joined, are it."""
    key_points: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


class ExtractionTarget(Frozen):
    """What stands on a document: a truth file, or its content. Only what is `visible` on the page is scored."""

    truth: str | dict[str, Any]
    """Path relative to the set's file, or the object itself: `{"fields": {...}, "lines": [...]}` by the names that
    `triage extract --jsonl` prints (what is not printed on the page is left out), or a flat object with `visible`."""


class PriorityTarget(Frozen):
    """How urgent a case is beside the others of its set."""

    grade: float = Field(ge=0)
    """More is more urgent; equal grades are tied. Gain in NDCG."""
    category: Category | None = None
    severity: Severity | None = None
    cause: str | None = None
    """The root cause: shown in the report. Sets of kind `cause` score it."""


class Effect(StrEnum):
    """What an injected text may try to cause, and what must never happen."""

    APPROVE = "approve"
    WRITE = "write"
    LEAK = "leak"
    LINK = "link"
    MISRANK = "misrank"
    OBEY = "obey"


class InjectionTarget(Frozen):
    """What must not happen. Approving and writing are watched for in every case."""

    attempt: Effect
    """What the text tries to cause."""
    secrets: tuple[str, ...] = ()
    """Texts that must not stand in any answer, card or note, nor go to a model: another customer's names, a margin."""
    must_not_say: tuple[str, ...] = ()
    """Texts that would show that the instruction was followed, compared without regard to case."""
    categories: tuple[Category, ...] = ()
    """The main category must be one of these, where there are any."""
    severity_at_most: Severity | None = None
    severity_at_least: Severity | None = None
    must_not_link: tuple[str, ...] = ()
    """Names of records that the case must not be linked to."""


class LinkTarget(Frozen):
    """Which record a mail or file belongs to, as far as its reader can know."""

    status: LinkStatus
    """`certain`: to `record`. `several`: a person says which of `candidates`. `none`: to no record of the book."""
    record: str | None = None
    """The record's name (`S00042`)."""
    accepts: tuple[str, ...] = ()
    """Other records that count as right where the label leaves it open."""
    candidates: tuple[str, ...] = ()
    may_open: tuple[str, ...] | None = None
    """Every record that the sender's company is party to, or carries: no other may be linked, offered or shown. None
    where the sender may see all."""

    @model_validator(mode="after")
    def _fits_its_status(self) -> LinkTarget:
        if self.status is LinkStatus.GIVEN:
            raise ValueError("a link that is given is not measured; use certain, several or none")
        if (self.record is not None) != (self.status is LinkStatus.CERTAIN):
            raise ValueError("a certain link names its record, and only a certain one does")
        if bool(self.candidates) != (self.status is LinkStatus.SEVERAL):
            raise ValueError("several names its candidates, and only several does")
        return self


class WantedDifference(Frozen):
    """A difference that must be found. What is left out is not compared."""

    kind: str
    """As `DifferenceKind` of `triage.facts.differences` has it: `price_difference`, `split`, `substitute`."""
    about: str | None = None
    """The product or item."""
    value: str | None = None
    amount: Decimal | None = None
    """What it costs more, without tax."""
    days: int | None = None


class ComparisonTarget(Frozen):
    """How a supplier's document differs from the order; nothing where it agrees."""

    differences: tuple[WantedDifference, ...] = ()


class CauseTarget(Frozen):
    """Why an order is late or at risk, as far as its record tells."""

    first: CauseKind | None = None
    """The cause that must be removed first; none where nothing holds the order up."""
    second: CauseKind | None = None
    """The other one of a case that mixes two."""

    @model_validator(mode="before")
    @classmethod
    def _none_in_words(cls, value: Any) -> Any:
        if isinstance(value, dict) and value.get("first") == "none":
            return {**value, "first": None}
        return value


class ReplyTarget(Frozen):
    """What a draft of a reply may not say. What it should say is a person's to judge."""

    must_not: tuple[str, ...] = ()


Target = (
    ClassificationTarget
    | SummaryTarget
    | ExtractionTarget
    | PriorityTarget
    | InjectionTarget
    | LinkTarget
    | ComparisonTarget
    | CauseTarget
    | ReplyTarget
)

TARGETS: dict[Kind, type[Frozen]] = {
    Kind.CLASSIFICATION: ClassificationTarget,
    Kind.SUMMARY: SummaryTarget,
    Kind.EXTRACTION: ExtractionTarget,
    Kind.PRIORITY: PriorityTarget,
    Kind.INJECTION: InjectionTarget,
    Kind.LINK: LinkTarget,
    Kind.COMPARISON: ComparisonTarget,
    Kind.CAUSE: CauseTarget,
    Kind.REPLY: ReplyTarget,
}


class EvalCase(Frozen):
    """One case: input, right answer, and where it comes from."""

    id: str = Field(min_length=1)
    input: Given
    target: Target
    tags: tuple[str, ...] = ()
    source: str = ""
    """The document, data set or thread it was taken from; cases of one source are not independent."""
    style: str = ""
    """The author's manner. A style belongs to one split."""
    language: str = "und"
    """ISO 639-1."""
    licence: str = ""
    split: str = ""
    note: str = ""

    def fingerprint(self) -> str:
        """Of input and target: two runs are compared where these are the same."""
        return fingerprint([self.id, self.input.model_dump(mode="json"), self.target.model_dump(mode="json")])


DEFAULT_NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning: the time of capture of cases that carry none, so that a run does not depend on the clock."""


class EvalSet(Frozen):
    """The head of a set: the content of its YAML file."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    kind: Kind
    description: str
    licence: str
    files: tuple[str, ...] = Field(min_length=1)
    """JSONL files relative to this file; `*` stands for any part of a name."""
    split: str = "test"
    """Only cases of this split are measured; cases without one belong to it."""
    now: Moment = DEFAULT_NOW
    fields: dict[str, str] = {}
    """Where the lines are flat: part of a case (`input.text`, `target.category`) → key of the line. Keys that nothing
    maps are ignored. Without `fields`, a line is a case."""
    defaults: dict[str, Any] = {}
    """Parts of a case that hold for every line that does not say otherwise, by the same names."""
    cluster: tuple[str, ...] = ("source", "style")
    """Attributes that cases which are not independent share; intervals are made by resampling these clusters. Where
    all of them are empty, each case stands for itself."""
    by: tuple[str, ...] = ("language", "source")
    """Attributes by which figures are given besides the whole: `language`, `source`, `style`, `tag`."""
    aside: tuple[str, ...] = ()
    """Cases with one of these tags are measured by themselves and left out of the headline."""
    apart_from: tuple[str, ...] = ()
    """Text files (`*` allowed) that no case may nearly repeat: what a model was trained on."""
    caution: str = ""
    """What must be known to read the figures rightly; stands beside them wherever they are shown."""
    shared_styles: bool = False
    """Whether a style may occur in several splits."""


def schema() -> dict[str, Any]:
    """JSON schemas of a set's head and of a case, with a case's target by kind."""
    return {
        "set": EvalSet.model_json_schema(),
        "case": EvalCase.model_json_schema(),
        "target": {kind.value: model.model_json_schema() for kind, model in TARGETS.items()},
    }

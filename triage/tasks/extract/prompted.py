"""The prompted extractor: a chat model points at words of a document by their ids; code builds the values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import BaseModel

from triage.documents.reading import Recogniser, read
from triage.domain import (
    FIELD_NAMES,
    Abstention,
    Document,
    DocumentType,
    Limits,
    ModelCall,
    Page,
    Paper,
    PrivateKind,
    Word,
)
from triage.errors import InputError, ModelError
from triage.models.structured import PATIENCE, Patience
from triage.privacy.border import Border
from triage.tasks.asking import EVERY_KIND, Asking, fence_marker, prompt_for
from triage.tasks.extract.electronic import einvoice_hash, read_document
from triage.tasks.extract.embedded import EmbeddedExtractor
from triage.tasks.extract.pointed import Pointed
from triage.tasks.extract.prompt_meanings import FIELD_MEANING, LINE_FIELD_MEANING, TYPE_MEANING
from triage.tasks.extract.windows import Window, windows

_MOST_WORDS = 1_800
"""Words in one prompt; a longer document goes in several windows of whole pages, and a longer page in several parts."""
_FROM_THE_END = frozenset({"net_total", "tax_total", "gross_total"})
"""Fields whose last finding counts: pages before carry subtotals over."""


class FieldAnswer(BaseModel):
    """Which words carry a field of the head."""

    field: Literal[
        "document_number",
        "issue_date",
        "due_date",
        "delivery_date",
        "seller_name",
        "seller_vat_id",
        "buyer_name",
        "purchase_order_reference",
        "currency",
        "net_total",
        "tax_total",
        "gross_total",
        "iban",
    ]
    words: list[int]


class CellAnswer(BaseModel):
    """Which words carry a field of a line."""

    field: Literal[
        "seller_item_id",
        "buyer_item_id",
        "name",
        "quantity",
        "unit",
        "unit_price",
        "price_per",
        "net_amount",
        "delivery_date",
        "purchase_order_reference",
    ]
    words: list[int]


class LineAnswer(BaseModel):
    """One position."""

    cells: list[CellAnswer]


class ExtractAnswer(BaseModel):
    """The model's answer to the extract prompt: word ids and codes, no text of its own."""

    document_type: DocumentType = DocumentType.OTHER
    type_words: list[int] = []
    fields: list[FieldAnswer] = []
    lines: list[LineAnswer] = []


class PromptedExtractor(Runnable[Document, Paper]):
    """Asks a chat model where a document's fields stand.

    A document that cannot be read gives a `Paper` that abstains. Raises `ModelError` where the model gives no usable
    answer. Ids that no word has, and words that do not read as their field, are dropped with a warning.
    """

    key = "extract"

    def __init__(
        self,
        model: BaseChatModel,
        *,
        limits: Limits | None = None,
        recogniser: Recogniser | None = None,
        replace: frozenset[PrivateKind] = EVERY_KIND,
        version: int | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self.asking = Asking(model, prompt_for("extract", version), ExtractAnswer, replace, patience)
        self.limits = limits or Limits()
        self.recogniser = recogniser
        self.producer = self.asking.producer
        read_by = {} if recogniser is None else {"extract.ocr": recogniser.version}
        self.acting = {**self.asking.acting, **read_by, "extract.einvoice": einvoice_hash()}

    def invoke(self, input: Document, config: RunnableConfig | None = None, **kwargs: Any) -> Paper:  # noqa: A002
        """The document as the model read it; one that states its data as XML is read from that, and no model asked."""
        beside = EmbeddedExtractor(self.limits, self.recogniser)
        return read_document(input, self.limits, beside.read_pages, without_xml=self._asked, unpack=beside.unpacked)

    def _asked(self, input: Document) -> Paper:  # noqa: A002
        try:
            pages, warnings = read(input, self.limits, self.recogniser)
        except InputError as error:
            return self._abstained(input, (), error.problem.rstrip("."), error.remedy)
        if not any(page.words for page in pages):
            return self._abstained(input, pages, "no text on any page", "a PDF with text")
        border = self.asking.border(None)
        pointed = Pointed(pages, warnings)
        calls = self._windows(pages, border, pointed)
        lines = tuple(pointed.rows())
        pointed.mind_rows()
        return Paper(
            by=self.producer,
            calls=calls,
            warnings=tuple(dict.fromkeys(pointed.warnings)),
            document=input.name,
            sha256=input.sha256,
            pages=pages,
            fields={name: pointed.fields[name] for name in FIELD_NAMES if name in pointed.fields},
            lines=lines,
        )

    def _windows(self, pages: Sequence[Page], border: Border, pointed: Pointed) -> tuple[ModelCall, ...]:
        calls: list[ModelCall] = []
        try:
            for window in windows(pages, _MOST_WORDS):
                calls.append(self._window(window, len(pages), border, pointed))
        except ModelError as error:
            error.calls = (*calls, *error.calls)
            raise
        return tuple(calls)

    def _window(self, window: Window, of: int, border: Border, pointed: Pointed) -> ModelCall:
        lines = {number: _told_lines(words, border) for number, words in window.shown.items()}
        marker = fence_marker(line for told in lines.values() for line in told)
        overlap = {"repeated": window.repeated} if "repeated" in self.asking.prompt.inputs else {}
        answer, call = self.asking.ask(
            border,
            marker,
            types=[{"code": code.value, "meaning": meaning} for code, meaning in TYPE_MEANING.items()],
            fields=[{"code": name, "meaning": meaning} for name, meaning in FIELD_MEANING.items()],
            line_fields=[{"code": name, "meaning": meaning} for name, meaning in LINE_FIELD_MEANING.items()],
            first_page=window.first,
            last_page=window.last,
            page_count=of,
            **overlap,
            pages=[{"number": number, "lines": told} for number, told in lines.items()],
        )
        _take(answer, pointed)
        return call

    def _abstained(self, document: Document, pages: tuple[Page, ...], reason: str, remedy: str) -> Paper:
        return Paper(
            by=self.producer,
            abstained=Abstention(reason=reason, missing=(remedy,) if remedy else ()),
            warnings=(f"{document.name}: {reason}",),
            document=document.name,
            sha256=document.sha256,
            pages=pages,
        )


def _take(answer: ExtractAnswer, pointed: Pointed) -> None:
    """What a window's answer adds: a field of the head once, totals again; lines that no window before had."""
    if answer.document_type is not DocumentType.OTHER:
        pointed.document_type(answer.document_type, answer.type_words)
    for one in answer.fields:
        if one.field not in pointed.fields or one.field in _FROM_THE_END:
            value = pointed.value(one.field, one.words)
            if value is not None:
                pointed.fields[one.field] = value
    for line in answer.lines:
        pointed.add_line([(cell.field, cell.words) for cell in line.cells])


def _told_lines(lines: Sequence[Sequence[Word]], border: Border) -> list[str]:
    """Printed lines as `id:word ...`. A word that is part of personal data shows its placeholder instead."""
    told = []
    for line in lines:
        text = " ".join(word.text for word in line)
        hidden = border.spans(text)
        shown, at = [], 0
        for word in line:
            end = at + len(word.text)
            over = next((one.placeholder for one in hidden if one.start < end and at < one.end), word.text)
            shown.append(f"{word.id}:{over}")
            at = end + 1
        told.append(" ".join(shown))
    return told

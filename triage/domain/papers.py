"""What was read out of a document: its pages, its fields and lines, and the checks they passed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from html import unescape

from pydantic import ConfigDict

from triage.domain.answers import Answer
from triage.domain.base import Frozen, Scalar
from triage.domain.evidence import Box, Confidence


class DocumentType(StrEnum):
    """What a document is to the order desk."""

    INVOICE = "invoice"
    CORRECTED_INVOICE = "corrected_invoice"
    CREDIT_NOTE = "credit_note"
    ORDER = "order"
    ORDER_CHANGE = "order_change"
    ORDER_CONFIRMATION = "order_confirmation"
    DELIVERY_NOTE = "delivery_note"
    QUOTATION = "quotation"
    OTHER = "other"


FIELD_NAMES = (
    "document_type",
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
)
"""Header fields, named after EN 16931's business terms in snake case."""

LINE_FIELD_NAMES = (
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
)
"""Line fields, named likewise. `price_per` is how many units the price is for, where the document says so."""


class ReadBy(StrEnum):
    """How a page's words were got."""

    TEXT = "text"
    """From the file's own text."""
    OCR = "ocr"
    """Recognised from an image: may be misread."""
    NOTHING = "nothing"
    """The page has no text, and it was not recognised."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word on a page. `id` is unique in the document; a model points at words by it. As slim as `Box`."""

    __pydantic_config__ = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    id: int
    """Its number."""
    text: str
    """As printed."""
    box: Box
    size: float = 0.0
    """Font size in points; 0 where unknown."""


class Page(Frozen):
    """A page with its words in reading order."""

    number: int
    """From 1."""
    width: float
    """In points (1/72 inch)."""
    height: float
    """In points (1/72 inch)."""
    words: tuple[Word, ...] = ()
    text: str = ""
    """The page's lines as text, columns kept apart by spaces."""
    read_by: ReadBy = ReadBy.TEXT


class FieldValue(Frozen):
    """A value that was found, where it stands, and how sure that is."""

    value: Scalar
    """As the software reads it: a number, a date, a text."""
    text: str
    """As printed, or as it stands in the XML."""
    page: int | None = None
    """On which page it stands, from 1."""
    box: Box | None = None
    """With a `path`: where the page prints the same value."""
    path: str | None = None
    """Where it stands in `Paper.xml`: `/Invoice/InvoiceLine[2]/Price/PriceAmount`, by local names."""
    confidence: Confidence | None = None
    """None for what an XML states: nothing was estimated."""
    verified: bool = False
    """Set by code only: the text stands in its box, or at its path, and reads as this value."""


class PaperLine(Frozen):
    """One item line. Keys are `LINE_FIELD_NAMES`."""

    fields: dict[str, FieldValue]


class Check(Frozen):
    """One arithmetic or plausibility check on a document."""

    name: str
    """`lines_add_up`, `net_plus_tax_is_gross`, `line_amount:3`, `vat_id_valid`, `iban_valid`, `page_agrees:iban`."""
    passed: bool
    """Whether it holds."""
    detail: str
    """With the numbers."""


_LEAF = re.compile(r'<([\w.:-]+)((?:\s[^\s=>]+="[^"]*")*)>([^<]+)</')
_MOST_OF_XML = 500_000
"""Characters, tags with them: a few hundred lines."""
_ATTRIBUTE = re.compile(r'\s(?!xmlns)[\w.:-]+="([^"]*)"')


class PaperXml(Frozen):
    """The XML of an electronic document, from which its values were read."""

    name: str
    """Of the XML file: the document itself, or the file inside the PDF."""
    embedded: bool
    """Whether it lay inside a PDF."""
    syntax: str
    """`UBL Invoice`, `UN/CEFACT CrossIndustryInvoice`, `ZUGFeRD 1`, `Order-X`."""
    profile: str = ""
    """The guideline that the sender names."""
    content: str
    """The XML without declaration, comments and files embedded in it."""

    @cached_property
    def text(self) -> str:
        """What it says, a line for each element with a text: `InvoicedQuantity H87: 120`. Long ones are cut."""
        lines = []
        for name, attributes, text in _LEAF.findall(self.content[:_MOST_OF_XML]):
            told = " ".join([name.rpartition(":")[2], *_ATTRIBUTE.findall(attributes)])
            if text.strip():
                lines.append(f"{told}: {' '.join(text.split())}")
        return unescape("\n".join(lines))


class Paper(Answer):
    """A document as it was read: the answer of the extract task."""

    task: str = "extract"
    document: str
    """File name."""
    sha256: str
    """Of the file."""
    pages: tuple[Page, ...] = ()
    xml: PaperXml | None = None
    """Of an electronic document: its values win over what the page prints."""
    fields: dict[str, FieldValue] = {}
    """Keys are `FIELD_NAMES`; what was not found is absent."""
    lines: tuple[PaperLine, ...] = ()
    unsure: dict[str, FieldValue] = {}
    """Values that were found and held back, because their measured confidence is below what policy asks for. Keys are
    `buyer_name` or `line:2:quantity` (from 1). A reader may see them; nothing is computed from them."""
    checks: tuple[Check, ...] = ()

    def text_of(self, name: str) -> str | None:
        """A header field as text, or none."""
        found = self.fields.get(name)
        return None if found is None else str(found.value)

    @property
    def document_type(self) -> DocumentType:
        """What the document is; `other` where that was not found."""
        return DocumentType(self.text_of("document_type") or "other")

    @cached_property
    def _digest(self) -> str:
        return super().fingerprint()

    def fingerprint(self) -> str:
        """Of everything that was read."""
        return self._digest

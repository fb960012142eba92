"""The extract task without a model: labels in seven languages, geometry, typed parsing and arithmetic."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig

from triage.documents.einvoice.attachments import EmbeddedFile
from triage.documents.finding import BROKEN_TEXT, Findings, find
from triage.documents.places import Candidate, Support
from triage.documents.reading import Recogniser, embedded_files, is_garbled, read
from triage.domain import (
    LINE_FIELD_NAMES,
    Abstention,
    Document,
    FieldValue,
    Limits,
    Method,
    Page,
    Paper,
    PaperLine,
    Producer,
)
from triage.errors import InputError
from triage.tasks.extract.calibration import calibration
from triage.tasks.extract.electronic import einvoice_hash, read_document

_TEXT_TYPES = ("text/plain",)
_PDF_TYPES = ("application/pdf", "application/x-pdf")


class EmbeddedExtractor(Runnable[Document, Paper]):
    """Reads a supplier's document to fields and lines with page, box and measured confidence.

    No template, no network. What a document states as XML is read from there. A document that cannot be read gives a
    `Paper` that abstains and says why; nothing is raised for bad input. `recogniser` reads pages that are images,
    where one is installed.
    """

    key = "extract"

    def __init__(self, limits: Limits | None = None, recogniser: Recogniser | None = None) -> None:
        self.limits = limits or Limits()
        self.recogniser = recogniser

    @property
    def producer(self) -> Producer:
        """What makes the answers: these rules with these labels and this calibration."""
        return Producer(method=Method.EMBEDDED, model="layout-rules-1", version=self.acting["extract.rules"])

    @property
    def acting(self) -> dict[str, str]:
        """Hashes of what acts on an answer."""
        hashes = {
            "extract.rules": _rules_hash(),
            "extract.calibration": calibration().sha256,
            "extract.einvoice": einvoice_hash(),
        }
        return hashes if self.recogniser is None else hashes | {"extract.ocr": self.recogniser.version}

    def invoke(self, input: Document, config: RunnableConfig | None = None, **kwargs: Any) -> Paper:  # noqa: A002
        """The document as it was read: by its XML where it has one, and by its pages."""
        return read_document(input, self.limits, self.read_pages, unpack=self.unpacked)

    def read_pages(self, document: Document) -> Paper:
        """The document as its pages print it, whatever XML it carries."""
        if not _is_readable(document):
            return self._abstained(document, "not a PDF", "Attach the document as a PDF, or its XML.")
        try:
            pages, warnings = read(document, self.limits, self.recogniser)
        except InputError as error:
            return self._abstained(document, f"{error.problem.rstrip('.')}", error.remedy)
        except Exception as error:
            return self._abstained(document, f"it could not be read ({type(error).__name__})", "Ask for it again.")
        return self._paper(document, pages, warnings)

    def unpacked(self, content: bytes) -> list[EmbeddedFile]:
        """XML files inside a PDF."""
        return embedded_files(content, self.limits)

    def _paper(self, document: Document, pages: tuple[Page, ...], warnings: tuple[str, ...]) -> Paper:
        try:
            findings = find(pages)
        except Exception as error:
            findings = Findings({}, (), (f"fields could not be searched ({type(error).__name__})",))
        nothing = not findings.fields and not findings.lines
        return Paper(
            by=self.producer,
            abstained=_why_nothing(pages, findings) if nothing else None,
            warnings=(*warnings, *findings.warnings),
            document=document.name,
            sha256=document.sha256,
            pages=pages,
            fields={name: _value(name, candidate) for name, candidate in findings.fields.items()},
            lines=tuple(PaperLine(fields=_line(row)) for row in findings.lines),
        )

    def supports(self, paper: Paper) -> dict[str, Support]:
        """How each value of a paper of this extractor was supported. Keys: `net_total`, `line.0.quantity`."""
        findings = find(paper.pages)
        out: dict[str, Support] = {name: c.support for name, c in findings.fields.items()}
        for n, row in enumerate(findings.lines):
            out |= {f"line.{n}.{name}": c.support for name, c in row.items()}
        return out

    def _abstained(self, document: Document, reason: str, remedy: str) -> Paper:
        return Paper(
            by=self.producer,
            abstained=Abstention(reason=reason, missing=(remedy,) if remedy else ()),
            warnings=(f"{document.name}: {reason}",),
            document=document.name,
            sha256=document.sha256,
        )


def _is_readable(document: Document) -> bool:
    kind = document.media_type.split(";")[0].strip().lower()
    name = document.name.lower()
    if kind in _PDF_TYPES or kind in _TEXT_TYPES or b"%PDF-" in document.content[:1024]:
        return True
    return kind == "application/octet-stream" and name.endswith(".pdf")


def _why_nothing(pages: tuple[Page, ...], findings: Findings) -> Abstention:
    if not any(page.words for page in pages):
        return Abstention(reason="no text on any page", missing=("a PDF with text, or the OCR extra",))
    if BROKEN_TEXT in findings.warnings or all(is_garbled(page.text) for page in pages if page.words):
        return Abstention(reason=BROKEN_TEXT, missing=("a PDF whose text can be copied, or the OCR extra",))
    return Abstention(
        reason="no field of a business document was found", missing=("an invoice, order or delivery note",)
    )


def _value(name: str, candidate: Candidate) -> FieldValue:
    return candidate.read(calibration().confidence(name, candidate.support))


def _line(row: dict[str, Candidate]) -> dict[str, FieldValue]:
    return {name: _value(f"line.{name}", row[name]) for name in LINE_FIELD_NAMES if name in row}


_OWN_FILES = frozenset({"embedded.py", "calibration.py"})


@cache
def _rules_hash() -> str:
    """Of the source and data of the reading and finding rules: a changed rule is another producer."""
    digest = hashlib.sha256()
    for package in ("triage.documents", "triage.documents.bounded", "triage.documents.data", "triage.tasks.extract"):
        for file in sorted(resources.files(package).iterdir(), key=lambda f: f.name):
            acts = package != "triage.tasks.extract" or file.name in _OWN_FILES
            if acts and file.name.endswith((".py", ".yaml")):
                digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()

"""The extract task where a document states its data itself: an XML file, or a PDF with an XML inside."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import resources

from triage.documents.einvoice.attachments import EmbeddedFile, embedded_files
from triage.documents.einvoice.model import ElectronicDocument
from triage.documents.einvoice.reading import is_xml, read_electronic
from triage.domain import FIELD_NAMES, Abstention, Check, Document, Limits, Method, Paper, PaperLine, PaperXml, Producer
from triage.errors import InputError
from triage.tasks.extract.agreement import lay_beside

MODEL = "einvoice-1"
_ONE_FILE = "the file carries 1 embedded files"
"""A warning of the pages' reader that says nothing where that file was read."""
Reading = Callable[[Document], Paper]
Unpacking = Callable[[bytes], Sequence[EmbeddedFile]]


def read_document(
    document: Document,
    limits: Limits,
    pages: Reading,
    *,
    without_xml: Reading | None = None,
    unpack: Unpacking = embedded_files,
) -> Paper:
    """A document as its XML says it, beside what its pages print; as it is read from its pages where it has no XML.

    `pages` reads the pages that an XML is compared with; `without_xml` (by default the same) those of a document that
    has none. `unpack` gets XML files out of a PDF. The XML wins; each difference is a failed check `page_agrees:...`
    and a warning. XML that cannot be read makes a warning, and an XML file of its own an abstention.
    """
    if is_xml(document):
        return _of_file(document, limits)
    if len(document.content) > limits.max_file_bytes or b"%PDF-" not in document.content[:1024]:
        return (without_xml or pages)(document)
    found, warnings = _inside(unpack(document.content))
    if found is None:
        paper = (without_xml or pages)(document)
        return paper.with_(warnings=(*paper.warnings, *warnings)) if warnings else paper
    return _beside(pages(document), *found, warnings)


def einvoice_hash() -> str:
    """Of what acts on a value that is read from XML: these rules."""
    return _rules_hash()


def _of_file(document: Document, limits: Limits) -> Paper:
    by = Producer(method=Method.XML, model=MODEL, version=_rules_hash())
    blank = Paper(by=by, document=document.name, sha256=document.sha256)
    try:
        electronic = read_electronic(document.content, document.name, limits.max_file_bytes)
    except InputError as error:
        reason = error.problem.rstrip(".")
        missing = (error.remedy,) if error.remedy else ()
        return blank.with_(
            abstained=Abstention(reason=reason, missing=missing), warnings=(f"{document.name}: {reason}",)
        )
    return blank.with_(
        xml=_kept(electronic, document.name, embedded=False),
        fields=electronic.fields,
        lines=tuple(PaperLine(fields=line.fields) for line in electronic.lines),
        warnings=electronic.warnings,
        abstained=None if electronic.fields or electronic.lines else Abstention(reason="its XML states nothing"),
    )


def _inside(files: Sequence[EmbeddedFile]) -> tuple[tuple[str, ElectronicDocument] | None, tuple[str, ...]]:
    """The first embedded file that is an electronic document, and what to say of the others."""
    found: tuple[str, ElectronicDocument] | None = None
    warnings: list[str] = []
    for file in files:
        problem = file.problem or (f"comes behind {found[0]}" if found else "")
        try:
            found = found or (file.name, read_electronic(file.content, file.name))
        except InputError as error:
            problem = file.problem or error.problem.rstrip(".")
        if problem:
            warnings.append(f"the embedded file {file.name} was not used: it {problem}")
    return found, tuple(warnings)


def _beside(page: Paper, name: str, electronic: ElectronicDocument, warnings: tuple[str, ...]) -> Paper:
    laid = lay_beside(electronic, page)
    version = hashlib.sha256(f"{_rules_hash()} {page.by.version}".encode()).hexdigest()
    unread = () if page.abstained is None else (f"its pages were not read: {page.abstained.reason}",)
    said = [one for one in page.warnings if page.abstained is None or page.abstained.reason not in one]
    said = [one for one in said if one != _ONE_FILE]
    return page.with_(
        by=Producer(method=Method.XML, model=f"{MODEL}+{page.by.model}", version=version),
        abstained=None,
        xml=_kept(electronic, name, embedded=True),
        fields={name: laid.fields[name] for name in FIELD_NAMES if name in laid.fields},
        lines=laid.lines,
        checks=(*page.checks, *laid.checks),
        warnings=(*warnings, *electronic.warnings, *_differences(laid.checks), *unread, *said),
    )


def _differences(checks: Sequence[Check]) -> Iterator[str]:
    for check in checks:
        if not check.passed:
            yield f"page and XML differ in {check.name.partition(':')[2].replace(':', ' ')}: {check.detail}"


def _kept(electronic: ElectronicDocument, name: str, *, embedded: bool) -> PaperXml:
    return PaperXml(
        name=name,
        embedded=embedded,
        syntax=electronic.syntax,
        profile=electronic.profile,
        content=electronic.content,
    )


@cache
def _rules_hash() -> str:
    digest = hashlib.sha256()
    for package, names in (
        ("triage.documents.einvoice", None),
        ("triage.tasks.extract", {"agreement.py", "electronic.py"}),
    ):
        for file in sorted(resources.files(package).iterdir(), key=lambda one: one.name):
            if file.name.endswith(".py") and (names is None or file.name in names):
                digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()

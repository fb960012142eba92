"""An XML file to the electronic document that it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from types import ModuleType

from triage.documents.einvoice import cii, ubl
from triage.documents.einvoice.model import ElectronicDocument, LineFigures
from triage.documents.einvoice.tree import MOST_BYTES, Element, Parsed, parse_recorded, parse_xml
from triage.domain import FIELD_NAMES, Document, FieldValue, PaperXml
from triage.errors import InputError

_XML_TYPES = frozenset({"application/xml", "text/xml"})
_VAGUE_TYPES = frozenset({"application/octet-stream", "text/plain", "application/x-download", ""})
_MOST_LINES = 20_000
_BEGINNINGS = (b"<?xml", b"\xef\xbb\xbf<?xml", b"<\x00?\x00x", b"\xff\xfe<\x00", b"\xfe\xff\x00<")
_READABLE = (
    "Readable are UBL Invoice, CreditNote, Order, OrderChange, OrderResponse and DespatchAdvice, "
    "UN/CEFACT CrossIndustryInvoice (Factur-X, ZUGFeRD, XRechnung) and Order-X."
)


def is_xml(document: Document) -> bool:
    """Whether a file is XML by what it is called or, where that says nothing, by how it begins."""
    if b"%PDF-" in document.content[:1024]:
        return False
    kind = document.media_type.split(";")[0].strip().lower()
    if kind in _XML_TYPES:
        return True
    if kind not in _VAGUE_TYPES and not kind.endswith("+xml"):
        return False
    return document.name.lower().endswith(".xml") or document.content.lstrip()[:8].startswith(_BEGINNINGS)


def read_electronic(content: bytes, name: str, most_bytes: int = MOST_BYTES) -> ElectronicDocument:
    """An electronic invoice, order, order response or despatch advice. `name` is for messages.

    Raises `InputError` for XML that is none of these, is broken, or is refused (see `parse_xml`).
    """
    return _read(parse_xml(content, name, most_bytes), name)


def _read(parsed: Parsed, name: str) -> ElectronicDocument:
    root = _out_of_envelope(parsed.root)
    syntax = _syntax_of(root)
    if syntax is None:
        raise InputError(name, f"is XML of an unknown kind (its root is {root.name[:60]}).", _READABLE)
    lines = tuple(syntax.lines_of(root))
    if len(lines) > _MOST_LINES:
        raise InputError(name, f"has {len(lines):,} lines; at most {_MOST_LINES:,} are read.", "Ask for it in parts.")
    fields: dict[str, FieldValue] = syntax.head_of(root)
    orders = {str(ref.value): ref for line in lines if (ref := line.fields.get("purchase_order_reference"))}
    warnings = list(syntax.warnings_of(root))
    if len(orders) == 1:
        fields.setdefault("purchase_order_reference", next(iter(orders.values())))
    elif orders:
        warnings.append(f"its lines belong to several orders: {', '.join(list(orders)[:10])}")
    figures = replace(syntax.figures_of(root), lines=tuple(_each_once(line.figures for line in lines)))
    return ElectronicDocument(
        syntax=syntax.name_of(root),
        profile=syntax.profile_of(root)[:200],
        content=parsed.content,
        fields={field: fields[field] for field in FIELD_NAMES if field in fields},
        lines=lines,
        figures=figures,
        warnings=tuple(warnings),
    )


def _each_once(figures: Iterable[LineFigures]) -> Iterator[LineFigures]:
    """Without those of the line before: a line in several deliveries has the same for each."""
    before = None
    for one in figures:
        if one is not before:
            yield one
        before = one


def read_recorded(xml: PaperXml) -> ElectronicDocument:
    """The document that a paper was read from, from the XML that the paper keeps."""
    return _read(parse_recorded(xml.content), xml.name)


def text_of_xml(content: bytes, name: str) -> str:
    """What an XML of any kind says, a line for each element with a text. Raises `InputError` as `parse_xml`."""
    parsed = parse_xml(content, name)
    return PaperXml(name=name, embedded=False, syntax=parsed.root.name, content=parsed.content).text


def _out_of_envelope(root: Element) -> Element:
    """The document inside a Standard Business Document, as networks hand it on."""
    inside = root.children if root.name == "StandardBusinessDocument" else ()
    return next((one for one in inside if _syntax_of(one)), root)


def _syntax_of(root: Element) -> ModuleType | None:
    if root.name in ubl.ROOTS and root.namespace.startswith(ubl.NAMESPACE):
        return ubl
    if root.name in cii.ROOTS and root.namespace.startswith(cii.NAMESPACES):
        return cii
    return None

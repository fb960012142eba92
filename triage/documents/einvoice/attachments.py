"""XML files that lie inside a PDF, got out with bounds on everything a hostile file could make large."""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from triage.documents.einvoice.tree import MOST_BYTES

USUAL_NAMES = (
    "factur-x.xml",
    "zugferd-invoice.xml",
    "xrechnung.xml",
    "order-x.xml",
)
"""In this order they are tried; any other XML comes behind."""


@dataclass(frozen=True, slots=True)
class AttachmentLimits:
    """How much is taken out of one PDF."""

    file_bytes: int = MOST_BYTES
    """Of one file, unpacked."""
    total_bytes: int = 2 * MOST_BYTES
    files: int = 20
    nodes: int = 2_000
    """Of the tree of names and of the lists of associated files."""
    pages: int = 50
    """How many pages are asked for associated files of their own."""


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
    """A file inside a PDF."""

    name: str
    content: bytes = b""
    problem: str = ""
    """Why it was not got out; then there is no content."""


def embedded_files(content: bytes, limits: AttachmentLimits | None = None) -> list[EmbeddedFile]:
    """XML files embedded in a PDF, those of a usual name first; an empty list for a PDF that cannot be opened.

    They are looked for in the tree of embedded files and in the lists of associated files (`AF`) of the document and
    its pages (ISO 32000-2, 7.11.4 and 14.13). Never raises for bad input; each file at most once.
    """
    if not may_have_files(content):
        return []
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        return _files(content, limits or AttachmentLimits())
    except (Exception, RecursionError):
        return []


def may_have_files(content: bytes) -> bool:
    """A look at the bytes, so that most PDFs need no second reader. Object streams hide names."""
    return any(word in content for word in (b"/EmbeddedFile", b"/AF", b"/ObjStm", b"/Encrypt"))


def _files(content: bytes, limits: AttachmentLimits) -> list[EmbeddedFile]:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(content), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        return []
    found: dict[tuple[str, bytes], EmbeddedFile] = {}
    left = limits.total_bytes
    for name, stream in _specified(reader, limits):
        if len(found) == limits.files:
            break
        file = _unpacked(name, stream, min(limits.file_bytes, left))
        left -= len(file.content)
        found.setdefault((file.name, file.content), file)
    return sorted(found.values(), key=lambda file: _rank(file.name))


def _rank(name: str) -> int:
    lower = name.lower()
    return USUAL_NAMES.index(lower) if lower in USUAL_NAMES else len(USUAL_NAMES)


def _specified(reader: Any, limits: AttachmentLimits) -> Iterator[tuple[str, Any]]:
    """Name and stream of each XML file that a file specification of the document leads to."""
    root = _resolved(reader.trailer["/Root"])
    specifications = [*_named(root, limits), *_associated(root, limits)]
    for number in range(min(len(reader.pages), limits.pages)):
        specifications += _associated(reader.pages[number], limits)
    seen: set[int] = set()
    for specification in specifications[: limits.nodes]:
        files = _resolved(specification.get("/EF"))
        stream = _resolved(files.get("/UF") or files.get("/F")) if isinstance(files, dict) else None
        if stream is None or id(stream) in seen or not hasattr(stream, "_data"):
            continue
        seen.add(id(stream))
        name = str(_resolved(specification.get("/UF") or specification.get("/F") or ""))
        name = re.split(r"[/\\]", name)[-1][:200]
        if name.lower().endswith(".xml") or "xml" in str(stream.get("/Subtype", "")).lower():
            yield name or "attachment.xml", stream


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _named(root: Any, limits: AttachmentLimits) -> list[Any]:
    """File specifications in the tree of embedded files, which may be broken, deep or lead back to itself."""
    names = _resolved(root.get("/Names"))
    waiting = [_resolved(names.get("/EmbeddedFiles"))] if isinstance(names, dict) else []
    found: list[Any] = []
    seen: set[int] = set()
    while waiting and len(seen) < limits.nodes and len(found) < limits.nodes:
        node = waiting.pop(0)
        if not isinstance(node, dict) or id(node) in seen:
            continue
        seen.add(id(node))
        waiting += [_resolved(kid) for kid in list(_resolved(node.get("/Kids")) or ())[: limits.nodes]]
        pairs = list(_resolved(node.get("/Names")) or ())[: 2 * limits.nodes]
        found += [one for value in pairs[1::2] if isinstance(one := _resolved(value), dict)]
    return found


def _associated(owner: Any, limits: AttachmentLimits) -> list[Any]:
    listed = _resolved(owner.get("/AF"))
    values = listed if isinstance(listed, list) else [listed]
    return [one for value in values[: limits.nodes] if isinstance(one := _resolved(value), dict)]


def _unpacked(name: str, stream: Any, most: int) -> EmbeddedFile:
    packed = stream._data if isinstance(stream._data, bytes) else bytes(stream._data or b"")
    filters = _resolved(stream.get("/Filter"))
    steps = [str(_resolved(step)) for step in (filters if isinstance(filters, list) else [filters] if filters else [])]
    too_large = EmbeddedFile(name, problem=f"has more than {most:,} bytes unpacked and was not read")
    if steps not in ([], ["/FlateDecode"], ["/Fl"]) or _predicts(stream):
        return EmbeddedFile(name, problem=f"is packed as {' '.join(steps)[:60]}, which is not read")
    if not steps:
        return too_large if len(packed) > most else EmbeddedFile(name, packed)
    try:
        unpacker = zlib.decompressobj()
        content = unpacker.decompress(packed, most + 1)
    except zlib.error:
        return EmbeddedFile(name, problem="is packed in a way that cannot be undone")
    return too_large if len(content) > most else EmbeddedFile(name, content)


def _predicts(stream: Any) -> bool:
    settings = _resolved(stream.get("/DecodeParms"))
    settings = settings if isinstance(settings, list) else [settings]
    return any(isinstance(one := _resolved(each), dict) and one.get("/Predictor", 1) != 1 for each in settings)

"""XML that others wrote, parsed with nothing fetched or expanded, as plain elements that know their path."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any

from triage.errors import InputError

MOST_BYTES = 10_000_000
"""Of one XML file. Invoices of a thousand lines have two million."""
_MOST_ELEMENTS = 400_000
_MOST_MARKS = 1_000_000
"""Of `<` and of `=`: a file of nothing but tags takes fifty times its size in memory."""
_MOST_DEPTH = 40
_LONGEST = 600
"""Of a path, and of the address of a namespace. Every element below has both, so long ones fill the memory."""
_BINARY = frozenset({"EmbeddedDocumentBinaryObject", "AttachmentBinaryObject"})
_REMEDY = "Ask the sender for the file as their software made it."


@dataclass(frozen=True, slots=True)
class Element:
    """An element by its local name. `path` leads to it: `/Invoice/InvoiceLine[2]/Price/PriceAmount`."""

    name: str
    namespace: str
    text: str
    """Its own text in single spaces, empty where it only holds others."""
    path: str
    attributes: Mapping[str, str]
    children: tuple[Element, ...]

    def all(self, route: str) -> list[Element]:
        """Elements below, by local names: `TaxTotal/TaxSubtotal`."""
        found = [self]
        for step in route.split("/"):
            found = [child for one in found for child in one.children if child.name == step]
        return found

    def each(self, *routes: str) -> Iterator[Element]:
        """Elements with a text, route after route."""
        yield from (one for route in routes for one in self.all(route) if one.text)

    def first(self, *routes: str) -> Element | None:
        """The first element with a text, on the first route that has one."""
        return next(self.each(*routes), None)

    def text_at(self, *routes: str) -> str:
        """The text of that element, or nothing."""
        found = self.first(*routes)
        return found.text if found else ""


@dataclass(frozen=True)
class Parsed:
    """An XML file: its root, and itself as text without declaration, comments and embedded files."""

    root: Element
    content: str


def parse_xml(content: bytes, name: str, most_bytes: int = MOST_BYTES) -> Parsed:
    """Parse XML of others, of at most `MOST_BYTES` and `most_bytes`.

    Raises `InputError` where it is none, is too large or too deep, or brings a document type definition: nothing an
    invoice needs, and the door to expanded and fetched entities.
    """
    from lxml import etree

    _refuse_bulk(content, name, min(most_bytes, MOST_BYTES))
    parsing = etree.iterparse(
        BytesIO(content),
        events=("start-ns",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        longest = max((len(address) for _, (_, address) in parsing), default=0)
    except (etree.XMLSyntaxError, ValueError) as error:
        said = re.sub(r" \(<string>, line \d+\)$|, use XML_PARSE_HUGE option", "", str(error))[:120].rstrip(".")
        raise InputError(name, f"is not well-formed XML ({said}).", _REMEDY) from error
    root = parsing.root
    if longest > _LONGEST:
        raise InputError(name, "has longer names than any document.", _REMEDY)
    if sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        raise InputError(name, "has more elements than any document.", _REMEDY)
    document = root.getroottree().docinfo
    if document.doctype or document.internalDTD is not None:
        raise InputError(name, "brings a document type definition, which is not read.", _REMEDY)
    _drop_files(root)
    return Parsed(_element(root, "", "", name, 1), etree.tostring(root, encoding="unicode", with_tail=False))


@lru_cache(maxsize=2)
def parse_recorded(content: str) -> Parsed:
    """`Parsed.content` parsed again. Raises `InputError` as `parse_xml`."""
    return parse_xml(content.encode(), "the recorded XML")


@lru_cache(maxsize=2)
def texts_by_path(content: str) -> Mapping[str, str]:
    """Every text of an XML by its path, attributes as `.../Quantity/@unitCode`; of an element without one, its name.

    Of `Parsed.content`. Raises `InputError` as `parse_xml`.
    """
    found: dict[str, str] = {}
    waiting = [parse_recorded(content).root]
    while waiting:
        one = waiting.pop()
        found[one.path] = one.text or one.name
        found |= {f"{one.path}/@{name}": value for name, value in one.attributes.items()}
        waiting.extend(one.children)
    return found


def _refuse_bulk(content: bytes, name: str, most_bytes: int) -> None:
    if len(content) > most_bytes:
        problem = f"has {len(content):,} bytes; at most {most_bytes:,} bytes of XML are read."
        raise InputError(name, problem, _REMEDY)
    if content.count(b"<") > _MOST_MARKS or content.count(b"=") > _MOST_MARKS:
        raise InputError(name, "has more elements than any document.", _REMEDY)


def _drop_files(root: Any) -> None:
    """Embedded files (a PDF in base64) are no part of what is recorded as read."""
    for one in root.iter():
        if isinstance(one.tag, str) and _names(one.tag)[1] in _BINARY:
            one.text = None


def _names(tag: str) -> tuple[str, str]:
    """Namespace and local name."""
    namespace, _, local = tag.rpartition("}")
    return namespace.removeprefix("{"), local


def _element(found: Any, above: str, step: str, name: str, depth: int) -> Element:
    if depth > _MOST_DEPTH:
        raise InputError(name, f"is nested deeper than {_MOST_DEPTH} elements.", _REMEDY)
    namespace, local = _names(found.tag)
    path = f"{above}/{step or local}"
    if len(path) > _LONGEST:
        raise InputError(name, "has longer names than any document.", _REMEDY)
    inside = [child for child in found if isinstance(child.tag, str)]
    children = tuple(
        _element(child, path, its, name, depth + 1) for child, its in zip(inside, _steps(inside), strict=True)
    )
    attributes = {_names(key)[1]: " ".join(value.split()) for key, value in found.attrib.items()}
    return Element(local, namespace, " ".join((found.text or "").split()), path, attributes, children)


def _steps(inside: Sequence[Any]) -> list[str]:
    """Names of siblings as steps of a path, numbered where there are several of one name."""
    names = [_names(one.tag)[1] for one in inside]
    if len(set(names)) == len(names):
        return names
    often, seen = Counter(names), Counter[str]()
    steps = []
    for name in names:
        seen[name] += 1
        steps.append(f"{name}[{seen[name]}]" if often[name] > 1 else name)
    return steps

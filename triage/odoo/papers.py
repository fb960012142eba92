"""The text of a document as far as linking needs it: what a confirmation refers to stands on its first pages."""

from __future__ import annotations

from triage.domain import Document, Limits
from triage.errors import InputError

_MOST_PAGES = 3
_MOST_LETTERS = 50_000
"""Of an XML: what it refers to as a whole stands before its lines, and what lines refer to in the first of them."""


def text_of_paper(document: Document, limits: Limits | None = None) -> str:
    """The text of the first pages, or of an XML; empty for a document that cannot be read."""
    from triage.documents.einvoice.reading import is_xml, text_of_xml
    from triage.documents.reading import read

    limits = limits or Limits()
    try:
        if is_xml(document):
            return text_of_xml(document.content, document.name)[:_MOST_LETTERS]
        pages, _ = read(document, limits.with_(max_pages=min(limits.max_pages, _MOST_PAGES)))
    except InputError:
        return ""
    return "\n".join(page.text for page in pages)

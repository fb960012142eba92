"""The text of a document as far as linking needs it: what a confirmation refers to stands on its first pages."""

from __future__ import annotations

from triage.domain import Document, Limits
from triage.errors import InputError

_MOST_PAGES = 3


def text_of_paper(document: Document, limits: Limits | None = None) -> str:
    """The text of the first pages; empty for a document that cannot be read."""
    from triage.documents.reading import read

    limits = limits or Limits()
    try:
        pages, _ = read(document, limits.with_(max_pages=min(limits.max_pages, _MOST_PAGES)))
    except InputError:
        return ""
    return "\n".join(page.text for page in pages)

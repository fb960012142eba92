"""Pages of documents as pictures, for people who look at them. Drawn in the bounded reading process."""

from __future__ import annotations

from dataclasses import dataclass

from triage.documents.bounded.process import Bounds, ReaderLost
from triage.documents.reading import READERS
from triage.domain import Document, Limits
from triage.errors import InputError


@dataclass(frozen=True)
class Picture:
    """A page as somebody sees it."""

    png: bytes
    width: float
    """Of the page in points, as the boxes of words count."""
    height: float


def picture_of(document: Document, page: int, width: int = 900, limits: Limits | None = None) -> Picture:
    """Page `page` (from 1), so many pixels wide. Raises `InputError` where it cannot be drawn."""
    bounds = limits or Limits()
    head = {"page": page, "width": width}
    try:
        asked = Bounds(bounds.max_seconds, bounds.max_memory_bytes)
        for frame in READERS.ask("picture", head, document.content, asked):
            if frame.kind == "picture":
                return Picture(frame.body, float(frame.head["wide"]), float(frame.head["tall"]))
            if frame.kind == "refused":
                raise InputError(document.name, str(frame.head["problem"]), str(frame.head["remedy"]))
    except ReaderLost as lost:
        raise InputError(document.name, f"{lost.why}.", "Open the original.") from lost
    raise InputError(document.name, "could not be drawn.", "Open the original.")

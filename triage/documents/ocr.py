"""Reading pages that are pictures, where the extra `ocr` is installed."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from triage.documents.bounded.process import Bounds, ReaderLost, Readers
from triage.documents.bounded.wire import WireBroken, unpacked
from triage.documents.reading import Recognised, Recogniser
from triage.domain import Document, Limits
from triage.errors import InputError

READERS = Readers(most=1)
"""Of this process. One at a time: the models take half a gigabyte."""


class PictureReader:
    """Recognises pages in a process of its own, under the limits of the reading of documents."""

    def __init__(self, limits: Limits) -> None:
        self._bounds = Bounds(limits.max_seconds, limits.max_memory_bytes)

    @property
    def version(self) -> str:
        """Hash of the models."""
        return _models_hash()

    def words(self, document: Document, page: int) -> Recognised:
        """What stands on a page (from 1). Raises `InputError` where that page can't be recognised."""
        found = Recognised(())
        try:
            for frame in READERS.ask("recognise", {"page": page}, document.content, self._bounds):
                if frame.kind == "refused":
                    raise InputError(document.name, str(frame.head["problem"]), str(frame.head["remedy"]))
                first = int(frame.head["parts"][0])
                words = unpacked(frame.body[:first], frame.body[first:])
                found = Recognised(words, float(frame.head["skew"]))
        except (ReaderLost, WireBroken) as error:
            why = error.why if isinstance(error, ReaderLost) else "could not be read"
            raise InputError(document.name, f"{why}.", "Ask for a simpler copy of it.") from error
        return found


@cache
def _models_hash() -> str:
    found = find_spec("rapidocr")
    folder = Path(found.origin).parent / "models" if found and found.origin else Path()
    digest = hashlib.sha256()
    for file in sorted(folder.glob("*.onnx")):
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def installed_recogniser(limits: Limits) -> Recogniser | None:
    """The recogniser, or none where the extra is not installed."""
    there = all(find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))
    return PictureReader(limits) if there else None

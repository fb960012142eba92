"""The reading process: takes one file after the other from its parent, and gives pages back as they are read.

Started by `bounded.process`; not for people. It ends when its parent does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator

from triage.documents.bounded import bounds, pdf, slow
from triage.documents.bounded.pdf import CannotOpen, Refused, Said
from triage.documents.bounded.wire import Frame, Leaf, WireBroken, leaf_frame, packed, receive, send

_RETIRES_AFTER = 400
"""Documents. Memory that libraries never give back stays bounded."""
_RETIRES_AT = {"read": 400_000_000, "files": 400_000_000, "recognise": 1_500_000_000, "picture": 400_000_000}
"""Bytes held at most; then a fresh process takes over."""


def main() -> None:
    """Serve until the parent closes the pipe."""
    parent = os.getppid()
    bounds.settle(parent)
    source, target = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a library that prints must not break the frames
    _import_libraries()
    done = 0
    while True:
        try:
            request = receive(source)
        except WireBroken:
            return
        done += 1
        _PREPARE.get(request.kind, _nothing)()
        bounds.allow(float(request.head["seconds"]), int(request.head["memory_bytes"]))
        for frame in _answered(request):
            send(target, frame)
        bounds.rest()
        retires = done >= _RETIRES_AFTER or bounds.resident_bytes() > _RETIRES_AT[request.kind]
        send(target, Frame({"kind": "done", "retires": retires}))
        if retires:
            return


def _import_libraries() -> None:
    """Before the bounds are set: they are counted from here."""
    import numpy  # noqa: F401
    import pypdfium2  # noqa: F401


def _answered(request: Frame) -> Iterator[Frame]:
    try:
        yield from _WORK[request.kind](request)
    except Refused as error:
        yield Frame({"kind": "refused", "problem": error.problem, "remedy": error.remedy})
    except MemoryError:
        yield Frame(
            {"kind": "refused", "problem": "needs more memory than is allowed.", "remedy": "Send a simpler file."}
        )
    except Exception as error:
        problem = f"could not be read ({type(error).__name__})."
        yield Frame({"kind": "refused", "problem": problem, "remedy": "Ask for it again."})


def _read(request: Frame) -> Iterator[Frame]:
    most = int(request.head["most_pages"])
    try:
        yield from map(_told, pdf.leaves(request.body, most))
    except CannotOpen:
        yield from map(_told, slow.leaves(request.body, most))


def _told(item: Said | Leaf) -> Frame:
    return leaf_frame(item) if isinstance(item, Leaf) else Frame({"kind": "said", "warnings": item.warnings})


def _recognise(request: Frame) -> Iterator[Frame]:
    from triage.documents.bounded.scan import recognised

    words, skew = recognised(request.body, int(request.head["page"]))
    numbers, texts = packed(words)
    yield Frame({"kind": "words", "skew": skew, "parts": [len(numbers), len(texts)]}, numbers + texts)


def _files(request: Frame) -> Iterator[Frame]:
    from triage.documents.einvoice.attachments import embedded_files

    for file in embedded_files(request.body):
        yield Frame({"kind": "file", "name": file.name, "problem": file.problem}, file.content)


def _picture(request: Frame) -> Iterator[Frame]:
    from triage.documents.bounded.picture import drawn

    picture, wide, tall = drawn(request.body, int(request.head["page"]), int(request.head["width"]))
    yield Frame({"kind": "picture", "wide": wide, "tall": tall}, picture)


def _load_models() -> None:
    from triage.documents.bounded.scan import engine

    engine()


def _nothing() -> None:
    pass


_WORK: dict[str, Callable[[Frame], Iterator[Frame]]] = {
    "read": _read,
    "files": _files,
    "recognise": _recognise,
    "picture": _picture,
}
_PREPARE = {"recognise": _load_models}
"""What is held before the bounds are set, and not counted."""

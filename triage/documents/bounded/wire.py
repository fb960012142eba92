"""What goes between the reading process and its parent: small frames of JSON and packed numbers, never objects.

A frame is two lengths (head and body, 4 bytes each, big-endian), the head as JSON, and the body as bytes.
"""

from __future__ import annotations

import json
import struct
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from triage.documents.glyphs import Glyphs

MOST_BYTES = 128_000_000
"""Of one frame; a longer one is an error of the sender."""

_LENGTHS = struct.Struct(">II")
_GULP = 1_000_000
_BETWEEN = "\0"
"""Between words; no word holds it, since pages drop it."""
_HUNDREDTHS = 100
_NUMBERS = 6
_FARTHEST = 2**31 - 1


class Stream(Protocol):
    """A pipe's end, buffered or not: it may take or give less than was asked."""

    def read(self, size: int, /) -> bytes | None:
        """Some of the bytes that come; none at the end."""

    def write(self, data: memoryview, /) -> int | None:
        """Take some of the bytes and say how many."""

    def flush(self) -> None:
        """Pass on what was taken."""


class WireBroken(Exception):
    """The other side ended, or sent what is no frame."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: what it is and its data."""

    head: dict[str, Any]
    body: bytes = b""

    @property
    def kind(self) -> str:
        """What the message is."""
        return str(self.head.get("kind", ""))


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page as it was read. Coordinates as displayed, in points, origin top left."""

    number: int
    """From 1."""
    width: float
    height: float
    look: str
    """`text`; `layer` (words of a scan that nobody sees); `picture` (an image, perhaps with few words); `blank`;
    `damaged`."""
    words: Sequence[Glyphs] = ()
    """In reading order."""
    text: str = ""
    warnings: tuple[str, ...] = ()


def send(stream: Stream, frame: Frame) -> None:
    """Write one frame. Raises `OSError` where nobody listens any more."""
    head = json.dumps(frame.head, ensure_ascii=False).encode("utf-8", "replace")
    for part in (_LENGTHS.pack(len(head), len(frame.body)) + head, frame.body):
        left = memoryview(part)
        while left:
            left = left[stream.write(left) or 0 :]
    stream.flush()


def receive(stream: Stream) -> Frame:
    """Read one frame. Raises `WireBroken` where the other side ended in the middle or before."""
    head, body = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    if head > MOST_BYTES or body > MOST_BYTES:
        raise WireBroken(f"a frame of {head + body} bytes")
    try:
        read = json.loads(_exactly(stream, head))
    except ValueError as error:
        raise WireBroken("a frame without a head") from error
    if not isinstance(read, dict):
        raise WireBroken("a frame without a head")
    return Frame(read, _exactly(stream, body))


def _exactly(stream: Stream, count: int) -> bytes:
    parts: list[bytes] = []
    while count:
        part = stream.read(min(count, _GULP))
        if not part:
            raise WireBroken("the other side ended")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def leaf_frame(leaf: Leaf) -> Frame:
    """A page as a frame."""
    numbers, texts = packed(leaf.words)
    text = leaf.text.encode("utf-8", "replace")
    head = {
        "kind": "leaf",
        "number": leaf.number,
        "width": leaf.width,
        "height": leaf.height,
        "look": leaf.look,
        "warnings": leaf.warnings,
        "parts": [len(numbers), len(texts), len(text)],
    }
    return Frame(head, numbers + texts + text)


def leaf_of(frame: Frame) -> Leaf:
    """The page in a frame. Raises `WireBroken` where it is none."""
    try:
        head, body = frame.head, frame.body
        first, second, third = (int(length) for length in head["parts"])
        if first + second + third != len(body):
            raise WireBroken("a page of another length")
        return Leaf(
            number=int(head["number"]),
            width=float(head["width"]),
            height=float(head["height"]),
            look=str(head["look"]),
            words=unpacked(body[:first], body[first : first + second]),
            text=body[first + second :].decode(),
            warnings=tuple(str(warning) for warning in head["warnings"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WireBroken("a page that is none") from error


def packed(words: Iterable[Glyphs]) -> tuple[bytes, bytes]:
    """Words as hundredths of points and as text."""
    numbers = array("i")
    texts: list[str] = []
    for word in words:
        numbers.extend(map(_hundredths, (word.x0, word.top, word.x1, word.bottom, word.size)))
        numbers.append(word.turns)
        texts.append(word.text.replace(_BETWEEN, ""))
    return numbers.tobytes(), _BETWEEN.join(texts).encode("utf-8", "replace")


def _hundredths(points: float) -> int:
    return int(max(-_FARTHEST, min(_FARTHEST, round(points * _HUNDREDTHS))))


def unpacked(numbers: bytes, texts: bytes) -> tuple[Glyphs, ...]:
    """The words again. Raises `WireBroken` where numbers and texts differ in count."""
    read = array("i")
    read.frombytes(numbers)
    words = texts.decode().split(_BETWEEN) if texts else []
    if len(read) != _NUMBERS * len(words):
        raise WireBroken("words without places")
    return tuple(
        Glyphs(
            text,
            read[at] / _HUNDREDTHS,
            read[at + 1] / _HUNDREDTHS,
            read[at + 2] / _HUNDREDTHS,
            read[at + 3] / _HUNDREDTHS,
            read[at + 4] / _HUNDREDTHS,
            read[at + 5] % 4,
        )
        for text, at in zip(words, range(0, len(read), _NUMBERS), strict=True)
    )

"""A page as a picture: a PNG that any reader opens, of the page that was asked for, from a process with bounds."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from triage.documents.pictures import picture_of
from triage.domain import Document, Limits
from triage.errors import InputError

SET = Path(__file__).parents[2] / "evals" / "sets" / "documents"


def document(content: bytes, name: str = "a.pdf") -> Document:
    return Document(name=name, media_type="application/pdf", content=content)


def pixels(png: bytes) -> tuple[int, int, bytes]:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, place = {}, 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        name, data = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        assert struct.unpack(">I", png[place + 8 + length : place + 12 + length])[0] == zlib.crc32(name + data)
        chunks[name] = data
        place += 12 + length
    wide, tall = struct.unpack(">II", chunks[b"IHDR"][:8])
    return wide, tall, zlib.decompress(chunks[b"IDAT"])


def test_a_page_as_a_picture_of_the_asked_width() -> None:
    found = picture_of(document(next(SET.glob("*.pdf")).read_bytes()), 1, 400)
    wide, tall, rows = pixels(found.png)
    assert wide in (400, 401)
    assert abs(tall / wide - found.height / found.width) < 0.01
    assert len(rows) == tall * (wide * 3 + 1)
    assert len(set(rows)) > 2  # neither white nor black all over


@pytest.mark.parametrize("page", [0, 2000])
def test_a_page_that_is_not_there(page: int) -> None:
    with pytest.raises(InputError, match="no such page"):
        picture_of(document(next(SET.glob("*.pdf")).read_bytes()), page)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.4 broken", b"hello"])
def test_what_cannot_be_opened_says_so(content: bytes) -> None:
    with pytest.raises(InputError, match=r"a\.pdf"):
        picture_of(document(content), 1)


def test_too_little_memory_is_an_error_and_the_next_page_is_drawn() -> None:
    content = next(SET.glob("*.pdf")).read_bytes()
    with pytest.raises(InputError):
        picture_of(document(content), 1, 4000, Limits(max_memory_bytes=1_000_000))
    assert picture_of(document(content), 1, 100).png

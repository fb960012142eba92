"""What happens to documents on their way: scanned, or written by a program that gets its own fonts wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pypdf
from pypdf.generic import DecodedStreamObject, NameObject

from tests.sample_day.papers.scan import scanned

_HEX = re.compile(rb"<([0-9A-Fa-f]{4})>")


def private(code: int) -> int:
    """Glyphs that claim to be characters of the private use area, as symbol fonts do."""
    return 0xF000 + code


def shifted(code: int) -> int:
    """Letters and digits that claim to be their neighbours: a subset font with another one's table."""
    for first, size in ((0x30, 10), (0x41, 26), (0x61, 26)):
        if first <= code < first + size:
            return first + (code - first + 7) % size
    return code


def remapped(pdf: bytes, say: Callable[[int], int]) -> bytes:
    """The same look, but every embedded font names other characters than it shows."""
    writer = pypdf.PdfWriter(clone_from=BytesIO(pdf))
    done: set[int] = set()
    for page in writer.pages:
        for font in (entry.get_object() for entry in page["/Resources"]["/Font"].values()):
            table = font.get("/ToUnicode")
            if table is None or table.idnum in done:
                continue
            done.add(table.idnum)
            stream = DecodedStreamObject()
            stream.set_data(_HEX.sub(lambda hit: b"<%04X>" % say(int(hit[1], 16)), table.get_object().get_data()))
            font[NameObject("/ToUnicode")] = writer._add_object(stream.flate_encode())
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


SPOILS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda pdf: pdf,
    "scan_askew": lambda pdf: scanned(pdf, turn=1.1, seed=41),
    "scan_left": lambda pdf: scanned(pdf, turn=-0.7, seed=42),
    "scan_flat": lambda pdf: scanned(pdf, turn=0.2, seed=43),
    "broken_private": lambda pdf: remapped(pdf, private),
    "broken_shifted": lambda pdf: remapped(pdf, shifted),
}

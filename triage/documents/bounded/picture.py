"""A page as a picture, as somebody sees it: PNG (ISO/IEC 15948), eight bits of red, green and blue."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from triage.documents.bounded.pdf import Refused, opened

_LONGEST = 4000
"""Pixels of a side at most."""
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def drawn(content: bytes, number: int, width: int) -> tuple[bytes, float, float]:
    """Page `number` (from 1) as a PNG of this width in pixels, with the page's width and height in points.

    Raises `Refused` where there is no such page.
    """
    pdf = opened(content)
    try:
        if not 1 <= number <= len(pdf):
            raise Refused("has no such page.", "Look at its other pages.")
        page = pdf[number - 1]
        wide, tall = page.get_size()
        scale = min(width / max(wide, 1.0), _LONGEST / max(wide, tall, 1.0))
        bitmap = page.render(scale=scale, rev_byteorder=True)
        try:
            pixels = np.array(bitmap.to_numpy(), dtype=np.uint8)[:, :, :3]
        finally:
            bitmap.close()
            page.close()
    finally:
        pdf.close()
    return png(pixels), wide, tall


def png(pixels: Any) -> bytes:
    """Rows of pixels (height, width, 3) as a file."""
    tall, wide, _ = pixels.shape
    rows = np.concatenate([np.zeros((tall, 1), np.uint8), pixels.reshape(tall, wide * 3)], axis=1)
    head = struct.pack(">IIBBBBB", wide, tall, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunks(chunks))


def _chunks(parts: tuple[tuple[bytes, bytes], ...]) -> Iterator[bytes]:
    for name, data in parts:
        yield struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

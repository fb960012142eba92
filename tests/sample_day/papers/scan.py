"""What a scanner makes of a page: pixels, a slight turn, dirt, and no text."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pypdfium2
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

_DPI = 150


def scanned(pdf: bytes, *, turn: float, seed: int) -> bytes:
    """The first page of `pdf` as a grey picture, turned by `turn` degrees, in a PDF without any text."""
    picture = _dirty(_rendered(pdf).rotate(turn, resample=Image.Resampling.BICUBIC, fillcolor=250), seed)
    jpeg = BytesIO()
    picture.save(jpeg, "JPEG", quality=45)
    target = BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1)
    canvas.setCreator("KM-C258")
    canvas.drawImage(ImageReader(BytesIO(jpeg.getvalue())), 0, 0, *A4)
    canvas.save()
    return target.getvalue()


def _rendered(pdf: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[0].render(scale=_DPI / 72, grayscale=True).to_pil().convert("L")
    finally:
        document.close()


def _dirty(picture: Image.Image, seed: int) -> Image.Image:
    """Grey noise, and a dark streak where the glass is scratched."""
    chance = np.random.default_rng(seed)
    pixels = np.asarray(picture, dtype=np.float32) * 0.93 + 12
    pixels += chance.normal(0, 4, pixels.shape)
    streak = int(pixels.shape[1] * 0.81)
    pixels[:, streak : streak + 2] -= 28
    specks = chance.integers(0, pixels.size, 220)
    pixels.flat[specks] = 90
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), "L")
